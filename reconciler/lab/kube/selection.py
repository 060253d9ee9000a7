"""Which objects a list or watch is about: label selectors (`-l`) and the field selector on the name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .status import JSON, bad_request

Selects = Callable[[JSON], bool]
Labels = Mapping[str, str]

_SET = re.compile(r"^(?P<key>\S+)\s+(?P<word>in|notin)\s*\((?P<values>[^)]*)\)$")
_COMMA_OUTSIDE_PARENTHESES = re.compile(r",(?![^(]*\))")


def selection(label_selector: str, field_selector: str) -> Selects:
    """The predicate for both selectors; empty ones select everything. ApiError BadRequest: cannot be read."""
    by_label = [_label_term(term.strip()) for term in _COMMA_OUTSIDE_PARENTHESES.split(label_selector) if term.strip()]
    by_field = [_field_term(term.strip()) for term in field_selector.split(",") if term.strip()]

    def selects(obj: JSON) -> bool:
        labels = obj["metadata"].get("labels") or {}
        return all(term(labels) for term in by_label) and all(term(obj) for term in by_field)

    return selects


def _label_term(term: str) -> Callable[[Labels], bool]:
    if found := _SET.match(term):
        return _in_set(found["key"], found["word"], {value.strip() for value in found["values"].split(",")})
    if "!=" in term:
        key, value = _sides(term, "!=")
        return lambda labels: labels.get(key) != value
    if "=" in term:
        key, value = _sides(term, "==" if "==" in term else "=")
        return lambda labels: labels.get(key) == value
    if not re.fullmatch(r"!?[\w./-]+", term):
        raise bad_request(f"unable to parse requirement: {term}")
    return lambda labels: (term.lstrip("!") in labels) != term.startswith("!")


def _in_set(key: str, word: str, values: set[str]) -> Callable[[Labels], bool]:
    if word == "in":
        return lambda labels: labels.get(key) in values
    return lambda labels: labels.get(key) not in values


def _field_term(term: str) -> Selects:
    negated = "!=" in term
    key, value = _sides(term, "!=" if negated else "==" if "==" in term else "=")
    if key != "metadata.name":
        raise bad_request(f"field label not supported: {key}")
    return lambda obj: (obj["metadata"]["name"] == value) != negated


def _sides(term: str, operator: str) -> tuple[str, str]:
    key, _, value = term.partition(operator)
    return key.strip(), value.strip()
