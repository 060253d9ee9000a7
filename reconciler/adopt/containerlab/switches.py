"""A switch of a topology as its document: what its startup configuration says, and which cable is in which port."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from reconciler.adopt.adopted import Made, NotRead, Remark, Sources, beside, readable
from reconciler.adopt.containerlab.commands import told
from reconciler.adopt.containerlab.links import End
from reconciler.adopt.containerlab.startup import Lines, Startup, startup
from reconciler.adopt.containerlab.topology import Lab, Line, Member
from reconciler.adopt.drafting import drafted
from reconciler.adopt.numbered import Path
from reconciler.adopt.switch import asleep, switch_spec
from reconciler.desired.style import Draft
from reconciler.switch.kinds import Interface
from reconciler.switch.names import MANAGEMENT

STARTUP = "startup-config"
FLASH = "/mnt/flash/startup-config"
"""Where cEOS looks for it: some bind a file to that place themselves."""
REMOTE = re.compile(r"\w+://|git@")
"""Some people have a password in it."""


def switch_draft(lab: Lab, member: Member, cables: Mapping[End, End | None], sources: Sources) -> Made:
    given = member.said.get(STARTUP) or member.binds.get(FLASH)
    remarks: list[Remark] = []
    why = "commands in a switch's container are not brought over"
    remarks += [Remark(lab.file, line.line, f"exec {told(line.text)}", why) for line in member.exec]
    name, said = _startup(lab, member, given, sources, remarks)
    spec, unsaid = switch_spec(said.configuration.found if said is not None else {})
    lines = said.lines if said is not None else Lines()
    remarks += [Remark(name, lines.of(one.key.name), f"{one.key}: {one.what}", one.why) for one in unsaid]
    if said is not None:
        strange = None if said.unclear is None else said.unclear | {one.key.name for one in unsaid}
        _plug(member, spec, {near: far for near, far in cables.items() if _is_known(near.interface, spec, strange)})
        spec |= _left_alone(said, spec)
    elif given is None:
        _plug(member, spec, cables)
    whence = f"from {name}" if given is not None else f"a node of {lab.file}, of which only the cables are known"

    def at(path: Path) -> tuple[str, int]:
        return name, lines.of(_called(spec, path))

    return drafted(Draft("Switch", member.name, spec, f"{member.name}: {whence}."), at, remarks)


def _called(spec: Mapping[str, Any], path: Path) -> str:
    """What an entry of the spec is called in the configuration."""
    if path[0] == "routes":
        return str(spec["routes"][path[1]]["dst"])
    return f"Vlan{path[1]}" if path[0] == "svis" else str(path[-1])


def _startup(
    lab: Lab, member: Member, given: Line | None, sources: Sources, remarks: list[Remark]
) -> tuple[str, Startup | None]:
    """The file that the configuration stands in, and what it says."""
    if given is None:
        remarks.append(
            Remark(lab.file, member.line, f"{member.name} has no startup-config", "only its cables are known")
        )
        return lab.file, None
    variables = {"ShortName": member.name, "LongName": member.container, "Fqdn": f"{member.name}.{lab.name}.io"}
    variables["MgmtIntf"] = f"{MANAGEMENT}0"
    if "\n" in given.text:
        # Within the topology: `|` begins a line before its text does.
        said, found = startup("\n" * given.line + given.text, lab.file, variables)
        remarks += found
        return lab.file, said
    if REMOTE.match(given.text):
        remarks.append(Remark(lab.file, given.line, "a startup-config from elsewhere", "fetch it, and name the file"))
        return lab.file, None
    name = beside(lab.file, given.text)
    try:
        text = readable(sources, name)
    except NotRead as error:
        remarks.append(Remark(lab.file, given.line, f"{given.text!r}: {error.what}", error.right))
        return lab.file, None
    said, found = startup(text, name, variables)
    remarks += found
    return name, said


def _left_alone(said: Startup, spec: Mapping[str, Any]) -> dict[str, Any]:
    """What ports keep though they do not use it: without these rules the first plan would take it away."""
    ports = (port for port in said.configuration.found.values() if isinstance(port, Interface))
    rules = [
        {"kind": port.kind, "name": port.ifname, "fields": stored}
        for port in ports
        if port.ifname in spec.get("interfaces", {}) and (stored := asleep(port))
    ]
    return {"ignore": rules} if rules else {}


def _is_known(port: str, spec: Mapping[str, Any], strange: Collection[str] | None) -> bool:
    """A port that is left out as a whole has no cable either: with `to` alone it would be at EOS's default."""
    return port in spec.get("interfaces", {}) or (strange is not None and port not in strange)


def _plug(member: Member, spec: dict[str, Any], cables: Mapping[End, End | None]) -> None:
    """``to`` of each port with a cable; a port of which nothing else is said is at EOS's default."""
    ports: dict[str, Any] = spec.setdefault("interfaces", {})
    for near, far in _of(member, cables):
        if far is not None:
            ports.setdefault(near.interface, {})["to"] = str(far)
    if not ports:
        del spec["interfaces"]


def _of(member: Member, cables: Mapping[End, End | None]) -> Iterator[tuple[End, End | None]]:
    return ((near, far) for near, far in cables.items() if near.node == member.name)
