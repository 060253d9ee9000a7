"""Who hears of what happens: history, alerts, metrics."""
