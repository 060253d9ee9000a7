"""`reconcile import` as it is typed: what it prints and writes, what it refuses, and never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli.import_output import write
from reconciler.cli.main import root
from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load

HERE = Path(__file__).parent
TOPOLOGY = HERE / "containerlab" / "fabric" / "fabric.clab.yaml"
HOSTS = HERE / "inventories" / "ini" / "hosts"


def reconcile(*words: object) -> Result:
    return CliRunner().invoke(root, list(map(str, words)), standalone_mode=True)


def imported(*words: object) -> Result:
    return reconcile("import", *words)


def test_documents_are_printed_and_remarks_are_said_beside_them() -> None:
    ran = imported("containerlab", TOPOLOGY)
    assert ran.exit_code == 0
    assert ran.stdout == (TOPOLOGY.parent / "documents.golden").read_text()
    assert ran.stderr == (TOPOLOGY.parent / "remarks.golden").read_text()


def test_files_are_written_and_read_by_every_other_command(tmp_path: Path) -> None:
    ran = imported("containerlab", TOPOLOGY, "--to", tmp_path / "out")
    assert (ran.exit_code, ran.stdout) == (0, "")
    written = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.yaml"))
    files = ["calico", "clusters", "nodes", "switches"]
    assert written == [*(f"desired/{name}.yaml" for name in files), "inventory/fabric.yaml"]
    assert (tmp_path / "out/inventory/fabric.yaml").stat().st_mode & 0o777 == 0o600
    assert load(tmp_path / "out/desired").having("error") == ()
    assert load_inventory(tmp_path / "out/inventory").problems == ()


def test_nothing_is_written_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired/nodes.yaml").write_text("mine")
    ran = imported("containerlab", TOPOLOGY, "--to", tmp_path)
    assert ran.exit_code == 1
    assert "nodes.yaml is there already" in ran.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["nodes.yaml"]
    assert imported("containerlab", TOPOLOGY, "--to", tmp_path, "--force").exit_code == 0
    assert "kind: Node" in (tmp_path / "desired/nodes.yaml").read_text()


def test_a_link_is_never_written_through(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "out/desired").mkdir(parents=True)
    (tmp_path / "out/desired/nodes.yaml").symlink_to(tmp_path / "precious")
    assert imported("containerlab", TOPOLOGY, "--to", tmp_path / "out", "--force").exit_code == 1
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_draft_of_somebody_else_stays(tmp_path: Path) -> None:
    draft = tmp_path / f".nodes.yaml.{os.getpid()}"
    draft.write_text("theirs")
    with pytest.raises(FileExistsError):
        write(tmp_path / "nodes.yaml", "ours", 0o644)
    assert draft.read_text() == "theirs"


def test_a_folder_that_is_a_link_is_never_written_through(tmp_path: Path) -> None:
    for name in ("out", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "out/desired").symlink_to(tmp_path / "elsewhere")
    result = imported("containerlab", TOPOLOGY, "--to", tmp_path / "out", "--force")
    assert result.exit_code == 1
    assert "desired is no folder of its own: remove it" in result.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("startup", ["/etc/passwd", "../secret.cfg", "linked.cfg", "configs/../../secret.cfg"])
def test_no_file_outside_of_the_folder_is_read(startup: str, tmp_path: Path) -> None:
    (tmp_path / "secret.cfg").write_text("hostname out-of-bounds\n")
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab/linked.cfg").symlink_to(tmp_path / "secret.cfg")
    topology = tmp_path / "lab/x.clab.yaml"
    topology.write_text(f"name: x\ntopology: {{nodes: {{s: {{kind: arista_ceos, startup-config: {startup}}}}}}}\n")
    ran = imported("containerlab", topology)
    assert ran.exit_code == 0
    assert "outside the folder" in ran.stderr
    assert "out-of-bounds" not in ran.output
    if not startup.startswith("/"):
        assert "out-of-bounds" in imported("containerlab", topology, "--within", tmp_path).output


def test_variables_are_given_and_never_taken_from_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_SECRET", "hunter2")
    topology = tmp_path / "x.clab.yaml"
    topology.write_text("name: ${LAB_SECRET}\nprefix: ${P:-none}\ntopology: {nodes: {s: {kind: arista_ceos}}}\n")
    ran = imported("containerlab", topology)
    assert "hunter2" not in ran.output
    assert "${LAB_SECRET} is not set: give it with --set LAB_SECRET=VALUE" in ran.stderr
    assert "host: none-blue-s" in imported("containerlab", topology, "--set", "LAB_SECRET=blue").stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no containerlab topology"),
        ("name: x\n", "no containerlab topology"),
        ("topology: {nodes: [a]}\n", "no containerlab topology"),
        ("a: [}\n", "not valid YAML"),
        ("topology: {nodes: {{ .nodes }}}\n", "not a topology yet"),
        ("\x00", "control character"),
    ],
)
def test_what_is_no_topology_is_refused_at_its_place(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "x.clab.yaml").write_text(text)
    ran = imported("containerlab", tmp_path / "x.clab.yaml")
    assert ran.exit_code == 1
    assert f"x.clab.yaml:1: {words}" in ran.stderr
    assert ran.stdout == ""


def test_inventories_are_written_with_what_may_not_be_read_by_others(tmp_path: Path) -> None:
    assert imported("inventory", HOSTS, "--to", tmp_path, "--name", "prod").exit_code == 0
    assert (tmp_path / "inventory/prod.yaml").stat().st_mode & 0o777 == 0o600
    assert imported("inventory", HOSTS, "--to", tmp_path, "--name", "prod").exit_code == 1


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    for way in ("containerlab", "inventory"):
        ran = imported(way, tmp_path / "none")
        assert ran.exit_code == 1
        assert "none:1: no such file" in ran.stderr
