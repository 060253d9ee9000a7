"""SSH connections to nodes and through jump hosts, and the reason in words when there is none."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass

import asyncssh

from reconciler.core.driver import Unreachable
from reconciler.transport.jumps import Jumps
from reconciler.transport.settings import SshSettings
from reconciler.transport.shell import KEEPALIVE, UNANSWERED

CURVES = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
ALGORITHMS = {name: name for name in ("ssh-ed25519", *CURVES)} | dict.fromkeys(
    ("rsa-sha2-512", "rsa-sha2-256"), "ssh-rsa"
)
"""Signatures of a host key that are asked for, with the kind of key that gives each; SHA-1 is none of them."""


async def connect(settings: SshSettings, jumps: Jumps) -> asyncssh.SSHClientConnection:
    """Log in. Raises: Unreachable, with the reason and what to do about it."""
    tunnel = await jumps.way_to(settings)
    known = _known_hosts(settings)
    try:
        async with asyncio.timeout(settings.connect_timeout):
            return await asyncssh.connect(
                settings.host,
                settings.port,
                tunnel=tunnel,
                username=settings.username,
                password=settings.password,
                client_keys=None if settings.key is None else [str(settings.key)],
                known_hosts=known,
                server_host_key_algs=_algorithms(settings, known),
                config=None,
                agent_path=None,
                gss_host=None,
                keepalive_interval=KEEPALIVE,
                keepalive_count_max=UNANSWERED,
            )
    except (asyncssh.Error, OSError, ValueError) as error:  # TimeoutError is an OSError
        raise Unreachable(f"{settings}: {_reason(error, settings, known)}") from error


def _known_hosts(settings: SshSettings) -> asyncssh.SSHKnownHosts:
    """Raises: Unreachable for a file that is none; a missing one knows nobody."""
    try:
        return asyncssh.read_known_hosts(str(settings.known_hosts))
    except FileNotFoundError:
        return asyncssh.import_known_hosts("")
    except (OSError, ValueError) as error:
        raise Unreachable(f"{settings}: {settings.known_hosts} cannot be read: {error}") from error


def _reason(error: Exception, settings: SshSettings, known: asyncssh.SSHKnownHosts) -> str:
    match error:
        case TimeoutError():
            return f"no SSH login within {settings.connect_timeout:g} s"
        case asyncssh.HostKeyNotVerifiable() | asyncssh.KeyExchangeFailed():
            return _host_key_reason(error, settings, known)
        case asyncssh.PermissionDenied():
            how = "key" if settings.key else "password" if settings.password else "login without key and password"
            return f"{settings.username}'s {how} was refused ({error.reason})"
        case asyncssh.KeyImportError() | FileNotFoundError() | PermissionError() if settings.key is not None:
            why = error.strerror if isinstance(error, OSError) else error  # which names the file once more
            return f"the key {settings.key} cannot be used: {why}"
        case asyncssh.Error():
            return f"the connection broke off: {error.reason}"
        case OSError():
            return f"cannot be connected to: {_system_reason(error)}"
    return str(error)


def _system_reason(error: OSError) -> str:
    """asyncio puts a sentence of its own in the place of the system's."""
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def _algorithms(settings: SshSettings, known: asyncssh.SSHKnownHosts) -> Sequence[str]:
    """Those of the keys on record first, then the others: a server that has only a new key is to show it and be
    refused by name, instead of breaking off. Empty: asyncssh chooses, as it does where certificates are trusted."""
    keys, authorities, *_ = known.match(settings.host, "", settings.port)
    recorded = {key.get_algorithm() for key in keys}
    return [] if authorities else sorted(ALGORITHMS, key=lambda name: ALGORITHMS[name] not in recorded)


def _host_key_reason(error: asyncssh.Error, settings: SshSettings, known: asyncssh.SSHKnownHosts) -> str:
    """A server that shows only kinds of keys that are not on record fails the key exchange already."""
    if known.match(settings.host, "", settings.port)[0]:
        return (
            f"its host key is not the one on record in {settings.known_hosts}: find out why it has changed, "
            "and only then record the new one with `reconcile trust`"
        )
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return f"its host key is not in {settings.known_hosts}: check and record it with `reconcile trust`"
    return f"no common SSH algorithm: {error.reason}"


@dataclass(frozen=True, slots=True)
class HostKey:
    """A server's host key for people to compare: ``algorithm``, ``fingerprint`` (SHA256:...), ``known_hosts`` line.

    ``recorded``: the fingerprints that are on record for the host, which is asked for one of those first;
    ``trusted``: this key is one of them and was not revoked.
    """

    algorithm: str
    fingerprint: str
    line: str
    recorded: frozenset[str]
    trusted: bool


async def host_key(settings: SshSettings, jumps: Jumps) -> HostKey:
    """The host key that a server shows; nobody logs in. Raises: Unreachable."""
    tunnel = await jumps.way_to(settings)
    known = _known_hosts(settings)
    try:
        async with asyncio.timeout(settings.connect_timeout):
            key = await asyncssh.get_server_host_key(
                settings.host,
                settings.port,
                tunnel=tunnel,
                config=None,
                server_host_key_algs=_algorithms(settings, known),
            )
    except (asyncssh.Error, OSError) as error:
        raise Unreachable(f"{settings}: {_reason(error, settings, asyncssh.import_known_hosts(''))}") from error
    if key is None:
        raise Unreachable(f"{settings}: shows no host key")
    host = settings.host if settings.port == 22 else f"[{settings.host}]:{settings.port}"
    public = key.export_public_key("openssh").decode().split()
    line, mark = f"{host} {public[0]} {public[1]}", key.get_fingerprint()
    keys, _, revoked, *_ = known.match(settings.host, "", settings.port)
    recorded = frozenset(one.get_fingerprint() for one in (*keys, *revoked))
    return HostKey(public[0], mark, line, recorded, trusted=key in keys and key not in revoked)
