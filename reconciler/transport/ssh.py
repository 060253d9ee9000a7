"""A Linux node behind SSH: one kept-open connection with one kept-open shell; every round trip is one write."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconciler.core.driver import Answer, Failure, Line, Script, Unreachable
from reconciler.transport.batch import Batch, batches
from reconciler.transport.jumps import Jumps
from reconciler.transport.settings import SshSettings

if TYPE_CHECKING:  # asyncssh costs 0.2 s to import: whoever contacts no node does not pay for it
    import asyncssh

    from reconciler.transport.connect import HostKey
    from reconciler.transport.shell import Shell

__all__ = ["Jumps", "SshSettings", "SshTransport", "fetch_host_key"]


class SshTransport:
    """`core.driver.Transport` for nodes. What broke is opened again by the next use, and nothing is sent twice.

    ``jumps``: connections to jump hosts that are shared with other nodes; who made them closes them.
    """

    def __init__(self, settings: SshSettings, jumps: Jumps | None = None) -> None:
        self._settings = settings
        self._jumps = jumps or Jumps()
        self._owns_jumps = jumps is None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._shell: Shell | None = None
        self._turn = asyncio.Lock()

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        return await self._ask(questions)

    async def apply(self, script: Script) -> Sequence[Failure]:
        """Makes in one round trip, and only if all of them worked, breaks in a second one.

        Raises: Unreachable; then it is not known how much of the script has been carried out.
        """
        return await self._carry_out(script.makes) or await self._carry_out(script.breaks)

    async def close(self) -> None:
        self._drop()
        if self._owns_jumps:
            self._jumps.close()

    async def _carry_out(self, lines: Sequence[Line]) -> Sequence[Failure]:
        if not lines:
            return []
        failures: list[Failure] = []
        again: list[Batch] = []
        for batch, refused in await self._send(batches(lines)):
            one_by_one = batch.again(refused)
            again += one_by_one
            failures += [] if one_by_one else refused
        if again:
            failures += [failure for _, refused in await self._send(again) for failure in refused]
        return failures

    async def _send(self, sent: Sequence[Batch]) -> Sequence[tuple[Batch, list[Failure]]]:
        terminator = secrets.token_hex(16)
        answers = await self._ask([batch.command(terminator) for batch in sent])
        return [(batch, list(batch.failures(answer))) for batch, answer in zip(sent, answers, strict=True)]

    async def _ask(self, commands: Sequence[str]) -> Sequence[Answer]:
        """Raises: Unreachable. A shell that was left in the middle of an answer is thrown away."""
        async with self._turn:
            shell = self._shell if self._shell and not self._shell.ended else await self._opened()
            try:
                async with asyncio.timeout(self._settings.command_timeout):
                    return await shell.ask(commands)
            except TimeoutError as error:
                self._drop()
                raise self._unreachable(f"did not answer in {self._settings.command_timeout:g} s") from error
            except ConnectionError as error:
                self._drop()
                raise self._unreachable(self._hint(str(error))) from error
            except asyncio.CancelledError:
                self._drop()
                raise

    async def _opened(self) -> Shell:
        from reconciler.transport.connect import connect
        from reconciler.transport.shell import open_shell

        self._drop()
        self._connection = await connect(self._settings, self._jumps)
        try:
            async with asyncio.timeout(self._settings.connect_timeout):
                self._shell = await open_shell(self._connection, self._settings.command, self._settings.prologue)
        except TimeoutError as error:
            self._drop()
            raise self._unreachable(f"opened no shell within {self._settings.connect_timeout:g} s") from error
        except ConnectionError as error:
            self._drop()
            raise self._unreachable(str(error)) from error
        return self._shell

    def _drop(self) -> None:
        """Cut off rather than take leave: a hanging node would not answer that either."""
        if self._connection is not None:
            self._connection.abort()
        self._connection = self._shell = None

    def _hint(self, reason: str) -> str:
        if self._settings.sudo and "sudo:" in reason:
            return f"{reason} (sudo: true needs NOPASSWD for {self._settings.username} in sudoers)"
        return reason

    def _unreachable(self, reason: str) -> Unreachable:
        return Unreachable(f"{self._settings}: {reason}")


async def fetch_host_key(settings: SshSettings, jumps: Jumps | None = None) -> HostKey:
    """What `reconcile trust` shows and records. Nobody logs in. Raises: Unreachable."""
    from reconciler.transport.connect import host_key

    return await host_key(settings, jumps or Jumps())
