"""Where the daemon takes desired state from, and what a revision has to show before it is believed."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from reconciler.desired.codes import Code
from reconciler.desired.documents.spec import Part
from reconciler.desired.documents.values import user_name, wrong
from reconciler.desired.examples import Example
from reconciler.desired.secret import PathTo, Secret
from reconciler.settings.duration import Duration, between
from reconciler.settings.git_url import GitUrl, WrongUrl, git_url

REF = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|@\{|/\.))[^\x00-\x20\x7f~^:?*\[\\]{1,200}(?<![/.])(?<!\.lock)")
"""What git-check-ref-format(1) takes as the name of a branch or a tag."""
USERNAME = re.compile(r"[!-9;-~]{1,128}")
ONLY_GIT = ("branch", "tag", "folder", "key", "known_hosts", "username", "token", "ca", "require", "allowed_signers")


def _url(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        wrong(Code.WRONG_TYPE, "the url is not text", 'put it in quotes, such as "ssh://git@host/desired.git"')
    try:
        return git_url(value, Path((info.context or {}).get("base", "."))).text
    except WrongUrl as error:
        wrong(Code.NOT_A_URL, error.what, error.right)


def _ref(text: str) -> str:
    if text.startswith("refs/"):
        wrong(Code.NOT_A_REF, f"{text!r} is a whole ref", f"give the name alone, such as {text.split('/', 2)[-1]}")
    if not REF.fullmatch(text):
        wrong(Code.NOT_A_REF, f"{text!r} is no name of a branch or tag", "expected one such as main or v1.2")
    return text


def _folder(text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or not text.isprintable() or ":" in text:
        wrong(
            Code.NOT_A_PATH,
            f"{text!r} is no folder of a repository",
            "give it relative to the top, such as sites/berlin",
        )
    return "" if text in ("", ".") else str(path)


Url = Annotated[str, BeforeValidator(_url, json_schema_input_type=str), Example("/srv/git/desired.git")]
Ref = Annotated[str, AfterValidator(_ref), Example("main")]


class HookSecret(Part):
    """What a git host and we know: GitHub's and Gitea's secret, GitLab's secret token or its signing token."""

    example: ClassVar[str] = "{secret: {credential: webhook}}"

    secret: Secret


def _hook(value: Any) -> Any:
    """A text here is likely to be the secret itself: no message repeats it."""
    if isinstance(value, (str, int, float)):
        wrong(Code.PLAIN_SECRET, "a plain-text secret is refused", f"use {HookSecret.example}")
    return value


Hook = Annotated[HookSecret, BeforeValidator(_hook)]


class WebhookSettings(Part):
    """Whose pushes may announce themselves. Each host has a path of its own: ``/github``, ``/gitlab``, ``/gitea``."""

    example: ClassVar[str] = "{github: {secret: {credential: webhook}}}"

    github: Hook | None = None
    gitlab: Hook | None = None
    gitea: Hook | None = None

    @model_validator(mode="after")
    def _some(self) -> WebhookSettings:
        if not (self.github or self.gitlab or self.gitea):
            wrong(
                Code.FIELD_NEEDS_ANOTHER, "webhook names no git host", f"remove it, or give one, such as {self.example}"
            )
        return self


class SourceSettings(Part):
    """A local folder (``path``), or a git repository (``url``: ssh, https, or the path of one on this machine).

    ``branch`` or ``tag``: what is deployed (default: the repository's own HEAD). ``folder``: below the top of it.
    ``key``, ``knownHosts``: for ssh (default: those of this user). ``username``, ``token``: for https; ``ca``: the
    certificates that it must come from, where the system's do not do. ``interval``: how often it is looked at, give
    or take a tenth; ``timeout``: how long one fetch may take. ``require: signed``: a commit (or, with ``tag``, an
    annotated tag) that a key in ``allowedSigners`` has signed (ssh-keygen(1), ALLOWED SIGNERS). ``webhook``: who
    may tell that there is something new.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["path"]}, {"required": ["url"]}],
            "not": {"required": ["branch", "tag"]},
            "dependentRequired": {
                "username": ["token"],
                "require": ["allowedSigners"],
                "allowedSigners": ["require"],
            },
        }
    )
    example: ClassVar[str] = "{url: /srv/git/desired.git, branch: main}"

    path: PathTo | None = None
    url: Url | None = None
    branch: Ref | None = None
    tag: Ref | None = None
    folder: Annotated[str, AfterValidator(_folder)] = ""
    key: PathTo | None = None
    known_hosts: PathTo | None = None
    username: Annotated[str, AfterValidator(user_name(USERNAME, "expected one such as deploy"))] | None = None
    token: Secret | None = None
    ca: PathTo | None = None
    interval: Annotated[Duration, between("1s", "1d")] = Field(default="30s", validate_default=True)
    timeout: Annotated[Duration, between("1s", "1h")] = Field(default="60s", validate_default=True)
    require: Literal["signed"] | None = None
    allowed_signers: PathTo | None = None
    webhook: WebhookSettings | None = None

    @property
    def remote(self) -> GitUrl | None:
        """The repository, where this is no folder."""
        return None if self.url is None else git_url(self.url)

    @property
    def place(self) -> str:
        """What tells it from other sources: the folder, or the repository and what is deployed of it."""
        return str(self.path) if self.url is None else f"{self.url}#{self.ref}:{self.folder}"

    @property
    def ref(self) -> str:
        """The full name of what is deployed: ``refs/heads/main``, ``refs/tags/v1``, ``HEAD``."""
        if self.tag:
            return f"refs/tags/{self.tag}"
        return f"refs/heads/{self.branch}" if self.branch else "HEAD"

    @model_validator(mode="after")
    def _one_place(self) -> SourceSettings:
        if (self.path is None) == (self.url is None):
            wrong(
                Code.FIELDS_CONFLICT,
                "a source is a path or a url",
                "give exactly one: path: /srv/desired, or url: /srv/git/desired.git",
            )
        if self.branch and self.tag:
            wrong(Code.FIELDS_CONFLICT, "both a branch and a tag", "give one of them")
        fields = type(self).model_fields
        if self.path is not None and (given := [name for name in ONLY_GIT if getattr(self, name)]):
            wrong(
                Code.FIELDS_CONFLICT,
                f"{fields[given[0]].alias or given[0]} is for a git repository",
                "give url instead of path, or remove it",
            )
        return self

    @model_validator(mode="after")
    def _way(self) -> SourceSettings:
        scheme = self.remote.scheme if self.remote else None
        if scheme != "ssh" and (self.key or self.known_hosts):
            wrong(
                Code.FIELDS_CONFLICT,
                "key and knownHosts are for ssh",
                "remove them, or use a url such as ssh://git@host/desired.git",
            )
        if scheme not in ("https", "http") and (self.token or self.username or self.ca):
            wrong(
                Code.FIELDS_CONFLICT,
                "username, token and ca are for https",
                "remove them, or use a url such as https://host/desired.git",
            )
        if self.username and not self.token:
            wrong(Code.FIELD_NEEDS_ANOTHER, "a username without a token", "add token: {credential: NAME}")
        return self

    @model_validator(mode="after")
    def _signed(self) -> SourceSettings:
        if self.require and not self.allowed_signers:
            wrong(
                Code.FIELD_NEEDS_ANOTHER,
                "require: signed without allowedSigners",
                "add allowedSigners: PATH, the file of the keys to believe",
            )
        if self.allowed_signers and not self.require:
            wrong(Code.FIELD_NEEDS_ANOTHER, "allowedSigners is not looked at", "add require: signed")
        return self
