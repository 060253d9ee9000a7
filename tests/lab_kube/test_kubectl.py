"""What a person does with kubectl, done with the real one."""

from __future__ import annotations

import json
from typing import Any

from ruamel.yaml import YAML

from .conftest import Kubectl, Server

Manifest = dict[str, Any]
POOL = ("ippool", "default-ipv4-ippool")


def _spec(kubectl: Kubectl) -> Manifest:
    spec: Manifest = json.loads(kubectl("get", *POOL, "-o", "json"))["spec"]
    return spec


def test_the_seeds_affinities_command_prints_the_seeds_lines(kubectl: Kubectl) -> None:
    template = '{range .items[*]}{.metadata.name}{"\\t"}{.spec.node}{"\\t"}{.spec.cidr}{"\\n"}{end}'
    assert kubectl("get", "blockaffinities", f"-o=jsonpath={template}").splitlines() == [
        "k01-control-plane-192-168-23-64-26\tk01-control-plane\t192.168.23.64/26",
        "k01-worker-192-168-81-64-26\tk01-worker\t192.168.81.64/26",
        "k01-worker2-192-168-164-128-26\tk01-worker2\t192.168.164.128/26",
        "k01-worker3-192-168-209-64-26\tk01-worker3\t192.168.209.64/26",
    ]


def test_a_created_pool_reads_back_as_the_seed_prints_it(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    read = YAML(typ="safe").load(kubectl("get", "ippools", "default-ipv4-ippool", "-o", "yaml"))
    assert (read["apiVersion"], read["kind"], read["spec"]) == (pool["apiVersion"], "IPPool", pool["spec"])
    assert read["metadata"]["labels"] == pool["metadata"]["labels"]
    assert read["metadata"]["generation"] == 1
    assert {"uid", "creationTimestamp", "resourceVersion"} <= read["metadata"].keys()


def test_both_apis_show_the_same_object(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool | {"apiVersion": "crd.projectcalico.org/v1"}))
    v3 = json.loads(kubectl("get", "ippools.projectcalico.org", "default-ipv4-ippool", "-o", "json"))
    crd = json.loads(kubectl("get", "ippools.crd.projectcalico.org", "default-ipv4-ippool", "-o", "json"))
    assert v3 | {"apiVersion": ""} == crd | {"apiVersion": ""}
    assert crd["apiVersion"] == "crd.projectcalico.org/v1"


