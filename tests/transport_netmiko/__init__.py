"""Tests of the switch's transport: netmiko against real SSH servers."""
