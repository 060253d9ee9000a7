"""The cluster's part of a node: what an answer means, and the lines that carry changes out, whatever they quote."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cluster.driver import ClusterDriver
from reconciler.cluster.facts import ClusterFacts
from reconciler.cluster.ippool import IPPool
from reconciler.cluster.kubectl import CRD, V3
from reconciler.core.change import Change, diff
from reconciler.core.driver import Answer, Reading, Unreadable
from reconciler.core.resource import Key, Live

CIDR = {"cidr": "10.0.0.0/16"}
NASTY = (
    "it's",
    'say "no"',
    "$(touch /tmp/owned) `id` ${HOME}",
    "two\nlines\n",
    "; rm -rf / #",
    "%s %d \\n \\",
    "Grüße 网络 \U0001f600",
    "-A --all",
    "",
)
"""Texts that a shell, printf or JSON would take for their own."""
RESOURCES = {V3: "ippools.v3.projectcalico.org", CRD: "ippools.v1.crd.projectcalico.org"}


def pool(spec: Mapping[str, object], name: str = "pool") -> IPPool:
    return IPPool(pool=name, spec=CIDR | dict(spec))


def lines(*changes: Change, api: str = V3) -> list[str]:
    return [str(line) for line in ClusterDriver().write(changes, Reading({}, dialects={"ippool": api})).lines]


def update(before: IPPool, after: IPPool) -> Change:
    (change,) = diff({after.key: after}, Live({before.key: before}, {}))
    return change


def listed(*specs: Mapping[str, Any], api: str = V3) -> str:
    items = [{"metadata": {"name": f"pool{number}", "uid": "u"}, "spec": spec} for number, spec in enumerate(specs)]
    return json.dumps({"apiVersion": api, "kind": "IPPoolList", "items": items})


def read(text: str, status: int = 0, error: str = "") -> Reading:
    return ClusterDriver(ask_facts=False).read([Answer(text, status, error)])


def run(folder: Path, line: str) -> tuple[list[str], str]:
    """What a kubectl is called with when a shell runs ``line``: its words, and what it reads."""
    stub = folder / "kubectl"
    stub.write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" >'{folder}/words'\ncat >'{folder}/read'\n")
    stub.chmod(0o755)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(["sh", "-c", line], env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return (folder / "words").read_text().split("\0")[:-1], (folder / "read").read_text()


@pytest.mark.parametrize("api", [V3, CRD])
def test_create(api: str) -> None:
    (line,) = lines(Change(None, pool({"natOutgoing": True})), api=api)
    manifest = {"apiVersion": api, "kind": "IPPool", "metadata": {"name": "pool"}, "spec": CIDR | {"natOutgoing": True}}
    assert line == f"printf %s {shlex.quote(json.dumps(manifest))} | kubectl create -f -"


@pytest.mark.parametrize("api", [V3, CRD])
def test_patch_names_what_differs_and_nothing_else(api: str) -> None:
    before = pool({"natOutgoing": True, "vxlanMode": "Always", "disabled": True})
    (line,) = lines(update(before, pool({"natOutgoing": False, "vxlanMode": "Always"})), api=api)
    assert line == f"""kubectl patch {RESOURCES[api]} pool --type merge -p '{{"spec": {{"natOutgoing": false}}}}'"""


@pytest.mark.parametrize("api", [V3, CRD])
def test_delete(api: str) -> None:
    assert lines(Change(pool({}), None), api=api) == [f"kubectl delete {RESOURCES[api]} pool"]


def test_pools_are_made_and_changed_before_any_is_deleted() -> None:
    gone, new = Change(pool({"cidr": "10.9.0.0/16"}, "gone"), None), Change(None, pool({}, "new"))
    changed = update(pool({}, "old"), pool({"disabled": True}, "old"))
    script = ClusterDriver().write([gone, changed, new], Reading({}))
    assert [line.change for line in script.makes] == [changed, new]
    assert [line.change for line in script.breaks] == [gone]


def test_a_pool_that_makes_room_for_others_goes_first() -> None:
    """Calico refuses a pool that overlaps with one that is there."""
    whole, apart = (Change(pool({"cidr": cidr}, "gone"), None) for cidr in ("10.0.0.0/8", "10.1.0.0/16"))
    halves = [Change(None, pool({"cidr": cidr}, cidr)) for cidr in ("10.0.0.0/17", "10.0.128.0/17")]
    six = Change(None, pool({"cidr": "fd00::/64"}, "six"))
    script = ClusterDriver().write([*halves, whole, six], Reading({}))
    assert [line.change for line in script.makes] == [whole, *halves, six]
    assert not script.breaks
    assert [line.change for line in ClusterDriver().write([*halves, apart], Reading({})).breaks] == [apart]


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("api", [V3, CRD])
def test_a_shell_hands_kubectl_every_text_as_it_is(tmp_path: Path, nasty: str, api: str) -> None:
    spec = {"nodeSelector": nasty, nasty: [nasty]}
    words, text = run(tmp_path, *lines(Change(None, pool(spec, nasty)), api=api))
    assert words == ["create", "-f", "-"]
    assert json.loads(text) == {
        "apiVersion": api,
        "kind": "IPPool",
        "metadata": {"name": nasty},
        "spec": CIDR | spec,
    }
    words, _ = run(tmp_path, *lines(Change(pool({}, nasty), pool(spec, nasty)), api=api))
    assert words[:-1] == ["patch", RESOURCES[api], nasty, "--type", "merge", "-p"]
    assert json.loads(words[-1]) == {"spec": spec}
    words, _ = run(tmp_path, *lines(Change(pool({}, nasty), None), api=api))
    assert words == ["delete", RESOURCES[api], nasty]


@settings(max_examples=200)
@given(st.text(st.sampled_from("'\"$`\\\n\r\t !*?#;&|<>(){}é网aA0-%"), max_size=12))
def test_each_line_is_one_command_of_a_shell(text: str) -> None:
    """``shlex`` splits as a shell does; nothing of a text becomes a word of its own."""
    (create,) = lines(Change(None, pool({"nodeSelector": text}, text)))
    words = shlex.split(create)
    assert [*words[:2], *words[3:]] == ["printf", "%s", "|", "kubectl", "create", "-f", "-"]
    assert json.loads(words[2])["spec"]["nodeSelector"] == text
    (delete,) = lines(Change(pool({}, text), None))
    assert shlex.split(delete)[3:] == [text]


@pytest.mark.parametrize(
    "spec", [{"cidr": "10.1.0.0/16"}, {"blockSize": 27}, {"cidr": "10.1.0.0/16", "natOutgoing": True}], ids=str
)
@pytest.mark.parametrize("api", [V3, CRD])
def test_what_calico_never_changes_is_refused_whole(spec: dict[str, Any], api: str) -> None:
    before, after = pool({}, "fixed"), pool(spec, "fixed")
    with pytest.raises(ValueError, match=r"^fixed: cidr and blockSize of an IPPool cannot be changed$"):
        lines(Change(None, pool({}, "other")), update(before, after), api=api)


@pytest.mark.parametrize("api", [V3, CRD])
def test_what_is_read_is_written_back_through_the_same_api(api: str) -> None:
    reading = read(listed(CIDR, api=api))
    assert reading.dialects == {"ippool": api}
    (line,) = ClusterDriver().write([Change(pool({}), None)], reading).lines
    assert RESOURCES[api] in str(line)


def test_a_list_without_its_api_is_taken_for_calicos_own() -> None:
    """An API server's list always says; one that does not is no reason to write past Calico's validation."""
    assert read('{"items": []}').dialects == {"ippool": V3}


def test_pools_are_read_without_what_is_the_servers() -> None:
    reading = read(listed(CIDR, {"cidr": "fd00::/64"}))
    assert reading.found == {
        Key("ippool", "pool0"): IPPool(pool="pool0", spec=CIDR),
        Key("ippool", "pool1"): IPPool(pool="pool1", spec={"cidr": "fd00::/64"}),
    }
    assert reading.facts == {}


@pytest.mark.parametrize("items", ["[]", "null"])
def test_no_pools_at_all(items: str) -> None:
    assert read(f'{{"items": {items}}}').found == {}


WHOLE = listed(CIDR)


@pytest.mark.parametrize(
    ("text", "status", "error"),
    [
        ("", 1, "The connection to the server 127.0.0.1:1 was refused"),
        ("", 1, ""),
        ('{"items": []}', 1, "unexpected EOF"),
        ("", 0, ""),
        (WHOLE[: len(WHOLE) // 2], 0, ""),
        (WHOLE[:-1], 0, ""),
        (WHOLE + WHOLE, 0, ""),
        ("<html>502 Bad Gateway</html>", 0, ""),
        ('{"kind": "Status", "status": "Failure", "code": 403}', 0, ""),
        ("[]", 0, ""),
        ("null", 0, ""),
        ('{"items": {}}', 0, ""),
        ('{"items": ""}', 0, ""),
        ('{"items": 0}', 0, ""),
        ('{"items": ["pool"]}', 0, ""),
        ('{"items": [{}]}', 0, ""),
        ('{"items": [{"metadata": {}, "spec": {}}]}', 0, ""),
        ('{"items": [{"metadata": {"name": "a"}}]}', 0, ""),
        ('{"items": [{"metadata": {"name": "a"}, "spec": null}]}', 0, ""),
        ('{"items": [{"metadata": {"name": "a"}, "spec": "no"}]}', 0, ""),
        ('{"items": [{"metadata": "a", "spec": {}}]}', 0, ""),
        ("[" * 100_000, 0, ""),
    ],
)
def test_an_answer_that_is_none_is_never_an_empty_one(text: str, status: int, error: str) -> None:
    with pytest.raises(Unreadable, match="kubectl get ippools") as raised:
        read(text, status, error)
    assert error in str(raised.value)


@settings(max_examples=60)
@given(st.integers(0, len(WHOLE) - 1))
def test_no_beginning_of_an_answer_is_taken_for_the_whole(length: int) -> None:
    with pytest.raises(Unreadable):
        read(WHOLE[:length])


def test_facts_are_asked_only_where_somebody_needs_them() -> None:
    assert len(ClusterDriver(ask_facts=False).questions) == 1
    asked, silent = ClusterDriver(), Answer("", 1, "refused")
    assert len(asked.questions) == 2
    reading = asked.read([Answer(WHOLE), silent])
    assert reading.found.keys() == {Key("ippool", "pool0")}
    told = reading.facts["cluster"]
    assert isinstance(told, ClusterFacts)
    assert "refused" in told.missing
    with pytest.raises(Unreadable):
        asked.read([silent, Answer("")])
