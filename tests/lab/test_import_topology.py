"""The law of `import containerlab`: on a lab that was built from the topology, there is nothing left to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.lab.topology import SEED
from tests.lab.conftest import Field, field

PLACES = {(Path(__file__).parents[3] / "shared" / "lab-data").resolve(), Path("/work/shared/lab-data")}
REAL = [
    place / lab / "topology.clab.yaml"
    for place in sorted(PLACES)
    for lab in ("06-calico-overlay", "07-calico-bgp")
    if (place / lab).is_dir()
]


@pytest.fixture
def built(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Field, Path]]:
    """A lab from a topology file, its exec lines run as containerlab does; and that file."""
    file: Path = request.param
    for made in field(tmp_path, "--topology", str(file), "--configured"):
        yield made, file


def imported(made: Field, file: Path, folder: Path) -> Field:
    made.command("import", "containerlab", file, "--to", folder)
    assert not made.reconcile("validate", "--desired", folder / "desired").returncode
    return made.wanting(folder / "desired")


@pytest.mark.parametrize("built", [SEED], indirect=True)
def test_nothing_is_to_be_done_after_an_import(built: tuple[Field, Path], tmp_path: Path) -> None:
    """Our own topology has no Calico beside it: all that is wanted is what it configures."""
    made, file = built
    wanting = imported(made, file, tmp_path / "imported")
    assert "In sync: 5 devices" in wanting.command("--dry-run", code=0)


@pytest.mark.long
@pytest.mark.parametrize("built", REAL, indirect=True, ids=lambda path: path.parent.name)
def test_the_labs_of_the_lesson(built: tuple[Field, Path], tmp_path: Path) -> None:
    """What the topology configures is in sync at once; what Calico would do there we do in its place."""
    made, file = built
    folder = tmp_path / "imported"
    wanting = imported(made, file, folder)
    alone = tmp_path / "alone"
    alone.mkdir()
    for name in ("nodes.yaml", "switches.yaml"):
        shutil.copy(folder / "desired" / name, alone)
    assert "In sync" in made.wanting(alone).command("--dry-run", code=0)
    wanting.converge()
    assert "In sync" in wanting.command("--dry-run", code=0)
    assert wanting.pings()
