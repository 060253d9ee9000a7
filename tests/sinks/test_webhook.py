"""A real server hears of alerts: the document, its signature, and what becomes of every answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.settings.alerts import AlertSettings
from reconciler.sinks.alerts.alert import Alert
from reconciler.sinks.alerts.alerts import Alerts
from reconciler.sinks.alerts.clock import Clock
from reconciler.sinks.alerts.failure import Failure
from reconciler.sinks.alerts.message import Item, Message
from reconciler.sinks.alerts.sender import sender
from tests.sinks.receiver import Recorder, recording

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas/alert.v1.json").read_text()))
CHANGE = {
    "verb": "update",
    "kind": "fdb",
    "name": "66:d2 dev vxlan.calico",
    "fields": {"dst": ["10.0.0.9", "10.0.0.2"]},
}
ALERT = Alert(
    *("9f8e7d6c5b4a", "drift", "k01-worker", "drift on k01-worker: …", 1795290000.25, "k01-worker"),
    by="admin on vty3 (10.0.0.5)",
    changes=(CHANGE,),
    count=1,
)
OPENED = Message("0" * 32, (Item("opened", 1, ALERT),))
OVER = Message("1" * 32, (Item("resolved", 1, ALERT.over(1795290000.5, "put back")),), dropped=3)


def sent(message: Message, way: dict[str, Any]) -> str:
    rules = AlertSettings.model_validate({"receivers": {"hook": way}}).receivers["hook"]
    return asyncio.run(sender("hook", rules, "host1", Clock()).send(message))


def refused(recorder: Recorder, status: int, **headers: str) -> Failure:
    recorder.answers.append((status, headers))
    with pytest.raises(Failure) as caught:
        sent(OPENED, {"webhook": {"url": recorder.url}})
    return caught.value


def test_the_document_is_signed_and_known_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "s3cret")
    with recording() as recorder:
        way = {"webhook": {"url": f"{recorder.url}/x?tenant=1", "secret": {"env": "HOOK"}}}
        assert sent(OPENED, way) == "HTTP 200 OK"
        sent(OVER, way)
        first, second = recorder.calls
    assert first.path == "/x?tenant=1"
    assert first.headers["Idempotency-Key"] == "0" * 32
    right = hmac.new(b"s3cret", first.body, hashlib.sha256).hexdigest()
    assert first.headers["X-Reconciler-Signature-256"] == f"sha256={right}"
    for call in (first, second):
        SCHEMA.validate(call.document)
    (alert,) = first.document["alerts"]
    assert (alert["startsAt"], alert["summary"]) == (
        "2026-11-21T19:40:00.250Z",
        "k01-worker: drift by admin on vty3 (10.0.0.5)",
    )
    assert second.document["dropped"] == 3
    assert second.document["alerts"][0]["outcome"] == "put back"


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_is_about_the_message_is_lasting(status: int) -> None:
    with recording() as recorder:
        assert refused(recorder, status).lasting


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 408, 429, 500, 502, 503])
def test_all_else_may_pass(status: int) -> None:
    with recording() as recorder:
        assert not refused(recorder, status, Location="http://127.0.0.1:1/").lasting
        assert len(recorder.calls) == 1


def test_a_receiver_may_say_when() -> None:
    with recording() as recorder:
        assert refused(recorder, 503, **{"Retry-After": "120"}).after == 120.0
        assert 50 < refused(recorder, 429, **{"Retry-After": formatdate(time.time() + 60, usegmt=True)}).after < 61
        assert refused(recorder, 429, **{"Retry-After": "9" * 30}).after == 3600.0
        assert refused(recorder, 429, **{"Retry-After": "soon"}).after == 0.0


def test_no_answer_gives_a_secret_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret-canary")
    monkeypatch.setenv("HOOK", "s3cret-canary")
    ways: list[dict[str, Any]] = [
        {"webhook": {"secret": {"env": "HOOK"}}},
        {"alertmanager": {"token": {"env": "TOKEN"}}},
        {"alertmanager": {"username": "me", "password": {"env": "TOKEN"}}},
    ]
    with recording() as recorder:
        for way in ways:
            next(iter(way.values()))["url"] = recorder.url
            recorder.answers.append((400, {}))
            call = recorder.calls[-1] if recorder.calls else None
            recorder.said = b"you have sent s3cret-canary, Bearer s3cret-canary, bWU6czNjcmV0LWNhbmFyeQ=="
            with pytest.raises(Failure) as caught:
                sent(OPENED, way)
            assert str(caught.value) == "HTTP 400 Bad Request: (an answer with a secret in it)"
            assert recorder.calls[-1] is not call
        assert recorder.calls[-1].headers["Authorization"] == "Basic bWU6czNjcmV0LWNhbmFyeQ=="
        assert recorder.calls[-2].headers["Authorization"] == "Bearer s3cret-canary"


def test_who_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    with recording() as recorder:
        url = recorder.url
    with pytest.raises(Failure, match=r"^Connection refused$"):
        sent(OPENED, {"webhook": {"url": f"{url}/secret-path"}})
    with pytest.raises(Failure) as caught:
        sent(OPENED, {"webhook": {"url": "https://no-such-host.invalid/secret-path"}})
    assert "secret-path" not in str(caught.value)


def test_https_is_believed_only_with_the_right_certificate(tmp_path: Path) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    line = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*line, *names, "-keyout", key, "-out", cert], check=True, capture_output=True)
    with recording(certificate=(cert, key)) as recorder:
        url = recorder.url.replace("http:", "https:")
        assert sent(OPENED, {"webhook": {"url": url, "ca": str(cert)}}) == "HTTP 200 OK"
        with pytest.raises(Failure, match="its certificate is not believed: self-signed certificate"):
            sent(OPENED, {"webhook": {"url": url}})
        with pytest.raises(Failure, match="No such file"):
            sent(OPENED, {"webhook": {"url": url, "ca": str(tmp_path / "none")}})
        assert len(recorder.calls) == 1


def test_a_test_alert_is_really_sent_and_its_answer_told(tmp_path: Path) -> None:
    with recording() as good, recording() as bad:
        bad.answers.append((403, {}))
        receivers = {"good": {"webhook": {"url": good.url}}, "bad": {"webhook": {"url": bad.url}}}
        alerts = Alerts(tmp_path / "a.db", AlertSettings.model_validate({"receivers": receivers}))
        results = {one.receiver: (one.ok, one.words) for one in asyncio.run(alerts.test("*"))}
        assert asyncio.run(alerts.test("nobody")) == []
    assert results == {
        "good": (True, "a test and its end are sent: HTTP 200 OK"),
        "bad": (False, "HTTP 403 Forbidden"),
    }
    assert good.told == [("opened", "good"), ("resolved", "good")]


KILLED = """
import asyncio, sys
from pathlib import Path
from reconciler.report.event import Event
from reconciler.settings.alerts import AlertSettings
from reconciler.sinks.alerts.alerts import Alerts

