"""SSH keys of a lab: one for its user, one per host, and the known_hosts file that goes with them."""

from __future__ import annotations

from pathlib import Path

from .state import Lab

HOST_KEY = "ssh_host_ed25519_key"


def make(lab: Lab) -> str:
    """Write the user's key, every host's key and ``known_hosts``; return the user's public key line."""
    public = _pair(lab.folder / "id_ed25519", f"lab-{lab.name}")
    known = [f"{member.address} {_pair(lab.home(member) / HOST_KEY, member.name)}" for member in lab.members]
    (lab.folder / "known_hosts").write_text("\n".join(known) + "\n", encoding="utf-8")
    return public


def _pair(path: Path, comment: str) -> str:
    """Write a private key that only root reads; return the public key as one line."""
    import asyncssh  # 0.2 s to import: only `lab up` pays for it

    key = asyncssh.generate_private_key("ssh-ed25519", comment=comment)
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    return key.export_public_key().decode().strip()
