"""Inventories of other tools, each against the one of ours that it has to become."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.adopt.adopted import Adopted, Refused
from reconciler.adopt.inventories.importing import inventory
from reconciler.cli.import_sources import Folder
from reconciler.desired.inventory import load_inventory
from reconciler.desired.style import written
from tests.adopt.goldens import golden
from tests.adopt.worlds import remarks

HERE = Path(__file__).parent
FILES = (
    "ini/hosts",
    "yaml/hosts.yml",
    "listing/hosts.json",
    "nornir/hosts.yaml",
    "clab/ansible-inventory.yml",
    "clab/nornir-simple-inventory.yml",
    "clab/topology-data.json",
)
SECRETS = ("not-a-reference", "sesame", "open", "enable-me", "6638643965323633646262656665303564336464")


def imported(file: Path, *more: str) -> Adopted:
    return inventory(Folder(file.parent), [file.name, *more], "imported")


@pytest.mark.parametrize("name", FILES)
def test_inventory_becomes_this_one_of_ours(name: str, tmp_path: Path) -> None:
    file = HERE / name
    adopted = imported(file)
    text = written(adopted.inventory)
    stem = file.name.replace(".", "-")
    assert text == golden(file.parent / f"{stem}.golden", text)
    assert remarks(adopted) == golden(file.parent / f"{stem}-remarks.golden", remarks(adopted))
    (tmp_path / "all.yaml").write_text(text)
    ours = load_inventory(tmp_path)
    assert [str(problem) for problem in ours.problems] == []
    assert ours.devices


@pytest.mark.parametrize("name", FILES)
def test_no_secret_is_copied(name: str) -> None:
    """Not one of them, nowhere: neither in the documents nor in what is said of them."""
    adopted = imported(HERE / name)
    words = (written(adopted.inventory) + remarks(adopted)).replace(",", " ").split()
    assert not set(SECRETS) & {word.strip("'\"{}:;.") for word in words}
    for device in adopted.inventory[0].spec["devices"].values():
        assert all(list(device[field]) == ["env"] for field in ("password", "secret") if field in device)


def refusal(folder: Path, name: str, text: str, mode: int = 0o644) -> str:
    (folder / name).write_text(text)
    (folder / name).chmod(mode)
    with pytest.raises(Refused) as refused:
        imported(folder / name)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "mode"),
    [
        ("ec2.py", "#!/usr/bin/env python3\nprint('{}')\n", 0o644),
        ("hosts", "[all]\na\n", 0o755),
        ("aws.yml", "plugin: amazon.aws.aws_ec2\nregions: [eu-central-1]\n", 0o644),
    ],
)
def test_what_would_have_to_be_run_is_refused_with_what_would_be_right(
    name: str, text: str, mode: int, tmp_path: Path
) -> None:
    words = refusal(tmp_path, name, text, mode)
    assert words.startswith(f"{name}:1: ")
    assert "ansible-inventory -i FILE --list" in words


def test_a_file_that_is_encrypted_as_a_whole_is_refused(tmp_path: Path) -> None:
    assert "decrypt a copy" in refusal(tmp_path, "hosts.yml", "$ANSIBLE_VAULT;1.1;AES256\n663864\n")


def test_what_is_no_inventory_is_refused_at_its_place(tmp_path: Path) -> None:
    assert refusal(tmp_path, "pool.yaml", "kind: IPPool\nspec: {cidr: 10.0.0.0/8}\n").startswith("pool.yaml:1: no inv")
    assert refusal(tmp_path, "bad.yaml", "all:\n\thosts:\n").startswith("bad.yaml:2: not valid YAML")


def test_several_files_are_one_inventory(tmp_path: Path) -> None:
    """The later one counts, as with Ansible's `-i a -i b`."""
    (tmp_path / "a").write_text("[eos]\nleaf1 ansible_host=10.0.0.1\nleaf2\n[eos:vars]\nansible_network_os=eos\n")
    (tmp_path / "b").write_text("[eos]\nleaf1 ansible_host=10.0.0.9\n")
    devices = imported(tmp_path / "a", "b").inventory[0].spec["devices"]
    assert {name: device["host"] for name, device in devices.items()} == {"leaf1": "10.0.0.9", "leaf2": "leaf2"}


def test_groups_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("[a]\nh1\n[a:children]\nb\n[b:children]\na\n[b:vars]\nansible_user=ops\n")
    adopted = imported(tmp_path / "hosts")
    assert "below itself" in remarks(adopted)
    assert list(adopted.inventory[0].spec["devices"]) == ["h1"]


@pytest.mark.parametrize(("port", "told"), [("2222", 0), ("22", 1)])
def test_a_jump_over_a_device_that_has_its_user_and_port_needs_no_remark(port: str, told: int, tmp_path: Path) -> None:
    own = "ansible_host=198.51.100.1 ansible_user=jumper ansible_port=2222"
    over = f"ansible_user=ops ansible_ssh_common_args='-J jumper@198.51.100.1:{port}'"
    (tmp_path / "hosts").write_text(f"bastion {own}\nw1 {over}\n")
    adopted = imported(tmp_path / "hosts")
    assert adopted.inventory[0].spec["devices"]["w1"]["jump"] == "bastion"
    assert remarks(adopted).count("the user and the port of the device bastion count") == told
    assert len(adopted.remarks) == told


