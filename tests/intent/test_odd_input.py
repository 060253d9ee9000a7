"""What nobody writes on purpose: it is refused or left out, and never ends in a mistake of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from reconciler.desired.documents import FelixConfiguration

from .test_compile import AFFINITY, cluster, compile_, pool, told

NODES = "".join(
    f"---\napiVersion: reconciler/v1\nkind: Node\nmetadata: {{name: {name}}}\n"
    f"spec: {{interfaces: {{eth0: {{addresses: [172.16.{number}.1/24]}}}}}}\n"
    for number, name in enumerate("ab")
)


@pytest.mark.parametrize(
    ("cidr", "block"),
    [
        ("10.0.3.0/26", "allocations: [-1], attributes: []"),
        ("255.255.255.254/31", "allocations: [0, 0, 0], attributes: [{secondary: {node: b}}]"),
    ],
)
def test_a_block_with_senseless_allocations(tmp_path: Path, cidr: str, block: str) -> None:
    document = (
        "apiVersion: crd.projectcalico.org/v1\nkind: IPAMBlock\nmetadata: {name: x}\n"
        f'spec: {{cidr: {cidr}, affinity: "host:a", {block}}}\n'
    )
    documents = {"w.yaml": cluster(), "p.yaml": pool(), "n.yaml": NODES, "a.yaml": AFFINITY, "i.yaml": document}
    world = compile_(tmp_path, documents, told())
    assert not world["a"].problems


def test_a_pattern_that_means_something_else_in_go_is_refused() -> None:
    with pytest.raises(ValidationError, match="not a regular expression"):
        FelixConfiguration.model_validate({"mtuIfacePattern": "[[:alpha:]]+"})
