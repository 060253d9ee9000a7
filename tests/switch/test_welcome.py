"""What a switch tells when a connection is new: since when it runs."""

from __future__ import annotations

import json

import pytest

from reconciler.core.driver import Answer
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.welcome import VERSION, booted
from tests.switch.running import RUNNING


def answer(since: float) -> Answer:
    return Answer(RUNNING, greeting={VERSION: json.dumps({"bootupTimestamp": since})})


def test_a_reboot_is_seen_though_the_configuration_is_the_same() -> None:
    driver = EosDriver()
    first, again, later = (driver.read([answer(since)]) for since in (1000.5, 1000.5, 2000.0))
    assert (first.booted, later.booted) == (1000.5, 2000.0)
    assert again is first
    assert later.configuration is first.configuration


@pytest.mark.parametrize(
    "said", ["", "% Invalid input", "[]", "{}", '{"bootupTimestamp": null}', '{"bootupTimestamp": "x"}']
)
def test_a_switch_that_does_not_tell_is_read_all_the_same(said: str) -> None:
    assert booted({VERSION: said}) is None
    assert EosDriver().read([Answer(RUNNING, greeting={VERSION: said})]).booted is None
