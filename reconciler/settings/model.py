"""The daemon's settings: one document of kind Settings, usually /etc/reconciler/config.yaml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from reconciler.core.span import words
from reconciler.desired.codes import Code
from reconciler.desired.documents.spec import Many, Part, Spec
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example
from reconciler.desired.secret import PathTo
from reconciler.settings.alerts import AlertSettings
from reconciler.settings.duration import Duration, between
from reconciler.settings.heal import HealRules
from reconciler.settings.journal import JournalSettings
from reconciler.settings.limits import LimitSettings
from reconciler.settings.listen import ListenSettings
from reconciler.settings.loop import LoopSettings
from reconciler.settings.places import control_socket, state_directory
from reconciler.settings.rollout import RolloutSettings
from reconciler.settings.source import SourceSettings, WebhookSettings
from reconciler.settings.transaction import RollbackSettings, Transaction
from reconciler.settings.window import Window

SOCKET_BYTES = 107
"""The longest path of a socket (unix(7), ``sun_path``, without the zero byte at its end)."""


def _socket(path: Path) -> Path:
    if len(os.fsencode(path)) > SOCKET_BYTES:
        wrong(
            Code.NOT_A_PATH,
            f"the path of a socket has at most {SOCKET_BYTES} bytes, this one {len(os.fsencode(path))}",
            "use a shorter one",
        )
    return path


class SuspendSettings(Part):
    """``forgotten``: a device that has been suspended for so long raises an alert. ``longest``: no ``--for`` above."""

    example: ClassVar[str] = "{forgotten: 24h, longest: 30d}"

    forgotten: Annotated[Duration, between("1m", "366d")] = Field(default="24h", validate_default=True)
    longest: Annotated[Duration, between("1m", "366d")] = Field(default="30d", validate_default=True)

    @model_validator(mode="after")
    def _in_order(self) -> SuspendSettings:
        if self.forgotten > self.longest:
            wrong(
                Code.TIMES_OUT_OF_ORDER,
                f"no suspension lasts longer than {words(self.longest)}, so none is forgotten after "
                f"{words(self.forgotten)}",
                "let forgotten be at most longest",
            )
        return self


class FightSettings(Part):
    """An entry that somebody else has changed back ``flips`` times ``within`` such a span is no longer healed."""

    example: ClassVar[str] = "{flips: 3, within: 10m}"

    flips: Annotated[int, Field(ge=2, le=100)] = 3
    within: Annotated[Duration, between("10s", "1d")] = Field(default="10m", validate_default=True)


class LogSettings(Part):
    """``auto`` is text on a terminal, and JSON elsewhere. ``summary``: how things stand is logged that often."""

    example: ClassVar[str] = "{format: text, level: info}"

    format: Literal["auto", "json", "text"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"
    summary: Annotated[Duration, between("1m", "366d")] = Field(default="1h", validate_default=True)


class Settings(Spec):
    """Everything that the daemon is told; what is left out has its default. Paths are relative to this file."""

    source: SourceSettings
    inventory: Annotated[PathTo, Example("inventory.yaml")]
    state: PathTo = Field(default_factory=state_directory)
    socket: Annotated[PathTo, AfterValidator(_socket)] = Field(default_factory=control_socket)
    loop: LoopSettings = LoopSettings()
    heal: HealRules = ()
    windows: Many[Window] = ()
    limits: LimitSettings = LimitSettings()
    transaction: Transaction = "risky"
    rollback: RollbackSettings = RollbackSettings()
    rollout: RolloutSettings = RolloutSettings()
    suspend: SuspendSettings = SuspendSettings()
    fights: FightSettings = FightSettings()
    listen: ListenSettings = ListenSettings()
    alerts: AlertSettings = AlertSettings()
    journal: JournalSettings = JournalSettings()
    log: LogSettings = LogSettings()

    @field_validator("listen")
    @classmethod
    def _knows_its_callers(cls, listen: ListenSettings, info: ValidationInfo) -> ListenSettings:
        source = info.data.get("source")
        if listen.webhook is not None and isinstance(source, SourceSettings) and source.webhook is None:
            wrong(
                Code.FIELD_NEEDS_ANOTHER,
                "listen.webhook without source.webhook: nobody who calls there would be believed",
                f"add webhook: {WebhookSettings.example} to source",
            )
        return listen
