# Two moments of the sources, as far as one can differ from the other: a proposal touches a unit or
# two of thousands.
# Hides: which files those are, and what has to be read beside them to tell what the change does
# and what can be wrong after it.
# Refuses: to read what is the same before and after, unless something that differs shows in it.
"""`read(root, base, head)`: both sides of a change, for `review.tell` and `keeping.since`, with what
is wrong after it. `Folder` reads and judges a few units of the folder, before and after an edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path, PurePosixPath

from macros import checks, git, limits
from macros.archive import (
    IN_TEXTS,
    Loaded,
    Originals,
    edition_in,
    files_below,
    given,
    load,
    misnamed,
    problems_of,
    understood,
    unit_of,
)
from macros.clauses import blanks
from macros.limits import is_by_hand
from macros.model import Archive
from macros.problem import Problem
from macros.telling import Text

FOLDERS = ("docs", "data")
_PAGES, _UNITS, _CLAUSES, _GLOSSARY, _ORIGINALS = (
    "docs/don-vi/", "data/units/", "data/clauses/", "data/glossary.yml", "data/sources/",
)  # fmt: skip
_TEXTS = (".md", ".yml")
_LINKED = re.compile(rb"don-vi/([a-z0-9-]+)/")
# What may hide a letter of a link: its number, its code in an address, a backslash before it; and
# of a fact: a backslash.
_ESCAPED, _HIDDEN = r"&#|%[0-9A-Fa-f]{2}|[a-z0-9]\\-", r"\\"
_FILES = ("100644", "100755", "120000")
Tree = Mapping[str, git.Entry]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a change can have touched, before and after it: all that differs, and the whole of every
    unit in which something does. What neither archive holds is the same on both sides; nothing
    that `review.tell` or `keeping.since` says of it would be news.

    `others`: the files that differ and are no texts of the archives (pictures, originals, what
    can't be read), by path with `added`, `removed` or `changed`. `problems`: what is wrong after the
    change in what the archives hold, between that and all else, and in the names of all files. Of
    what the whole check would tell only that is not among them which it tells before the change
    too.
    """

    base: Archive
    head: Archive
    others: Mapping[str, str]
    problems: Sequence[Problem]


def read(root: Path, base: str, head: str | None = None) -> Proposal:
    """The change from one revision to another, or to what lies in the folder.

    Raises EditorError where git does not know a revision.
    """
    old, new = (git.tree(root, each, FOLDERS) for each in (base, head))
    away = git.left_out(root, FOLDERS)
    return _Change(_Side(root, old, away), _Side(root, new, away)).proposal()


def edition_text(root: Path, revision: str, name: str) -> Text:
    """The version `unit/series/period.version` at a revision; see `archive.edition_text`. Only its
    unit and the shared clauses are asked of git.
    """
    side = _Side(root, git.tree(root, revision, IN_TEXTS), frozenset())
    return edition_in(
        side.units, lambda units: side.loaded(side.of_units({*units})), name, revision
    )


class Folder:
    """The folder as a command finds it, and as it leaves it: of the units only those are read that
    the command asks for. `left_out`: see `archive.load`.
    """

    def __init__(self, root: Path, left_out: AbstractSet[str]) -> None:
        self.root = root
        self.left_out = left_out
        self.before = self._now()

    def loaded(self, units: Iterable[str] | None) -> Loaded:
        """These units with every original, and what stands beside all units; all units and
        hand-written pages where None is given. A unit that there is not is one that somebody meant
        to name: the nearest comes in its place. So do the units that name an original of theirs.
        """
        if units is None:
            return load(self.root, left_out=self.left_out)
        before = self.before
        asked = {
            each for name in units for each in (name, *get_close_matches(name, before.units, 1))
        }
        loaded = before.loaded(before.of_units(asked))
        facts = (facts for each in loaded.archive.agreements for facts in each.facts.source)
        if shared := {*self.naming(*{source.file for source in facts})} - asked:
            loaded = before.loaded(before.of_units(asked | shared))
        names = sorted(path for path in before.tree if path.startswith(_ORIGINALS))
        here = (path.removeprefix(_ORIGINALS) for path in names if path not in self.left_out)
        originals = Originals(self.root, tuple(here))
        return replace(loaded, archive=replace(loaded.archive, sources=originals))

    def naming(self, *words: str) -> set[str]:
        """The units whose facts hold one of these words."""
        return {*self.before.holding(_any(_words(words)), _UNITS)} if words else set()

    def calling(self, clause: str) -> set[str]:
        """The units of whose pages some name a shared clause."""
        return {*self.before.holding(_called([clause]), _PAGES)}

    def edited(
        self, was: Mapping[str, bytes | None]
    ) -> tuple[Sequence[Problem], Sequence[Problem]]:
        """What was wrong and what is wrong now, as far as an edit can have changed it. `was`: the
        edited files as they lay there before.
        """
        held = {path: data for path, data in was.items() if data is not None}
        old, new = replace(self.before, held=held, read={}, told={}), self._now()
        change = _Change(old, new, dict.fromkeys(was, "changed"))
        return change.problems(old), change.problems(new)

    def _now(self) -> _Side:
        here = {
            path: git.Entry(path, mode, "", here=True)
            for path, mode in files_below(self.root).items()
        }
        away = {path: git.Entry(path, "100644", "") for path in self.left_out}
        return _Side(self.root, {**away, **here}, self.left_out)


