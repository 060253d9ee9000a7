"""The page on the daemon's settings: every field with its default, and an example of each that the loader takes."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.settings.load import load_settings
from reconciler.settings.model import Settings
from reconciler.settings.schema import schema

from .test_documents import fields, paths

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/SETTINGS.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([a-zA-Z.*]+)` \| [^|]+ \| ([^|]*?) ?\| [^|]+ \|$", re.MULTILINE)
HEAD = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: reconciler}\nspec:\n"
LEAST = {"source": "  source: {path: d}\n", "inventory": "  inventory: i.yaml\n"}
RECEIVER = ("alerts", "receivers", "*")
SECRETS = {
    ("source", "token"),
    *(("source", "webhook", host, "secret") for host in ("github", "gitlab", "gitea")),
    *((*RECEIVER, "alertmanager", one) for one in ("password", "token")),
    *((*RECEIVER, *one) for one in (("webhook", "secret"), ("apprise", "url"))),
}
PLACES = {"state", "socket"}
SELECTING = ("devices", "clusters", "kinds")


def whole(block: str) -> str:
    """The block as a document; one that begins with `# spec` leaves out what is around its fields."""
    if not block.startswith("# spec\n"):
        return block
    inner = textwrap.indent(block, "  ")
    return HEAD + "".join(text for name, text in LEAST.items() if f"\n{name}:" not in block) + inner


def document(block: str, folder: Path) -> Any:
    (folder / "config.yaml").write_text(whole(block))
    loaded = load_settings(folder / "config.yaml")
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.document is not None
    return loaded.document.places.plain()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[1])
def test_an_example_is_taken_and_an_editor_finds_nothing_wrong(block: str, tmp_path: Path) -> None:
    Draft202012Validator(schema()).validate(document(block, tmp_path))


@cache
def published() -> dict[str, Any]:
    return schema()


@cache
def leaves() -> dict[tuple[str, ...], Any]:
    """The fields that are no mappings, or lists of them, of fields; each with its default."""
    every = [path for path in fields(Settings) if not any(path[:size] in SECRETS for size in range(len(path)))]
    return {
        path: default(path)
        for path in every
        if not any(len(other) > len(path) and other[: len(path)] == path for other in every)
    }


def default(path: tuple[str, ...]) -> Any:
    """As the published schema has it; None: there is none."""
    node: Any = published()["properties"]["spec"]
    for step in path:
        definition = {**node, **published()["$defs"].get(node.get("$ref", "").rpartition("/")[2], {})}
        definition = definition.get("items", definition)
        definition = {**definition, **published()["$defs"].get(definition.get("$ref", "").rpartition("/")[2], {})}
        required = step in definition.get("required", ())
        node = definition["additionalProperties"] if step == "*" else definition["properties"][step]
    return "required" if required else node.get("default")


def shown(path: tuple[str, ...], value: Any) -> str:
    if path[-1] in SELECTING:
        return "all"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "see below" if path[0] in PLACES else {None: "", True: "true"}.get(value, str(value))


def test_the_tables_name_every_field_with_its_default() -> None:
    rows = dict(ROW.findall(PAGE.replace("alerts.receivers.NAME.", "alerts.receivers.*.")))
    assert rows == {".".join(path): shown(path, value) for path, value in leaves().items()}


def test_the_examples_show_every_field(tmp_path: Path) -> None:
    texts = [*BLOCKS, (ROOT / "contrib/config.yaml").read_text()]
    written = {path for text in texts for path in paths(Settings, document(text, tmp_path)["spec"])}
    assert {path for path in leaves() if path not in written} == set()


def test_the_file_to_start_from_has_every_field_but_those_of_the_source(tmp_path: Path) -> None:
    text = (ROOT / "contrib/config.yaml").read_text()
    written = set(paths(Settings, document(text, tmp_path)["spec"]))
    assert {path for path in leaves() if path[0] != "source" and path not in written} == set()
