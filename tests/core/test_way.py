"""Laws of the way back: a new path is refused exactly when the longest match falls on it and it leads elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Change
from reconciler.core.limits import own_session
from reconciler.core.way import Hop, IpAddress, Path
from reconciler.linux.route import Route

CLIENTS = st.one_of(
    st.integers(0, 15).map(lambda n: ip_address(f"10.0.0.{n}")),
    st.integers(0, 15).map(lambda n: ip_address(f"fd00::{n:x}")),
)
HOPS = st.frozensets(st.builds(Hop, st.sampled_from(["a", "b"]), st.sampled_from(["eth0", "eth1"])), max_size=2)


@st.composite
def paths(draw: st.DrawFn) -> Path:
    address = draw(CLIENTS)
    lengths = [0, 8, 28, 29, 30, 31, 32] if address.version == 4 else [0, 64, 124, 127, 128]
    network = ip_network(f"{address}/{draw(st.sampled_from(lengths))}", strict=False)
    return Path(network, draw(st.integers(0, 3)), draw(HOPS))


def taken(client: IpAddress, table: list[Path]) -> Path | None:
    """The reference: a table as a kernel keeps it, where the entry that is there first wins among equals."""
    best = None
    for path in table:
        better = best is None or (path.network.prefixlen, -path.cost) > (best.network.prefixlen, -best.cost)
        if client in path.network and better:
            best = path
    return best


@given(CLIENTS, st.lists(paths(), min_size=1, max_size=8), paths())
def test_a_path_takes_us_off_our_way_when_the_longest_match_falls_on_it(
    client: IpAddress, table: list[Path], new: Path
) -> None:
    present = taken(client, table)
    if present is None:
        return
    after = taken(client, [*table, new])
    assert after is not None
    moved = after is new and not (new.hops and new.hops <= present.hops)
    assert new.takes(client, present) == moved


@given(CLIENTS, paths())
def test_what_restates_the_way_never_takes_us_off_it(client: IpAddress, present: Path) -> None:
    assert not present.takes(client, present)
    narrow = Path(ip_network(client), present.cost, present.hops)
    assert not (present.hops and present.covers(client) and narrow.takes(client, present))


@given(CLIENTS, paths(), paths())
def test_of_two_paths_at_most_one_takes_us_off_the_other(client: IpAddress, one: Path, other: Path) -> None:
    assert not (one.takes(client, other) and other.takes(client, one))


class _Cut:
    def cut_by(self, change: Change, plan: Sequence[Change]) -> str | None:
        return "off the way" if change.after is not None else None


def test_a_cut_way_is_refused_and_a_key_has_its_own_reason() -> None:
    route = Route(dst="10.0.0.0/8", protocol=142)
    assert own_session([Change(None, route)], {}) is None
    said = "would create route 10.0.0.0/8 table 254 metric 0: "
    assert own_session([Change(None, route)], {}, _Cut()) == f"{said}off the way"
    assert own_session([Change(None, route)], {route.key: "carries us"}, _Cut()) == f"{said}carries us"
    assert own_session([Change(route, None)], {}, _Cut()) is None
