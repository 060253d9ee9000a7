"""Shell text for a node that takes our changes back by itself unless we confirm them in time. Pure.

A transaction is a folder that only its owner can enter. One file of it says who may act, and is handed on by renaming
it, which one of several can do (rename(2)): ``undo`` (armed), ``held-PID`` (a shell is writing), ``begun-PID`` (the way
back is under way), ``kept`` (confirmed). Nothing is led back before ``written`` is there: what a run has asked for last
before it was killed may be armed late, when others have changed the node already. The way back is always run by a
process of its own, which nothing ties to us: it survives its SSH session, sshd, and the shell that was given
(`docker exec`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from shlex import quote

from reconciler.core.driver import Answer, Failure, Script
from reconciler.transport.batch import Batch, batches
from reconciler.transport.carrying import Hold
from reconciler.transport.frames import ENVIRONMENT, framed, unframed

ACCURACY = "100ms"
"""Without it systemd's timers are up to a minute late (docs/KERNEL.md, fact 13)."""
RUNNING, GONE, UNTOUCHED = 75, 76, 77
"""Exit statuses of ``back``: it is still under way; there is no such transaction any more; it has written nothing."""
EXISTS = "File exists"
ENDED, SPARED = 1, "spared"
"""The exit status of a batch that was read to its end; what is said of lines that it has carried out itself."""
FOLDERS = '/run/reconciler-undo "/tmp/reconciler-undo-$(id -u)"'
"""Not /run/reconciler: that is the daemon's own where it runs, and systemd removes it when that ends."""
LEFT = re.compile(r"(?:/run/reconciler-undo|/tmp/reconciler-undo-\d+)/(rec-([0-9a-f-]+)-\d+)\.[0-9a-f]*\.\d*", re.ASCII)
"""A transaction's folder: its name, and the name of the run."""

# Nodes that share a host may share its folders, but not a network, nor the time since boot: it is part of the name.
PLACE = """\
read -r place </proc/sys/kernel/random/boot_id
place=${place%%-*}.$(readlink /proc/self/ns/net | tr -dc 0-9)
"""
NAP = "nap() { sleep 0.02 2>/dev/null || { sleep 1; tries=$((tries + 49)); }; tries=$((tries + 1)); }\n"
OUTPUT = "</dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-"
AWAY = "$(command -v setsid || command -v nohup)"
CANCEL = """\
cancel() { # the timer of the transaction in $at
  unit=${at##*/} timer=$(cat "$at/timer")
  case $timer in
    systemd) systemctl stop "${unit%%.*}.timer" ;;
    "$$" | '') ;;
    *) grep -qF "$at" "/proc/$timer/cmdline" && kill "$timer" ;;
  esac
} 2>/dev/null
remove() { # all of it at once
  cancel
  mv "$at" "$at.over" && rm -rf "$at.over"
  rmdir "${at%/*}" || true
} 2>/dev/null
"""
# The file `run`. A shell that has died in the middle of its batch, or is at it for 3 s, holds nothing any more.
RUN = f"""\
at=$1 tries=0
umask 077
{NAP}{CANCEL}until mv "$at/undo" "$at/begun-$$" 2>/dev/null; do
  [ -d "$at" ] && [ ! -e "$at/kept" ] && [ ! -e "$at/done" ] && [ "$tries" -lt 1500 ] || exit 0
  for one in "$at"/held-* "$at"/begun-*; do
    [ ! -e "$one" ] || kill -0 "${{one##*-}}" 2>/dev/null || mv "$one" "$at/undo"
  done
  [ "$tries" -lt 150 ] || mv "$at"/held-* "$at/undo" 2>/dev/null
  nap
done
[ ! -e "$at/written" ] || sh "$at/begun-$$" >"$at/said" 2>"$at/complaints" </dev/null
if [ -e "$at/asked" ]; then
  cancel
  rm -f "$at/begun-$$"
  : >"$at/done"
else
  remove
fi
"""
TIMER = """\
cd /
trap "kill -9 \\$! 2>/dev/null; exit" TERM
echo $$ >"$1/timer.new"
mv "$1/timer.new" "$1/timer"
sleep "$2" & wait $!
exec sh "$1/run" "$1"
"""
# systemd's timer where systemd is what runs us: not where we only see its folder, in a namespace of our own.
START = f"""\
same() {{ [ "$(readlink "/proc/self/ns/$1")" = "$(readlink "/proc/1/ns/$1")" ]; }}
by_systemd() {{ # UNIT SECONDS
  [ -d /run/systemd/system ] && read -r init </proc/1/comm && [ "$init" = systemd ] && same net && same mnt || return
  systemd-run --quiet --no-ask-password --unit="$1" --on-active="$2" --timer-property=AccuracySec={ACCURACY} \\
    --setenv=PATH="$PATH" --setenv=HOME="${{HOME:-/}}" ${{KUBECONFIG:+--setenv=KUBECONFIG="$KUBECONFIG"}} \\
    /bin/sh "$at/run" "$at" >/dev/null 2>&1 || return
  echo systemd >"$at/timer"
}}
by_itself() {{ # SECONDS
  {AWAY} sh -c {quote(TIMER)} timer "$at" "$1" {OUTPUT} &
  until [ -e "$at/timer" ] || [ "$tries" -ge 100 ]; do nap; done
  [ -e "$at/timer" ] || {{ echo "no timer has started" >&2; return 1; }}
}}
"""
LEFTOVERS = f"""(
for at in /run/reconciler-undo/rec-* /tmp/reconciler-undo-*/rec-*; do
  [ -d "$at" ] && [ -O "$at" ] && [ ! -L "$at" ] || continue
  [ "$place" ] || {{
{PLACE}  }}
  case $at in *.over) rm -rf "$at" ;; *."$place") echo "$at" ;; esac
done
)"""
"""Lists the transactions that this node has; only for whoever may change it."""


