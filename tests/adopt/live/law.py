"""The law of `import live`, as a whole: from states to documents, to a file, to a plan that has nothing to do."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from reconciler.adopt.live.adopt import Imported, adopt
from reconciler.adopt.live.seen import Seen
from reconciler.core.plan import DevicePlan
from reconciler.core.resource import State
from reconciler.desired.load import load
from reconciler.desired.repository import Repository
from reconciler.desired.style import written
from reconciler.engine.fleet import without_transports
from reconciler.engine.observe import Sight
from reconciler.engine.parts import reading_for
from reconciler.engine.plan import plan_device
from reconciler.intent.compile import compile_world
from reconciler.intent.wish import Owns
from tests.adopt.live.befallen import SWITCH
from tests.schedule.worlds import live, wanted

ROOT = Path(__file__).parents[3]
OWNS = {SWITCH: Owns(frozenset(range(2, 1000)), routes=True, vrfs=True, bgp=True, loopbacks=True)}


def sights(world: Mapping[str, State]) -> dict[str, Sight]:
    return {name: Sight(name, reading_for(platform(name), state)) for name, state in world.items()}


def platform(name: str) -> str:
    return "arista_eos" if name == SWITCH else "linux"


def imported(world: Mapping[str, State], owns: Mapping[str, Owns]) -> Imported:
    seen = [
        Seen(name, name == SWITCH, sight.reading, owns.get(name, Owns()))
        for name, sight in sights(world).items()
        if sight.reading is not None
    ]
    return adopt(seen)


def loaded(made: Imported) -> Repository:
    """As anybody reads them: from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desired"
        path.mkdir()
        (path / "all.yaml").write_text(written(made.documents))
        return load(path)


def plans(repository: Repository, world: Mapping[str, State], owns: Mapping[str, Owns]) -> list[DevicePlan]:
    compiled, seen = compile_world(repository, owns=owns), sights(world)
    assert not compiled.problems, compiled.problems
    devices = without_transports({name: platform(name) for name in world}, repository)
    return [plan_device(compiled[name], seen[name], devices[name]) for name in compiled]


def check(world: Mapping[str, State], owns: Mapping[str, Owns]) -> Imported:
    made = imported(world, owns)
    repository = loaded(made)
    assert not repository.having("error"), "\n".join(map(str, repository.having("error")))
    for plan in plans(repository, world, owns):
        found = [(str(one.change.key), one.change.verb, one.change.fields) for one in plan.changes]
        assert (plan.name, plan.status, plan.reason, found) == (plan.name, "ok", "", []), written(made.documents)
    return made


@cache
def seed() -> dict[str, State]:
    """The seed's network, as its documents want it."""
    return live(wanted(ROOT / "desired")[0])
