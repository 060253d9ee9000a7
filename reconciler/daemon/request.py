"""What comes over the control socket, read with care."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict

BODY = 20.0
"""Seconds for a request's body, from a program on this very host."""


class Asked(BaseModel):
    """A JSON body: every field is known, and of its very type."""

    model_config = ConfigDict(extra="forbid", strict=True)


async def body_of(request: web.Request) -> Any:
    """Raises: ValueError."""
    try:
        async with asyncio.timeout(BODY):
            return await request.json()
    except TimeoutError:
        raise ValueError(f"the request was not whole within {BODY:g} s") from None
    except (ValueError, RecursionError, LookupError):  # LookupError: a charset that there is not
        raise ValueError("not JSON") from None
