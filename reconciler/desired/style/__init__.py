"""How documents are written: one order, one style, whoever writes them; comments stay."""

from __future__ import annotations

from reconciler.desired.style.draft import Draft, written

__all__ = ["Draft", "written"]
