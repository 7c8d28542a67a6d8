# What the page of a unit says of others, put in when all units are known.
# Hides: that neighbouring units are told of together, and from how they stood the last time; that
# what was told lies apart, and is looked at only where a page is made of it.
"""`Telling(run, common)`: what fills each unit's own page, and how all units stand to the shared
clauses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial

from macros.building.run import Run, named
from macros.building.unit import Extract, Maker, Rest, archive_of
from macros.building.units import in_batches
from macros.building.version import version
from macros.cache import Cache, digest_of
from macros.model import SeriesId, UnitId
from macros.publish import Publication
from macros.render import Contact
from macros.search import groups, stretches
from macros.usage import Common, Row, Rows, Standing, Usage, newest_texts

# So few runs of neighbours are told of faster here than in processes that have to begin.
_FEW = 32


@dataclass(frozen=True, slots=True)
class Told:
    """The digest of what fills the holes of a unit's page, and by shared clause those of the unit's
    rows.
    """

    holes: bytes
    rows: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A unit of which is to be told what its page says of others. `read`: all that its texts depend
    on; `after`: its successor's name. `texts` where they are at hand.
    """

    unit: UnitId
    read: bytes
    after: str
    texts: Extract | None


@dataclass(frozen=True, slots=True)
class _Words:
    """What was told of a unit, with the digests of that."""

    told: Told
    holes: Mapping[str, str]
    rows: Mapping[SeriesId, Mapping[str, Row]]


@dataclass(frozen=True, slots=True)
class _Last:
    """Of what was told of a unit the last time, and how its texts stood."""

    read: bytes
    texts: Extract
    standings: Mapping[SeriesId, Standing]


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """What was told of neighbouring units the last time; `clauses`: all that what is told of each
    shared clause depended on, besides the units' texts.
    """

    clauses: Mapping[str, bytes] = field(default_factory=dict)
    units: Mapping[UnitId, _Last] = field(default_factory=dict)


class Telling:
    """What is told of each unit, once it is asked for. Only where something of that changed is it
    told again.
    """

    def __init__(self, run: Run, common: Common) -> None:
        self._run = run
        self._common = common
        self._clauses = {
            name: repr(
                (
                    digest,
                    sorted(common.headings.get(name, ())),
                    name in common.samples,
                    sorted(common.meant.get(name, {}).items()),
                )
            ).encode()
            for name, digest in run.context.clauses.items()
        }
        self._words: dict[UnitId, _Words] = {}
        self._stretches = stretches(groups(run.briefs))
        self._keys = self._made_of()
        self._told: dict[str, Told] = {}

    @cached_property
    def of_clauses(self) -> Mapping[str, tuple[bytes, bytes]]:
        """By shared clause what its pages depend on, besides what units say in bare extracts."""
        self._know(self._stretches)
        rows = [self._told[unit].rows for unit in self._run.briefs]
        return {
            name: (told, digest_of(*(own.get(name, b"") for own in rows)))
            for name, told in sorted(self._clauses.items())
        }

    @cached_property
    def rows(self) -> Rows:
        """What the pages of the shared clauses show of each series."""
        self._take(self._stretches)
        return {
            (unit, series): rows
            for unit, words in self._words.items()
            for series, rows in words.rows.items()
        }

    def _made_of(self) -> dict[str, bytes]:
        """What is told depends on: the unit's pages before the theme is around them, what all units
        tell of the shared clauses, those, the name of its successor.
        """
        run, shared = self._run, digest_of(repr(sorted(self._clauses.items())))
        drawn = {
            unit: run.maker.keys.drawn(run.keys[unit], each) for unit, each in run.briefs.items()
        }
        return {unit: digest_of(own, shared, self._after(unit)) for unit, own in drawn.items()}

    def _after(self, unit: str) -> str:
        briefs = self._run.briefs
        successor = briefs[unit].successor
        return briefs[successor].name if successor in briefs else ""

    def _know(self, asked: Sequence[Sequence[UnitId]]) -> None:
        """Have the digests of what is told of runs of neighbours."""
        run, held = self._run, self._run.maker.held
        new = [unit for units in asked for unit in units if unit not in self._told]
        for unit in new:
            if isinstance(found := held.get(("told", self._keys[unit])), Told):
                self._told[unit] = found
        self._tell([units for units in asked if not self._told.keys() >= {*units}])
        for unit in new:
            key = "told", self._keys[unit]
            held[key] = self._told[unit]
            run.told[unit] = key, self.own(unit)

    def _tell(self, asked: Sequence[Sequence[UnitId]]) -> None:
        """Tell of runs of neighbours; once more, with their texts, of those that are not kept."""
        work = partial(_tell_neighbours, self._common, self._clauses)
        for texts in (False, True):
            lost = []
            every = [[self._asked(unit, texts=texts) for unit in units] for units in asked]
            for units, found in zip(
                asked, in_batches(self._run, every, work, 4, _FEW), strict=True
            ):
                for unit, made in found.items():
                    self._told[unit], self._words[unit] = made.told, made
                lost += [] if found else [units]
            asked = lost

    def own(self, unit: str) -> tuple[str, bytes]:
        """By what the digest of a unit's own page is held."""
        if unit not in self._told:
            self._know(self._stretches)
        run = self._run
        part = run.maker.keys.part(run.keys[unit], run.briefs[unit])
        return "own", part + self._told[unit].holes

    def holes(self, units: Sequence[UnitId]) -> dict[UnitId, Mapping[str, str]]:
        """By unit what fills the holes of its own page."""
        asked = {*units}
        self._take([each for each in self._stretches if asked & {*each}])
        return {unit: self._words[unit].holes for unit in units}

    def _take(self, asked: Sequence[Sequence[UnitId]]) -> None:
        """Have at hand what was told of runs of neighbours: now, or kept, or told again."""
        self._know(asked)
        lost = []
        for units in asked:
            if not self._words.keys() >= {*units}:
                key = _of_words({unit: self._told[unit] for unit in units})
                found: dict[UnitId, _Words] | None = self._run.context.cache.load(
                    "tellings", key, dict
                )
                self._words |= found or {}
                lost += [] if found else [units]
        self._tell(lost)

    def _asked(self, unit: UnitId, *, texts: bool) -> _Asked:
        run = self._run
        newest = run.newest(unit) if texts or unit in run.rest else None
        return _Asked(unit, run.keys[unit], self._after(unit), newest)


