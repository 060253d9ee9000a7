"""The three ways kubectl sends a patch: JSON merge patch, JSON patch, and strategic merge patch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from .status import JSON, bad_request

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396: objects are merged, null deletes, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def strategic_merge_patch(target: Any, patch: Any, merge_keys: Mapping[str, str]) -> Any:
    """A merge patch in which the lists named in ``merge_keys`` are merged entry by entry.

    ``$patch: delete|replace`` is obeyed; ``$setElementOrder`` and ``$retainKeys`` say nothing that matters for the
    lists of a Node, whose order carries no meaning, and are dropped.
    """
    if not isinstance(patch, dict):
        return patch
    if patch.get("$patch") == "replace":
        target = {}
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            merged.pop(key, None)
        elif key in merge_keys and isinstance(value, list):
            merged[key] = _merge_entries(merged.get(key) or [], value, merge_keys[key])
        else:
            merged[key] = strategic_merge_patch(merged.get(key), value, merge_keys)
    return merged


def _merge_entries(target: Sequence[JSON], patch: Sequence[JSON], identity: str) -> list[JSON]:
    if {"$patch": "replace"} in patch:
        return [entry for entry in patch if entry != {"$patch": "replace"}]
    entries = {entry.get(identity): entry for entry in target}
    for entry in patch:
        if entry.get("$patch") == "delete":
            entries.pop(entry.get(identity), None)
        else:
            entries[entry.get(identity)] = merge_patch(entries.get(entry.get(identity)), entry)
    return list(entries.values())


def json_patch(target: JSON, operations: Any) -> JSON:
    """RFC 6902. ApiError BadRequest: not a patch, or a path or test in it does not fit the object."""
    if not isinstance(operations, list):
        raise bad_request("a JSON patch must be a list of operations")
    document = deepcopy(target)
    for operation in operations:
        try:
            _apply(document, operation)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise bad_request(f"the server rejected our request: {json.dumps(operation)}: {error!r}") from error
    return document


def _apply(document: JSON, operation: JSON) -> None:
    match operation["op"]:
        case "add":
            _add(document, operation["path"], operation["value"])
        case "remove":
            _remove(document, operation["path"])
        case "replace":
            _remove(document, operation["path"])
            _add(document, operation["path"], operation["value"])
        case "move":
            _add(document, operation["path"], _remove(document, operation["from"]))
        case "copy":
            _add(document, operation["path"], deepcopy(_at(document, _tokens(operation["from"]))))
        case "test":
            if _at(document, _tokens(operation["path"])) != operation["value"]:
                raise ValueError("test failed")
        case unknown:
            raise ValueError(f"unknown operation {unknown}")


def _tokens(pointer: str) -> list[str]:
    if not pointer.startswith("/"):
        raise ValueError(f"no JSON pointer into an object: {pointer!r}")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]


def _at(node: Any, tokens: Sequence[str]) -> Any:
    for token in tokens:
        node = node[int(token)] if isinstance(node, list) else node[token]
    return node


def _add(document: JSON, pointer: str, value: Any) -> None:
    *parents, last = _tokens(pointer)
    parent = _at(document, parents)
    if isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        parent[last] = value


def _remove(document: JSON, pointer: str) -> Any:
    *parents, last = _tokens(pointer)
    parent = _at(document, parents)
    return parent.pop(int(last) if isinstance(parent, list) else last)


def patch_for(content_type: str, merge_keys: Mapping[str, str]) -> Callable[[JSON, Any], Any] | None:
    """The way to apply a patch of this content type, or None for a type that is not known."""
    ways: dict[str, Callable[[JSON, Any], Any]] = {
        JSON_PATCH: json_patch,
        MERGE_PATCH: merge_patch,
        STRATEGIC_PATCH: lambda target, patch: strategic_merge_patch(target, patch, merge_keys),
    }
    return ways.get(content_type)
