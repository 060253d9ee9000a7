"""The order of the whole suite, and what its laws do not depend on: how busy the machine is."""

from __future__ import annotations

import hypothesis
import pytest

hypothesis.settings.register_profile("suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("suite")

LONG = (
    *("switch/test_pairs.py", "lab/test_breaks.py", "lab/test_overlays.py", "transport_netmiko/test_lab_faults.py"),
    *("transport_netmiko/test_lab_killed.py", "linux/test_round_trip.py", "intent/test_rows_on_a_kernel.py"),
    *("cluster/test_real_kubectl.py", "lab/test_restraint.py", "intent/test_laws.py", "lab_world/test_lifecycle.py"),
    *("daemon_lab/test_hearing.py", "push/test_push.py", "push/test_rollback.py", "daemon_lab/test_drift.py"),
    *("linux/test_rule.py", "lab/test_lookup.py", "lab/test_lockout.py", "lab/test_together.py", "lab/test_loss.py"),
)
"""Files that take the longest go first, the longest of them foremost: a worker that began one last would keep the
others waiting. `make test` keeps xdist from putting those with the most tests first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    name = f"{item.path.parent.name}/{item.path.name}"
    return LONG.index(name) if name in LONG else len(LONG)
