"""Times as RFC 3339 has them, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(at: float) -> str:
    """``2026-11-21T03:04:05.678Z``. ``at``: seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
