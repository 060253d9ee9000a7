"""An entry of a node's tables as the line of a Node document that wants it: the compiler, read backwards.

Each line is compiled again before it is believed: what does not come back as it was is no line at all.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import ValidationError

from reconciler.adopt.live.route_words import more
from reconciler.core.resource import Resource
from reconciler.desired.documents import Node
from reconciler.desired.documents.route import Route as RouteLine
from reconciler.desired.documents.rule import Rule as RuleLine
from reconciler.intent.route import route_row
from reconciler.intent.rule import rule_row
from reconciler.linux.claim import is_cni_device
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import (
    ENDS,
    IPV6_DEFAULT_METRIC,
    LOCAL_TABLE,
    LOCAL_TYPES,
    MAIN_TABLE,
    OUR_PROTOCOL,
    NextHop,
    Route,
)
from reconciler.linux.rule import Rule

Line = dict[str, Any]


class Written(NamedTuple):
    """``section`` of the Node document, its ``line``, and whether the entry has the mark that the line gives it."""

    section: str
    line: Line
    marked: bool


def written(row: Resource) -> Written | None:
    """The line for a row; ``None``: no line can say it."""
    match row:
        case Route():
            line = _route(row)
            return None if line is None else Written("routes", line, marked=True)
        case Rule():
            line = _rule(row)
            return None if line is None else Written("rules", line, marked=True)
        case Neighbour():
            line = {"dst": row.dst, "dev": row.dev, "mac": row.lladdr}
            return Written("neighbors", line, row.protocol == OUR_PROTOCOL)
        case FdbEntry():
            line = _fdb(row)
            mark = None if is_cni_device(row.dev) else True
            return None if line is None else Written("fdb", line, row.extern_learn == mark)
        case _:
            return None


def _given(line: Line) -> Line:
    return {name: value for name, value in line.items() if value not in (None, False)}


def _fdb(row: FdbEntry) -> Line | None:
    """``port 8472`` and the like are fields of their own."""
    extra = dict(text.split(" ", 1) for text in row.extra or ())
    if extra.keys() - {"port", "vni", "via"}:
        return None
    numbers: Line = {name: int(extra[name]) for name in ("port", "vni") if name in extra}
    return _given({"mac": row.mac, "dev": row.dev, "dst": row.dst, **numbers, "via": extra.get("via")})


def _route(row: Route) -> Line | None:
    six = ":" in row.dst
    try:
        line = _given(
            {
                "dst": "default" if row.dst == "0.0.0.0/0" else row.dst,
                "via": row.gateway,
                "dev": None if six and row.type in ENDS and row.dev == "lo" else row.dev,
                "table": None if row.table == _table(row) else row.table,
                "metric": None if row.metric == (IPV6_DEFAULT_METRIC if six else 0) else row.metric,
                "type": None if row.type == "unicast" else row.type,
                "src": row.prefsrc,
                "scope": None if six or row.scope == _scope(row) else row.scope,
                "onlink": row.onlink,
                "mtu": row.mtu,
                **more(row.extra),
                "nexthops": [_leg(leg) for leg in row.nexthops] if row.nexthops else None,
                "protocol": None if row.protocol == OUR_PROTOCOL else row.protocol,
            }
        )
        return line if route_row(RouteLine.model_validate(line), Node(), "") == row else None
    except (ValidationError, ValueError):
        return None


def _table(row: Route) -> int:
    """Where iproute2 puts it unless told otherwise."""
    return LOCAL_TABLE if row.type in LOCAL_TYPES else MAIN_TABLE


def _scope(row: Route) -> str:
    """What a line without a scope means."""
    return route_row(RouteLine.model_validate(_bare(row)), Node(), "").scope


def _bare(row: Route) -> Line:
    legs = [_leg(leg) for leg in row.nexthops] if row.nexthops else None
    return _given({"dst": row.dst, "via": row.gateway, "dev": row.dev, "type": row.type, "nexthops": legs})


def _leg(leg: NextHop) -> Line:
    weight = None if leg.weight == 1 else leg.weight
    line = {"via": leg.gateway, "dev": leg.dev, "weight": weight, "onlink": leg.onlink}
    return _given({**line, **more(leg.extra)})


def _rule(row: Rule) -> Line | None:
    version = 6 if ":" in (row.src or row.dst or "") else 4
    try:
        line = _given(
            {
                "priority": row.priority,
                "family": None if row.family == version else row.family,
                "not": row.inverted,
                "from": row.src,
                "to": row.dst,
                "tos": _hex(row.tos),
                "iif": row.iif,
                "oif": row.oif,
                "uidrange": row.uidrange,
                "ipproto": row.ipproto,
                "sport": row.sport,
                "dport": row.dport,
                "tunId": row.tun_id,
                "l3mdev": row.l3mdev,
                "table": row.table,
                "action": None if row.action == "goto" else row.action,
                "goto": row.goto,
                "realms": row.realms,
            }
        )
        zeros = {"fwmark": _hex(row.fwmark), "fwmask": _hex(row.fwmask)}  # 0 is a mark, a protocol, a length, a group
        zeros |= {"protocol": None if row.protocol == OUR_PROTOCOL else row.protocol}
        zeros |= {"suppressPrefixlength": row.suppress_prefixlength, "suppressIfgroup": row.suppress_ifgroup}
        line |= {name: value for name, value in zeros.items() if value is not None}
        return line if rule_row(RuleLine.model_validate(line), "") == row else None
    except (ValidationError, ValueError):
        return None


def _hex(text: str | None) -> int | None:
    return None if text is None else int(text, 16)
