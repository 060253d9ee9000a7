"""Listens to one node's own events, on a channel of its own, for as long as the node is there."""

from __future__ import annotations


class Watcher:
    pass
