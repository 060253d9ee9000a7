"""What a kind's rules get to see when an object is about to be stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .status import JSON, Cause


@dataclass(frozen=True, slots=True)
class Review:
    """``new`` is about to replace ``old`` (None: a create); ``stored(plural)`` lists the objects of a kind.

    A rule set may fill in defaults in ``new`` before it judges, as Calico does.
    """

    new: JSON
    old: JSON | None
    stored: Callable[[str], Iterable[JSON]]


def invalid_value(field: str, value: object, why: str) -> Cause:
    """A value that breaks a rule."""
    return Cause(field, "FieldValueInvalid", f"Invalid value: {_quoted(value)}: {why}")


def required(field: str, why: str) -> Cause:
    """A value that must be given."""
    return Cause(field, "FieldValueRequired", f"Required value: {why}")


def unsupported(field: str, value: object, choices: Iterable[str]) -> Cause:
    """A value outside its enumeration."""
    supported = ", ".join(f'"{choice}"' for choice in choices)
    return Cause(field, "FieldValueNotSupported", f"Unsupported value: {_quoted(value)}: supported values: {supported}")


def wrong_type(field: str, value: object, expected: str) -> Cause:
    """A value of another JSON type, in the words of a custom resource's schema check."""
    found = json_type(value)
    text = f'Invalid value: "{found}": {field} in body must be of type {expected}: "{found}"'
    return Cause(field, "FieldValueTypeInvalid", text)


def json_type(value: object) -> str:
    """The JSON schema name of a value's type."""
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _quoted(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
