"""What every document says about itself: its name, labels, annotations."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from reconciler.desired.documents.spec import CalicoPart, Part
from reconciler.desired.documents.values import DeviceName

Texts = dict[str, str]


class Metadata(Part):
    """``metadata`` of our own kinds; the name of a Switch or a Node is the device's name in the inventory."""

    example: ClassVar[str] = "{name: k01-worker}"
    name: DeviceName
    labels: Texts = Field(default_factory=dict)
    annotations: Texts = Field(default_factory=dict)


class CalicoMetadata(CalicoPart):
    """``metadata`` as Kubernetes keeps it: uid, resourceVersion, managedFields and all."""

    example: ClassVar[str] = "{name: k01-worker}"
    name: Annotated[str, Field(min_length=1)]
    labels: Texts = Field(default_factory=dict)
    annotations: Texts = Field(default_factory=dict)


class Envelope(Part):
    """A whole document of our own kinds, its spec not looked at yet."""

    api_version: str
    kind: str
    metadata: Metadata
    spec: dict[str, Any]


class CalicoEnvelope(CalicoPart):
    """A whole document of Calico's, its spec not looked at yet; status and the like are kept."""

    api_version: str
    kind: str
    metadata: CalicoMetadata
    spec: dict[str, Any] = Field(default_factory=dict)
