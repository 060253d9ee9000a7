"""Named points at which tests break a run: there are enough of them, in words, and what is to happen there does."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.core.failpoint import failpoint
from reconciler.lab.failpoints import LOG, POINT, install, place

SOURCE = Path(__file__).parents[2] / "reconciler"
RUN = SOURCE / "engine/transaction/run.py"
WALKS = """
from reconciler.core.failpoint import failpoint
from reconciler.lab.failpoints import install
install()
for name in ("one applied", "all applied", "one applied", "one applied"):
    failpoint(name)
"""


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    text = path.read_text()
    for found in ast.walk(ast.parse(text)) if any(f"{name}(" in text for name in names) else ():
        if isinstance(found, ast.Call) and getattr(found.func, "id", getattr(found.func, "attr", "")) in names:
            yield found


def texts(path: Path) -> Iterator[str]:
    """As they stand in the source; ``{point}`` is one of the steps of a transaction."""
    for call in calls(path, "failpoint"):
        yield ast.unparse(call.args[0]).removeprefix("f").strip("'")


def steps() -> list[str]:
    named = (call.args[-1] for call in calls(RUN, "_each", "_send"))
    return [one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_there_are_many_points_each_with_a_name_of_its_own_in_words() -> None:
    written = [text for path in sorted(SOURCE.rglob("*.py")) for text in texts(path)]
    names = [text.replace("{point}", step) for text in written for step in (steps() if "{" in text else [""])]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
    assert [name for name in names if not all(word.isalpha() and word.islower() for word in name.split())] == []
    assert {"one applied", "before confirmed", "node armed", "switch committed", "file drafted"} <= set(names)


def walked(points: str, log: Path) -> tuple[int, list[str]]:
    environment = {POINT: points, LOG: str(log), "PYTHONPATH": str(SOURCE.parent)}
    ended = subprocess.run([sys.executable, "-c", WALKS], env=environment, timeout=20)
    return ended.returncode, log.read_text().splitlines()


def test_it_is_killed_where_it_is_said_and_what_else_was_ordered_is_done_before(tmp_path: Path) -> None:
    done = tmp_path / "done"
    points = f"all applied=sh echo here >{done}\none applied:2=kill"
    code, reached = walked(points, tmp_path / "log")
    assert (code, reached) == (-signal.SIGKILL, ["one applied:1", "all applied:1", "one applied:2"])
    assert done.read_text() == "here\n"


def test_a_point_that_is_not_reached_breaks_nothing(tmp_path: Path) -> None:
    assert walked("one applied:4=kill", tmp_path / "log")[0] == 0


@pytest.mark.parametrize(
    "order", ["one applied", "one applied=", "one applied=sh", "one applied=die", "one applied:x=kill"]
)
def test_what_is_no_order_is_refused(order: str) -> None:
    with pytest.raises(ValueError, match=r"is no action|invalid literal"):
        install({POINT: order})
    assert failpoint.hear is None


def test_a_place_is_said_as_it_is_read() -> None:
    assert str(place("one applied:2")) == "one applied:2"
    assert str(place("all armed")) == "all armed:1"
