"""The metrics of the daemon as a whole: its source, its receivers, its journal, and what holds for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

from reconciler.sinks.metrics.view import Receiver, View

KINDS = (
    "unreachable",
    "unreadable",
    "failed",
    "held",
    "withheld",
    "drift",
    "fight",
    "forgotten",
    "source",
    "revision",
    "inventory",
    "settings",
    "last good",
    "rolled back",
    "state",
    "socket",
    "journal",
    "receiver",
    "advice",
)
"""Of conditions: those that begin at 0. One that is new is there as soon as it holds for the first time."""


class Whole:
    """A collector of prometheus_client. ``lag``: the longest delay of the loop lately, in seconds."""

    def __init__(self, view: Callable[[], View], lag: Callable[[], float]) -> None:
        self._view, self._lag = view, lag

    def describe(self) -> list[Metric]:
        """Nothing: else it would be collected to learn its names."""
        return []

    def collect(self) -> Iterator[Metric]:
        view = self._view()
        yield InfoMetricFamily("reconciler_build", "The version that runs.", value={"version": view.version})
        yield _gauge("start_time_seconds", "When the daemon was started.", view.started)
        yield _gauge("ready", "1 once a revision is in force and every device was looked at.", view.ready)
        yield _gauge("loop_lag_seconds", "The longest delay of the event loop in the last minute.", self._lag())
        yield from _source(view)
        yield _gauge(
            "rollout_waiting_devices",
            "Devices that have not had their turn under the revision in force.",
            view.waiting,
        )
        yield _conditions(view)
        yield _gauge("journal_up", "1 unless what happens cannot be recorded.", view.journal_up)
        yield from _receivers(view)
        yield CounterMetricFamily("reconciler_events_dropped", "Events that a slow reader has lost.", view.dropped)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"reconciler_{name}", words, float(value))


def _source(view: View) -> Iterator[Metric]:
    yield _gauge("source_up", "1 unless the source of the documents cannot be read.", not view.conditions.get("source"))
    known = InfoMetricFamily("reconciler_source_revision", "The revision that is in force.", labels=["revision"])
    if view.revision:
        known.add_metric([view.revision], {})
    yield known
    looked = GaugeMetricFamily(
        "reconciler_source_last_look_timestamp_seconds", "When the source was last asked for its revision."
    )
    if view.source_looked is not None:
        looked.add_metric([], view.source_looked)
    yield looked


def _conditions(view: View) -> Metric:
    found = GaugeMetricFamily("reconciler_conditions", "What holds now and should not, by its kind.", labels=["kind"])
    for kind in (*KINDS, *sorted(view.conditions.keys() - set(KINDS))):
        found.add_metric([kind], view.conditions.get(kind, 0))
    return found


def _receivers(view: View) -> Iterator[Metric]:
    queued = GaugeMetricFamily("reconciler_alerts_queued", "Alerts that wait for the receiver.", labels=["receiver"])
    sent = CounterMetricFamily(
        "reconciler_alerts_sent", "Messages that the receiver of alerts has taken.", labels=["receiver"]
    )
    failed = CounterMetricFamily(
        "reconciler_alerts_failed", "Attempts to reach the receiver of alerts that failed.", labels=["receiver"]
    )
    dropped = CounterMetricFamily(
        "reconciler_alerts_dropped",
        "Alerts of which the receiver will never hear: too many waited for it.",
        labels=["receiver"],
    )
    numbers: list[tuple[GaugeMetricFamily | CounterMetricFamily, Callable[[Receiver], int]]] = [
        (queued, lambda one: one.queued),
        (sent, lambda one: one.sent),
        (failed, lambda one: one.failed),
        (dropped, lambda one: one.dropped),
    ]
    for family, number in numbers:
        for name, receiver in sorted(view.receivers.items()):
            family.add_metric([name], number(receiver))
        yield family
