"""`reconcile history` as a person reads it, and what it asks for: golden texts over a history that is kept as JSON.

``GOLDEN=1 pytest tests/cli/test_history.py`` writes the texts anew; read the difference before committing it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import click
import pytest
from click.testing import CliRunner

from reconciler.cli import control, entry_text, history_text
from reconciler.cli.main import root
from reconciler.cli.moments import moment
from reconciler.report.screen import PIPE, Screen
from tests.cli.goldens import golden
from tests.cli.recorded import Recorded, a_night
from tests.cli.standing import FORGED, NOW

SCREENS = {"pipe": PIPE, "80": Screen(80)}


def typed(monkeypatch: pytest.MonkeyPatch, past: Recorded, *words: str) -> tuple[str, str]:
    """What is printed on standard output, and on standard error."""
    monkeypatch.setattr(control.Control, "get", lambda self, path: past.get(path))
    done = CliRunner().invoke(root, ["history", *words], standalone_mode=False)
    assert done.exception is None, done.output
    assert done.return_value == 0
    return done.stdout, done.stderr


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize("screen", SCREENS)
def test_a_night_reads_so(screen: str) -> None:
    text = "\n".join(history_text.lines(a_night().get("/v1/history?limit=20")["entries"], NOW, SCREENS[screen])) + "\n"
    assert text == golden(f"history/night-{screen}", text)


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(("number", "name"), [(2, "revision"), (6, "drift"), (7, "open"), (9, "suspended")])
def test_an_entry_reads_so(screen: str, number: int, name: str) -> None:
    entries = a_night().get(f"/v1/history/{number}")["entries"]
    text = "\n".join(entry_text.lines(entries, NOW, SCREENS[screen])) + "\n"
    assert text == golden(f"history/{name}-{screen}", text)


@pytest.mark.usefixtures("utc")
def test_a_revision_of_five_hundred_devices_is_a_few_lines() -> None:
    past = Recorded()
    past.revision([f"k{number:03}" for number in range(500)], 60)
    text = "\n".join(entry_text.lines(past.get("/v1/history/1")["entries"], NOW, Screen(80))) + "\n"
    assert text == golden("history/five-hundred-80", text)
    assert text.count("\n") < 24


@pytest.mark.parametrize("width", [60, 80, 132])
def test_no_line_is_wider_than_the_screen_and_colours_take_no_room(width: int) -> None:
    entries = a_night().get("/v1/history?limit=20")["entries"]
    shown: tuple[Callable[[Screen], Iterable[str]], ...] = (
        lambda screen: history_text.lines(entries, NOW, screen),
        lambda screen: entry_text.lines(entries[1:], NOW, screen),
    )
    for of in shown:
        plain = list(of(Screen(width)))
        assert max(map(len, plain)) <= width
        painted = list(of(Screen(width, color=True)))
        assert [click.unstyle(line) for line in painted] == plain
        assert painted != plain


def test_the_newest_is_said_last_and_first_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    said, _ = typed(monkeypatch, a_night())
    numbers = [int(line.split()[0]) for line in said.splitlines() if line[:4].strip().isdigit()]
    assert numbers == sorted(numbers)
    found = json.loads(typed(monkeypatch, a_night(), "-o", "json")[0])
    assert [entry["id"] for entry in found["entries"]] == sorted(numbers, reverse=True)
    assert found["schema"] == "reconciler/history/v1"


def test_what_is_asked_for_reaches_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    past = a_night()
    words = ["--device", "k01-*", "--by", "A*", "--kind", "change", "--outcome", "cut short", "--limit", "7"]
    _, said = typed(monkeypatch, past, *words, "--since", "2026-11-21T03:00+00:00", "--before", "9")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(past.asked[0]).query).items()}
    wanted = {"device": "k01-*", "by": "A*", "kind": "change", "outcome": "cut short", "limit": "7", "before": "9"}
    assert asked == {**wanted, "since": str(NOW - 245)}
    assert said == "nothing is recorded that fits\n"
    assert typed(monkeypatch, past, "--limit", "2")[1] == "older ones: --before 9\n"


def test_an_entry_that_there_is_not_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError, match="there is no entry 99"):
        typed(monkeypatch, a_night(), "99")


THREE = datetime.fromisoformat("2026-11-21T03:04:05").astimezone()


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2h", timedelta(hours=2)),
        ("1d12h", timedelta(hours=36)),
        ("03:00", timedelta(minutes=4, seconds=5)),
        ("23:04:05", timedelta(hours=4)),
        ("2026-11-21", timedelta(hours=3, minutes=4, seconds=5)),
        ("2026-11-21T03:00", timedelta(minutes=4, seconds=5)),
        ("2026-11-20 03:04:05", timedelta(days=1)),
    ],
)
def test_a_moment_is_written_as_people_do(text: str, before: timedelta) -> None:
    assert moment(text, THREE) == (THREE - before).timestamp()


@pytest.mark.parametrize("text", ["yesterday", "", "2", "2x", "25:00", "2026-13-01", "9999d", "2026-11-21T", "1h-"])
def test_what_is_no_moment_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError, match="is no moment: write it as 2h"):
        typed(monkeypatch, a_night(), "--since", text)


def test_a_change_of_another_release_is_shown_as_far_as_it_goes() -> None:
    past = Recorded()
    strange = {"verb": "melt", "kind": "bfd", "name": "eth1", "fields": {"timer": [1, 2], "odd": [1]}}
    past.drift("n1", 60, [strange, {}, {**FORGED, "after": {"colour": "red"}}])
    text = "\n".join(entry_text.lines(past.entries, NOW, PIPE))
    assert "? bfd eth1  timer 1 → 2" in text
    assert "~ route 10.1.0.0/16 table 254 metric 0  gateway 10.0.0.66 → 10.0.0.1" in text
