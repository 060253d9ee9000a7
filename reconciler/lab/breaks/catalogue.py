"""The table of all breaks."""

from __future__ import annotations

from .links import LINK_BREAKS
from .neighbours import NEIGHBOUR_BREAKS
from .pools import POOL_BREAKS
from .routes import ROUTE_BREAKS
from .scenario import Scenario
from .switches import SWITCH_BREAKS

BREAKS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (*LINK_BREAKS, *ROUTE_BREAKS, *NEIGHBOUR_BREAKS, *SWITCH_BREAKS, *POOL_BREAKS)
}
