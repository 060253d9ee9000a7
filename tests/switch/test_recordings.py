"""Recordings of real switches: read past without loss, and written back as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli import as_eos
from reconciler.core.resource import Key
from reconciler.switch.eos import config
from reconciler.switch.eos.configuration import Configuration, read

FIXTURES = Path(__file__).parents[2].parent / "shared" / "reference" / "eos-fixtures"
RECORDINGS = sorted(FIXTURES.glob("rc_*.txt"))
ABSENT = pytest.mark.skipif(not RECORDINGS, reason=f"no recordings of real switches in {FIXTURES}")


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() not in ("", "!", "end")]


@ABSENT
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_cutting_loses_nothing(recording: Path) -> None:
    text = recording.read_text()
    kept = [line for stanza in config.stanzas(config.complete(text)) for line in stanza.lines]
    assert _lines(text) == _lines("\n".join(kept))


@ABSENT
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_every_line_is_understood_or_kept(recording: Path) -> None:
    """Each is told by a resource again, or stands in `rest` or `foreign`; and nothing is told that was not there."""
    if recording.stem.startswith("rc_all"):
        pytest.skip("it prints every default, which no resource tells")
    text = recording.read_text()
    configuration = read(text)
    printed = [one for key, one in configuration.found.items() if key != Key("vlan", "1")]
    kept = _kept(configuration)
    twice = {*_silent(configuration), *_shared(kept)}
    told = [line for line in _lines("\n".join(as_eos.lines(printed))) if line not in twice]
    assert sorted([*told, *kept]) == sorted(_lines(text))


def _kept(configuration: Configuration) -> list[str]:
    foreign = [line for block in configuration.foreign for line in block]
    return foreign + [line for lines in configuration.rest.values() for line in lines]


def _shared(kept: list[str]) -> set[str]:
    """Heads of sections in which lines of ours stand beside others."""
    return {line for line in kept if line.startswith("   address-family ")}


def _silent(configuration: Configuration) -> set[str]:
    """What we print of VRFs that route nothing, and EOS does not always."""
    said = {line for line in _lines(configuration.text) if "ip routing" in line}
    vrfs = [f" vrf {key.name}" for key in configuration.found if key.kind == "vrf"]
    return {f"no ip routing{vrf}" for vrf in ("", *vrfs)} - said


@ABSENT
def test_nothing_in_a_recording_is_beyond_us() -> None:
    """But two routes of 4.13 that say the same twice."""
    frozen = {path.stem: dict(read(path.read_text()).frozen) for path in RECORDINGS}
    assert frozen.pop("rc_all_veos4137") == {
        Key("static_route", "1.2.3.0/24 via Ethernet1 1.1.1.1"): (
            "line 2047, 'ip route 1.2.3.0/24 Ethernet1 1.1.1.1 10 tag 1 name test1': "
            "a second static_route 1.2.3.0/24 via Ethernet1 1.1.1.1"
        )
    }
    assert not any(frozen.values())
