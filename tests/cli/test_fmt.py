"""`reconcile fmt`: files, exit codes, standard input, and what is left alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli.main import root

LOOSE = "kind: Node\napiVersion: reconciler/v1\nmetadata:\n    name: n1   # the first\nspec: {}\n"
TIDY = "apiVersion: reconciler/v1\nkind: Node\nmetadata:\n  name: n1     # the first\nspec: {}\n"
BROKEN = "apiVersion: reconciler/v1\nkind: Node\nkind: Node\n"
CLEAN: dict[str, str | None] = {"RECONCILE_INVENTORY": None, "RECONCILE_DESIRED": None}


def fmt(*words: object, given: bytes | None = None) -> Result:
    ran = CliRunner().invoke(root, ["fmt", *map(str, words)], standalone_mode=False, env=CLEAN, input=given)
    if ran.exception is not None:
        raise ran.exception
    return ran


@pytest.fixture
def desired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "desired"
    folder.mkdir()
    (folder / "loose.yaml").write_text(LOOSE)
    (folder / "tidy.yml").write_text(TIDY)
    (folder / "other.txt").write_text(LOOSE)
    monkeypatch.chdir(tmp_path)
    return folder


def test_what_differs_is_named_and_left(desired: Path) -> None:
    ran = fmt("--check")
    assert (ran.return_value, ran.stdout) == (2, "desired/loose.yaml\n")
    assert ran.stderr == "1 file to format, 1 in form.\n"
    assert (desired / "loose.yaml").read_text() == LOOSE
    assert "-    name: n1   # the first\n+  name: n1     # the first\n" in fmt("--check", "-v").stdout


def test_what_differs_is_replaced_and_keeps_its_mode(desired: Path) -> None:
    loose = desired / "loose.yaml"
    loose.chmod(0o640)
    before = loose.stat().st_ino
    ran = fmt()
    assert (ran.return_value, ran.stdout, ran.stderr) == (0, "desired/loose.yaml\n", "1 file formatted, 1 in form.\n")
    assert loose.read_text() == TIDY
    assert stat.S_IMODE(loose.stat().st_mode) == 0o640
    assert loose.stat().st_ino != before  # never half a file
    assert sorted(path.name for path in desired.iterdir()) == ["loose.yaml", "other.txt", "tidy.yml"]
    assert fmt("--check").return_value == 0


def test_what_cannot_be_read_is_named_with_its_place_and_left(desired: Path) -> None:
    (desired / "broken.yaml").write_text(BROKEN)
    (desired / "latin.yaml").write_bytes(b"a: \xe9\n")
    (desired / "away.yaml").symlink_to("/etc/hostname")
    ran = fmt()
    assert ran.return_value == 1
    assert ran.stderr.splitlines() == [
        "desired/away.yaml:1:1: link-leaves-folder: a symbolic link to outside the folder: "
        "replace it with a copy of the file",
        "desired/broken.yaml:3:1: duplicate-key: duplicate key 'kind' (first on line 2): remove one",
        "desired/latin.yaml:1:4: not-utf8: byte 0xe9 is not UTF-8: save the file as UTF-8",
        "1 file formatted, 3 files left as they are, 1 in form.",
    ]
    assert (desired / "broken.yaml").read_text() == BROKEN
    assert (desired / "loose.yaml").read_text() == TIDY


def test_a_link_within_the_folder_stays_one(desired: Path) -> None:
    (desired / "link.yaml").symlink_to("loose.yaml")
    assert fmt("desired/link.yaml").return_value == 0
    assert (desired / "link.yaml").is_symlink()
    assert (desired / "loose.yaml").read_text() == TIDY


def test_other_ends_of_lines_are_no_form(desired: Path) -> None:
    (desired / "tidy.yml").write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode())
    assert fmt("desired/tidy.yml").return_value == 0
    assert (desired / "tidy.yml").read_bytes() == TIDY.encode()


def test_standard_input(desired: Path) -> None:
    ran = fmt("-", given=LOOSE.encode())
    assert (ran.return_value, ran.stdout) == (0, TIDY)
    assert (
        fmt("-", "--check", given=LOOSE.encode()).return_value,
        fmt("--check", "-", given=TIDY.encode()).stdout,
    ) == (2, "")
    bad = fmt("-", given=BROKEN.encode())
    assert (bad.return_value, bad.stdout) == (1, BROKEN)
    assert bad.stderr == "<stdin>:3:1: duplicate-key: duplicate key 'kind' (first on line 2): remove one\n"


def test_the_inventory_and_the_settings_have_a_form_too(desired: Path) -> None:
    (desired / "all.yaml").write_text(
        "kind: Settings\napiVersion: reconciler/v1\nmetadata: {name: x}\nspec: {inventory: i.yaml, source: {}}\n"
        "---\nkind: Inventory\napiVersion: reconciler/v1\nmetadata: {name: x}\n"
        "spec: {devices: {a: {host: h, platform: linux}}}\n"
    )
    fmt("desired/all.yaml")
    assert (desired / "all.yaml").read_text().splitlines() == [
        "apiVersion: reconciler/v1",
        "kind: Settings",
        "metadata: {name: x}",
        "spec: {source: {}, inventory: i.yaml}",
        "---",
        "apiVersion: reconciler/v1",
        "kind: Inventory",
        "metadata: {name: x}",
        "spec:",
        "  devices:",
        "    a: {platform: linux, host: h}",
    ]


@pytest.mark.parametrize("words", [("nowhere",), ("-", "desired"), ("-o", "json")])
def test_a_wrong_word_is_no_empty_success(desired: Path, words: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(root, ["fmt", *words], standalone_mode=False, env=CLEAN)
    assert type(ran.exception).__name__ == "UsageError"
