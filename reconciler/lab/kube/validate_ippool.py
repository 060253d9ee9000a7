"""Calico's rules for an IP pool: defaults, what is refused, what can never be changed.

From libcalico-go/lib/clientv3/ippool.go (validateAndSetDefaults, Create) and the XValidation rules of
api/pkg/apis/projectcalico/v3/ippool.go. Deleting a pool leaves its affinities alone: this server has no IPAM that
could hand the blocks out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network
from itertools import chain

from .admission import Review, invalid_value, json_type, required, unsupported, wrong_type
from .status import JSON, Cause

Network = IPv4Network | IPv6Network

TYPES = {
    "cidr": "string",
    "vxlanMode": "string",
    "ipipMode": "string",
    "natOutgoing": "boolean",
    "disabled": "boolean",
    "disableBGPExport": "boolean",
    "blockSize": "integer",
    "nodeSelector": "string",
    "namespaceSelector": "string",
    "allowedUses": "array",
    "assignmentMode": "string",
}
SPEC_FIELDS = frozenset(TYPES)

MODES = ("Never", "Always", "CrossSubnet")
USES = ("Workload", "Tunnel", "LoadBalancer")
CHOICES = {"vxlanMode": MODES, "ipipMode": MODES, "assignmentMode": ("Automatic", "Manual")}
BLOCK_SIZES = {4: (20, 32, 26), 6: (116, 128, 122)}
"""Per IP version: the shortest and longest prefix of a block, and the default."""
LINK_LOCAL: dict[int, Network] = {4: IPv4Network("169.254.0.0/16"), 6: IPv6Network("fe80::/10")}


def admit_ippool(review: Review) -> Sequence[Cause]:
    """Fill in the defaults of ``review.new`` and return what is wrong with it.

    A field of the wrong JSON type or a CIDR that is none ends the check: the other rules could not be read.
    """
    spec = review.new.setdefault("spec", {})
    malformed = list(_malformed(spec))
    if malformed:
        return malformed
    _drop_what_calico_drops(spec)
    _set_defaults(spec)
    rules = chain(_cidr(spec), _block_size(spec), _encapsulation(spec), _uses(spec), _selectors(spec))
    among_others = _among_others(review) if review.old is None else _unchanged(spec, review.old["spec"])
    return [*rules, *among_others]


def _malformed(spec: object) -> Iterator[Cause]:
    if not isinstance(spec, dict):
        yield wrong_type("spec", spec, "object")
        return
    for name in sorted(SPEC_FIELDS & spec.keys()):
        if json_type(spec[name]) != TYPES[name]:
            yield wrong_type(f"spec.{name}", spec[name], TYPES[name])
        elif name in CHOICES and spec[name] not in ("", *CHOICES[name]):
            yield unsupported(f"spec.{name}", spec[name], CHOICES[name])
    if isinstance(spec.get("allowedUses"), list):
        yield from _unknown_uses(spec["allowedUses"])
    if isinstance(spec.get("cidr", ""), str):
        yield from _unreadable_cidr(spec.get("cidr", ""))


def _unknown_uses(uses: Sequence[object]) -> Iterator[Cause]:
    for index, use in enumerate(uses):
        if use not in USES:
            yield unsupported(f"spec.allowedUses[{index}]", use, USES)


def _unreadable_cidr(cidr: str) -> Iterator[Cause]:
    if not cidr:
        yield required("spec.cidr", "IPPool CIDR must be specified")
    elif not _parses(cidr):
        yield invalid_value("spec.cidr", cidr, "IPPool CIDR must be a valid subnet")


def _parses(cidr: object) -> bool:
    """A prefix as Go's net.ParseCIDR takes it: an address and a length, no netmask, no zone."""
    if not isinstance(cidr, str) or "%" in cidr or not cidr.partition("/")[2].isdecimal():
        return False
    try:
        ip_network(cidr, strict=False)
    except ValueError:
        return False
    return True


def _drop_what_calico_drops(spec: JSON) -> None:
    """Calico's Go type knows no other fields and leaves out false and empty ones (``omitempty``)."""
    for name in [name for name, value in spec.items() if name not in SPEC_FIELDS or not value]:
        del spec[name]


def _set_defaults(spec: JSON) -> None:
    defaults = {
        "blockSize": BLOCK_SIZES[_network(spec).version][2],
        "allowedUses": ["Workload", "Tunnel"],
        "nodeSelector": "all()",
        "assignmentMode": "Automatic",
        "ipipMode": "Never",
        "vxlanMode": "Never",
    }
    for name, value in defaults.items():
        spec.setdefault(name, value)
    if _strictly_masked(spec["cidr"]):
        spec["cidr"] = str(_network(spec))


def _strictly_masked(cidr: str) -> bool:
    interface = ip_interface(cidr)
    return bool(interface.ip == interface.network.network_address)


