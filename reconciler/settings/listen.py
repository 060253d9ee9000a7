"""Where the daemon listens: for switches' syslog, for a git host that tells of a push, and for Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from itertools import combinations
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, model_validator

from reconciler.desired.codes import Code
from reconciler.desired.documents.spec import Many, Part
from reconciler.desired.documents.values import wrong
from reconciler.desired.examples import Example

SYSLOG = "udp://0.0.0.0:514"
WEBHOOK = "0.0.0.0:8080"
METRICS = "127.0.0.1:9799"
Protocol = Literal["udp", "tcp"]
PROTOCOLS: tuple[Protocol, ...] = ("udp", "tcp")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of this machine (``0.0.0.0`` and ``::`` are all of them) and a port from 1 to 65535."""

    protocol: Protocol
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}://{host}:{self.port}"


def _syslog(value: Any) -> Any:
    if isinstance(value, Endpoint):
        return value
    if not isinstance(value, str):
        wrong(Code.NOT_A_LISTEN_ADDRESS, "not an address to listen on", f"expected one such as {SYSLOG}")
    scheme, separator, rest = value.partition("://")
    protocol = next((known for known in PROTOCOLS if known == scheme), None)
    if not separator or protocol is None:
        wrong(
            Code.NOT_A_LISTEN_ADDRESS,
            f"{value!r} does not begin with udp:// or tcp://",
            f"expected one such as {SYSLOG}",
        )
    return _endpoint(protocol, rest, value, SYSLOG)


def _tcp(example: str) -> BeforeValidator:
    """``ADDRESS:PORT``."""

    def validated(value: Any) -> Any:
        if isinstance(value, Endpoint):
            return value
        if not isinstance(value, str):
            wrong(Code.NOT_A_LISTEN_ADDRESS, "not an address to listen on", f"expected one such as {example}")
        return _endpoint("tcp", value, value, example)

    return BeforeValidator(validated, json_schema_input_type=str)


def _endpoint(protocol: Protocol, text: str, value: str, example: str) -> Endpoint:
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()):
        wrong(Code.NOT_A_LISTEN_ADDRESS, f"{value!r} has no port", f"expected one such as {example}")
    if len(port) > 5 or not 1 <= int(port) <= 65535:
        wrong(Code.NOT_A_LISTEN_ADDRESS, f"{port} is no port", "use 1 to 65535")
    return Endpoint(protocol, _host(host, value, example), int(port))


def _host(text: str, value: str, example: str) -> str:
    """Only addresses: what a name stands for may change, and then the daemon would listen somewhere else."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ip_address(bare)
    except ValueError:
        wrong(
            Code.NOT_A_LISTEN_ADDRESS,
            f"{value!r} does not name an address of this machine",
            f"expected one such as {example}, or [::] for all",
        )
    if (address.version == 6) != (bare != text):
        wrong(
            Code.NOT_A_LISTEN_ADDRESS,
            f"{value!r}: brackets are for IPv6 addresses",
            f"write {f'[{bare}]' if address.version == 6 else bare}",
        )
    if address.is_multicast:
        wrong(Code.NOT_A_LISTEN_ADDRESS, f"{value!r} is a multicast address", f"expected one such as {example}")
    return str(address)


Syslog = Annotated[Endpoint, BeforeValidator(_syslog, json_schema_input_type=str), Example(SYSLOG)]
Webhook = Annotated[Endpoint, _tcp(WEBHOOK), Example(WEBHOOK)]
Metrics = Annotated[Endpoint, _tcp(METRICS), Example(METRICS)]


class ListenSettings(Part):
    """``syslog``: addresses that switches send their messages to. ``webhook``: the address that a git host calls.

    ``metrics``: the address that Prometheus scrapes.
    """

    example: ClassVar[str] = f"{{syslog: [{SYSLOG}]}}"

    syslog: Many[Syslog] = ()
    webhook: Webhook | None = None
    metrics: Metrics | None = None

    @model_validator(mode="after")
    def _fits(self) -> ListenSettings:
        if len(set(self.syslog)) < len(self.syslog):
            twice = next(one for one in self.syslog if self.syslog.count(one) > 1)
            wrong(Code.LISTEN_TWICE, f"{twice} is listened on twice", "remove one")
        uses = [*((one, "syslog") for one in self.syslog), (self.webhook, "the webhook"), (self.metrics, "metrics")]
        for (one, use), (other, another) in combinations(uses, 2):
            if one is not None and one == other:
                wrong(Code.LISTEN_TWICE, f"{one} is for {use} and for {another}", "give one of them another port")
        return self
