"""A git host tells that somebody pushed: whether it is the host that says so, for the first time, and about which ref.

A webhook only makes us look earlier than we would anyway: what is deployed comes from the repository, never from here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from reconciler.desired.secret import SecretMissing
from reconciler.settings.source import HookSecret, WebhookSettings

Kind = Literal["github", "gitlab", "gitea"]
Headers = Mapping[str, str]

MAX_BODY = 5 * 1024 * 1024
MAX_HEADER = 1024
REMEMBERED = 24 * 3600.0
MANY = 10_000
SIGNING = "whsec_"
KEY = 16
SKEW = 300.0
"""Seconds between the host's clock and ours that a signed time may be off (Standard Webhooks: five minutes)."""
REF = re.compile(r"refs/[^\x00-\x20\x7f]{1,250}")
EVENTS = {"github": ("x-github-event",), "gitlab": ("x-gitlab-event",), "gitea": ("x-forgejo-event", "x-gitea-event")}
SIGNATURES = {"github": ("x-hub-signature-256",), "gitea": ("x-forgejo-signature", "x-gitea-signature")}
PUSHES = ("push", "Push Hook", "Tag Push Hook")
IDS = ("webhook-id", "idempotency-key", "x-gitlab-event-uuid")
"""What GitLab gives one delivery, and each repetition of it."""
USED = frozenset(
    {name for names in (*EVENTS.values(), *SIGNATURES.values(), IDS) for name in names}
    | {"x-gitlab-token", "webhook-timestamp", "webhook-signature"}
)


class Denied(Exception):
    """A request that is not believed, or not understood; ``status`` is what to answer in HTTP."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


@dataclass(slots=True)
class Webhook:
    """One git host's webhook. It remembers what it has seen, for a time and up to a number.

    ``secret``: GitHub's and Gitea's secret; GitLab's secret token, or its signing token (``whsec_…``), which is better.
    """

    kind: Kind
    secret: str = field(repr=False)
    _seen: OrderedDict[bytes, float] = field(default_factory=OrderedDict, repr=False)

    def __post_init__(self) -> None:
        if not self.secret:
            raise ValueError(f"the secret of the {self.kind} webhook is empty")
        if self._key is not None and len(self._key) < KEY:
            raise ValueError("the signing token of the gitlab webhook is not whsec_ and 32 bytes in base64")

    @property
    def _key(self) -> bytes | None:
        """The key of GitLab's signing token; None where the secret is none."""
        if self.kind != "gitlab" or not self.secret.startswith(SIGNING):
            return None
        try:
            return base64.b64decode(self.secret.removeprefix(SIGNING), validate=True)
        except ValueError:
            return b""

    def check(self, headers: Iterable[tuple[str, str]], body: bytes, now: float) -> str:
        """The ref that was pushed, such as ``refs/heads/main``; empty for a ping and for what is no push.

        ``headers`` as they came, repeated ones too; ``now`` in seconds since 1970. Raises: Denied.
        """
        if len(body) > MAX_BODY:
            raise Denied(f"the body has more than {MAX_BODY:,} bytes", 413)
        given = _headers(headers)
        self._authenticate(given, body, now)
        event = next((given[name] for name in EVENTS[self.kind] if name in given), None)
        if event is None:
            raise Denied(f"no header {EVENTS[self.kind][-1]}", 400)
        if event not in PUSHES:
            return ""
        ref = _ref(body)
        self._remember([hashlib.sha256(body).digest(), *(given[name].encode() for name in IDS if name in given)], now)
        return ref

    def _authenticate(self, given: Headers, body: bytes, now: float) -> None:
        if self.kind == "gitlab":
            return self._token(given) if self._key is None else self._signed(given, body, now)
        names = [name for name in SIGNATURES[self.kind] if name in given]
        if not names:
            raise Denied(f"no header {SIGNATURES[self.kind][-1]}: the hook has no secret on the git host", 401)
        right = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        prefix = "sha256=" if self.kind == "github" else ""
        for name in names:
            if not _same(given[name], prefix + right):
                raise Denied(f"the signature in {name} does not hold", 401)
        return None

    def _token(self, given: Headers) -> None:
        if "x-gitlab-token" not in given:
            raise Denied("no header x-gitlab-token: the hook has no secret token on the git host", 401)
        if not _same(given["x-gitlab-token"], self.secret):
            raise Denied("the token in x-gitlab-token is not ours", 401)

    def _signed(self, given: Headers, body: bytes, now: float) -> None:
        """``{webhook-id}.{webhook-timestamp}.{body}`` by HMAC-SHA256, in base64 (the Standard Webhooks' form)."""
        try:
            told, at, signed = given["webhook-id"], given["webhook-timestamp"], given["webhook-signature"]
        except KeyError as missing:
            raise Denied(f"no header {missing.args[0]}: the hook has no signing token on the git host", 401) from None
        if not re.fullmatch(r"[0-9]{1,12}", at) or abs(now - int(at)) > SKEW:
            raise Denied("webhook-timestamp is too old, or in the future", 401)
        text = f"{told}.{at}.".encode() + body
        right = base64.b64encode(hmac.new(self._key or b"", text, hashlib.sha256).digest()).decode()
        if not any([_same(one, f"v1,{right}") for one in signed.split(" ")]):  # noqa: C419 - all are compared, always
            raise Denied("the signature in webhook-signature does not hold", 401)

    def _remember(self, names: list[bytes], now: float) -> None:
        """What is signed has no time in it (but with GitLab's signing token): a recording would be good for ever."""
        while self._seen and (len(self._seen) > MANY or next(iter(self._seen.values())) < now - REMEMBERED):
            self._seen.popitem(last=False)
        if any(name in self._seen for name in names):
            raise Denied("this was delivered before", 409)
        self._seen.update(dict.fromkeys(names, now))


def webhooks(settings: WebhookSettings) -> dict[Kind, Webhook]:
    """The webhooks that are set up, each with its secret. Raises: SecretMissing."""
    given: dict[Kind, HookSecret | None] = {
        "github": settings.github,
        "gitlab": settings.gitlab,
        "gitea": settings.gitea,
    }
    try:
        return {kind: Webhook(kind, hook.secret.read()) for kind, hook in given.items() if hook is not None}
    except ValueError as error:
        raise SecretMissing(str(error)) from None


def _headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers that matter, names in small letters. Two of one name: which of them another program on the way has
    read nobody knows."""
    given: dict[str, str] = {}
    for name, value in headers:
        low = name.lower()
        if low not in USED:
            continue
        if low in given:
            raise Denied(f"header {low} is given twice", 400)
        if len(value) > MAX_HEADER or not value.isascii() or not value.isprintable():
            raise Denied(f"header {low} is too long, or not in printable ASCII", 400)
        given[low] = value
    return given


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _ref(body: bytes) -> str:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise Denied("the body is not JSON: set the hook's content type to application/json", 400) from None
    ref = payload.get("ref") if isinstance(payload, dict) else None
    if not isinstance(ref, str) or not REF.fullmatch(ref) or not ref.isprintable():
        raise Denied("the body names no ref", 400)
    return ref
