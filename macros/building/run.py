# What one run knows of the sources and of each unit, and what it takes from earlier ones.
# Hides: that what each build asks of all units lies in few files, for neighbouring units together.
"""`Project`, and `Run(project)`: the sources at one moment with what is known of each unit."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from macros import links
from macros.archive import Beside, Loaded, Snapshot, read_beside, snapshot, unit_of
from macros.building.folder import Folder
from macros.building.shell import Kept, Shell
from macros.building.unit import Brief, Context, Extract, Maker, Part, Rest
from macros.building.version import version
from macros.building.whole import Whole, of_pages
from macros.cache import Cache, digest_of
from macros.clauses import calls
from macros.links import Rendered
from macros.markup import seen
from macros.model import UnitId
from macros.problem import Problem, Severity
from macros.search import groups

V = TypeVar("V")
MakeShell = Callable[[Snapshot, Beside, Kept], Shell]
# By kind and key what was asked of a unit.
Held = Mapping[tuple[str, bytes], object]
_CLAUSES = "data/clauses/"


class BrokenSourcesError(Exception):
    """The sources have errors; `problems` are all of them, warnings too."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = problems

    def __str__(self) -> str:
        errors = [each for each in self.problems if each.severity is Severity.ERROR]
        told = "\n".join(seen(problem).text() for problem in errors)
        return f"Không dựng trang vì có {len(errors)} lỗi:\n{told}"


@dataclass(frozen=True)
class Project:
    """What a site is built from: docs/ and data/ below `root`, the configuration, the day for which
    states are told, and who makes the shell. `seen`: files beside the sources that the shell
    depends on; `serving`: for a server on this machine; `keeping`: whether the shell is kept.
    """

    root: Path
    config: Path
    as_of: date
    make_shell: MakeShell
    seen: Sequence[Path] = ()
    serving: bool = False
    keeping: bool = True


@dataclass(frozen=True, slots=True)
class _Near:
    """What was asked of neighbouring units the last time, with the keys of their files then."""

    files: Mapping[str, bytes]
    kept: Mapping[str, Held]


