"""Talks with the running daemon over its control socket: HTTP with JSON on a unix socket."""

from __future__ import annotations

import functools
import http.client
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from reconciler.settings.places import control_socket

PATIENCE = 60.0
SERVICE = Path("/run/reconciler/control.sock")
"""Of the systemd service, for members of its group (systemd/reconciler.service)."""


class NoDaemon(click.ClickException):
    """Nobody answers on the control socket."""


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("daemon", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def default_socket() -> Path:
    """``RECONCILE_SOCKET``, or where this user's own daemon listens, or, if there is none, the service."""
    given = os.environ.get("RECONCILE_SOCKET")
    own = Path(given) if given else control_socket()
    return SERVICE if not given and not own.exists() and SERVICE.parent.is_dir() else own


class Control:
    """One daemon. Every method raises NoDaemon, and click.ClickException with the daemon's own words."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or default_socket()

    def get(self, path: str) -> dict[str, Any]:
        return self._asked("GET", path, None)

    def post(self, path: str, document: Mapping[str, object]) -> dict[str, Any]:
        return self._asked("POST", path, document)

    def lines(self, path: str, timeout: float) -> Iterator[dict[str, Any]]:
        """JSON lines as they come."""
        connection = self._open("GET", path, None, timeout)
        try:
            for line in connection.getresponse():
                yield json.loads(line)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise click.ClickException(f"the daemon broke off: {error}") from None
        finally:
            connection.close()

    def _asked(self, method: str, path: str, document: Mapping[str, object] | None) -> dict[str, Any]:
        connection = self._open(method, path, document, PATIENCE)
        try:
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise click.ClickException(f"the daemon on {self._path} gives no answer: {error}") from None
        finally:
            connection.close()
        if response.status >= 400:
            raise click.ClickException(str(answer.get("error", response.reason)))
        return answer

    def _open(self, method: str, path: str, document: Mapping[str, object] | None, timeout: float) -> _Connection:
        connection = _Connection(self._path, timeout)
        body = None if document is None else json.dumps(document).encode()
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        except PermissionError:
            words = f"{self._path} is for members of its group alone: adduser YOUR-NAME reconciler, then log in again"
            raise click.ClickException(words) from None
        except OSError as error:
            raise NoDaemon(
                f"no daemon answers on {self._path} ({error.strerror or error}): start `reconcile daemon`, or name its "
                "socket with --socket or RECONCILE_SOCKET"
            ) from None
        return connection


def controlled(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the daemon that ``--socket`` names."""

    @functools.wraps(command)
    def wrapped(*, socket: Path | None, **params: Any) -> Any:
        return command(Control(socket), **params)

    option = click.option(
        "--socket", type=click.Path(path_type=Path), help="The daemon's control socket. [RECONCILE_SOCKET]"
    )
    return option(wrapped)