def test_a_line_for_many_hosts_is_remarked_once(tmp_path: Path) -> None:
    own = "ansible_ssh_common_args='-o StrictHostKeyChecking=no'"
    (tmp_path / "hosts").write_text(f"w[1:3]\nr[1:2] ansible_connection=winrm\n[all:vars]\n{own}\n")
    assert [one.what for one in imported(tmp_path / "hosts").remarks] == [
        "r1 and 1 more",
        "-o stricthostkeychecking of w1 and 2 more",
    ]


def test_what_stands_below_no_section_is_nobodys(tmp_path: Path) -> None:
    text = "[a]\nh1\n[my group:vars]\nansible_password=hunter2\nh2\n[b]\nh3\nansible_password=hunter2\n"
    (tmp_path / "hosts").write_text(text)
    adopted = imported(tmp_path / "hosts")
    assert list(adopted.inventory[0].spec["devices"]) == ["h1", "h3"]
    assert [one.line for one in adopted.remarks] == [3, 8]
    assert "hunter2" not in remarks(adopted)


def test_hosts_that_are_no_mapping_are_told(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("all:\n  hosts: {a: }\n  children:\n    b: {hosts: [c]}\n")
    assert remarks(imported(tmp_path / "hosts.yml")).startswith("hosts.yml:4: hosts of group b: expected a mapping")


def test_what_stands_beside_yaml_counts_and_what_is_alike_stands_once(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("all: {hosts: {a: {ansible_ssh_common_args: -J a}, b: }}\n")
    (tmp_path / "group_vars").mkdir()
    said = "ansible_user: ops\nansible_port: 2222\nansible_private_key_file: /k\n"
    (tmp_path / "group_vars/all.yml").write_text(said)
    shared = {"platform": "linux", "port": 2222, "username": "ops", "key": "/k"}
    assert imported(tmp_path / "hosts.yml").inventory[0].spec == {
        "defaults": {**shared, "knownHosts": "known_hosts"},
        "devices": {"a": {"host": "a"}, "b": {"host": "b"}},
    }
    (tmp_path / "one.yml").write_text("all: {hosts: {a: }}\n")
    spec = imported(tmp_path / "one.yml").inventory[0].spec
    assert spec == {"defaults": {"knownHosts": "known_hosts"}, "devices": {"a": {"host": "a", **shared}}}


def test_two_tools_may_know_one_host(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("a\n")
    (tmp_path / "nornir.yaml").write_text("a: {hostname: 10.0.0.1}\nb: {hostname: 10.0.0.2}\nb: {port: 1}\n")
    adopted = inventory(Folder(tmp_path), ["hosts", "nornir.yaml"], "not a name")
    assert adopted.inventory[0].name == "imported"
    assert {name: one["host"] for name, one in adopted.inventory[0].spec["devices"].items()} == {
        "a": "a",
        "b": "10.0.0.2",
    }
    assert [(one.line, one.what) for one in adopted.remarks] == [
        (1, "a second host a"),
        (3, "duplicate key 'b' (first on line 2)"),
    ]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "hosts").mkdir()
    with pytest.raises(Refused, match="hosts:1: a folder: name its files"):
        imported(tmp_path / "hosts")


@pytest.mark.parametrize(
    ("said", "device", "told"),
    [
        ("ansible_port=65535", {"port": 65535}, []),
        ("ansible_port=65536", {}, ["the port of a: not a port; left out"]),
        ("ansible_port=0", {}, ["the port of a: not a port; left out"]),
        ("ansible_port=٣٣", {}, ["the port of a: not a port; left out"]),
        ("ansible_connection=httpapi ansible_network_os=eos", {"platform": "arista_eos"}, []),
        ("ansible_private_key_file='{{ key }}'", {}, ["the key's path of a: a template, or no path; left out"]),
        ("ansible_private_key_file=~bob/id", {}, ["the key's path of a: in another user's home; write the path out"]),
        ("ansible_private_key_file=~/id", {"key": "~/id"}, []),
        ("ansible_become=yes", {"sudo": True}, []),
        ("ansible_become=no", {}, []),
        ("ansible_become=yes ansible_user=root", {"username": "root"}, []),
        ("ansible_become=yes ansible_become_method=su", {}, ["become_method 'su' of a: only sudo is known; left out"]),
        (
            "ansible_become=yes ansible_become_pass=x",
            {"sudo": True},
            ["the password of sudo of a: never copied: sudo has to work without one"],
        ),
    ],
)
def test_a_variable_of_ansible_is_this_of_a_device(
    said: str, device: dict[str, object], told: list[str], tmp_path: Path
) -> None:
    (tmp_path / "hosts").write_text(f"a {said}\n")
    adopted = imported(tmp_path / "hosts")
    assert adopted.inventory[0].spec["devices"]["a"] == {"platform": "linux", "host": "a", **device}
    assert [f"{one.what}: {one.why}" for one in adopted.remarks] == told


def test_a_variable_of_the_environment_is_called_after_its_owner(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("1web ansible_password=x\n[all:vars]\nansible_password=y\n[g]\nb\n")
    devices = imported(tmp_path / "hosts").inventory[0].spec["devices"]
    assert {name: one["password"] for name, one in devices.items()} == {
        "1web": {"env": "_1WEB_PASSWORD"},
        "b": {"env": "DEVICE_PASSWORD"},
    }


def test_no_name_leads_out_of_the_folder_of_variables(tmp_path: Path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "other.yml").write_text("ansible_user: stray\n")
    (tmp_path / "hosts.yml").write_text("all: {children: {../other: {hosts: {a: }}}}\n")
    assert "username" not in imported(tmp_path / "hosts.yml").inventory[0].spec["devices"]["a"]


X, Y, Z = (f"[{name}:vars]\nansible_user={name}\n" for name in "xyz")


@pytest.mark.parametrize(
    ("text", "user"),
    [
        (X + Y, "y"),
        (f"{X}ansible_group_priority=2\n{Y}", "x"),
        (f"{X}ansible_group_priority=first\n{Y}", "y"),
        (f"[z:children]\nx\n{X}{Z}", "x"),
        (f"[z:children]\nx\n{X}{Y}", "x"),
        (f"[z:children]\nx\n{Z}{Y}", "z"),
        (f"[z:children]\ny\n[all:vars]\nansible_user=all\n{Z}", "z"),
    ],
)
def test_of_several_groups_this_one_counts(text: str, user: str, tmp_path: Path) -> None:
    """By depth, by priority, by name (ansible/inventory/helpers.py)."""
    (tmp_path / "hosts").write_text(f"[x]\nh\n[y]\nh\n{text}")
    assert imported(tmp_path / "hosts").inventory[0].spec["devices"]["h"]["username"] == user


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a:things]\nh\n", "1: [a:things]: a section is one of hosts, vars, children"),
        ("[a]\nh x='hunter2\n", "2: a line of hosts: a quote without its end; left out"),
        ("[a]\nh hunter2\n", "2: a line of hosts: a word behind the host that is no key=value; left out"),
        ("[a]\nx=hunter2\n", "2: a line of hosts: no host in front of key=value; left out"),
        ("[a:vars]\nhunter2\n", "2: a line of [a:vars]: expected key=value; left out"),
        ("[a]\nh[3:1]\n", "2: hosts: [3:1] is empty"),
    ],
)
def test_a_line_that_says_nothing_is_told_and_not_repeated(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(text)
    adopted = imported(tmp_path / "hosts")
    assert [f"{one.line}: {one.what}: {one.why}" for one in adopted.remarks] == [said]
    assert adopted.inventory[0].spec["devices"] == {}


def test_groups_of_nornir_count_in_their_order_and_those_around_them_after_each(tmp_path: Path) -> None:
    (tmp_path / "groups.yaml").write_text("a: {groups: [c, a]}\nb: {username: b, port: 1}\nc: {username: c}\n")
    (tmp_path / "defaults.yaml").write_text("[not, a, mapping]\n")
    connection = "{scrapli: {port: 9, extras: {secret: hunter2}}}"
    hosts = f"h: {{groups: [a, b], port: 7}}\ni: {{groups: [b], platform: eos, connection_options: {connection}}}\n"
    (tmp_path / "hosts.yaml").write_text(hosts)
    devices = imported(tmp_path / "hosts.yaml").inventory[0].spec["devices"]
    assert [(one["username"], one["port"]) for one in devices.values()] == [("c", 7), ("b", 9)]
    assert devices["i"]["secret"] == {"env": "I_SECRET"}


def test_a_group_says_what_its_hosts_are_where_nothing_else_does(tmp_path: Path) -> None:
    text = "[eos]\nleaf1\n[ios]\nrtr1\n[CVP]\ncv ansible_network_os=eos\n[cisco_ios]\nsrv ansible_connection=ssh\n"
    (tmp_path / "hosts").write_text(text)
    devices = imported(tmp_path / "hosts").inventory[0].spec["devices"]
    assert {name: device["platform"] for name, device in devices.items()} == {"leaf1": "arista_eos", "srv": "linux"}


def test_what_is_shared_by_anchors_is_no_group(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("_own: &own {ansible_user: ops}\nall: {hosts: {h1: {<<: *own}}}\n")
    adopted = imported(tmp_path / "hosts.yml")
    assert adopted.inventory[0].spec["devices"]["h1"]["username"] == "ops"
    assert remarks(adopted).startswith("hosts.yml:1: group _own: ")


def test_fields_that_nornir_passes_over_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("sw1: {hostname: 10.0.0.1, platform: eos, site: here}\n")
    assert list(imported(tmp_path / "hosts.yaml").inventory[0].spec["devices"]) == ["sw1"]
