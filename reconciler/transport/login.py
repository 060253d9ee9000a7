"""A login to a node with a shell in it, or the reason in words why there is none."""

from __future__ import annotations

import asyncio

import asyncssh

from reconciler.core.driver import Unreachable
from reconciler.transport.connect import connect
from reconciler.transport.jumps import Jumps
from reconciler.transport.settings import SshSettings
from reconciler.transport.shell import Shell, open_shell


async def logged_in(settings: SshSettings, jumps: Jumps) -> tuple[asyncssh.SSHClientConnection, Shell]:
    """Both are the caller's to close. Raises: Unreachable."""
    connection = await connect(settings, jumps)
    try:
        async with asyncio.timeout(settings.connect_timeout):
            return connection, await open_shell(connection, settings.command, settings.prologue)
    except TimeoutError as error:
        connection.abort()
        raise Unreachable(f"{settings}: opened no shell within {settings.connect_timeout:g} s") from error
    except ConnectionError as error:
        connection.abort()
        raise Unreachable(f"{settings}: {hint(str(error), settings)}") from error
    except BaseException:
        connection.abort()
        raise


async def knock(settings: SshSettings, jumps: Jumps) -> None:
    """Log in, have the shell answer, and leave. Raises: Unreachable."""
    connection, shell = await logged_in(settings, jumps)
    try:
        async with asyncio.timeout(settings.command_timeout):
            await shell.ask(["true"])
    except TimeoutError as error:
        raise Unreachable(f"{settings}: did not answer in {settings.command_timeout:g} s") from error
    except ConnectionError as error:
        raise Unreachable(f"{settings}: {hint(str(error), settings)}") from error
    finally:
        connection.close()


def hint(reason: str, settings: SshSettings) -> str:
    """With what to do about it."""
    if settings.sudo and "sudo:" in reason:
        return f"{reason} (sudo: true needs NOPASSWD for {settings.username} in sudoers)"
    return reason
