"""The settings' file as it is read: paths, defaults, links, and what the inventory says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.daemon import default_settings
from reconciler.core.limits import FleetLimits
from reconciler.desired.inventory import Inventory, load_inventory
from reconciler.desired.load import load
from reconciler.engine.bounds import limits_of
from reconciler.settings.check import check_settings
from reconciler.settings.listen import Endpoint
from reconciler.settings.load import Loaded, load_settings
from reconciler.settings.model import Settings
from reconciler.settings.places import control_socket, state_directory

ROOT = Path(__file__).parents[2]
HEAD = "apiVersion: reconciler/v1\nkind: Settings\nmetadata: {name: reconciler}\nspec:\n"
LEAST = f"{HEAD}  source: {{path: desired}}\n  inventory: i.yaml\n"
DEFAULTED = ("state", "socket", "loop", "suspend", "fights", "journal", "log", "transaction", "rollback", "rollout")


def loaded(path: Path, text: str) -> Loaded:
    path.write_text(text)
    return load_settings(path)


def sound(path: Path, text: str) -> Settings:
    found = loaded(path, text)
    assert [str(problem) for problem in found.problems] == []
    assert found.settings is not None
    return found.settings


def as_root(monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    for name in ("RECONCILE_STATE", "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    as_root(monkeypatch)
    found = load_settings(ROOT / "contrib/config.yaml")
    assert found.problems == ()
    default = default_settings("/srv/desired", Path("/srv/inventory.yaml"))
    assert found.settings is not None
    assert [getattr(found.settings, name) for name in DEFAULTED] == [getattr(default, name) for name in DEFAULTED]
    shown, nobody = found.settings.limits, Inventory(Path())
    assert limits_of(nobody, shown) == limits_of(nobody, default.limits) == FleetLimits()


def test_paths_are_relative_to_the_file_also_behind_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("etc", "store"):
        (tmp_path / name).mkdir()
    (tmp_path / "store/config.yaml").write_text(f"{LEAST}  state: state\n  socket: /run/x.sock\n")
    (tmp_path / "etc/config.yaml").symlink_to(tmp_path / "store/config.yaml")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("etc/config.yaml")).settings
    assert settings is not None
    here = tmp_path / "etc"
    assert (settings.inventory, settings.source.path) == (here / "i.yaml", here / "desired")
    assert (settings.state, settings.socket) == (here / "state", Path("/run/x.sock"))


def test_without_a_file_a_folder_or_a_url_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    local = default_settings("desired", tmp_path / "i.yaml")
    assert (local.source.path, local.inventory) == (tmp_path / "desired", tmp_path / "i.yaml")
    for url in ("https://host/desired.git", "ssh://git@host/desired.git", "git@host:desired.git"):
        assert (default_settings(url, tmp_path / "i.yaml").source.url, local.source.url) == (url, None)
    assert default_settings("file:///srv/x.git", tmp_path / "i.yaml").source.url == "/srv/x.git"
    assert sound(tmp_path / "c.yaml", LEAST) == local


PLACES = [
    ({}, "/var/lib/reconciler", "/run/reconciler/control.sock"),
    ({"STATE_DIRECTORY": "/s:/t", "RUNTIME_DIRECTORY": "/r:/q"}, "/s", "/r/control.sock"),
    ({"RECONCILE_STATE": "/o", "STATE_DIRECTORY": "/s"}, "/o", "/run/reconciler/control.sock"),
]


@pytest.mark.parametrize(("environment", "state", "socket"), PLACES)
def test_places_of_a_service(
    environment: dict[str, str], state: str, socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_root(monkeypatch, **environment)
    assert (state_directory(), control_socket()) == (Path(state), Path(socket))


def test_places_of_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    as_root(monkeypatch, XDG_STATE_HOME="/home/a/state", XDG_RUNTIME_DIR="/run/user/7")
    monkeypatch.setattr("os.geteuid", lambda: 7)
    assert control_socket() == Path("/run/user/7/reconciler/control.sock")
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert control_socket() == Path("/home/a/state/reconciler/control.sock")


def test_a_missing_file_and_a_folder_are_told_in_words(tmp_path: Path) -> None:
    (missing,) = load_settings(tmp_path / "none.yaml").problems
    assert str(missing) == (
        f"{tmp_path}/none.yaml:1:1: no-such-place: no such file: write one (docs/SETTINGS.md shows how), or "
        "give --desired and --inventory instead of --config"
    )
    (folder,) = load_settings(tmp_path).problems
    assert folder.what == "cannot be read (Is a directory)"
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    assert load_settings(tmp_path / "loop.yaml").settings is None


def test_addresses_to_listen_on(tmp_path: Path) -> None:
    source = "  source: {path: desired, webhook: {gitea: {secret: {env: S}}}}\n"
    text = f'{HEAD}{source}  inventory: i.yaml\n  listen: {{syslog: ["udp://[::]:514"], webhook: 127.0.0.1:1}}\n'
    listen = sound(tmp_path / "c.yaml", text).listen
    assert (listen.syslog, listen.webhook) == ((Endpoint("udp", "::", 514),), Endpoint("tcp", "127.0.0.1", 1))
    assert str(listen.syslog[0]) == "udp://[::]:514"


def test_patterns_that_select_nothing_are_warned_about(tmp_path: Path) -> None:
    text = (
        f"{LEAST}  heal:\n    - {{devices: [k01-worker, k01-wroker, 'ceos*'], heal: hold}}\n"
        "  windows:\n    - {deny: '0 0 * * *', for: 1h, clusters: [k01, staging]}\n"
        "  alerts: {receivers: {oncall: {webhook: {url: 'http://h'}, devices: [k01-workr, '*']}}}\n"
    )
    path = tmp_path / "c.yaml"
    document = loaded(path, text).document
    assert document is not None
    inventory, repository = load_inventory(ROOT / "inventory"), load(ROOT / "desired")
    assert [str(problem) for problem in check_settings(path, document, inventory, repository)] == [
        f"{path}:8:30: warning: matches-nothing: no device is named 'k01-wroker': did you mean 'k01-worker'?",
        f"{path}:10:52: warning: matches-nothing: no cluster is named 'staging': remove it, or correct it",
        f"{path}:11:71: warning: matches-nothing: no device is named 'k01-workr': did you mean 'k01-worker'?",
    ]
    assert len(check_settings(path, document, inventory)) == 2
    assert check_settings(path, document, load_inventory(tmp_path / "none")) == ()
