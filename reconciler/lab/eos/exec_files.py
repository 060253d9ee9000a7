"""Whole configurations: files on flash, `configure replace`, checkpoints."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import blocks, modes, render, transactions
from .config import Config
from .executive import SAVED
from .refusal import Refused
from .sessions import unified
from .switch import SAVED_AND_RUNNING, STARTUP, initial

if TYPE_CHECKING:
    from .cli import Cli

Act = Callable[..., str | None]
RUNNING = "running-config"
NAMES = {STARTUP: SAVED_AND_RUNNING[0], RUNNING: SAVED_AND_RUNNING[1]}
HEAD = re.compile(r"\A(?:!.*\n)+")
NO_REPLACE = "% Cannot replace configuration: "


def _copy_running(cli: Cli, file: str) -> str:
    if file == STARTUP:
        cli.switch.save(cli.actor)
        return SAVED
    return _written(cli, file, f"{cli.switch.device_line}\n!\n{render.text(cli.switch.running)}")


def _copy_startup(cli: Cli, file: str) -> str:
    return _written(cli, file, cli.switch.startup_text())


def _written(cli: Cli, file: str, text: str) -> str:
    """``flash:startup-config`` is what the switch boots with; it is kept without the lines above its sections."""
    if file == STARTUP:
        cli.switch.keep(STARTUP, HEAD.sub("", text))
    else:
        cli.switch.flash.write(file, text)
    return SAVED


def _read(cli: Cli, file: str) -> str:
    """Raises: Refused."""
    return cli.switch.startup_text() if file == STARTUP else cli.switch.flash.read(file)


def _copy_to_startup(cli: Cli, file: str) -> str:
    return _written(cli, STARTUP, _read(cli, file))


def _copy_to_running(cli: Cli, file: str) -> str:
    """A copy to the running configuration adds to it; a bad line is told and the rest is taken, as on EOS."""
    return _merged(cli, _read(cli, file))


def _startup_to_running(cli: Cli) -> str:
    return _merged(cli, cli.switch.startup_text())


def _merged(cli: Cli, text: str) -> str:
    cli.switch.latch.check(cli.process)
    refused = modes.load(cli.switch.running, blocks.parse(text))
    cli.switch.refresh()
    cli.switch.changed()
    return "\n".join([*(f"% Invalid input: {line}" for line in refused), SAVED])


def _replace(cli: Cli, file: str) -> None:
    """Raises: Refused, and nothing has changed."""
    config, refused = _loaded(_read(cli, file))
    if refused:
        raise Refused(NO_REPLACE + refused[0])
    transactions.replaced(cli.switch, config, cli.actor, f"flash:/{file}")


def _replace_anyway(cli: Cli, file: str) -> str | None:
    config, refused = _loaded(_read(cli, file))
    transactions.replaced(cli.switch, config, cli.actor, f"flash:/{file}")
    return "\n".join(f"! {line}" for line in refused) or None


def _replace_by_startup(cli: Cli) -> None:
    _replace(cli, STARTUP)


def _loaded(text: str) -> tuple[Config, list[str]]:
    config = initial()
    return config, modes.load(config, blocks.parse(text))


def _delete(cli: Cli, file: str) -> None:
    cli.switch.flash.delete(file)


def _checkpoint(cli: Cli, name: str | None = None) -> None:
    points, running, user = cli.switch.checkpoints, cli.switch.running, cli.actor.user
    if name is None:
        points.automatic(running, user)
    else:
        points.save(name, running, user)


def _restore(cli: Cli, name: str) -> None:
    """Raises: Refused."""
    transactions.replaced(cli.switch, cli.switch.checkpoints.get(name), cli.actor, f"checkpoint:/{name}")


def _diff(cli: Cli, old: str, new: str) -> str | None:
    texts = {STARTUP: cli.switch.startup_text(), RUNNING: render.text(cli.switch.running)}
    found = unified(texts[old], texts[new], (NAMES[old], NAMES[new]))
    return None if old == new else found.strip("\n") or None


PRIVILEGED: dict[str, Act] = {
    "copy running-config FILE": _copy_running,
    "copy startup-config FILE": _copy_startup,
    "copy FILE startup-config": _copy_to_startup,
    "copy FILE running-config": _copy_to_running,
    "copy startup-config running-config": _startup_to_running,
    "delete FILE": _delete,
    "configure checkpoint save [NAME]": _checkpoint,
    "diff old=startup-config|running-config new=startup-config|running-config": _diff,
}
GUARDED: dict[str, Act] = {
    "configure replace FILE [skip-checkpoint]": _replace,
    "configure replace FILE ignore-errors": _replace_anyway,
    "configure replace startup-config": _replace_by_startup,
    "configure checkpoint restore NAME": _restore,
}
"""What another terminal's lock forbids."""
