"""WireGuard as ``wg`` tells it and takes it: nothing secret is asked for, and what nobody tells is no drift."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Change, diff
from reconciler.core.codec import as_json, from_json
from reconciler.core.driver import Answer, Reading, Unreadable
from reconciler.core.resource import Live, state_of
from reconciler.linux import wireguard
from reconciler.linux.link import Link
from reconciler.linux.wireguard import WireguardPeer

from .node import DRIVER, Node

KEYS = ["xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0="]
FIRST = WireguardPeer(public_key=KEYS[0], endpoint="10.0.0.2:51820", allowed_ips=("10.65.1.1/32", "10.65.1.0/26"))
SECOND = WireguardPeer(public_key=KEYS[1], endpoint="[fd00::3]:51821", persistent_keepalive=25)
WANTED = Link(
    ifname="wireguard.cali",
    info_kind="wireguard",
    mtu=1440,
    txqlen=1000,
    up=True,
    listen_port=51820,
    fwmark="0x200000",
    peers=(FIRST, SECOND),
)
ROW = {"ifname": "wireguard.cali", "flags": ["UP"], "mtu": 1440, "txqlen": 1000, "addr_info": []}
ROW |= {"linkinfo": {"info_kind": "wireguard"}}
SAID = f"""\
listen-port
wireguard.cali\t51820
fwmark
wireguard.cali\t0x200000
peers
wireguard.cali\t{KEYS[0]}
wireguard.cali\t{KEYS[1]}
endpoints
wireguard.cali\t{KEYS[0]}\t10.0.0.2:51820
wireguard.cali\t{KEYS[1]}\t[fd00::3]:51821
allowed-ips
wireguard.cali\t{KEYS[0]}\t10.65.1.1/32 10.65.1.0/26
wireguard.cali\t{KEYS[1]}\t(none)
persistent-keepalive
wireguard.cali\t{KEYS[0]}\toff
wireguard.cali\t{KEYS[1]}\t25
"""
SET = "wg set wireguard.cali"


def reading(said: str, status: int = 0) -> Reading:
    tables = [json.dumps([ROW]), *["[]"] * (len(DRIVER.questions) - 4)]
    return DRIVER.read([*map(Answer, tables), Answer(said, status, "wg: no"), Answer("\n"), Answer("")])


def written(before: Link | None, after: Link) -> list[str]:
    return [str(line) for line in DRIVER.write([Change(before, after)], Reading({})).lines if line.program == "wg"]


def test_what_wg_tells_is_read() -> None:
    assert reading(SAID).found[WANTED.key] == WANTED
    assert from_json(as_json(WANTED), DRIVER.kinds) == WANTED


def test_peers_and_their_prefixes_have_no_order() -> None:
    turned = dataclasses.replace(FIRST, allowed_ips=FIRST.allowed_ips[::-1])
    assert dataclasses.replace(WANTED, peers=(SECOND, turned)) == WANTED


def test_a_device_without_peers_has_none() -> None:
    empty = "".join(f"{what}\n" for what in wireguard.ASKED)
    said = empty.replace("listen-port\n", "listen-port\nwireguard.cali\t0\n").replace(
        "fwmark\n", "fwmark\nwireguard.cali\toff\n"
    )
    bare = dataclasses.replace(WANTED, listen_port=0, fwmark="off", peers=())
    assert reading(said).found[WANTED.key] == bare
    assert not diff(state_of([bare]), Live(reading(said).found, {}))


def test_what_nobody_tells_is_no_drift() -> None:
    """A node without ``wg``: the device's port and peers are unknown, so they are neither planned nor taken away."""
    found = reading("").found
    assert found[WANTED.key] == dataclasses.replace(WANTED, listen_port=None, fwmark=None, peers=None)
    assert diff(state_of([WANTED]), Live(found, {})) == []
    (change,) = diff(state_of([dataclasses.replace(WANTED, mtu=1400)]), Live(found, {}))
    assert list(change.fields) == ["mtu"]


def test_a_wish_without_peers_leaves_them() -> None:
    assert diff(state_of([Link(ifname="wireguard.cali", mtu=1440)]), Live(reading(SAID).found, {})) == []