async def main():
    pace = {"group": "10ms", "settle": "200ms", "interval": "100ms"}
    settings = {**pace, "receivers": {"hook": {"webhook": {"url": sys.argv[2]}}}}
    alerts = Alerts(Path(sys.argv[1]), AlertSettings.model_validate(settings))
    await alerts.settle([f"{0:012x}"] if sys.argv[3] == "first" else [])
    if sys.argv[3] == "first":
        data = {"episode": "opened", "id": f"{0:012x}", "condition": "drift", "subject": "n1", "since": 1.7e9}
        alerts.hear(Event("drift", "drift on n1", "n1", data=data))
    await alerts.run()

asyncio.run(main())
"""


def test_a_daemon_that_is_killed_while_it_sends_sends_the_same_again_and_then_the_end(tmp_path: Path) -> None:
    with recording() as recorder:
        recorder.answers = [(503, {"Retry-After": "600"})]
        first = start(tmp_path, recorder, "first")
        until(lambda: len(recorder.calls) == 1)
        first.send_signal(signal.SIGKILL)
        first.wait()
        second = start(tmp_path, recorder, "second")
        until(lambda: len(recorder.calls) == 3)
        second.kill()
        second.wait()
    keys = [call.headers["Idempotency-Key"] for call in recorder.calls]
    assert keys[0] == keys[1] != keys[2]
    assert recorder.told == [("opened", "n1"), ("opened", "n1"), ("resolved", "n1")]
    assert recorder.url.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("alerts.db*"))


def start(folder: Path, recorder: Recorder, which: str) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-c", KILLED, str(folder / "alerts.db"), recorder.url, which]
    return subprocess.Popen(line, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def until(true: Any) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)
