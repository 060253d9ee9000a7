"""What happens on that day: each secret is used, refused, echoed, mistyped; people look at all there is to look at."""

from __future__ import annotations

import hashlib
import hmac
import signal
import socket
import subprocess

from reconciler.desired.inventory import load_inventory
from tests.canary.conftest import Day
from tests.canary.places import documents

SAID = "<189>Nov 21 03:04:05 ceos01 ConfigAgent: %SYS-5-CONFIG_I: Configured from console by eve on vty3 (10.0.0.5)"
TYPED = "    ceos01: {platform: arista_eos, host: 127.0.0.1, password: %s}\n"


def live(day: Day, process: subprocess.Popen[bytes]) -> None:
    day.wait("ready")
    day.wait("rollout")
    for name in ("ceos02", "n1", "n2"):
        day.wait("unreachable", name)
    drifts(day)
    revisions(day)
    hooks(day)
    tests(day)
    mistyped(day, process)
    tokens(day)
    planted(day)
    looks(day)


def push(day: Day, text: bytes, subject: str) -> str:
    revision = day.git.push(text, subject=subject)
    day.control.post("/v1/poke", {})
    return revision


def drifts(day: Day) -> None:
    """Somebody changes what is ours together with secrets that are not."""
    community, key = day.birds.plant("drifted community"), day.birds.plant("drifted key")
    lines = (f"snmp-server community {community} rw", f"tacacs-server host 10.9.9.7 key 0 {key}")
    before = len(day.events("healed"))
    day.switch.configure(*lines, "vlan 10", "name Forged", "exit")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.sendto(SAID.encode(), ("127.0.0.1", day.nest.syslog))
        syslog.sendto(b"<189>ceos01 Aaa: %AAA-5-CMD: secret " + key.encode(), ("127.0.0.1", day.nest.syslog))
    day.until(lambda: len(day.events("healed")) > before, "healed")


def revisions(day: Day) -> None:
    """A good one, bad ones with secrets where none belong, and the way back."""
    first = push(day, documents(description="two"), "Describe")
    day.wait("rollout", first[:12])
    for bad in (
        documents().replace(
            b"metadata: {name: ceos01}",
            f"metadata: {{name: ceos01}}\npassword: {day.birds.plant('in a document')}".encode(),
        ),
        documents().replace(
            b"spec:\n  routing", f"spec:\n  secret: {day.birds.plant('in a spec')}\n  routing".encode()
        ),
        documents() + f'---\nsecret: "{day.birds.plant("torn document")}\n'.encode(),
    ):
        revision = push(day, bad, "Bad")
        day.wait("revision", f"revision {revision[:12]} is bad")
    push(day, documents(description="three"), "Again")
    day.wait("rollout", least=3)
    cycle = next(
        one["id"] for one in day.ask("/v1/history?kind=revision&limit=100")["entries"] if one["revision"] == first
    )
    seen = day.ask("/v1/rollback", cycle=cycle, width=80)
    day.ask("/v1/rollback", cycle=cycle, digest="0" * 12)
    assert day.ask("/v1/rollback", cycle=cycle, digest=seen["digest"], reason="it hurt")["revision"] == first
    day.wait("rollback")


def hooks(day: Day) -> None:
    """Git hosts that call, each rightly once, and wrongly with a secret of its own."""
    body = b'{"ref": "refs/heads/main"}'
    for kind, header in (("github", "X-Hub-Signature-256"), ("gitea", "X-Gitea-Signature")):
        right = hmac.new(day.birds[kind].encode(), body, hashlib.sha256).hexdigest()
        mark = "sha256=" if kind == "github" else ""
        event = {f"X-{kind.capitalize()}-Event": "push"}
        day.read(day.nest.hook, f"/{kind}", "POST", body, **event, **{header: mark + right})
        day.read(day.nest.hook, f"/{kind}", "POST", body, **event, **{header: mark + day.birds.plant(f"wrong {kind}")})
    for token in (day.birds["gitlab"], day.birds.plant("wrong gitlab")):
        day.read(day.nest.hook, "/gitlab", "POST", body, X_Gitlab_Event="Push Hook", X_Gitlab_Token=token)
    day.wait("webhook", "tells of a push", 3)
    day.wait("webhook", "is refused", 3)


def tests(day: Day) -> None:
    """Every receiver, until each has answered in every way."""
    for _ in range(6):
        day.ask("/v1/alert/test", receiver="*")
    assert min(day.parrot.times[kind] for kind in ("am", "amt", "hook", "chat")) >= 6
    assert "elsewhere" not in day.parrot.times


