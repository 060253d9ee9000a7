"""A ``pre-receive`` hook as `reconcile repo init` would make one: verify, then write the documents out."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from reconciler.source.checkout import Refused
from reconciler.source.command import quarantine
from reconciler.source.export import export
from reconciler.source.signature import verify


async def main(signers: Path, to: Path) -> None:
    environment = quarantine(os.environ)
    for line in sys.stdin:
        _, new, _ = line.split()
        await verify(Path.cwd(), new, signers, environment)
        await export(Path.cwd(), new, "desired", to / new, environment)


try:
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
except Refused as refused:
    sys.exit(str(refused))
