"""What a script takes for granted is judged by meaning; here of WireGuard, which `wg` tells of beside `ip`."""

from __future__ import annotations

import dataclasses
import json

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Reading
from reconciler.core.resource import state_of
from reconciler.linux import wireguard
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.tables import LINKS, TABLES

from .test_wireguard import FIRST, ROW, SAID, WANTED

DRIVER = LinuxDriver()
WITNESS = dict.fromkeys(TABLES, "0" * 64)
ALONE = dataclasses.replace(WANTED, peers=(FIRST,))


@pytest.mark.parametrize(
    ("row", "said", "why"),
    [
        (ROW, SAID, ""),
        (ROW | {"promiscuity": 1}, SAID, ""),
        (ROW | {"mtu": 1400}, SAID, "link wireguard.cali has been changed since it was read"),
        (ROW, SAID.replace("10.65.1.1/32", "10.65.1.2/32"), "link wireguard.cali has been changed since it was read"),
        (ROW | {"ifname": "wg1"}, "", "link wireguard.cali has been deleted since it was read"),
        (ROW, "listen-port\n", "an entry is not as iproute2 prints it"),
        ({"ifname": 7}, "", "an entry is not as iproute2 prints it"),
    ],
)
def test_an_interface_is_as_both_programs_tell(row: dict[str, object], said: str, why: str) -> None:
    script = DRIVER.write([Change(WANTED, ALONE)], Reading(state_of([WANTED]), witness=WITNESS))
    assert script.expects
    assert [(one.question, one.digest) for one in script.expects.asked] == [(wireguard.QUESTION, ""), (LINKS, "")]
    told = script.expects.differing({LINKS: Answer(json.dumps([row])), wireguard.QUESTION: Answer(said)})
    assert told.startswith(why) if why else told == ""


def test_nothing_to_change_expects_nothing() -> None:
    assert DRIVER.write([], Reading({})).expects is None
