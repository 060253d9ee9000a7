"""Alerts: whoever has to know hears of each episode exactly once that it has begun, and once that it is over."""
