"""`reconcile status --watch`: on a terminal in place, in a pipe when something changes; and the daemon may go away."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import click
import pytest

from reconciler.cli import status, watch
from reconciler.cli.control import Control, NoDaemon
from reconciler.cli.main import root
from reconciler.report.screen import PIPE, Screen
from tests.cli.standing import NOW, calm


class Story(Control):
    """A daemon whose answers are told beforehand: documents, or why there is none; then somebody types Ctrl-C."""

    def __init__(self, *answers: dict[str, Any] | str) -> None:
        self._answers: Iterator[dict[str, Any] | str] = iter(answers)

    def get(self, path: str) -> dict[str, Any]:
        assert path == "/v1/status"
        answer = next(self._answers, None)
        if answer is None:
            raise KeyboardInterrupt
        if isinstance(answer, str):
            raise NoDaemon(answer)
        return answer


@pytest.fixture
def at_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time goes on only where somebody waits."""
    clock = [NOW]
    monkeypatch.setattr("time.time", lambda: clock[0])
    monkeypatch.setattr("time.sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))


def later(**changes: Any) -> dict[str, Any]:
    """The same after another look at everything."""
    found = calm().document
    found["source"]["looked"] = NOW
    for device in found["devices"].values():
        device["reads"] = 7
    return {**found, **changes}


@pytest.mark.parametrize(
    ("words", "environment", "painted"),
    [
        (["status"], {}, True),
        (["status", "--no-color"], {}, False),
        (["--no-color", "status"], {}, False),
        (["status"], {"NO_COLOR": "1"}, False),
        (["status"], {"TERM": "dumb"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, words: list[str], environment: dict[str, str], painted: bool
) -> None:
    seen = io.StringIO()
    seen.isatty = lambda: True  # type: ignore[method-assign]
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", seen)
    monkeypatch.setattr(Control, "get", lambda self, path: later())
    root(words, standalone_mode=False)
    assert ("\x1b[" in seen.getvalue()) is painted
    assert "5 of 5 devices in sync" in seen.getvalue()


@pytest.mark.usefixtures("at_three")
def test_in_a_pipe_only_news_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    lost = calm()
    lost.turn("ceos01", "unreachable", "no answer", 0)
    away = "no daemon answers on /s"
    story = Story(later(), later(), later(), lost.document, away, away, lost.document, lost.document)
    assert watch.watched(story, PIPE, "text", 2.0) == 0
    said = capsys.readouterr().out
    assert said.count("revision b03484800f36") == 3
    assert said.count("ceos01: unreachable") == 2
    marks = [line for line in said.splitlines() if line.startswith("--- ")]
    assert len(marks) == 4
    assert marks[2].endswith(f"no answer for 0s: {away}")


@pytest.mark.usefixtures("at_three")
def test_in_a_pipe_json_is_one_document_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = later(), later(alerts={"oncall": 1})
    assert watch.watched(Story(first, first, "away", second), PIPE, "json", 1.0) == 0
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [first, second]
    assert "away" in said.err


@pytest.mark.usefixtures("at_three")
def test_a_daemon_that_was_never_there_is_an_error() -> None:
    with pytest.raises(NoDaemon, match="nobody"):
        watch.watched(Story("nobody"), PIPE, "text", 2.0)


@pytest.mark.usefixtures("at_three")
def test_a_terminal_is_redrawn_in_place_and_says_who_went_away(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = io.StringIO()
    seen.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdout", seen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(watch, "terminal", lambda **how: Screen(80, height=24, **how))
    lost = calm()
    lost.turn("ceos01", "unreachable", "no answer", 0)
    assert (
        watch.watched(Story(later(), lost.document, "no daemon answers"), Screen(80, True, height=24), "text", 2.0) == 0
    )
    frames = seen.getvalue().split("every 2 s until Ctrl-C")
    assert len(frames) > 3
    assert "\x1b[2K\x1b[1A" in frames[1]  # the lines of the last one are written over, and the screen is never empty
    assert "\x1b[2J" not in seen.getvalue()
    plain = [click.unstyle(frame) for frame in frames]
    assert "5 of 5 devices in sync" in plain[1]
    assert "ceos01: unreachable" in plain[2]
    assert "no answer for 0s: no daemon answers; what was last known:" in " ".join(plain[3].split())


@pytest.mark.parametrize(("source", "code"), [({}, 1), ({"revision": "c1"}, 0)])
def test_that_no_revision_can_be_put_in_force_is_an_error(source: dict[str, str], code: int) -> None:
    away = {"id": "0" * 12, "kind": "source", "subject": "source", "words": "no route to host", "since": 1.7e9}
    found = {"source": source, "devices": {}, "conditions": [away]}
    assert status._shown(found, "json", PIPE) == code
