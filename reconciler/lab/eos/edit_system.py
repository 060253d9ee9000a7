"""The switch's own name and its users."""

from __future__ import annotations

import re
from dataclasses import replace

from . import sha512crypt
from .config import User
from .editor import Commands, Editor
from .refusal import INCOMPLETE, INVALID, Refused

HOSTNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")
BAD_HOSTNAME = (
    "% Host name is invalid. Host name must contain only alphanumeric characters, '.' and '-'. "
    "It must begin and end with an alphanumeric character. Maximum characters in hostname is 64."
)
HASHED = "sha512"
BUILT_IN, BUILT_IN_ROLE = "admin", "network-admin"


def _hostname(editor: Editor, word: str) -> None:
    if not HOSTNAME.fullmatch(word):
        raise Refused(BAD_HOSTNAME)
    editor.config.hostname = word


def _no_hostname(editor: Editor) -> None:
    editor.config.hostname = None


def _username(editor: Editor, name: str, line: str) -> None:
    """What a line does not mention stays as it was; `admin` has the role network-admin by birth."""
    before = editor.config.users.get(name, User())
    said = _said(line)
    role = said.get("role", before.role or (BUILT_IN_ROLE if name == BUILT_IN else None))
    privilege = said.get("privilege", str(before.privilege))
    if not privilege.isdecimal() or int(privilege) > 15:
        raise Refused(INVALID)
    editor.config.users[name] = User(int(privilege), role, _secret(said, before.secret), before.key)


def _key(editor: Editor, name: str, line: str) -> None:
    """A public key for SSH beside the password, or instead of it."""
    before = editor.config.users.get(name, User())
    editor.config.users[name] = replace(before, key=line)


def _no_key(editor: Editor, name: str) -> None:
    if name in editor.config.users:
        editor.config.users[name] = replace(editor.config.users[name], key=None)


def _enable(editor: Editor, line: str) -> None:
    editor.config.enable = _stored(line)


def _no_enable(editor: Editor) -> None:
    editor.config.enable = None


def _secret(said: dict[str, str], before: str | None) -> str | None:
    if "secret" not in said:
        return None if "nopassword" in said else before
    return _stored(said["secret"])


def _stored(text: str) -> str:
    """A secret, hashed unless it is already. Raises: Refused."""
    kind, _, value = text.rpartition(" ")
    if kind == HASHED:
        return text
    if kind not in ("", "0"):
        raise Refused(INVALID)
    return f"{HASHED} {sha512crypt.hashed(value)}"


def _said(line: str) -> dict[str, str]:
    """The keywords of `username X ...` with their values. Raises: Refused."""
    said: dict[str, str] = {}
    words = line.split()
    while words:
        word = words.pop(0).lower()
        if word not in ("privilege", "role", "secret", "nopassword"):
            raise Refused(INVALID)
        takes = 0 if word == "nopassword" else 1 + (word == "secret" and words[:1] in (["0"], [HASHED]))
        if len(words) < takes:
            raise Refused(INCOMPLETE)
        said[word], words = " ".join(words[:takes]), words[takes:]
    return said


def _no_username(editor: Editor, name: str) -> None:
    editor.config.users.pop(name, None)


def is_password(user: User, password: str) -> bool:
    """Whether somebody with ``password`` may log in as ``user``."""
    return user.secret is None or opens(user.secret, password)


def opens(secret: str, password: str) -> bool:
    """Whether ``password`` is the one that ``secret`` was made of."""
    return sha512crypt.verify(password, secret.removeprefix(f"{HASHED} "))


GLOBAL: Commands = {
    "hostname WORD": _hostname,
    "no|default hostname [IGNORED]": _no_hostname,
    "username NAME LINE": _username,
    "username NAME ssh-key LINE": _key,
    "no|default username NAME ssh-key [IGNORED]": _no_key,
    "enable secret LINE": _enable,
    "enable password LINE": _enable,
    "no|default enable secret [IGNORED]": _no_enable,
    "no|default enable password [IGNORED]": _no_enable,
    "no|default username NAME": _no_username,
}
