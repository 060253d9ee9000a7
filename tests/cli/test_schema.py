"""`reconcile schema`: lists, prints, writes; what it says is what is published."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from reconciler.cli.main import root

PUBLISHED = Path(__file__).parents[2] / "schemas"


def schema(*words: object) -> Result:
    return CliRunner().invoke(root, ["schema", *map(str, words)], standalone_mode=False)


def test_it_writes_what_is_published(tmp_path: Path) -> None:
    ran = schema("--to", tmp_path / "new")
    assert ran.exception is None
    made = {path.name: path.read_text() for path in (tmp_path / "new").iterdir()}
    assert made == {path.name: path.read_text() for path in PUBLISHED.iterdir()}
    ids = {name: json.loads(text)["$id"] for name, text in made.items()}
    assert len(set(ids.values())) == len(ids)
    assert all(one.startswith("urn:reconciler:schema:v1:") for one in ids.values())


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Node", "node"),
        ("ippool", "ippool"),
        ("settings.json", "settings"),
        ("plan", "plan.v1"),
        ("documents", "documents"),
    ],
)
def test_it_prints_one(word: str, name: str) -> None:
    assert schema(word).stdout == (PUBLISHED / f"{name}.json").read_text()


def test_it_lists_all() -> None:
    assert [line.split()[0] for line in schema().stdout.splitlines()][:3] == ["switch", "node", "cluster"]
    assert len(schema().stdout.splitlines()) == len(list(PUBLISHED.iterdir()))


@pytest.mark.parametrize(("words", "told"), [(("Nod",), "did you mean 'node'?"), (("node", "--to", "x"), "leave out")])
def test_a_wrong_word_is_said(words: tuple[str, ...], told: str) -> None:
    error = schema(*words).exception
    assert isinstance(error, click.UsageError)
    assert told in error.message
