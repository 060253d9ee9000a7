"""Documents keep their lines, whatever the layout of files and folders."""

from __future__ import annotations

from pathlib import Path

from reconciler.desired.documents import BlockAffinity, Cluster, IPPool, Node, Switch
from reconciler.desired.load import load

from .world import OWN, node

ROOT = Path(__file__).parents[2]


def test_the_seed_labs_documents_have_no_problems() -> None:
    repository = load(ROOT / "desired")
    assert repository.problems == ()
    assert len(repository.of(Node)) == 4
    assert [switch.name for switch in repository.of(Switch)] == ["ceos01"]
    assert repository.of("Cluster") == repository.of(Cluster)


def test_every_value_knows_its_line_and_column(folder: Path) -> None:
    (folder / "n.yaml").write_text(
        f"# a comment\n{OWN}kind: Node\nmetadata: {{name: n1}}\nspec:\n"
        "  podCIDRs: [10.0.0.0/24, 10.0.1.0/24]\n"
        "  routes:\n    - {dst: 10.1.0.0/16, via: 10.0.0.1}\n    - dst: 10.2.0.0/16\n      dev: eth1\n"
    )
    (document,) = load(folder).documents
    assert document.at("spec", "podCIDRs", 1) == (6, 27)
    assert document.at("spec", "routes", 1, "dev") == (10, 12)
    assert document.origin("spec", "routes", 0) == "n.yaml:8"
    assert document.origin("spec", "routes", 1) == "n.yaml:9"


def test_a_value_that_is_not_written_stands_where_its_parent_does(folder: Path) -> None:
    (folder / "n.yaml").write_text(node("n1", "\n  routes:\n    - {dst: 10.1.0.0/16, dev: eth1}"))
    (document,) = load(folder).documents
    assert document.at("spec", "routes", 0, "metric") == document.at("spec", "routes", 0) == (6, 7)
    assert document.at("spec", "routes", 7) == document.at("spec", "routes")


def test_any_layout_of_files_is_read_and_dots_are_skipped(folder: Path) -> None:
    (folder / "rack-a").mkdir()
    (folder / ".git").mkdir()
    (folder / "rack-a" / "two.yml").write_text(node("n2") + "---\n" + node("n3") + "---\n# nothing\n")
    (folder / "one.yaml").write_text(node("n1"))
    (folder / "notes.txt").write_text("not: [yaml")
    for hidden in (folder / ".git" / "x.yaml", folder / ".hidden.yaml"):
        hidden.write_text("not: [yaml")
    repository = load(folder)
    assert repository.problems == ()
    assert [(d.name, d.file) for d in repository.documents] == [
        ("n1", "one.yaml"),
        ("n2", "rack-a/two.yml"),
        ("n3", "rack-a/two.yml"),
    ]


def test_a_list_of_kubectl_and_both_api_versions_are_read_and_other_kinds_listed(folder: Path) -> None:
    (folder / "list.yaml").write_text(
        "apiVersion: v1\nkind: List\nitems:\n"
        "- apiVersion: crd.projectcalico.org/v1\n  kind: IPPool\n"
        "  metadata: {name: a, uid: 12, managedFields: [{x: 1}]}\n"
        "  spec: {cidr: 10.0.0.0/16, blockSize: 26, added: {later: true}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: other}}\n"
        "---\napiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: b}\nspec: {cidr: 10.1.0.0/16}\n"
        "---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: allow}\nspec: {}\n"
        "---\napiVersion: crd.projectcalico.org/v1\nkind: BlockAffinityList\n"
        "items: [{metadata: {name: c}, spec: {node: n, cidr: 10.0.0.0/26, deleted: 'false'}}]\n"
    )
    repository = load(folder)
    assert repository.problems == ()
    assert [pool.name for pool in repository.of(IPPool)] == ["a", "b"]
    assert repository.of(IPPool)[0].spec.written() == {
        "cidr": "10.0.0.0/16",
        "blockSize": 26,
        "added": {"later": True},
    }
    assert repository.of(IPPool)[0].origin("spec", "blockSize") == "list.yaml:7"
    assert repository.of(BlockAffinity)[0].spec.stands
    assert [str(entry) for entry in repository.ignored] == [
        "desired/list.yaml:8: ConfigMap other",
        "desired/list.yaml:15: NetworkPolicy allow",
    ]


def test_yaml_1_2_takes_words_for_words(folder: Path) -> None:
    (folder / "s.yaml").write_text(
        f"{OWN}kind: Switch\nmetadata: {{name: no}}\nspec:\n"
        "  interfaces: {Ethernet1: {description: yes}, Ethernet2: {description: 1:20}}\n"
        "  vlans: {0x0a: {name: off}}\n"
    )
    repository = load(folder)
    assert repository.problems == ()
    (switch,) = repository.of(Switch)
    assert (switch.name, switch.spec.vlans[10].name) == ("no", "off")
    assert [port.description for port in switch.spec.interfaces.values()] == ["yes", "1:20"]
    assert switch.origin("spec", "vlans", 10) == "s.yaml:6"


