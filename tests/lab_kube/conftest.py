"""A running API server per test, on a free port of loopback, and the real kubectl pointed at it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.lab.kube import kubeconfig, seed

NODES = {
    "k01-control-plane": ("10.10.10.10/24", "192.168.23.64"),
    "k01-worker": ("10.10.10.11/24", "192.168.81.64"),
    "k01-worker2": ("10.10.10.12/24", "192.168.164.128"),
    "k01-worker3": ("10.10.20.20/24", "192.168.209.64"),
}
# What else is to be tried besides the kubectl of PATH, e.g. Debian's 1.20 unpacked somewhere: paths joined by ":".
KUBECTLS = [shutil.which("kubectl"), *filter(None, os.environ.get("RECONCILER_TEST_KUBECTL", "").split(":"))]


@dataclass
class Server:
    """One API server process over one state file; it can be killed and started again."""

    state: Path
    port: int
    process: subprocess.Popen[str] = field(init=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "reconciler.lab.kube", "--port", str(self.port), "--state", str(self.state)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """The exit code and what was written to standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=5)
        return self.process.returncode, errors

    def request(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Any:
        """One request without kubectl; returns (HTTP code, decoded answer)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": content_type})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, json.loads(answer)


@dataclass
class Kubectl:
    """The real kubectl, in a home of its own."""

    binary: str
    home: Path

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "KUBECONFIG": str(self.home / "config")}
        return subprocess.Popen(
            [self.binary, *arguments],
            env=env | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def fails(self, *arguments: str, stdin: str = "", **environment: str) -> str:
        """Standard error of a command that must fail."""
        process = self.start(*arguments, **environment)
        _, errors = process.communicate(stdin, timeout=20)
        assert process.returncode != 0
        return errors

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> str:
        """Standard output of a command that must succeed."""
        process = self.start(*arguments, **environment)
        output, errors = process.communicate(stdin, timeout=20)
        assert process.returncode == 0, errors
        return output


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The seed's cluster: four nodes, their affinities, ClusterInformation; no pool yet."""
    objects = [
        seed.node(name, [address], seed.calico_notes([address], [tunnel])) for name, (address, tunnel) in NODES.items()
    ]
    objects += [seed.block_affinity(name, f"{tunnel}/26") for name, (_, tunnel) in NODES.items()]
    seed.write(tmp_path / "state.json", [*objects, seed.cluster_information()])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Server(tmp_path / "state.json", port)
    running.start()
    yield running
    running.process.kill()
    running.process.communicate()


@pytest.fixture(params=KUBECTLS, ids=lambda path: str(path))
def kubectl(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Kubectl:
    if request.param is None:
        pytest.skip("no kubectl on this machine")
    (tmp_path / "config").write_text(kubeconfig.render(f"http://127.0.0.1:{server.port}"))
    return Kubectl(request.param, tmp_path)


@pytest.fixture
def pool() -> dict[str, Any]:
    """The seed's IPPool."""
    return {
        "apiVersion": "projectcalico.org/v3",
        "kind": "IPPool",
        "metadata": {"name": "default-ipv4-ippool", "labels": {"app.kubernetes.io/managed-by": "tigera-operator"}},
        "spec": {
            "allowedUses": ["Workload", "Tunnel"],
            "assignmentMode": "Automatic",
            "blockSize": 26,
            "cidr": "192.168.0.0/16",
            "disableBGPExport": True,
            "ipipMode": "Never",
            "natOutgoing": True,
            "nodeSelector": "all()",
            "vxlanMode": "CrossSubnet",
        },
    }