def _network(spec: JSON) -> Network:
    return ip_network(spec["cidr"], strict=False)


def _cidr(spec: JSON) -> Iterator[Cause]:
    cidr, network = spec["cidr"], _network(spec)
    if not _strictly_masked(cidr):
        yield invalid_value("spec.cidr", cidr, "IPPool CIDR is not strictly masked")
    local = LINK_LOCAL[network.version]
    if network.overlaps(local):
        why = f"IPPool CIDR overlaps with IPv{network.version} Link Local range {local}"
        yield invalid_value("spec.cidr", cidr, why)


def _block_size(spec: JSON) -> Iterator[Cause]:
    network, size = _network(spec), spec["blockSize"]
    low, high, _ = BLOCK_SIZES[network.version]
    if not low <= size <= high:
        why = f"IPv{network.version} block size must be between {low} and {high}"
        yield invalid_value("spec.blockSize", size, why)
    if network.prefixlen > size and not spec.get("disabled"):
        why = "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size."
        yield invalid_value("spec.cidr", spec["cidr"], why)


def _encapsulation(spec: JSON) -> Iterator[Cause]:
    vxlan, ipip = spec["vxlanMode"], spec["ipipMode"]
    if vxlan != "Never" and ipip != "Never":
        yield invalid_value("spec.vxlanMode", vxlan, "Cannot enable both VXLAN and IPIP on the same IPPool")
    if _network(spec).version == 6 and ipip != "Never":
        yield invalid_value("spec.ipipMode", ipip, "IPIP is not supported on an IPv6 IP pool")


def _uses(spec: JSON) -> Iterator[Cause]:
    if "LoadBalancer" in spec["allowedUses"]:
        yield from _load_balancer(spec)
    if "Tunnel" in spec["allowedUses"] and spec.get("namespaceSelector"):
        why = "namespaceSelector cannot be set on a pool whose allowedUses include Tunnel"
        yield invalid_value("spec.namespaceSelector", spec["namespaceSelector"], why)


def _load_balancer(spec: JSON) -> Iterator[Cause]:
    if set(spec["allowedUses"]) != {"LoadBalancer"}:
        why = "LoadBalancer cannot be used together with Workload or Tunnel"
        yield invalid_value("spec.allowedUses", spec["allowedUses"], why)
    fixed = {"vxlanMode": "Never", "ipipMode": "Never", "nodeSelector": "all()", "disableBGPExport": False}
    for name, only in fixed.items():
        value = spec.get(name, False)
        if value != only:
            wanted = str(only).lower() if isinstance(only, bool) else only
            yield invalid_value(f"spec.{name}", value, f"must be {wanted} for a LoadBalancer pool")


def _selectors(spec: JSON) -> Iterator[Cause]:
    for name in ("nodeSelector", "namespaceSelector"):
        if "global(" in spec.get(name, ""):
            yield invalid_value(f"spec.{name}", spec[name], "global() is not allowed in the selector of an IPPool")


def _unchanged(spec: JSON, old: JSON) -> Iterator[Cause]:
    if _network(spec) != _network(old):
        yield invalid_value("spec.cidr", spec["cidr"], "IPPool CIDR cannot be modified")
    if spec["blockSize"] != old["blockSize"]:
        yield invalid_value("spec.blockSize", spec["blockSize"], "IPPool BlockSize cannot be modified")
    if "LoadBalancer" in old["allowedUses"] and set(spec["allowedUses"]) != {"LoadBalancer"}:
        why = "IPPool allowed use cannot be changed from LoadBalancer to Workload or Tunnel"
        yield invalid_value("spec.allowedUses", spec["allowedUses"], why)


def _among_others(review: Review) -> Iterator[Cause]:
    name, spec = review.new["metadata"]["name"], review.new["spec"]
    network = _network(spec)
    for pool in _overlapping(network, review.stored("ippools")):
        why = f"IPPool({name}) CIDR overlaps with IPPool({pool['metadata']['name']}) CIDR {pool['spec']['cidr']}"
        yield invalid_value("spec.cidr", spec["cidr"], why)
    blocks = _overlapping(network, review.stored("ipamblocks"))
    if any(_network(block["spec"]).prefixlen != spec["blockSize"] for block in blocks):
        why = "IPPool blocksSize conflicts with existing allocations that use a different blockSize"
        yield invalid_value("spec.blockSize", spec["blockSize"], why)


def _overlapping(network: Network, objects: Iterable[JSON]) -> Iterator[JSON]:
    """Those with a readable ``spec.cidr`` that shares addresses with ``network``."""
    readable = (obj for obj in objects if _parses((obj.get("spec") or {}).get("cidr")))
    return (obj for obj in readable if _network(obj["spec"]).overlaps(network))
