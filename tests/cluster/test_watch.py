"""Pools and blocks of a cluster heard through the real kubectl as they change, and judged against what was read."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from reconciler.cluster.driver import ClusterDriver
from reconciler.cluster.kubectl import PROLOGUE
from reconciler.cluster.rumour import BLOCK, MOST, ClusterRumours
from reconciler.core.driver import Reading
from reconciler.core.watching import AGAIN, ENDED, READY, STDERR

from .conftest import Node, server

__all__ = ["server"]
DRIVER = ClusterDriver()
TEXT = DRIVER.watch.replace("-ge 100", "-ge 3")
"""Less patience until a program that does not listen to the kernel is taken to have begun."""
POOL = {"cidr": "10.1.0.0/16", "blockSize": 26}


def nobody(_: object) -> bool:
    return False


def reading(node: Node) -> Reading:
    return DRIVER.read([node.ask(question) for question in DRIVER.questions])


def manifest(kind: str, name: str, spec: Mapping[str, Any]) -> str:
    document = {"apiVersion": "crd.projectcalico.org/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    return f"printf '%s' '{json.dumps(document)}' | kubectl create -f -"


@contextmanager
def watched(node: Node) -> Iterator[list[str]]:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(node.home)}
    process = subprocess.Popen(
        ["sh"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdin is not None
    process.stdin.write(f"{PROLOGUE}\n{TEXT}")
    process.stdin.flush()
    heard: list[str] = []
    stream = map(str.rstrip, process.stdout or ())
    reader = threading.Thread(target=lambda: heard.extend(line for line in stream))
    reader.start()
    try:
        yield heard
    finally:
        process.stdin.close()
        process.wait(5)
        reader.join(5)
        assert not reader.is_alive(), "a kubectl has outlived the watch"


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def news(lines: list[str], now: Reading) -> str:
    rumours = DRIVER.rumours()
    for line in lines:
        if line != READY:
            rumours.hear(line if rumours.takes(line) else f"{STDERR}{line}")
    lines.clear()
    return rumours.news(now, {}, nobody)


def test_every_change_is_heard_and_is_news_until_it_was_read(node: Node) -> None:
    """What was there comes first: nothing is lost between a reading and the watch."""
    node.does(manifest("IPPool", "one", POOL))
    before = reading(node)
    with watched(node) as lines:
        until(lambda: sum("ADDED" in line for line in lines) == 5)
        assert news(lines, before) == ""
        node.does('kubectl patch ippools.crd.projectcalico.org one --type merge -p \'{"spec": {"natOutgoing": true}}\'')
        until(lambda: lines)
        stale = ClusterRumours()
        stale.hear(lines[0])
        assert stale.news(before, {}, nobody) == "IPPool one changed"
        assert stale.news(before, {}, nobody) == ""
        node.does("kubectl delete blockaffinities.crd.projectcalico.org,ippools.crd.projectcalico.org --all")
        until(lambda: sum("DELETED" in line for line in lines) == 5)
        for line in lines:
            stale.hear(line)
        assert "was deleted" in stale.news(before, {}, nobody)
        assert news(lines, reading(node)) == ""


def test_a_watch_that_the_api_server_ends_begins_again(node: Node) -> None:
    with watched(node) as lines:
        until(lambda: sum("ADDED" in line for line in lines) == 4)
        node.server.process.kill()
        node.server.process.communicate()
        until(lambda: any(line.startswith(f"{ENDED} ippools ") for line in lines))
        node.server.start()
        until(lambda: any(line.startswith(f"{AGAIN} ippools") for line in lines))
        until(lambda: sum("ADDED" in line for line in lines) == 8)


def test_what_is_no_event_is_news() -> None:
    for line in ("{", "[]", "{}", '{"type": "ERROR", "object": {"kind": "Status", "code": 410}}', f"{STDERR}refused"):
        rumours = ClusterRumours()
        rumours.hear(line)
        assert rumours.news(Reading({}), {}, nobody).startswith("the watch says: ")
        assert rumours.news(Reading({}), {}, nobody) == ""


def test_memory_is_bounded() -> None:
    rumours = ClusterRumours()
    for n in range(MOST + 5):
        spec = {"node": f"n{n}", "cidr": "10.0.0.0/26"}
        rumours.hear(json.dumps({"type": "ADDED", "object": {"kind": BLOCK, "metadata": {}, "spec": spec}}))
    assert rumours.news(Reading({}), {}, nobody) == f"more than {MOST} objects changed at once"
