"""The metrics of devices: a few numbers each, and never one for each of their entries.

prometheus_client needs 22 ms for the samples of 500 devices, in OpenMetrics 36 ms, and meanwhile nobody hears what the
devices tell. So these lines, of which there are thousands, are written here; all others it writes itself. How a line
looks is the same in both formats (https://prometheus.io/docs/instrumenting/exposition_formats/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reconciler.sinks.metrics.tally import VERBS, Count
from reconciler.sinks.metrics.view import DeviceView

Value = float | None
"""None: there is no sample."""
Row = tuple[str, DeviceView, Count]
"""A device's name, as a label has it, and what is known of it."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: a sample for each device, or, with ``label``, one for each of its values."""

    name: str
    kind: Literal["gauge", "counter"]
    words: str
    value: Callable[[DeviceView, Count], Value] = lambda device, count: None
    label: str = ""
    values: Callable[[DeviceView, Count], Iterable[tuple[str, float]]] = lambda device, count: ()

    def head(self, *, openmetrics: bool) -> str:
        """OpenMetrics names a counter without the ``_total`` of its samples."""
        name = self.name.removesuffix("_total") if openmetrics and self.kind == "counter" else self.name
        return f"# HELP {name} {self.words}\n# TYPE {name} {self.kind}\n"

    def samples(self, rows: Sequence[Row]) -> Iterator[str]:
        return self._labelled(rows) if self.label else self._plain(rows)

    def _plain(self, rows: Sequence[Row]) -> Iterator[str]:
        name, value = self.name, self.value
        for device, known, count in rows:
            if (number := value(known, count)) is not None:
                yield f'{name}{{device="{device}"}} {number}\n'

    def _labelled(self, rows: Sequence[Row]) -> Iterator[str]:
        name, label, values = self.name, self.label, self.values
        for device, known, count in rows:
            for text, number in values(known, count):
                yield f'{name}{{device="{device}",{label}="{text}"}} {number}\n'


def _gauge(name: str, words: str, value: Callable[[DeviceView], Value]) -> Family:
    return Family(f"reconciler_{name}", "gauge", words, lambda device, count: value(device))


def _counter(name: str, words: str, value: Callable[[DeviceView, Count], Value]) -> Family:
    return Family(f"reconciler_{name}_total", "counter", words, value)


FAMILIES: tuple[Family, ...] = (
    _gauge(
        "device_up",
        "1 if the device could be read when it was last looked at, 0 if it is unreachable or unreadable.",
        lambda device: None if device.up is None else int(device.up),
    ),
    _gauge(
        "device_in_sync",
        "1 if the device is as the documents want it.",
        lambda device: int(device.in_sync),
    ),
    Family(
        "reconciler_device_phase",
        "gauge",
        "Always 1; the label says what the loop does about the device.",
        label="phase",
        values=lambda device, count: ((device.phase, 1),),
    ),
    _gauge(
        "device_phase_since_timestamp_seconds",
        "When the device came into its phase.",
        lambda device: device.since,
    ),
    _gauge(
        "device_differences",
        "Entries of the device that differ and are not written now.",
        lambda device: device.differences,
    ),
    _gauge(
        "last_success_timestamp_seconds",
        "When the device was last found as wanted.",
        lambda device: device.good,
    ),
    _gauge(
        "drift_open",
        "1 while the device differs though nobody wants anything else of it.",
        lambda device: int(device.drift),
    ),
    _gauge(
        "held",
        "1 while a plan for the device waits for a person, or for other documents.",
        lambda device: int(device.held),
    ),
    _gauge(
        "apply_failing",
        "1 while applying does not bring the device to its state, tried more than once.",
        lambda device: int(device.failing),
    ),
    _gauge(
        "suspended",
        "1 while a person keeps the device from being written to.",
        lambda device: int(device.suspended),
    ),
    _gauge(
        "suspended_until_timestamp_seconds",
        "When the device's suspension ends; only while it has one.",
        lambda device: device.suspended_until,
    ),
    _gauge(
        "suspension_forgotten",
        "1 if the device has been suspended for longer than suspend.forgotten of the settings.",
        lambda device: int(device.forgotten),
    ),
    _gauge(
        "fights",
        "Entries of the device that somebody else puts back again and again, and that are left alone.",
        lambda device: device.fights,
    ),
    _counter("reads", "How often the device was read.", lambda device, count: device.reads),
    _counter("drifts", "Drifts of the device that were noticed.", lambda device, count: count.drifts),
    _counter("drift_healed", "Drifts of the device that were put back.", lambda device, count: count.healed),
    Family(
        "reconciler_changes_applied_total",
        "counter",
        "Changes written to the device and proven, by what they were.",
        label="verb",
        values=lambda device, count: [(verb, count.applied.get(verb, 0)) for verb in VERBS],
    ),
    _counter("apply_failures", "How often applying to the device has failed.", lambda device, count: count.failures),
)


def text(rows: Iterable[tuple[str, DeviceView, Count]], *, openmetrics: bool) -> str:
    """All families, each with the samples of all devices."""
    named = [(_escaped(name), device, count) for name, device, count in rows]
    return "".join(
        part for family in FAMILIES for part in (family.head(openmetrics=openmetrics), *family.samples(named))
    )


def _escaped(value: str) -> str:
    """As a label's value is written between its quotes."""
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
