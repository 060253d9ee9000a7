"""Three receivers of alerts on the lab's jump host, each for itself, and what each has heard in one common form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.lab import netns
from reconciler.sinks.alerts.webhook import KEY, SIGNATURE, signature
from reconciler.sinks.alerts.words import changed
from tests.sinks.alertmanager import Running, alertmanager
from tests.sinks.receiver import Recorder, recording

SECRET = "correct horse battery staple"
OVER = "over: "


class Said(NamedTuple):
    """``status``: opened or resolved, or updated. ``headline``: ``k01-worker: drift``. ``text``: all that is said."""

    status: str
    headline: str
    text: str
    episode: str = ""


@dataclass
class Hearing:
    """``desk``: signed calls of our own format. ``people``: whom Alertmanager tells. ``chat``: through apprise."""

    desk: Recorder
    people: Recorder
    chat: Recorder
    manager: Running

    @property
    def said(self) -> dict[str, list[Said]]:
        """By receiver, in order, all but tests."""
        heard = {"am": _of_people(self.people), "chat": _of_chat(self.chat), "desk": _of_desk(self.desk)}
        return {name: [one for one in found if not one.headline.endswith(": test")] for name, found in heard.items()}

    def of(self, headline: str) -> dict[str, list[Said]]:
        return {name: [one for one in said if one.headline == headline] for name, said in self.said.items()}

    def settings(self, folder: Path) -> str:
        """`alerts.receivers`, with what is secret in files of ``folder``; of `broken` nobody is at home."""
        (folder / "desk").write_text(SECRET)
        (folder / "chat").write_text(f"json://127.0.0.1:{self.chat.port}/")
        return (
            f'      am: {{alertmanager: {{url: "{self.manager.url}"}}}}\n'
            f'      desk: {{webhook: {{url: "{self.desk.url}/alerts", secret: {{file: desk}}}}}}\n'
            "      chat: {apprise: {url: {file: chat}}}\n"
            '      broken: {webhook: {url: "http://127.0.0.1:9/"}, kinds: [socket]}\n'
        )


@contextmanager
def hearing(folder: Path, namespace: str) -> Iterator[Hearing]:
    """Everybody listens on the loopback of ``namespace``."""
    with ExitStack() as stack:
        place = partial(netns.within, namespace)
        desk, people, chat = (stack.enter_context(recording(place=place)) for _ in range(3))
        manager = stack.enter_context(alertmanager(folder, people.url, namespace))
        yield Hearing(desk, people, chat, manager)


def _of_desk(recorder: Recorder) -> list[Said]:
    """Each call once, whatever was sent twice; all of them signed."""
    known: dict[str, Any] = {}
    for call in tuple(recorder.calls):
        assert call.headers[SIGNATURE] == signature(SECRET, call.body)
        known.setdefault(call.headers[KEY], call.document)
    return [
        Said(one["status"], one["summary"].partition(" by ")[0], _read_by_a_program(one), one["id"])
        for document in known.values()
        for one in document["alerts"]
    ]


def _of_people(recorder: Recorder) -> list[Said]:
    return [
        Said(
            {"firing": "opened"}.get(one["status"], one["status"]),
            one["annotations"]["summary"].partition(" by ")[0],
            f"{one['annotations']['summary']}\n{one['annotations']['description']}",
            one["annotations"]["episode"],
        )
        for call in tuple(recorder.calls)
        for one in call.document["alerts"]
    ]


def _of_chat(recorder: Recorder) -> list[Said]:
    """As somebody reads them on a telephone: one message may tell of several."""
    found = []
    for document in [call.document for call in tuple(recorder.calls)]:
        text = document["message"].rpartition("\n(reconciler on ")[0]
        several = re.match(r"\d+ alerts: ", document["title"])
        parts = text.split("\n\n") if several else [f"{document['title']}\n{text}"]
        found += [_read(*part.split("\n", 1)) for part in parts]
    return found


def _read(head: str, text: str) -> Said:
    status, line = ("resolved", head.removeprefix(OVER)) if head.startswith(OVER) else ("opened", head)
    status, line = ("updated", line.removeprefix("still ")) if line.startswith("still ") else (status, line)
    return Said(status, line.removeprefix("CRITICAL ").removesuffix(", over already"), f"{head}\n{text}")


def by_episode(said: Sequence[Said]) -> Mapping[str, list[str]]:
    """What was told of each, in order; where there are no ids, of each headline."""
    found = defaultdict(list)
    for one in said:
        found[one.episode or one.headline].append(one.status)
    return found


def _read_by_a_program(one: dict[str, Any]) -> str:
    """What there is to be shown."""
    changes = map(changed, one.get("changes", ()))
    return "\n".join([one["summary"], one["words"], *changes, one.get("waits", ""), one.get("outcome", "")])
