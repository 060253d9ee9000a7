"""What EOS answers to a line that it does not take: one line that begins with a per cent sign, and nothing changes."""

from __future__ import annotations

INVALID = "% Invalid input"
INCOMPLETE = "% Incomplete command"
AMBIGUOUS = "% Ambiguous command"
UNPRIVILEGED = "% Invalid input (privileged mode required)"


class Refused(Exception):
    """A line was not taken; the text is the whole answer, without its line end."""
