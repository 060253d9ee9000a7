"""A Linux node behind SSH: one kept-open connection with one kept-open shell; every round trip is one write."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reconciler.core.driver import Answer, Failure, Script, Unreachable
from reconciler.core.failpoint import failpoint
from reconciler.linux.leftovers import TAKEN_BACK
from reconciler.transport.armed import ArmedNode, tidy
from reconciler.transport.carrying import Carrier
from reconciler.transport.jumps import Jumps
from reconciler.transport.settings import SshSettings
from reconciler.transport.this_run import this_run, transaction_name
from reconciler.transport.undo import Undo

if TYPE_CHECKING:  # asyncssh costs 0.2 s to import: whoever contacts no node does not pay for it
    import asyncssh

    from reconciler.transport.connect import HostKey
    from reconciler.transport.shell import Shell

__all__ = ["Jumps", "SshSettings", "SshTransport", "fetch_host_key"]


class SshTransport:
    """`core.driver.Transport` for nodes. What broke is opened again by the next use, and nothing is sent twice.

    ``jumps``: connections to jump hosts that are shared with other nodes; who made them closes them. ``clears``: what
    dead runs have left armed is taken back before anything else is said; not for who only looks.
    """

    def __init__(self, settings: SshSettings, jumps: Jumps | None = None, *, clears: bool = False) -> None:
        self._settings = settings
        self._jumps = jumps or Jumps()
        self._owns_jumps = jumps is None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._shell: Shell | None = None
        self._turn = asyncio.Lock()
        self._why = ""
        self._failed = (0.0, "")
        self._clears = clears
        self._left = ""

    async def query(self, questions: Sequence[str]) -> Sequence[Answer]:
        """The first answers over a connection also say what was taken back before (`linux.leftovers`)."""
        answers = await self._ask(questions)
        left, self._left = self._left, ""
        return [replace(answer, greeting={TAKEN_BACK: left}) for answer in answers] if left else answers

    async def apply(self, script: Script) -> Sequence[Failure]:
        """Makes in one round trip, and only if all of them worked, breaks in a second one.

        Nothing is sent where not all is as the script expects it (`transport.carrying`).
        Raises: Unreachable; then it is not known how much of the script has been carried out.
        """
        return await Carrier(self._ask).carry_out(script)

    def transaction(self, number: int, seconds: int) -> ArmedNode:
        """`core.commit.Commits`: the node takes back by itself what is not confirmed."""
        undo = Undo(transaction_name(this_run(), number), seconds, self._settings.prologue)
        return ArmedNode(self._ask, self._knock, undo)

    async def watch(self, command: str, heard: Callable[[str], None]) -> None:
        """`core.driver.Streams`: on a channel of its own, which nothing that is asked or applied meanwhile disturbs.

        It ends with the connection; lines of its standard error come with ``stderr: `` in front.
        Raises: Unreachable, always; cancelled, it leaves nothing behind on the node.
        """
        from reconciler.transport.stream import listen

        asked = time.monotonic()
        async with self._turn:
            await self._usable(asked)
            connection = self._connection
        assert connection is not None, "a shell has a connection"
        try:
            why = await listen(connection, self._settings, command, heard)
        except ConnectionError as error:
            why = str(error)
        given_up = self._connection is not connection
        raise self._unreachable(f"the connection was given up: {self._why}" if given_up else self._hint(why))

    async def close(self) -> None:
        self._drop("nobody needs it any more")
        if self._owns_jumps:
            self._jumps.close()

    async def _ask(self, commands: Sequence[str]) -> Sequence[Answer]:
        """Raises: Unreachable. A shell that was left in the middle of an answer is thrown away."""
        asked = time.monotonic()
        async with self._turn:
            return await self._told(await self._usable(asked), commands)

    async def _told(self, shell: Shell, commands: Sequence[str]) -> Sequence[Answer]:
        try:
            async with asyncio.timeout(self._settings.command_timeout):
                return await shell.ask(commands)
        except TimeoutError as error:
            raise self._dropped(f"did not answer in {self._settings.command_timeout:g} s") from error
        except ConnectionError as error:
            raise self._dropped(self._hint(str(error))) from error
        except asyncio.CancelledError:
            self._drop("nobody waits for its answer")
            raise

    async def _usable(self, asked: float) -> Shell:
        """A shell. Whoever had to wait for a try that failed shares its fate: it has waited long enough."""
        if self._shell and not self._shell.ended:
            return self._shell
        when, why = self._failed
        if when > asked:
            raise Unreachable(why)
        try:
            return await self._opened()
        except Unreachable as error:
            self._failed = time.monotonic(), str(error)
            raise

    async def _opened(self) -> Shell:
        from reconciler.transport.login import logged_in

        self._drop(self._shell.ended if self._shell and self._shell.ended else "opened anew")
        self._connection, self._shell = await logged_in(self._settings, self._jumps)
        failpoint("node logged in")
        if self._clears:
            self._left += " ".join(["", *await tidy(partial(self._told, self._shell), this_run())])
        return self._shell

    async def _knock(self) -> None:
        from reconciler.transport.login import knock

        await knock(self._settings, self._jumps)

    def _dropped(self, reason: str) -> Unreachable:
        self._drop(reason)
        return self._unreachable(reason)

    def _drop(self, reason: str) -> None:
        """Cut off rather than take leave: a hanging node would not answer that either."""
        if self._connection is not None:
            self._connection.abort()
            self._why = reason
        self._connection = self._shell = None

    def _hint(self, reason: str) -> str:
        from reconciler.transport.login import hint

        return hint(reason, self._settings)

    def _unreachable(self, reason: str) -> Unreachable:
        return Unreachable(f"{self._settings}: {reason}")


async def fetch_host_key(settings: SshSettings, jumps: Jumps | None = None) -> HostKey:
    """What `reconcile trust` shows and records. Nobody logs in. Raises: Unreachable."""
    from reconciler.transport.connect import host_key

    return await host_key(settings, jumps or Jumps())