def _tell_neighbours(
    common: Common, clauses: Mapping[str, bytes], maker: Maker, batch: Sequence[Sequence[_Asked]]
) -> list[dict[UnitId, _Words]]:
    return [_told(maker, asked, common, clauses) for asked in batch]


def _told(
    maker: Maker, asked: Sequence[_Asked], common: Common, clauses: Mapping[str, bytes]
) -> dict[UnitId, _Words]:
    """What is told of neighbours; nothing where texts of theirs are neither given nor kept."""
    cache, beside, setting = maker.context.cache, maker.context.beside, maker.context.setting
    key = named([each.unit for each in asked])
    last = cache.load("neighbours", key, _Neighbours) or _Neighbours()
    texts = {each.unit: text for each in asked if (text := _texts(each, last, cache))}
    if len(texts) < len(asked):
        return {}
    archive = archive_of(texts, beside.shared)
    usage = Usage(archive, common=common)
    was = last.clauses
    still = {each for each in beside.shared if each in was and was[each] == clauses.get(each)}
    standings: dict[UnitId, dict[SeriesId, Standing]] = {unit: {} for unit in texts}
    for (unit, series), newest in newest_texts(archive) if beside.shared else ():
        before = last.units.get(unit)
        stood = before.standings.get(series) if before and before.texts is texts[unit] else None
        standings[unit][series] = usage.standing((unit, series), newest, stood, still)
    usage = Usage(
        archive, common=common,
        standings={
            (unit, series): each
            for unit, own in standings.items()
            for series, each in own.items()
        },
    )  # fmt: skip
    day, contact = (setting.as_of, setting.shell.contact) if setting else (date.min, Contact())
    publication = Publication(archive, day, contact, usage)
    found, units = {}, {}
    for each in asked:
        own = standings[each.unit]
        rows = {series: standing.rows for series, standing in own.items()}
        holes = publication.beside(each.unit, each.after)
        if setting:
            setting.shell.approve("".join(holes.values()), f"don-vi/{each.unit}/")
        told = Told(digest_of(repr(holes)), _digests(rows))
        found[each.unit] = _Words(told, holes, rows)
        units[each.unit] = _Last(each.read, texts[each.unit], own)
    cache.store("neighbours", key, _Neighbours(clauses, units))
    cache.store("tellings", _of_words({unit: words.told for unit, words in found.items()}), found)
    return found


def _texts(asked: _Asked, last: _Neighbours, cache: Cache) -> Extract | None:
    """The newest texts of a unit: as they were the last time, given or kept."""
    before = last.units.get(asked.unit)
    if before and before.read == asked.read:
        return before.texts
    if asked.texts:
        return asked.texts
    rest = cache.load("rest", (asked.read,), Rest, packed=True)
    return rest.newest if rest else None


def _of_words(told: Mapping[UnitId, Told]) -> list[bytes]:
    """What was told of neighbours is kept by."""
    own = [
        part
        for unit, each in told.items()
        for part in (unit.encode(), each.holes, repr(sorted(each.rows.items())).encode())
    ]
    return [version(), *own]


def _digests(rows: Mapping[SeriesId, Mapping[str, Row]]) -> dict[str, bytes]:
    """By shared clause the digest of the rows of a unit."""
    found: dict[str, list[tuple[SeriesId, Row]]] = {}
    for series, own in rows.items():
        for name, row in own.items():
            found.setdefault(name, []).append((series, row))
    return {name: digest_of(repr(own)) for name, own in found.items()}
