# The process from which those that make units are forked, and which does nothing else.
# Hides: what is slow to begin with, so that each of them has it from the start.
"""Imported there and nowhere else."""

import macros.building.units
import macros.exchange.documents  # noqa: F401
from macros.building.version import version

# That of the code which was imported now, whatever lies there when a process is forked.
version()
