"""docs/problems.md says of each code what it means, and its examples print what stands below them.

`make golden` writes what they print.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from reconciler.cli.validate import Found, configured
from reconciler.desired.codes import Code
from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load
from reconciler.desired.problem import Problem
from reconciler.desired.style.formatting import formatted
from reconciler.report.problem_page import place, sections

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(code: Code) -> list[tuple[str, str]]:
    """Language and text of each block of a section."""
    return [(found[1], found[2]) for found in BLOCK.finditer(sections()[code])]


def judged(code: Code) -> list[Problem]:
    """What `reconcile validate` finds in the working directory, or `reconcile fmt` what it alone says."""
    if code == Code.NOT_FORMATTED:
        file = Path("desired/example.yaml")
        return [Problem(str(file), *fault) for fault in formatted(file.read_text()).faults]
    if Path("config.yaml").exists():
        return configured(Path("config.yaml")).judged()
    given = Path("inventory.yaml")
    return Found(load(Path("desired")), load_inventory(given) if given.exists() else None).judged()


def keep(code: Code, printed: str) -> None:
    page = place()
    section = sections()[code]
    again = re.sub(r"^```text\n.*?^```$", lambda _: f"```text\n{printed}```", section, flags=re.MULTILINE | re.DOTALL)
    page.write_text(page.read_text().replace(section, again))


def test_page_and_registry_have_the_same_codes_in_the_same_order() -> None:
    assert list(sections()) == list(Code)


@pytest.mark.parametrize("code", Code)
def test_each_section_begins_with_what_its_code_means(code: Code) -> None:
    assert sections()[code].splitlines()[2] == f"{code.summary[:1].upper()}{code.summary[1:]}."
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
    assert "**Right:**" in sections()[code]


@pytest.mark.parametrize("code", Code)
def test_each_example_prints_its_code(code: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("desired").mkdir()
    *examples, (language, expected) = blocks(code)
    assert examples, "a section has an example"
    assert language == "text"
    for kind, text in examples:
        if kind == "sh":
            subprocess.run(["sh", "-euc", text], check=True, timeout=10)
        else:
            Path(text.partition("\n")[0].removeprefix("# ")).write_text(text)
    printed = "".join(f"{problem}\n" for problem in judged(code) if problem.code == code)
    if os.environ.get("GOLDEN"):
        keep(code, printed)
        expected = printed
    assert printed == expected
    assert printed, "the example shows the problem"
