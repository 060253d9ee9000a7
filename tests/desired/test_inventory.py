"""The inventory: defaults, paths, what is owned, and passwords that show up nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.check.order import after_of
from reconciler.desired.check.owned import check_inventory
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.desired.secret import SecretMissing

from .world import OWN, node

ROOT = Path(__file__).parents[2]
BROKEN = Path(__file__).parent / "broken_inventory"


def inventory(path: Path, devices: str, defaults: str = "{}") -> Inventory:
    path.write_text(
        f"{OWN}kind: Inventory\nmetadata: {{name: lab}}\nspec:\n  defaults: {defaults}\n  devices:\n{devices}"
    )
    found = load_inventory(path)
    assert found.problems == ()
    return found


def test_the_example_inventory_fits_the_example_documents() -> None:
    found = load_inventory(ROOT / "inventory")
    assert found.problems == ()
    assert check_inventory(load(ROOT / "desired"), found) == ()


def test_defaults_hold_where_a_device_says_nothing(tmp_path: Path) -> None:
    found = inventory(
        tmp_path / "i.yaml",
        "    n1: {platform: linux, host: a}\n    n2: {platform: linux, host: b, port: 22, mode: enforce}\n",
        "{port: 2222, username: ops, mode: audit, connectTimeout: 1.5}",
    )
    one, two = found.devices["n1"], found.devices["n2"]
    assert (one.port, one.username, one.mode, one.connect_timeout) == (2222, "ops", "audit", 1.5)
    assert (two.port, two.username, two.mode, two.command_timeout) == (22, "ops", "enforce", 30.0)
    assert found.origins == {"n1": "i.yaml:7", "n2": "i.yaml:8"}


def test_files_of_a_folder_add_up_each_with_its_defaults(tmp_path: Path) -> None:
    for name, port in (("a", 1), ("b", 2)):
        inventory(tmp_path / f"{name}.yaml", f"    {name}: {{platform: linux, host: h}}\n", f"{{port: {port}}}")
    assert {name: device.port for name, device in load_inventory(tmp_path).devices.items()} == {"a": 1, "b": 2}


def test_paths_are_relative_to_the_inventory_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    found = inventory(
        tmp_path / "i.yaml",
        "    n1: {platform: linux, host: a, key: keys/id, password: {file: pw}}\n"
        "    n2: {platform: linux, host: a, key: /etc/id, knownHosts: ../kh}\n",
    )
    one, two = found.devices["n1"], found.devices["n2"]
    assert (one.key, one.known_hosts) == (tmp_path / "keys/id", tmp_path / "known_hosts")
    assert (two.key, two.known_hosts) == (Path("/etc/id"), tmp_path / "../kh")
    (tmp_path / "pw").write_text("s3cret \n")
    assert one.password is not None
    assert one.password.read() == "s3cret "


def test_what_is_owned(tmp_path: Path) -> None:
    found = inventory(
        tmp_path / "i.yaml",
        '    s1: {platform: arista_eos, host: a, owns: {vlans: "2-4,10", routes: true}}\n'
        "    s2: {platform: arista_eos, host: a}\n"
        "    n1: {platform: linux, host: a, owns: {except: {devices: [wg*], tables: [100], prefixes: [10.0.0.0/8]}}}\n",
    )
    assert (found.devices["s1"].owns.vlans, found.devices["s1"].owns.routes) == (frozenset({2, 3, 4, 10}), True)
    assert (found.devices["s2"].owns.vlans, found.devices["s2"].owns.routes) == (None, False)
    excepted = found.devices["n1"].owns.excepted
    assert (excepted.devices, excepted.tables, excepted.prefixes) == (("wg*",), (100,), ("10.0.0.0/8",))


def test_a_password_is_read_only_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = inventory(
        tmp_path / "i.yaml",
        "    env: {platform: linux, host: a, password: {env: LAB_PW}}\n"
        "    file: {platform: linux, host: a, password: {file: pw}}\n"
        "    credential: {platform: linux, host: a, password: {credential: lab}}\n",
    )
    refs = {name: device.password for name, device in found.devices.items()}
    monkeypatch.delenv("LAB_PW", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    reasons = {
        "env": "the environment variable LAB_PW is not set",
        "file": f"{tmp_path / 'pw'} cannot be read (No such file or directory)",
        "credential": "no credential lab: systemd sets CREDENTIALS_DIRECTORY, it is not set",
    }
    for name, reason in reasons.items():
        ref = refs[name]
        assert ref is not None
        with pytest.raises(SecretMissing) as refusal:
            ref.read()
        assert str(refusal.value) == reason
    (tmp_path / "pw").write_text("s3cret\n")
    (tmp_path / "lab").write_text("s3cret")
    monkeypatch.setenv("LAB_PW", "s3cret")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert [ref.read() for ref in refs.values() if ref] == ["s3cret"] * 3
    assert "s3cret" not in repr(found)


def test_no_message_repeats_what_may_be_a_password() -> None:
    found = load_inventory(BROKEN / "plain-passwords")
    assert len(found.problems) == 13
    assert "s3cret" not in repr(found)
    assert "12345678" not in repr(found)


def test_documents_and_inventory_agree(tmp_path: Path) -> None:
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired" / "w.yaml").write_text(
        f"{OWN}kind: Switch\nmetadata: {{name: s1}}\nspec:\n  vlans: {{1000: {{}}, 10: {{}}}}\n"
        "  interfaces:\n    Ethernet1: {access: 20}\n    Ethernet2: {trunk: {allowed: '10,30,2000'}}\n"
        "    Ethernet3: {access: 2000}\n---\n" + node("n1") + "---\n" + node("s2") + "---\n" + node("k-worker")
    )
    found = inventory(
        tmp_path / "i.yaml",
        '    s1: {platform: arista_eos, host: a, owns: {vlans: "2-999"}}\n'
        "    s2: {platform: arista_eos, host: b}\n    n1: {platform: linux, host: c}\n"
        "    k_worker: {platform: linux, host: d}\n",
    )
    assert [str(problem) for problem in check_inventory(load(tmp_path / "desired"), found)] == [
        "desired/w.yaml:5:11: vlan-not-owned: VLAN 1000 is outside owns.vlans of s1 (i.yaml:7): "
        "remove it here, or add it to owns.vlans there",
        "desired/w.yaml:7:25: owned-vlan-undeclared: VLAN 20 is in owns.vlans of s1 (i.yaml:7) and not declared: "
        "add 20 under vlans here, or take it out of owns.vlans there",
        "desired/w.yaml:8:34: owned-vlan-undeclared: VLAN 30 is in owns.vlans of s1 (i.yaml:7) and not declared: "
        "add 30 under vlans here, or take it out of owns.vlans there",
        "desired/w.yaml:18:18: platform-differs: Node s2 has platform arista_eos in the inventory (i.yaml:8): "
        "change the kind here or the platform there",
        "desired/w.yaml:23:18: not-in-inventory: Node k-worker is not in the inventory: did you mean 'k_worker'?",
    ]


def test_patterns_of_after_become_names_and_nobody_comes_after_itself(tmp_path: Path) -> None:
    found = inventory(
        tmp_path / "i.yaml",
        "    spine1: {platform: linux, host: a, after: []}\n"
        "    spine2: {platform: linux, host: a, tier: 1, after: [spine1]}\n"
        "    leaf1: {platform: linux, host: a, tier: 1}\n"
        "    leaf2: {platform: linux, host: a, tier: 2, after: ['*2', leaf1]}\n",
        "{after: ['spine?']}",
    )
    assert after_of(found.devices) == {
        "spine2": {"spine1"},
        "leaf1": {"spine1", "spine2"},
        "leaf2": {"spine2", "leaf1"},
    }


def test_another_way_in_may_be_named(tmp_path: Path) -> None:
    found = inventory(
        tmp_path / "i.yaml",
        "    n1: {platform: linux, host: a, outOfBand: 'console cs1:2003'}\n"
        "    n2: {platform: linux, host: a, outOfBand: true}\n    n3: {platform: linux, host: a}\n",
    )
    ways = {name: device.out_of_band for name, device in found.devices.items()}
    assert ways == {"n1": "console cs1:2003", "n2": True, "n3": False}


def test_who_is_wrong_in_itself_is_no_unknown_name_to_others(tmp_path: Path) -> None:
    """One mistake, one problem: the device that is meant is there."""
    path = tmp_path / "i.yaml"
    path.write_text(
        f"{OWN}kind: Inventory\nmetadata: {{name: lab}}\nspec:\n  devices:\n"
        "    n1: {platform: linux}\n    n2: {platform: linux, host: a, after: [n1]}\n"
    )
    assert [problem.what for problem in load_inventory(path).problems] == ["host is missing"]
