"""What Prometheus is given: as its own library would write it, as promtool wants it, and quickly enough."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.openmetrics import exposition
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from reconciler.report.event import Event
from reconciler.sinks.metrics.devices import FAMILIES, text
from reconciler.sinks.metrics.metrics import Metrics
from reconciler.sinks.metrics.tally import VERBS, Count
from reconciler.sinks.metrics.view import DeviceView, Receiver, View
from tests.sinks.debian import binary

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
SYNCED = DeviceView(phase="in sync", since=1795290316.9, up=True, in_sync=True, good=1795290400.5, reads=7)
HELD = DeviceView(phase="held", since=1795290342.8, up=True, differences=3, drift=True, held=True)
DOWN = DeviceView(phase="unreachable", since=1.5, up=False, suspended=True, suspended_until=2e9, forgotten=True)


def seen(**devices: DeviceView) -> View:
    return View(
        version="0.1.0",
        started=1795290316.9,
        ready=True,
        revision="b03484",
        devices=devices,
        conditions={"held": 1, "of tomorrow": 2},
        source_looked=1795290500.0,
        receivers={"oncall": Receiver(queued=2, sent=5, failed=1)},
    )


def samples(families: Iterable[Metric]) -> Samples:
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def parsed(page: str) -> Iterable[Metric]:
    """Of OpenMetrics, whose parser is strict."""
    return parse_openmetrics(page)  # type: ignore[no-untyped-call,no-any-return]


def page(metrics: Metrics) -> Samples:
    """The same in both formats, but for what the moment of looking decides."""
    older = samples(parse_text(metrics.page().body.decode()))
    newer = samples(parsed(metrics.page(openmetrics=True).body.decode()))
    assert older.keys() == newer.keys()
    return newer


class Library:
    """The families of devices as prometheus_client collects them."""

    def __init__(self, rows: list[tuple[str, DeviceView, Count]]) -> None:
        self._rows = rows

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        for family in FAMILIES:
            labels = ["device", *([family.label] if family.label else [])]
            made = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily}[family.kind](
                family.name, family.words, labels=labels
            )
            for name, device, count in self._rows:
                if family.label:
                    for value, number in family.values(device, count):
                        made.add_metric([name, value], number)
                elif (plain := family.value(device, count)) is not None:
                    made.add_metric([name], plain)
            yield made


TIMES = st.floats(0, 4e9)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8) | st.sampled_from(['a"b', "a\\b", "a\nb", "é"])
DEVICES = st.builds(
    DeviceView,
    phase=st.sampled_from(["in sync", "held", "unreachable"]),
    since=TIMES,
    up=st.none() | st.booleans(),
    in_sync=st.booleans(),
    differences=st.integers(0, 10**7),
    reads=st.integers(0, 10**9),
    good=st.none() | TIMES,
    suspended_until=st.none() | TIMES,
)
COUNTS = st.builds(
    Count, drifts=st.integers(0, 99), applied=st.builds(dict, create=st.integers(0, 10**12)).map(Counter)
)


@settings(max_examples=40)
@given(st.dictionaries(NAMES, st.tuples(DEVICES, COUNTS), max_size=4))
def test_the_lines_of_devices_say_what_the_library_would_say(devices: dict[str, tuple[DeviceView, Count]]) -> None:
    rows = [(name, device, count) for name, (device, count) in devices.items()]
    registry = CollectorRegistry()
    registry.register(Library(rows))
    older, newer = text(rows, openmetrics=False), text(rows, openmetrics=True) + "# EOF\n"
    assert samples(parse_text(older)) == samples(parse_text(generate_latest(registry).decode()))
    theirs = exposition.generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    assert samples(parsed(newer)) == samples(parsed(theirs))
    assert comments(newer) == comments(theirs)


def comments(page: str) -> list[str]:
    return [line for line in page.split("\n") if line.startswith("#")]


def drift(device: str = "k1", **data: object) -> Event:
    known = {
        "condition": "drift",
        "episode": "opened",
        "since": 104.9,
        "noticed": 105.0,
        "seen": 104.9,
        "told": True,
        "good": 60.0,
    }
    return Event("drift", "drift", device, "warning", known | data)


def change(verb: str, *, written: bool = True) -> dict[str, object]:
    return {"verb": verb, "written": written}


def test_what_happens_is_counted() -> None:
    metrics = Metrics(lambda: seen(k1=SYNCED, k2=HELD))
    for event in (
        drift(),
        drift(episode="updated"),
        drift(told=False),
        Event("healed", "put back", "k1", data={"took": 0.2, "changes": [change("create"), change("update")]}),
        Event("applied", "3", "k2", data={"changes": [change("delete")] * 3 + [change("adopt", written=False)]}),
        Event("retry", "failed", "k2", "warning"),
        Event("retry", "failed again", "k2", "debug"),
        Event("failed", "failed", "k2", "error", {"condition": "failed", "episode": "opened"}),
        Event("failed", "fine again", "k2", "info", {"condition": "failed", "episode": "resolved"}),
        Event("rollout", "over", data={"took": 12.0}),
    ):
        metrics.hear(event)
    found = page(metrics)
    of = {
        name: found[name, (("device", "k1"),)] for name in ("reconciler_drifts_total", "reconciler_drift_healed_total")
    }
    assert of == {"reconciler_drifts_total": 2, "reconciler_drift_healed_total": 1}
    assert found["reconciler_apply_failures_total", (("device", "k2"),)] == 2
    applied = {labels: value for (name, labels), value in found.items() if name == "reconciler_changes_applied_total"}
    assert {labels: value for labels, value in applied.items() if value} == {
        (("device", "k1"), ("verb", "create")): 1,
        (("device", "k1"), ("verb", "update")): 1,
        (("device", "k2"), ("verb", "delete")): 3,
    }
    assert len(applied) == 2 * len(VERBS)
    assert found["reconciler_drift_detection_seconds_sum", (("by", "heard"),)] == pytest.approx(0.1)
    assert found["reconciler_drift_detection_seconds_sum", (("by", "read"),)] == 45.0
    assert found["reconciler_drift_healing_seconds_sum", ()] == 0.2
    assert found["reconciler_rollout_seconds_bucket", (("le", "10.0"),)] == 0
    assert found["reconciler_rollout_seconds_bucket", (("le", "30.0"),)] == 1


ODD: st.SearchStrategy[Any] = st.none() | st.booleans() | st.text() | st.floats() | st.lists(st.integers() | st.text())
KEYS = st.sampled_from(["condition", "episode", "seen", "told", "good", "since", "took", "changes"])
KINDS = st.sampled_from(["drift", "healed", "applied", "retry", "failed", "rollout", "anything"])


@settings(max_examples=40)
@given(st.lists(st.builds(Event, KINDS, st.text(), st.sampled_from(["", "k1"]), data=st.dictionaries(KEYS, ODD))))
def test_whatever_stands_in_an_event_nothing_raises_and_the_page_is_well_formed(events: list[Event]) -> None:
    metrics = Metrics(lambda: seen(k1=SYNCED))
    for event in events:
        metrics.hear(event)
    page(metrics)


def test_counters_begin_at_nought_and_a_device_that_leaves_takes_its_numbers_along() -> None:
    now = seen(k1=SYNCED)
    metrics = Metrics(lambda: now)
    assert page(metrics)["reconciler_drifts_total", (("device", "k1"),)] == 0
    metrics.hear(drift("k1"))
    assert page(metrics)["reconciler_drifts_total", (("device", "k1"),)] == 1
    now = seen(k2=SYNCED)
    assert "k1" not in metrics.page().body.decode()
    now = seen(k1=SYNCED)
    assert page(metrics)["reconciler_drifts_total", (("device", "k1"),)] == 0


def test_the_daemon_as_a_whole() -> None:
    found = page(Metrics(lambda: seen(k1=SYNCED, k3=DOWN)))
    of = {name: value for (name, labels), value in found.items() if not labels}
    assert of["reconciler_ready"] == of["reconciler_source_up"] == of["reconciler_journal_up"] == 1
    assert found["reconciler_source_revision_info", (("revision", "b03484"),)] == 1
    assert found["reconciler_conditions", (("kind", "held"),)] == 1
    assert found["reconciler_conditions", (("kind", "fight"),)] == 0
    assert found["reconciler_conditions", (("kind", "of tomorrow"),)] == 2
    assert found["reconciler_alerts_queued", (("receiver", "oncall"),)] == 2
    assert found["reconciler_device_up", (("device", "k3"),)] == 0
    assert found["reconciler_device_phase", (("device", "k3"), ("phase", "unreachable"))] == 1
    assert found["reconciler_suspended_until_timestamp_seconds", (("device", "k3"),)] == 2e9
    assert ("reconciler_last_success_timestamp_seconds", (("device", "k3"),)) not in found


def test_promtool_finds_nothing_to_say() -> None:
    metrics = Metrics(lambda: seen(k1=SYNCED, k2=HELD, k3=DOWN))
    metrics.hear(drift())
    ran = subprocess.run([binary("promtool"), "check", "metrics"], input=metrics.page().body, capture_output=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_500_devices_are_written_within_20_ms() -> None:
    """The best of a few: the machine does other things as well. `make bench` has the ratio."""

    def took(*, openmetrics: bool) -> float:
        metrics = Metrics(lambda: seen(**{f"node-{number}": replace(SYNCED, reads=number) for number in range(500)}))
        began = time.perf_counter()
        assert len(metrics.page(openmetrics=openmetrics).body) > 500_000
        return time.perf_counter() - began

    for openmetrics in (False, True):
        assert min(took(openmetrics=openmetrics) for _ in range(10)) < 0.02
