"""Devices that hang: known in time, back by themselves, and nobody else has to wait for them."""

from __future__ import annotations

import pytest

from benchmarks.daemon import Daemon
from benchmarks.trouble import hang, ways_to_hang

pytestmark = pytest.mark.long


@pytest.mark.parametrize("number", range(4))
def test_a_device_that_hangs_is_known_and_comes_back_and_harms_nobody(daemon: Daemon, number: int) -> None:
    way = list(ways_to_hang(daemon.lab))[number]
    lost = hang(daemon, way.device, way.hung)
    assert lost.known <= way.most, way.words
    assert lost.others
    assert max(case.healed for case in lost.others) < way.most / 3, "others are healed as ever"
