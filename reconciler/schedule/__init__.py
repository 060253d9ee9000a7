"""In which order the changes of all devices are sent, so that no packet is lost that need not be lost.

`schedule(changes, worlds, topology)` gives a `core.schedule.Schedule`: stages one after the other, in a stage devices
side by side.
"""

from reconciler.schedule.model import Blast, Pair, Schedule, Stage, Step
from reconciler.schedule.plan import schedule

__all__ = ["Blast", "Pair", "Schedule", "Stage", "Step", "schedule"]
