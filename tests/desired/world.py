"""Small repositories of documents, written by tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Write = Callable[..., Path]
OWN = "apiVersion: reconciler/v1\n"


def node(name: str, spec: str = "{}") -> str:
    """One Node document."""
    return f"{OWN}kind: Node\nmetadata: {{name: {name}}}\nspec: {spec}\n"
