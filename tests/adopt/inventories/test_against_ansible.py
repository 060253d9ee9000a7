"""What Ansible itself makes of an inventory is what we read in it; skips where ansible-core is not installed.

ansible-core is no dependency of the tests: `pip install ansible-core` somewhere, and put it on the PATH.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.adopt.inventories import ansible
from reconciler.adopt.inventories.ansible_groups import Groups
from reconciler.adopt.inventories.ansible_ini import read_ini
from reconciler.adopt.inventories.ansible_yaml import read_yaml
from reconciler.cli.import_sources import Folder
from reconciler.desired.compose import compose

HERE = Path(__file__).parent
COMMAND = shutil.which("ansible-inventory")

pytestmark = pytest.mark.skipif(
    COMMAND is None, reason="ansible-inventory is not on the PATH (pip install ansible-core)"
)


def by_ansible(files: list[Path]) -> dict[str, dict[str, Any]]:
    """The variables of each host."""
    assert COMMAND is not None
    words = [word for file in files for word in ("-i", str(file))]
    env = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "False", "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run([COMMAND, *words, "--list"], capture_output=True, text=True, env=env, check=True, timeout=60)
    told = json.loads(done.stdout)
    hosts = {host for name, group in told.items() if name != "_meta" for host in group.get("hosts", ())}
    return {host: told["_meta"]["hostvars"].get(host, {}) for host in hosts}


def by_us(files: list[Path]) -> dict[str, dict[str, Any]]:
    groups = Groups()
    for file in files:
        if file.suffix in (".yml", ".yaml"):
            read_yaml(compose(file.read_text())[0][0], file.name, groups)
        else:
            read_ini(file.read_text(), file.name, groups)
    ansible.read_beside(Folder(files[0].parent), ".", groups)
    groups.settle("")
    assert groups.remarks == []
    return {host: {name: said.value for name, said in groups.variables(host).items()} for host in groups.hosts}


def random_ini(chance: random.Random) -> str:
    """Groups of groups with variables at each level, hosts with ranges in several of them."""
    groups = [f"g{number}" for number in range(8)]
    lines = ["lonely x=1"]
    for place, group in enumerate(groups):
        lines.append(f"[{group}]")
        for _ in range(chance.randint(0, 3)):
            pattern = chance.choice(["h[1:4]", "h[01:03]", "leaf[a:c]", f"h{chance.randint(1, 9)}", "k[2:8:3]:2200"])
            pairs = [f"v{chance.randint(1, 4)}={value(chance)}" for _ in range(chance.randint(0, 2))]
            lines.append(" ".join([pattern, *pairs]))
        below = chance.sample(groups[place + 1 :], min(len(groups[place + 1 :]), chance.randint(0, 2)))
        lines += [f"[{group}:children]", *below] if below else []
        lines.append(f"[{group}:vars]")
        lines += [f"v{number} = {value(chance)}" for number in range(1, 5) if chance.random() < 0.5]
        if chance.random() < 0.3:
            lines.append(f"ansible_group_priority={chance.randint(1, 5)}")
    return "\n".join(lines) + "\n"


def value(chance: random.Random) -> str:
    return chance.choice(
        ["1", "yes", "True", "007", "'a b'", '"q"', "[1,2]", "plain", "10.0.0.1", "x=y", "None", "0x10"]
    )


def random_yaml(chance: random.Random) -> str:
    """The same as YAML."""

    def group(name: str, depth: int) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if chance.random() < 0.7:
            hosts = chance.sample(["h[1:3]", "h2", "x[a:b]", "y"], chance.randint(1, 3))
            body["hosts"] = {host: {f"v{chance.randint(1, 3)}": chance.randint(0, 9)} for host in hosts}
        if chance.random() < 0.7:
            body["vars"] = {f"v{chance.randint(1, 3)}": f"{name}-{chance.randint(0, 9)}"}
        if depth < 3:
            names = [f"{name}{chance.choice('abc')}" for _ in range(chance.randint(0, 2))]
            body["children"] = {one: group(one, depth + 1) for one in names}
        return body

    return json.dumps({"all": {**group("g", 0), "hosts": {"always": {}}}})


def test_random_inventories_mean_what_ansible_says(tmp_path: Path) -> None:
    """One run of Ansible takes a second: so a run has many groups, and the names of each are its own."""
    chance = random.Random(7)
    for number, make in enumerate((random_ini, random_yaml, random_ini)):
        folder = tmp_path / str(number)
        (folder / "group_vars" / "g1").mkdir(parents=True)
        (folder / "host_vars").mkdir()
        file = folder / ("hosts.yml" if make is random_yaml else "hosts")
        file.write_text(make(chance))
        (folder / "group_vars" / "all.yml").write_text("v1: of all\nv9: [1, {a: b}]\n")
        (folder / "group_vars" / "g1" / "b.yml").write_text("v2: of g1 b\n")
        (folder / "group_vars" / "g1" / "a.yaml").write_text("v2: of g1 a\nv3: of g1 a\n")
        (folder / "group_vars" / "ga").write_text("v2: of ga\n")
        (folder / "host_vars" / "h2.yaml").write_text("v4: of h2\n")
        assert by_us([file]) == by_ansible([file]), file.read_text()
