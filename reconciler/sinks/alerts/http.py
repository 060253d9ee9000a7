"""Posts JSON to a receiver, and says in words what became of it; what is secret stays so.

Nothing is followed elsewhere: whoever redirects us would be given what is meant for another (RFC 9110, 15.4).
"""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import time
from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.words import printable
from reconciler.sinks.alerts.failure import Failure

if TYPE_CHECKING:
    from aiohttp import ClientResponse

PATIENCE = 15.0
"""Seconds for one call."""
ANSWER = 200
"""Bytes of an answer that are shown."""
LONGEST_AFTER = 3600.0
"""Seconds; nobody is believed who asks for more."""
OUR_PLACE = frozenset({401, 402, 403, 404, 405, 407, 408, 409, 410, 421, 423, 425, 426, 429, 451})
"""What says nothing of the message: a wrong token or address, or too much just now. It is tried again."""
Headers = Mapping[str, str]


async def post(url: str, body: bytes, headers: Headers, ca: Path | None, secrets: Collection[str] = ()) -> str:
    """The answer in words. ``secrets``: what the answer may repeat, and nobody is to see. Raises: Failure."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    sent = {"Content-Type": "application/json", "User-Agent": "reconciler", **headers}
    try:
        context = await asyncio.to_thread(_trust, ca) if url.startswith("https:") else False
        connector = aiohttp.TCPConnector(ssl=context or True, force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.post(url, data=body, headers=sent, allow_redirects=False) as response,
        ):
            return await _answer(response, secrets)
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
    said = printable((await response.content.read(ANSWER)).decode(errors="replace")).strip()
    for secret in filter(None, secrets):
        said = "(an answer with a secret in it)" if secret in said else said
    words = f"HTTP {response.status} {_phrase(response.status)}".rstrip()
    if 200 <= response.status < 300:
        return words
    if 300 <= response.status < 400:
        raise Failure(f"{words}: it sends us elsewhere, which is not followed: correct the url")
    lasting = 400 <= response.status < 500 and response.status not in OUR_PLACE
    after = _after(response.headers.get("Retry-After", ""))
    raise Failure(f"{words}: {said}" if said else words, lasting=lasting, after=after)


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
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)  # asyncio puts the address into the text
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
