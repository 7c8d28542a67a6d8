# The elements of a Word file by short names.
# Hides: that Word has two name spaces for each thing (transitional and strict), and lxml's tags.
# Refuses: nothing; an unknown name space is "?".
"""`name(…)`, `value(…)`, `child(…)`, `within(…)`: an element, its attribute, what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

# An element of lxml, which has no types of its own.
Element = Any

_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "http://purl.oclc.org/ooxml/drawingml/diagram": "dgm",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
}


@lru_cache(maxsize=4096)
def _short(tag: str) -> str:
    space, _, local = tag.rpartition("}")
    return f"{_PREFIXES.get(space[1:], '?')}:{local}"


@lru_cache(maxsize=4096)
def _full(short: str) -> tuple[str, ...]:
    """The names that lxml knows for a short one, in both name spaces."""
    prefix, _, local = short.partition(":")
    return tuple(f"{{{space}}}{local}" for space, each in _PREFIXES.items() if each == prefix)


def name(element: Element) -> str:
    """An element's name with a short prefix: "w:p"; of an unknown name space "?:p"."""
    tag = element.tag
    return _short(tag) if isinstance(tag, str) else ""


def value(element: Element | None, key: str = "val", space: str = "w") -> str | None:
    """An attribute of Word; None without element or attribute."""
    if element is None:
        return None
    for full in _full(f"{space}:{key}"):
        found = element.get(full)
        if found is not None:
            return str(found)
    return None


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of each name in turn; None where one is missing."""
    for step in path:
        if element is None:
            return None
        element = next(element.iterchildren(*_full(step)), None)
    return element


def within(element: Element, *names: str) -> Iterator[Element]:
    """All elements of these names inside, in order."""
    found: Iterator[Element] = element.iter(*(tag for each in names for tag in _full(each)))
    return found
