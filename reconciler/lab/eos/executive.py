"""What is done at a terminal beside showing and configuring: levels, modes, sessions, saving."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import transactions
from .config import has_line
from .editor import GLOBAL
from .refusal import INVALID, Refused
from .switch import initial

if TYPE_CHECKING:
    from .cli import Cli

Act = Callable[..., str | None]
SESSIONS_ONLY = "service configuration terminal disabled"
FORBIDDEN = "% 'configure terminal' is disabled"
CONSOLE = "console"
"""The terminal that needs no secret, and that no fault touches."""
SAVED = "Copy completed successfully."


def _enable(cli: Cli) -> None:
    """Asks for the secret where there is one; the console's terminal knows it."""
    cli.asked = not cli.privileged and cli.switch.running.enable is not None and cli.actor.terminal != CONSOLE
    cli.privileged = not cli.asked


def _disable(cli: Cli) -> None:
    cli.privileged = False


def _exit(cli: Cli) -> None:
    """One level up; a session that is left stays pending; at the top the connection ends."""
    if cli.editor is None:
        cli.closed = True
    elif not cli.editor.leave():
        cli.leave_configuration()


def _logout(cli: Cli) -> None:
    cli.closed = True


def _end(cli: Cli) -> None:
    cli.leave_configuration()


def _configure(cli: Cli) -> None:
    if has_line(cli.switch.running.verbatim, SESSIONS_ONLY):
        raise Refused(FORBIDDEN)
    cli.leave_configuration()
    cli.editor = cli.switch.editor(cli.switch.running)
    cli.switch.report(f"ConfigAgent: %SYS-5-CONFIG_E: Enter configuration mode from console by {cli.actor}")


def _session(cli: Cli, name: str | None = None) -> None:
    cli.leave_configuration()
    cli.session = cli.switch.sessions.open(name, cli.switch.running, cli.actor.user)
    cli.session.seats[cli.process] = cli.actor
    cli.editor = cli.switch.editor(cli.session.config)
    cli.switch.report(f"ConfigAgent: %SYS-5-CONFIG_SESSION_ENTERED: {_of_session(cli, 'entered', cli.session.name)}")


def _commit(cli: Cli, duration: int | None = None) -> None:
    name = _own_session(cli)
    transactions.commit(cli.switch, name, cli.actor, duration)
    cli.session = cli.editor = None


def _abort(cli: Cli) -> None:
    """Below the top of a session it is an `exit`, as on older EOS."""
    name = _own_session(cli)
    if cli.editor is not None and cli.editor.mode != GLOBAL:
        cli.editor.leave()
        return
    cli.session = cli.editor = None
    transactions.abort(cli.switch, name, cli.actor)


def _commit_named(cli: Cli, name: str, duration: int | None = None) -> None:
    transactions.commit(cli.switch, name, cli.actor, duration)


def _abort_named(cli: Cli, name: str) -> None:
    transactions.abort(cli.switch, name, cli.actor)


def _drop(cli: Cli, name: str) -> None:
    cli.switch.sessions.drop(name)


def _clean(cli: Cli) -> None:
    """The session begins anew, with a switch that nobody has configured."""
    _own_session(cli)
    assert cli.session is not None
    assert cli.editor is not None
    cli.session.config = cli.editor.config = initial()
    cli.switch.refresh()


def _save(cli: Cli) -> str:
    cli.switch.save(cli.actor)
    return SAVED


def _reload(cli: Cli) -> None:
    """Without a question: who reloads this switch knows what it does."""
    cli.switch.reboot()


def _width(cli: Cli, width: int) -> str:
    cli.width = width
    return f"Width set to {width} columns."


def _length(cli: Cli, length: int) -> str:
    cli.length = length
    return f"Pagination set to {length} lines." if length else "Pagination disabled."


def _default_length(cli: Cli) -> str:
    cli.length = None
    return "Pagination reset to default."


def _own_session(cli: Cli) -> str:
    if cli.session is None:
        raise Refused(INVALID)
    return cli.session.name


def _of_session(cli: Cli, verb: str, name: str) -> str:
    actor = cli.actor
    return f"User {actor.user} {verb} configuration session {name} on {actor.terminal} ({actor.address})"


def left(cli: Cli) -> None:
    """The log's line for a terminal that leaves configuration."""
    if cli.session is not None:
        message = f"%SYS-5-CONFIG_SESSION_EXITED: {_of_session(cli, 'exited', cli.session.name)}"
    else:
        message = f"%SYS-5-CONFIG_I: Configured from console by {cli.actor}"
    cli.switch.report(f"ConfigAgent: {message}")


ALWAYS: dict[str, Act] = {
    "exit": _exit,
    "logout": _logout,
    "enable": _enable,
    "disable": _disable,
    "terminal width WIDTH": _width,
    "terminal length LENGTH": _length,
    "no|default terminal length": _default_length,
}
PRIVILEGED: dict[str, Act] = {
    "configure session NAME abort": _abort_named,
    "no configure session NAME": _drop,
    "write [memory]": _save,
    "copy running-config startup-config": _save,
    "reload [now]": _reload,
    "reload force": _reload,
}
GUARDED: dict[str, Act] = {
    "configure [terminal]": _configure,
    "configure session [NAME]": _session,
    "configure session NAME commit": _commit_named,
    "configure session NAME commit timer DURATION": _commit_named,
}
"""What another terminal's lock forbids."""
CONFIGURING: dict[str, Act] = {
    "end": _end,
    "abort": _abort,
    "rollback clean-config": _clean,
}
COMMITTING: dict[str, Act] = {
    "commit": _commit,
    "commit timer DURATION": _commit,
}