def test_anchors_and_merged_mappings_are_written_out(folder: Path) -> None:
    (folder / "s.yaml").write_text(
        f"{OWN}kind: Switch\nmetadata: {{name: s}}\nspec:\n  vlans: {{10: {{}}}}\n  interfaces:\n"
        "    Ethernet1: &port {access: 10, mtu: 9000}\n    Ethernet2: {<<: *port, mtu: 1500}\n    Ethernet3: *port\n"
    )
    repository = load(folder)
    assert repository.problems == ()
    ports = repository.of(Switch)[0].spec.interfaces
    assert [(port.access, port.mtu) for port in ports.values()] == [(10, 9000), (10, 1500), (10, 9000)]
    assert repository.documents[0].origin("spec", "interfaces", "Ethernet3") == "s.yaml:9"


def test_legal_texts_arrive_to_the_letter(folder: Path) -> None:
    text = "# > ' \" ; $(reboot) `id` | & !"
    (folder / "s.yaml").write_text(
        f"{OWN}kind: Switch\nmetadata: {{name: s}}\nspec:\n  interfaces:\n    Ethernet1:\n      description: |-\n"
        f"        {text}\n"
    )
    assert load(folder).of(Switch)[0].spec.interfaces["Ethernet1"].description == text


def test_addresses_are_normalised_at_birth(folder: Path) -> None:
    (folder / "n.yaml").write_text(
        node("n1", '{interfaces: {e: {addresses: ["FD00:0::1/64"]}}, tunnel: {vxlan: {mac: "66-FB-AD-98-AA-13"}}}')
    )
    (document,) = load(folder).of(Node)
    assert [one.address for one in document.spec.interfaces["e"].addresses or ()] == ["fd00::1/64"]
    assert document.spec.tunnel.vxlan is not None
    assert document.spec.tunnel.vxlan.mac == "66:fb:ad:98:aa:13"


def test_one_file_is_a_repository_too(folder: Path) -> None:
    (folder / "n.yaml").write_text(node("n1") + "---\n" + node("n2", "{x: 1}"))
    repository = load(folder / "n.yaml")
    assert [d.file for d in repository.documents] == ["n.yaml"]
    assert [(p.file, p.line, p.what) for p in repository.problems] == [("desired/n.yaml", 9, "unknown field 'x'")]


def test_no_folder_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load(tmp_path / "nowhere").problems
    assert problem.what == "no such folder"


def test_worlds_that_calico_allows_are_at_most_suspect(folder: Path) -> None:
    """The last paragraph of vectors-to-documents.md: nodes without an address, odd blocks, addresses in blocks."""
    calico = "apiVersion: crd.projectcalico.org/v1\n"
    (folder / "w.yaml").write_text(
        node("n1")
        + "---\n"
        + node("n2", "{underlay: {dev: eth0, address: 10.0.1.5/24}}")
        + f"---\n{calico}kind: IPPool\nmetadata: {{name: p}}\nspec: {{cidr: 10.0.0.0/16}}\n"
        + f"---\n{calico}kind: BlockAffinity\nmetadata: {{name: a}}\nspec: {{node: n2, cidr: 10.0.1.0/26}}\n"
        + f'---\n{calico}kind: BlockAffinity\nmetadata: {{name: b}}\nspec: {{node: n1, cidr: "feed:beef::/96"}}\n'
        + f"---\n{calico}kind: BlockAffinity\nmetadata: {{name: c}}\nspec: {{node: n1, cidr: 172.16.0.0/26}}\n"
    )
    repository = load(folder)
    assert repository.having("error") == ()
    assert len(repository.having("warning")) == 3


def test_nothing_is_said_to_be_missing_while_a_file_cannot_be_read(folder: Path) -> None:
    (folder / "c.yaml").write_text(f"{OWN}kind: Cluster\nmetadata: {{name: k}}\nspec: {{cni: none, nodes: [n1]}}\n")
    assert [p.what for p in load(folder).problems] == ["there is no Node 'n1'"]
    (folder / "n.yaml").write_text("{")
    assert [p.file for p in load(folder).problems] == ["desired/n.yaml"]


def test_a_broken_document_is_still_known_by_name(folder: Path) -> None:
    (folder / "c.yaml").write_text(f"{OWN}kind: Cluster\nmetadata: {{name: k}}\nspec: {{cni: none, nodes: [n1]}}\n")
    (folder / "n.yaml").write_text(node("n1", "{wrong: 1}"))
    assert [p.what for p in load(folder).problems] == ["unknown field 'wrong'"]


def test_a_thousand_documents_load(folder: Path) -> None:
    spec = "{interfaces: {eth1: {addresses: [10.%d.%d.1/24]}}, routes: [{dst: 10.255.0.0/16, dev: eth1}]}"
    text = "---\n".join(node(f"n{i}", spec % (i // 250, i % 250)) for i in range(1000))
    (folder / "n.yaml").write_text(text)
    repository = load(folder)
    assert (len(repository.documents), repository.problems) == (1000, ())