def mistyped(day: Day, process: subprocess.Popen[bytes]) -> None:
    """Passwords where the place of one belongs, in the settings and the inventory; and files torn in the middle."""
    config, inventory = day.folder / "config.yaml", day.folder / "inventory.yaml"
    good, known = config.read_text(), inventory.read_text()
    plant = day.birds.plant
    bad = [
        good.replace("token: {file: files/token}", f"token: {plant('typed token')}"),
        good.replace("token: {file: files/token}", f"token: {{{plant('typed key')}: x}}"),
        good.replace("token: {file: files/token}", f"token: {{env: '{plant('typed as a name', ' ')}'}}"),
        good.replace("url: https://localhost", f"url: https://me:{plant('in a url')}@localhost"),
        good.replace(
            "receivers:\n", f"receivers:\n      typed: {{apprise: {{url: 'slack://{plant('typed slack')}/'}}}}\n"
        ),
        good.replace("receivers:\n", f"receivers:\n      typed: 'slack://{plant('typed receiver')}/'\n"),
        good.replace("receivers:\n", f"receivers:\n      typed: {{webhook: 'https://x/{plant('typed hook')}'}}\n"),
        good.replace(
            "receivers:\n", f"receivers:\n      typed: {{webhook: {{url: 'https://a:{plant('typed url')}@x/'}}}}\n"
        ),
        good.replace("github: {secret: {env: GITHUB_HOOK}}", f"github: {plant('typed github')}"),
        good.replace("github: {secret: {env: GITHUB_HOOK}}", f"github: {{secret: {plant('typed github secret')}}}"),
        good.replace("github: {secret: {env: GITHUB_HOOK}}", f"github: {{token: {plant('unknown field')}}}"),
        good.replace("username: deploy", f"username: deploy:{plant('behind a name')}"),
        good.replace("username: me", f"username: me:{plant('behind another name')}"),
        good.replace("  alerts:\n", f"  alerts: slack://{plant('alerts')}/\n  other:\n"),
        good.replace("  source:\n", f"  source: https://me:{plant('source')}@host/x\n  other:\n"),
        good.replace("state: state", f"state: [{plant('state')}"),
        good.replace("token: {file: files/token}", f'token: "{plant("torn quote")}'),
        good.replace("token: {file: files/token}", f"token: @{plant('torn at')}"),
        good.replace("token: {file: files/token}", f"token: x: {plant('torn mapping')}"),
        good.replace("token: {file: files/token}", f"token: *{plant('torn alias')}"),
        good.replace("token: {file: files/token}", f"token: !{plant('torn tag')} x"),
    ]
    for number, text in enumerate(bad):
        assert text != good
        config.write_text(text)
        process.send_signal(signal.SIGHUP)
        day.wait("reload", least=number + 1)
        day.until(
            lambda: any(one["kind"] == "settings" for one in day.ask("/v1/status")["conditions"]), f"settings {number}"
        )
    config.write_text(good)
    process.send_signal(signal.SIGHUP)
    day.wait("settings", "the settings are good")
    torn = [
        TYPED % plant("typed password"),
        TYPED % f'"{plant("torn password")}',
        TYPED % f"{{{plant('password as a field')}: 1}}",
    ]
    torn.append(TYPED.replace("127.0.0.1", f"ops:{plant('before a host')}@10.0.0.1") % "{env: X}")
    torn.append(TYPED.replace("127.0.0.1", f"127.0.0.1, username: 'ops:{plant('behind a user')}'") % "{env: X}")
    inventory.write_text(known + torn[0].replace("ceos01", "ceos11"))
    day.control.post("/v1/poke", {})
    day.wait("inventory", "is bad")
    for more in torn:
        (day.folder / "torn.yaml").write_text(known + more.replace("ceos01", "ceos11"))
        problems = load_inventory(day.folder / "torn.yaml").problems
        assert problems
        day.said += [str(one).encode() for one in problems]
    inventory.write_text(known)
    day.control.post("/v1/poke", {})
    day.wait("inventory", "the inventory is good")


def tokens(day: Day) -> None:
    """The git host refuses another token, and sends us elsewhere."""
    token = day.folder / "files/token"
    good = token.read_text()
    token.write_text(day.birds.plant("wrong token"))
    day.control.post("/v1/poke", {})
    day.wait("source", "cannot be read")
    token.write_text(good)
    day.control.post("/v1/poke", {})
    day.wait("source", "answers again")
    day.control.post("/v1/poke", {})
    day.git.host.elsewhere = f"http://127.0.0.1:{day.parrot.port}/elsewhere"
    day.wait("source", "cannot be read", 2)
    day.git.host.elsewhere = ""
    day.wait("source", "answers again", 2)


def planted(day: Day) -> None:
    """In the open, for the search to find: it shows that it looks everywhere."""
    day.ask("/v1/suspend", target="n1", reason=f"the password is {day.birds.plant('in the open')}", seconds=60)
    day.switch.configure("vlan 20", f"name {day.birds.plant('as a name')}", "exit")
    day.wait("drift", day.birds["as a name"])
    day.until(lambda: any(day.birds["as a name"].encode() in one for one in day.parrot.heard), "an alert")


def looks(day: Day) -> None:
    for path in ("/v1/status", "/v1/plan?width=80", "/v1/history?limit=1000", "/metrics", "/livez", "/readyz"):
        if path.startswith("/v1"):
            day.ask(path)
        else:
            day.read(day.nest.metrics, path)
    entries = day.ask("/v1/history?limit=1000")["entries"]
    for entry in entries:
        day.ask(f"/v1/history/{entry['id']}")
    old, new = [one["revision"] for one in entries if one["kind"] == "revision"][:2]
    day.ask(f"/v1/diff?old={old}&new={new}&width=80")
    day.commands("status", "history", "plan", f"diff {old} {new}")
