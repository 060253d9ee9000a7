"""What three git hosts send, with the examples that they and the standards publish; and what attackers send."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.secret import SecretMissing
from reconciler.source import webhook as module
from reconciler.source.webhook import MAX_BODY, SKEW, Denied, Kind, Webhook, webhooks

from .repository import settings

SECRET = "It's a Secret to Everybody"
BODY = json.dumps({"ref": "refs/heads/main", "after": "0" * 40}).encode()
NOW = 1_614_265_330.0
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Pairs = list[tuple[str, str]]


def digest(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def github(body: bytes = BODY, event: str = "push") -> Pairs:
    return [("X-GitHub-Event", event), ("X-Hub-Signature-256", f"sha256={digest(body)}"), ("Host", "x")]


def gitea(body: bytes = BODY) -> Pairs:
    return [("X-Gitea-Event", "push"), ("X-Gitea-Signature", digest(body)), ("X-Hub-Signature-256", "of another kind")]


def gitlab(token: str = SECRET, uuid: str = "1") -> Pairs:
    return [("X-Gitlab-Event", "Push Hook"), ("X-Gitlab-Token", token), ("X-Gitlab-Event-UUID", uuid)]


def signed(body: bytes = BODY, at: float = NOW, name: str = "msg_1") -> Pairs:
    key = base64.b64decode(SIGNING.removeprefix("whsec_"))
    mac = hmac.new(key, f"{name}.{at:.0f}.".encode() + body, hashlib.sha256).digest()
    return [
        ("X-Gitlab-Event", "Push Hook"),
        ("webhook-id", name),
        ("webhook-timestamp", f"{at:.0f}"),
        ("webhook-signature", f"v1,AAAA v1,{base64.b64encode(mac).decode()}"),
    ]


def denied(hook: Webhook, headers: Pairs, body: bytes = BODY, now: float = NOW) -> tuple[int, str]:
    with pytest.raises(Denied) as error:
        hook.check(headers, body, now)
    assert SECRET not in str(error.value)
    return error.value.status, str(error.value)


@pytest.mark.parametrize(
    ("kind", "secret", "headers"),
    [
        ("github", SECRET, github()),
        ("gitea", SECRET, gitea()),
        ("gitlab", SECRET, gitlab()),
        ("gitlab", SIGNING, signed()),
    ],
)
def test_a_push_is_told_once(kind: Kind, secret: str, headers: Pairs) -> None:
    hook = Webhook(kind, secret)
    assert hook.check(headers, BODY, NOW) == "refs/heads/main"
    assert denied(hook, headers) == (409, "this was delivered before")
    assert SECRET not in repr(hook)


def test_the_examples_that_were_published() -> None:
    """GitHub's page on validating deliveries; RFC 4231, test case 2; the reference vector of Standard Webhooks."""
    hello = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    ping = [("X-GitHub-Event", "ping"), ("X-Hub-Signature-256", hello)]
    assert Webhook("github", SECRET).check(ping, b"Hello, World!", NOW) == ""
    jefe = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    headers = [("X-Gitea-Event", "ping"), ("X-Gitea-Signature", jefe)]
    assert Webhook("gitea", "Jefe").check(headers, b"what do ya want for nothing?", NOW) == ""
    standard = [
        ("X-Gitlab-Event", "Test"),
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ]
    assert Webhook("gitlab", SIGNING).check(standard, b'{"test": 2432232314}', NOW) == ""


@given(st.binary(max_size=200), st.integers(0, 7), st.data())
def test_no_bit_may_be_changed(body: bytes, bit: int, data: st.DataObject) -> None:
    hook = Webhook("github", SECRET)
    headers = github(body, "ping")
    assert hook.check(headers, body, NOW) == ""
    changed = bytearray(body or b"\0")
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << bit
    assert denied(hook, headers, bytes(changed))[0] == 401


