"""Real switches' configurations are loaded and come back as they were. The recordings are not in the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.lab.eos import blocks, modes, render, sessions
from reconciler.lab.eos.config import Block, Config
from reconciler.lab.eos.editor import Editor
from reconciler.lab.eos.sessions import Session
from tests.lab_eos.conftest import Box

RECORDINGS = Path(__file__).parents[3] / "shared" / "reference" / "eos-fixtures"
OLD = ("rc_veos4230_leaf01", "rc_veos_evpn_DC1-LEAF2A", "transcript")
NEW = ("rc_ceos4360_r1", "rc_ceos4342")

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}")


def recording(name: str) -> str:
    """The text of a recorded configuration: of a listing, of a model in JSON, or out of a session's transcript."""
    if name == "rc_ceos4342":
        model = json.loads((RECORDINGS / f"{name}.json").read_text())
        return "\n!\n".join(_paragraphs(model["cmds"])) + "\n!\nend\n"
    return _transcribed() if name == "transcript" else (RECORDINGS / f"{name}.txt").read_text()


def _paragraphs(commands: dict[str, Any]) -> list[str]:
    """What EOS puts between ``!``; all that stands together in this recording is the routes of one family."""
    return ["\n".join(blocks.lines_of(_block(line, below))) for line, below in commands.items()]


def _block(line: str, below: Any) -> Block:
    children = tuple(_block(inner, deeper) for inner, deeper in below["cmds"].items()) if below else ()
    return Block(line, children, mode=below is not None)


def _transcribed() -> str:
    """The running configuration in the transcript, with the line ends that hiding its secrets took away."""
    transcript = (RECORDINGS / "scraplicfg_session_merge_abort.transcript.txt").read_text()
    (line,) = [line for line in transcript.splitlines() if line.startswith('<<< "\\n! Command: show running-config')]
    text = line.removeprefix('<<< "\\n').removesuffix('localhost#"').replace("\\n", "\n")
    text = text.replace("REDACTED aaa root", "REDACTED\n!\nno aaa root")
    return text.replace("REDACTED Ethernet1", "REDACTED\n!\ninterface Ethernet1")


def loaded(text: str) -> Config:
    config = Config()
    assert modes.load(config, blocks.parse(text)) == []
    return config


def body(text: str) -> str:
    """Without the lines above the first section."""
    lines = text.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if not line.startswith("!"))
    return "".join(lines[first:])


@pytest.mark.parametrize("name", NEW)
def test_recordings_of_today_come_back_byte_for_byte(name: str) -> None:
    text = recording(name)
    assert render.text(loaded(text)) == body(text)


@pytest.mark.parametrize("name", OLD)
def test_older_recordings_come_back_section_by_section(name: str) -> None:
    """The order of sections was another one; within each every line has its place."""
    text = recording(name)
    shown, recorded = (sorted(tuple(blocks.lines_of(b)) for b in blocks.parse(t)) for t in (_shown(text), text))
    assert shown == recorded


def _shown(text: str) -> str:
    return render.text(loaded(text))


@pytest.mark.parametrize("name", [*OLD, *NEW])
def test_a_recording_typed_line_by_line_is_the_same(tmp_path: Path, name: str) -> None:
    text = _shown(recording(name))
    box = Box(tmp_path / "state")
    lines = [line for line in text.splitlines() if line.strip() not in ("!", "end")]
    answers = box.ask("configure session s", "rollback clean-config", *lines, "end")
    assert [line for line in answers.splitlines() if line.startswith("%")] == []
    typed = render.text(box.switch.sessions.get("s").config)
    missing = set(text.splitlines()) - set(typed.splitlines())
    assert missing == set()


def test_a_recorded_model_comes_back() -> None:
    model = json.loads((RECORDINGS / "rc_ceos4342.json").read_text())["cmds"]
    shown = blocks.as_json(render.blocks(loaded(recording("rc_ceos4342"))))
    assert json.dumps(shown) == json.dumps(model)


def test_what_was_typed_and_what_was_shown(tmp_path: Path) -> None:
    typed = (RECORDINGS / "rc_ceos4360_r1.INPUT.cfg").read_text()
    shown = (RECORDINGS / "rc_ceos4360_r1.txt").read_text()
    # containerlab adds Management0 and its addresses after the startup configuration, EOS the sections that it is
    # born with; the hash of the secret is nobody's to foretell
    config = loaded(typed + "no aaa root\nno service interface inactive port-id allocation disabled\n")
    box = Box(tmp_path / "state")
    box.switch.running = config
    lines = ("service routing protocols model multi-agent", "spanning-tree mode mstp", "system l1")
    l1 = ("unsupported speed action error", "unsupported error-correction action error", "interface Management0")
    box.configure(*lines, *l1, "ip address 172.20.20.3/24", "ipv6 address 3fff:172:20:20::3/64")
    for number in (2, 3, 4):
        del config.interfaces[f"Ethernet{number}"]
    assert _without_secret(render.text(config)) == _without_secret(body(shown))


def _without_secret(text: str) -> str:
    return "".join(line.partition(" sha512 ")[0] + "\n" for line in text.splitlines())


def test_a_listing_with_defaults_loads() -> None:
    config = Config()
    modes.load(config, blocks.parse((RECORDINGS / "rc_all_veos4137.txt").read_text()))
    assert {200, 201, 202, 204} <= config.vlans.keys()
    assert config.vlans[200].name == "grouping"


def test_a_diff_as_recorded() -> None:
    """The recorded lines of a diff, hunk by hunk; the numbers of lines belong to that switch's own sections."""
    recorded = (RECORDINGS / "scraplicfg_session_merge_abort.transcript.txt").read_text()
    (line,) = [line for line in recorded.splitlines() if line.startswith('<<< "\\n--- system:/running-config')]
    expected = line.removeprefix('<<< "\\n').partition("localhost(config")[0].replace("\\n", "\n")
    running = loaded(recording("transcript"))
    candidate = running.copy()
    editor = Editor(candidate)
    for line in ("interface loopback1", "description tacocat"):
        modes.type_in(editor, line)
    session = Session("__SCRAPLI_CFG_SESSION_NAME__", candidate, running, "admin", 0.0)
    assert _hunks(sessions.diff(session, running, "! device: localhost (vEOS, EOS-4.22.1F)")) == _hunks(expected)


def _hunks(diff: str) -> list[str]:
    return [line for line in diff.split("\n") if not line.startswith("@@")]
