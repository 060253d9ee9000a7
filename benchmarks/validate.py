"""`make bench`: how long 500 nodes take to validate, the first time and when nothing has changed, and to format."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.compile import documents

NODES = 500
ROUNDS = 3


def main() -> None:
    with TemporaryDirectory() as top:
        desired = Path(top, "desired")
        desired.mkdir()
        for number, text in enumerate(documents(NODES)):
            (desired / f"{number // 2:04}-{number % 2}.yaml").write_text(text)
        print(f"Validating {NODES} nodes of Calico 3.30, one document a file; CPU seconds of the whole command")
        cold = [_run(Path(top, f"cache{number}"), "validate", "--desired", str(desired)) for number in range(ROUNDS)]
        warm = [_run(Path(top, "cache0"), "validate", "--desired", str(desired)) for _ in range(ROUNDS)]
        start = [_run(Path(top, "cache0"), "validate", "--help") for _ in range(ROUNDS)]
        print(f"the first time           {min(cold):6.2f} s    aim 6")
        print(f"when nothing has changed {min(warm):6.2f} s    aim 1 ({min(warm) / min(cold):.0%} of that)")
        print(f"of that starting Python  {min(start):6.2f} s")
        _run(Path(top, "cache0"), "fmt", str(desired))
        form = [_run(Path(top, "cache0"), "fmt", "--check", str(desired)) for _ in range(ROUNDS)]
        print(f"fmt --check of {2 * NODES} docs {min(form):6.2f} s    aim 6")


def _run(cache: Path, *words: str) -> float:
    """CPU seconds of one command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILE")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = kept | {"XDG_CACHE_HOME": str(cache)}
    subprocess.run([sys.executable, "-m", "reconciler", *words], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
