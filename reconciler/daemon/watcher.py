"""Listens to one node's own events, on a channel of its own, for as long as the node is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reconciler.core.driver import Reading, Unreachable
from reconciler.core.resource import Resource, State
from reconciler.engine.observe import Device
from reconciler.transport.backoff import Backoff


class Watcher:
    pass
