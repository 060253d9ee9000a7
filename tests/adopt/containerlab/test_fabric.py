"""A topology of our own that says everything once, against what its import has to say."""

from __future__ import annotations

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
