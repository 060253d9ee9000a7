"""What the commands of a topology make of one node: its interfaces, addresses, routes, neighbours, as its document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface
from typing import Any

from reconciler.adopt.adopted import Remark
from reconciler.adopt.containerlab.commands import NotUnderstood, commands, told
from reconciler.adopt.containerlab.ip_words import Words, device, interface_address, route
from reconciler.adopt.containerlab.link_words import changed, forwarding, made, neighbour
from reconciler.adopt.containerlab.topology import Line
from reconciler.desired.prefixes import Networks
from reconciler.linux.route import MAIN_TABLE

VERBS: Mapping[str, tuple[str, ...]] = {
    "address": ("add", "change", "replace", "delete", "flush"),
    "route": ("add", "append", "change", "prepend", "replace", "delete"),
    "link": ("add", "set", "delete"),
    "neighbour": ("add", "change", "replace"),
    "neighbor": ("add", "change", "replace"),
}
"""By object; both in the order in which iproute2 tries what is short for them: ``r`` is a route, ``n`` a neighbour."""
OF_FDB = ("add", "append", "replace")
MANAGEMENT = "eth0"
"""Of a container: docker's network, by which we may reach it."""
HARMLESS = frozenset({"sleep", "true", ":", "echo"})
"""They leave nothing behind."""


Rows = dict[tuple[Any, ...], dict[str, Any]]


@dataclass(slots=True)
class NodeState:
    """One node while its commands are read. All values as its document has them; rows by what they are keyed on."""

    interfaces: dict[str, dict[str, Any]] = field(default_factory=dict)
    routes: Rows = field(default_factory=dict)
    neighbors: Rows = field(default_factory=dict)
    fdb: Rows = field(default_factory=dict)

    def interface(self, name: str) -> dict[str, Any]:
        """Raises: NotUnderstood for the one that is never ours."""
        if name == MANAGEMENT:
            raise NotUnderstood(f"{MANAGEMENT} is the management network's, and not ours")
        return self.interfaces.setdefault(name, {})

    def flush(self, name: str, address: Any = None) -> None:
        """Without an interface's ``address``, or without any; one that was given none may have some still."""
        known = self.interfaces.get(name, {})
        if "addresses" in known:
            known["addresses"] = [one for one in known["addresses"] if address not in (None, one)]

    def forget(self, said: Mapping[str, Any]) -> None:
        """Without the first route that fits, as the kernel deletes; docker's own default is not among them."""
        given = {name: value for name, value in said.items() if name != "protocol"}
        fits = (key for key, one in self.routes.items() if all(one.get(name) == given[name] for name in given))
        self.routes.pop(next(fits, ()), None)

    def spec(self) -> dict[str, Any]:
        """The spec of its Node document; a route says the device that its gateway is a neighbour on."""
        near = Networks(
            (ip_interface(one["address"] if isinstance(one, dict) else one).network, dev)
            for dev, interface in self.interfaces.items()
            for one in interface.get("addresses", ())
        )
        rows = {"neighbors": [*self.neighbors.values()], "fdb": [*self.fdb.values()]}
        routes = [_with_device(one, near) for one in self.routes.values()]
        spec = {"interfaces": self.interfaces, "routes": routes, **rows}
        return {name: value for name, value in spec.items() if value}


def _with_device(one: dict[str, Any], near: Networks[str]) -> dict[str, Any]:
    if "via" not in one or "dev" in one:
        return one
    dev = next(near.around(ip_address(one["via"])), None)
    return one if dev is None else {**one, "dev": dev}


def node_state(lines: Iterable[Line], file: str) -> tuple[NodeState, list[Remark]]:
    """What the lines leave behind when they are run in order; a command that is not understood changes nothing here.

    Of several in one line, those behind it do not either.
    """
    state, remarks = NodeState(), []
    for line in lines:
        command: list[str] = []
        try:
            for command in commands(line):
                _run(state, command)
                command = []
        except NotUnderstood as error:
            remarks.append(Remark(file, line.line, f"exec {told(line.text, command)}", f"not brought over, {error}"))
    return state, remarks


def _run(state: NodeState, words: list[str]) -> None:
    """Raises: NotUnderstood."""
    program = words[0].rpartition("/")[2]
    if program == "bridge" and words[1:2] == ["fdb"] and words[2:3] and words[2] in OF_FDB:
        said = forwarding(Words(words[3:]))
        state.fdb.setdefault((said["mac"], said["dev"], said["dst"]), said)
    elif program == "ip":
        family, rest = _family(words[1:])
        _ip(state, family, rest)
    elif program not in HARMLESS:
        raise NotUnderstood("no command of `ip`, and no `bridge fdb add`")


def _family(words: list[str]) -> tuple[int, list[str]]:
    """``-6`` in front; 0 where nothing is said."""
    family = 0
    while words and words[0].startswith("-"):
        if words[0] not in ("-4", "-6"):
            raise NotUnderstood(f"the option {words[0]!r}")
        family, words = int(words[0][1]), words[1:]
    return family, words


def _ip(state: NodeState, family: int, words: list[str]) -> None:
    found = next((name for name in VERBS if words and name.startswith(words[0])), None)
    if found is None or len(words) < 2:
        raise NotUnderstood(f"`ip {' '.join(words[:1])}` is not of addresses, routes, links or neighbours")
    verb = next((name for name in VERBS[found] if name.startswith(words[1])), None)
    if verb is None:
        raise NotUnderstood(f"the verb {words[1]!r}")
    READERS[found](state, verb, Words(words[2:]), family)


def _address(state: NodeState, verb: str, words: Words, _family: int) -> None:
    if verb == "flush":
        state.flush(device(words))
        return
    dev, given = interface_address(words)
    if verb == "delete":
        state.flush(dev, given)
        return
    addresses = state.interface(dev).setdefault("addresses", [])
    if given not in addresses:
        addresses.append(given)


def _route(state: NodeState, verb: str, words: Words, family: int) -> None:
    said = route(words, six=family == 6)
    if verb == "delete":
        state.forget(said)
        return
    if said.get("dev") == MANAGEMENT:
        raise NotUnderstood(f"{MANAGEMENT} is the management network's, and not ours")
    key = said["dst"], said.get("metric", 0), said.get("table", MAIN_TABLE)
    state.routes.pop(key, None)
    state.routes[key] = said


def _link(state: NodeState, verb: str, words: Words, _family: int) -> None:
    if verb == "delete":
        state.interfaces.pop(device(words), None)
        return
    dev, said = made(words) if verb == "add" else changed(words)
    if said == {"up": True} and dev not in state.interfaces:
        return
    master = said.get("master")
    if master is not None and "bridge" not in state.interfaces.get(master, {}):
        raise NotUnderstood(f"{master!r} is no bridge that these lines make")
    interface = state.interface(dev)
    interface.update(said)
    if interface.get("up") is True:  # as every interface of a document is
        del interface["up"]


def _neighbour(state: NodeState, _verb: str, words: Words, _family: int) -> None:
    said = neighbour(words)
    state.neighbors.setdefault((said["dst"], said["dev"], said["mac"]), said)


READERS: Mapping[str, Callable[[NodeState, str, Words, int], None]] = {
    "address": _address,
    "route": _route,
    "link": _link,
    "neighbour": _neighbour,
    "neighbor": _neighbour,
}
