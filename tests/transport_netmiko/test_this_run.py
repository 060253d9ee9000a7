"""The name that a running program leaves on devices, and who of them is known to be dead."""

from __future__ import annotations

import os
import subprocess
import sys

from reconciler.transport.this_run import UnderWay, this_run


def test_only_a_program_of_this_machine_that_does_not_run_any_more_is_over() -> None:
    ours = this_run()
    assert not ours.is_over(ours.name)
    where, process, beginning = ours.name.split("-")
    assert int(process, 16) == os.getpid()
    assert ours.is_over(f"{where}-{process}-{'0' if beginning != '0' else '1'}")
    assert not ours.is_over(f"ffff{where}-{process}-0")
    assert not ours.is_over("strange")
    assert not ours.is_over(f"{where}-zz-0")


def test_a_dead_process_is_over_even_as_a_zombie() -> None:
    words = "from reconciler.transport.this_run import this_run; print(this_run().name, flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    assert not this_run().is_over(name)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert this_run().is_over(name)
    process.communicate()
    assert this_run().is_over(name)


def test_a_transaction_is_under_way_on_its_own_device_until_it_ends_or_its_time_is_over() -> None:
    here, there = UnderWay("192.0.2.1:22"), UnderWay("192.0.2.2:22")
    here.begin(7, 60.0)
    there.begin(8, 0.0)
    runs = this_run("192.0.2.1:22"), this_run("192.0.2.2:22"), this_run()
    assert [[run.is_under_way(number) for number in (7, 8)] for run in runs] == [
        [True, False],
        [False, False],
        [False] * 2,
    ]
    here.end(7)
    here.end(7)
    assert not runs[0].is_under_way(7)
