"""Where the daemon takes desired state from, and what a revision has to show before it is believed."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reconciler.desired.documents.spec import Part
from reconciler.desired.documents.values import wrong
from reconciler.desired.secret import PathTo, Secret
from reconciler.settings.duration import Duration


class SourceSettings(Part):
    """A local folder (``path``), or a git repository (``url``: ssh, https, or the path of one on this machine).

    ``branch`` or ``tag``: what is deployed (default: the repository's own HEAD). ``folder``: below the top of it.
    ``key``, ``knownHosts``: for ssh. ``username``, ``token``: for https. ``interval``: how often it is looked at,
    give or take a tenth. ``require: signed``: a commit, or tag, that a key in ``allowedSigners`` has signed.
    """

    example: ClassVar[str] = "{url: /srv/git/desired.git, branch: main}"

    path: PathTo | None = None
    url: Annotated[str, Field(min_length=1)] | None = None
    branch: str | None = None
    tag: str | None = None
    folder: str = ""
    key: PathTo | None = None
    known_hosts: PathTo | None = None
    username: str | None = None
    token: Secret | None = None
    interval: Duration = 30.0
    timeout: Duration = 60.0
    require: Literal["signed"] | None = None
    allowed_signers: PathTo | None = None

    @model_validator(mode="after")
    def _one_place(self) -> SourceSettings:
        if (self.path is None) == (self.url is None):
            wrong("a source is a path or a url", "give exactly one: path: /srv/desired, or url: /srv/git/desired.git")
        return self
