"""A line of the switch's configuration as it may be printed: without passwords, keys and communities, and short."""

from __future__ import annotations

import re

LONGEST = 160
"""Characters; some lines, such as a daemon's `exec`, go on for thousands."""
WORDS = r"passw|passphrase|secret|key|(?<!send-)communit|auth|token|credential"
BEHIND = re.compile(rf"((?:{WORDS})[\w-]*|snmp-server host \S+(?: vrf \S+)?)[^\w-].*", re.IGNORECASE | re.DOTALL)
"""A word after which EOS may have a secret, and all that follows: better too much left out than one too little."""
HIDDEN = re.compile(r"\$\w{1,2}\$\S+|(?<= [078] )[0-9A-Fa-f]{6,}\b|(?<=://)[^/\s@]+(?=@)")
"""Secrets whatever word they follow: hashes (`$6$…`), those that EOS only hides (`7 0959…`), a user in a URL."""
REMOVED = "<removed>"
"""As in `show running-config sanitized`."""


def shown(line: str) -> str:
    """In quotes, on one line."""
    text = HIDDEN.sub(REMOVED, BEHIND.sub(rf"\1 {REMOVED}", line.strip()))
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
