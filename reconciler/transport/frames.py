"""Several commands in one piece of shell text, and their answers apart again. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.driver import Answer

# Messages that we know; the folders of `ip` and `bridge`, which an ordinary user's PATH lacks; and the frame.
ENVIRONMENT = """\
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
frame() { printf '\\n%s %s\\n' "$1" "$2"; printf '\\n%s %s\\n' "$1" "$2" >&2; }
"""


def framed(commands: Iterable[str], mark: str) -> str:
    """Shell text that runs ``commands`` one by one, with a frame on both streams before, between and after them.

    Their standard input is empty: they must not read the commands that follow.
    """
    each = "".join(f"{{ {command}\n}} </dev/null\nframe {mark} $?\n" for command in commands)
    return f"frame {mark} begin\n{each}frame {mark} end\n"


def unframed(out: str, err: str, mark: str) -> list[Answer]:
    """The answers between the frames; what a login printed before the first one is dropped."""
    outs, errs = ([piece.partition("\n") for piece in text.split(f"\n{mark} ")[1:]] for text in (out, err))
    answers = zip(outs[:-2], outs[1:-1], errs[:-2], strict=True)
    return [Answer(text, int(status), error) for (_, _, text), (status, _, _), (_, _, error) in answers]
