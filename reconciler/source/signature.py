"""Whether a commit or a tag was signed by somebody whom the allowed-signers file knows, and who that is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from reconciler.core.words import printable
from reconciler.source.checkout import Refused, Signature, Unavailable
from reconciler.source.command import OBJECT_ID, Git, complaint
from reconciler.source.tree import Damaged

GOOD = re.compile(r'^Good "git" signature for (?P<who>.+) with \S+ key (?P<key>SHA256:[A-Za-z0-9+/=]+)$', re.MULTILINE)
STRANGER = re.compile(r'^Good "git" signature with \S+ key (?P<key>SHA256:[A-Za-z0-9+/=]+)$', re.MULTILINE)
EXPIRED = re.compile(r"key has expired: verify time (\S+) > valid-before (\S+)")
TOO_EARLY = re.compile(r"key is not yet valid: verify time (\S+) < valid-after (\S+)")
TAG_NAME = re.compile(r"^tag (.+)$", re.MULTILINE)


async def verify(
    repository: Path, revision: str, allowed_signers: Path, environment: Mapping[str, str] | None = None
) -> Signature:
    """Who signed the commit or annotated tag with id ``revision``: git-verify-commit(1), gpg.format=ssh.

    A key's ``valid-after`` and ``valid-before`` are compared with the committer's date. ``environment``: that of a
    hook (``command.quarantine``). Raises: Refused; Unavailable without the file or ssh-keygen; Damaged.
    """
    _check_tools(allowed_signers)
    git = Git(repository, options={"gpg.ssh.allowedSignersFile": str(allowed_signers)}, environment=environment or {})
    kind = await _kind(git, revision)
    done = await git.run(f"verify-{kind}", "--raw", revision)
    good = GOOD.search(done.err)
    if done.code == 0 and good:
        return Signature(printable(good["who"]), good["key"])
    text = (await git.run("cat-file", kind, revision)).out
    raise Refused(f"the {kind} {_form(kind, text) or _why(done.err)}", revision)


async def check_tag(repository: Path, tag: str, name: str) -> None:
    """A tag signed under another name is an old one in a new place. Raises: Refused."""
    text = (await Git(repository).say("cat-file", "tag", tag)).decode(errors="replace")
    signed = TAG_NAME.search(text.partition("\n\n")[0])
    if signed is None or signed[1] != name:
        raise Refused(f"the tag was signed as {printable(signed[1] if signed else '')!r}, not as {name!r}", tag)


def _check_tools(allowed_signers: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        raise Unavailable("signatures cannot be checked: ssh-keygen is not installed (Debian: openssh-client)")
    try:
        with allowed_signers.open("rb"):
            pass
    except OSError as error:
        raise Unavailable(
            f"signatures cannot be checked: {allowed_signers} cannot be read ({error.strerror})"
        ) from None


async def _kind(git: Git, revision: str) -> str:
    if not OBJECT_ID.fullmatch(revision):
        raise Damaged(f"{printable(revision)} is not the id of a commit or tag")
    done = await git.run("cat-file", "-t", revision)
    kind = done.out.decode().strip()
    if kind not in ("commit", "tag"):
        raise Damaged(f"object {revision} is missing, or no commit")
    return kind


def _form(kind: str, text: bytes) -> str:
    """What there is instead of an SSH signature (gitformat-signature(5)); empty where there is one."""
    if b"-----BEGIN SSH SIGNATURE-----" in text:
        return ""
    if b"-----BEGIN " in text:
        return "is not signed with an SSH key: only these are taken (git config gpg.format ssh)"
    return f"is not signed: sign it with git {kind} -{'S' if kind == 'commit' else 's'} (git config gpg.format ssh)"


def _why(err: str) -> str:
    """git's and ssh-keygen's own words, in ours."""
    if stranger := STRANGER.search(err):
        return f"is signed with key {stranger['key']}, {_standing(err)}"
    if "not permitted for use in signature namespace" in err:
        return 'is signed with a key that allowedSigners does not permit for git (namespaces="git")'
    return f"has a signature that does not hold: {complaint(err)}"


def _standing(err: str) -> str:
    if found := EXPIRED.search(err):
        return f"which was valid until {found[2]}; it was made at {found[1]}"
    if found := TOO_EARLY.search(err):
        return f"which is valid from {found[2]}; it was made at {found[1]}"
    return "which allowedSigners does not know"
