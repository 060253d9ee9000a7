"""One node of four fails in the middle of a real run: all are back at once, and the report says which, and why."""

from __future__ import annotations

import time

from tests.lab.conftest import Field

NODES = ("k01-control-plane", "k01-worker", "k01-worker2", "k01-worker3")
REFUSES = """\
cp "$(command -v ip)" /tmp/ip.real
cat >/tmp/ip <<'END'
#!/bin/sh
case "$*" in *-batch*) cat >/dev/null; echo "No buffer space available" >&2; exit 255 ;; esac
exec /tmp/ip.real "$@"
END
chmod +x /tmp/ip
mount --bind /tmp/ip "$(command -v ip)"
"""
"""From now on the node's kernel has no room for any entry."""


def routes(field: Field, node: str) -> str:
    return field.shown(node, "ip", "route", "show")


def test_all_are_back_in_time_and_it_is_said_who_failed(converged: Field) -> None:
    for node in NODES:
        net = "192.168.209.64/26" if node != "k01-worker3" else "192.168.81.64/26"
        converged.shown(node, "ip", "route", "del", net)
    before = {node: routes(converged, node) for node in NODES}
    converged.shown("k01-worker2", "sh", "-c", REFUSES)
    began = time.monotonic()
    try:
        ran = converged.reconcile("--yes")
        took = time.monotonic() - began
        assert ran.returncode == 1
        assert {node: routes(converged, node) for node in NODES} == before
        assert took < 15.0
        told = ran.stderr.splitlines()
        assert any(line.startswith("k01-worker2: ") and "No buffer space available" in line for line in told)
        for node in set(NODES) - {"k01-worker2"}:
            assert f"{node}: k01-worker2 failed; rolled back" in told
            assert "rec-" not in converged.shown(node, "sh", "-c", "ls /run/reconciler-undo 2>/dev/null; true")
    finally:
        converged.shown("k01-worker2", "sh", "-c", 'umount "$(command -v ip)"')
    converged.converge()
    assert converged.pings()
