# By what code and which packages a result was made: part of every key.
"""`version()`: one digest for all that makes the site besides its sources."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path

from macros.site import packages

_HERE = Path(__file__).resolve().parent.parent
_SUFFIXES = (".py", ".html", ".xml", ".typ", ".ttf", ".svg")


@cache
def version() -> bytes:
    """The digest of our code, templates and fonts, and of the packages that make bytes."""
    found = hashlib.sha256(repr((sys.version_info[:3], sorted(packages().items()))).encode())
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file():
            found.update(path.relative_to(_HERE).as_posix().encode() + b"\0")
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.digest()
