"""Which devices of other tools' inventories are ours."""

from __future__ import annotations

import pytest

from reconciler.adopt.inventories.foreign import Foreign, Said
from reconciler.adopt.inventories.platforms import Elsewhere, Platform, platform


def host(said: str, connection: str, *groups: str) -> Foreign:
    facts = {"platform": Said(said, "f", 1, "h"), "connection": Said(connection, "f", 1, "h")}
    return Foreign("h", "f", 1, {name: one for name, one in facts.items() if one.value}, ("all", *groups))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("said", "connection", "group", "expected"),
    [
        *(
            (name, "network_cli", "", Platform("arista_eos"))
            for name in ("arista.eos.eos", "EOS", "arista.eos", "ceos")
        ),
        *(("", "", name, Platform("arista_eos")) for name in ("arista_ceos", "arista_veos", "ceos")),
        *(("", name, "", Platform("linux")) for name in ("", "ssh", "smart", "paramiko", "ansible.netcommon.libssh")),
        *(("", name, "", Platform("linux", name)) for name in ("docker", "podman")),
        ("linux_ssh", "", "arista_ceos", Platform("linux")),
    ],
)
def test_ours(said: str, connection: str, group: str, expected: Platform) -> None:
    assert platform(host(said, connection, group), by_containerlab=False) == expected


@pytest.mark.parametrize(
    ("said", "connection", "why"),
    [
        ("ios", "", "its platform is 'ios'"),
        *(("", name, f"it is reached by {name}, and nothing") for name in ("httpapi", "netconf", "local")),
        ("", "winrm", "it is reached by 'winrm', and not over SSH"),
    ],
)
def test_not_ours(said: str, connection: str, why: str) -> None:
    with pytest.raises(Elsewhere, match=why):
        platform(host(said, connection), by_containerlab=False)


def test_what_containerlab_made() -> None:
    assert platform(host("", "", "ext-container"), by_containerlab=True) == Platform("linux", "docker")
    with pytest.raises(Elsewhere, match="containerlab has it as crpd"):
        platform(host("", "", "crpd"), by_containerlab=True)