@dataclass(frozen=True)
class _Side:
    """The files of one moment. `away`: those that a sparse checkout leaves out of the folder;
    `held`: the bytes of those that are not in the folder as they were; `read`, `told`: units and sets
    of files once read.
    """

    root: Path
    tree: Tree
    away: AbstractSet[str]
    held: Mapping[str, bytes] = field(default_factory=dict)
    read: dict[str, Loaded] = field(default_factory=dict)
    told: dict[frozenset[str], Loaded] = field(default_factory=dict)

    @cached_property
    def units(self) -> list[str]:
        """The units that have facts."""
        return sorted(
            unit for path in self.tree if path.startswith(_UNITS) and (unit := unit_of(path))
        )

    @cached_property
    def by_hand(self) -> set[str]:
        """The pages that stand beside the agreements."""
        return {path for path in self.tree if is_by_hand(path) and path.endswith(".md")}

    def of_units(self, units: AbstractSet[str]) -> set[str]:
        """The files of these units, and those that stand beside all of them."""
        return {
            path
            for path in self.tree
            if path.startswith(_CLAUSES) or path == _GLOSSARY or unit_of(path) in units - {""}
        }

    def contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of those of these files that there are and can be had."""
        asked = [self.tree[path] for path in sorted(paths) if path in self.tree]
        asked = [each for each in asked if each.plain and (each.here or each.object)]
        yield from ((e.path, self.held[e.path]) for e in asked if e.path in self.held)
        lying = [each for each in asked if each.path not in self.held]
        yield from ((each.path, data) for each, data in git.contents(self.root, lying))

    def holding(
        self, pattern: re.Pattern[bytes], folder: str, known: AbstractSet[str] = frozenset()
    ) -> Iterator[str]:
        """The units, but for those known, with a text in which something stands."""
        asked = (
            path
            for path in self.tree
            if path.startswith(folder) and path.endswith(_TEXTS) and unit_of(path) not in known
        )
        for path, data in self.contents(asked):
            if pattern.search(data):
                yield unit_of(path)

    @cached_property
    def modes(self) -> dict[str, str]:
        """The files and shortcuts, with their modes."""
        return {path: each.mode for path, each in self.tree.items() if each.mode in _FILES}

    def loaded(self, paths: AbstractSet[str]) -> Loaded:
        """What these files say, as if the others were left out, with the originals that they name."""
        there = frozenset(path for path in paths if path in self.tree)
        if there not in self.told:
            self.told[there] = self._loaded(there)
        return self.told[there]

    def _loaded(self, paths: AbstractSet[str]) -> Loaded:
        texts = (path for path in paths if path.endswith(_TEXTS) or path.startswith(_ORIGINALS))
        files = dict(self.contents(texts))
        rest = (path for path in paths if self.tree[path].plain)
        loaded = understood(given(self.root, files, rest, self.modes), known=self.read)
        archive = loaded.archive
        asked = {path for path in _named(archive) if path not in self.away or path in paths}
        files |= self.contents(asked - files.keys())
        originals = {
            PurePosixPath(path).name: data
            for path, data in files.items()
            if path.rpartition("/")[0] == "data/sources"
            if not limits.too_large(path, len(data))
        }
        left_out = archive.left_out - asked
        return replace(loaded, archive=replace(archive, sources=originals, left_out=left_out))


class _Change:
    """Two moments, and what has to be read of both.

    What a unit's pages say depends on its own files and on the shared clauses that they call; its
    place on the other side, on who has its id as an alias; the glossary explains words of any page.
    What is wrong in it depends also on the originals that it names, and on the names of other units
    and their old addresses. What is wrong in a hand-written page, on what it links to and calls.
    """

    def __init__(self, old: _Side, new: _Side, differing: Mapping[str, str] | None = None) -> None:
        self.old, self.new = old, new
        self.differing = _differing(old.tree, new.tree) if differing is None else differing

    def proposal(self) -> Proposal:
        base, head = self.base.archive, self.head.archive
        others = self.differing.keys() - base.texts.keys() - head.texts.keys()
        told = {path: self.differing[path] for path in sorted(others)}
        return Proposal(base, head, told, self.problems(self.new))

    def problems(self, side: _Side) -> Sequence[Problem]:
        """What is wrong on one side in what is read, and between that and all else."""
        found = {*problems_of(self.head if side is self.new else self.base), *misnamed(side.modes)}
        return sorted(found | {*self.uncalled()} if side is self.new else found)

    @cached_property
    def base(self) -> Loaded:
        return self.old.loaded(self.paths)

    @cached_property
    def head(self) -> Loaded:
        return self.new.loaded(self.paths)

    @cached_property
    def paths(self) -> set[str]:
        """The files that are read."""
        units = {*self.touched()}
        base, head = (side.loaded(self.of(side, units)) for side in (self.old, self.new))
        units |= {*self.depending(base.archive, head.archive, units)}
        paths = {*self.of(self.old, units), *self.of(self.new, units)}
        # What one side names is read on the other one too, else it would seem to be gone.
        named = {*_named(base.archive), *_named(head.archive)} - self.new.away
        return paths | named | {*self.pages(base.archive, head.archive)}

    def of(self, side: _Side, units: AbstractSet[str]) -> set[str]:
        return {*side.of_units(units), *(path for path in self.differing if path in side.tree)}

    def touched(self) -> Iterator[str]:
        """The units whose own files differ, or that use one that does."""
        if _GLOSSARY in self.differing:
            yield from (unit_of(path) for path in (*self.old.tree, *self.new.tree))
            return
        own = {unit_of(path) for path in self.differing}
        yield from own
        if clauses := sorted(PurePosixPath(path).stem for path in self.below(_CLAUSES)):
            yield from self.new.holding(_called(clauses), _PAGES, own)
        if originals := [path.removeprefix(_ORIGINALS) for path in self.below(_ORIGINALS)]:
            yield from self.new.holding(_any((*_words(originals), _HIDDEN)), _UNITS, own)
        for _, data in self.new.contents(self.differing.keys() & self.new.by_hand):
            yield from (name.decode() for name in _LINKED.findall(data))

    def depending(self, base: Archive, head: Archive, known: AbstractSet[str]) -> Iterator[str]:
        """Other units in which something may be wrong for what these are called, no longer are, or
        for a blank that no wording has any more; all of them where a list by type is gone.
        """
        names = _names(base) ^ _names(head)
        names |= _blanks(base) - _blanks(head)
        if names:
            yield from self.new.holding(_any((*_words(names), _HIDDEN)), _UNITS, known)
        lost = {unit.type for unit in base.units.values()}
        for kind in lost - {unit.type for unit in head.units.values()}:
            same = re.compile(rf"^type: *{kind}\b".encode(), re.MULTILINE)
            if not any(True for _ in self.new.holding(same, _UNITS)):
                yield from self.new.units

    def pages(self, base: Archive, head: Archive) -> Iterator[str]:
        """The hand-written pages in which a link or a call may lead elsewhere than before."""
        if any(is_by_hand(path) and path.endswith(".md") for path in self.differing):
            yield from self.new.by_hand
            return
        names = {unit for path in self.differing if (unit := unit_of(path))}
        for archive in (base, head):
            own = (unit for id_, unit in archive.units.items() if id_ in names)
            names |= {alias for unit in [*own] for alias in unit.aliases}
        names |= {PurePosixPath(path).stem for path in self.below(_CLAUSES)}
        if names:
            asked = _any((*_words(names), _ESCAPED))
            yield from (p for p, data in self.new.contents(self.new.by_hand) if asked.search(data))

    def below(self, folder: str) -> list[str]:
        """The files of a folder that differ."""
        return [path for path in self.differing if path.startswith(folder)]

    def uncalled(self) -> Iterator[Problem]:
        """C108 of the shared clauses that no page calls any more, or whose file is new; silent where
        not all units are in this copy.
        """
        if self.new.away:
            return
        before = {each.path for each in checks.uncalled(self.base.archive)}
        found = {
            PurePosixPath(each.path).stem: each
            for each in checks.uncalled(self.head.archive)
            if each.path in self.differing or each.path not in before
        }
        if not found:
            return
        called = re.compile(rf"""["']({"|".join(_words(found))})["']""".encode())
        elsewhere = (
            path for path in self.new.tree if path.endswith(".md") and path not in self.paths
        )
        for _, data in self.new.contents(elsewhere):
            for name in called.findall(data):
                found.pop(name.decode(), None)
            if not found:
                return
        yield from found.values()


def _called(clauses: Iterable[str]) -> re.Pattern[bytes]:
    # A call stands on one line and its id between two of these marks, with no escapes.
    return _any(f'"{each}"' for each in _words(clauses))


def _any(patterns: Iterable[str]) -> re.Pattern[bytes]:
    return re.compile("|".join(patterns).encode())


def _words(names: Iterable[str]) -> Iterator[str]:
    return map(re.escape, sorted(names))


def _named(archive: Archive) -> Iterator[str]:
    """The originals that the facts name."""
    for each in archive.agreements:
        yield from (f"{_ORIGINALS}{source.file}" for source in each.facts.source)


def _names(archive: Archive) -> set[str]:
    """What units are called in addresses, and were."""
    return {*archive.units, *(each for unit in archive.units.values() for each in unit.aliases)}


def _blanks(archive: Archive) -> set[str]:
    texts = (text for clause in archive.shared.values() for text in clause.wordings.values())
    return {name for text in texts for name in blanks(text)}


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
