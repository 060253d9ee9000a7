"""Messages come out of a TCP stream as they went in, however it is cut; what is too long is passed over."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.daemon.framing import LONGEST, Framer

MESSAGES = st.lists(
    st.tuples(st.booleans(), st.binary(max_size=40).map(lambda b: b"<165>x" + b.translate(None, b"\n\r\0 ") + b".")),
    max_size=8,
)


def framed(is_counted: bool, message: bytes) -> bytes:
    return b"%d %s" % (len(message), message) if is_counted else message + b"\n"


def heard(*pieces: bytes) -> list[bytes]:
    framer = Framer()
    return [frame for piece in pieces for frame in framer.feed(piece) if frame]


@settings(max_examples=100)
@given(MESSAGES, st.lists(st.integers(0, 400), max_size=12).map(sorted))
def test_both_framings_survive_any_cut(messages: list[tuple[bool, bytes]], cuts: list[int]) -> None:
    stream = b"".join(framed(*one) for one in messages)
    ends = [*cuts, len(stream)]
    pieces = [stream[start:end] for start, end in zip([0, *cuts], ends, strict=True)]
    assert heard(*pieces) == [message for _, message in messages]


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=3 * LONGEST), max_size=4))
def test_garbage_costs_no_more_than_the_beginning_of_one_message(pieces: list[bytes]) -> None:
    framer = Framer()
    for piece in pieces:
        assert all(len(frame) <= LONGEST for frame in framer.feed(piece))
        assert len(framer._kept) <= LONGEST + 8


@pytest.mark.parametrize(
    ("stream", "messages"),
    [
        (b"<1>a\r\n\n\0<2>b\n", [b"<1>a\r", b"<2>b"]),
        (b"4 <1>a4 <2>b", [b"<1>a", b"<2>b"]),
        (b"2025 Nov 21 words\n<1>a\n", [b"2025 Nov 21 words", b"<1>a"]),
        (b"<1>" + b"x" * (LONGEST + 1) + b"\n<2>b\n", [b"<2>b"]),
        (b"9999 <1>" + b"x" * 9996 + b"<2>b\n", [b"<2>b"]),
        (b"99999999 <1>a\n<2>b\n", [b"99999999 <1>a", b"<2>b"]),
        (b"<1>" + b"x" * LONGEST, []),
        (b"12", []),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_odd_streams(stream: bytes, messages: list[bytes], step: int) -> None:
    assert heard(*(stream[at : at + step] for at in range(0, len(stream), step))) == messages


def test_within_a_message_or_between_two() -> None:
    framer = Framer()
    for piece, within in [(b"<1>a", True), (b"\n", False), (b"5", True), (b" <1>ab\n", False), (b"\n\n", False)]:
        list(framer.feed(piece))
        assert framer.is_within is within
