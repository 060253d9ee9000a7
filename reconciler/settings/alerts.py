"""Who hears of what goes wrong, how soon, and how often again: Alertmanager, a webhook, or any service of apprise."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from reconciler.desired.codes import Code
from reconciler.desired.documents.globs import Glob, Some
from reconciler.desired.documents.spec import Part
from reconciler.desired.documents.values import matching, user_name, wrong
from reconciler.desired.examples import Example
from reconciler.desired.secret import PathTo, Secret
from reconciler.desired.suggestion import did_you_mean
from reconciler.settings.duration import Duration, between
from reconciler.settings.severity import SEVERITIES, Severity
from reconciler.settings.web_url import WebUrl, is_private

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
USERNAME = re.compile(r"[^\x00-\x20\x7f:]{1,128}")
FORMS = "give exactly one of alertmanager, webhook and apprise"


def _kind(name: str) -> str:
    if name not in SEVERITIES:
        wrong(Code.UNKNOWN_VALUE, f"unknown kind of alert {name!r}", did_you_mean(name, sorted(SEVERITIES)))
    return name


def _mapping(value: Any) -> Any:
    """A text here is likely to be a URL with a secret in it: no message repeats it."""
    if isinstance(value, str):
        wrong(Code.WRONG_TYPE, "this says nowhere to send to", "give a mapping with a url, such as {url: …}")
    return value


AlertKind = Annotated[
    str, AfterValidator(_kind), WithJsonSchema({"type": "string", "enum": sorted(SEVERITIES)}), Example("drift")
]
ReceiverName = Annotated[
    str, AfterValidator(matching(NAME, "name of a receiver", "use letters, digits, '-', '_' and '.', such as oncall"))
]
Username = Annotated[str, AfterValidator(user_name(USERNAME, "expected one such as reconciler"))]


class AlertmanagerSettings(Part):
    """``url``: up to ``/api/v2``. ``username`` and ``password``, or ``token`` (Bearer). ``ca``: whom to believe."""

    example: ClassVar[str] = '{url: "http://127.0.0.1:9093"}'

    url: Annotated[WebUrl, Field(repr=False)]
    username: Username | None = None
    password: Secret | None = None
    token: Secret | None = None
    ca: PathTo | None = None

    @model_validator(mode="after")
    def _fits(self) -> AlertmanagerSettings:
        if (self.username is None) != (self.password is None):
            wrong(Code.FIELD_NEEDS_ANOTHER, "username and password belong together", "give both, or neither")
        if self.password is not None and self.token is not None:
            wrong(Code.FIELDS_CONFLICT, "both a password and a token", "give one of them")
        if (self.password or self.token) and not is_private(self.url):
            wrong(
                Code.PLAIN_SECRET,
                "the password could be read on the way",
                "use https://; http:// is for this machine alone",
            )
        _check_ca(self.url, self.ca)
        return self


class WebhookReceiverSettings(Part):
    """``secret``: what each call is signed with (HMAC-SHA256). ``ca``: whose certificates are believed."""

    example: ClassVar[str] = "{url: https://host/alerts, secret: {credential: hook}}"

    url: Annotated[WebUrl, Field(repr=False)]
    secret: Secret | None = None
    ca: PathTo | None = None

    @model_validator(mode="after")
    def _fits(self) -> WebhookReceiverSettings:
        _check_ca(self.url, self.ca)
        return self


class AppriseSettings(Part):
    """``url``: as apprise has it, ``slack://…``, ``mailtos://…``: it holds the secrets, so it is one."""

    example: ClassVar[str] = "{url: {credential: slack}}"

    url: Secret


class ReceiverSettings(Part):
    """Whom to tell, and of what: ``severity`` and above, these ``kinds``, these ``devices``; left out means all."""

    example: ClassVar[str] = '{alertmanager: {url: "http://127.0.0.1:9093"}}'

    alertmanager: Annotated[AlertmanagerSettings | None, BeforeValidator(_mapping)] = None
    webhook: Annotated[WebhookReceiverSettings | None, BeforeValidator(_mapping)] = None
    apprise: Annotated[AppriseSettings | None, BeforeValidator(_mapping)] = None
    severity: Severity = "warning"
    kinds: Some[AlertKind] = ()
    devices: Some[Glob] = ()

    @model_validator(mode="after")
    def _one_way(self) -> ReceiverSettings:
        ways = [self.alertmanager, self.webhook, self.apprise]
        if sum(way is not None for way in ways) != 1:
            wrong(Code.FIELDS_CONFLICT, "a receiver is told in one way", FORMS)
        return self


class AlertSettings(Part):
    """``settle``: what ends is over once it stayed so for that long. ``group``: what begins together is told together.

    ``interval``: one message per receiver in this time at most, but for the first. ``repeat``: what still holds is
    told again. ``receivers``: by name.
    """

    example: ClassVar[str] = '{receivers: {oncall: {alertmanager: {url: "http://127.0.0.1:9093"}}}}'

    settle: Annotated[Duration, between("100ms", "1h")] = Field(default="15s", validate_default=True)
    group: Annotated[Duration, between("1ms", "1m")] = Field(default="500ms", validate_default=True)
    interval: Annotated[Duration, between("100ms", "1h")] = Field(default="10s", validate_default=True)
    repeat: Annotated[Duration, between("1m", "366d")] = Field(default="4h", validate_default=True)
    receivers: Annotated[
        dict[ReceiverName, Annotated[ReceiverSettings, BeforeValidator(_mapping)]], BeforeValidator(_mapping)
    ] = Field(default_factory=dict)


def _check_ca(url: str, ca: object) -> None:
    if ca is not None and not url.startswith("https:"):
        wrong(Code.FIELDS_CONFLICT, "ca is for https", "remove it, or use a url such as https://host:9093")
