"""Tests of how a switch is read and written."""
