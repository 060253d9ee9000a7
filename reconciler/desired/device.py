"""How one device is reached, and what on it may be ours."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from reconciler.desired.codes import Code
from reconciler.desired.documents.globs import Glob
from reconciler.desired.documents.ignore import IgnoreRule
from reconciler.desired.documents.spec import Many, Part
from reconciler.desired.documents.values import DeviceName, Prefix, tight_lipped, user_name, wrong
from reconciler.desired.examples import Example
from reconciler.desired.limits import LimitsSpec
from reconciler.desired.secret import PathTo, Secret
from reconciler.switch.names import expand

HOST = re.compile(r"[A-Za-z0-9_:\[][A-Za-z0-9_.:%\[\]-]{0,252}")
USER = re.compile(r"[A-Za-z0-9_][^\s\x00-\x1f\x7f:@]{0,63}")
SWITCHES = ("arista_eos",)

Seconds = Annotated[float, Field(gt=0, le=3600)]


def _host(text: str) -> str:
    if not HOST.fullmatch(text):
        wrong(
            Code.NOT_A_HOST,
            f"{tight_lipped(text)!r} is not a host",
            "give a name or an address, such as 172.20.20.2; port and username have their own fields",
        )
    return text


def _vlans(text: Any) -> Any:
    if not isinstance(text, str):
        wrong(Code.WRONG_TYPE, "owns.vlans is not text", 'put it in quotes, such as "2-999"')
    try:
        vlans = frozenset(expand(text)) if len(text) <= 1000 else frozenset()
    except ValueError:
        vlans = frozenset()
    if not vlans or not vlans <= frozenset(range(1, 4095)):
        wrong(
            Code.NOT_A_VLAN_LIST,
            f"{text!r} is not a list of VLANs",
            'use numbers and ranges from 1 to 4094, such as "2-999"',
        )
    return vlans


def _other_way(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 200:
        wrong(
            Code.WRONG_TYPE,
            "outOfBand says neither whether nor which way there is",
            'use true, or name it on one line, such as "console cs1:2003"',
        )
    return value


Vlans = Annotated[frozenset[int], BeforeValidator(_vlans, json_schema_input_type=str)]


class Exceptions(Part):
    """What is taken out of our hands on a node: device names (globs), table numbers, prefixes."""

    example: ClassVar[str] = "{devices: [eth9]}"
    devices: Many[str] = ()
    tables: Many[Annotated[int, Field(ge=0, le=4294967295)]] = ()
    prefixes: Many[Prefix] = ()


class Owns(Part):
    """What may be pruned beyond the declared: on a switch what is named here; on a node all but ``except``."""

    example: ClassVar[str] = '{vlans: "2-999"}'
    vlans: Vlans | None = None
    routes: bool = False
    vrfs: bool = False
    bgp: bool = False
    loopbacks: bool = False
    excepted: Exceptions = Field(default=Exceptions(), alias="except")

    @property
    def of_switch(self) -> list[str]:
        """The fields given that only a switch has."""
        default = Owns.model_fields
        names = ("vlans", "routes", "vrfs", "bgp", "loopbacks")
        return [f"owns.{name}" for name in names if getattr(self, name) != default[name].default]


class Defaults(Part):
    """Everything that devices may have in common. Timeouts in seconds; paths are relative to the inventory file."""

    example: ClassVar[str] = "{port: 22}"

    platform: Literal["arista_eos", "linux"] | None = None
    port: int = Field(default=22, ge=1, le=65535)
    username: Annotated[str, AfterValidator(user_name(USER, "expected one such as admin"))] | None = None
    password: Secret | None = None
    secret: Secret | None = None
    key: PathTo | None = None
    known_hosts: PathTo = Field(default="known_hosts", validate_default=True)
    sudo: bool = False
    shell: Annotated[str, Field(min_length=1)] | None = None
    jump: Annotated[str, AfterValidator(_host)] | None = None
    mode: Literal["enforce", "audit"] = "enforce"
    connect_timeout: Seconds = 5.0
    command_timeout: Seconds = 30.0
    save: Literal["own", "always", "never"] = "own"
    transaction: Literal["timer", "none"] = "timer"
    commit_timer: Annotated[int, Field(ge=30, le=3600)] = 120
    owns: Owns = Owns()
    ignore: Many[IgnoreRule] = ()
    limits: LimitsSpec | None = None
    tier: Annotated[int, Field(ge=0, le=99)] = 0
    after: Many[Glob] = ()
    out_of_band: Annotated[bool | str, BeforeValidator(_other_way)] = False


class Device(Defaults):
    """One device, its defaults filled in. ``secret`` is the enable password.

    ``save``: whether a switch's startup configuration follows a change: where nothing else is unsaved, always, never.
    ``transaction``: a commit takes itself back unless it is confirmed within ``commit_timer`` seconds, or line by line.
    ``jump`` is another device of the inventory, or a host that takes the same user name and key.
    ``ignore``: what is left as it is. ``limits``: how much may change without an approval. ``tier``, ``after``: which
    devices come before it. ``out_of_band``: there is another way in (which one, in words) should we lock ourselves out.
    """

    example: ClassVar[str] = "{platform: linux, host: 172.20.20.5}"
    first: ClassVar[tuple[str, ...]] = ("platform", "host")

    platform: Literal["arista_eos", "linux"]
    host: Annotated[str, AfterValidator(_host), Example("172.20.20.2")]

    @property
    def is_switch(self) -> bool:
        return self.platform in SWITCHES

    @model_validator(mode="after")
    def _platform_fits(self) -> Device:
        if self.is_switch and (self.sudo or self.shell):
            wrong(Code.OTHER_PLATFORM, "sudo and shell are for Linux nodes", "remove them from this switch")
        if not self.is_switch and self.secret:
            wrong(Code.OTHER_PLATFORM, "secret is a switch's enable password", "remove it; a node has sudo: true")
        if not self.is_switch and self.owns.of_switch:
            wrong(
                Code.OTHER_PLATFORM,
                f"{self.owns.of_switch[0]} is for switches",
                "remove it; a node has owns: {except: {devices: [eth9]}}",
            )
        if self.is_switch and self.owns.excepted != Exceptions():
            wrong(
                Code.OTHER_PLATFORM,
                "owns.except is for nodes",
                'remove it; a switch has owns: {vlans: "2-999", routes: true}',
            )
        return self


class InventorySpec(Part):
    """``spec`` of an Inventory document: its ``defaults`` hold for its own ``devices``."""

    defaults: dict[str, Any] = Field(default_factory=dict)
    devices: dict[DeviceName, dict[str, Any]]


class InventoryShape(Part):
    """What stands in ``spec`` once it is right: for the words about what is wrong, not to be read with."""

    defaults: Defaults = Defaults()
    devices: dict[DeviceName, Device]
