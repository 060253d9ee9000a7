"""A host of another tool's inventory as a device of ours; whatever is a secret becomes a reference to one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from reconciler.adopt.adopted import Remark
from reconciler.adopt.inventories.foreign import VAULT, Fact, Foreign, Said
from reconciler.adopt.inventories.jump import Jump, jump
from reconciler.adopt.inventories.platforms import Elsewhere, Platform, platform
from reconciler.desired.device import HOST, USER
from reconciler.desired.documents.values import DEVICE_NAME

LOOKUP = re.compile(
    r"""\{\{ *lookup\( *['"](?:ansible\.builtin\.)?env['"] *, *['"]([A-Za-z_]\w{0,127})['"] *\) *\}\}""",
    re.ASCII,
)
TEMPLATE = "{{"
LONGEST_PATH = 4000
OWN_USER = "a jump host takes the device's own user and port 22, unless it is a device of the inventory: add it"


class Adoption:
    """One host on its way."""

    def __init__(self, host: Foreign, *, by_containerlab: bool) -> None:
        self.host = host
        self.by_containerlab = by_containerlab
        self.remarks: list[Remark] = []
        self.doubts: list[tuple[Jump, Remark]] = []
        """What is to be said of a jump host, unless it is a device that has that user and port."""

    def device(self) -> dict[str, Any] | None:
        """Its entry in the inventory; None: it is not for us, or has a name that no device can have."""
        if not DEVICE_NAME.fullmatch(self.host.name):
            self._leave(f"host {self.host.name!r}", "no device can have this name; left out")
            return None
        try:
            kind = platform(self.host, by_containerlab=self.by_containerlab)
        except Elsewhere as error:
            self._leave(self.host.name, f"left out: {error}")
            return None
        spec = {"platform": kind.name, **dict(self._inside(kind) if kind.runtime else self._reached(kind))}
        return {name: value for name, value in spec.items() if value not in (None, False)}

    def _leave(self, what: str, why: str) -> None:
        self.remarks.append(self.host.remark(what, why))

    def _remark(self, fact: Fact, what: str, why: str) -> None:
        """At the place of the fact; its value is not repeated, some people put secrets anywhere."""
        self.remarks.append(self.host.facts[fact].remark(f"{what} of {self.host.name}", why))

    def _inside(self, kind: Platform) -> Iterator[tuple[str, Any]]:
        """A container of this machine: whoever is on it enters."""
        name = self.host.name if self.by_containerlab else self.host.text("host") or self.host.name
        if not DEVICE_NAME.fullmatch(name):
            self._remark("host", "the container", "not a name; the host's own is taken")
            name = self.host.name
        yield from (("host", "localhost"), ("username", "root"))
        yield "shell", shlex.join([kind.runtime, "exec", "-i", name, "sh"])

    def _reached(self, kind: Platform) -> Iterator[tuple[str, Any]]:
        yield "host", self._matching("host", HOST, "the address") or self.host.name
        yield "port", self._port()
        yield "username", self._matching("username", USER, "the user name")
        yield "password", self._reference("password", "PASSWORD")
        yield "key", self._key()
        yield from self._root(kind)
        yield "jump", self._jump()

    def _matching(self, fact: Fact, pattern: re.Pattern[str], what: str) -> str | None:
        said = self.host.text(fact)
        if not said:
            return None
        if not pattern.fullmatch(said) or not said.isprintable():
            why = "a template, which is not filled in here" if TEMPLATE in said else "none that can be used"
            self._remark(fact, what, f"{why}; left out")
            return None
        return said

    def _port(self) -> int | None:
        """Of SSH; the one of eAPI is another."""
        said = self.host.text("port")
        if self.host.text("connection").endswith("httpapi"):
            if said:
                self._remark("port", "the port", "it is that of eAPI; switches are reached over SSH")
            return None
        if not said or said == "22":
            return None
        if not (said.isascii() and said.isdigit() and len(said) < 6 and 1 <= int(said) <= 65535):
            self._remark("port", "the port", "not a port; left out")
            return None
        return int(said)

    def _key(self) -> str | None:
        said = self.host.text("key")
        if TEMPLATE in said or not said.isprintable() or len(said) > LONGEST_PATH:
            self._remark("key", "the key's path", "a template, or no path; left out")
            return None
        if said.startswith("~") and not said.startswith("~/"):
            self._remark("key", "the key's path", "in another user's home; write the path out")
            return None
        if said and not said.startswith(("/", "~")):
            self._remark("key", "the key's path", "relative: here to the inventory's own file, check it")
        return said or None

    def _reference(self, fact: Fact, suffix: str) -> dict[str, str] | None:
        """Never a value: the variable that Ansible asks for, or one named after who owns it."""
        said = self.host.facts.get(fact)
        if said is None:
            return None
        asked = LOOKUP.fullmatch(said.text.strip())
        name = asked[1] if asked else _variable(said, suffix)
        if asked is None:
            sealed = said.text.lstrip().startswith(VAULT)
            why = "encrypted with ansible-vault" if sealed else "never copied"
            self.remarks.append(said.remark(f"{fact} of {said.owner}", f"{why}: set {name} in the environment"))
        return {"env": name}

    def _root(self, kind: Platform) -> Iterator[tuple[str, Any]]:
        become, method = self.host.facts.get("become"), self.host.text("method") or "sudo"
        on = become is not None and (become.value is True or become.text.lower() in ("true", "yes", "1"))
        if kind.name == "arista_eos":
            yield "secret", self._reference("secret", "SECRET")
        elif on and method.endswith("sudo") and self.host.text("username") != "root":
            yield "sudo", True
            if "secret" in self.host.facts:
                self._remark("secret", "the password of sudo", "never copied: sudo has to work without one")
        elif on and not method.endswith("sudo"):
            self._remark("method", f"become_method {method!r}", "only sudo is known; left out")

    def _jump(self) -> str | None:
        said = self.host.text("arguments")
        if not said:
            return None
        found, strange = jump(said) if TEMPLATE not in said else (None, ["a template in the arguments of ssh"])
        for one in strange:
            self._remark("arguments", one, "not said here; host keys are always checked")
        if found is None:
            return None
        if (found.user and found.user != self.host.text("username")) or found.port not in ("", "22"):
            self.doubts.append(
                (
                    found,
                    self.host.facts["arguments"].remark(f"the jump over {found.host} of {self.host.name}", OWN_USER),
                )
            )
        return found.host


def _variable(said: Said, suffix: str) -> str:
    """``LEAFS_PASSWORD``, after the host or group that has it."""
    owner = re.sub(r"[^A-Z0-9]+", "_", said.owner.upper()).strip("_")
    name = f"{owner}_{suffix}" if owner and owner != "ALL" else f"DEVICE_{suffix}"
    return (f"_{name}" if name[0].isdigit() else name)[:128]
