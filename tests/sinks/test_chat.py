"""apprise hears of alerts, and what a person reads; its URL, which is a secret, is read by nobody else."""

from __future__ import annotations

import asyncio
import io
import logging
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.settings.alerts import AppriseSettings
from reconciler.sinks.alerts import chat
from reconciler.sinks.alerts.alert import Alert
from reconciler.sinks.alerts.chat import Chat
from reconciler.sinks.alerts.failure import Failure
from reconciler.sinks.alerts.message import Item, Message
from reconciler.sinks.alerts.words import body, changed, summary, title
from tests.sinks.receiver import recording
from tests.sinks.test_webhook import ALERT, OPENED, OVER

CANARY = "s3cret-canary"
HELD = "held: heal: hold; `reconcile approve 75d7375b0927` applies it"


def told(url: str, message: Message = OPENED) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAT", url)
        settings = AppriseSettings.model_validate({"url": {"env": "CHAT"}})
        return asyncio.run(Chat(settings, "host1").send(message))


def test_a_person_reads_what_where_by_whom_and_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.sinks.alerts.words.clock", lambda at: "2026-11-21 19:40:00 +0000")
    held = replace(ALERT, waits=HELD)
    with recording() as recorder:
        url = f"json://127.0.0.1:{recorder.port}"
        assert told(url, Message("k", (Item("opened", 1, held),))) == "taken"
        told(url, OVER)
        first, second = (call.document for call in recorder.calls)
    assert first["title"] == "k01-worker: drift"
    assert first["message"].splitlines() == [
        "~ fdb 66:d2 dev vxlan.calico: dst 10.0.0.9 → 10.0.0.2",
        "by admin on vty3 (10.0.0.5)",
        "since 2026-11-21 19:40:00 +0000",
        f"not put back: {HELD}",
        "do: reconcile approve 75d7375b0927",
        "(reconciler on host1)",
    ]
    assert (first["type"], second["type"]) == ("warning", "success")
    assert second["title"] == "over: k01-worker: drift"
    assert "over after 250ms: put back" in second["message"]


def test_a_title_says_what_was_put_back_before_anybody_could_read_it() -> None:
    healed = ALERT.over(1795290000.34, "k01-worker: put back 1 entry 0.09 s after the drift")
    message = Message("k", (Item("opened", 1, healed),))
    assert title(message) == "k01-worker: drift, over already"
    assert body(message).endswith("over after 90ms: k01-worker: put back 1 entry 0.09 s after the drift")
    grave = Alert("0" * 12, "failed", "n1", "refused", 1.7e9, "n1")
    assert title(Message("k", (Item("reminder", 1, grave),))) == "still CRITICAL n1: applying fails"


def test_a_sign_alone_does_not_say_what_has_happened() -> None:
    changes: list[dict[str, Any]] = [
        {"verb": verb, "kind": "vlan", "name": "10", "cause": "drift", "fields": {}} for verb in ("create", "delete")
    ]
    assert [changed(one) for one in changes] == ["+ vlan 10: missing", "- vlan 10: wanted by no document"]
    assert [changed(one | {"cause": "pending"}) for one in changes] == ["+ vlan 10", "- vlan 10"]


def test_what_is_about_everything_names_no_place() -> None:
    bad = Alert("0" * 12, "revision", "source", "revision 123 is bad", 1.7e9, by="Ada")
    assert summary(bad) == "bad revision by Ada"
    assert title(Message("k", (Item("opened", 1, bad),))) == "CRITICAL bad revision"


def test_a_plan_that_waits_is_shown_with_the_reason_and_the_command() -> None:
    held = Alert("0" * 12, "held", "n1", "n1 is held", 1.7e9, "n1", waits=HELD, changes=ALERT.changes, count=9)
    lines = body(Message("k", (Item("opened", 1, held),))).splitlines()
    assert lines[:2] == ["~ fdb 66:d2 dev vxlan.calico: dst 10.0.0.9 → 10.0.0.2", "and 8 more"]
    assert lines[-2:] == [f"not written: {HELD}", "do: reconcile approve 75d7375b0927"]