def test_what_is_not_signed_is_denied() -> None:
    assert denied(Webhook("github", SECRET), [("X-GitHub-Event", "push")])[0] == 401
    assert denied(Webhook("github", "another"), github())[0] == 401
    assert denied(Webhook("github", SECRET), gitea())[0] == 401
    assert denied(Webhook("gitea", SECRET), github())[0] == 401
    both = [*gitea(), ("X-Forgejo-Signature", "0" * 64)]
    assert denied(Webhook("gitea", SECRET), both) == (401, "the signature in x-forgejo-signature does not hold")
    assert denied(Webhook("gitlab", SECRET), gitlab("wrong")) == (401, "the token in x-gitlab-token is not ours")
    assert denied(Webhook("gitlab", SECRET), signed())[0] == 401
    assert denied(Webhook("gitlab", SIGNING), gitlab(SIGNING))[0] == 401
    assert denied(Webhook("gitlab", SIGNING), signed(), BODY + b" ")[0] == 401


@pytest.mark.parametrize("off", [-SKEW - 1, SKEW + 1])
def test_a_signed_time_must_be_now(off: float) -> None:
    assert "too old, or in the future" in denied(Webhook("gitlab", SIGNING), signed(at=NOW + off))[1]


@pytest.mark.parametrize("at", ["", "now", "-1", "1e9", "9" * 5000, "१"])
def test_a_time_that_is_none(at: str) -> None:
    headers = [(name, at if name == "webhook-timestamp" else value) for name, value in signed()]
    assert denied(Webhook("gitlab", SIGNING), headers)[0] in (400, 401)


def test_what_comes_twice_or_is_odd_is_denied() -> None:
    hook = Webhook("github", SECRET)
    assert denied(hook, [*github(), ("x-hub-signature-256", "sha256=0")]) == (
        400,
        "header x-hub-signature-256 is given twice",
    )
    for value in ("sha256=é", "sha256=\udcff", "a" * 5000, "a\nb", ""):
        assert denied(hook, [("X-GitHub-Event", "push"), ("X-Hub-Signature-256", value)])[0] in (400, 401)
    assert denied(hook, github()[1:]) == (400, "no header x-github-event")
    assert denied(hook, [], b"x" * (MAX_BODY + 1))[0] == 413


NO_REF = [b"", b"\xff", b"payload=%7B%7D", b"[]", b"{}", b'{"ref": 1}', b'{"ref": "main"}', b'{"ref": "refs/a\\n"}']
NO_REF += [b"[" * 100_000, b"9" * 5000, b'{"ref": "refs/' + b"x" * 5000 + b'"}']
NO_REF += [b'{"ref": "refs/\\u001b[2J"}', b'{"ref": "refs/\\ud800"}']


@pytest.mark.parametrize("body", NO_REF, ids=range(len(NO_REF)))
def test_a_body_that_names_no_ref_is_denied(body: bytes) -> None:
    assert denied(Webhook("github", SECRET), github(body), body)[0] == 400


def test_a_replay_is_known_by_its_body_or_by_its_number() -> None:
    hook = Webhook("gitlab", SECRET)
    hook.check(gitlab(uuid="1"), BODY, NOW)
    assert denied(hook, gitlab(uuid="2"))[0] == 409
    assert denied(hook, gitlab(uuid="1"), BODY + b" ")[0] == 409
    assert hook.check(gitlab(uuid="3"), BODY + b" ", NOW) == "refs/heads/main"


def test_the_memory_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 10)
    hook = Webhook("github", SECRET)
    for number in range(50):
        body = BODY + b" " * number
        hook.check(github(body), body, NOW + number)
    assert len(hook._seen) <= 12
    assert denied(hook, github(body), body, NOW + 50)[0] == 409
    assert hook.check(github(body), body, NOW + module.REMEMBERED + 100) == "refs/heads/main"
    assert len(hook._seen) == 1


def test_a_ping_may_come_again() -> None:
    hook = Webhook("github", SECRET)
    assert [hook.check(github(b"{}", "ping"), b"{}", NOW) for _ in range(2)] == ["", ""]


def test_secrets_come_from_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    section = settings(path="x", webhook={"github": {"secret": {"env": "HOOK"}}}).webhook
    assert section is not None
    for value in (None, ""):
        monkeypatch.delenv("HOOK", raising=False) if value is None else monkeypatch.setenv("HOOK", value)
        with pytest.raises(SecretMissing):
            webhooks(section)
    monkeypatch.setenv("HOOK", SECRET)
    assert webhooks(section)["github"].check(github(), BODY, NOW) == "refs/heads/main"
    with pytest.raises(ValueError, match="32 bytes"):
        Webhook("gitlab", "whsec_short")
