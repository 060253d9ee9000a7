"""The pages' YAML is what the loader takes: each page is one desired state and one inventory, with every field."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from reconciler.desired.check.owned import check_inventory
from reconciler.desired.compose import compose
from reconciler.desired.device import Device, InventoryShape
from reconciler.desired.documents import OWN_KINDS
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import Repository, load
from reconciler.desired.schema import schemas

ROOT = Path(__file__).parents[2]
PAGES = ("docs/DOCUMENTS.md", "docs/OPERATING.md", "README.md")
BLOCK = re.compile(r"^(?P<indent> *)```yaml\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
FRAGMENT = "# fragment"
"""The first line of a block that is no whole document: it must be YAML, and is not loaded."""


class Block(NamedTuple):
    """One ```yaml block; ``line`` is the page's line before its first one."""

    page: str
    line: int
    text: str

    @property
    def is_fragment(self) -> bool:
        return self.text.startswith(FRAGMENT)

    @property
    def documents(self) -> list[Any]:
        return [tree.plain() for tree in compose(self.text)[0]]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str) -> list[Block]:
    text = (ROOT / page).read_text()
    return [
        Block(page, text.count("\n", 0, match.start("text")), textwrap.dedent(match["text"]))
        for match in BLOCK.finditer(text)
    ]


SCHEMAS = schemas()
BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def read(page: str, folder: Path) -> tuple[Repository, Inventory]:
    """The page as a folder of files; the blank lines before each block make a problem's line that of the page."""
    for block in blocks_of(page):
        if not block.is_fragment:
            (folder / f"{block.line:04}.yaml").write_text("\n" * block.line + block.text)
    return load(folder), load_inventory(folder)


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_overlooked(page: str) -> None:
    assert len(blocks_of(page)) == (ROOT / page).read_text().count("```yaml") > 0


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_yaml(block: Block) -> None:
    trees, faults = compose(block.text)
    assert faults == []
    assert trees


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads(page: str, tmp_path: Path) -> None:
    repository, inventory = read(page, tmp_path)
    assert [str(problem) for problem in (*repository.problems, *inventory.problems)] == []
    assert {ignored.kind for ignored in repository.ignored} <= {"Inventory"}
    if repository.documents and inventory.devices:
        assert [str(problem) for problem in check_inventory(repository, inventory)] == []


@pytest.mark.parametrize("block", [block for block in BLOCKS if not block.is_fragment], ids=str)
def test_an_editor_finds_nothing_wrong(block: Block) -> None:
    for document in block.documents:
        for item in document.get("items", [document]):
            Draft202012Validator(SCHEMAS[f"{item['kind'].lower()}.json"]).validate(item)


def test_the_editor_hints_name_schemas_that_are_there() -> None:
    page = (ROOT / PAGES[0]).read_text()
    names = re.findall(r"\$schema=\.\./schemas/([a-z.]+\.json)", page) + re.findall(r"`([a-z]+\.json)`", page)
    assert set(names) == {*SCHEMAS, "documents.json"}


@pytest.mark.parametrize("kind", [*OWN_KINDS, "Inventory"])
def test_the_reference_shows_every_field(kind: str) -> None:
    model = InventoryShape if kind == "Inventory" else OWN_KINDS[kind]
    written = {
        path
        for block in blocks_of(PAGES[0])
        for document in block.documents
        if document["kind"] == kind
        for path in paths(model, document["spec"])
    }
    shown = {everywhere(path) for path in written}
    assert {path for path in fields(model) if everywhere(path) not in shown} == set()


def everywhere(path: tuple[str, ...]) -> tuple[str, ...]:
    """In an inventory a field may stand at a device or under ``defaults``, and every password takes the same forms."""
    inner = path[2:] if path[:2] == ("devices", "*") else path[1:] if path[0] == "defaults" else path
    return ("password", *inner[1:]) if inner[:1] == ("secret",) and len(inner) > 1 else inner or path[:1]


def test_every_field_is_looked_for() -> None:
    known = set(fields(InventoryShape))
    assert ("devices", "*", "owns", "except", "prefixes") in known
    assert {("devices", "*", field.alias or name) for name, field in Device.model_fields.items()} <= known
    assert ("interfaces", "*", "trunk", "native") in set(fields(OWN_KINDS["Switch"]))
    assert ("routes", "nexthops", "weight") in set(fields(OWN_KINDS["Node"]))


def fields(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """The path of every field; ``*`` is any key of a mapping, lists are stepped through."""
    for name, field in model.model_fields.items():
        path = (field.alias or name,)
        yield path
        for steps, inner in models(field.annotation):
            yield from ((*path, *steps, *rest) for rest in fields(inner))


def models(kind: Any) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    """The models within a type, each with the steps that lead to it."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield (), kind
    elif get_origin(kind) is dict:
        yield from ((("*", *steps), inner) for steps, inner in models(get_args(kind)[1]))
    else:
        for argument in get_args(kind):
            yield from models(argument)


def paths(model: type[BaseModel], value: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The paths of the fields that ``value`` writes, spelled as in ``fields``."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in value:
            yield (key,)
            for steps, inner in models(field.annotation):
                for found in reached(value[key], steps):
                    yield from ((key, *steps, *rest) for rest in paths(inner, found))


def reached(value: Any, steps: tuple[str, ...]) -> list[dict[str, Any]]:
    """The mappings that ``steps`` lead to."""
    found = value if isinstance(value, list) else [value]
    for _ in steps:
        found = [inner for mapping in found for inner in mapping.values()]
    return found
