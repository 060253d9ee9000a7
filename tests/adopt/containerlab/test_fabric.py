"""A topology of our own that says everything once, against what its import has to say."""

from __future__ import annotations

import json
from pathlib import Path

from reconciler.desired.style import written
from tests.adopt.goldens import golden
from tests.adopt.worlds import imported, read_back, remarks

FABRIC = Path(__file__).parent / "fabric"
TOPOLOGY = FABRIC / "fabric.clab.yaml"


def test_documents_and_remarks_are_these() -> None:
    adopted = imported(TOPOLOGY)
    text = written([*adopted.documents, *adopted.inventory])
    assert text == golden(FABRIC / "documents.golden", text)
    assert remarks(adopted) == golden(FABRIC / "remarks.golden", remarks(adopted))


def test_documents_are_read_without_an_error(tmp_path: Path) -> None:
    repository, inventory = read_back(imported(TOPOLOGY), tmp_path)
    assert [str(problem) for problem in repository.having("error")] == []
    assert [str(problem) for problem in inventory.problems] == []
    assert set(inventory.devices) == {document.name for document in repository.documents if document.kind in OURS}


OURS = ("Switch", "Node")


def test_no_secret_gets_out() -> None:
    adopted = imported(TOPOLOGY)
    text = written([*adopted.documents, *adopted.inventory]) + remarks(adopted)
    for secret in ("$6$salt$hash", "0123456789ABCDEF"):
        assert secret in (FABRIC / "configs" / "leaf1.cfg").read_text()
        assert secret not in text


def test_every_remark_that_belongs_to_a_document_stands_in_a_comment() -> None:
    adopted = imported(TOPOLOGY)
    comments = " ".join(f"{draft.comment}" for draft in (*adopted.documents, *adopted.inventory))
    assert [str(one) for one in adopted.remarks if str(one) not in comments] == []


def test_what_validate_would_refuse_is_told_and_not_written(tmp_path: Path) -> None:
    """Nobody says where the gateway is; and one address is given to both."""
    lines = ["ip route add 10.9.0.0/16 via 10.1.0.1", "ip addr add 10.2.0.1/24 dev eth1"]
    topology = {"name": "x", "topology": {"defaults": {"kind": "linux", "exec": lines}, "nodes": {"a": {}, "b": {}}}}
    (tmp_path / "x.clab.yaml").write_text(json.dumps(topology))
    adopted = imported(tmp_path / "x.clab.yaml")
    repository, _ = read_back(adopted, tmp_path)
    assert [str(problem) for problem in repository.having("error")] == []
    first, second = remarks(adopted).splitlines()
    assert "10.2.0.1 is already used by Node a: an address belongs to" in first
    assert "routes.0: left out, no declared interface has a subnet with the gateway of 10.9.0.0/16" in second
