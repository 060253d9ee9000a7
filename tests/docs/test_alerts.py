"""The page on alerts: every kind with its severity and a section, examples that are true, commands that exist."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.settings.severity import SEVERITIES
from reconciler.sinks.alerts.alert import Alert
from reconciler.sinks.alerts.alertmanager import Alertmanager
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.message import Item, Message
from reconciler.sinks.alerts.runbook import KINDS, anchor, todo
from reconciler.sinks.alerts.words import body, title
from tests.docs.test_operating import COMMAND, COMMANDS
from tests.docs.test_settings import document

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/ALERTS.md").read_text()
ROW = re.compile(r"^\| \[([a-z ]+)\]\(#([a-z-]+)\) \| (\w+) \|", re.MULTILINE)
AM, HOOK = (json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
TEXTS = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
AT = 1795290000.25
HELD = "held: heal: hold; `reconcile approve 75d7375b0927` applies it"


def example() -> Alert:
    one = HOOK["alerts"][0]
    changes = tuple(one["changes"])
    rest = {name: one[name] for name in ("by", "digest", "revision", "count")}
    return Alert(one["id"], "drift", one["subject"], one["words"], AT, one["device"], changes=changes, **rest)


def test_every_kind_has_its_row_and_its_section() -> None:
    assert {(kind, severity) for kind, _, severity in ROW.findall(PAGE)} == set(SEVERITIES.items())
    assert all(link == anchor(kind) for kind, link, _ in ROW.findall(PAGE))
    assert re.findall(r"^### (.+)$", PAGE, re.MULTILINE) == [kind for kind, _, _ in ROW.findall(PAGE)]
    assert set(KINDS) - {"test"} == set(SEVERITIES)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_to_do_is_a_command_that_there_is(kind: str) -> None:
    said = todo(Alert("0" * 12, kind, "leaf*; rm -rf /", "words", 0.0, "leaf1"))
    assert said
    assert not said.startswith("reconcile ") or COMMAND.findall(f"`{said}`")[0] in COMMANDS
    assert "leaf*; rm" not in said.replace("'leaf*; rm -rf /'", "")


def test_commands_exist() -> None:
    assert set(COMMAND.findall(PAGE)) <= set(COMMANDS)


def test_alertmanagers_example_is_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.sinks.alerts.words.clock", lambda at: "2026-11-21 19:40:00 +0000")
    clock = Clock(today=lambda: 1795290001.0)
    alert = replace(example(), waits=HELD)
    settings: Any = None
    sent = Alertmanager(settings, "jump1", clock).document(Message("k", (Item("opened", 1, alert),)))
    assert sent == AM


def test_the_webhooks_example_is_valid() -> None:
    Draft202012Validator(json.loads((ROOT / "schemas/alert.v1.json").read_text())).validate(HOOK)


def test_what_a_person_reads_is_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.sinks.alerts.words.clock", lambda at: "2026-11-21 19:40:00 +0000")
    many = [
        Alert(f"{n:012x}", "unreachable", f"leaf{n}", f"leaf{n} is unreachable: connect to 10.0.0.{n}: timed out", AT)
        for n in range(1, 501)
    ]
    messages = [
        Message("k", (Item("opened", 1, replace(example(), waits=HELD)),)),
        Message("k", tuple(Item("opened", 1, a) for a in many)),
    ]
    assert [f"{title(one)}\n\n{body(one)}\n(reconciler on jump1)\n" for one in messages] == TEXTS


@pytest.mark.parametrize("block", re.findall(r"^```yaml\n(# spec\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_settings_are_taken(block: str, tmp_path: Path) -> None:
    document(block, tmp_path)
