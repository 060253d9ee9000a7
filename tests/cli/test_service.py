"""`reconcile service` below a directory: what it writes, and what it leaves alone. tests/system runs it for real."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import service, units
from reconciler.cli.main import root

COMMAND = Path("/opt/reconciler/bin/reconcile")
SERVICE = "etc/systemd/system/reconciler.service"


@pytest.fixture(autouse=True)
def _installed_by_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "our_command", lambda: COMMAND)


def run(image: Path, *words: str, code: int = 0) -> list[str]:
    """The lines of `reconcile service WORDS --root IMAGE`."""
    ran = invoke(*words, "--root", str(image))
    assert ran.exit_code == code, ran.output
    return ran.output.splitlines()


def invoke(*words: str) -> Result:
    return CliRunner().invoke(root, ["service", *words])


def tree(image: Path) -> dict[str, str]:
    return {str(path.relative_to(image)): path.read_text() for path in image.rglob("*") if path.is_file()}


def test_what_is_written_runs_this_very_command(tmp_path: Path) -> None:
    run(tmp_path, "install")
    files = tree(tmp_path)
    assert set(files) == {*units.PLACES.values(), units.CONFIG}
    started = [line for line in files[SERVICE].splitlines() if line.startswith("ExecStart=")]
    assert started == [f"ExecStart={COMMAND} daemon --config /etc/reconciler/config.yaml"]
    assert (tmp_path / units.CONFIG).stat().st_mode & 0o777 == 0o640


def test_a_second_time_nothing_changes(tmp_path: Path) -> None:
    run(tmp_path, "install")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    signs = [line[0] for line in run(tmp_path, "install")[:6]]
    assert signs == ["="] * 6
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_an_upgrade_rewrites_what_was_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, "install")
    monkeypatch.setattr(service, "our_command", lambda: Path("/opt/newer/bin/reconcile"))
    assert f"~ {tmp_path / SERVICE}" in run(tmp_path, "install")
    assert "ExecStart=/opt/newer/bin/reconcile " in tree(tmp_path)[SERVICE]


def test_a_persons_configuration_stays(tmp_path: Path) -> None:
    config = tmp_path / units.CONFIG
    config.parent.mkdir(parents=True)
    config.write_text("mine")
    for verb in ("install", "uninstall"):
        run(tmp_path, verb)
        assert config.read_text() == "mine"


def test_dry_runs_touch_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, "install", "--dry-run")[-1] == "Nothing was written."
    assert tree(tmp_path) == {}
    run(tmp_path, "install")
    before = tree(tmp_path)
    assert run(tmp_path, "uninstall", "--dry-run")[-1] == "Nothing was removed."
    assert tree(tmp_path) == before


def theirs_as_file(place: Path) -> None:
    place.write_text("[Service]\nExecStart=/bin/true\n")


def theirs_as_mask(place: Path) -> None:
    place.symlink_to("/dev/null")


def theirs_as_folder(place: Path) -> None:
    place.mkdir()


@pytest.mark.parametrize("make", [theirs_as_file, theirs_as_mask, theirs_as_folder])
@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_others_units_are_left_alone_and_nothing_else_is_done(
    verb: str, make: Callable[[Path], None], tmp_path: Path
) -> None:
    if verb == "uninstall":
        run(tmp_path, "install")
        (tmp_path / SERVICE).unlink()
    (tmp_path / SERVICE).parent.mkdir(parents=True, exist_ok=True)
    make(tmp_path / SERVICE)
    before = sorted(tmp_path.rglob("*"))
    assert str(tmp_path / SERVICE) in run(tmp_path, verb, code=1)[-1]
    assert sorted(tmp_path.rglob("*")) == before


def test_uninstalling_leaves_no_file_of_ours(tmp_path: Path) -> None:
    run(tmp_path, "install")
    dropin = tmp_path / "etc/systemd/system/reconciler.service.d/mine.conf"
    dropin.parent.mkdir()
    dropin.write_text("mine")
    run(tmp_path, "uninstall")
    assert set(tree(tmp_path)) == {units.CONFIG, str(dropin.relative_to(tmp_path))}
    assert run(tmp_path, "uninstall") == ["Nothing was removed."]


@pytest.mark.parametrize("place", units.PACKAGED)
def test_a_package_has_the_first_word(place: str, tmp_path: Path) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).touch()
    assert "from a package" in run(tmp_path, "install", code=1)[-1]
    assert set(tree(tmp_path)) == {place}


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A virtual environment at a place that the service would see, whatever the machine calls it."""
    monkeypatch.setattr(units, "HIDDEN", (Path("/home"),))
    place = tmp_path / "bin/reconcile"
    place.parent.mkdir()
    place.touch()
    monkeypatch.setattr(sys, "argv", [str(place)])
    return place


def test_the_command_that_runs_is_the_services(venv: Path) -> None:
    assert units.our_command() == venv


def test_a_link_to_it_is_followed(venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "reconcile"
    link.symlink_to(venv)
    monkeypatch.setattr(sys, "argv", [str(link)])
    assert units.our_command() == venv


def test_a_place_that_the_service_cannot_see_is_refused(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "HIDDEN", (venv.parents[1],))
    with pytest.raises(units.Refused, match="ProtectHome"):
        units.our_command()


@pytest.mark.parametrize("folder", ["a b", "100%n", "$HOME", 'quo"te', "new\nline", "ü"])
def test_a_path_that_systemd_would_read_otherwise_is_refused(
    folder: str, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = venv.with_name(folder) / "reconcile"
    strange.parent.mkdir()
    strange.touch()
    monkeypatch.setattr(sys, "argv", [str(strange)])
    with pytest.raises(units.Refused, match="characters"):
        units.our_command()


def test_without_a_command_there_is_no_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["__main__.py"])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    with pytest.raises(units.Refused, match="virtual environment"):
        units.our_command()
