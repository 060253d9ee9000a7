"""A real daemon in the lab."""
