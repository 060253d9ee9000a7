"""Bytes at a terminal: line ends, control keys, pauses after each screen (the reference's sections 2.4 and 9.1)."""

from __future__ import annotations

import pytest

from reconciler.lab.eos.terminal import ERASE_MORE, MORE, LineEditor, Pager
from tests.lab_eos.conftest import Box

LISTING = "".join(f"line {number}\n" for number in range(10))


def fed(*pieces: bytes) -> tuple[list[str], bytes]:
    """The lines that ``pieces`` complete, and all of the echo."""
    editor, lines, echo = LineEditor(), [], b""
    for piece in pieces:
        for line in editor.feed(piece):
            lines.append(line)
            echo += editor.echo()
        echo += editor.echo()
    return lines, echo


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_line_ends(end: bytes) -> None:
    assert fed(b"one" + end + b"two" + end) == (["one", "two"], b"one\r\ntwo\r\n")


def test_a_line_end_in_two_pieces() -> None:
    assert fed(b"one\r", b"\ntwo\r\n") == (["one", "two"], b"one\r\ntwo\r\n")


@pytest.mark.parametrize(
    ("typed", "lines", "echo"),
    [
        (b"\x00sh\x00ow\n", ["show"], b"show\r\n"),
        (b"shx\x7fow\n", ["show"], b"shx\b \bow\r\n"),
        (b"shx\x08ow\n", ["show"], b"shx\b \bow\r\n"),
        (b"rubbish\x15show\n", ["show"], b"rubbish" + b"\b \b" * 7 + b"show\r\n"),
        (b"rubbish\x03show\n", ["", "show"], b"rubbish^C\r\nshow\r\n"),
        (b"\x1a", ["end"], b"^Z\r\n"),
        (b"\x04", ["exit"], b"\r\n"),
        (b"sh\x04ow\n", ["show"], b"show\r\n"),
    ],
)
def test_keys(typed: bytes, lines: list[str], echo: bytes) -> None:
    assert fed(typed) == (lines, echo)


def test_a_screen_at_a_time() -> None:
    pager = Pager(LISTING, 5)
    assert pager.first() == b"line 0\r\nline 1\r\nline 2\r\nline 3" + MORE
    assert pager.key(ord("\n")) == ERASE_MORE + b"line 4" + MORE
    assert pager.key(ord(" ")) == ERASE_MORE + b"line 5\r\nline 6\r\nline 7\r\nline 8" + MORE
    assert not pager.is_over()
    assert pager.key(ord(" ")) == ERASE_MORE + b"line 9\r\n"
    assert pager.is_over()


def test_a_listing_is_left() -> None:
    pager = Pager(LISTING, 5)
    pager.first()
    assert pager.key(ord("q")) == ERASE_MORE
    assert pager.is_over()


@pytest.mark.parametrize(("line", "paged"), [("show running-config", True), ("show running-config | no-more", False)])
def test_what_is_paged(box: Box, line: str, paged: bool) -> None:
    assert box.cli().execute(line).paged is paged


def test_size_of_a_terminal(box: Box) -> None:
    cli = box.cli()
    assert cli.execute("terminal width 511").text == "Width set to 511 columns.\n"
    assert cli.execute("term len 0").text == "Pagination disabled.\n"
    assert cli.length == 0
    cli.execute("no terminal length")
    assert cli.length is None
