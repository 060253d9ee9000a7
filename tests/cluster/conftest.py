"""The lab's API server behind a gate, and the shell of a node on which the real kubectl speaks to it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cluster.kubectl import PROLOGUE
from reconciler.core.driver import Answer
from reconciler.lab.kube import kubeconfig
from tests.cluster.refusing import Gate, gate
from tests.lab_kube.conftest import Server, server

__all__ = ["server"]


@dataclass
class Node:
    """A control plane node's shell: kubectl finds the cluster in its home, as `PROLOGUE` has it."""

    home: Path
    gate: Gate
    server: Server

    def ask(self, line: str) -> Answer:
        """What a shell answers; its standard input is empty, as in a session."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C"}
        command = f"{PROLOGUE}\n{{ {line}\n}} </dev/null\n"
        done = subprocess.run(
            ["sh", "-c", command], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        return Answer(done.stdout, done.returncode, done.stderr)

    def does(self, line: object) -> None:
        answer = self.ask(str(line))
        assert answer.status == 0, answer.error


@pytest.fixture
def node(server: Server, tmp_path: Path) -> Iterator[Node]:
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl on this machine")
    with gate(server.port) as running:
        (tmp_path / ".kube").mkdir()
        (tmp_path / ".kube/config").write_text(kubeconfig.render(f"http://127.0.0.1:{server.port}"))
        yield Node(tmp_path, running, server)


@pytest.fixture
def gated(node: Node) -> Node:
    """The same through the gate, which only knows how to read."""
    port = node.gate.server_address[1]
    (node.home / ".kube/config").write_text(kubeconfig.render(f"http://127.0.0.1:{port}"))
    return node
