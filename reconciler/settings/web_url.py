"""Where alerts are posted to: an address over HTTP or HTTPS that holds no password."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator

from reconciler.desired.codes import Code
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example
from reconciler.settings.git_url import is_loopback

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")
LONGEST = 2000


def _url(value: Any) -> Any:
    """What is refused may hold a secret: no message repeats it."""
    if not isinstance(value, str):
        wrong(Code.WRONG_TYPE, "the url is not text", 'put it in quotes, such as "http://127.0.0.1:9093"')
    if not value or len(value) > LONGEST or not value.isascii() or not value.isprintable() or " " in value:
        wrong(
            Code.NOT_A_URL,
            "the url is empty, too long, or not in printable ASCII",
            "expected one such as https://host:9093",
        )
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        wrong(Code.NOT_A_URL, "the url cannot be read", "expected one such as https://host:9093")
    if parts.username is not None or parts.password is not None:
        wrong(
            Code.PLAIN_SECRET,
            "the url holds a user name or a password",
            "remove it; secrets are given as {credential: NAME}",
        )
    _check(parts, host, port)
    return value


def _check(parts: SplitResult, host: str, port: int | None) -> None:
    if parts.scheme not in ("http", "https"):
        wrong(
            Code.NOT_A_URL, "the url begins with neither http:// nor https://", "expected one such as https://host:9093"
        )
    if not HOST.fullmatch(host) or port == 0:
        wrong(Code.NOT_A_URL, "the url has no host, or port 0", "expected one such as https://host:9093")
    if parts.fragment:
        wrong(Code.NOT_A_URL, "the url has a fragment", "remove what begins with #")


def is_private(url: str) -> bool:
    """Whether nobody on the way can read along."""
    parts = urlsplit(url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


WebUrl = Annotated[str, BeforeValidator(_url, json_schema_input_type=str), Example("http://127.0.0.1:9093")]
