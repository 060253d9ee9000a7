"""What a device boots with follows what was proven, in this run or in the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.engine.observe import Device
from tests.engine.fakes import DictDriver, DictTransport, device
from tests.engine.test_cycle import ONE, cycle, run


async def test_what_cannot_be_saved_is_told_and_saved_by_the_next_run(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, unsaveable="disk full")
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert outcome.error == "applied and proven, but not saved: disk full"
    there.unsaveable = ""
    await cycle(tmp_path, [device("n1", there)]).plan()
    assert there.saved == 0
    assert await run(cycle(tmp_path, [device("n1", there)])) == []
    assert there.saved == 1
    await run(cycle(tmp_path, [device("n1", there)]))
    assert there.saved == 1


async def test_what_was_saved_with_a_warning_is_tried_again_by_the_next_run(tmp_path: Path) -> None:
    there = DictTransport.having(ONE, half_saved="somebody's VLAN is unsaved, too")
    (outcome,) = await run(cycle(tmp_path, [device("n1", there)]))
    assert (outcome.ok, outcome.warnings) == (True, ("somebody's VLAN is unsaved, too",))
    there.half_saved = ""
    assert await run(cycle(tmp_path, [device("n1", there)])) == []
    assert there.saved == 2
    await run(cycle(tmp_path, [device("n1", there)]))
    assert there.saved == 2


async def test_a_run_that_is_cut_short_leaves_the_saving_to_the_next(tmp_path: Path) -> None:
    there = DictTransport.having(ONE)
    made = cycle(tmp_path, [device("n1", there)])
    plan = await made.plan()

    async def killed(names: object) -> None:
        raise KeyboardInterrupt

    made.look = killed  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        await made.apply(plan)
    assert there.saved == 0
    await run(cycle(tmp_path, [device("n1", there)]))
    assert there.saved == 1


class Node:
    """A driver of devices that boot with nothing of ours."""

    kinds, questions = DictDriver.kinds, DictDriver.questions

    def __init__(self) -> None:
        self.read, self.write = DictDriver().read, DictDriver().write


async def test_a_node_has_nothing_to_save_and_nothing_is_remembered_of_it(tmp_path: Path) -> None:
    made = cycle(tmp_path, [Device("n1", "linux", Node(), DictTransport.having(ONE))])
    remembered: list[list[str]] = []
    made.listen = lambda device, words: remembered.append(list(made.record.unsaved))
    (outcome,) = await run(made)
    assert outcome.ok
    assert remembered
    assert not any(remembered)
