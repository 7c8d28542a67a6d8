# Two moments of the sources, as far as one can differ from the other: a proposal touches a unit or
# two of thousands.
# Hides: which files those are, and what has to be read beside them to tell what the change does.
# Refuses: to read what is the same before and after, unless something that differs shows in it.
"""`read(root, base, head)`: both sides of a change, for `review.tell` and `keeping.since`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from macros import git
from macros.archive import load, unit_of
from macros.model import Archive

FOLDERS = ("docs", "data")
_PAGES, _UNITS, _CLAUSES, _GLOSSARY = (
    "docs/don-vi/", "data/units/", "data/clauses/", "data/glossary.yml",
)  # fmt: skip
_TEXTS = (".md", ".yml")
Tree = Mapping[str, git.Entry]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a change can have touched, before and after it: all that differs, and the whole of every
    unit in which something does. What neither archive holds is the same on both sides; nothing
    that `review.tell` or `keeping.since` says of it would be news.

    `others`: the files that differ and are no texts of the archives (pictures, originals, what
    can't be read), by path with `added`, `removed` or `changed`.
    """

    base: Archive
    head: Archive
    others: Mapping[str, str]


def read(root: Path, base: str, head: str | None = None) -> Proposal:
    """The change from one revision to another, or to what lies in the folder.

    Raises EditorError where git does not know a revision.
    """
    return _Reading(root, *(git.tree(root, each, FOLDERS) for each in (base, head))).found()


def is_here(root: Path, revision: str) -> bool:
    """Whether the folder holds the sources as they are at a revision, and none besides."""
    there, here = (git.tree(root, each, FOLDERS) for each in (revision, None))
    plain = all(each.mode == "100644" for each in (*there.values(), *here.values()))
    return plain and not _differing(there, here)


class _Reading:
    """The two trees, and what is read of them.

    What a unit's pages say depends on its own files and on the shared clauses that they call; its
    place on the other side, on who has its id as an alias; the glossary explains words of any page.
    """

    def __init__(self, root: Path, old: Tree, new: Tree) -> None:
        self.root, self.old, self.new = root, old, new
        self.differing = _differing(old, new)

    def found(self) -> Proposal:
        if _GLOSSARY in self.differing:
            units = {unit_of(path) for path in (*self.old, *self.new)}
        else:
            units = {unit_of(path) for path in self.differing}
            units |= set(self.callers(units))
        base, head = self.archives(units)
        if lost := base.units.keys() - head.units.keys():
            heirs = set(self.heirs(lost)) - units
            base, head = self.archives(units | heirs) if heirs else (base, head)
        others = self.differing.keys() - base.texts.keys() - head.texts.keys()
        return Proposal(base, head, {path: self.differing[path] for path in sorted(others)})

    def callers(self, known: AbstractSet[str]) -> Iterator[str]:
        """The other units whose pages name a shared clause of which a file differs."""
        clauses = (path for path in self.differing if path.startswith(_CLAUSES))
        names = sorted({PurePosixPath(path).stem for path in clauses})
        if names:
            # A call stands on one line and its id between two of these marks, with no escapes.
            called = re.compile(f'"(?:{"|".join(map(re.escape, names))})"'.encode())
            yield from self.holding(called, _PAGES, known)

    def heirs(self, lost: Iterable[str]) -> Iterator[str]:
        """The units that may have one of these ids as an alias."""
        # A backslash may hide any letter of it.
        named = re.compile(rf"\\|{'|'.join(map(re.escape, sorted(lost)))}".encode())
        yield from self.holding(named, _UNITS, frozenset())

    def holding(
        self, pattern: re.Pattern[bytes], folder: str, known: AbstractSet[str]
    ) -> Iterator[str]:
        """The units, but for those known, with a text in which something stands after the change."""
        asked = [
            each
            for path, each in self.new.items()
            if path.startswith(folder) and path.endswith(_TEXTS) and each.plain
            if unit_of(path) not in known
        ]
        for each, data in git.contents(self.root, asked):
            if pattern.search(data):
                yield unit_of(each.path)

    def archives(self, units: AbstractSet[str]) -> tuple[Archive, Archive]:
        """Both sides, with the units whose names are given."""
        with tempfile.TemporaryDirectory(prefix="qcph-") as folder:
            read = []
            for name, tree in (("base", self.old), ("head", self.new)):
                place = Path(folder, name)
                place.mkdir()
                git.place(self.root, [e for e in tree.values() if self.is_asked(e, units)], place)
                read.append(load(place).archive)
        return read[0], read[1]

    def is_asked(self, file: git.Entry, units: AbstractSet[str]) -> bool:
        """Whether a file is read: of these units, beside all units, or because it differs."""
        path = file.path
        if path.startswith(_CLAUSES) or path == _GLOSSARY:
            return True
        asked = path in self.differing or (unit_of(path) in units and bool(unit_of(path)))
        return asked and path.endswith(_TEXTS)


def _differing(old: Tree, new: Tree) -> dict[str, str]:
    """The paths at which the trees differ, with what was done."""
    found = {}
    for path in sorted(old.keys() | new.keys()):
        was, now = old.get(path), new.get(path)
        if was is None or now is None:
            found[path] = "added" if was is None else "removed"
        elif (was.object, was.plain) != (now.object, now.plain):
            found[path] = "changed"
    return found
