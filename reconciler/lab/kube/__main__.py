"""Run the API server: `python -m reconciler.lab.kube --listen 127.0.0.1 --port 6443 --state FILE`.

Prints ``ready`` once every address is listened on. SIGTERM and SIGINT end it with exit code 0; a state file that
cannot be read or an address that cannot be bound ends it with 1 and one line on standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .api import Api
from .httpd import listen
from .store import Store


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="reconciler.lab.kube", description="The lab's Kubernetes API server.")
    parser.add_argument("--listen", action="append", metavar="ADDRESS", help="repeatable; default 127.0.0.1")
    parser.add_argument("--port", type=int, default=6443)
    parser.add_argument("--state", type=Path, required=True, metavar="FILE", help="where the objects are kept")
    return parser.parse_args(argv)


async def _serve(api: Api, addresses: Sequence[str], port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    for address in addresses:
        await listen(api.handle, address, port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stop.wait()


def main(argv: Sequence[str]) -> int:
    """Serve until told to stop."""
    arguments = _arguments(argv)
    try:
        api = Api(Store(arguments.state))
        asyncio.run(_serve(api, arguments.listen or ["127.0.0.1"], arguments.port))
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"reconciler.lab.kube: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
