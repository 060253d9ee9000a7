"""`reconcile status` as a person reads it: golden screens of small and large fleets, and that all of it has room.

``GOLDEN=1 pytest tests/cli/test_status_text.py`` writes the screens anew; read the difference before committing it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.cli.fitting import Block, Section, fitted
from reconciler.cli.status_devices import WORST_FIRST, sections
from reconciler.cli.status_text import lines
from reconciler.core.words import printable
from reconciler.daemon.standing import CALM, Phase
from reconciler.report.screen import PIPE, Screen
from tests.cli.goldens import golden
from tests.cli.standing import FORGED, LOST, NOW, Stand, calm, everything_wrong, storm

SCREENS = {"pipe": PIPE, "80x24": Screen(80, height=24), "120": Screen(120), "verbose": Screen(80, verbose=True)}
STANDS: dict[str, Callable[[], Stand]] = {"calm": calm, "wrong": everything_wrong, "storm": storm}


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("stand", "screen"),
    [*((stand, screen) for stand in STANDS for screen in ("pipe", "80x24")), ("wrong", "120"), ("storm", "verbose")],
)
def test_a_status_reads_so(stand: str, screen: str) -> None:
    text = "\n".join(lines(STANDS[stand]().document, NOW, SCREENS[screen])) + "\n"
    assert text == golden(f"status/{stand}-{screen}", text)


@pytest.mark.parametrize("stand", STANDS)
@pytest.mark.parametrize("width", [60, 80, 132])
def test_no_line_is_wider_than_the_screen_and_colours_take_no_room(stand: str, width: int) -> None:
    plain = list(lines(STANDS[stand]().document, NOW, Screen(width)))
    assert max(map(len, plain)) <= width
    painted = list(lines(STANDS[stand]().document, NOW, Screen(width, color=True)))
    assert [click.unstyle(line) for line in painted] == plain
    assert painted != plain


@pytest.mark.parametrize("stand", STANDS)
def test_a_status_has_room_on_the_smallest_terminal(stand: str) -> None:
    assert len(list(lines(STANDS[stand]().document, NOW, Screen(80, height=23)))) <= 23


@pytest.mark.parametrize("height", [24, 40, 60])
def test_a_storm_has_room_on_one_screen_and_nobody_is_lost(height: int) -> None:
    shown = list(lines(storm().document, NOW, Screen(80, height=height)))
    assert len(shown) <= height
    head = re.compile(r"(k\d+(?:, k\d+)*)(?: and (\d+) more)?: (?:failed|unreachable|held) for ")
    named = sum(one[1].count("k") + int(one[2] or 0) for line in shown if (one := head.match(line)))
    left = sum(int(one[1]) for line in shown if (one := re.match(r"… and (\d+) more", line)))
    assert named + left == 370


@given(
    st.lists(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 50)), max_size=20), max_size=5), st.integers(1, 60)
)
def test_what_is_fitted_has_room_and_counts_what_it_leaves_out(
    sections: list[list[tuple[int, int]]], height: int
) -> None:
    made = [
        Section(tuple(Block((f"{number}",) * size, about) for number, (size, about) in enumerate(blocks)), "thing")
        for blocks in sections
    ]
    shown = list(fitted(made, height))
    least = sum(2 + (len(one.blocks) > 1) for one in made if one.blocks) - 1
    assert len(shown) <= max(height, least)
    whole = list(fitted(made, None))
    assert shown == whole or len(whole) > height
    left = sum(int(line.split()[2]) for line in shown if line.startswith("…"))
    kept = [block for one in made for block in one.blocks]
    assert left <= sum(block.about for block in kept)
    assert shown == whole or left or all(line in whole for line in shown)


NAMES = st.text("ab-.*\u202e\x1b'1", min_size=1, max_size=6)
REASONS = st.sampled_from(["", "heal: hold", "10.0.0.1: no answer", "a: b", "host key", "\x1b[31m\n"]) | st.text(
    max_size=30
)


@given(
    st.dictionaries(NAMES, st.tuples(st.sampled_from([*get_args(Phase), "odd"]), REASONS), max_size=12), st.booleans()
)
def test_every_device_that_is_not_calm_is_told_of_once(devices: dict[str, tuple[str, str]], drifts: bool) -> None:
    stand = Stand(devices)
    for name, (phase, reason) in devices.items():
        stand.turn(name, phase, reason, digest="9e01962fb62a")
        if drifts:
            stand.drift(name, "held")
    troubled = {name for name, (phase, _) in devices.items() if phase not in CALM}
    told = list(sections(stand.found, NOW, Screen(80)))
    assert sum(block.about for section in told for block in section.blocks) == len(troubled)
    text = "\n".join(lines(stand.found, NOW, Screen(80, verbose=True)))
    assert all(printable(name) in text.replace("\n    ", " ") for name in troubled)
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ([FORGED, FORGED], "  differs: ~ route 10.1.0.0/16 table 254 metric 0 gateway 10.0.0.66 → 10.0.0.1"),
        ([FORGED, LOST], "  reconcile plan"),
    ],
)
def test_what_is_to_be_approved_is_shown(changes: list[dict[str, Any]], shown: str) -> None:
    stand = calm()
    for name, change, digest in zip(
        ("k01-worker", "k01-worker2"), changes, ("9e01962fb62a", "5c6695667b72"), strict=True
    ):
        stand.turn(name, "held", "heal: hold", digest=digest)
        stand.begin("held", name, f"{name} is held: heal: hold", changes=[change], count=1)
    told = list(lines(stand.document, NOW, PIPE))
    place = told.index("k01-worker, k01-worker2: held for 12m: heal: hold")
    assert told[place + 1] == shown
    assert ("  reconcile approve 5c6695667b72 9e01962fb62a" in told) == (changes[0] == changes[1])


def test_every_phase_has_its_place() -> None:
    assert {*WORST_FIRST, *CALM} == set(get_args(Phase))


def test_a_phase_that_is_not_known_yet_is_shown_all_the_same() -> None:
    found = calm().document
    found["devices"]["ceos01"]["phase"] = "melting"
    assert "ceos01: melting for 1h" in list(lines(found, NOW, PIPE))


def test_words_from_a_device_cannot_paint_the_screen() -> None:
    stand = calm()
    stand.turn("ceos01", "failed", "\x1b[31mFAKE\nceos01: in sync", 60)
    assert not any("\x1b" in line or line == "ceos01: in sync" for line in lines(stand.document, NOW, PIPE))
