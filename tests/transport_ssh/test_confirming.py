"""A way back that takes the place of another one, while the node's own timer may take it at any moment."""

from __future__ import annotations

import os
import secrets
import subprocess
from pathlib import Path

import pytest

from reconciler.core.driver import Script
from reconciler.transport.undo import Undo

from .armed import left, words

BEGINS = """\
#!/bin/sh
for at in /run/reconciler-undo/{name}.* /tmp/reconciler-undo-*/{name}.*; do
  mv "$at"/held-* "$at/undo"
  mv "$at/undo" "$at/begun-1"
done 2>/dev/null
exec /bin/cat "$@"
"""
"""A `cat` that takes so long that the way back has begun by the time that it writes."""
ENDS = 'mv "$at/begun-1" "$at/undo"'


def test_nothing_is_confirmed_in_part_once_the_way_back_has_begun(tmp_path: Path) -> None:
    """3 s after a shell began to hold it the timer takes it away (a node that stands still for as long)."""
    if os.geteuid() != 0:
        pytest.skip("folders in /run need root")
    undo = Undo(f"rec-{secrets.token_hex(4)}-1", 600)

    def shell(text: str, *, slow: bool = False) -> int:
        path = f"{tmp_path}:{os.environ['PATH']}" if slow else os.environ["PATH"]
        return subprocess.run(["sh"], input=text, text=True, capture_output=True, env={"PATH": path}).returncode

    (tmp_path / "cat").write_text(BEGINS.format(name=undo.name))
    (tmp_path / "cat").chmod(0o755)
    hold = undo.hold(undo.where)
    assert shell(undo.arm(Script(words("true ")))) == 0
    assert shell(f"{hold.take}\n{hold.give}") == 0
    assert shell(undo.confirm_but(undo.where, Script()), slow=True) != 0
    assert shell(undo.confirm(undo.where)) != 0
    assert shell(f"{undo.where}\n{ENDS}") == 0
    assert shell(undo.confirm_but(undo.where, Script())) == 0
    assert shell(undo.confirm(undo.where)) == 0
    assert left(undo.name) == []
