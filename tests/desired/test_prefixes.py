"""Looking networks up, against a look at each of them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.prefixes import Address, Network, Networks, overlapping

NETWORKS = st.lists(
    st.tuples(st.sampled_from(["10.0.0.0", "10.0.0.64", "10.0.1.0", "fd00::", "fd00::100"]), st.integers(8, 30)).map(
        lambda said: ip_network(f"{said[0]}/{said[1] * (4 if ':' in said[0] else 1)}", strict=False)
    )
)


@given(NETWORKS, st.sampled_from(["10.0.0.1", "10.0.0.70", "10.0.9.9", "fd00::1", "fd00::101"]).map(ip_address))
def test_the_longest_prefix_comes_first_and_of_one_the_first(networks: list[Network], address: Address) -> None:
    placed = list(enumerate(networks))
    around = [(place, one) for place, one in placed if address in one]
    around.sort(key=lambda pair: -pair[1].prefixlen)
    known = Networks((one, place) for place, one in placed)
    assert list(known.around(address)) == [place for place, _ in around]
    assert known.nearest(address) == (around[0][0] if around else None)
    assert known.contain(address) == bool(around)


@given(NETWORKS, NETWORKS)
def test_each_pair_that_shares_addresses_is_told_once(ones: list[Network], others: list[Network]) -> None:
    found = overlapping([(one, n) for n, one in enumerate(ones)], [(other, n) for n, other in enumerate(others)])
    pairs = [(n, m) for n, one in enumerate(ones) for m, other in enumerate(others) if one.version == other.version]
    assert sorted(found) == sorted((n, m) for n, m in pairs if ones[n].overlaps(others[m]))