def test_many_are_told_by_kind() -> None:
    away = [
        Item("opened", 1, Alert(f"{n:012x}", "unreachable", f"n{n}", f"n{n} is unreachable: x", 1.7e9, f"n{n}"))
        for n in range(500)
    ]
    message = Message("k", (*away, Item("resolved", 1, ALERT.over(1.8e9, "put back"))))
    assert title(message) == "501 alerts: 500 unreachable, 1 over: drift"
    lines = body(message).splitlines()
    assert lines[0] == "unreachable (500): n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 490 more"
    assert lines[-2] == "over: drift (1): k01-worker"
    assert len(lines) < 12


def test_what_a_device_says_calls_nobody_together() -> None:
    alert = Alert("0" * 12, "failed", "n1", "% Invalid @everyone <!channel> @here a@b.c", 1.7e9, "n1")
    said = body(Message("k", (Item("opened", 1, alert),)))
    assert not any(call in said for call in ("@everyone", "<!channel>", "@here"))
    assert "a@b.c" in said


def test_its_url_stays_a_secret(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever listens to all that is logged hears nothing of it. (`caplog` listens where nothing should go.)"""
    logged, said = io.StringIO(), []
    everything = logging.StreamHandler(logged)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [*root.handlers, everything])
    for name in (None, "apprise", "urllib3"):
        monkeypatch.setattr(logging.getLogger(name), "level", 1)
    logging.getLogger("other").debug("is heard")
    with recording() as recorder:
        recorder.said = CANARY.encode()
        recorder.answers = [(500, {}), (400, {}), (301, {"Location": "http://127.0.0.1:1/"})]
        for url in (
            *[f"json://me:{CANARY}@127.0.0.1:{recorder.port}/{CANARY}?+X-Token={CANARY}"] * 3,
            f"jsons://me:{CANARY}@127.0.0.1:{recorder.port}/?verify=no",
            f"nothing://{CANARY}",
            f"json://me:{CANARY}@127.0.0.1:1/",
            f"slack://{CANARY}",
            f"json://127.0.0.1:1/{CANARY}, json://127.0.0.1:2/",
        ):
            with pytest.raises(Failure) as caught:
                told(url)
            said.append((str(caught.value), caught.value.lasting))
    assert said[:2] == [
        ("the service answers with HTTP 500", False),
        ("the service answers with HTTP 400", True),
    ]
    assert "verify=no" in said[3][0]
    assert "none that apprise knows" in said[4][0]
    assert said[5] == ("the service cannot be reached, or refuses it", False)
    out = capfd.readouterr()
    assert logged.getvalue().startswith("is heard")
    assert CANARY not in f"{said}{logged.getvalue()}{out.out}{out.err}"


def test_a_service_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "PATIENCE", 0.2)
    monkeypatch.setattr(chat, "GRACE", 0.1)
    ticks = 0

    async def work(port: int) -> None:
        nonlocal ticks
        monkeypatch.setenv("CHAT", f"json://127.0.0.1:{port}/?rto=3&cto=3")
        one = Chat(AppriseSettings.model_validate({"url": {"env": "CHAT"}}), "host1")
        sending = asyncio.create_task(one.send(OPENED))
        while not sending.done():
            await asyncio.sleep(0.01)
            ticks += 1
        with pytest.raises(Failure):
            await sending

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        asyncio.run(work(deaf.getsockname()[1]))
    assert ticks > 10


def test_a_secret_that_is_not_there_is_told_by_its_place(tmp_path: Path) -> None:
    settings = AppriseSettings.model_validate({"url": {"file": str(tmp_path / "none")}})
    with pytest.raises(Exception, match="none cannot be read"):
        asyncio.run(Chat(settings, "host1").send(OPENED))
