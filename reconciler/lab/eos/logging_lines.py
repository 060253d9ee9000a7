"""The lines of the section `logging`, as EOS shows them: in its order, a host without what is the default."""

from __future__ import annotations

import re

from .refusal import INCOMPLETE, INVALID, Refused

ORDER = (
    r"repeat-messages|on$",
    r"persistent",
    r"buffered",
    r"trap",
    r"console",
    r"monitor",
    r"synchronous",
    r"host",
    r"vrf \S+ host",
    r"format",
    r"facility",
    r"source-interface",
    r"vrf \S+ source-interface",
    r"policy",
    r"level",
    r"",
)
"""After recordings of real switches and of configurations that were generated for them."""
HOST = re.compile(
    r"logging (?:vrf \S+ )?host (?P<host>\S+)(?P<ports>(?: \d{1,5})*)(?: protocol (?P<protocol>udp|tcp))?"
)
MEANT_FOR_HOST = re.compile(r"logging (?:vrf \S+ )?host\b")
UNFINISHED = re.compile(r"logging(?: vrf(?: \S+)?)?(?: host(?: .* protocol| protocol)?| source-interface)?")
DEFAULT_PROTOCOL = " protocol udp"
HIGHEST_PORT = 65535


def canonical(line: str) -> str:
    """The line as it is kept. Raises: Refused."""
    if UNFINISHED.fullmatch(line):
        raise Refused(INCOMPLETE)
    if MEANT_FOR_HOST.match(line):
        found = HOST.fullmatch(line)
        if found is None or any(not 0 < int(port) <= HIGHEST_PORT for port in found["ports"].split()):
            raise Refused(INVALID)
        return line.removesuffix(DEFAULT_PROTOCOL)
    return line


def place(line: str) -> tuple[int, str]:
    """Where it stands among its like, also with its `no`; in what order EOS shows several hosts is assumed."""
    words = line.removeprefix("no ").removeprefix("logging ")
    return next((number, words) for number, pattern in enumerate(ORDER) if re.match(pattern, words))
