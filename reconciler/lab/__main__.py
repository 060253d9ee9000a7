"""`python -m reconciler.lab`: the lab's commands without the rest of the reconciler."""

from .cli import lab

lab(prog_name="reconcile lab")
