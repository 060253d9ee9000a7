"""A Debian 12 with systemd, made once on this machine and never changed: each machine writes into a layer above it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

RELEASE = "bookworm"
PACKAGES = ("systemd", "systemd-sysv", "dbus", "python3", "git", "openssh-client", "procps", "iproute2", "iputils-ping")
"""What the reconciler's package depends on is there already: in the lab there is no Debian mirror."""
IDLE = (
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer"),
    *("motd-news.timer", "console-getty.service", "systemd-logind.service", "e2scrub_reap.service"),
)
"""Units that would only make a boot slower."""


def base() -> Path:
    """The root directory of the installed system; the first call downloads about 100 MB. Raises: CalledProcessError."""
    cache = _cache()
    cache.mkdir(parents=True, exist_ok=True)
    marks = hashlib.sha256(repr((RELEASE, PACKAGES, IDLE)).encode()).hexdigest()[:12]
    made = cache / f"debian-{RELEASE}-{marks}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(made)
    return made


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home, "reconciler") if home else Path("/var/cache/reconciler")


def _make(place: Path) -> None:
    """In one step: a draft that was cut short is never taken for the system."""
    draft = place.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", RELEASE, draft],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    subprocess.run(["systemctl", f"--root={draft}", "mask", *IDLE], check=True, capture_output=True)
    for kept in (draft / "var/cache/apt/archives").glob("*.deb"):
        kept.unlink()
    (draft / "etc/machine-id").write_text("")  # each machine makes its own, and does not take it for a first boot
    draft.rename(place)
