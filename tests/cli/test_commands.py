"""The command line without devices: exit codes, plans from a file, and never a traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.cli.exits import worst
from reconciler.cli.main import main
from reconciler.report import plan_text
from reconciler.report.screen import Screen
from reconciler.report.text import Text

ROOT = Path(__file__).parents[2]
BROKEN = sorted(path for path in (ROOT / "tests/desired/broken").iterdir() if path.is_dir())
LIVE = Path(__file__).parent / "live.json"


def reconcile(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`reconcile WORDS` with nothing of ours in the environment and no terminal."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILE")}
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *map(str, words)],
        cwd=ROOT,
        env=clean | environment,
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """The plan for the captured live state, as text and as JSON."""
    memory = {"RECONCILE_STATE": str(tmp_path_factory.mktemp("state"))}
    text = reconcile("--dry-run", "--live", LIVE, **memory)
    data = reconcile("--dry-run", "--live", LIVE, "-o", "json", **memory)
    assert text.returncode == data.returncode == 4, text.stderr + data.stderr
    return text.stdout, json.loads(data.stdout)


def test_a_plan_names_each_change_with_its_line(planned: tuple[str, dict[str, Any]]) -> None:
    text, _ = planned
    assert "  ~ vlan 10  name Wrong → Calico-Network  [switch.yaml:8]" in text.splitlines()
    assert "  - route 192.168.99.0/26 table 254 metric 0  wanted by no document" in text.splitlines()
    assert "  ! unreachable: k01-worker2: no route to host" in text.splitlines()
    assert text.splitlines()[-1] == (
        "Plan: 23 to create, 0 to adopt, 3 to change, 1 to delete on 2 of 3 devices. 0 in sync. 1 unknown."
    )


def test_a_plan_in_json_fits_its_schema(planned: tuple[str, dict[str, Any]]) -> None:
    _, plan = planned
    jsonschema.validate(plan, json.loads((ROOT / "schemas/plan.v1.json").read_text()))
    (worker,) = [device for device in plan["devices"] if device["name"] == "k01-worker"]
    (moved,) = [change for change in worker["changes"] if change["name"].startswith("192.168.209.64/26")]
    assert moved["verb"] == "update"
    assert moved["fields"]["dev"] == ["eth1", "vxlan.calico"]
    assert moved["commands"][0].startswith("ip route replace 192.168.209.64/26 via 192.168.209.64 dev vxlan.calico")


def test_a_plan_does_not_depend_on_the_hash_seed() -> None:
    runs = {reconcile("--dry-run", "--live", LIVE, "-o", "json", PYTHONHASHSEED=seed).stdout for seed in "123"}
    assert len(runs) == 1


def test_compile_in_json_fits_its_schema() -> None:
    ran = reconcile("compile", "-o", "json")
    assert ran.returncode == 0, ran.stderr
    jsonschema.validate(json.loads(ran.stdout), json.loads((ROOT / "schemas/state.v1.json").read_text()))


def within(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    """Exit code, output and errors of the command in this very process: Python need not start for each folder."""
    monkeypatch.setattr("sys.argv", ["reconcile", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code, *capsys.readouterr()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the checkout, with nothing of ours in the environment."""
    monkeypatch.chdir(ROOT)
    for name in [name for name in os.environ if name.startswith("RECONCILE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RECONCILE_STATE", str(tmp_path))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("folder", BROKEN, ids=lambda path: path.name)
def test_bad_documents_stop_everything_before_a_device_is_contacted(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inventory names devices that do not exist: whoever contacted one would say so."""
    wanted = (folder / "problems.txt").read_text().splitlines()
    errors = [line for line in wanted if ": warning: " not in line]
    code, out, err = within(["validate", "--desired", str(folder)], capsys, monkeypatch)
    assert not re.search("Traceback|a mistake of ours", err)
    assert set(wanted) <= set(out.splitlines())
    if not errors:
        return
    assert code == 1
    code, out, err = within(["--dry-run", "--desired", str(folder)], capsys, monkeypatch)
    assert (code, out) == (1, "")
    assert err.splitlines() == errors


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--dry-run", "--live", "nowhere.json"], "nowhere.json cannot be read"),
        (["--dry-run", "--live", "README.md"], "is no output of `reconcile observe -o json`"),
        (["--dry-run", "--live", "/dev/zero"], "it has more than 256 MiB"),
        (["--live", LIVE], "--dry-run"),
        (["--nope"], "--nope"),
        (["compil"], "compil"),
        (["--dry-run", "--inventory", "nowhere"], "nowhere"),
        (["--dry-run", "--desired", "nowhere"], "nowhere"),
        (["trust", "--inventory", "nowhere"], "nowhere"),
        (["observe", "--inventory", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words: list[object], says: str) -> None:
    ran = reconcile(*words)
    assert ran.returncode == 1
    assert says in ran.stderr
    assert not re.search("Traceback|a mistake of ours", ran.stderr)


def test_validate_and_compile_work_without_an_inventory(tmp_path: Path) -> None:
    for command in ("validate", "compile"):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILE")}
        line = [sys.executable, "-m", "reconciler", command, "--desired", str(ROOT / "desired")]
        ran = subprocess.run(line, cwd=tmp_path, env=clean, text=True, capture_output=True)
        assert ran.returncode == 0, ran.stderr


def test_piped_output_has_no_colour(planned: tuple[str, dict[str, Any]]) -> None:
    assert "\x1b" not in planned[0]


@pytest.mark.parametrize(
    ("codes", "code"), [([], 0), ([2], 2), ([2, 3], 3), ([3, 4, 2], 4), ([4, 1, 3], 1), ([0, 2], 2)]
)
def test_of_several_exit_codes_the_gravest_wins(codes: list[int], code: int) -> None:
    assert worst(codes) == code


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = ("netmiko", "asyncssh", "deepdiff", "pydantic", "ruamel", "rich")
    code = f"import sys, reconciler.cli.main; print([m for m in {heavy!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_json_values_are_shown_plainly() -> None:
    assert plan_text._shown(None) == "none"
    assert plan_text._shown(("10.0.0.1/24",)) == "[10.0.0.1/24]"
    assert plan_text._shown(True) == "true"


def test_what_nobody_foresaw_is_one_line_and_a_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_args: object) -> None:
        raise KeyError("eth1")

    monkeypatch.setattr("reconciler.cli.validate.loaded", stumbles)
    monkeypatch.setattr("sys.argv", ["reconcile", "validate"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("reconcile: a mistake of ours, please report it: KeyError: 'eth1' [test_commands.py:")
    assert said.count("\n") == 1


def test_on_a_narrow_screen_a_change_is_folded_between_words(planned: tuple[str, dict[str, Any]]) -> None:
    wide = [line for line in planned[0].splitlines() if len(line) > 80 and line[2] in "+~-"]
    assert wide
    for line in wide:
        head, detail, *origin = line.strip().split("  ")
        folded = list(Text(head, detail, *origin).printed(Screen(80)))
        assert len(folded) > 1
        assert all(len(part) <= 80 for part in folded)
        assert all(part.startswith("      ") for part in folded[1:])
        assert " ".join(part.strip() for part in folded).split() == line.split()


def test_a_target_that_names_nothing_is_a_mistake() -> None:
    ran = reconcile("compile", "--target", "k01-wrker")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "no device matches --target 'k01-wrker': did you mean 'k01-worker'?" in ran.stderr


def test_a_device_s_words_cannot_paint_the_screen() -> None:
    text = Text("! unreadable: \x1b[31mFAKE\x1b]0;owned\x07\nIn sync: 5 devices", "\u202e")
    (line,) = text.printed(Screen())
    assert line == "  ! unreadable: \\x1b[31mFAKE\\x1b]0;owned\\x07\\nIn sync: 5 devices  \\u202e"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">/dev/full"])
def test_a_stream_that_takes_nothing_is_no_traceback(closed: str) -> None:
    line = f"{shlex.quote(sys.executable)} -m reconciler --dry-run --live {LIVE} --desired desired {closed}"
    ran = subprocess.run(["sh", "-c", line], cwd=ROOT, text=True, capture_output=True, timeout=60)
    assert ran.returncode in (1, 2, 4)
    assert not re.search("Traceback|a mistake of ours", ran.stdout + ran.stderr)


def test_a_terminal_without_arrows_sees_question_marks(planned: tuple[str, dict[str, Any]]) -> None:
    words = ("--dry-run", "--live", LIVE, "--desired", "desired")
    ran = reconcile(*words, PYTHONIOENCODING="latin-1")
    assert ran.returncode == reconcile(*words).returncode
    assert "Plan: " in ran.stdout


@pytest.mark.parametrize("words", [("validate", "--desired", "x" * 5000), ("observe", "--inventory", "x" * 5000)])
def test_a_path_that_no_system_takes_is_one_line(words: tuple[str, ...]) -> None:
    ran = reconcile(*words)
    assert ran.returncode == 1
    assert not re.search("Traceback|a mistake of ours", ran.stdout + ran.stderr)
