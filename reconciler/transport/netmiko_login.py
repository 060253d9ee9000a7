"""Logging in to a switch: host key, password or key, `enable`; and a short reason for everything that may go wrong."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadException

from reconciler.transport.netmiko_terminal import DEVICE_TYPE, KEEPALIVE, Broken, Settings

if TYPE_CHECKING:
    from netmiko import BaseConnection

for _noisy in ("paramiko", "netmiko"):
    logging.getLogger(_noisy).setLevel(logging.CRITICAL)
"""Both log what they raise as well, over many lines."""

TRUST = "`reconcile trust` shows and records it"


def login(settings: Settings, way: socket.socket | None = None) -> BaseConnection:
    """Raises: Broken."""
    if settings.key is not None and not os.access(settings.key, os.R_OK):
        raise Broken(f"the key {settings.key} cannot be read")
    try:
        connection = ConnectHandler(**_arguments(settings), sock=way)
    except NetmikoAuthenticationException:
        raise Broken(f"login refused for user {settings.username}") from None
    except NetmikoTimeoutException as error:
        raise Broken(_reason(error, settings)) from None
    except ReadException:
        raise Broken(f"logged in, but no prompt within {settings.connect_timeout:g} s") from None
    except (OSError, EOFError) as error:
        raise Broken(f"the connection was lost during login ({_words(error)})") from None
    except ValueError as error:
        raise Broken(f"the terminal could not be set up ({_words(error)})") from None
    except Exception as error:  # of paramiko's own, where the switch has as many sessions as it takes
        raise Broken(f"logged in, but no terminal was given ({_words(error)})") from None
    return _privileged(connection, settings)


def _arguments(settings: Settings) -> dict[str, object]:
    """``read_timeout_override`` bounds netmiko's own waiting at login; commands are read by `Terminal`.

    ``use_keys`` would try every key in the user's own folder; ``key_file`` alone is the one that was named.
    """
    patience = settings.connect_timeout
    return {
        "device_type": DEVICE_TYPE,
        "host": settings.host,
        "port": settings.port,
        "username": settings.username,
        "password": settings.password,
        "secret": settings.secret or "",
        "use_keys": False,
        "key_file": str(settings.key) if settings.key else None,
        "allow_agent": False,
        "ssh_strict": True,
        "system_host_keys": False,
        "alt_host_keys": True,
        "alt_key_file": str(settings.known_hosts),
        "conn_timeout": patience,
        "banner_timeout": patience,
        "auth_timeout": patience,
        "read_timeout_override": patience,
        "keepalive": KEEPALIVE,
    }


def _privileged(connection: BaseConnection, settings: Settings) -> BaseConnection:
    try:
        connection.enable()
    except Exception:
        channel: Any = connection.remote_conn
        lost = channel is None or channel.closed or channel.eof_received
        with suppress(Exception):
            connection.disconnect()
        if lost:
            raise Broken("the connection was lost during login (at `enable`)") from None
        raise Broken(f"`enable` was refused for user {settings.username}") from None
    return connection


def _reason(error: NetmikoTimeoutException, settings: Settings) -> str:
    """netmiko wraps everything that is no refused login into half a page; what happened stands behind it."""
    cause = error.__context__
    text = f"{error} {cause}"
    if "not found in known_hosts" in text:
        return f"host key unknown: {TRUST}"
    if "does not match" in text:
        return f"HOST KEY CHANGED, somebody else may be answering: {TRUST}"
    if isinstance(cause, TimeoutError):
        return f"no answer within {settings.connect_timeout:g} s"
    return f"no connection to port {settings.port} ({_words(cause or error)})"


def _words(error: BaseException) -> str:
    """One line. paramiko keeps a refused connection's own error in a dictionary by address."""
    inner = next(iter(getattr(error, "errors", {}).values()), error)
    text = getattr(inner, "strerror", None) or str(inner).strip() or type(inner).__name__
    return str(text).splitlines()[0]
