# Archive → all that the site has of each unit.
# Hides: which pages and files there are, and at which addresses.
# Refuses: the disk and the clock: the archive and the as-of day are arguments.
"""The generated pages and files of units."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from itertools import pairwise

from markupsafe import Markup, escape

from macros.almanac import CALENDAR, Duties
from macros.calendar import (
    State,
    holders,
    states,
)
from macros.compare import compare, fact_changes
from macros.export import agreement_json
from macros.markup import Since, SitePage, up_from
from macros.model import Agreement, Archive, Period, SeriesId, TextState, UnitId
from macros.redline import EVENTS, Pair, comparison_page, lines, picture, since_before
from macros.render import (
    AGAINST,
    COUNTERPARTS,
    FEED,
    SIDE_SLUGS,
    SUCCESSOR,
    Card,
    Contact,
    agreement_page,
    moved_page,
    series_name,
    sources_page,
    unit_page,
)
from macros.telling import changes_json
from macros.usage import Usage, against

# What the browser fetches of the unit that was picked.
EDITIONS = "editions.json"


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

    def _agreement_page(self, agreement: Agreement) -> SitePage:
        since = self._since(agreement)
        compared = {pair.new.address: pair.address for pair in self._within(agreement)}
        return agreement_page(
            agreement, self.archive, self._timeline(agreement), self.contact, since=since, compared=compared,
            files=self._offered.get(agreement.address, ()),
            duties=self._duties.section(agreement, agreement.address),
            marks=self._duties.marks(agreement),
        )  # fmt: skip

    def _series_page(self, unit_id: UnitId, series_id: SeriesId, address: str) -> SitePage:
        editions = self.archive.editions(unit_id, series_id)
        (_, shown), *moves = holders(editions, self.as_of)
        return agreement_page(
            shown,
            self.archive,
            self._timeline(shown),
            self.contact,
            address=address,
            moves=[(day, each.address) for day, each in moves],
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
        editions = self.archive.editions(unit_id, series_id)
        (_, shown), *later = holders(editions, self.as_of)
        address = f"don-vi/{unit_id}/"
        moves = [[str(day), up_from(address) + each.address] for day, each in later]
        told = json.dumps(moves, ensure_ascii=False) if moves else ""
        return self._duties.year(shown, address, told)

    @cached_property
    def _duties(self) -> Duties:
        return Duties(self.archive, COUNTERPARTS)

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

    def _timeline(self, agreement: Agreement) -> Sequence[tuple[date, State]]:
        editions = self.archive.editions(agreement.unit_id, agreement.series_id)
        return states(agreement, editions, self.as_of)


def _place(own: Agreement, other: Agreement) -> str:
    """How a side is named in the address: its period, with the version among versions of one."""
    return f"{own.period}.{own.version}" if own.period == other.period else str(own.period)
