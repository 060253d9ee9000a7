"""Whatever is typed, the switch answers: never a traceback, and a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.lab.eos import blocks, mischief, modes
from reconciler.lab.eos.cli import SHOWS
from reconciler.lab.eos.config import Config
from tests.lab_eos.conftest import SEED, Box
from tests.lab_eos.test_laws import LINES, SECTIONS


def _patterns() -> Iterator[str]:
    for shows in SHOWS:
        yield from shows
    for kind in modes.INSIDE:
        yield from (pattern for pattern, _ in modes.commands_of(kind))


WORDS = sorted(
    {word for pattern in _patterns() for word in pattern.replace("[", " ").replace("]", " ").split()}
    | {
        "no",
        "default",
        "configure",
        "session",
        "s1",
        "commit",
        "abort",
        "timer",
        "end",
        "exit",
        "enable",
        "write",
        "reload",
    }
    | {
        "copy",
        "flash:x",
        "checkpoint",
        "save",
        "restore",
        "lock",
        "unlock",
        "replace",
        "delete",
        "diff",
        "terminal",
        "|",
    }
    | {
        "json",
        "include",
        "section",
        "(",
        "router",
        "bgp",
        "neighbor",
        "network",
        "banner",
        "motd",
        "EOF",
        "!!",
        "address-family",
    }
    | {
        "1",
        "0",
        "10,20-22",
        "4095",
        "-1",
        "10.0.0.1/24",
        "10.0.0.0",
        "255.0.0.0",
        "fd00::1/64",
        "Ethernet1",
        "et1-3,9",
        "vl10",
    }
    | {
        "0.0.0.0/0",
        "/",
        ":",
        "99999999999",
        "²",
        "é",
        "rollback",
        "clean-config",
        "secret",
        "sha512",
        "$6$",
        "peer",
        "group",
    }
)
TYPED = st.lists(
    st.one_of(
        st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join),
        st.sampled_from((*SECTIONS, *LINES, "configure", "configure session s1", "end", "commit", "commit timer 60")),
        st.text(max_size=20),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    return Box(tmp_path_factory.mktemp("fuzz") / "state", SEED.read_text())


@settings(max_examples=150, deadline=None)
@given(TYPED)
def test_every_line_has_an_answer(box: Box, lines: list[str]) -> None:
    cli = box.cli("configure" if len(lines) % 2 else "configure session s1")
    for line in lines:
        answer = cli.execute(line).text
        assert answer == "" or answer.endswith("\n")
        assert isinstance(cli.prompt, str)
    cli.leave()
    assert modes.load(Config(), blocks.parse(box.text)) == []


@settings(max_examples=100)
@given(
    st.sampled_from([fault.name for fault in mischief.FAULTS]), st.one_of(st.text(max_size=12), st.sampled_from(WORDS))
)
def test_every_fault_has_an_answer(box: Box, name: str, rest: str) -> None:
    answer = mischief.command(box.switch, f"{name} {rest}")
    assert answer == "" or answer.startswith("% ")
    mischief.command(box.switch, "clear")
