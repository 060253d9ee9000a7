"""Writing: what no switch may be told, trunk lists that are never empty, addresses that change places."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Change
from reconciler.core.resource import Key, Resource
from reconciler.switch.addresses import in_order
from reconciler.switch.eos import EosDriver
from reconciler.switch.eos.addresses import coming, leaving, left_after_leaving
from reconciler.switch.eos.trunk import COMMAND, LONGEST, narrower, normal, whole, wider
from reconciler.switch.kinds import Interface, Routing, StaticRoute, Svi, Vlan
from reconciler.switch.names import compress, expand
from tests.switch.running import reading


def _lines(*changes: Change) -> list[str]:
    return [line.text for line in EosDriver().write(changes, reading()).lines]


@pytest.mark.parametrize("letter", ["\n", "\r", "\x00", "\x1b", "\t", "\x03", "?", "\u2028", "\x7f"])
@pytest.mark.parametrize(
    "resource",
    [
        lambda text: Interface(ifname="Ethernet2", access=1, description=text),
        lambda text: Svi(vlan=10, description=text),
        lambda text: Svi(vlan=10, vrf=text),
        lambda text: Vlan(id=30, label=text),
        lambda text: Interface(ifname=text, access=10),
        lambda text: Routing(vrf=text, enabled=True),
        lambda text: StaticRoute(dst="10.0.0.0/8", via="10.0.10.2", label=text),
        lambda text: StaticRoute(dst="10.0.0.0/8", via=text),
    ],
)
def test_what_a_terminal_would_not_take_as_a_letter_is_refused(resource: object, letter: str) -> None:
    assert callable(resource)
    wish: Resource = resource(f"a{letter}reload")
    with pytest.raises(ValueError, match=r"cannot be typed|not one word|not a next hop"):
        _lines(Change(None, wish))


def test_one_word_stays_one_word() -> None:
    with pytest.raises(ValueError, match="not one word"):
        _lines(Change(None, Vlan(id=30, label="two words")))


def test_letters_that_mean_something_elsewhere_arrive() -> None:
    text = "a # > \" ' ; $(reload) `x` | & ! \\ ceos01#"
    assert _lines(Change(None, Svi(vlan=30, description=text))) == ["interface Vlan30", f"description {text}"]


@pytest.mark.parametrize("key", [Key("interface", "Management0"), Key("vlan", "1")])
def test_what_carries_our_session_is_not_written(key: Key) -> None:
    before = reading().found[key]
    with pytest.raises(ValueError, match="is never changed"):
        _lines(Change(before, None))


@pytest.mark.parametrize("key", [Key("interface", "Ethernet1"), Key("routing", "default")])
def test_what_cannot_be_deleted_is_not_deleted(key: Key) -> None:
    with pytest.raises(ValueError, match="cannot be deleted"):
        EosDriver().write([Change(reading().found[key], None)], reading(client="172.20.20.1"))


def test_no_change_says_nothing() -> None:
    assert _lines() == []


VLANS = st.one_of(
    st.just("1-4094"), st.just("none"), st.sets(st.integers(1, 4094), min_size=1, max_size=150).map(compress)
)


def _obey(allowed: str, lines: list[str]) -> list[frozenset[int]]:
    """Every list that the trunk goes through (eos.md 5.3)."""
    now = frozenset() if allowed == "none" else frozenset(expand(allowed))
    through = [now]
    for line in lines:
        verb, *rest = line.removeprefix("no ").removeprefix(COMMAND).split() or ["all"]
        given_list = frozenset(expand(rest[0])) if rest else frozenset()
        match verb:
            case "all":
                now = frozenset(range(1, 4095))
            case "none":
                now = frozenset()
            case "add":
                now |= given_list
            case "remove":
                now -= given_list
            case _:
                now = frozenset(expand(verb))
        through.append(now)
    return through


@given(VLANS, VLANS)
def test_a_trunk_reaches_its_list_without_losing_a_vlan_that_it_keeps(old: str, new: str) -> None:
    grows, shrinks = list(wider(old, new)), list(narrower(old, new))
    assert all(len(line) < LONGEST + len(COMMAND) + 10 for line in grows + shrinks)
    through = _obey(old, grows + shrinks)
    kept = through[0] & _obey(new, [])[0]
    assert through[-1] == _obey(new, [])[0]
    assert bool(grows or shrinks) == (old != new)
    if len(compress(_obey(new, [])[0])) < LONGEST:
        assert all(kept <= at for at in through)
        assert old == "none" or new == "none" or all(through)
    assert all(before <= after for before, after in pairwise(through[: len(grows) + 1]))


@given(VLANS, VLANS)
def test_a_port_that_is_no_trunk_remembers_the_list(old: str, new: str) -> None:
    lines = list(whole(old, new))
    assert _obey(old, lines)[-1] == _obey(new, [])[0]
    assert bool(lines) == (old != new)


def test_lists_have_one_spelling() -> None:
    assert [normal(text) for text in ("all", "none", "7,5,6", "1-4094")] == ["1-4094", "none", "5-7", "1-4094"]


ADDRESSES = st.lists(
    st.sampled_from(
        ["10.0.1.1/24", "10.0.2.1/24", "10.0.3.1/24", "10.0.4.1/24", "fd00:1::1/64", "fd00:2::1/64", "dhcp"]
    ),
    unique=True,
    max_size=5,
).map(lambda chosen: in_order(a for n, a in enumerate(chosen) if a != "dhcp" or n == 0))


@given(ADDRESSES, ADDRESSES, st.booleans())
def test_addresses_arrive_by_lines_that_eos_takes(old: tuple[str, ...], new: tuple[str, ...], contested: bool) -> None:
    stays = left_after_leaving(old, new, contested=contested)
    now = list(old)
    for line in (*leaving(old, stays), *coming(stays, new)):
        _enter(now, line)
    assert in_order(now) == new
    if contested and old and old[0] not in new and ":" not in old[0]:
        assert old[0] not in stays


def _enter(now: list[str], line: str) -> None:
    """One line into an interface, with EOS's rules (eos.md 5.4): secondaries stand on a primary."""
    words = line.split()
    four = [address for address in now if ":" not in address]
    if words[:2] == ["no", "ip"]:
        address = words[3] if len(words) > 3 else four[0]
        assert address in now
        assert (address == four[0]) == (words[-1] != "secondary")
        assert address != four[0] or len(four) == 1, "Primary address cannot be deleted before secondary"
        now.remove(address)
    elif words[0] == "no":
        now.remove(words[3])
    elif words[-1] == "secondary":
        assert four
        assert words[2] not in now
        now.append(words[2])
    elif words[0] == "ipv6":
        now.append(words[2])
    else:
        assert words[2] not in now, "a secondary address cannot become the primary in one step"
        now[:] = [words[2], *four[1:], *(address for address in now if ":" in address)]
