"""`reconcile validate` finds every problem that `reconcile` would refuse, and contacts nothing for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas/problems.v1.json").read_text())
OWN = "apiVersion: reconciler/v1\n"
DOCUMENTS = f"""\
{OWN}kind: Switch
metadata: {{name: s1}}
spec: {{vlans: {{10: {{}}, 1000: {{}}}}}}
---
{OWN}kind: Node
metadata: {{name: s2}}
spec: {{}}
---
{OWN}kind: Node
metadata: {{name: n1}}
spec: {{}}
"""
INVENTORY = f"""\
{OWN}kind: Inventory
metadata: {{name: lab}}
spec:
  devices:
    s1: {{platform: arista_eos, host: 192.0.2.1, owns: {{vlans: "2-999"}}}}
    s2: {{platform: arista_eos, host: 192.0.2.2}}
"""
CHOSEN = ("--inventory", "inventory")
MISFITS = [
    "desired/net.yaml:4:24: vlan-not-owned: VLAN 1000 is outside owns.vlans of s1 (lab.yaml:6): "
    "remove it here, or add it to owns.vlans there",
    "desired/net.yaml:8:18: platform-differs: Node s2 has platform arista_eos in the inventory (lab.yaml:7): "
    "change the kind here or the platform there",
    "desired/net.yaml:13:18: not-in-inventory: Node n1 is not in the inventory: add it there, or remove this document",
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("desired", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "desired" / "net.yaml").write_text(DOCUMENTS)
    return tmp_path


def place(home: Path, folder: str, text: str = INVENTORY) -> None:
    (home / folder).mkdir(exist_ok=True)
    (home / folder / "lab.yaml").write_text(text)


def reconcile(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILE")}
    line = [sys.executable, "-m", "reconciler", *words]
    search = {"PYTHONPATH": str(ROOT)}
    return subprocess.run(line, cwd=home, env=clean | search | environment, text=True, capture_output=True, timeout=60)


def test_without_an_inventory_the_documents_stand_alone(home: Path) -> None:
    ran = reconcile(home, "validate")
    assert (ran.returncode, ran.stdout) == (0, "3 documents: 0 errors, 0 warnings.\n")


def test_an_inventory_that_was_not_chosen_is_left_alone(home: Path) -> None:
    """Somebody else's may stand in the default place: `validate` is about the documents."""
    place(home, "inventory")
    ran = reconcile(home, "validate")
    assert (ran.returncode, ran.stdout) == (0, "3 documents: 0 errors, 0 warnings.\n")


@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_chosen_inventory_is_read(home: Path, way: str) -> None:
    place(home, "elsewhere")
    option = ["--inventory", "elsewhere"] if way == "option" else []
    environment = {} if option else {"RECONCILE_INVENTORY": "elsewhere"}
    assert reconcile(home, "validate", *option, **environment).stdout.splitlines()[:3] == MISFITS


def test_it_says_exactly_what_reconcile_refuses(home: Path) -> None:
    place(home, "inventory")
    assert reconcile(home, "--dry-run").stderr.splitlines() == MISFITS
    printed = json.loads(reconcile(home, "validate", *CHOSEN, "-o", "json").stdout)
    problems = printed["problems"]
    jsonschema.validate(printed, SCHEMA)
    assert [f"{p['file']}:{p['line']}:{p['col']}: {p['code']}: {p['what']}: {p['right']}" for p in problems] == MISFITS


def test_documents_of_others_are_listed(home: Path) -> None:
    (home / "desired/others.yaml").write_text("---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n")
    assert "ignored: desired/others.yaml:2: Deployment web" in reconcile(home, "validate").stdout.splitlines()
    printed = json.loads(reconcile(home, "validate", "-o", "json").stdout)
    jsonschema.validate(printed, SCHEMA)
    assert printed["ignored"] == [{"file": "desired/others.yaml", "line": 2, "kind": "Deployment", "name": "web"}]


def test_an_inventory_that_fits_adds_nothing(home: Path) -> None:
    fitting = INVENTORY.replace('"2-999"', '"2-1000"').replace("s2: {platform: arista_eos", "s2: {platform: linux")
    place(home, "inventory", fitting + "    n1: {platform: linux, host: 192.0.2.3}\n")
    ran = reconcile(home, "validate", *CHOSEN)
    assert (ran.returncode, ran.stdout) == (0, "3 documents: 0 errors, 0 warnings.\n")


def test_problems_of_documents_inventory_and_both_come_at_once(home: Path) -> None:
    (home / "desired" / "other.yaml").write_text(f"{OWN}kind: Node\nmetadata: {{name: n2}}\nspec: {{mtu: 1}}\n")
    place(home, "inventory", INVENTORY + "    n2: {platform: linux, host: 192.0.2.3, prot: 22}\n")
    found = reconcile(home, "validate", *CHOSEN).stdout.splitlines()
    assert found[:3] == MISFITS
    assert [line.split(": ")[:3] for line in found[3:5]] == [
        ["desired/other.yaml:4:8", "unknown-field", "unknown field 'mtu'"],
        ["inventory/lab.yaml:8:44", "unknown-field", "unknown field 'prot'"],
    ]


def test_nothing_is_missing_from_an_inventory_that_cannot_be_read(home: Path) -> None:
    place(home, "inventory", INVENTORY + "  - {")
    ran = reconcile(home, "validate", *CHOSEN)
    assert ran.returncode == 1
    assert "inventory/lab.yaml:8" in ran.stdout
    assert "not in the inventory" not in ran.stdout


