"""Answers as rows and columns: what plain `kubectl get` asks the server for (``Accept: …;as=Table``)."""

from __future__ import annotations

from collections.abc import Iterable

from .registry import Resource
from .status import JSON


def table(resource: Resource, objects: Iterable[JSON], version: int, include: str = "") -> JSON:
    """A meta.k8s.io/v1 Table. ``include``: None, Metadata (the default) or Object, what rides along in each row."""
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": str(version)},
        "columnDefinitions": [
            {
                "name": column.name,
                "type": column.type,
                "format": "name" if column.name == "Name" else "",
                "description": "",
                "priority": int(column.wide),
            }
            for column in resource.kind.columns
        ],
        "rows": [_row(resource, obj, include) for obj in objects],
    }


def _row(resource: Resource, obj: JSON, include: str) -> JSON:
    row: JSON = {"cells": [column.cell(obj) for column in resource.kind.columns]}
    if include == "Object":
        row["object"] = {"apiVersion": resource.api, "kind": resource.kind.name, **obj}
    elif include != "None":
        row["object"] = {
            "apiVersion": "meta.k8s.io/v1",
            "kind": "PartialObjectMetadata",
            "metadata": obj["metadata"],
        }
    return row
