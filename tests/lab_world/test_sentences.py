"""What goes wrong is said in one sentence on standard error, with exit code 1."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reconciler.lab import prerequisites
from reconciler.lab.errors import LabError
from reconciler.lab.prerequisites import Tool
from reconciler.lab.state import Lab

from .conftest import command, on


def sentence(ran: subprocess.CompletedProcess[str]) -> str:
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.startswith("Error: ")
    assert ran.stderr.count("\n") == 1
    return ran.stderr


AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", sys.executable]


@pytest.mark.lab
@pytest.mark.parametrize(
    "words",
    [["up"], ["down"], ["status"], ["ping"], ["loss"], ["exec", "k01-worker", "--", "true"], ["break", "fdb-end"]],
)
def test_without_root(words: list[str]) -> None:
    if subprocess.run([*AS_NOBODY, "-c", "import reconciler"], capture_output=True).returncode:
        pytest.skip(f"an ordinary user cannot run {sys.executable}")
    ran = subprocess.run([*AS_NOBODY, "-m", "reconciler.lab", *words], text=True, capture_output=True)
    assert "needs root" in sentence(ran)


def test_missing_programs_name_their_packages() -> None:
    tools = [Tool("no-such-ip", "iproute2"), Tool("no-such-bridge", "iproute2"), Tool("no-such-sshd", "openssh-server")]
    with pytest.raises(LabError) as caught:
        prerequisites.require(*tools, Tool("sh", "dash"))
    assert str(caught.value) == (
        "The lab needs no-such-ip, no-such-bridge, no-such-sshd, not found here: "
        "apt-get install iproute2 openssh-server"
    )


@pytest.mark.lab
def test_a_lab_that_is_not_up() -> None:
    for words in (
        ["status"],
        ["ping"],
        ["loss"],
        ["exec", "k01-worker", "--", "true"],
        ["shell"],
        ["break", "fdb-end"],
    ):
        assert "Lab none-here is not up: `reconcile lab up --name none-here`" in sentence(
            command(words[0], "--name", "none-here", *words[1:])
        )


@pytest.mark.lab
def test_a_lab_that_is_up_already(bare: Lab) -> None:
    assert f"Lab {bare.name} is already up" in sentence(command("up", "--name", bare.name))


@pytest.mark.lab
def test_a_node_that_is_not_there(bare: Lab) -> None:
    assert "There is no node 'k01-woker2'; did you mean k01-worker2?" in sentence(on(bare, "k01-woker2", "true"))


@pytest.mark.lab
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["up", "--name", "Bad_Name"], "cannot name a lab"),
        (["up", "--name", "x", "--topology", "/none"], "Cannot read the topology /none"),
        (["up", "--name", "x", "--topology", "/none", "--nodes", "3"], "not both"),
        (["break", "--name", "x"], "Name one SCENARIO or give --random N"),
    ],
)
def test_a_wrong_wish(words: list[str], said: str) -> None:
    assert said in sentence(command(*words))


@pytest.mark.lab
def test_a_break_that_is_not_there(bare: Lab) -> None:
    assert "There is no break 'fdb-and'; did you mean fdb-end?" in sentence(
        command("break", "--name", bare.name, "fdb-and")
    )
