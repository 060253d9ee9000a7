"""The metrics as a page of text, in the two formats that Prometheus may ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition

from reconciler.report.event import Event
from reconciler.sinks.metrics.devices import text
from reconciler.sinks.metrics.lag import Lag
from reconciler.sinks.metrics.tally import Tally
from reconciler.sinks.metrics.view import View
from reconciler.sinks.metrics.whole import Whole

OPENMETRICS = "application/openmetrics-text"
END = "# EOF\n"
"""The last line of OpenMetrics, and of nothing else."""


@dataclass(frozen=True, slots=True)
class Page:
    """``kind``: the value of Content-Type."""

    body: bytes
    kind: str


class Metrics:
    """``view``: how the daemon stands right now. The registry is our own: it knows nothing of other programs' parts."""

    def __init__(self, view: Callable[[], View]) -> None:
        self._view = view
        self._now: View | None = None
        self._lag = Lag()
        self.registry = CollectorRegistry()
        self._tally = Tally(self.registry)
        self.registry.register(Whole(self._seen, lambda: self._lag.worst))
        ProcessCollector(registry=self.registry)

    def hear(self, event: Event) -> None:
        self._tally.hear(event)

    async def run(self) -> None:
        """Measure the loop's delay, until cancelled."""
        await self._lag.run()

    def page(self, *, openmetrics: bool = False) -> Page:
        """The page in OpenMetrics 1.0, which Prometheus asks for, or else in the older text."""
        view = self._now = self._view()
        self._tally.keep(view.devices.keys())
        rows = [(name, device, self._tally.of(name)) for name, device in sorted(view.devices.items())]
        if openmetrics:
            written: bytes = exposition.generate_latest(self.registry)  # type: ignore[no-untyped-call]
            whole = written.decode().removesuffix(END)
            said, kind = whole + text(rows, openmetrics=True) + END, exposition.CONTENT_TYPE_LATEST
        else:
            said = generate_latest(self.registry).decode() + text(rows, openmetrics=False)
            kind = CONTENT_TYPE_PLAIN_0_0_4
        return Page(said.encode(), kind)

    def _seen(self) -> View:
        """The same for all of a page."""
        return self._now or self._view()