def back(where: str) -> str:
    """Has the node led back now, and tells what was said on the way; may end with one of the statuses above, after 2 s.

    Said again it starts one more process, in case that the first was killed: whoever comes second waits for the first.
    """
    return f"""(
{where}
[ -d "$at" ] || exit {GONE}
tries=0
{NAP}{CANCEL}: >"$at/asked"
{AWAY} sh "$at/run" "$at" {OUTPUT} &
until [ -e "$at/done" ] || [ ! -d "$at" ] || [ "$tries" -ge 100 ]; do nap; done
[ -d "$at" ] || exit {GONE}
[ -e "$at/done" ] || exit {RUNNING}
[ -e "$at/said" ] || {{ remove; exit {UNTOUCHED}; }}
cat "$at/said"
cat "$at/complaints" >&2
remove
exit 0
)"""


def at(folder: str) -> str:
    """A folder that is known."""
    return f"at={quote(folder)}"


def _why(begun: str, gone: str) -> str:
    return f'if [ -d "$at" ]; then echo {quote(begun)}; else echo {quote(gone)}; fi >&2; false'


_NOT_SENT = _why("its undo has begun", "nothing is armed on it any more")
_NOT_CONFIRMED = _why("not confirmed: its undo has begun", "not confirmed: it has been taken back already")