def test_a_chosen_inventory_that_is_not_there_is_a_problem_with_a_way_out(home: Path) -> None:
    ran = reconcile(home, "validate", "--inventory", "some/where")
    assert ran.returncode == 1
    first = ran.stdout.splitlines()[0]
    assert first.startswith("some/where:1:1: no-such-place: no such inventory: ")
    assert all(way in first for way in ("--inventory", "RECONCILE_INVENTORY", "`reconcile lab shell`"))


def test_an_empty_desired_state_is_a_warning(home: Path) -> None:
    (home / "desired" / "net.yaml").unlink()
    ran = reconcile(home, "validate")
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == [
        "desired:1:1: warning: no-document: no documents: reconcile would hold, "
        "nothing is ever deleted on the strength of an empty desired state",
        "0 documents: 0 errors, 1 warning.",
    ]


def test_a_folder_that_is_not_there_is_an_error_and_not_empty(home: Path) -> None:
    ran = reconcile(home, "validate", "--desired", "nowhere")
    assert ran.returncode == 1
    assert "no such folder" in ran.stdout
    assert "no documents" not in ran.stdout


@pytest.mark.parametrize("version", ["3.28", "3.34"])
def test_an_unknown_calico_release_is_said_by_validate_and_compile(home: Path, version: str) -> None:
    calico = f'{{cni: calico, nodes: [n1], calico: {{version: "{version}"}}}}'
    (home / "desired" / "c.yaml").write_text(f"{OWN}kind: Cluster\nmetadata: {{name: k}}\nspec: {calico}\n")
    validated, compiled = reconcile(home, "validate"), reconcile(home, "compile")
    assert (validated.returncode, compiled.returncode) == (0, 0)
    for said in (validated.stdout, compiled.stderr):
        assert f"warning: calico-version: Calico {version} is not known, its rows are taken from 3." in said


SETTINGS = f"""\
{OWN}kind: Settings
metadata: {{name: reconciler}}
spec:
  source: {{path: desired}}
  inventory: inventory
  heal: [{{devices: [s9], heal: hold}}]
"""


def test_settings_are_checked_with_all_that_they_name(home: Path) -> None:
    place(home, "inventory")
    (home / "config.yaml").write_text(SETTINGS)
    ran = reconcile(home / "elsewhere", "validate", "--config", "../config.yaml", RECONCILE_INVENTORY="nowhere")
    *lines, last = ran.stdout.splitlines()
    assert ran.returncode == 1
    assert [line for line in lines if line not in MISFITS] == [
        "../config.yaml:7:21: warning: matches-nothing: no device is named 's9': remove it, or correct it"
    ]
    assert (len(lines), last) == (len(MISFITS) + 1, "settings, 2 devices, 3 documents: 3 errors, 1 warning.")
    data = json.loads(reconcile(home, "validate", "--config", "config.yaml", "-o", "json").stdout)
    jsonschema.validate(data, SCHEMA)
    assert [problem["severity"] for problem in data["problems"]].count("warning") == 1
    assert len(data["problems"]) == len(lines)


def test_settings_that_follow_a_repository_are_checked_without_it(home: Path) -> None:
    place(home, "inventory", INVENTORY + "    s9: {platform: linux, host: 192.0.2.3}\n")
    (home / "config.yaml").write_text(SETTINGS.replace("path: desired", "url: /srv/git/desired.git"))
    ran = reconcile(home, "validate", "--config", "config.yaml")
    assert (ran.returncode, ran.stdout) == (0, "settings, 3 devices: 0 errors, 0 warnings.\n")


def test_bad_settings_are_judged_alone(home: Path) -> None:
    (home / "config.yaml").write_text(f"{SETTINGS}  loop: {{reread: 90}}\n  listen: {{webhook: 0.0.0.0:1}}\n")
    ran = reconcile(home, "validate", "--config", "config.yaml")
    assert [line.partition(": ")[0] for line in ran.stdout.splitlines()] == [
        "config.yaml:8:18",
        "config.yaml:9:11",
        "settings",
    ]
    assert ran.returncode == 1


TWICE = [("validate", "--config", "c.yaml", "--desired", "d"), ("daemon", "--inventory", "i", "--config", "c.yaml")]


@pytest.mark.parametrize("words", TWICE, ids=" ".join)
def test_places_that_the_settings_name_are_not_given_twice(home: Path, words: tuple[str, ...]) -> None:
    ran = reconcile(home, *words)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "the settings say where that is" in ran.stderr


def test_a_merge_request_is_told_in_sarif(home: Path) -> None:
    place(home, "inventory")
    ran = reconcile(home, "validate", *CHOSEN, "-o", "sarif")
    (run,) = json.loads(ran.stdout)["runs"]
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
    assert (ran.returncode, places) == (1, ["desired/net.yaml"] * 3)
    assert [result["ruleId"] for result in run["results"]] == ["vlan-not-owned", "platform-differs", "not-in-inventory"]


def test_other_commands_know_no_sarif(home: Path) -> None:
    ran = reconcile(home, "compile", "-o", "sarif")
    assert (ran.returncode, ran.stdout) == (1, "")


def test_a_code_is_explained_and_a_misspelt_one_is_named(home: Path) -> None:
    explained, misspelt = (reconcile(home, "validate", "--explain", code) for code in ("host-bits", "hostbits"))
    assert explained.returncode == 0
    assert explained.stdout.startswith("## host-bits\n\nA prefix with host bits.\n")
    assert misspelt.returncode == 1
    assert "did you mean 'host-bits'?" in misspelt.stderr
