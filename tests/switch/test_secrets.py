"""No secret of a switch is ever printed: not in a reason, not in a warning, wherever others' lines are named."""

from __future__ import annotations

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Unreadable
from reconciler.core.resource import Key
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.interlock import objection
from reconciler.switch.eos.shown import shown
from reconciler.switch.eos.unified import Mismatch, patched
from tests.switch.running import RUNNING, reading, session_diff

SECRET = "094F471A1A0A"
LINES = {
    f"username admin privilege 15 role network-admin secret sha512 $6${SECRET}$x": "username admin privilege 15 role "
    "network-admin secret <removed>",
    f"enable password sha512 $6${SECRET}": "enable password <removed>",
    f"snmp-server community {SECRET} ro": "snmp-server community <removed>",
    f"snmp-server host 10.0.0.1 {SECRET}": "snmp-server host 10.0.0.1 <removed>",
    f"snmp-server host 10.0.0.1 vrf RED version 2c {SECRET}": "snmp-server host 10.0.0.1 vrf RED <removed>",
    f"snmp-server user u g v3 auth sha {SECRET} priv aes x": "snmp-server user u g v3 auth <removed>",
    f"tacacs-server host 10.0.0.1 vrf RED key 7 {SECRET}": "tacacs-server host 10.0.0.1 vrf RED key <removed>",
    f"   neighbor 10.0.0.2 password 7 {SECRET}": "neighbor 10.0.0.2 password <removed>",
    f"   ip ospf message-digest-key 1 md5 7 {SECRET}": "ip ospf message-digest-key <removed>",
    f"   vrrp 1 peer authentication text {SECRET}": "vrrp 1 peer authentication <removed>",
    f"   exec /usr/bin/TerminAttr -ingestauth=key,{SECRET} -smashexcludes=x": "exec /usr/bin/TerminAttr -ingestauth "
    "<removed>",
    f"   url https://me:{SECRET}@host/x": "url https://<removed>@host/x",
    f"   something new 7 {SECRET}": "something new 7 <removed>",
}


@pytest.mark.parametrize("line", LINES)
def test_what_is_secret_in_a_line_is_left_out(line: str) -> None:
    assert shown(line) == f"'{LINES[line]}'"


@pytest.mark.parametrize("line", ["neighbor X send-community extended", "no enable password", "vrf RED", "10.0.0.7/24"])
def test_what_is_not_stays(line: str) -> None:
    assert shown(line) == f"'{line}'"


def test_a_line_without_end_is_cut() -> None:
    assert len(shown("x" * 2000)) < 200


@pytest.mark.parametrize("line", [line for line in LINES if not line.startswith(" ")])
def test_an_answer_that_ends_in_one_does_not_tell_it(line: str) -> None:
    with pytest.raises(Unreadable, match="half an answer") as error:
        reading(RUNNING.partition("vlan 10")[0] + line)
    assert SECRET not in str(error.value)


FOREIGN = f"""vrf instance RED
!
tacacs-server host 10.0.0.1 vrf RED key 7 {SECRET}
!
router bgp 65001
   neighbor 10.0.0.2 remote-as 65010
   neighbor 10.0.0.2 password 7 {SECRET}
!
username admin secret sha512 $6${SECRET}
!
banner motd"""


def test_what_keeps_a_thing_of_ours_does_not_tell_it() -> None:
    found = reading(RUNNING.replace("banner motd", FOREIGN))
    assert {key.kind for key in found.kept} == {"vrf", "bgp_neighbor"}
    assert all("<removed>" in reason and SECRET not in reason for reason in found.kept.values())
    with pytest.raises(ValueError, match="<removed>") as error:
        EosDriver().write([Change(found.found[Key("vrf", "RED")], None)], found)
    assert SECRET not in str(error.value)


def test_what_goes_along_does_not_tell_it() -> None:
    line = f"   ip ospf authentication-key 7 {SECRET}\n   ip virtual-router address"
    found = reading(RUNNING.replace("   ip virtual-router address", line))
    notes = EosDriver().write([Change(found.found[Key("svi", "Vlan10")], None)], found).notes
    assert notes == ("svi Vlan10 takes along what is not ours: 'ip ospf authentication-key <removed>'",)


@pytest.mark.parametrize(
    "line", [f"   neighbor 10.0.0.2 password 7 {SECRET}\n", f"username admin secret sha512 $6${SECRET}\n"]
)
def test_an_objection_does_not_tell_it(line: str) -> None:
    text = RUNNING.replace("banner motd", FOREIGN)
    said = objection(reading(text).configuration, session_diff(text, text.replace(line, "")), [])
    assert said is not None
    assert "<removed>" in said
    assert SECRET not in said


def test_a_strange_diff_does_not_tell_it() -> None:
    with pytest.raises(Mismatch) as error:
        patched(RUNNING, f"enable password 7 {SECRET}\n")
    assert SECRET not in str(error.value)
