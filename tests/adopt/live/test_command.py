"""`reconcile import live --live FILE`: what it prints and writes, its exit codes, and files that make no sense."""

from __future__ import annotations

import functools
import json
import os
import random
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cli import live as files
from reconciler.cli.import_live import _made
from reconciler.core.codec import as_json
from reconciler.core.resource import State
from reconciler.desired.style import written
from tests.adopt.live.befallen import befallen
from tests.adopt.live.law import seed
from tests.lab.warm import here

SCHEMA = "reconciler/state/v1"
GOLDEN = Path(__file__).parent / "golden"
AWAY = "k01-worker3"


def state(world: Mapping[str, State], *away: str) -> dict[str, Any]:
    """What `observe -o json` prints of it."""
    listed = {name: [as_json(row) for row in rows.values()] for name, rows in world.items()}
    read = {name: {"status": "ok", "resources": rows} for name, rows in listed.items()}
    gone = {"status": "unreachable", "reason": "172.20.20.9: no answer", "resources": []}
    return {"schema": SCHEMA, "devices": read | dict.fromkeys(away, gone)}


def imported(tmp_path: Path, document: object, *words: object) -> CompletedProcess[str]:
    file = tmp_path / "live.json"
    file.write_text(json.dumps(document))
    return here().run(["import", "live", "--live", str(file), *map(str, words)], cwd=tmp_path)


def test_documents_are_printed_or_written(tmp_path: Path) -> None:
    printed = imported(tmp_path, state(seed()))
    assert (printed.returncode, printed.stderr) == (0, "")
    ran = imported(tmp_path, state(seed()), "--to", tmp_path / "net")
    assert ran.returncode == 0, ran.stderr
    folder = tmp_path / "net" / "desired"
    names = ("switches", "nodes", "clusters", "calico", "affinities")
    parts = [(folder / f"{name}.yaml").read_text() for name in names]
    assert "---\n".join(parts) == printed.stdout
    assert {stat.S_IMODE(path.stat().st_mode) & 0o133 for path in folder.iterdir()} == {0}
    again = imported(tmp_path, state(seed()), "--to", tmp_path / "net")
    assert again.returncode == 1
    assert "is there already: choose another folder, or say --force" in again.stderr
    assert imported(tmp_path, state(seed()), "--to", tmp_path / "net", "--force").returncode == 0


def golden(name: str, text: str) -> str:
    """What the file has to say; with ``GOLDEN`` in the environment it says ``text`` from now on."""
    path = GOLDEN / name
    if os.environ.get("GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return path.read_text()


def test_the_seed_and_what_was_done_to_it_by_hand(tmp_path: Path) -> None:
    ran = imported(tmp_path, state(befallen(seed(), 24, 11)), "--cluster", "lab")
    assert ran.returncode == 0
    assert ran.stdout == golden("by-hand.yaml", ran.stdout)
    assert ran.stderr == golden("by-hand.txt", ran.stderr)


def test_who_cannot_be_read_is_named_and_known_by_the_others(tmp_path: Path) -> None:
    ran = imported(tmp_path, state(seed(), AWAY))
    assert ran.returncode == 4
    assert f"{AWAY}: unreachable: 172.20.20.9: no answer" in ran.stderr
    assert "# It could not be read: this is what the others know of it.\n" in ran.stdout
    assert "  underlay: {dev: eth1, address: 10.10.20.20/32}\n" in ran.stdout
    assert "{node: k01-worker3, cidr: 192.168.209.64/26, state: confirmed}" in ran.stdout
    (tmp_path / "desired.yaml").write_text(ran.stdout)
    words = ["--dry-run", "--live", str(tmp_path / "live.json"), "--desired", str(tmp_path / "desired.yaml")]
    plan = here().run([*words, "-o", "json"], cwd=tmp_path)
    assert plan.returncode == 4
    assert [change for device in json.loads(plan.stdout)["devices"] for change in device["changes"]] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target", "nobody*"), "no device matches --target 'nobody*'"),
        (("-o", "json"), "documents are YAML"),
        (("--inventory", "nowhere"), "no such inventory"),
    ],
)
def test_what_makes_no_sense_is_an_error(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    ran = imported(tmp_path, state(seed()), *words)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert said in ran.stderr


def test_a_name_that_is_none_is_not_written(tmp_path: Path) -> None:
    (rows, *_) = seed().values()
    ran = imported(tmp_path, state({"a\nkind: Node": rows}))
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "'a\\nkind: Node': all of it: no name for a device" in ran.stderr.replace("\\\\", "\\")


def test_all_that_is_wrong_with_a_file_is_told_with_its_places(tmp_path: Path) -> None:
    document = state(seed())
    rows = document["devices"]["k01-worker"]["resources"]
    number = next(place for place, row in enumerate(rows) if row["kind"] == "route")
    rows[number] |= {"metric": "x", "table": [1]}
    rows[number + 1] = "route"
    ran = imported(tmp_path, document)
    assert ran.returncode == 1
    assert f"k01-worker: {number}: route: table, metric: neither a value that observe prints, nor absent" in ran.stderr
    assert f"k01-worker: {number + 1}: expected an object" in ran.stderr


@functools.cache
def _text() -> str:
    return json.dumps(state(seed()))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


NONSENSE: tuple[Any, ...] = (
    *(None, 0, -1, 10**30, 1.5, True, "", "x", "x\ny", "\x00", "*", "10.0.0.300", "::/129", "fe80::1%eth0"),
    *([], ["a"], {}, {"a": None}),
)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(number=st.integers(0, 10**6), count=st.integers(1, 4))
def test_nonsense_is_refused_or_left_out(tmp_path_factory: pytest.TempPathFactory, number: int, count: int) -> None:
    rng, document = random.Random(number), json.loads(_text())
    for _ in range(count):
        inner, key = rng.choice(list(_places(document["devices"])))
        if rng.random() < 0.2:
            inner.pop(key)
        else:
            inner[key] = rng.choice(NONSENSE)
    file = tmp_path_factory.getbasetemp() / "nonsense.json"
    file.write_text(json.dumps(document))
    try:
        made = _made(files.sights_of(file), None, "")
    except click.ClickException:
        return
    assert isinstance(written(made.documents), str)
