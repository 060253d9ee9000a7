"""`show running-config`, `show startup-config`, `show session-config`."""

from __future__ import annotations

from typing import Any

from . import render, render_all
from .blocks import as_json, lines_of
from .clock import dated
from .config import Config
from .refusal import Refused
from .sessions import Session
from .shown import Shown, Shows, View, compiled, sections

NOT_IN_SESSION = "% Not currently in a configuration session"


def running(view: View) -> Shown:
    return _whole(view, view.switch.running, "show running-config")


def with_defaults(view: View) -> Shown:
    head = f"! Command: show running-config all\n{view.switch.device_line}\n!\n"
    return Shown(lambda: head + render_all.text(view.switch.running))


def sanitized(view: View) -> Shown:
    """Without secrets."""
    command = "show running-config sanitized"
    return Shown(lambda: _without_secrets(_text(view, view.switch.running, command)))


def interfaces(view: View, interfaces: tuple[str, ...]) -> Shown:
    """The sections alone, without head or separators; nothing for an interface that has none."""
    config = view.switch.running
    found = [render.stanza(config, name) for name in interfaces if name in config.interfaces]
    text = "".join(f"{line}\n" for block in found for line in lines_of(block))
    return Shown(lambda: text, lambda: {"comments": [], "cmds": as_json(found)})


def section(view: View, line: str) -> Shown:
    pattern = compiled(line)
    return Shown(lambda: "".join(sections(render.text(view.switch.running), pattern)))


def unsaved(view: View) -> Shown:
    return Shown(view.switch.unsaved)


def startup(view: View) -> Shown:
    when = dated(view.switch.saved_at)
    head = f"! Command: show startup-config\n! Startup-config last modified at {when} by {view.switch.saved_by}\n"
    return Shown(lambda: f"{head}{view.switch.device_line}\n!\n{view.switch.startup_text()}")


def session(view: View, name: str | None = None) -> Shown:
    command = f"show session-config named {name}" if name else "show session-config"
    return _whole(view, _session(view, name).config, command)


def session_sanitized(view: View, name: str) -> Shown:
    shown = session(view, name)
    return Shown(lambda: _without_secrets(shown.text()))


def session_diff(view: View, name: str | None = None) -> Shown:
    chosen = _session(view, name)
    return Shown(lambda: view.switch.session_diff(chosen))


def _session(view: View, name: str | None) -> Session:
    """Raises: Refused."""
    if name is not None:
        return view.switch.sessions.get(name)
    if view.session is None:
        raise Refused(NOT_IN_SESSION)
    return view.session


def _whole(view: View, config: Config, command: str) -> Shown:
    return Shown(lambda: _text(view, config, command), lambda: _data(view, config))


def _text(view: View, config: Config, command: str) -> str:
    return f"! Command: {command}\n{view.switch.device_line}\n!\n{render.text(config)}"


def _data(view: View, config: Config) -> dict[str, Any]:
    return {"header": [view.switch.device_line], "comments": [], "cmds": as_json(render.blocks(config))}


def _without_secrets(text: str) -> str:
    lines = [line.partition(" secret ") for line in text.split("\n")]
    return "\n".join(f"{head}{word}<removed>" if word else head for head, word, _ in lines)


COMMANDS: Shows = {
    "show running-config": running,
    "show running-config all [detail]": with_defaults,
    "show running-config sanitized": sanitized,
    "show running-config diffs": unsaved,
    "show running-config interfaces INTERFACES": interfaces,
    "show running-config section LINE": section,
    "show startup-config": startup,
    "show session-config [named NAME]": session,
    "show session-config named NAME sanitized": session_sanitized,
    "show session-config [named NAME] diffs": session_diff,
}
