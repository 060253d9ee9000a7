"""Whatever is in a file: problems with a place, no traceback, and soon; for the loader, the inventory, and the form."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.desired.inventory import load_inventory
from reconciler.desired.load import load
from reconciler.desired.style.formatting import formatted

ROOT = Path(__file__).parents[2]
SECONDS = 1.0
MEGABYTES = 200


def seeds() -> Iterator[bytes]:
    for path in sorted(ROOT.glob("tests/desired/**/*.yaml")):
        if path.is_file() and path.stat().st_size < 20_000:
            yield path.read_bytes()
    yield from (path.read_bytes() for path in [*ROOT.glob("desired/*.yaml"), *ROOT.glob("inventory/*.yaml")])


SEEDS = list(seeds())
PIECES = [
    b"&a ",
    b"*a",
    b"<<: ",
    b"- ",
    b"{",
    b"}",
    b"[",
    b"]",
    b": ",
    b"!!python/object:os.system ",
    b"? ",
    b"|\n",
    b">-\n",
]
PIECES += [
    b"\t",
    b"\x00",
    b"\xff",
    b"\xe2\x80\xa8",
    b"---\n",
    b"...\n",
    b"%YAML 1.1\n",
    b"#",
    b'"',
    b"'",
    b"\\",
    b"\r",
    b"\n",
]
PIECES += [
    b"9" * 400,
    b"0x" + b"f" * 400,
    b"- " * 200,
    b"[" * 200,
    b"{a: " * 200,
    b"a" * 5000,
    b"1e9999",
    b".inf",
    b"~",
]
CUT = st.tuples(st.integers(0, 20_000), st.integers(0, 30), st.sampled_from(PIECES) | st.binary(max_size=6))


def mutated(seed: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, piece in cuts:
        at %= len(seed) + 1
        seed = seed[:at] + piece + seed[at + length :]
    return seed


FILES = st.builds(mutated, st.sampled_from(SEEDS), st.lists(CUT, min_size=1, max_size=6)) | st.binary(max_size=200)


def check_law(data: bytes) -> None:
    """CPU seconds, so that a busy machine proves nothing wrong."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "f.yaml").write_bytes(data)
        started = time.process_time()
        problems = [*load(Path(folder)).problems, *load_inventory(Path(folder)).problems]
        assert time.process_time() - started < SECONDS
    assert all(problem.line >= 1 and problem.col >= 1 and str(problem).isprintable() for problem in problems)
    text = data.decode(errors="replace")
    found = formatted(text)
    assert formatted(found.text).text == found.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024


LAW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@LAW
@given(FILES)
def test_no_file_is_too_much(data: bytes) -> None:
    check_law(data)


@pytest.mark.long
@settings(LAW, max_examples=10_000)
@given(FILES)
def test_no_file_is_too_much_for_long(data: bytes) -> None:
    check_law(data)
