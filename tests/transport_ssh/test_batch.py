"""A line that goes to a shell by itself means there what it meant in a batch: words, and nothing else."""

from __future__ import annotations

import subprocess

import pytest

from reconciler.core.change import Change
from reconciler.core.driver import Line
from reconciler.linux.route import Route
from reconciler.transport.batch import Batch

CHANGE = Change(None, Route(dst="10.1.0.0/16", gateway="10.0.0.1", dev="eth1", protocol=142))


@pytest.mark.parametrize("word", ["$(id)", "`id`", "a;id", "a|id", "a&id", "a>b", "${IFS}", "*", "~root", "'", '"'])
def test_a_shell_passes_every_word_on_as_it_is(word: str) -> None:
    batch = Batch("ip", (Line("ip", f"neigh del {word} dev eth1", CHANGE),), alone=True)
    shell = f"ip() {{ printf '%s\\n' \"$@\"; }}\n{batch.command('unused')}"
    ran = subprocess.run(["sh", "-c", shell], text=True, capture_output=True, check=True)
    assert ran.stdout.splitlines() == ["neigh", "del", word, "dev", "eth1"]