@pytest.mark.parametrize("torn", ["peers\t1\n", SAID[: len(SAID) // 2], SAID.replace("51820\n", "x\n", 1)])
def test_half_an_answer_is_unreadable(torn: str) -> None:
    with pytest.raises(Unreadable):
        reading(torn)


def test_a_wg_that_fails_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="wg show all: exit status 1, wg: no"):
        reading("listen-port\n", 1)


CHANGES: list[tuple[dict[str, Any], list[str]]] = [
    ({"listen_port": 51821}, [f"{SET} listen-port 51821"]),
    ({"fwmark": "off"}, [f"{SET} fwmark off"]),
    ({"listen_port": None, "fwmark": None, "peers": None}, []),
    ({"peers": (FIRST,)}, [f"{SET} peer {KEYS[1]} remove"]),
    ({"peers": ()}, [f"{SET} peer {key} remove" for key in sorted(KEYS)]),
    (
        {"peers": (dataclasses.replace(FIRST, endpoint="10.0.0.9:51820"), SECOND)},
        [f"{SET} peer {KEYS[0]} endpoint 10.0.0.9:51820 allowed-ips 10.65.1.0/26,10.65.1.1/32 persistent-keepalive 0"],
    ),
    (
        {"peers": (dataclasses.replace(FIRST, allowed_ips=()), SECOND)},
        [f"{SET} peer {KEYS[0]} remove", f"{SET} peer {KEYS[0]} endpoint 10.0.0.2:51820 persistent-keepalive 0"],
    ),
]


@pytest.mark.parametrize(("change", "lines"), CHANGES, ids=lambda value: ",".join(value))
def test_only_what_differs_is_written(change: dict[str, Any], lines: list[str]) -> None:
    assert written(WANTED, dataclasses.replace(WANTED, **change)) == lines


def test_a_device_is_made_with_all_it_has() -> None:
    lines = [str(line) for line in DRIVER.write([Change(None, WANTED)], Reading({})).makes]
    assert lines == [
        "ip link add wireguard.cali type wireguard",
        "ip link set dev wireguard.cali mtu 1440 txqueuelen 1000 up",
        f"{SET} listen-port 51820",
        f"{SET} fwmark 0x200000",
        f"{SET} peer {KEYS[1]} endpoint [fd00::3]:51821 persistent-keepalive 25",
        f"{SET} peer {KEYS[0]} endpoint 10.0.0.2:51820 allowed-ips 10.65.1.0/26,10.65.1.1/32 persistent-keepalive 0",
    ]


def _apply(held: dict[str, WireguardPeer], line: str) -> None:
    """What ``wg set`` does to a device's peers: a prefix has one peer, the last one that asked for it."""
    _, _, _, _, key, *words = line.split()
    if words == ["remove"]:
        held.pop(key)
        return
    given = dict(zip(words[::2], words[1::2], strict=True))
    old = held.get(key, WireguardPeer(public_key=key))
    allowed = tuple(given["allowed-ips"].split(",")) if "allowed-ips" in given else old.allowed_ips
    for other, peer in held.items():
        held[other] = dataclasses.replace(peer, allowed_ips=tuple(set(peer.allowed_ips) - set(allowed)))
    held[key] = WireguardPeer(
        public_key=key,
        endpoint=given.get("endpoint", old.endpoint),
        allowed_ips=allowed,
        persistent_keepalive=int(given["persistent-keepalive"]),
    )


def _peers() -> st.SearchStrategy[tuple[WireguardPeer, ...]]:
    """Up to three peers; each of four prefixes is allowed to one of them at most, as in the kernel."""
    keys = [*KEYS, "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="]
    ends = st.lists(st.sampled_from([None, "10.0.0.2:1", "[fd00::2]:1"]), min_size=3, max_size=3)
    owners = st.lists(st.sampled_from([*keys, None]), min_size=4, max_size=4)

    def build(chosen: set[str], ends: list[str | None], owners: list[str | None]) -> tuple[WireguardPeer, ...]:
        prefixes = {key: tuple(f"10.{n}.0.0/16" for n, who in enumerate(owners) if who == key) for key in keys}
        pairs = zip(keys, ends, strict=True)
        return tuple(
            WireguardPeer(public_key=key, endpoint=end, allowed_ips=prefixes[key])
            for key, end in pairs
            if key in chosen
        )

    return st.builds(build, st.sets(st.sampled_from(keys)), ends, owners)


@given(_peers(), _peers())
def test_the_lines_lead_from_any_peers_to_any_others(
    before: tuple[WireguardPeer, ...], after: tuple[WireguardPeer, ...]
) -> None:
    held = {peer.public_key: peer for peer in before}
    for line in written(dataclasses.replace(WANTED, peers=before), dataclasses.replace(WANTED, peers=after)):
        _apply(held, line)
    assert held == {peer.public_key: peer for peer in after}


@pytest.mark.parametrize("text", ["", "a b", "a;id", "$(id)", "[fd00::2]:1;id", "-x", "[a b]:1"])
@pytest.mark.parametrize("field", ["public_key", "endpoint", "allowed_ips"])
def test_a_word_that_is_none_is_refused(field: str, text: str) -> None:
    nasty = dataclasses.replace(FIRST, **{field: (text,) if field == "allowed_ips" else text})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cannot be written as one word"):
        written(None, dataclasses.replace(WANTED, peers=(nasty,)))


def _ask(folder: Path, script: str | None) -> Answer:
    """The question to a shell whose only ``wg`` is ``script``, or which has none."""
    if script is not None:
        (folder / "wg").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "wg").chmod(0o755)
    shell = {"PATH": str(folder)}
    ran = subprocess.run(["/bin/sh", "-c", wireguard.QUESTION], text=True, capture_output=True, env=shell)
    return Answer(ran.stdout, ran.returncode, ran.stderr)


def test_a_node_without_wg_answers_nothing(tmp_path: Path) -> None:
    assert _ask(tmp_path, None) == Answer("")


def test_only_what_is_no_secret_is_asked(tmp_path: Path) -> None:
    answer = _ask(tmp_path, 'echo "asked	$*"')
    assert answer.status == 0
    asked = [line.partition("\t")[2] for line in answer.text.splitlines() if "\t" in line]
    assert asked == [f"show all {what}" for what in wireguard.ASKED]
    assert not {"dump", "private-key", "preshared-keys"} & set(" ".join(asked).split())


def test_a_wg_that_fails_half_way_says_so(tmp_path: Path) -> None:
    assert _ask(tmp_path, '[ "$3" != endpoints ] || { echo "no right" >&2; exit 1; }').status == 1


@pytest.mark.kernel
def test_on_a_real_kernel(bare: Node) -> None:
    if os.geteuid() != 0 or bare.shell("ip link add probe type wireguard && ip link del probe && wg").status:
        pytest.skip("this kernel has no module wireguard, or there is no wg")
    assert bare.write(Change(None, WANTED)) == []
    assert WANTED.lens(bare.reading().found[WANTED.key]) == WANTED
    changed = dataclasses.replace(WANTED, listen_port=51821, peers=(SECOND,))
    assert bare.write(Change(WANTED, changed)) == []
    assert changed.lens(bare.reading().found[WANTED.key]) == changed
