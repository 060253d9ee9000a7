"""The server itself: what survives a kill, what a watch may rely on, what a bad request gets."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import time
from typing import Any

import pytest

from reconciler.lab.kube import seed

from .conftest import Server

Manifest = dict[str, Any]
POOLS = "/apis/projectcalico.org/v3/ippools"
POOL = f"{POOLS}/default-ipv4-ippool"
MERGE = "application/merge-patch+json"


def _watch(server: Server, query: str, path: str = POOLS) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", f"{path}?watch=1&{query}")
    return connection.getresponse()


def _event(response: http.client.HTTPResponse) -> tuple[str, Manifest]:
    event = json.loads(response.readline())
    return event["type"], event["object"]


def test_a_kill_loses_nothing_that_was_answered(server: Server, pool: Manifest) -> None:
    server.request("POST", POOLS, pool)
    _, patched = server.request("PATCH", POOL, {"spec": {"vxlanMode": "Always"}}, MERGE)
    server.stop(signal.SIGKILL)
    server.start()
    assert server.request("GET", POOL) == (200, patched)
    _, again = server.request("PATCH", POOL, {"spec": {"vxlanMode": "Never"}}, MERGE)
    assert int(again["metadata"]["resourceVersion"]) > int(patched["metadata"]["resourceVersion"])


def test_kills_in_the_middle_of_writing_leave_a_whole_state(server: Server, pool: Manifest) -> None:
    server.request("POST", POOLS, pool)
    for _ in range(5):
        answered = {}
        deadline = time.monotonic() + 0.05
        while time.monotonic() < deadline:
            answered = server.request("PATCH", POOL, {"metadata": {"labels": {"at": f"{time.monotonic_ns()}"}}}, MERGE)
        with socket.create_connection(("127.0.0.1", server.port)) as unanswered:
            body = json.dumps({"metadata": {"labels": {"at": "unanswered"}}})
            head = f"PATCH {POOL} HTTP/1.1\r\nContent-Type: {MERGE}\r\nContent-Length: {len(body)}\r\n\r\n"
            unanswered.sendall((head + body).encode())
            server.stop(signal.SIGKILL)
        server.start()
        label = server.request("GET", POOL)[1]["metadata"]["labels"]["at"]
        assert label in (answered[1]["metadata"]["labels"]["at"], "unanswered")


def test_sigterm_ends_cleanly_with_a_watch_open(server: Server) -> None:
    response = _watch(server, "")
    assert server.stop() == (0, "")
    response.close()


def test_an_unreadable_state_file_is_one_line(server: Server) -> None:
    server.stop()
    server.state.write_text("{")
    with pytest.raises(AssertionError):
        server.start()
    code, errors = server.process.wait(5), server.process.stderr
    assert code == 1
    assert errors is not None
    assert len(errors.read().splitlines()) == 1


def test_an_unchanged_object_is_not_written(server: Server, pool: Manifest) -> None:
    server.request("POST", POOLS, pool)
    written = server.state.stat().st_mtime_ns
    code, same = server.request("PATCH", POOL, {"spec": pool["spec"]}, MERGE)
    assert code == 200
    assert server.request("GET", POOL) == (200, same)
    assert server.state.stat().st_mtime_ns == written


def test_a_watch_from_a_list_misses_nothing(server: Server, pool: Manifest) -> None:
    version = server.request("GET", POOLS)[1]["metadata"]["resourceVersion"]
    server.request("POST", POOLS, pool)
    response = _watch(server, f"resourceVersion={version}")
    server.request("PATCH", POOL, {"spec": {"vxlanMode": "Always"}}, MERGE)
    server.request("PATCH", "/api/v1/nodes/k01-worker", {"metadata": {"labels": {"rack": "a"}}}, MERGE)
    server.request("DELETE", POOL)
    seen = [_event(response) for _ in range(3)]
    assert [(kind, obj["spec"]["vxlanMode"]) for kind, obj in seen] == [
        ("ADDED", "CrossSubnet"),
        ("MODIFIED", "Always"),
        ("DELETED", "Always"),
    ]
    versions = [int(obj["metadata"]["resourceVersion"]) for _, obj in seen]
    assert versions == sorted(set(versions))


def test_an_object_that_stops_matching_is_deleted_for_its_watcher(server: Server) -> None:
    node = "/api/v1/nodes/k01-worker"
    response = _watch(server, "labelSelector=rack", "/api/v1/nodes")
    for label in ("a", "b", None):
        server.request("PATCH", node, {"metadata": {"labels": {"rack": label}}}, MERGE)
    assert [_event(response)[0] for _ in range(3)] == ["ADDED", "MODIFIED", "DELETED"]


def test_a_watch_without_a_version_begins_with_what_exists(server: Server) -> None:
    response = _watch(server, "timeoutSeconds=1", "/apis/crd.projectcalico.org/v1/blockaffinities")
    events = [json.loads(line) for line in response.read().splitlines()]
    assert [event["type"] for event in events] == ["ADDED"] * 4


def test_a_watch_from_before_the_restart_has_expired(server: Server, pool: Manifest) -> None:
    version = server.request("GET", POOLS)[1]["metadata"]["resourceVersion"]
    server.request("POST", POOLS, pool)
    server.stop()
    server.start()
    code, status = server.request("GET", f"{POOLS}?watch=1&resourceVersion={version}")
    assert (code, status["reason"]) == (410, "Expired")


def test_put_must_name_the_version_it_replaces(server: Server, pool: Manifest) -> None:
    _, stored = server.request("POST", POOLS, pool)
    assert server.request("PUT", POOL, pool)[1]["details"]["causes"][0]["field"] == "metadata.resourceVersion"
    stored["spec"]["vxlanMode"] = "Always"
    assert server.request("PUT", POOL, stored)[0] == 200
    assert server.request("PUT", POOL, stored)[1]["reason"] == "Conflict"
    assert server.request("PUT", f"{POOLS}/absent", stored)[1]["reason"] == "NotFound"


def test_the_server_alone_gives_identity(server: Server, pool: Manifest) -> None:
    _, stored = server.request("POST", POOLS, pool)
    patch = {"metadata": {"creationTimestamp": "2001-01-01T00:00:00Z", "generation": 99}}
    assert server.request("PATCH", POOL, patch, MERGE) == (200, stored)
    code, status = server.request("PATCH", POOL, {"metadata": {"uid": "another"}}, MERGE)
    assert (code, status["reason"]) == (409, "Conflict")


def test_a_delete_may_be_conditional(server: Server, pool: Manifest) -> None:
    _, stored = server.request("POST", POOLS, pool)
    assert server.request("DELETE", POOL, {"preconditions": {"uid": "another"}})[0] == 409
    code, status = server.request("DELETE", POOL, {"preconditions": {"uid": stored["metadata"]["uid"]}})
    assert (code, status["status"]) == (200, "Success")


BAD: list[tuple[str, str, Any, int]] = [
    ("GET", "/apis/projectcalico.org/v3/ipamblocks", None, 404),
    ("GET", "/apis/example.com/v1", None, 404),
    ("GET", "/nothing", None, 404),
    ("GET", f"{POOLS}?labelSelector=a%20b", None, 400),
    ("GET", f"{POOLS}?fieldSelector=spec.cidr=x", None, 400),
    ("GET", f"{POOLS}?watch=1&resourceVersion=x", None, 400),
    ("DELETE", POOLS, None, 405),
    ("POST", POOL, {}, 405),
    ("POST", "/version", {}, 405),
    ("POST", POOLS, [], 400),
    ("POST", POOLS, {"kind": "Node"}, 400),
    ("POST", POOLS, {"apiVersion": "crd.projectcalico.org/v1"}, 400),
    ("POST", POOLS, {"metadata": []}, 400),
    ("POST", POOLS, {"metadata": {"name": "a", "labels": {"a": 1}}}, 400),
    ("POST", POOLS, {"metadata": {"name": "a", "resourceVersion": "1"}}, 400),
    ("POST", POOLS, {"metadata": {}}, 422),
    ("POST", POOLS, {"metadata": {"name": "Not_A_Name"}}, 422),
    ("POST", f"{POOLS}?fieldValidation=Strict", {"metadata": {"name": "a"}, "spec": {"vxlanmode": "Never"}}, 400),
    ("PATCH", "/api/v1/nodes/k01-worker", {"metadata": {"name": "other"}}, 415),
]


@pytest.mark.parametrize(("method", "path", "body", "code"), BAD, ids=str)
def test_a_bad_request_gets_a_status(server: Server, method: str, path: str, body: Any, code: int) -> None:
    answered, status = server.request(method, path, body)
    assert (answered, status["kind"], status["status"], status["code"]) == (code, "Status", "Failure", code)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/spec/podCIDR", "value": "10.0.0.0/24"},
        {"op": "remove", "path": "/spec/nothing"},
        {"op": "add", "path": "spec", "value": {}},
        {"op": "twist", "path": "/spec"},
        {"path": "/spec"},
    ],
    ids=str,
)
def test_a_json_patch_that_does_not_fit_changes_nothing(server: Server, operation: Manifest) -> None:
    node = "/api/v1/nodes/k01-worker"
    before = server.request("GET", node)
    code, status = server.request("PATCH", node, [operation], "application/json-patch+json")
    assert (code, status["reason"]) == (400, "BadRequest")
    assert server.request("GET", node) == before


def test_what_is_not_http_is_refused(server: Server) -> None:
    for text, code in ((b"hello\r\n\r\n", b"400"), (b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", b"413")):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(text)
            assert connection.recv(4096).startswith(b"HTTP/1.1 " + code)


def test_the_seed_names_affinities_as_calico_does() -> None:
    assert seed.block_affinity("n", "fd00:10::40/122")["metadata"]["name"] == "n-fd00-10--40-122"
