"""kill -9 in the middle of a fetch, an export, a renewal: the next run finds nothing half, and needs nobody's help."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from .repository import Repository, source

RUN = """
import asyncio, sys
from pathlib import Path
from reconciler.source.git import GitSource
from reconciler.settings.source import SourceSettings
print("go", flush=True)
source = GitSource(SourceSettings.model_validate({"url": sys.argv[1]}), Path(sys.argv[2]))
asyncio.run(source.latest())
"""


async def test_the_next_run_finds_nothing_half(repository: Repository, state: Path) -> None:
    files = {f"desired/{number}.yaml": b"a: 1\n" * 1000 for number in range(20)}
    for turn, delay in enumerate((0.01, 0.025, 0.04)):
        files["desired/turn.yaml"] = f"turn: {turn}\n".encode()
        commit = repository.point(repository.tree(files))
        command = [sys.executable, "-c", RUN, str(repository.path), str(state)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as run:
            assert run.stdout is not None
            run.stdout.readline()
            time.sleep(delay)
            run.send_signal(signal.SIGKILL)
        whole = [
            sorted(path.name for path in folder.iterdir()) for folder in state.glob("git/*/checkouts/*/[!.]*/desired")
        ]
        assert all(len(names) == len(files) for names in whole)
        checkout = await source(repository, state).latest()
        assert checkout.revision == commit
        assert {f"desired/{path.name}": path.read_bytes() for path in (checkout.folder / "desired").iterdir()} == files
