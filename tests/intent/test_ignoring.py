"""What is ignored is never in a change, and all else is as if nothing were ignored."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Change, diff
from reconciler.core.ignore import Ignore, Ignores
from reconciler.core.resource import Key, Live, Resource, State, state_of
from reconciler.intent.ignore import heeding, ignored
from reconciler.intent.wish import Wish
from reconciler.linux.neighbour import Neighbour
from tests.core.test_laws import STATES, full_link

VARYING = {"link": ("mtu", "id"), "address": ("scope",), "neighbour": ("lladdr",), "fdb": ("dst",)}
VARYING |= {"route": ("gateway", "dev", "protocol")}
"""Of the states that are drawn."""
RULES = st.sampled_from(sorted(VARYING)).flatmap(
    lambda kind: st.builds(
        Ignore,
        st.just(kind),
        st.sampled_from(["*", "*", "10.0.0.[1-3]*", "*eth1"]),
        st.frozensets(st.sampled_from(VARYING[kind])),
    )
)


class All:
    """All there is is ours."""

    def owns(self, resource: Resource) -> bool:
        return True

    def otherwise(self, resource: Resource) -> str:
        return ""


def wished(desired: State, rules: list[Ignore]) -> Wish:
    """As the compiler makes it."""
    ignores = Ignores(tuple(rules))
    left = {key: want for key, want in desired.items() if ignores.leaves(key)}
    kept = {key: want for key, want in desired.items() if key not in left}
    return Wish("n1", kept, (All(),), ignores=ignores, left=left)


def planned(wish: Wish, found: State) -> dict[Key, Change]:
    ours = {key: row for key, row in found.items() if wish.owns(row)}
    rest = {key: row for key, row in found.items() if key not in ours}
    return {change.key: change for change in diff(heeding(wish, found).desired, Live(ours, rest))}


@given(STATES, STATES, st.lists(RULES, max_size=4))
def test_shown_and_hidden_are_together_all_that_differs(desired: State, found: State, rules: list[Ignore]) -> None:
    wish = wished(desired, rules)
    shown, hidden = planned(wish, found), {one.change.key: one for one in ignored(wish, found, ())}
    for change in diff(desired, Live(found, {})):
        key = change.key
        there = set(shown[key].fields) if key in shown else set()
        if wish.ignores.leaves(key):
            assert key not in shown
            assert hidden[key].fields == ()
        elif change.verb in ("create", "delete"):
            assert (shown[key].before, shown[key].after) == (change.before, change.after)
            assert key not in hidden
        else:
            away = set(hidden[key].fields) if key in hidden else set()
            assert there | away == set(change.fields)
            assert there.isdisjoint(wish.ignores.fields_of(key))
    assert shown.keys() | hidden.keys() == {change.key for change in diff(desired, Live(found, {}))}


@given(STATES, STATES, st.lists(RULES, max_size=4))
def test_what_a_change_leaves_behind_has_the_ignored_attributes_of_before(
    desired: State, found: State, rules: list[Ignore]
) -> None:
    """So whoever writes the entry as a whole, a route that is replaced, writes these as they were."""
    wish = wished(desired, rules)
    for change in planned(wish, found).values():
        if change.before is not None and change.after is not None:
            for name in wish.ignores.fields_of(change.key):
                assert change.after.values[name] == found[change.key].values[name]


@given(STATES, STATES)
def test_without_rules_nothing_is_otherwise(desired: State, found: State) -> None:
    wish = wished(desired, [])
    assert heeding(wish, found) is wish
    assert ignored(wish, found, ()) == ()


def test_what_stands_on_an_interface_that_is_made_again_is_made_again() -> None:
    """The kernel drops it with the interface; left alone means that it is there afterwards as it was before."""
    theirs = Neighbour(dev="vxlan.calico", dst="10.0.0.1", lladdr="66:00:00:00:00:09")
    elsewhere = Neighbour(dev="eth1", dst="10.0.0.1", lladdr="66:00:00:00:00:09")
    found = state_of([full_link("vxlan.calico", 1450, 1), theirs, elsewhere])
    for wanted in ([], [Neighbour(dev="vxlan.calico", dst="10.0.0.1", lladdr="66:00:00:00:00:01")]):
        desired = state_of([full_link("vxlan.calico", 1450, 4096), *wanted])
        (change,) = planned(wished(desired, [Ignore("neighbour")]), found).values()
        assert change.recreates
        assert change.replays == (theirs,)