@dataclass
class Run:
    """What one run knows of each unit. `told`: by kind and key what else was asked of it for its own
    page; `at_hand`: by kind and key what was read or kept of neighbouring units, and `before` that
    of a run before it; `ended`: what ends with the run; `given_up`: nobody waits for it any more,
    and where work is given to processes CancelledError is raised.
    """

    found: Snapshot
    beside: Beside
    context: Context
    briefs: dict[str, Brief] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    rest: dict[str, Rest] = field(default_factory=dict)
    told: dict[str, tuple[tuple[str, bytes], ...]] = field(default_factory=dict)
    pool: ProcessPoolExecutor | None = None
    ended: ExitStack = field(default_factory=ExitStack)
    given_up: Event = field(default_factory=Event)
    at_hand: dict[tuple[str | bytes, ...], Any] = field(default_factory=dict)
    before: Mapping[tuple[str | bytes, ...], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, left_out: AbstractSet[str] = frozenset()) -> Run:
        """The sources below a root as they are now."""
        found = snapshot(root, left_out=left_out)
        beside = read_beside(found)
        clauses = {
            path.removeprefix(_CLAUSES).removesuffix(".yml"): hashlib.sha256(data).digest()
            for path, data in found.texts.items()
            if path.startswith(_CLAUSES)
        }
        cache = Cache.of_user()
        links.kept = partial(_rendered, cache)
        return cls(found, beside, Context(beside, clauses, cache))

    def apart(self) -> Run:
        """The same run for another thread, which ends by itself."""
        other = Run(
            self.found, self.beside, self.context, dict(self.briefs), dict(self.keys),
            rest=dict(self.rest), at_hand=dict(self.at_hand),
        )  # fmt: skip
        other.maker.held |= self.maker.held
        return other

    def take_over(self, other: Run) -> None:
        """Have what is held since by one that was set apart, which is not at work now."""
        self.maker.held |= other.maker.held
        self.told |= other.told
        self.at_hand |= other.at_hand

    @cached_property
    def maker(self) -> Maker:
        return Maker(self.context)

    @cached_property
    def whole(self) -> Whole:
        return Whole(self.found, self.beside, self.briefs, lambda: self.bare, self.read)

    @cached_property
    def written(self) -> Sequence[Problem]:
        """What is wrong in the files that are no unit's, as far as each tells it alone."""
        found = partial(of_pages, self.beside, self._of_page)
        return self.kept("written", (self.pages,), tuple, lambda: tuple(found()))

    def _of_page(self, path: str, make: Callable[[], Sequence[Problem]]) -> Sequence[Problem]:
        """What is wrong in a hand-written page by its letters and form, which is slow to find."""
        key = version(), path.encode("utf-8", "surrogateescape"), self.beside.texts[path].encode()
        return self.kept("page", key, tuple, lambda: tuple(make()))

    # --- what results depend on ---

    @cached_property
    def pages(self) -> bytes:
        """A digest of the files that are no unit's, and of the names of all."""
        digest = hashlib.sha256(version())
        for path, data in self.found.texts.items():
            if not unit_of(path):
                digest.update(repr((path, hashlib.sha256(data).digest())).encode())
        digest.update(self.names)
        return digest.digest()

    @cached_property
    def names(self) -> bytes:
        """A digest of the names of all files."""
        found = self.found
        others = (
            found.others,
            found.folders,
            found.shortcuts,
            found.problems,
            sorted(found.left_out),
        )
        return digest_of(version(), repr((list(found.texts), others)))

    @cached_property
    def asks(self) -> bytes:
        """A digest of what hand-written pages ask of each other and of all else: where they lead, to
        what in them one can be led, which shared clauses they call.
        """
        found: list[bytes] = []
        for path, text in self.beside.texts.items():
            if path.endswith(".md"):
                key = version(), text.encode("utf-8", "surrogatepass")
                found += [
                    repr(path).encode(),
                    self.kept("asks", key, bytes, partial(_asks, text)),
                ]
        return digest_of(*found)

    @cached_property
    def clauses(self) -> bytes:
        """A digest of the files of the shared clauses."""
        return repr(sorted(self.context.clauses.items())).encode()

    @cached_property
    def units(self) -> bytes:
        """A digest of what lists ask of units."""
        digest = hashlib.sha256()
        for unit, brief in self.briefs.items():
            digest.update(_bytes(unit) + b"\0" + brief.digest)
        return digest.digest()

    @cached_property
    def uses(self) -> bytes:
        """A digest of what all else asks of units, and of the shared clauses."""
        return digest_of(version(), self.clauses, self.bares)

    @cached_property
    def bares(self) -> bytes:
        """A digest of what all else but lists asks of units."""
        digest = hashlib.sha256()
        for unit, brief in self.briefs.items():
            digest.update(_bytes(unit) + b"\0" + brief.uses)
        return digest.digest()

    # --- what is known of units ---

    def read(self, unit: str) -> Loaded:
        """All that is in a unit's own files."""
        return self.maker.read(unit, self.found.units[unit], self.files[unit], self.beside)

    def extract(self, unit: str) -> Extract:
        """What lists ask of a unit: just made, kept, or read again."""
        return self._rest(unit).extract

    def extracts(self, units: Sequence[UnitId]) -> Mapping[str, Extract]:
        """What lists ask of neighbouring units; it lies in one file too, which is quickly read."""
        of = [self.briefs[unit].digest for unit in units]
        return self._neighbours("extracts", of, units, self.extract)

    @cached_property
    def bare(self) -> Mapping[str, Extract]:
        """What all else asks, by unit."""
        found: dict[str, Extract] = {}
        for units in groups(self.briefs):
            of = [self.briefs[unit].uses for unit in units]
            load = partial(self._neighbours, "bares", of, units, self._bare)
            found |= self._at_hand(("bares", *units, *of), load)
        return {unit: found[unit] for unit in self.briefs}

    def _bare(self, unit: str) -> Extract:
        return self._rest(unit).bare

    def _neighbours(
        self, kind: str, of: Sequence[bytes], units: Sequence[UnitId], one: Callable[[str], Extract]
    ) -> Mapping[str, Extract]:
        key = *named(units), *of  # units may be alike in all but their names
        return self.kept(kind, key, dict, lambda: {unit: one(unit) for unit in units})

    def _at_hand(self, name: tuple[str | bytes, ...], load: Callable[[], V]) -> V:
        if name not in self.at_hand:
            self.at_hand[name] = self.before[name] if name in self.before else load()
        found: V = self.at_hand[name]
        return found

    def newest(self, unit: str) -> Extract:
        """The newest texts of a unit."""
        return self._rest(unit).newest

    def _rest(self, unit: str) -> Rest:
        if unit not in self.rest:
            kept = self.context.cache.load("rest", (self.keys[unit],), Rest, packed=True)
            if kept is not None:
                return kept
            made = self.maker.made_anew(unit, self.found.units[unit], drawing=False)
            if made.rest is None:
                raise RuntimeError("a unit made anew without the rest")
            self.rest[unit] = made.rest
        return self.rest[unit]

    # --- what is kept ---

    def kept(self, kind: str, key: Sequence[bytes], of: type[V], make: Callable[[], V]) -> V:
        """A value that depends on a key and is kept by it."""
        return _kept(self.context.cache, kind, key, of, make)

    def put(
        self, folder: Folder, kind: str, key: Sequence[bytes],
        make: Callable[[], Mapping[str, bytes]],
    ) -> Sequence[str]:  # fmt: skip
        """Put files that depend on a key into a folder; their paths. They are made where one of
        them is not in a site before.
        """
        listed: dict[str, str] | None = self.context.cache.load(kind, key, dict)
        if listed is not None and all(folder.keep(*each) for each in listed.items()):
            return list(listed)
        listed = {}
        for path, data in make().items():
            listed[path] = hashlib.sha256(data).hexdigest()
            folder.write(path, data, listed[path])
        self.context.cache.store(kind, key, listed)
        return list(listed)

    # --- what each build asks of every unit ---

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """By unit the key of its own files."""
        return {unit: self.maker.keys.files(found) for unit, found in self.found.units.items()}

    def take_together(self) -> None:
        """Read what was asked of neighbouring units the last time, from one file for many."""
        for units in groups(self.files):
            for held in self._near(units).values():
                self.maker.held |= held

    def keep_together(self) -> None:
        """Keep what was asked of units now, unless it is what was taken; with it stays what of
        another kind was asked the last time: a check asks less than a server, and that than a build.
        """
        held = self.maker.held
        for units in groups(self.files):
            asked = {
                unit: {each: held[each] for each in self._asked(unit) if each in held}
                for unit in units
            }
            before = self._near(units)
            if any(asked[unit].keys() - before.get(unit, {}).keys() for unit in units):
                name = named(units)
                # A build at the same time may have asked more.
                before = self._unchanged(self.context.cache.load("near", name, _Near))
                near = _Near(
                    {unit: self.files[unit] for unit in units},
                    {unit: _latest(before.get(unit, {}), asked[unit]) for unit in units},
                )
                self.context.cache.store("near", name, near)
                self.at_hand["near", *name] = near

    def _near(self, units: Sequence[str]) -> Mapping[str, Held]:
        """What was kept of neighbouring units the last time."""
        name = named(units)
        load = partial(self.context.cache.load, "near", name, _Near)
        return self._unchanged(self._at_hand(("near", *name), load))

    def _unchanged(self, near: _Near | None) -> Mapping[str, Held]:
        """What of it is of units whose files are still the same."""
        if near is None:
            return {}
        return {
            unit: held for unit, held in near.kept.items() if near.files[unit] == self.files[unit]
        }

    def _asked(self, unit: str) -> Iterator[tuple[str, bytes]]:
        yield "needs", self.files[unit]
        if unit in self.briefs:
            yield "brief", self.keys[unit]
            if self.context.setting:
                yield "entries", self.maker.keys.entries(self.keys[unit])
                yield "part", self.maker.keys.part(self.keys[unit], self.briefs[unit])
        yield from self.told.get(unit, ())


