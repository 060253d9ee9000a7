"""`make bench`: what a scrape of 500 devices costs, against prometheus_client's own text of as many plain samples."""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from reconciler.sinks.metrics.devices import FAMILIES
from reconciler.sinks.metrics.metrics import Metrics
from reconciler.sinks.metrics.view import DeviceView, View

DEVICES = 500
ROUNDS = 30
AIM = 20.0
"""Milliseconds in which nobody hears what the devices tell."""


class Plain:
    """As many samples with one label as the page has."""

    def __init__(self, count: int) -> None:
        self._each = count // len(FAMILIES)

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        for number in range(len(FAMILIES)):
            family = GaugeMetricFamily(f"plain_{number}", "Words.", labels=["device"])
            for device in range(self._each):
                family.add_metric([f"node-{device}"], 1795290316.9)
            yield family


def view() -> View:
    """Made anew for each scrape, as the daemon does."""
    devices = {
        f"node-{number}": DeviceView(phase="in sync", since=1795290316.9, up=True, in_sync=True, good=1795290316.9)
        for number in range(DEVICES)
    }
    return View(version="1", started=1795290316.9, ready=True, revision="b03484", devices=devices)


def milliseconds(*works: Callable[[], object]) -> list[float]:
    """The median of each; in turn, so that a noisy machine disturbs all alike."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, known in zip(works, took, strict=True):
            began = time.perf_counter()
            work()
            known.append((time.perf_counter() - began) * 1e3)
    return [statistics.median(known) for known in took]


def main() -> None:
    metrics = Metrics(view)
    body = metrics.page().body
    samples = sum(not line.startswith(b"#") for line in body.splitlines())
    bare = CollectorRegistry()
    bare.register(Plain(samples))
    older, newer, least, packed = milliseconds(
        metrics.page,
        lambda: metrics.page(openmetrics=True),
        lambda: generate_latest(bare),
        lambda: gzip.compress(body, 1),
    )
    print(f"a scrape of {DEVICES} devices: {samples} samples, {len(body) / 1e3:.0f} kB")
    print(f"  text {older:.1f} ms, OpenMetrics {newer:.1f} ms (aim {AIM:g}); in a thread, gzip {packed:.1f} ms")
    print(f"  as many plain samples of prometheus_client {least:.1f} ms: ratio {newer / least:.2f} (aim 0.5)")


if __name__ == "__main__":
    main()