@dataclass(frozen=True, slots=True)
class Undo:
    """One transaction's texts. ``name``: used once; ``seconds``: from arming to the node's own decision."""

    name: str
    seconds: int
    prologue: str = ""
    mark: str = field(default_factory=lambda: secrets.token_hex(16))
    """Between the answers of the way back."""

    def arm(self, script: Script) -> str:
        """Writes the way back down, makes it ready, starts the clock, and tells its folder."""
        end = secrets.token_hex(16)
        return f"""(
set -e
umask 077
at='' tries=0
trap '[ "$?" = 0 ] || [ ! "$at" ] || rm -rf "$at"' EXIT
{NAP}{START}{PLACE}for base in {FOLDERS}; do
  mkdir "$base" 2>/dev/null || true
  [ -O "$base" ] && [ ! -L "$base" ] && mkdir "$base/{self.name}.$place" 2>/dev/null || continue
  at=$base/{self.name}.$place
  break
done
[ "$at" ] || {{ echo "no folder can be made below" {FOLDERS} >&2; exit 1; }}
cat >"$at/run" <<'{end}'
{RUN}{end}
cat >"$at/undo" <<'{end}'
{self._text(script)}{end}
by_systemd {quote(self.name)} {self.seconds:d} || by_itself {self.seconds:d}
echo "$at"
)"""

    @property
    def where(self) -> str:
        """Finds the folder, where nothing was heard of it."""
        return f"""{PLACE}for base in {FOLDERS}; do
  at=$base/{self.name}.$place
  [ ! -d "$at" ] || break
done"""

    def hold(self, where: str, why: str = _NOT_SENT) -> Hold:
        """Nobody leads back while lines are sent, and none are sent once that has begun."""
        held = '[ -e "$at/undo" ] && mv "$at/undo" "$at/held-$$" 2>/dev/null && : >"$at/written"'
        take = f"{{ {where}\n{held} || {{ {why}; }}; }}"
        give = 'mv "$at/held-$$" "$at/undo" 2>/dev/null || { echo "its undo has begun meanwhile" >&2; (exit 1); }'
        return Hold(take, give)

    def confirm(self, where: str) -> str:
        return f"""(
{where}
{CANCEL}[ -e "$at/undo" ] && mv "$at/undo" "$at/kept" 2>/dev/null || {{ {_NOT_CONFIRMED} || exit 1; }}
remove
exit 0
)"""

    def confirm_but(self, where: str, script: Script) -> str:
        """Another way back takes the place of the one that was written down; the clock goes on.

        It is on the disk before anything is held: a hold that takes long is lost, and must not be made anew.
        """
        end, hold = secrets.token_hex(16), self.hold(where, _NOT_CONFIRMED)
        return f"""(
umask 077
failed=
{where}
[ ! -d "$at" ] || cat >"$at/next" <<'{end}' || exit 1
{self._text(script)}{end}
{hold.take} || exit 1
[ ! -e "$at/held-$$" ] || mv "$at/next" "$at/held-$$" || failed=1
{hold.give} && [ ! "$failed" ]
)"""

    def _text(self, script: Script) -> str:
        """What leads back."""
        commands = [command for _, command in _commands(script)]
        return f"{ENVIRONMENT}{self.prologue}\n{framed(commands, self.mark)}"

    def failures(self, script: Script, answer: Answer) -> Iterator[Failure]:
        """What the way back was refused. Raises: ValueError for an answer that is torn.

        It may lead back over changes that were never made: what is to be added again may still be there.
        """
        sent = [batch for batch, _ in _commands(script)]
        for batch, said in zip(sent, unframed(answer.text, answer.error, self.mark), strict=True):
            ended = _one_by_one(batch) and said.status != ENDED
            if not ended and said.text.strip() != SPARED:
                yield from (failure for failure in batch.failures(said) if not _was_there(failure))


def _commands(script: Script) -> Iterator[tuple[Batch, str]]:
    """Breaks go also after makes that were refused: there is no better way back than the rest of it.

    Nobody is there to send the lines of a batch that has ended early one by one: they stand there already.
    """
    for batch in (*batches(script.makes), *batches(script.breaks)):
        command = batch.command(secrets.token_hex(16))
        again = _one_by_one(batch)
        yield batch, f"{command}\nended=$?\n(exit $ended)" if again else command
        for line in again:
            yield line, f'if [ "$ended" = {ENDED} ]; then echo {SPARED}; else {line.command("")}; fi'


def _one_by_one(batch: Batch) -> Sequence[Batch]:
    return () if batch.alone else batch.again([Failure(None, "")])


def _was_there(failure: Failure) -> bool:
    return failure.line is not None and failure.line.text.split()[1:2] == ["add"] and EXISTS in failure.reason
