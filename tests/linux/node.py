"""A node made of one network namespace: the kernel's own tables, asked and changed as over SSH."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.core.change import Change, diff
from reconciler.core.driver import Answer, Failure, Reading, Script
from reconciler.core.resource import Key, Live, Resource, state_of
from reconciler.linux.driver import LinuxDriver
from reconciler.transport.batch import batches
from reconciler.transport.frames import ENVIRONMENT, framed, unframed

DRIVER = LinuxDriver()


@dataclass(frozen=True)
class Node:
    namespace: str

    def shell(self, text: str) -> Answer:
        """What `sh` says to ``text`` in the namespace; no SSH session is known there."""
        command = ["ip", "netns", "exec", self.namespace, "env", "-u", "SSH_CONNECTION", "sh"]
        ran = subprocess.run(command, input=text, text=True, capture_output=True)
        return Answer(ran.stdout, ran.returncode, ran.stderr)

    def must(self, text: str) -> str:
        answer = self.shell(f"set -e\n{text}")
        assert answer.status == 0, answer.error
        return answer.text

    def answers(self) -> list[Answer]:
        """To all questions at once, framed as over SSH: entering a namespace takes longer than to answer."""
        mark = secrets.token_hex(16)
        told = self.shell(f"{ENVIRONMENT}{framed(DRIVER.questions, mark)}")
        return unframed(told.text, told.error, mark)

    def reading(self) -> Reading:
        return DRIVER.read(self.answers())

    def send(self, script: Script) -> list[Failure]:
        failures: list[Failure] = []
        for batch in [*batches(script.makes), *batches(script.breaks)]:
            failures += batch.failures(self.shell(batch.command("end-of-lines")))
        return failures

    def write(self, *changes: Change) -> list[Failure]:
        return self.send(DRIVER.write(changes, self.reading()))

    def after(self, reading: Reading, *changes: Change) -> Reading:
        """Carry ``changes`` out, which must work, on what was read last; what is there then."""
        assert self.send(DRIVER.write(changes, reading)) == []
        return self.reading()

    def reach(self, wanted: Iterable[Resource], ours: Iterable[Key]) -> Sequence[Change]:
        """Make what is ``ours`` equal to ``wanted``; the changes that took."""
        found = self.reading().found
        mine = {key: found[key] for key in ours if key in found}
        changes = diff(state_of(wanted), Live(mine, {}))
        assert self.write(*changes) == []
        return changes
