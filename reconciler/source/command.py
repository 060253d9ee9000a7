"""The git command as we run it: nothing of the user's, the machine's or the repository's own settings has a say."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.core.words import printable
from reconciler.source.checkout import Unavailable
from reconciler.source.process import Bounds, Output, TooLong, run

OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""SHA-1 or SHA-256, written out in full."""
NOTHING = "/dev/null"
SETTINGS = {
    "core.hooksPath": NOTHING,
    "core.fsmonitor": "false",
    "core.askPass": "",
    "core.pager": "cat",
    "core.bigFileThreshold": "16m",  # larger blobs are streamed, never held
    "credential.helper": "",  # empties the list (gitcredentials(7))
    "fetch.recurseSubmodules": "false",
    "gc.autoDetach": "false",
    "gpg.format": "ssh",
    "gpg.ssh.program": "ssh-keygen",
    "gpg.openpgp.program": "false",
    "gpg.x509.program": "false",
    "http.followRedirects": "false",
    "http.sslVerify": "true",
    "http.emptyAuth": "false",
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "30",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "protocol.allow": "never",  # git-config(1): whatever is not named below, such as ext::
    "protocol.file.allow": "never",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",
    "transfer.fsckObjects": "true",
}
KEPT = (
    "PATH",
    "TMPDIR",
    "https_proxy",
    "HTTPS_PROXY",
    "http_proxy",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
QUARANTINE = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")
PATIENCE = 60.0


class Failed(Exception):
    """A git command that ended with an error; the text is the gist of what git said, ``said`` all of it."""

    def __init__(self, words: str, said: str = "") -> None:
        super().__init__(words)
        self.said = said


def quarantine(environment: Mapping[str, str]) -> dict[str, str]:
    """What a ``pre-receive`` hook must hand on so that pushed objects are seen (git-receive-pack(1))."""
    return {name: environment[name] for name in QUARANTINE if name in environment}


@dataclass(frozen=True, slots=True)
class Git:
    """A bare repository. ``options`` and ``environment`` come on top of what every command gets."""

    folder: Path
    seconds: float = PATIENCE
    options: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    async def run(self, *words: str, given: bytes = b"", said: int | None = None) -> Output:
        """Run one command, whatever comes of it. Raises: Unavailable without git or in time; TooMuch."""
        bounds = Bounds(self.seconds) if said is None else Bounds(self.seconds, said)
        settings = [*SETTINGS.items(), *self.options.items()]
        dashed = [word for name, value in settings for word in ("-c", f"{name}={value}")]
        command = ["git", "--no-optional-locks", f"--git-dir={self.folder}", *dashed, *words]
        try:
            return await run(command, self.folder, self._environment(), bounds, given)
        except TooLong:
            raise Unavailable(f"git {words[0]} did not end within {self.seconds:g} seconds") from None
        except OSError as error:
            raise Unavailable(f"git cannot be run: {error.strerror}") from None

    async def say(self, *words: str, given: bytes = b"", said: int | None = None) -> bytes:
        """What a command prints. Raises: Failed, and what ``run`` raises."""
        done = await self.run(*words, given=given, said=said)
        if done.code == MISSING_PROGRAM:
            raise Unavailable("git is not installed, or not in the PATH of this service")
        if done.code:
            raise Failed(complaint(done.err) or f"git {words[0]} ended with status {done.code}", done.err)
        return done.out

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | ALWAYS | {"HOME": NOTHING} | dict(self.environment)


MISSING_PROGRAM = 127
ALWAYS = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": NOTHING,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",  # a pushed refs/replace/… would show other documents than those that were signed
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_SSH_VARIANT": "ssh",
}


NOISE = ("hint:", "warning:", "@", "Please make sure you have", "and the repository exists")


def complaint(err: str) -> str:
    """The lines of git's standard error that say why, joined to one that can be printed."""
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    why = [line for line in lines if not line.startswith(NOISE)] or lines
    text = "; ".join(why[-4:])
    return printable(text)[:400]
