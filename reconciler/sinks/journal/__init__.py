"""The history: what changed, when, by whom, and what came of it, in one SQLite file that nothing else depends on."""

from reconciler.sinks.journal.entry import HISTORY, Work
from reconciler.sinks.journal.journal import Journal
from reconciler.sinks.journal.past import NoHistory, Past, read_only
from reconciler.sinks.journal.query import Query
from reconciler.sinks.journal.retention import Retention

__all__ = ["HISTORY", "Journal", "NoHistory", "Past", "Query", "Retention", "Work", "read_only"]