def _latest(before: Held, asked: Held) -> Held:
    """What was asked now, and what of another kind was asked before."""
    kinds = {kind for kind, _ in asked}
    return {each: before[each] for each in before if each[0] not in kinds} | {**asked}


def named(units: Sequence[str]) -> list[bytes]:
    """What tells of units the last time is kept by."""
    return [version(), *map(_bytes, units)]


def _bytes(name: str) -> bytes:
    """A name as the disk has it: it need not be text."""
    return name.encode("utf-8", "surrogateescape")


def _kept(cache: Cache, kind: str, key: Sequence[bytes], of: type[V], make: Callable[[], V]) -> V:
    found = cache.load(kind, key, of)
    if found is None:
        found = make()
        cache.store(kind, key, found)
    return found


def _rendered(cache: Cache, text: str, make: Callable[[], Rendered]) -> Rendered:
    """The elements of a hand-written page, which all rules about its form and links ask for."""
    key = version(), text.encode("utf-8", "surrogatepass")
    return _kept(cache, "rendered", key, Rendered, make)


def _asks(text: str) -> bytes:
    """A digest of what a hand-written page asks and offers, wherever in it."""
    page = links.rendered(text)
    called = sorted({repr(use) for _, use in calls(text)})
    return digest_of(repr((sorted({*page.hrefs}), sorted(page.anchors), called)))


@contextmanager
def undisturbed() -> Iterator[None]:
    """No search for garbage meanwhile: a run makes hardly any, and has much to search through."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()
