# Archive → everything that the site adds to the hand-written pages.
# Hides: which pages and files there are, at which addresses, and in which lists an edition stands.
# Refuses: the disk and the clock: the archive and the as-of day are arguments.
"""All generated pages and files of the site."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property, partial
from itertools import pairwise

from markupsafe import Markup, escape

from macros.almanac import CALENDAR, Almanac, Duties
from macros.calendar import (
    Standing,
    State,
    covered_until,
    first_day,
    holding,
    last_day,
    school_year,
    state,
    timeline,
    turning_days,
)
from macros.checks import RESERVED
from macros.compare import compare, fact_changes
from macros.coverage import Coverage
from macros.export import agreement_json
from macros.markup import Since, SitePage, filled, up_from
from macros.model import Agreement, Archive, Period, SeriesId, TextState, UnitId, UnitType
from macros.redline import EVENTS, Pair, any_page, comparison_page, lines, picture, since_before
from macros.render import (
    AGAINST,
    COUNTERPARTS,
    FEED,
    SIDE_SLUGS,
    SLUGS,
    SUCCESSOR,
    TYPES,
    Card,
    Contact,
    agreement_page,
    moved_page,
    overview,
    search_page,
    series_name,
    sources_page,
    title_of,
    unit_page,
    units_page,
)
from macros.telling import changes_json
from macros.usage import Usage, against, shared_pages

PER_PAGE = 100
# Where any two editions are compared, in the browser.
ANY = "so-sanh/"
SEARCH = "tim-kiem/"
# What the browser fetches to filter the units, and the editions of the one that was picked.
UNITS = "don-vi/units.json"
EDITIONS = "editions.json"
_GLANCE = 12


class Publication:
    """The site of an archive on a day. `usage`: who uses which shared clause, where more is known
    of that than the archive holds.
    """

    def __init__(
        self, archive: Archive, as_of: date, contact: Contact, usage: Usage | None = None
    ) -> None:
        self.archive = archive
        self.as_of = as_of
        self.contact = contact
        self.usage = usage or Usage(archive)
        self._offered: Mapping[str, Sequence[str]] = {}

    def offers(self, addresses: Iterable[str]) -> None:
        """Files that other programs open, by their addresses; the pages beside them lead to them."""
        found: dict[str, list[str]] = {}
        for address in addresses:
            folder, _, name = address.rpartition("/")
            found.setdefault(f"{folder}/", []).append(name)
        self._offered = found

    def pages(self) -> dict[str, Callable[[], SitePage]]:
        """Every generated page by its address, made when it is called for."""
        found = {
            address: make
            for unit in self.archive.units
            for address, make in self.of_unit(unit).items()
        }
        for unit_id in self.archive.units:
            address = f"don-vi/{unit_id}/"
            found[address] = partial(self._whole_unit_page, unit_id, found[address])
        return found | self.common()

    def of_unit(self, unit_id: UnitId) -> dict[str, Callable[[], SitePage]]:
        """The pages of a unit by address, those at its former addresses too.

        They depend on this unit alone; where its own page speaks of others it has holes, for which
        `beside` has what belongs there.
        """
        unit = self.archive.units[unit_id]
        own = f"don-vi/{unit_id}/"
        found: dict[str, Callable[[], SitePage]] = {}
        for agreement in self._of(unit_id):
            found[agreement.address] = partial(self._agreement_page, agreement)
            if agreement.facts.source:
                address = f"{agreement.address}nguon/"
                found[address] = partial(sources_page, agreement, self.archive)
        for series_id in self._series_of(unit_id):
            address = f"{own}{series_id}/"
            found[address] = partial(self._series_page, unit_id, series_id, address)
        found[own] = partial(self._unit_page, unit_id)
        for pair in self._pairs_of(unit_id):
            found[pair.address] = partial(
                comparison_page, pair, self._offered.get(pair.address, ())
            )
        moved: dict[str, Callable[[], SitePage]] = {}
        for alias in unit.aliases:
            for target in found:
                address = f"don-vi/{alias}/{target.removeprefix(own)}"
                moved[address] = partial(moved_page, address, target, unit)
        return found | moved

    def common(self) -> dict[str, Callable[[], SitePage]]:
        """The pages about many units, by address."""
        return {
            ANY: partial(any_page, ANY), **shared_pages(self.usage), **self._lists(),
            **self._coverage.pages(), **self._almanac.pages(),
        }  # fmt: skip

    def beside(self, unit_id: UnitId, after: str) -> dict[str, str]:
        """What the page of a unit says of others, by hole; `after`: the name of its successor."""
        up = up_from(f"don-vi/{unit_id}/")
        found = {
            f"{AGAINST}{key}": against(self.usage, unit_id, key, up)
            for key in self._series_of(unit_id)
        }
        return {**found, SUCCESSOR: str(escape(after))}

    def files_of(self, unit_id: UnitId) -> Iterator[tuple[str, bytes]]:
        """The generated files of a unit that are no pages: address and bytes."""
        for agreement in self._of(unit_id):
            yield f"{agreement.address}agreement.json", agreement_json(agreement, self.archive)
            for name in sorted({source.file for source in agreement.facts.source}):
                if name in self.archive.sources:
                    yield f"{agreement.address}nguon/{name}", self.archive.sources[name]
        for pair in self._pairs_of(unit_id):
            yield f"{pair.address}changes.json", changes_json(pair.old, pair.new, pair.comparison)
        yield f"don-vi/{unit_id}/{EDITIONS}", self._editions_json(unit_id)

    def common_files(self) -> Iterator[tuple[str, bytes]]:
        """The generated files about many units that are no pages."""
        yield UNITS, self._units_json()
        yield from self._coverage.files()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every generated file that is no page: address and bytes."""
        for unit_id in self.archive.units:
            yield from self.files_of(unit_id)
        yield from self.common_files()

    def _editions_json(self, unit_id: UnitId) -> bytes:
        """The editions of a unit, for the page where readers pick two to compare."""
        unit = self.archive.units[unit_id]
        rows = []
        for series_id in self._series_of(unit_id):
            built: dict[str, dict[str, str]] = {}
            for old, new, address in self._neighbours(unit_id, series_id):
                if old.period != new.period:
                    built.setdefault(new.address, {})[old.edition_name] = address
            rows += [
                {
                    "id": each.edition_name,
                    "series": series_name(unit, series_id),
                    "period": each.period.words,
                    "address": each.address,
                    "text": each.edition.text.value,
                    "built": built.get(each.address, {}),
                }
                for each in self.archive.editions(unit_id, series_id)
            ]
        found = {"id": unit_id, "name": unit.name, "sample": unit.sample, "editions": rows}
        return (json.dumps(found, ensure_ascii=False, indent=0) + "\n").encode()

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

        texts = Counter(
            each.unit_id
            for each in self.archive.agreements
            if each.newest and each.edition.text is TextState.FULL
        )
        rows: dict[UnitId, list[object]] = {}
        for card in self._cards:
            of = card.agreement
            unit, side = of.unit, of.series.counterpart
            if of.unit_id not in rows:
                region = place("regions", unit.region.name) if unit.region else -1
                rows[of.unit_id] = [
                    of.unit_id, unit.name, place("types", SLUGS[unit.type]), region,
                    int(unit.sample), texts[of.unit_id],
                ]  # fmt: skip
            states: list[str] = []
            for day, now in card.timeline:
                if not states or now.standing.value != states[-1]:
                    states += [str(day), now.standing.value] if states else [now.standing.value]
            rows[of.unit_id].append(
                [
                    of.series_id, place("sides", side.value), place("names", unit.sides[side]),
                    str(of.period), place("titles", title_of(of)), place("states", states),
                ]
            )  # fmt: skip
        lists = [f'"{name}": [{", ".join(table)}]' for name, table in tables.items()]
        lines = ",\n".join(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows.values()
        )
        return ("{\n" + ",\n".join([*lists, f'"units": [\n{lines}\n]']) + "\n}\n").encode()

    def glance(self, up: str) -> str:
        """The latest year at a glance: the newest editions of real units, and what is missing."""
        newest = sorted(
            (card for card in self._cards if not card.agreement.unit.sample),
            key=lambda card: (card.agreement.period.end, card.agreement.period.start),
            reverse=True,
        )
        samples = sum(unit.sample for unit in self.archive.units.values())
        return overview(newest[:_GLANCE], samples, self._sentences(), up)

    def _sentences(self) -> list[tuple[date, str]]:
        """What holds of the real units today, and from which later day another sentence does."""
        coming = [school_year(self.as_of + timedelta(days=365 * years)) for years in range(3)]
        days = {first_day(year) for year in coming}
        days |= {last_day(year) + timedelta(days=1) for year in coming}
        changes: dict[date, list[tuple[UnitId, SeriesId, _Span | None]]] = {}
        for unit_id, series_id in self._courses:
            if not self.archive.units[unit_id].sample:
                days |= self._turning[unit_id, series_id]
                for day, held in self._spans(unit_id, series_id):
                    changes.setdefault(day, []).append((unit_id, series_id, held))
        units: dict[UnitId, dict[SeriesId, _Span]] = {}
        # Units are counted by what they have, so that a day costs what changes on it.
        tally: Counter[frozenset[_Span]] = Counter()

        def told(day: date) -> str:
            for unit_id, series_id, held in changes.pop(day, ()):
                own = units.setdefault(unit_id, {})
                tally[frozenset(own.values())] -= 1
                own.pop(series_id, None)
                if held:
                    own[series_id] = held
                tally[frozenset(own.values())] += 1
            return _glance(tally, day)

        return timeline(days, self.as_of, told)

    def _spans(self, unit_id: UnitId, series_id: SeriesId) -> list[tuple[date, _Span | None]]:
        """What counts of a series today, and what will from a later day on."""
        editions = self.archive.editions(unit_id, series_id)
        course = list(self._courses[unit_id, series_id])

        def span(day: date) -> _Span | None:
            held = [each for since, each in course if since <= day][-1]
            withdrawn = state(held, editions, day).standing is Standing.WITHDRAWN
            if held.facts.draft or withdrawn:
                return None
            return held.period, covered_until(held)

        return timeline(self._turning[unit_id, series_id], self.as_of, span)

    def _agreement_page(self, agreement: Agreement) -> SitePage:
        states = self._timeline(agreement)
        since = self._since(agreement)
        compared = {pair.new.address: pair.address for pair in self._within(agreement)}
        return agreement_page(
            agreement, self.archive, states, self.contact, since=since, compared=compared,
            files=self._offered.get(agreement.address, ()),
            duties=self._duties.section(agreement, agreement.address),
            marks=self._duties.marks(agreement),
        )  # fmt: skip

    def _series_page(self, unit_id: UnitId, series_id: SeriesId, address: str) -> SitePage:
        moves = self._courses[unit_id, series_id]
        shown = moves[0][1]
        return agreement_page(
            shown,
            self.archive,
            self._timeline(shown),
            self.contact,
            address=address,
            moves=[(day, each.address) for day, each in moves[1:]],
            since=self._since(shown),
            compared={pair.new.address: pair.address for pair in self._within(shown)},
            files=self._offered.get(shown.address, ()),
            duties=self._duties.section(shown, address),
            marks=self._duties.marks(shown),
        )

    def _unit_page(self, unit_id: UnitId) -> SitePage:
        unit = self.archive.units[unit_id]
        series = {
            key: [self._card(each) for each in reversed(self.archive.editions(unit_id, key))]
            for key in unit.series
            if self.archive.editions(unit_id, key)
        }
        histories = {}
        for key in series:
            editions = self.archive.editions(unit_id, key)
            steps = self._steps(editions)
            later = [pair for each in editions for pair in self._within(each)]
            whole = len(steps) == len(editions) - 1
            histories[key] = picture(editions, steps, later) if whole else None
        years = {str(key): self._year(unit_id, key) for key in self._series_of(unit_id)}
        sides = self._duties.sides_of(unit_id)
        calendars = [("Cả đơn vị", CALENDAR)] if sides else []
        calendars += [(unit.sides[side], f"lich-{SIDE_SLUGS[side]}.ics") for side in sides]
        return unit_page(
            unit_id, unit, series, histories, dict(EVENTS), years=years, calendars=calendars,
            feed=FEED if self.contact.feeds else "",
        )  # fmt: skip

    def _year(self, unit_id: UnitId, series_id: SeriesId) -> Markup:
        """What the edition of a series that holds now asks to be done, as a picture."""
        (_, shown), *later = self._courses[unit_id, series_id]
        address = f"don-vi/{unit_id}/"
        moves = [[str(day), up_from(address) + each.address] for day, each in later]
        told = json.dumps(moves, ensure_ascii=False) if moves else ""
        return self._duties.year(shown, address, told)

    def _whole_unit_page(self, unit_id: UnitId, make: Callable[[], SitePage]) -> SitePage:
        page = make()
        after = self.archive.units.get(UnitId(self.archive.units[unit_id].successor or ""))
        holes = self.beside(unit_id, after.name if after else "")
        return replace(page, html=filled(page.html, holes))

    def _lists(self) -> dict[str, Callable[[], SitePage]]:
        """The lists of units: all of them on one page while they are few, else by type; so too the
        samples, which stand behind the others.
        """
        cards = [card for card in self._cards if not card.agreement.unit.sample]
        samples = [card for card in self._cards if card.agreement.unit.sample]
        whole, few = len(cards) <= PER_PAGE, len(samples) <= PER_PAGE
        by_type = {
            kind: rows
            for kind in UnitType
            if (rows := [c for c in (*cards, *([] if few else samples)) if _type(c) is kind])
        }
        counts = {
            kind: len({c.agreement.unit_id for c in rows if not c.agreement.unit.sample})
            for kind, rows in by_type.items()
        }
        here = samples if few else []
        found: dict[str, Callable[[], SitePage]] = {
            "don-vi/": partial(
                units_page,
                cards if whole else [],
                here,
                counts,
                whole=whole and few,
                offered=cards,
                feed=FEED if self.contact.feeds else "",
            ),
            SEARCH: partial(
                search_page, SEARCH, [*cards, *samples] if whole and few else [], counts
            ),
        }
        for kind, rows in by_type.items():
            last = -(-len(rows) // PER_PAGE)
            for page in range(1, last + 1):
                own = f"don-vi/{RESERVED}/{SLUGS[kind]}/"
                part = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
                address = own if page == 1 else f"{own}{page}/"
                real = [card for card in part if not card.agreement.unit.sample]
                found[address] = partial(
                    units_page, real, part[len(real) :], counts,
                    address=address, of=kind, pages=(page, last),
                )  # fmt: skip
        return found

    @cached_property
    def _duties(self) -> Duties:
        return Duties(self.archive, COUNTERPARTS)

    @cached_property
    def _almanac(self) -> Almanac:
        return Almanac(self.archive, self.as_of, sides=COUNTERPARTS, types=TYPES, slugs=SLUGS)

    @cached_property
    def _coverage(self) -> Coverage:
        return Coverage(self.archive, self.as_of, TYPES, SLUGS)

    @cached_property
    def _cards(self) -> Sequence[Card]:
        """Of each series the edition that holds now, in the order of lists."""
        order = {kind: place for place, kind in enumerate(UnitType)}
        found = [self._card(course[0][1]) for course in self._courses.values()]
        return sorted(
            found,
            key=lambda card: (
                order[_type(card)],
                card.agreement.unit.name,
                card.agreement.series_id,
            ),
        )

    @cached_property
    def _courses(self) -> Mapping[tuple[UnitId, SeriesId], Sequence[tuple[date, Agreement]]]:
        """Of each series the edition that holds now, and those that will from a later day on."""
        return {
            key: timeline(self._turning[key], self.as_of, partial(holding, editions))
            for key in self.archive.series()
            if (editions := self.archive.editions(*key))
        }

    def _of(self, unit_id: UnitId) -> Sequence[Agreement]:
        return self._agreements.get(unit_id, ())

    @cached_property
    def _agreements(self) -> Mapping[UnitId, Sequence[Agreement]]:
        found: dict[UnitId, list[Agreement]] = {}
        for agreement in self.archive.agreements:
            found.setdefault(agreement.unit_id, []).append(agreement)
        return found

    def _series_of(self, unit_id: UnitId) -> list[SeriesId]:
        return [
            SeriesId(key)
            for key in self.archive.units[unit_id].series
            if self.archive.editions(unit_id, key)
        ]

    @property
    def pairs(self) -> Iterator[Pair]:
        """Neighbouring editions of each series, then neighbouring versions of each edition."""
        for series in self._pairs.values():
            yield from series

    def _pairs_of(self, unit_id: UnitId) -> Iterator[Pair]:
        for series_id in self._series_of(unit_id):
            yield from self._pairs[unit_id, series_id]

    @cached_property
    def _pairs(self) -> Mapping[tuple[UnitId, SeriesId], Sequence[Pair]]:
        return {
            key: [
                Pair(
                    old=old,
                    new=new,
                    comparison=compare(old.page, new.page, ids_decide=True),
                    facts=fact_changes(old, new),
                    address=address,
                )
                for old, new, address in self._neighbours(*key)
            ]
            for key in self.archive.series()
        }

    def _neighbours(
        self, unit_id: UnitId, series_id: SeriesId
    ) -> Iterator[tuple[Agreement, Agreement, str]]:
        """Which two texts have a page about what changed, and its address."""
        editions = self.archive.editions(unit_id, series_id)
        found = list(pairwise(editions))
        found += [both for each in editions for both in pairwise(self.archive.versions(each))]
        for old, new in found:
            if old.edition.text is TextState.FULL is new.edition.text:
                name = f"{_place(old, new)}--{_place(new, old)}"
                yield old, new, f"don-vi/{unit_id}/{series_id}/so-sanh/{name}/"

    @cached_property
    def _before(self) -> dict[str, Pair]:
        """By an agreement's address the comparison that leads to it: from the edition before."""
        return {
            pair.new.address: pair for pair in self.pairs if pair.old.period != pair.new.period
        } | {pair.new.address: pair for pair in self.pairs if not pair.new.newest}

    def since(self, agreement: Agreement) -> Since | None:
        """What a version brought when it came: against the version before it, or the edition before."""
        for pair in self._within(agreement):
            if pair.new.version == agreement.version:
                return since_before(pair, {}, (pair.old,))
        if found := self._since(agreement):
            return found
        # A text as signed that was amended since: its comparison's page is about the newest text.
        newest = next(each for each in self.archive.versions(agreement) if each.newest)
        pair_of_newest = self._before.get(newest.address)
        if pair_of_newest is None or pair_of_newest.old.period == agreement.period:
            return None
        old = pair_of_newest.old
        comparison = compare(old.page, agreement.page, ids_decide=True)
        pair = replace(
            pair_of_newest, new=agreement, comparison=comparison, facts=fact_changes(old, agreement)
        )
        return since_before(pair, {}, (old,))

    def _since(self, agreement: Agreement) -> Since | None:
        pair = self._before.get(agreement.address)
        if pair is None:
            return None
        editions = self.archive.editions(agreement.unit_id, agreement.series_id)
        until = editions[: editions.index(pair.new) + 1] if pair.new in editions else (pair.old,)
        steps = [each.comparison for each in self._steps(until)]
        known = {line.clause: line for line in lines(until, steps)} if len(until) > 1 else {}
        return since_before(pair, known, until)

    def _steps(self, editions: Sequence[Agreement]) -> list[Pair]:
        return [self._before[each.address] for each in editions[1:] if each.address in self._before]

    def _within(self, edition: Agreement) -> Sequence[Pair]:
        """The comparisons of the versions of one edition, each with the one before."""
        return self._of_versions.get((edition.unit_id, edition.series_id, edition.period), ())

    @cached_property
    def _of_versions(self) -> dict[tuple[UnitId, SeriesId, Period], list[Pair]]:
        found: dict[tuple[UnitId, SeriesId, Period], list[Pair]] = {}
        for pair in self.pairs:
            if pair.old.period == pair.new.period:
                of = pair.new
                found.setdefault((of.unit_id, of.series_id, of.period), []).append(pair)
        return found

    def _card(self, agreement: Agreement) -> Card:
        return Card(agreement=agreement, timeline=self._timeline(agreement))

    def _timeline(self, agreement: Agreement) -> list[tuple[date, State]]:
        editions = self.archive.editions(agreement.unit_id, agreement.series_id)
        days = self._turning[agreement.unit_id, agreement.series_id]
        return timeline(days, self.as_of, lambda day: state(agreement, editions, day))

    @cached_property
    def _turning(self) -> dict[tuple[UnitId, str], set[date]]:
        return {
            (unit_id, series_id): turning_days(self.archive.editions(unit_id, series_id))
            for unit_id, series_id in self.archive.series()
        }


def _place(own: Agreement, other: Agreement) -> str:
    """How a side is named in the address: its period, with the version among versions of one."""
    return f"{own.period}.{own.version}" if own.period == other.period else str(own.period)


# What an edition of a unit counts for: its period, and the end of the one it was prolonged to.
_Span = tuple[Period, int]


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
    subject = f"{year.words[0].upper()}{year.words[1:]}"
    if now:
        verb = "đã kết thúc; kho có bản của" if over else "kho có bản của"
        return f"{subject}{'' if over else ':'} {verb} {now} trên {units} đơn vị."
    periods = {period for spans, _ in held for period, _ in spans}
    first, last = min(periods), max(periods, key=lambda period: (period.end, period.start))
    return (
        f"{subject}: kho chưa có bản nào. Bản mới nhất của {units} đơn vị thuộc các kỳ đã qua, "
        f"từ {first.words} đến {last.words}."
    )


def _type(card: Card) -> UnitType:
    return card.agreement.unit.type
