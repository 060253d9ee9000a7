"""Problems as SARIF 2.1.0 (OASIS), so that a merge request shows each on its line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reconciler.desired.codes import Code
from reconciler.desired.problem import Problem
from reconciler.report.problem_page import sections

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
BASE = "SRCROOT"
TOOL = "reconciler"


def sarif(problems: Iterable[Problem], roots: Iterable[Path], top: Path) -> dict[str, Any]:
    """A log with one run. ``roots``: folders that the files of problems may be relative to; ``top``: the repository's.

    Places below ``top`` are relative to it (``originalUriBaseIds`` says where it was), all others absolute.
    """
    found, roots, top = list(problems), list(roots), top.resolve()
    codes = sorted({problem.code for problem in found})
    pages = sections()
    rules = [_rule(code, pages) for code in codes]
    results = [_result(problem, codes.index(problem.code), _uri(problem.file, roots, top)) for problem in found]
    run = {
        "tool": {"driver": {"name": TOOL, "version": _version(), "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"uri": f"{top.as_uri().removesuffix('/')}/"}},
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def top_of(folder: Path) -> Path:
    """The checkout that holds ``folder``, else the working directory."""
    here = folder.resolve()
    return next((one for one in (here, *here.parents) if (one / ".git").exists()), Path.cwd())


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(TOOL)
    except PackageNotFoundError:
        return "0"


def _rule(code: Code, pages: Mapping[str, str]) -> dict[str, Any]:
    text = pages.get(code, code.summary)
    return {
        "id": str(code),
        "name": "".join(word.title() for word in code.split("-")),
        "shortDescription": {"text": f"{code.summary[:1].upper()}{code.summary[1:]}."},
        "fullDescription": {"text": _paragraph(text) or code.summary},
        "help": {"text": text, "markdown": text},
    }


def _paragraph(section: str) -> str:
    """What stands behind the heading and the summary: why it is a problem."""
    parts = section.split("\n\n")
    return " ".join(parts[2].split()) if len(parts) > 2 else ""


def _result(problem: Problem, rule: int, location: Mapping[str, str]) -> dict[str, Any]:
    return {
        "ruleId": str(problem.code),
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": f"{problem.what}: {problem.right}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": location,
                    "region": {"startLine": problem.line, "startColumn": problem.col},
                }
            }
        ],
    }


def _uri(file: str, roots: Iterable[Path], top: Path) -> dict[str, str]:
    """The file where it is, as far as it is: a name that cannot be printed is shown otherwise than it is written."""
    candidates = [Path.cwd() / root / file for root in roots]
    path = next((one for one in candidates if os.path.lexists(one)), candidates[0])
    real = path.parent.resolve() / path.name
    if real.is_relative_to(top):
        return {"uri": quote(real.relative_to(top).as_posix()), "uriBaseId": BASE}
    return {"uri": real.as_uri()}
