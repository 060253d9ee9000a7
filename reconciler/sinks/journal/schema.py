"""The tables of the history, as ``sqlite3`` shows them; docs/HISTORY.md explains them to people."""

from __future__ import annotations

VERSION = 1
"""Another one sets older files aside: history is nice to have, and converting it is one more way to fail."""

SCHEMA = (
    # AUTOINCREMENT: an id that people have written down never means something else, whatever was dropped since.
    """
    CREATE TABLE entry (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        kind     TEXT NOT NULL,
        device   TEXT NOT NULL DEFAULT '',
        subject  TEXT NOT NULL DEFAULT '',
        began    REAL NOT NULL,               -- seconds since the epoch
        ended    REAL,                        -- the same; NULL: it goes on
        outcome  TEXT NOT NULL DEFAULT '',
        cause    TEXT NOT NULL DEFAULT '',
        revision TEXT NOT NULL DEFAULT '',    -- in force then
        who      TEXT NOT NULL DEFAULT '',
        words    TEXT NOT NULL DEFAULT '',
        ending   TEXT NOT NULL DEFAULT '',    -- how it ended, in words
        episode  TEXT NOT NULL DEFAULT '',
        digest   TEXT NOT NULL DEFAULT '',    -- of the plan
        parent   INTEGER,                     -- id of the entry that this one is part of
        tries    INTEGER NOT NULL DEFAULT 1,
        count    INTEGER NOT NULL DEFAULT 0   -- of its changes
    )
    """,
    # The changes of an entry, as in plan/v1: the first few as JSON, and where there are more all, compressed by zlib.
    "CREATE TABLE changes (entry INTEGER PRIMARY KEY, few TEXT NOT NULL, every BLOB)",
    "CREATE UNIQUE INDEX entry_episode ON entry (episode) WHERE episode != ''",
    "CREATE INDEX entry_device ON entry (device, kind)",
    "CREATE INDEX entry_open ON entry (device, kind) WHERE ended IS NULL",
    "CREATE INDEX entry_kind ON entry (kind, outcome)",
    "CREATE INDEX entry_outcome ON entry (outcome)",
    "CREATE INDEX entry_who ON entry (who)",
    "CREATE INDEX entry_ended ON entry (ended)",
    "CREATE INDEX entry_revision ON entry (revision)",
    "CREATE INDEX entry_parent ON entry (parent, device, count, ended) WHERE parent IS NOT NULL",
    # The documents of each revision: a text is kept once, however many revisions have it.
    """
    CREATE TABLE revision (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        revision TEXT NOT NULL UNIQUE,
        subject  TEXT NOT NULL,
        author   TEXT NOT NULL,
        at       REAL NOT NULL                -- put in force last, seconds since the epoch
    )
    """,
    "CREATE TABLE path (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE)",
    "CREATE TABLE document (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, body BLOB NOT NULL)",  # zlib
    """
    CREATE TABLE holds (
        revision INTEGER NOT NULL,
        path     INTEGER NOT NULL,
        document INTEGER NOT NULL,
        PRIMARY KEY (revision, path)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX holds_document ON holds (document)",
    "CREATE INDEX holds_path ON holds (path)",
)
