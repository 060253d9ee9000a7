"""The history: what changed, when, by whom, and what came of it, in one SQLite file that nothing else depends on."""
