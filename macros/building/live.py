# The site without a folder.
# Hides: that what is seldom asked for, as the search, is made of all units, and a page of one.
# Refuses: to tell anything of sources with errors.
"""`Live.of(project)`: each file of the site, made when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TypeVar

from macros.building.build import make_ready
from macros.building.common import SITEMAP, Lot, Together
from macros.building.drawn import Drawn, LostError, own_path
from macros.building.run import Project, Run, undisturbed
from macros.building.unit import Part, Setting
from macros.building.units import make_all
from macros.model import UnitId
from macros.render import FEED
from macros.search import TEXTS

_OF_UNIT = re.compile(rf"(?:don-vi|{TEXTS.rstrip('/')})/([^/]+)/")
V = TypeVar("V")


class Live:
    """The site of the sources as they are when this is made: `file` has the bytes that `build`
    writes at a path. All sources are read and checked at once, and BrokenSourcesError is raised as
    by `build`; the pages of a unit are drawn when the first of them is asked for.

    One thread at a time may ask.
    """

    def __init__(self, run: Run, setting: Setting) -> None:
        self._run = run
        self._setting = setting
        self._together = Together(run, setting)
        self._made: dict[str, Mapping[str, bytes]] = {}

    @classmethod
    def of(cls, project: Project, before: Live | None = None) -> Live:
        """The site of a project; what the one before has at hand need not be read again."""
        run = Run.of(project.root)
        run.before = before._run.at_hand if before else {}  # noqa: SLF001 of the same class
        try:
            with undisturbed():
                setting = make_ready(run, project)
        finally:
            run.before = {}
            # A single page needs no processes.
            run.ended.close()
            run.pool = None
        return cls(run, setting)

    def apart(self) -> Live:
        """The same site of the same sources, for another thread."""
        return Live(self._run.apart(), self._setting)

    def close(self) -> None:
        """End what works for it; nothing may be asked any more."""
        self._run.ended.close()

    def give_up(self) -> None:
        """From another thread: nobody waits for what is being made. CancelledError is raised there
        as soon as it is seen.
        """
        self._run.given_up.set()

    def keep(self) -> None:
        """Keep what the next site of these sources will ask of all units, for that to find quickly."""
        self._run.keep_together()

    def slow(self, path: str = "") -> list[Lot]:
        """What is made of all units and is not made yet; for a path, that to which it belongs."""
        return [
            lot
            for lot in self._together.lots
            if lot.of_all
            and lot.kind not in self._made
            and (not path or path.startswith(lot.below))
        ]

    def make(self, lot: Lot) -> None:
        """Make these files now."""
        with undisturbed():
            self._files(lot)

    def take_over(self, other: Live) -> None:
        """Have what the same site has made in another thread, which is not at work now."""
        self._made |= other._made
        self._run.take_over(other._run)

    def file(self, path: str) -> bytes | None:
        """A file of the site; None where there is none. UnknownScriptError as in `build`."""
        with undisturbed():
            if path in self._together.written:
                return self._together.written[path]
            named = _OF_UNIT.match(path)
            unit = self._unit(named[1]) if named else None
            if unit:
                return self._with(unit, lambda drawn: self._of_unit(drawn, unit, path))
            if path in (SITEMAP, FEED):
                return self._of_all.get(path)
            for lot in self._together.lots:
                if path.startswith(lot.below) and path in (files := self._files(lot)):
                    return files[path]
            return None

    # --- of one unit ---

    def _unit(self, name: str) -> UnitId | None:
        """A unit by its present or its former id."""
        return UnitId(name) if name in self._run.briefs else self._former.get(name)

    @cached_property
    def _former(self) -> Mapping[str, UnitId]:
        return {
            alias: UnitId(unit)
            for unit, extract in self._run.bare.items()
            for alias in (extract.unit.aliases if extract.unit else ())
        }

    def _of_unit(self, drawn: Drawn, unit: UnitId, path: str) -> bytes | None:
        framed = self._setting.shell.page
        if path == own_path(unit):
            return framed(drawn.own(self._together.telling.holes([unit])[unit]))
        if path in drawn.listed.files:
            return drawn.file(path)
        page = drawn.paths.get(path)
        return framed(page) if page else None

    def _with(self, unit: UnitId, take: Callable[[Drawn], V]) -> V:
        """What is taken of what was drawn of a unit: before, or where that is not kept, now."""
        run = self._run
        drawn = run.maker.drawn(run.keys[unit], run.briefs[unit])
        if drawn.is_kept:
            with suppress(LostError):
                return take(drawn)
        made = run.maker.made_anew(unit, run.found.units[unit])
        run.maker.held |= made.held
        return take(made.drawn or drawn)

    # --- of many ---

    @cached_property
    def _of_all(self) -> Mapping[str, bytes]:
        """What names all pages, where they have whole addresses."""
        if not self._setting.shell.site_url:
            return {}
        make_all(self._run)
        parts = {unit: self._with(UnitId(unit), _part) for unit in self._run.briefs}
        lots = {lot.kind: lot for lot in self._together.lots}
        common = [path for kind in ("shared", "lists") for path in self._files(lots[kind])]
        return self._together.of_all(parts, common)

    def _files(self, lot: Lot) -> Mapping[str, bytes]:
        if lot.kind not in self._made:
            if lot.of_drawn:
                make_all(self._run)
            self._made[lot.kind] = lot.make()
            self._run.keep_together()
        return self._made[lot.kind]


def _part(drawn: Drawn) -> Part:
    """A part without digests: only which files there are."""
    return Part(
        tuple((path, "") for path in (*drawn.paths, *drawn.listed.files)), drawn.listed.news
    )
