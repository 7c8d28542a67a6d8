# Archive → everything that the site adds to the hand-written pages.
# Hides: which pages and files there are, at which addresses, and in which lists an edition stands.
# Refuses: the disk and the clock: the archive and the as-of day are arguments.
"""All generated pages and files of the site."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property, partial
from itertools import pairwise

from markupsafe import escape

from macros.calendar import (
    Standing,
    State,
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
from macros.export import agreement_json
from macros.markup import Since, SitePage, filled, up_from
from macros.model import Agreement, Archive, Period, SeriesId, TextState, UnitId, UnitType
from macros.redline import EVENTS, Pair, any_page, comparison_page, lines, picture, since_before
from macros.render import (
    AGAINST,
    SLUGS,
    SUCCESSOR,
    Card,
    Contact,
    agreement_page,
    moved_page,
    overview,
    search_page,
    series_name,
    sources_page,
    unit_page,
    units_page,
)
from macros.telling import changes_json
from macros.usage import Usage, against, shared_pages

PER_PAGE = 100
# Where any two editions are compared, in the browser.
ANY = "so-sanh/"
SEARCH = "tim-kiem/"
_GLANCE = 12


class Publication:
    """The site of an archive on a day."""

    def __init__(self, archive: Archive, as_of: date, contact: Contact) -> None:
        self.archive = archive
        self.as_of = as_of
        self.contact = contact
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
        return {ANY: partial(any_page, ANY), **shared_pages(self.usage), **self._lists()}

    def beside(self, unit_id: UnitId) -> dict[str, str]:
        """What the page of a unit says of others, by hole."""
        up = up_from(f"don-vi/{unit_id}/")
        found = {
            f"{AGAINST}{key}": against(self.usage, unit_id, key, up)
            for key in self._series_of(unit_id)
        }
        successor = self.archive.units.get(UnitId(self.archive.units[unit_id].successor or ""))
        return {**found, SUCCESSOR: str(escape(successor.name)) if successor else ""}

    def files_of(self, unit_id: UnitId) -> Iterator[tuple[str, bytes]]:
        """The generated files of a unit that are no pages: address and bytes."""
        for agreement in self._of(unit_id):
            yield f"{agreement.address}agreement.json", agreement_json(agreement, self.archive)
            for name in sorted({source.file for source in agreement.facts.source}):
                if name in self.archive.sources:
                    yield f"{agreement.address}nguon/{name}", self.archive.sources[name]
        for pair in self._pairs_of(unit_id):
            yield f"{pair.address}changes.json", changes_json(pair.old, pair.new, pair.comparison)

    def common_files(self) -> Iterator[tuple[str, bytes]]:
        """The generated files about many units that are no pages."""
        yield f"{ANY}danh-sach.json", self._pickable()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every generated file that is no page: address and bytes."""
        for unit_id in self.archive.units:
            yield from self.files_of(unit_id)
        yield from self.common_files()

    def _pickable(self) -> bytes:
        """The editions that can be compared, for the page where readers pick two."""
        built: dict[str, dict[str, str]] = {}
        for series in self.archive.series():
            for old, new, address in self._neighbours(*series):
                if old.period != new.period:
                    built.setdefault(new.address, {})[old.edition_name] = address
        rows = [
            {
                "id": each.edition_name,
                "unit": each.unit.name,
                "series": series_name(each.unit, each.series_id),
                "period": str(each.period),
                "words": each.period.words,
                "address": each.address,
                "sample": each.unit.sample,
                "text": each.edition.text.value,
                "built": built.get(each.address, {}),
            }
            for unit_id, series_id in self.archive.series()
            for each in self.archive.editions(unit_id, series_id)
        ]
        return (json.dumps(rows, ensure_ascii=False, indent=0) + "\n").encode()

    def glance(self, up: str) -> str:
        """The latest year at a glance: the newest editions of real units, and what is missing."""
        newest = sorted(
            self._newest(sample=False),
            key=lambda card: (card.agreement.period.end, card.agreement.period.start),
            reverse=True,
        )
        series = [
            self.archive.editions(unit_id, series_id)
            for unit_id, series_id in self.archive.series()
            if not self.archive.units[unit_id].sample
        ]
        real = [edition for editions in series for edition in editions]
        coming = [school_year(self.as_of + timedelta(days=365 * years)) for years in range(3)]
        days = turning_days(real) | {first_day(year) for year in coming}
        days |= {last_day(year) + timedelta(days=1) for year in coming}
        sentences = timeline(days, self.as_of, lambda day: _glance(series, day))
        samples = sum(unit.sample for unit in self.archive.units.values())
        return overview(newest[:_GLANCE], samples, sentences, up)

    def _agreement_page(self, agreement: Agreement) -> SitePage:
        states = self._timeline(agreement)
        since = self._since(agreement)
        compared = {pair.new.address: pair.address for pair in self._within(agreement)}
        return agreement_page(
            agreement, self.archive, states, self.contact, since=since, compared=compared,
            files=self._offered.get(agreement.address, ()),
        )  # fmt: skip

    def _series_page(self, unit_id: UnitId, series_id: str, address: str) -> SitePage:
        editions = self.archive.editions(unit_id, series_id)
        moves = timeline(turning_days(editions), self.as_of, lambda day: holding(editions, day))
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
        return unit_page(unit_id, unit, series, histories, dict(EVENTS))

    def _whole_unit_page(self, unit_id: UnitId, make: Callable[[], SitePage]) -> SitePage:
        page = make()
        return replace(page, html=filled(page.html, self.beside(unit_id)))

    def _lists(self) -> dict[str, Callable[[], SitePage]]:
        """The lists of units: all of them on one page while they are few, else by type."""
        cards = list(self._newest(sample=False))
        samples = list(self._newest(sample=True))
        by_type = {
            kind: rows
            for kind in UnitType
            if (rows := [c for c in cards if c.agreement.unit.type is kind])
        }
        counts = {
            kind: len({card.agreement.unit_id for card in rows}) for kind, rows in by_type.items()
        }
        whole = len(cards) <= PER_PAGE
        shown = cards if whole else []
        found: dict[str, Callable[[], SitePage]] = {
            "don-vi/": partial(units_page, shown, samples, counts, whole=whole, offered=cards),
            SEARCH: partial(search_page, SEARCH, [*shown, *samples] if whole else [], counts),
        }
        for kind, rows in by_type.items():
            last = -(-len(rows) // PER_PAGE)
            for page in range(1, last + 1):
                own = f"don-vi/{RESERVED}/{SLUGS[kind]}/"
                part = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
                address = own if page == 1 else f"{own}{page}/"
                found[address] = partial(
                    units_page, part, [], counts, address=address, of=kind, pages=(page, last)
                )
        return found

    def _newest(self, *, sample: bool) -> Iterator[Card]:
        """The newest signed edition of each series, in the order of lists."""
        order = list(UnitType)
        found = [
            self._card(holding(editions, self.as_of))
            for unit_id, series_id in self.archive.series()
            if self.archive.units[unit_id].sample is sample
            and (editions := self.archive.editions(unit_id, series_id))
        ]
        yield from sorted(
            found,
            key=lambda card: (
                order.index(card.agreement.unit.type),
                card.agreement.unit.name,
                card.agreement.series_id,
            ),
        )

    @cached_property
    def usage(self) -> Usage:
        """Who uses which shared clause."""
        return Usage(self.archive)

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


def _glance(series: Sequence[Sequence[Agreement]], day: date) -> str:
    """One honest sentence about the school year of a day; drafts and withdrawn editions don't count."""
    newest = [
        each
        for editions in series
        if not (each := holding(editions, day)).facts.draft
        and state(each, editions, day).standing is not Standing.WITHDRAWN
    ]
    if not newest:
        return "Kho chưa có bản nào của đơn vị thật."
    year = school_year(day)
    units = {each.unit_id for each in newest}
    now = {
        each.unit_id
        for each in newest
        if each.period.start <= year.start < max(each.period, *_extended(each)).end
    }
    over = day > last_day(year)
    subject = f"{year.words[0].upper()}{year.words[1:]}"
    if now:
        verb = "đã kết thúc; kho có bản của" if over else "kho có bản của"
        return f"{subject}{'' if over else ':'} {verb} {len(now)} trên {len(units)} đơn vị."
    first = min(each.period for each in newest)
    last = max(newest, key=lambda each: each.period.end).period
    return (
        f"{subject}: kho chưa có bản nào. Bản mới nhất của {len(units)} đơn vị thuộc các kỳ đã qua, "
        f"từ {first.words} đến {last.words}."
    )


def _extended(agreement: Agreement) -> tuple[Period, Period]:
    """The period and the one that it was prolonged to, if it was."""
    prolonged = agreement.edition.extended
    return agreement.period, prolonged.to if prolonged else agreement.period
