"""A line that goes to a shell by itself means there what it meant in a batch: words, and nothing else."""

from __future__ import annotations

import subprocess

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Line
from reconciler.linux.route import Route
from reconciler.transport.batch import Batch, batches

CHANGE = Change(None, Route(dst="10.1.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142))


@pytest.mark.parametrize("program", ["ip", "wg"])
@pytest.mark.parametrize(
    "word", ["[fd00::2]:51820", "$(id)", "`id`", "a;id", "a|id", "a&id", "a>b", "${IFS}", "*", "~root", "'", '"']
)
def test_a_shell_passes_every_word_on_as_it_is(word: str, program: str) -> None:
    batch = Batch(program, (Line(program, f"neigh del {word} dev eth1", CHANGE),), alone=True)
    shell = f"{program}() {{ printf '%s\\n' \"$@\"; }}\n{batch.command('unused')}"
    ran = subprocess.run(["sh", "-c", shell], text=True, capture_output=True, check=True)
    assert ran.stdout.splitlines() == ["neigh", "del", word, "dev", "eth1"]


def test_lines_keep_their_order_and_only_ip_and_bridge_have_batches() -> None:
    said = [("ip", "link add wg0"), ("ip", "link set wg0"), ("wg", "set wg0 a"), ("wg", "set wg0 b"), ("ip", "addr")]
    sent = batches(Line(program, text, CHANGE) for program, text in said)
    assert [(batch.program, len(batch.lines), batch.alone) for batch in sent] == [
        ("ip", 2, False),
        ("wg", 1, True),
        ("wg", 1, True),
        ("ip", 1, False),
    ]
