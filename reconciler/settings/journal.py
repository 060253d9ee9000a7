"""The history that the daemon keeps: how long, how much, and whether it may work without."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from reconciler.desired.documents.spec import Part
from reconciler.settings.duration import Duration, between
from reconciler.settings.size import Size, within


class JournalSettings(Part):
    """What ended ``retention`` ago is dropped, and the oldest while the file holds more than ``size``.

    ``required``: no device is written to while that cannot be recorded.
    """

    example: ClassVar[str] = "{retention: 90d, size: 256M}"

    retention: Annotated[Duration, between("1h", "366d")] = Field(default="90d", validate_default=True)
    size: Annotated[Size, within("4M", "64G")] = Field(default="256M", validate_default=True)
    required: bool = True