def test_plain_get_prints_columns(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    header, row = kubectl("get", "ippools").splitlines()
    assert header.split() == ["NAME", "CIDR", "BLOCK", "VXLAN", "IPIP", "NAT", "DISABLED", "AGE"]
    assert row.split()[:-1] == ["default-ipv4-ippool", "192.168.0.0/16", "26", "CrossSubnet", "Never", "true", "false"]
    nodes = [line.split() for line in kubectl("get", "nodes", "-o", "wide").splitlines()]
    assert [(line[0], line[1], line[5]) for line in nodes[1:]] == [
        ("k01-control-plane", "Ready", "10.10.10.10"),
        ("k01-worker", "Ready", "10.10.10.11"),
        ("k01-worker2", "Ready", "10.10.10.12"),
        ("k01-worker3", "Ready", "10.10.20.20"),
    ]


def test_patches_of_both_formats(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    kubectl("patch", *POOL, "--type", "merge", "-p", '{"spec": {"natOutgoing": null, "vxlanMode": "Always"}}')
    assert _spec(kubectl) == {k: v for k, v in pool["spec"].items() if k != "natOutgoing"} | {"vxlanMode": "Always"}
    operations = [
        {"op": "test", "path": "/spec/vxlanMode", "value": "Always"},
        {"op": "replace", "path": "/spec/vxlanMode", "value": "CrossSubnet"},
        {"op": "add", "path": "/spec/natOutgoing", "value": True},
    ]
    kubectl("patch", *POOL, "--type", "json", "-p", json.dumps(operations))
    assert _spec(kubectl) == pool["spec"]
    assert json.loads(kubectl("get", *POOL, "-o", "json"))["metadata"]["generation"] == 3


def test_replace_of_an_old_version_is_a_conflict(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    seen = json.loads(kubectl("get", *POOL, "-o", "json"))
    kubectl("annotate", *POOL, "changed=since")
    seen["spec"]["natOutgoing"] = False
    errors = kubectl.fails("replace", "-f", "-", stdin=json.dumps(seen))
    assert "Error from server (Conflict)" in errors
    assert "Operation cannot be fulfilled on ippools.projectcalico.org" in errors
    assert "please apply your changes to the latest version and try again" in errors
    del seen["metadata"]["resourceVersion"]
    kubectl("replace", "-f", "-", stdin=json.dumps(seen))
    assert "natOutgoing" not in _spec(kubectl)


def test_edit(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    kubectl("edit", *POOL, EDITOR="sed -i s/CrossSubnet/Never/")
    assert _spec(kubectl) == pool["spec"] | {"vxlanMode": "Never"}


def test_apply_creates_then_finds_nothing_to_do_then_updates(kubectl: Kubectl, pool: Manifest) -> None:
    assert kubectl("apply", "-f", "-", stdin=json.dumps(pool)).endswith(" created\n")
    assert kubectl("apply", "-f", "-", stdin=json.dumps(pool)).endswith(" unchanged\n")
    pool["spec"]["vxlanMode"] = "Always"
    assert kubectl("apply", "-f", "-", stdin=json.dumps(pool)).endswith(" configured\n")
    assert _spec(kubectl) == pool["spec"]


def test_server_side_dry_run_and_diff_store_nothing(kubectl: Kubectl, pool: Manifest, server: Server) -> None:
    before = server.state.read_bytes()
    assert "created (server dry run)" in kubectl("apply", "--dry-run=server", "-f", "-", stdin=json.dumps(pool))
    process = kubectl.start("diff", "-f", "-")
    assert "+  vxlanMode: CrossSubnet" in process.communicate(json.dumps(pool), timeout=20)[0]
    assert process.returncode == 1
    assert server.state.read_bytes() == before


def test_delete_then_gone(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    assert 'ippool.projectcalico.org "default-ipv4-ippool" deleted' in kubectl("delete", *POOL)
    errors = kubectl.fails("get", *POOL)
    assert errors == 'Error from server (NotFound): ippools.projectcalico.org "default-ipv4-ippool" not found\n'


def test_create_of_a_taken_name(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    errors = kubectl.fails("create", "-f", "-", stdin=json.dumps(pool))
    assert "(AlreadyExists)" in errors
    assert 'ippools.projectcalico.org "default-ipv4-ippool" already exists' in errors


def test_every_broken_rule_is_printed(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    patch = '{"spec": {"cidr": "192.168.0.0/17", "blockSize": 27}}'
    assert [line.strip() for line in kubectl.fails("patch", *POOL, "--type=merge", "-p", patch).splitlines()] == [
        'The IPPool "default-ipv4-ippool" is invalid:',
        '* spec.cidr: Invalid value: "192.168.0.0/17": IPPool CIDR cannot be modified',
        "* spec.blockSize: Invalid value: 27: IPPool BlockSize cannot be modified",
    ]


def test_watch_sees_every_change_once(kubectl: Kubectl, pool: Manifest) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(pool))
    columns = "custom-columns=MODE:.spec.vxlanMode"
    watch = kubectl.start("get", *POOL, "--watch", "--no-headers", "-o", columns)
    assert watch.stdout is not None
    try:
        assert watch.stdout.readline().strip() == "CrossSubnet"
        for mode in ("Always", "Never"):
            kubectl("patch", *POOL, "--type=merge", "-p", json.dumps({"spec": {"vxlanMode": mode}}))
            assert watch.stdout.readline().strip() == mode
    finally:
        watch.kill()
        watch.communicate()


def test_a_watch_prints_rows_of_the_table(kubectl: Kubectl) -> None:
    watch = kubectl.start("get", "node", "k01-worker", "--watch", "--no-headers")
    assert watch.stdout is not None
    try:
        assert watch.stdout.readline().split()[1] == "Ready"
        kubectl("cordon", "k01-worker3")
        kubectl("cordon", "k01-worker")
        assert watch.stdout.readline().split()[:2] == ["k01-worker", "Ready,SchedulingDisabled"]
    finally:
        watch.kill()
        watch.communicate()


def test_labels_taints_and_cordon_of_a_node(kubectl: Kubectl) -> None:
    kubectl("label", "node", "k01-worker", "rack=a")
    assert kubectl("get", "nodes", "-l", "rack=a", "-o", "name") == "node/k01-worker\n"
    assert len(kubectl("get", "nodes", "-l", "rack!=a,kubernetes.io/os in (linux)", "-o", "name").splitlines()) == 3
    kubectl("taint", "node", "k01-worker", "a=b:NoSchedule", "c=d:NoSchedule")
    kubectl("taint", "node", "k01-worker", "a-")
    kubectl("cordon", "k01-worker")
    spec = json.loads(kubectl("get", "node", "k01-worker", "-o", "json"))["spec"]
    assert spec == {"taints": [{"key": "c", "value": "d", "effect": "NoSchedule"}], "unschedulable": True}
    assert kubectl("get", "node", "k01-worker", "--no-headers").split()[1] == "Ready,SchedulingDisabled"


def test_raw_get(kubectl: Kubectl) -> None:
    nodes = json.loads(kubectl("get", "--raw", "/api/v1/nodes"))
    assert nodes["kind"] == "NodeList"
    annotations = {n["metadata"]["name"]: n["metadata"]["annotations"] for n in nodes["items"]}
    assert annotations["k01-worker3"] == {
        "projectcalico.org/IPv4Address": "10.10.20.20/24",
        "projectcalico.org/IPv4VXLANTunnelAddr": "192.168.209.64",
    }
    information = json.loads(kubectl("get", "clusterinformations", "default", "-o", "json"))
    assert information["spec"]["calicoVersion"] == "v3.30.3"


def test_discovery_names_every_kind(kubectl: Kubectl) -> None:
    assert sorted(kubectl("api-resources", "-o", "name").split()) == [
        "blockaffinities.crd.projectcalico.org",
        "blockaffinities.projectcalico.org",
        "clusterinformations.crd.projectcalico.org",
        "clusterinformations.projectcalico.org",
        "ipamblocks.crd.projectcalico.org",
        "ippools.crd.projectcalico.org",
        "ippools.projectcalico.org",
        "nodes",
    ]


def test_a_list_of_manifests_of_both_families(kubectl: Kubectl, pool: Manifest) -> None:
    second = pool | {"metadata": {"name": "second"}, "spec": {"cidr": "fd00:10::/64", "vxlanMode": "Always"}}
    kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": [pool, second]}))
    assert kubectl("get", "ippools", "-o", "jsonpath={.items[*].spec.blockSize}") == "26 122"
