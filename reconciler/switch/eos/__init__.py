"""Arista EOS as a driver: `show running-config` is read, a configuration session is written. Pure."""

from reconciler.switch.eos.driver import EosDriver, EosReading
from reconciler.switch.eos.transaction import Transaction

__all__ = ["EosDriver", "EosReading", "Transaction"]
