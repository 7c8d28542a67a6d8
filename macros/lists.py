# What is told of many units: their lists, the calendar, the state of a school year, the latest year
# at a glance.
# Hides: that all of it is put together from what each unit shows, which can be found apart.
# Refuses: texts, and to know which units there are besides.
"""`shown(archive, as_of, …)`: what some units show; `Lists`: pages and files about all of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import NamedTuple

from macros import almanac, coverage
from macros.almanac import Almanac
from macros.calendar import (
    Standing,
    State,
    covered_until,
    first_day,
    holders,
    last_day,
    school_year,
    state,
    states,
    timeline,
    turning_days,
)
from macros.checks import RESERVED
from macros.coverage import Coverage
from macros.markup import ENVIRONMENT, SitePage, capital, up_from
from macros.model import (
    Agreement,
    Archive,
    Period,
    SeriesId,
    Side,
    TextState,
    UnitId,
    UnitType,
)
from macros.redline import ANY, any_page
from macros.render import COUNTERPARTS, FEED, SLUGS, TYPES, Contact, later_states, title_of

PER_PAGE = 100
SEARCH = "tim-kiem/"
# What the browser fetches to filter the units.
UNITS = "don-vi/units.json"
# How the addresses of all that is made here begin.
BELOW = ("don-vi/", ANY, SEARCH, coverage.BASE, almanac.BASE)
_GLANCE = 12
# What an edition of a unit counts for: its period, and the end of the one it was prolonged to.
_Span = tuple[Period, int]


class Line(NamedTuple):
    """A series in the lists: the edition that holds now, with its states from now on. `texts`: how
    many editions of the unit can be compared; `spans`: what the series counts for, from when on.
    """

    unit_id: UnitId
    series_id: SeriesId
    name: str
    type: UnitType
    sample: bool
    region: str
    side: Side
    counterpart: str
    period: Period
    title: str
    address: str
    states: Sequence[tuple[date, State]]
    texts: int
    spans: Sequence[tuple[date, _Span | None]]

    @property
    def state(self) -> State:
        return self.states[0][1]

    @property
    def later(self) -> str:
        """The states of later days, for the reader's browser."""
        return later_states(self.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What some units show in the pages about many: `lines` of lists, `due` in the calendar by
    school year, the `years` that their editions cover, and how many `samples` they are.
    """

    lines: tuple[Line, ...]
    due: Mapping[Period, Sequence[almanac.Row]]
    years: frozenset[Period]
    samples: int


def shown(archive: Archive, as_of: date) -> Shown:
    """What the units of an archive show on a day; facts are enough, with the clauses that use shared
    wordings.
    """
    return Shown(
        lines=tuple(_lines(archive, as_of)),
        due=almanac.rows(archive, COUNTERPARTS),
        years=coverage.years(archive, as_of),
        samples=sum(unit.sample for unit in archive.units.values()),
    )


def years_of(found: Iterable[Shown], as_of: date) -> tuple[Period, ...]:
    """The school years that are told: that of the day, and those that an edition covers."""
    return tuple(sorted({school_year(as_of)}.union(*(each.years for each in found))))


def register(archive: Archive, as_of: date, years: Sequence[Period]) -> coverage.Register:
    """What the units of an archive have for each of these years."""
    return coverage.register(archive, as_of, years, TYPES)


class Lists:
    """The pages and files about all units. `found` is what these show, some by some, and
    `registers` what they have for each of the years that are told.
    """

    def __init__(
        self, found: Sequence[Shown], registers: Iterable[coverage.Register], as_of: date,
        contact: Contact,
    ) -> None:  # fmt: skip
        self._as_of = as_of
        self._contact = contact
        self._samples = sum(each.samples for each in found)
        order = {kind: place for place, kind in enumerate(UnitType)}
        self._lines = sorted(
            chain.from_iterable(each.lines for each in found),
            key=lambda line: (order[line.type], line.name, line.unit_id, line.series_id),
        )
        held = coverage.joined(registers, years_of(found, as_of))
        self._coverage = Coverage(held, as_of, TYPES, SLUGS)
        due = almanac.joined(each.due for each in found)
        self._almanac = Almanac(due, as_of, types=TYPES, slugs=SLUGS)

    @classmethod
    def of(cls, archive: Archive, as_of: date, contact: Contact) -> Lists:
        """Those of an archive that has all units."""
        found = shown(archive, as_of)
        held = register(archive, as_of, years_of([found], as_of))
        return cls([found], [held], as_of, contact)

    def pages(self) -> dict[str, Callable[[], SitePage]]:
        """The pages by address."""
        return {
            ANY: any_page, **self._of_units(), **self._coverage.pages(), **self._almanac.pages(),
        }  # fmt: skip

    def files(self) -> Iterator[tuple[str, bytes]]:
        """What is no page: address and bytes."""
        yield UNITS, self._units_json()
        yield from self._coverage.files()

    def glance(self, up: str) -> str:
        """The latest year at a glance: the newest editions of real units, and what is missing."""
        newest = sorted(
            (line for line in self._lines if not line.sample),
            key=lambda line: (line.period.end, line.period.start),
            reverse=True,
        )
        (_, sentence), *later = self._sentences()
        told = [[str(day), then] for day, then in later]
        return ENVIRONMENT.get_template("overview.html").render(
            rows=newest[:_GLANCE], samples=self._samples, up=up, sentence=sentence,
            later=json.dumps(told, ensure_ascii=False) if told else "",
        )  # fmt: skip

    def _of_units(self) -> dict[str, Callable[[], SitePage]]:
        """The lists of units: all of them on one page while they are few, else by type; so too the
        samples, which stand behind the others.
        """
        real = [line for line in self._lines if not line.sample]
        samples = [line for line in self._lines if line.sample]
        whole, few = len(real) <= PER_PAGE, len(samples) <= PER_PAGE
        by_type = {
            kind: lines
            for kind in UnitType
            if (lines := [a for a in (*real, *([] if few else samples)) if a.type is kind])
        }
        counts = {
            kind: len({line.unit_id for line in lines if not line.sample})
            for kind, lines in by_type.items()
        }
        found: dict[str, Callable[[], SitePage]] = {
            "don-vi/": partial(
                self._page, [*(real if whole else ()), *(samples if few else ())], counts,
                offered=[*real, *(samples if few else ())], whole=whole and few,
            ),
            SEARCH: partial(
                self._search_page, [*real, *samples] if whole and few else [], counts
            ),
        }  # fmt: skip
        for kind, lines in by_type.items():
            last = -(-len(lines) // PER_PAGE)
            for page in range(1, last + 1):
                own = f"don-vi/{RESERVED}/{SLUGS[kind]}/"
                part = lines[(page - 1) * PER_PAGE : page * PER_PAGE]
                address = own if page == 1 else f"{own}{page}/"
                found[address] = partial(
                    self._page, part, counts, address=address, of=kind, pages=(page, last)
                )
        return found

    def _page(
        self, lines: Sequence[Line], counts: Mapping[UnitType, int],
        *, address: str = "don-vi/", of: UnitType | None = None, pages: tuple[int, int] = (1, 1),
        offered: Sequence[Line] = (), whole: bool = True,
    ) -> SitePage:  # fmt: skip
        """A list of units: all of them, or one page of those of a type; `offered` are all that the
        filter can bring in.
        """
        offered = offered or lines
        heading = TYPES[of] if of else "Đơn vị"
        html = ENVIRONMENT.get_template("units.html").render(
            rows=[line for line in lines if not line.sample],
            samples=[line for line in lines if line.sample], counts=counts,
            up=up_from(address), of=of, page=pages[0], last=pages[1], heading=heading,
            regions=sorted({a.region for a in offered if a.region and not a.sample}), whole=whole,
            base=f"don-vi/loai/{SLUGS[of]}/" if of else address,
            counterparts=sorted({line.side for line in offered}), standings=list(Standing),
            feed=FEED if self._contact.feeds and not of else "",
        )  # fmt: skip
        title = heading if pages[0] == 1 else f"{heading}, trang {pages[0]}"
        return SitePage(
            address=address, title=title, html=html,
            description="Danh sách đơn vị có quy chế phối hợp trong kho, lọc theo loại, địa bàn, bên, tình trạng.",
        )  # fmt: skip

    @staticmethod
    def _search_page(lines: Sequence[Line], counts: Mapping[UnitType, int]) -> SitePage:
        """Where the browser searches; without JavaScript the units stand there, or their types."""
        html = ENVIRONMENT.get_template("search.html").render(
            rows=lines, counts=counts, up=up_from(SEARCH)
        )
        return SitePage(
            address=SEARCH, title="Tìm kiếm", html=html,
            description="Tìm đơn vị, điều khoản trong các bản quy chế phối hợp; có dấu hay không đều được.",
        )  # fmt: skip

    def _units_json(self) -> bytes:
        """All units, for lists that the reader's browser filters: a thousand in about 100 kB.

        `units` has for each its id, name, type, whether it is a sample, how many of its editions
        can be compared, and the series of the lists: id, counterpart, what the unit calls it,
        period, title and states. Type, counterpart and what follows are places in the lists beside
        `units`; states are `[standing, day, standing, …]`, each from its day on.
        """
        tables: dict[str, dict[str, int]] = {
            name: {} for name in ("types", "regions", "sides", "names", "titles", "states")
        }

        def place(name: str, value: object) -> int:
            return tables[name].setdefault(json.dumps(value, ensure_ascii=False), len(tables[name]))

        rows: dict[UnitId, list[object]] = {}
        for line in self._lines:
            if line.unit_id not in rows:
                region = place("regions", line.region) if line.region else -1
                rows[line.unit_id] = [
                    line.unit_id, line.name, place("types", SLUGS[line.type]), region,
                    int(line.sample), line.texts,
                ]  # fmt: skip
            states: list[str] = []
            for day, now in line.states:
                if not states or now.standing.value != states[-1]:
                    states += [str(day), now.standing.value] if states else [now.standing.value]
            rows[line.unit_id].append(
                [
                    line.series_id, place("sides", line.side.value),
                    place("names", line.counterpart), str(line.period),
                    place("titles", line.title), place("states", states),
                ]
            )  # fmt: skip
        lists = [f'"{name}": [{", ".join(table)}]' for name, table in tables.items()]
        lines = ",\n".join(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows.values()
        )
        return ("{\n" + ",\n".join([*lists, f'"units": [\n{lines}\n]']) + "\n}\n").encode()

    def _sentences(self) -> list[tuple[date, str]]:
        """What holds of the real units today, and from which later day another sentence does."""
        coming = [school_year(self._as_of + timedelta(days=365 * years)) for years in range(3)]
        days = {first_day(year) for year in coming}
        days |= {last_day(year) + timedelta(days=1) for year in coming}
        changes: dict[date, list[tuple[Line, _Span | None]]] = {}
        for line in self._lines:
            for day, held in line.spans if not line.sample else ():
                changes.setdefault(day, []).append((line, held))
        days |= changes.keys()
        units: dict[UnitId, dict[SeriesId, _Span]] = {}
        # Units are counted by what they have, so that a day costs what changes on it.
        tally: Counter[frozenset[_Span]] = Counter()

        def told(day: date) -> str:
            for line, held in changes.pop(day, ()):
                own = units.setdefault(line.unit_id, {})
                tally[frozenset(own.values())] -= 1
                own.pop(line.series_id, None)
                if held:
                    own[line.series_id] = held
                tally[frozenset(own.values())] += 1
            return _glance(tally, day)

        return timeline(days, self._as_of, told)


def _lines(archive: Archive, as_of: date) -> Iterator[Line]:
    texts = Counter(
        each.unit_id
        for each in archive.agreements
        if each.newest and each.edition.text is TextState.FULL
    )
    for unit_id, series_id in archive.series():
        editions = archive.editions(unit_id, series_id)
        if not editions:
            continue
        held = holders(editions, as_of)
        of = held[0][1]
        unit, side = of.unit, of.series.counterpart
        yield Line(
            unit_id=unit_id, series_id=SeriesId(series_id), name=unit.name, type=unit.type,
            sample=unit.sample, region=unit.region.name if unit.region else "", side=side,
            counterpart=unit.sides[side], period=of.period, title=title_of(of),
            address=of.address, states=states(of, editions, as_of), texts=texts[unit_id],
            spans=_spans(editions, held),
        )  # fmt: skip


def _spans(
    editions: Sequence[Agreement], held: Sequence[tuple[date, Agreement]]
) -> list[tuple[date, _Span | None]]:
    """What counts of a series today, and what will from a later day on."""

    def span(day: date) -> _Span | None:
        of = [each for since, each in held if since <= day][-1]
        withdrawn = state(of, editions, day).standing is Standing.WITHDRAWN
        if of.facts.draft or withdrawn:
            return None
        return of.period, covered_until(of)

    return timeline(turning_days(editions), held[0][0], span)


def _glance(tally: Mapping[frozenset[_Span], int], day: date) -> str:
    """One honest sentence about the school year of a day."""
    held = [(spans, count) for spans, count in tally.items() if spans and count]
    if not held:
        return "Kho chưa có bản nào của đơn vị thật."
    year = school_year(day)
    units = sum(count for _, count in held)
    now = sum(
        count
        for spans, count in held
        if any(period.start <= year.start < until for period, until in spans)
    )
    over = day > last_day(year)
    subject = capital(year.words)
    if now:
        verb = "đã kết thúc; kho có bản của" if over else "kho có bản của"
        return f"{subject}{'' if over else ':'} {verb} {now} trên {units} đơn vị."
    periods = {period for spans, _ in held for period, _ in spans}
    first, last = min(periods), max(periods, key=lambda period: (period.end, period.start))
    return (
        f"{subject}: kho chưa có bản nào. Bản mới nhất của {units} đơn vị thuộc các kỳ đã qua, "
        f"từ {first.words} đến {last.words}."
    )
