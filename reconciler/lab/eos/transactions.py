"""What takes the place of the running configuration as a whole: commits, their timers, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import merge, sessions
from .config import Config
from .refusal import Refused
from .sessions import CommitTimer, Session
from .syslog import Actor

if TYPE_CHECKING:
    from .switch import Switch

AGENT = "ConfigAgent: %SYS-5-CONFIG_SESSION_"


def commit(switch: Switch, name: str, actor: Actor, timer: float | None = None) -> None:
    """The session's configuration takes the place of the running one. Raises: Refused.

    With ``timer`` (seconds) the old one comes back unless the session is committed once more in time; such a second
    commit, without timer, confirms.
    """
    waiting = switch.sessions.timer
    if timer is None and waiting is not None and waiting.name == name:
        _confirm(switch, actor)
        return
    session = switch.sessions.committable(name)
    switch.faults.meddle(switch)
    switch.checkpoints.automatic(switch.running, actor.user)
    before, switch.running = switch.running, _result(switch, session)
    switch.sessions.finish(session, "completed", actor.user, switch.running.most_completed(sessions.MOST_COMPLETED))
    switch.changed()
    if timer is not None:
        _start(switch, session, before, timer, actor)
    else:
        _succeeded(switch, name, actor)
    switch.faults.after_commit()


def abort(switch: Switch, name: str, actor: Actor) -> None:
    """Raises: Refused. The session whose commit timer runs is rolled back at once."""
    session = switch.sessions.get(name)
    if switch.sessions.timer is not None and switch.sessions.timer.name == name:
        roll_back(switch)
        _report(switch, actor, "COMMIT_TIMER_CANCELED", f"canceled the commit timer on session {name}")
        return
    if session.state != "pending":
        raise Refused(sessions.OVER.format(name=name))
    most = switch.running.most_completed(sessions.MOST_COMPLETED)
    switch.sessions.finish(session, "aborted", actor.user, most)
    _report(switch, actor, "ABORTED", f"aborted configuration session {name}")


def expire(switch: Switch) -> None:
    """Roll back what was not confirmed in time; asked before every line and by the clock."""
    timer = switch.sessions.timer
    if timer is None or timer.expires > switch.clock():
        return
    switch.report(
        f"ConfigAgent: %SYS-3-CONFIG_SESSION_COMMIT_TIMER_TIMEDOUT: The commit timer on session {timer.name}"
        " has expired.The system configuration will be rolled back."
    )
    roll_back(switch)


def roll_back(switch: Switch) -> None:
    """What ran before the commit runs again."""
    switch.running = end_timer(switch, "aborted").before
    switch.refresh()
    switch.changed()


def end_timer(switch: Switch, state: str) -> CommitTimer:
    """The commit timer stops; its session ends in ``state``."""
    timer, switch.sessions.timer = switch.sessions.timer, None
    assert timer is not None
    session = switch.sessions.get(timer.name)
    switch.sessions.finish(session, state, session.commit_user)
    return timer


def replaced(switch: Switch, config: Config, actor: Actor, source: str) -> None:
    """`configure replace` and `configure checkpoint restore`: at once, without a session."""
    switch.checkpoints.automatic(switch.running, actor.user)
    switch.running = config
    switch.refresh()
    switch.changed()
    switch.report(
        f"ConfigAgent: %SYS-5-CONFIG_REPLACE_SUCCESS: User {actor.user} replaced running configuration with {source}"
        f" successfully on {actor.terminal} ({actor.address})"
    )


def _result(switch: Switch, session: Session) -> Config:
    """Without merge on commit the snapshot overwrites what others have changed since."""
    if switch.running.merges_at_commit:
        return merge.merged(session.base, session.config, switch.running)
    return session.config.copy()


def _start(switch: Switch, session: Session, before: Config, seconds: float, actor: Actor) -> None:
    session.state = "committed"
    switch.sessions.by_name[session.name] = session
    switch.sessions.timer = CommitTimer(session.name, before, switch.clock() + seconds)
    switch.wake(seconds)
    clock = f"{int(seconds) // 3600}:{int(seconds) // 60 % 60}:{int(seconds) % 60}"
    where = f"{actor.terminal} ({actor.address})"
    switch.report(
        f"{AGENT}COMMIT_TIMER_STARTED: User {actor.user} committed session {session.name} on {where},"
        f" with timer {clock}(hr:min:sec)."
    )


def _confirm(switch: Switch, actor: Actor) -> None:
    """Only now EOS calls it a success: recorded logs have STARTED, the time between, and SUCCESS."""
    _succeeded(switch, end_timer(switch, "completed").name, actor)


def _succeeded(switch: Switch, name: str, actor: Actor) -> None:
    _report(switch, actor, "COMMIT_SUCCESS", f"committed configuration session {name} successfully")
    if switch.running.saves_at_commit:
        switch.save(actor)


def _report(switch: Switch, actor: Actor, event: str, what: str) -> None:
    switch.report(f"{AGENT}{event}: User {actor.user} {what} on {actor.terminal} ({actor.address})")
