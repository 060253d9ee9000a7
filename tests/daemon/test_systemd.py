"""The protocol of systemd on real sockets: what it hears, and what it hands over."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.daemon import systemd


@pytest.fixture(params=["path", "abstract"])
def supervisor(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """systemd's end of ``NOTIFY_SOCKET``, in both of its forms."""
    name = f"@{uuid.uuid4().hex}" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(name.replace("@", "\0", 1))
        end.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield end


def heard(end: socket.socket) -> list[str]:
    return end.recv(65536).decode().split("\n")


def test_the_life_of_a_daemon(supervisor: socket.socket) -> None:
    assert systemd.ready("5 devices")
    assert heard(supervisor) == ["READY=1", "STATUS=5 devices"]
    assert systemd.say("reading ceos01")
    assert heard(supervisor) == ["STATUS=reading ceos01"]
    assert systemd.alive()
    assert heard(supervisor) == ["WATCHDOG=1"]
    assert systemd.stopping()
    assert heard(supervisor) == ["STOPPING=1"]
    assert systemd.stopping("finishing", 90.5)
    assert heard(supervisor) == ["STOPPING=1", "EXTEND_TIMEOUT_USEC=90500000", "STATUS=finishing"]


def test_a_reload_tells_when_it_began(supervisor: socket.socket) -> None:
    before = time.monotonic_ns() // 1000
    assert systemd.reloading()
    word, stamp = heard(supervisor)
    assert word == "RELOADING=1"
    assert before <= int(stamp.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(text=st.text(min_size=1).map(lambda text: f"{text}\nMAINPID=1"))
def test_a_status_is_one_line_whatever_a_document_says(supervisor: socket.socket, text: str) -> None:
    assert systemd.say(text)
    (line,) = heard(supervisor)
    assert line.startswith("STATUS=")
    assert line.isprintable()


def test_without_a_status_nothing_is_said(supervisor: socket.socket) -> None:
    assert not systemd.say("")
    with pytest.raises(BlockingIOError):
        heard(supervisor)


@pytest.mark.parametrize(
    "where", ["", "vsock:2:1", "relative", "/nowhere/at/all", "@", "/" + "x" * 200, "@" + "x" * 200]
)
def test_silent_where_nobody_listens(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", where)
    assert not systemd.ready()


def test_silent_without_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not systemd.alive()


def test_a_full_queue_holds_the_loop_up_for_a_moment_only(
    supervisor: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel takes as many datagrams as net.unix.max_dgram_qlen says; systemd may be away for longer."""
    monkeypatch.setattr(systemd, "PATIENCE", 0.01)
    longest = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text()) + 2
    assert not all(systemd.alive() for _ in range(longest))


@pytest.mark.parametrize(
    ("usec", "pid", "interval"),
    [
        ("30000000", None, 15.0),
        ("30000000", "our own", 15.0),
        ("30000000", "1", None),
        (None, None, None),
        ("0", None, None),
        ("-1", None, None),
        ("30s", None, None),
        ("٣", None, None),
        ("9" * 400, None, None),
    ],
)
def test_how_often_the_watchdog_is_fed(
    usec: str | None, pid: str | None, interval: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("WATCHDOG_USEC", usec), ("WATCHDOG_PID", str(os.getpid()) if pid == "our own" else pid)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert systemd.watchdog_interval() == interval


ASK = """
import json, os
from reconciler.daemon.systemd import listen_fds
about = lambda one: (one.type.name, one.getsockname()[1], one.get_inheritable())
found = {name: [about(one) for one in sockets] for name, sockets in listen_fds().items()}
print(json.dumps([found, listen_fds() == {}, [name for name in os.environ if name.startswith("LISTEN_")]]))
"""


def handed(sockets: list[int], pid: str, **variables: str) -> tuple[dict[str, list[list[object]]], bool, list[str]]:
    """What a new process finds that was given ``sockets`` from 3 on, as systemd gives them."""
    moves = " ".join(f"{3 + place}<&{fd}" for place, fd in enumerate(sockets))
    line = f'exec {moves}; LISTEN_PID={pid} exec "$0" -c "$1"'
    ran = subprocess.run(
        ["bash", "-c", line, sys.executable, ASK],
        pass_fds=sockets,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    found: tuple[dict[str, list[list[object]]], bool, list[str]] = tuple(json.loads(ran.stdout))
    return found


@pytest.fixture
def opened() -> Iterator[list[socket.socket]]:
    """What systemd would open for syslog (datagrams, a stream) and for the webhook; their numbers are high."""
    types = (socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_STREAM)
    made = [socket.socket(socket.AF_INET, kind) for kind in types]
    for one in made:
        one.bind(("127.0.0.1", 0))
    high = [socket.socket(fileno=os.dup2(one.detach(), 100 + place)) for place, one in enumerate(made)]
    yield high
    for one in high:
        one.close()


def test_sockets_are_told_apart_by_their_names(opened: list[socket.socket]) -> None:
    names = {"LISTEN_FDS": "3", "LISTEN_FDNAMES": "syslog:syslog:webhook"}
    found, empty, left = handed([one.fileno() for one in opened], "$$", **names)
    udp, tcp, web = (one.getsockname()[1] for one in opened)
    assert found == {
        "syslog": [["SOCK_DGRAM", udp, False], ["SOCK_STREAM", tcp, False]],
        "webhook": [["SOCK_STREAM", web, False]],
    }
    assert (empty, left) == (True, [])


@pytest.mark.parametrize(
    ("pid", "variables", "names"),
    [
        ("$$", {"LISTEN_FDS": "3"}, ["unknown"]),
        ("$$", {"LISTEN_FDS": "3", "LISTEN_FDNAMES": "syslog"}, ["syslog", "unknown"]),
        ("$$", {"LISTEN_FDS": "7", "LISTEN_FDNAMES": "a:b:c:d:e:f:g"}, ["a", "b", "c"]),
        ("$$", {"LISTEN_FDS": "three"}, []),
        ("$$", {}, []),
        ("1", {"LISTEN_FDS": "3"}, []),
    ],
)
def test_what_does_not_fit_is_no_error(
    pid: str, variables: dict[str, str], names: list[str], opened: list[socket.socket]
) -> None:
    found, _, left = handed([one.fileno() for one in opened], pid, **variables)
    assert (list(found), left) == (names, [])
