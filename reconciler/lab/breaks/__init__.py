"""Ways to break a running lab behind the reconciler's back, each of which knows what a plan has to say about it."""

from .catalogue import BREAKS
from .choice import at_random, by_name
from .scenario import Break, Broken, Scenario

__all__ = ["BREAKS", "Break", "Broken", "Scenario", "at_random", "by_name"]
