"""Shell text that keeps programs running which tell of changes (`ip monitor`), for as long as somebody listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

READY, ENDED, AGAIN = "ready", "ended", "again"
"""What a watch says of itself: all that listens to the kernel has begun to; ``ended NAME STATUS``; ``again NAME``."""
STDERR = "stderr: "
"""What a transport puts in front of the lines that came on the other stream: a program lost something."""

# Who keeps what, so that nothing outlives the channel, be any one of them killed:
#   watch      reads the channel's standard input to its end, and then ends each `keep`
#   keep       starts its program again whenever that ends, and ends it when it is told to end itself
#   guard      one beside each program: reads the same input to its end, and then ends its `keep`, and the program
# Nobody has to say anything on that input. Programs and guards are ended by KILL: what is forked and not run so far
# would lose a TERM, since for that moment it has its shell's trap (dash: once in 400 ends right after a start).
# A guard tells its `keep` first, so that this does not take the program's end for one that calls for a new start. The
# pause between two starts doubles up to a minute, and is forgotten when a program has run for longer than that. POSIX
# sh, since a node may have dash, busybox or bash.
KEEPER = """\
listens() { # whether a child of process $1 has subscribed to events of the kernel and sleeps until one comes
  while read -r _ _ pid groups _; do
    case $groups in (*[1-9a-f]*)
      read -r _ _ state parent _ <"/proc/$pid/stat" && [ "$state $parent" = "S $1" ] && return 0;;
    esac
  done </proc/net/netlink
  return 1
} 2>/dev/null
await() { # until it listens; for 2 seconds at most, where /proc does not tell
  tries=0
  until listens "$1" || [ "$tries" -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.02 2>/dev/null || { sleep 1; tries=$((tries + 49)); }
  done
}
keep() { # NAME COMMAND...: have it run for as long as the channel lasts
  name=$1 pause=1 again='' one=''
  shift
  read -r self _ </proc/self/stat
  trap 'kill -9 "$!" "$one" 2>/dev/null; exit' TERM HUP
  while :; do
    start=$(date +%s)
    begin "$@"
    [ -z "$again" ] || { await "$self"; echo "again $name"; }
    again=yes
    end
    echo "ended $name $status"
    [ $(($(date +%s) - start)) -le 60 ] || pause=1
    begin sleep "$pause"
    end
    [ "$pause" -ge 60 ] || pause=$((pause * 2))
  done
}
begin() { # a program and its guard
  "$@" 3<&- & one=$!
  {
    while read -r _ <&3; do :; done
    read -r _ _ _ parent _ </proc/self/stat
    [ "$parent" != "$self" ] || kill "$self"
    kill -9 "$one"
  } 2>/dev/null & guard=$!
}
end() { # of the program, whose status it is
  wait "$one"
  status=$?
  { kill -9 "$guard"; wait "$guard"; } 2>/dev/null
}
"""


@dataclass(frozen=True, slots=True)
class Program:
    """What is kept running: shell words that become one process, under a ``name`` that is told when it ends.

    ``of_kernel``: it listens to events of the kernel; nothing is ready before it does.
    """

    name: str
    words: str
    of_kernel: bool = False


def watching(programs: Sequence[Program]) -> str:
    """Shell text that runs all of them until its standard input ends; what they print is what it prints.

    It says ``ready`` once, ``ended NAME STATUS`` when one of them has ended, ``again NAME`` when it is back: what has
    happened in between was not heard.
    """
    starts = "\n".join(f'  keep {quote(one.name)} {one.words} & kept="$kept $!"{_heard(one)}' for one in programs)
    return f"""{KEEPER}watch() {{
  kept='' heard=''
  trap 'kill $kept 2>/dev/null; exit' TERM HUP INT
{starts}
  for one in $heard; do await "$one"; done
  echo {READY}
  while read -r _ <&3; do :; done
  kill $kept 2>/dev/null || :
}}
watch 3<&0 </dev/null
"""


def _heard(program: Program) -> str:
    return ' heard="$heard $!"' if program.of_kernel else ""
