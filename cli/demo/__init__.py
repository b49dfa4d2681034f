"""`detective demo`: the whole pipeline once, from the first event to the reconciliation report.

An evening of a labelled world, after days that are laid into the archives; or, if batches are asked for, the original
project's random events. `running` runs either; `evening` makes the world, `laying` lays its past, `finding` holds the
verdicts against its labels, and `showing` puts all of it on the screen.
"""

from cli.demo.plan import DemoPlan
from cli.demo.running import run_demo, settle, start

__all__ = ["DemoPlan", "run_demo", "settle", "start"]
