"""Posts JSON to a receiver, and says in words what became of it; what is secret stays so.

Nothing is followed elsewhere: whoever redirects us would be given what is meant for another (RFC 9110, 15.4).
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import ssl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from reconciler.core.words import printable
from reconciler.sinks.alerts.failure import Failure

if TYPE_CHECKING:
    from aiohttp import ClientResponse

PATIENCE = 15.0
"""Seconds for one call."""
ANSWER = 200
"""Characters of an answer that are shown."""
READ = 4096
"""Bytes of it that are looked at, so that no secret is only cut short by what is shown."""
SAYING = 2.0
"""Seconds that it may take to say that much: whoever dribbles is not listened to."""
PART = 8
"""Characters: an answer that has so many of a secret, in their order, repeats it, in whatever quotes."""
TOKEN = 12
"""Characters from which a part of an address may be a secret, as in ``https://host/hooks/T0000/abc…``."""
LONGEST_AFTER = 3600.0
"""Seconds; nobody is believed who asks for more."""
OUR_PLACE = frozenset({401, 402, 403, 404, 405, 407, 408, 409, 410, 421, 423, 425, 426, 429, 451})
"""What says nothing of the message: a wrong token or address, or too much just now. It is tried again."""
Headers = Mapping[str, str]


async def post(url: str, body: bytes, headers: Headers, ca: Path | None, secrets: Collection[str] = ()) -> str:
    """The answer in words. ``secrets``: what the answer may repeat, and nobody is to see. Raises: Failure."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    plain = {"Content-Type": "application/json", "User-Agent": "reconciler", "Accept-Encoding": "identity"}
    try:
        context = await asyncio.to_thread(_trust, ca) if url.startswith("https:") else False
        connector = aiohttp.TCPConnector(ssl=context or True, force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False) as session,
            session.post(url, data=body, headers={**plain, **headers}, allow_redirects=False) as response,
        ):
            return await _answer(response, [*secrets, *_tokens(url)])
    except TimeoutError:
        raise Failure(f"no answer within {PATIENCE:g} s") from None
    except aiohttp.ClientConnectorCertificateError as error:
        raise Failure(f"its certificate is not believed: {_cause(error.certificate_error)}") from None
    except aiohttp.ClientConnectorError as error:
        raise Failure(_cause(error.os_error)) from None
    except ssl.SSLError as error:
        raise Failure(f"TLS: {error.reason or 'the certificates of ca cannot be read'}") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Failure(_cause(error)) from None


async def _answer(response: ClientResponse, secrets: Collection[str]) -> str:
    """Raises: Failure."""
    words = f"HTTP {response.status} {_phrase(response.status)}".rstrip()
    if 200 <= response.status < 300:
        return words
    if 300 <= response.status < 400:
        raise Failure(f"{words}: it sends us elsewhere, which is not followed: correct the url")
    lasting = 400 <= response.status < 500 and response.status not in OUR_PLACE
    after = _after(response.headers.get("Retry-After", ""))
    said = await _said(response, secrets)
    raise Failure(f"{words}: {said}" if said else words, lasting=lasting, after=after)


async def _said(response: ClientResponse, secrets: Collection[str]) -> str:
    """The beginning of its text; nothing of one that is packed, or that does not come."""
    said, content = bytearray(), response.content
    with suppress(TimeoutError):
        async with asyncio.timeout(SAYING):
            while len(said) < READ and not content.at_eof():
                said += await content.read(READ - len(said))
    if "Content-Encoding" in response.headers or not (content.at_eof() or len(said) >= READ):
        return ""
    text = said.decode(errors="replace")
    if any(part in text for secret in secrets for part in _parts(secret)):
        return "(an answer with a secret in it)"
    return printable(text[:ANSWER].strip())


def _parts(secret: str) -> Iterator[str]:
    for start in range(len(secret) - PART + 1):
        yield secret[start : start + PART]
    if 0 < len(secret) < PART:
        yield secret


def _tokens(url: str) -> list[str]:
    """What in the address may be one."""
    parts = urlsplit(url)
    found = re.split(r"[/?&=;]", f"{parts.path}?{parts.query}")
    return [one for part in found for one in {part, unquote(part)} if len(one) >= TOKEN]


def _trust(ca: Path | None) -> ssl.SSLContext:
    """Raises: OSError."""
    return ssl.create_default_context(cafile=None if ca is None else str(ca))


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def _after(value: str) -> float:
    """Seconds, from Retry-After: a number or a date (RFC 9110, 10.2.3); 0 for anything else."""
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_AFTER)
    try:
        return min(max(0.0, parsedate_to_datetime(value).timestamp() - time.time()), LONGEST_AFTER)
    except (ValueError, OverflowError):
        return 0.0


def _cause(error: BaseException) -> str:
    """The system's words: those of a library may repeat the whole address, and with it what is secret."""
    import aiohttp

    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)  # asyncio puts the address into the text
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "it hung up without an answer"
    if isinstance(error, aiohttp.ClientResponseError):
        return "its answer is none that HTTP knows"
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
