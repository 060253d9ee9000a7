"""What a drift costs without us: `ip` is started to make a change, and a shell on the node reads all tables once."""

from __future__ import annotations

import statistics
import subprocess
import time

from reconciler.lab import enter, netns
from reconciler.lab.state import Lab, Member
from reconciler.linux.driver import LinuxDriver

ROUNDS = 40
HARMLESS = "route replace blackhole 203.0.113.0/24 proto 99"
"""Nobody's: no reconciler cares."""


def floor(lab: Lab, member: Member) -> float:
    """Seconds, the median. The shell is kept open; SSH, understanding and planning come on top."""
    line, environment = enter.on_host(member, ["sh"])
    environment["SSH_CONNECTION"] = f"{lab.jump.ip} 50000 {member.address} 22"
    script = "".join(f"{{ {question}\n}} </dev/null >/dev/null 2>&1\n" for question in LinuxDriver.questions)
    with subprocess.Popen(line, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shell:
        seconds = statistics.median(_once(shell, script, member) for _ in range(ROUNDS))
        assert shell.stdin is not None
        shell.stdin.close()
    netns.batch(["route del 203.0.113.0/24"], member.namespace)
    return seconds


def _once(shell: subprocess.Popen[str], script: str, member: Member) -> float:
    assert shell.stdin is not None
    assert shell.stdout is not None
    began = time.perf_counter()
    netns.batch([HARMLESS], member.namespace)
    shell.stdin.write(f"{script}echo\n")
    shell.stdin.flush()
    shell.stdout.readline()
    return time.perf_counter() - began
