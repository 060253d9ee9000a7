"""How a git host is reached: which key, which known hosts, which token; and in what words it says no."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.desired.secret import SecretMissing
from reconciler.settings.source import SourceSettings
from reconciler.source.checkout import Unavailable

CONNECT = 10
ALIVE = 5
SSH = {
    "BatchMode": "yes",
    "StrictHostKeyChecking": "yes",
    "UpdateHostKeys": "no",
    "IdentitiesOnly": "yes",
    "IdentityAgent": "none",
    "PreferredAuthentications": "publickey",
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "ClearAllForwardings": "yes",
    "PermitLocalCommand": "no",
    "ControlMaster": "no",
    "ControlPath": "none",
    "ConnectTimeout": str(CONNECT),
    "ServerAliveInterval": str(ALIVE),
    "ServerAliveCountMax": "2",
}
"""ssh_config(5). Without a file of the user's or the machine's (-F none) these are all there is."""
HELPER = (
    '!f() { test "$1" = get && '
    'printf "username=%s\\npassword=%s\\n" "$RECONCILE_GIT_USERNAME" "$RECONCILE_GIT_TOKEN"; }; f'
)
"""gitcredentials(7): asked by git over pipes, so that the token is in no argument and no address."""
ANYONE = "x-access-token"
"""Where a token alone says who it is (GitHub, GitLab), any name does."""
UNSAFE = ('"', "$", "\\")


@dataclass(frozen=True, slots=True)
class Reach:
    """What git is given to reach one host: settings, and an environment that may hold a token."""

    url: str
    options: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict, repr=False)


def reach(settings: SourceSettings, home: Path) -> Reach:
    """The way to the repository; secrets are read anew each time. ``home``: a folder of ours. Raises: Unavailable."""
    remote = settings.remote
    assert remote is not None
    allowed = {f"protocol.{remote.scheme}.allow": "always"}
    match remote.scheme:
        case "ssh":
            return Reach(remote.text, allowed, {"GIT_SSH_COMMAND": _ssh(settings)})
        case "file":
            return Reach(remote.text, allowed, {"GIT_CONFIG_GLOBAL": str(_trusting(Path(remote.text), home))})
        case _:
            ca = {"http.sslCAInfo": str(settings.ca)} if settings.ca else {}
            return Reach(remote.text, allowed | ca | _helper(settings), _token(settings))


def _ssh(settings: SourceSettings) -> str:
    options = dict(SSH)
    if settings.key:
        options["IdentityFile"] = _quoted(settings.key)
    if settings.known_hosts:
        options["UserKnownHostsFile"] = _quoted(settings.known_hosts)
        options["GlobalKnownHostsFile"] = "none"
    return shlex.join(["ssh", "-F", "none", "-a", "-T", *(f"-o{name}={value}" for name, value in options.items())])


def _quoted(path: Path) -> str:
    """ssh splits these at spaces and replaces ``%h``, ``${NAME}`` and ``~`` in them (ssh_config(5), TOKENS)."""
    text = str(path.absolute())
    if any(character in text for character in UNSAFE) or not text.isprintable():
        raise Unavailable(f"ssh cannot be given the path {text!r}: rename it without quotes, $ and backslashes")
    return '"' + text.replace("%", "%%") + '"'


def _helper(settings: SourceSettings) -> dict[str, str]:
    return {"credential.helper": HELPER} if settings.token else {}


def _token(settings: SourceSettings) -> dict[str, str]:
    if settings.token is None:
        return {}
    try:
        token = settings.token.read()
    except SecretMissing as error:
        raise Unavailable(f"the token for {settings.url} is missing: {error}") from None
    if not token or not token.isprintable():
        raise Unavailable(f"the token for {settings.url} is no token: it is empty or has several lines")
    return {"RECONCILE_GIT_USERNAME": settings.username or ANYONE, "RECONCILE_GIT_TOKEN": token}


def _trusting(path: Path, home: Path) -> Path:
    """A git configuration that lets us fetch from this repository, whoever owns it.

    git (from 2.39.4 on) refuses another user's, unless ``safe.directory`` names it, which it reads from such a file
    alone. Whoever wrote our settings has named it; git-upload-pack(1) runs nothing that its owner has set up.
    """
    places = {str(place) for place in (path, path / ".git", path.resolve(), path.resolve() / ".git")}
    file = home / "config"
    text = "[safe]\n" + "".join(f"\tdirectory = {_escaped(place)}\n" for place in sorted(places))
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        draft = file.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(file)
    return file


def _escaped(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


REASONS = (
    ("Could not resolve host", "its name cannot be resolved"),
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", "its host key is another one than in known hosts"),
    ("Host key verification failed", "its host key is not in known hosts"),
    ("Permission denied (", "it does not take our key"),
    ("Connection refused", "it refuses the connection"),
    ("timed out", "it does not answer"),
    ("No route to host", "there is no route to it"),
    ("Authentication failed", "it does not take our token"),
    ("could not read Username", "it wants a token"),
    ("certificate", "its certificate is not one to trust"),
    ("unable to update url base from redirection", "it redirects to another address"),
    ("dubious ownership", "it is owned by another user"),
    ("Permission denied", "this user may not read it"),
    ("does not appear to be a git repository", "there is no such repository"),
    ("not found", "there is no such repository"),
    ("signal 25", "it sends more than 256 MiB at once"),
    ("File too large", "it sends more than 256 MiB at once"),
)


def reason(gist: str, said: str = "") -> str:
    """Why a host could not be asked: in words, and the gist of what git ``said`` behind them."""
    words = next((words for needle, words in REASONS if needle in (said or gist)), "")
    return f"{words} ({gist})" if words else gist
