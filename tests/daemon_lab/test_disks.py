"""What cannot be recorded is not applied: full disks, spoilt and foreign files under a real daemon in the lab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from reconciler.lab import netns
from tests.daemon_lab.disks import SMALL, Place, place, until
from tests.sinks.receiver import Recorder, recording

ONE, TWO = "k01-worker", "k01-worker2"
FILL = "cat /dev/zero > filler 2> /dev/null; true"
SPOILT = 'open(path, "r+b").write(b"spoilt" * 20000)'
OLDER, NEWER = (f'sqlite3.connect(path).execute("PRAGMA user_version = {version}")' for version in (0, 9))


@pytest.fixture(scope="module")
def small() -> Iterator[Place]:
    with place(SMALL) as made:
        yield made


def test_on_a_full_disk_nothing_is_applied_until_there_is_room(small: Place) -> None:
    mark = small.daemon.mark
    small.inside(FILL)
    small.lose(ONE)
    assert small.waits(ONE)
    small.lose(TWO)
    assert small.waits(TWO), "the loop goes on"
    status = small.reconcile("status")
    assert status.returncode == 2
    assert "the history cannot be written: " in status.stdout
    assert ".db: the disk is full; nothing is applied until it can" in status.stdout
    assert "1 difference: it cannot be recorded: " in status.stdout
    past = small.reconcile("history")
    assert (past.returncode, past.stderr) == (0, "")
    assert "revision" in past.stdout
    (drift,) = [one for one in small.daemon.status()["conditions"] if (one["kind"], one["subject"]) == ("drift", ONE)]
    assert "it cannot be recorded: " in drift["words"]
    small.inside("rm filler")
    assert small.healed(ONE)
    assert small.healed(TWO)
    small.daemon.wait("healed", ONE, mark)
    small.daemon.wait("healed", TWO, mark)
    small.daemon.until(lambda one: one.words == "alerts survive a restart again", mark)
    assert len(small.said("journal", mark)) == 2, "one line when it begins, one when it ends"
    assert len(small.said("alert", mark)) == 2
    assert len(small.said("drift", mark)) == 2
    entries = small.history("--kind", "drift")
    assert [(one["device"], one["outcome"]) for one in entries] == [(ONE, "healed"), (TWO, "healed")]
    assert "not written" not in small.reconcile("history", "--kind", "drift").stdout


def test_who_says_so_has_it_applied_all_the_same(small: Place) -> None:
    mark = small.daemon.mark
    small.reload(journal="{required: false}")
    small.inside(FILL)
    small.lose(ONE)
    small.daemon.wait("healed", ONE, mark)
    small.daemon.until(lambda one: "full; what is applied is not recorded" in one.words, mark)
    small.inside("rm filler")
    small.reload(journal="{}")
    assert until(lambda: small.reconcile("status").returncode == 0, 10.0)
    assert [one["outcome"] for one in small.history("--kind", "drift")][-1] == "healed", "it was written down later"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("rm journal-*", "was removed; a new one is begun"),
        ("rm -r ./*", "was removed; a new one is begun"),
        (SPOILT, "is spoilt (file is not a database): set aside as journal-"),
        ('open(path, "r+b").truncate(100)', "is spoilt ("),
        (OLDER, "is of another release (version 0; this one writes 1): set aside as journal-"),
    ],
    ids=["removed", "all of it removed", "spoilt", "cut short", "of an older release"],
)
def test_a_history_that_is_lost_begins_anew_and_devices_are_looked_after(small: Place, harm: str, said: str) -> None:
    mark = small.daemon.mark
    small.lose(TWO)
    small.daemon.wait("healed", TWO, mark)
    assert small.history("--kind", "drift")[-1]["device"] == TWO
    harmed(small, harm)
    small.lose(ONE)
    small.daemon.wait("healed", ONE, mark)
    assert [(one["device"], one["outcome"]) for one in small.history("--kind", "drift")] == [(ONE, "healed")]
    assert any(said in words for words in small.said("warning", mark))
    gone = small.reconcile("rollback", "400", "--yes")
    assert (gone.returncode, gone.stderr) == (
        1, "Error: no cycle 400 is in the history, or no revision was in force then\n",
    )  # fmt: skip


def test_a_history_of_a_newer_release_is_left_alone_and_nothing_is_applied(small: Place) -> None:
    mark = small.daemon.mark
    harmed(small, NEWER)
    before = small.inside("cksum journal-*.db")
    small.lose(ONE)
    assert small.waits(ONE)
    assert (
        "is of a newer release (version 9; this one knows 1): it is left as it is" in small.reconcile("status").stdout
    )
    past = small.reconcile("history")
    assert past.returncode == 1
    assert past.stderr.startswith("Error: the history cannot be read: ")
    assert small.inside("cksum journal-*.db") == before
    small.inside("rm journal-*")
    assert small.healed(ONE)
    small.daemon.wait("healed", ONE, mark)
    assert len(small.said("journal", mark)) == 2


@pytest.mark.parametrize("harm", ["rm alerts-*", "head -c 100000 /dev/urandom > $(ls alerts-*.db)", FILL])
def test_alerts_go_on_whatever_becomes_of_their_file(small: Place, harm: str) -> None:
    with ExitStack() as stack:
        oncall = netns.within(small.daemon.lab.jump_namespace, lambda: stack.enter_context(recording()))
        small.reload(
            alerts=f'{{settle: 100ms, interval: 100ms, receivers: {{desk: {{webhook: {{url: "{oncall.url}"}}}}}}}}'
        )
        reason = ["--reason", "cabling", "--for", "1h"]
        assert small.reconcile("suspend", ONE, *reason).returncode == 0
        small.lose(ONE)
        assert until(lambda: ("opened", ONE) in told(oncall), 10.0)
        small.inside(harm)
        assert small.reconcile("resume", ONE).returncode == 0
        if harm == FILL:
            small.inside("rm filler")
        assert until(lambda: ("resolved", ONE) in told(oncall), 10.0)
        assert [one for one in told(oncall) if one[1] == ONE] == [("opened", ONE), ("resolved", ONE)]
        small.reload(alerts="{}")


def told(oncall: Recorder) -> list[tuple[str, str]]:
    return list(dict.fromkeys((status, subject) for status, subject in oncall.told if status != "updated"))


def harmed(made: Place, harm: str) -> None:
    """By a line of shell, or of Python once everything stands in the one file; another one takes its place then."""
    if "path" not in harm:
        made.inside(harm)
        return
    made.inside("cp $(ls journal-*.db) copy; cp $(ls journal-*.db)-wal copy-wal")
    made.python('copy = sqlite3.connect("copy"); copy.execute("PRAGMA wal_checkpoint(TRUNCATE)"); copy.close()')
    made.python(harm.replace("(path", '("copy"'))
    made.inside("mv copy $(ls journal-*.db)")
