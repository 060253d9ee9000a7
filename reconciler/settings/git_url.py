"""Where a git repository is: the forms of address that we take, and those that could run or reveal something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from reconciler.desired.device import HOST, USER

Scheme = Literal["ssh", "https", "http", "file"]
WITH_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
HELPER = re.compile(r"[A-Za-z0-9]+::")
LIKE_SCP = re.compile(r"(?:(?P<user>[^/@:]+)@)?(?P<host>\[[^/\]]+\]|[^/:@]+):(?P<path>.+)")
FORMS = "use ssh://git@host/path, git@host:path, https://host/path, or the path of a repository on this machine"


class WrongUrl(ValueError):
    """An address that is not taken; ``what`` never repeats a password, ``right`` would be accepted."""

    def __init__(self, what: str, right: str = FORMS) -> None:
        super().__init__(f"{what}: {right}")
        self.what, self.right = what, right


@dataclass(frozen=True, slots=True)
class GitUrl:
    """``text`` is what git is given; for a repository on this machine (``file``) an absolute path."""

    scheme: Scheme
    text: str


def git_url(text: str, base: Path = Path()) -> GitUrl:
    """Read an address; a path is relative to ``base``. Raises: WrongUrl."""
    if not text or not text.isprintable() or " " in text:
        raise WrongUrl("the url is empty, or has spaces or unprintable characters in it")
    if text.startswith("-") or HELPER.match(
        text
    ):  # git would take it for an option, or run a program (gitremote-helpers)
        raise WrongUrl("the url begins like an option or a remote helper of git")
    if scheme := WITH_SCHEME.match(text):
        return _with_scheme(scheme[1].lower(), text)
    if scp := LIKE_SCP.fullmatch(text):
        _check_ssh(scp["user"], scp["host"], scp["path"])
        return GitUrl("ssh", text)
    return GitUrl("file", str((base / _home(text)).absolute()))


def is_address(text: str) -> bool:
    """Whether this is surely meant as an address of git, not as a path."""
    return bool(WITH_SCHEME.match(text) or HELPER.match(text) or LIKE_SCP.fullmatch(text))


def _home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise WrongUrl(f"{text!r} is the home of a user who does not exist here") from None


def _with_scheme(scheme: str, text: str) -> GitUrl:
    try:
        parts = urlsplit(text)
        host, password, port = parts.hostname or "", parts.password, parts.port
    except ValueError:
        raise WrongUrl("the url cannot be read") from None
    if password is not None:
        raise WrongUrl("the url holds a password", "give it as token: {credential: NAME}, or use a key")
    if parts.query or parts.fragment or port == 0:
        raise WrongUrl("the url has a query, a fragment or port 0", "remove it; a branch goes under branch")
    match scheme:
        case "ssh":
            _check_ssh(parts.username, host, parts.path.lstrip("/"))
            return GitUrl("ssh", text)
        case "https" | "http":
            return _web(scheme, host, parts, text)
        case "file" if parts.netloc in ("", "localhost") and parts.path.startswith("/"):
            return GitUrl("file", parts.path)
    raise WrongUrl(f"{scheme}:// is not taken")


def _web(scheme: Literal["https", "http"], host: str, parts: SplitResult, text: str) -> GitUrl:
    """A name before the host may be a token: it is not repeated."""
    if parts.username is not None:
        raise WrongUrl("the url holds a user name", "give it as username, and a token as token: {credential: NAME}")
    if not HOST.fullmatch(host):
        raise WrongUrl("the url has no host")
    if scheme == "http" and not is_loopback(host):
        raise WrongUrl("http:// can be read and changed on the way", "use https://; http:// is for this machine alone")
    return GitUrl(scheme, text)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_ssh(user: str | None, host: str, path: str) -> None:
    if user is not None and not USER.fullmatch(user):
        raise WrongUrl("the user name in the url is none")
    if not HOST.fullmatch(host):
        raise WrongUrl(f"{host!r} is not a host")
    if not path or path.startswith("-"):
        raise WrongUrl("the url names no path on that host")
