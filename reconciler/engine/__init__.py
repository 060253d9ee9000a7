"""One cycle: observe, plan, apply, prove, report."""
