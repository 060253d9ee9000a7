"""Windows: Argo CD's nine transitions, nights in which the clock is changed, and laws against a plain count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.plan import Cause
from reconciler.settings.window import Window
from reconciler.settings.windows import Windows, phase

MINUTE = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")


def window(lasting: str, **fields: Any) -> Window:
    return Window.model_validate({"for": lasting, **fields})


def at(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def is_open(windows: Sequence[Window], moment: datetime, cause: Cause = "drift") -> bool:
    return not Windows(windows).closed("leaf1", ("k01",), cause, moment)


ALLOW = window("2h", allow="0 22 * * *")
DENY = window("1h", deny="0 23 * * *")
LATE = window("3h", allow="0 22 * * *")
TRANSITIONS = [
    # Argo CD's table (sync_windows.md): what was open before, and is or is not after. Its `syncOverrun` lets a sync go
    # on; here whoever has begun may always finish, so each line says what may begin.
    ("no window, deny begins", [DENY], "22:59", True, "23:00", False),
    ("no window, deny ends", [DENY], "23:59", False, "00:00", True),
    ("allow begins", [ALLOW], "21:59", False, "22:00", True),
    ("allow ends", [ALLOW], "23:59", True, "00:00", False),
    ("allow, deny begins", [LATE, DENY], "22:59", True, "23:00", False),
    ("allow, deny ends", [LATE, DENY], "23:59", False, "00:00", True),
    ("allow and deny end together", [ALLOW, DENY], "23:59", False, "00:00", False),
    ("two allow, one ends", [ALLOW, LATE], "23:59", True, "00:00", True),
    ("two allow, both have ended", [ALLOW, LATE], "00:59", True, "01:00", False),
]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam"])
@pytest.mark.parametrize(
    ("windows", "first", "was", "then", "will"), [row[1:] for row in TRANSITIONS], ids=[row[0] for row in TRANSITIONS]
)
def test_transitions(windows: list[Window], first: str, was: bool, then: str, will: bool, zone: str) -> None:
    there = [one.model_copy(update={"zone": zone}) for one in windows]
    before = at(f"2026-11-21T{first}", zone)
    after = at(f"2026-11-{22 if then < first else 21}T{then}", zone)
    assert (is_open(there, before), is_open(there, after)) == (was, will)
    assert Windows(there).next_change(before) == after


def test_without_windows_it_is_always_open() -> None:
    assert Windows().closed("leaf1", (), "drift", at("2026-11-21T22:00")) == ""
    assert Windows().next_change(at("2026-11-21T22:00")) is None


def test_a_window_is_about_its_devices_clusters_and_causes() -> None:
    windows = Windows([window("1d", deny="0 0 * * *", devices=["leaf*"], clusters=["k0?"], holds=["change"])])
    now = at("2026-11-21T12:00")
    assert windows.closed("leaf1", ("k01",), "pending", now)
    assert not windows.closed("leaf1", ("k01",), "drift", now)
    assert not windows.closed("spine1", ("k01",), "pending", now)
    assert not windows.closed("leaf1", ("prod",), "pending", now)
    assert not windows.closed("leaf1", (), "pending", now)


SENTENCES = [
    (
        [window("2h", allow="0 22 * * *", zone="Europe/Berlin")],
        "closed until Sat 21 Nov 2026 22:00 CET (21:00 UTC): "
        "repairs only in the window at 22:00 every day for 2h, Europe/Berlin",
    ),
    (
        [window("1d", deny="0 0 * * SAT,SUN", reason="nobody is in")],
        "closed until Mon 23 Nov 2026 00:00 UTC: "
        "no repairs in the window at 00:00 on Saturday and Sunday for 1d, UTC (nobody is in)",
    ),
    (
        [window("2h", allow="0 22 * * *"), window("2h", allow="0 4 * * *"), window("1d", deny="0 0 * * SAT")],
        "closed until Sun 22 Nov 2026 04:00 UTC: no repairs in the window at 00:00 on Saturday for 1d, UTC; "
        "repairs only in the windows at 22:00 every day for 2h, UTC, and at 04:00 every day for 2h, UTC",
    ),
    (
        [window("1h", deny="* * * * *")],
        "closed, and no end is in sight: no repairs in the window every minute for 1h, UTC",
    ),
]


@pytest.mark.parametrize(("windows", "sentence"), SENTENCES)
def test_the_reason_is_a_sentence(windows: list[Window], sentence: str) -> None:
    assert Windows(windows).closed("leaf1", (), "drift", at("2026-11-21T19:00")) == sentence


NIGHTS = [
    # 29 March 2026, 02:00 is 03:00; 25 October 2026, 03:00 is 02:00 again.
    (
        "a start that the clock skips is at the end of the gap",
        "30 2 * * *",
        "1h",
        "2026-03-29T01:00Z",
        "2026-03-29T02:00Z",
    ),
    ("an hour that the clock skips is no hour", "0 1 * * *", "2h", "2026-03-29T00:00Z", "2026-03-29T02:00Z"),
    ("a start that the clock shows twice is the first", "30 2 * * *", "1h", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
    ("an hour that the clock shows twice is two", "0 2 * * *", "2h", "2026-10-25T00:00Z", "2026-10-25T02:00Z"),
    ("a window over the whole night", "0 22 * * *", "6h", "2026-10-24T20:00Z", "2026-10-25T02:00Z"),
    ("every hour means each that passes", "*/30 2 * * *", "20m", "2026-10-25T01:30Z", "2026-10-25T01:50Z"),
]


@pytest.mark.parametrize(
    ("cron", "lasting", "begins", "ends"), [night[1:] for night in NIGHTS], ids=[n[0] for n in NIGHTS]
)
def test_nights_in_which_the_clock_is_changed(cron: str, lasting: str, begins: str, ends: str) -> None:
    one = window(lasting, allow=cron, zone="Europe/Berlin")
    first, last = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    assert phase(one, first - timedelta(seconds=1)) == (False, first)
    assert phase(one, first) == (True, last)
    assert phase(one, last - timedelta(seconds=1)) == (True, last)
    assert not phase(one, last).active


def test_an_answer_is_not_kept_longer_than_it_holds() -> None:
    """Also where the wall clock is set back."""
    windows = Windows([ALLOW])
    moments = ["21:00", "22:30", "21:30", "23:00", "12:00", "22:00"]
    answers = [bool(windows.closed("leaf1", (), "drift", at(f"2026-11-21T{moment}"))) for moment in moments]
    assert answers == [True, False, True, False, True, False]


def field(choices: str) -> st.SearchStrategy[str]:
    return st.sampled_from(choices.split())


CRONS = st.tuples(
    field("0 30 5,35 */20 59"),
    field("0 1 2 3 2-3 22 */12"),
    field("* * 1 28-31 L"),
    field("* * 3 10"),
    field("* * 0 SAT"),
).map(" ".join)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Antarctica/Troll"])
WINDOWS = st.builds(
    lambda kind, cron, lasting, zone: window(lasting, **{kind: cron}, zone=zone),
    st.sampled_from(["allow", "deny"]),
    CRONS,
    st.sampled_from(["1m", "20m", "1h", "90m", "5h"]),
    ZONES,
)
NIGHT = st.sampled_from(
    ["2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-04-04", "2026-10-03", "2026-06-14"]
)
MOMENTS = st.builds(
    lambda day, minutes: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes, seconds=7),
    NIGHT,
    st.integers(0, 3 * 24 * 60),
)


@settings(max_examples=60, deadline=None)
@given(WINDOWS, MOMENTS)
def test_a_phase_lasts_until_it_ends(one: Window, now: datetime) -> None:
    """On the way the answer is the same, and from the end on it is the other."""
    found = phase(one, now)
    assert found.until is not None
    way = found.until - now
    steps = [now + way * n / 20 for n in range(20)]
    assert {phase(one, moment) for moment in (*steps, found.until - timedelta(seconds=1))} == {found}
    assert phase(one, found.until).active != found.active


@settings(max_examples=100, deadline=None)
@given(
    st.sets(st.integers(0, 59), min_size=1, max_size=2),
    st.sets(st.integers(0, 4), min_size=1, max_size=2),
    st.sampled_from([1, 20, 60, 200, 1560]),
    ZONES,
    MOMENTS,
)
def test_a_window_is_active_for_so_long_after_each_start(
    minutes: set[int], hours: set[int], lasting: int, zone: str, now: datetime
) -> None:
    """Against a plain count of every start of the days around, as the wall clock shows them."""
    cron = f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"
    starts = [
        real(datetime(now.year, now.month, now.day, hour, minute) + timedelta(days=days), ZoneInfo(zone))
        for days in range(-3, 3)
        for hour in hours
        for minute in minutes
    ]
    inside = any(start <= now < start + MINUTE * lasting for start in starts)
    assert phase(window(f"{lasting}m", allow=cron, zone=zone), now).active == inside


def real(shown: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clock shows this for the first time; if it never does, the end of the gap."""
    local = shown.replace(tzinfo=zone)
    while local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != shown:
        shown += MINUTE
        local = shown.replace(tzinfo=zone)
    return local.astimezone(UTC)


@settings(max_examples=40, deadline=None)
@given(st.lists(WINDOWS, min_size=1, max_size=3), MOMENTS)
def test_nothing_changes_before_the_next_change_and_the_sentence_tells_the_truth(
    many: list[Window], now: datetime
) -> None:
    windows = Windows(many)
    reason, flip = windows.closed("leaf1", (), "drift", now), windows.next_change(now)
    if flip is not None:
        for moment in (now + (flip - now) / 2, flip - timedelta(seconds=1)):
            assert Windows(many).closed("leaf1", (), "drift", max(moment, now)) == reason
            assert windows.closed("leaf1", (), "drift", max(moment, now)) == reason
    opens = windows._opening(range(len(many)), now)
    if reason and opens is not None:
        assert is_open(many, opens)
        assert not is_open(many, opens - timedelta(seconds=1))
