# Which series have an edition for a school year: the upper level's view.
# Hides: what covers a year, how statuses are counted, the pages below `/tinh-hinh/` and their CSV.
# Refuses: to say that something was not signed: what is missing is missing in the archive. To count
# samples, and units on days on which they did not exist.
"""Of each school year and each series one status; tables, a picture, lists and CSV files of them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar

from markupsafe import Markup

from macros.calendar import (
    WORDS,
    Standing,
    covered_until,
    first_day,
    last_day,
    school_year,
    state,
)
from macros.markup import ENVIRONMENT, UP, SitePage, capital, placed, up_from
from macros.model import (
    Agreement,
    Archive,
    Period,
    SeriesId,
    Side,
    TextState,
    Unit,
    UnitId,
    UnitType,
)
from macros.postings import words_of

K = TypeVar("K")
BASE = "tinh-hinh/"
# A list ends after so many rows, and so does the table by place.
PER_PAGE = 100
_BY_TYPE = "loai"
_NO_PLACE = "Không rõ địa bàn"
_OTHER_PLACES = "Các địa bàn khác"
_SAMPLE = "dữ liệu mẫu, không có thật"
COLUMNS = (
    "Năm học", "Mã bộ quy chế", "Đơn vị", "Loại đơn vị", "Địa bàn", "Bên phối hợp", "Tình trạng",
    "Kỳ của bản", "Số", "Ngày", "Ghi chú", "Địa chỉ (từ gốc trang web)",
)  # fmt: skip


class Status(StrEnum):
    """What the archive has of a series for a school year; the order is that of tables."""

    SIGNED = "signed"
    DRAFT = "draft"
    SUPERSEDED = "superseded"
    MISSING = "missing"


# The sign and the words of each; none rests on colour, none says more than the archive knows.
STATUSES = {
    Status.SIGNED: ("●", "Có bản đã ký"),
    Status.DRAFT: ("✎", "Chỉ có bản thảo"),
    Status.SUPERSEDED: ("↷", "Đã thay hoặc thu hồi"),
    Status.MISSING: ("○", "Kho chưa có bản"),
}
_REPORTED = "Đã ký (chỉ có bài báo)"
# In long lists those stand first of which something is to be asked.
_ASKED_FIRST = (Status.MISSING, Status.DRAFT, Status.SUPERSEDED, Status.SIGNED)
_GONE = (Standing.REPLACED, Standing.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A series in a school year. `agreement` is the edition that covers the year, `before` the last
    signed one of earlier years where none does.
    """

    unit_id: UnitId
    unit: Unit
    series_id: SeriesId
    status: Status
    words: str
    note: str = ""
    agreement: Agreement | None = None
    before: Agreement | None = None

    @property
    def counterpart(self) -> str:
        """What the unit calls the other side."""
        return self.unit.sides[self.unit.series[self.series_id].counterpart]

    @property
    def region(self) -> str:
        """The place that a source gives; empty where none does."""
        return self.unit.region.name if self.unit.region else ""


class Tally(NamedTuple):
    """A line of a table: how many series have which status. `address` leads to their list."""

    name: str
    counts: Mapping[Status, int]
    address: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def bar(self) -> list[tuple[Status, str, str]]:
        """The statuses that occur, each with its start and its length in percent."""
        found, before = [], 0
        for status in Status:
            if count := self.counts[status]:
                start, length = (100 * each / self.total for each in (before, count))
                found.append((status, f"{start:.2f}%", f"{length:.2f}%"))
                before += count
        return found


class Entry(NamedTuple):
    """A row as tables, lists and files have it. `only_report`: signed, as far as a report tells;
    `html`: how it stands in a list, with a hole for the way to the site's root; `cells`: one text
    for each of `COLUMNS`.
    """

    unit_id: UnitId
    series_id: SeriesId
    name: str
    type: UnitType
    region: str
    side: Side
    sample: bool
    status: Status
    only_report: bool
    html: str
    cells: tuple[str, ...]


# By school year and whether it is of samples all rows, in the order of lists.
Register = dict[tuple[Period, bool], list[Entry]]


def years(archive: Archive, as_of: date) -> frozenset[Period]:
    """The school years up to that of a day of which a unit that is no sample has an edition."""
    last = school_year(as_of).start
    starts: set[int] = set()
    for key in archive.series():
        for of in archive.editions(*key):
            if not of.unit.sample:
                starts.update(range(of.period.start, min(covered_until(of), last)))
    return frozenset(Period(start, start + 1) for start in starts)


def day_of(year: Period, as_of: date) -> date:
    """The day for which a year is told: a past one as of its last day."""
    return min(as_of, last_day(year))


def rows(archive: Archive, as_of: date, years: Sequence[Period]) -> Iterator[tuple[Period, Row]]:
    """Each series of the units that exist in a year once, with that year."""
    days = {year: day_of(year, as_of) for year in years}
    for unit_id, unit in archive.units.items():
        living = [year for year in years if _exists(unit, year, days[year])]
        for series_id in map(SeriesId, unit.series):
            editions = archive.editions(unit_id, series_id)
            for year in living:
                covering = [e for e in editions if e.period.start <= year.start < covered_until(e)]
                yield year, _row((unit_id, unit, series_id), year, days[year], covering, editions)


def register(
    archive: Archive, as_of: date, years: Sequence[Period], types: Mapping[UnitType, str]
) -> Register:
    """What the units of an archive have for each of these years."""
    found: Register = {}
    for year, row in rows(archive, as_of, years):
        found.setdefault((year, row.unit.sample), []).append(_entry(year, row, types))
    return found


def joined(registers: Iterable[Register], years: Iterable[Period]) -> Register:
    """The registers of some units each as that of all of them, with each of the years."""
    found: Register = {(year, sample): [] for year in years for sample in (False, True)}
    for each in registers:
        for key, entries in each.items():
            found[key] += entries
    places = {kind: place for place, kind in enumerate(UnitType)}
    for entries in found.values():
        entries.sort(key=lambda each: (places[each.type], each.name, each.unit_id, each.series_id))
    return found


def _entry(year: Period, row: Row, types: Mapping[UnitType, str]) -> Entry:
    return Entry(
        unit_id=row.unit_id, series_id=row.series_id, name=row.unit.name, type=row.unit.type,
        region=row.region, side=row.unit.series[row.series_id].counterpart,
        sample=row.unit.sample, status=row.status, only_report=_only_report(row),
        html=str(_macros().row(row, UP)), cells=_cells(year, row, types),
    )  # fmt: skip


def _macros() -> Any:
    """What makes the rows of lists."""
    return ENVIRONMENT.get_template("coverage_rows.html").module


def _cells(year: Period, row: Row, types: Mapping[UnitType, str]) -> tuple[str, ...]:
    """What a line of the CSV file says, one text for each of `COLUMNS`.

    Numbers and dates are given in words: a spreadsheet makes `2021-10` a day of its own.
    """
    of = row.agreement
    said = _SAMPLE if row.unit.sample else ""
    earlier = f"bản gần nhất trước đó trong kho: {row.before.period.words}" if row.before else ""
    number = of.facts.number if of else None
    day = of.facts.date if of else None
    return (
        str(year),
        f"{row.unit_id}/{row.series_id}",
        row.unit.name,
        types[row.unit.type],
        row.region,
        row.counterpart,
        row.words,
        of.period.words if of else "",
        number.printed if number and number.value else "",
        day.value.words if day and day.value else "",
        "; ".join(each for each in (said, earlier, row.note) if each),
        of.address if of else "",
    )


class Coverage:
    """The school years of a register; one without rows is told too.

    `types` and `slugs`: how a type of units is called, and how it stands in an address.
    """

    def __init__(
        self, register: Register, as_of: date, types: Mapping[UnitType, str],
        slugs: Mapping[UnitType, str],
    ) -> None:  # fmt: skip
        self.as_of = as_of
        self._entries = register
        self._types = types
        self._slugs = slugs

    @cached_property
    def years(self) -> tuple[Period, ...]:
        """The newest first."""
        return tuple(sorted({year for year, _ in self._entries}, reverse=True))

    def entries(self, year: Period, *, sample: bool = False) -> Sequence[Entry]:
        """What there is for a year, in the order of lists."""
        return self._entries[year, sample]

    # --- tables ---

    def by_type(self, year: Period) -> list[Tally]:
        """How many series of each type of units have which status."""
        groups = _grouped(self.entries(year), lambda each: each.type)
        long = self._paged(self.entries(year))
        return [
            Tally(self._types[kind], _count(rows), self._list(year, kind, 1) if long else "")
            for kind, rows in groups.items()
        ]

    def by_place(self, year: Period) -> list[Tally]:
        """The same by place, at most `PER_PAGE` of them: the largest, and all others in one line.
        Where no source gives a place nothing is claimed: that is the last line.
        """
        groups = _grouped(self.entries(year), lambda each: each.region)
        unknown = groups.pop("", [])
        named = sorted(groups, key=lambda name: (-len(groups[name]), name))
        shown, others = named, []
        if len(named) > PER_PAGE:
            shown, others = named[: PER_PAGE - 1], named[PER_PAGE - 1 :]
        found = [Tally(name, _count(groups[name])) for name in sorted(shown, key=words_of)]
        if others:
            rest = [row for name in others for row in groups[name]]
            found.append(Tally(f"{_OTHER_PLACES} ({len(others)})", _count(rest)))
        return [*found, Tally(_NO_PLACE, _count(unknown))] if unknown else found

    def sentence(self, year: Period) -> str:
        """One sentence about a year that says no more than what the archive has."""
        rows = self.entries(year)
        if not rows:
            return f"{capital(year.words)}: kho chưa có bộ quy chế nào của đơn vị thật."
        counts = _count(rows)
        units = len({row.unit_id for row in rows})
        signed, reports = counts[Status.SIGNED], sum(each.only_report for each in rows)
        told = [f"có bản đã ký của {signed} bộ" if signed else "chưa có bản đã ký nào"]
        if reports:
            told[0] += f" (trong đó {reports} bộ chỉ có bài báo)"
        if counts[Status.DRAFT]:
            told.append(f"chỉ có bản thảo của {counts[Status.DRAFT]} bộ")
        if counts[Status.SUPERSEDED]:
            told.append(f"có bản đã được thay hoặc thu hồi của {counts[Status.SUPERSEDED]} bộ")
        if counts[Status.MISSING]:
            told.append(f"chưa có bản nào của {counts[Status.MISSING]} bộ")
        if counts[Status.MISSING] == len(rows):
            told = ["chưa có bản nào"]
        over = " đã kết thúc" if self.as_of > last_day(year) else ""
        return (
            f"{capital(year.words)}{over}: với {len(rows)} bộ quy chế của {units} đơn vị mà kho biết,"
            f" kho {', '.join(told)}."
        )

    # --- pages and files ---

    def pages(self) -> dict[str, Callable[[], SitePage]]:
        """The pages below `/tinh-hinh/` by address: each year with its lists, and the newest year
        where it is always found.
        """
        found: dict[str, Callable[[], SitePage]] = {BASE: partial(self._page, self.years[0], BASE)}
        for year in self.years:
            found[_address(year)] = partial(self._page, year, _address(year))
            real, samples = self.entries(year), self.entries(year, sample=True)
            of_real = _grouped(real if self._paged(real) else (), lambda each: each.type)
            of_samples = _grouped(samples if self._paged(samples) else (), lambda each: each.type)
            for kind in UnitType:
                rows = [
                    *sorted(of_real.get(kind, ()), key=lambda row: _ASKED_FIRST.index(row.status)),
                    *of_samples.get(kind, ()),
                ]
                last = -(-len(rows) // PER_PAGE)
                for page in range(1, last + 1):
                    part = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
                    address = self._list(year, kind, page)
                    found[address] = partial(self._list_page, year, kind, part, (page, last))
        return found

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The CSV files by address: of each year, that of its samples apart."""
        for year in self.years:
            yield _csv_address(year), self._csv(self.entries(year))
            if samples := self.entries(year, sample=True):
                yield _csv_address(year, sample=True), self._csv(samples)

    @staticmethod
    def _csv(entries: Sequence[Entry]) -> bytes:
        """A table as spreadsheets open it by a click: with a mark of its encoding and their line
        ends, and with no cell that they would take for a formula.
        """
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for each in entries:
            writer.writerow(map(harmless, each.cells))
        return out.getvalue().encode("utf-8-sig")

    def _page(self, year: Period, address: str) -> SitePage:
        rows, samples = self.entries(year), self.entries(year, sample=True)
        up = up_from(address)
        html = ENVIRONMENT.get_template("coverage.html").render(
            year=year, up=up, years=self._years(year), sentence=self.sentence(year),
            past=last_day(year) if self.as_of > last_day(year) else None,
            all=Tally("Tất cả", _count(rows)), types=self.by_type(year), places=self.by_place(year),
            rows="" if self._paged(rows) else _listed(rows, up), paged=self._paged(rows),
            kinds=list(_grouped(rows, lambda each: each.type)),
            regions=sorted({row.region for row in rows if row.region}, key=words_of),
            sides=sorted({each.side for each in (*rows, *samples)}),
            samples="" if self._paged(samples) else _listed(samples, up),
            sample_lists=self._sample_lists(year) if self._paged(samples) else [],
            csv=_csv_address(year), sample_csv=_csv_address(year, sample=True) if samples else "",
            statuses=STATUSES,
        )  # fmt: skip
        return SitePage(
            address=address, title=f"Tình hình các đơn vị, {year.words}", html=html,
            canonical=_address(year),
            description=f"{capital(year.words)}: bộ quy chế nào có bản đã ký, bản thảo, hay kho chưa có bản; theo loại đơn vị và địa bàn.",
        )  # fmt: skip

    def _list_page(
        self, year: Period, kind: UnitType, rows: Sequence[Entry], of: tuple[int, int]
    ) -> SitePage:
        page, last = of
        address = self._list(year, kind, page)
        up = up_from(address)
        html = ENVIRONMENT.get_template("coverage_list.html").render(
            year=year, up=up, heading=self._types[kind], home=_address(year),
            rows=_listed((row for row in rows if not row.sample), up),
            samples=_listed((row for row in rows if row.sample), up), page=page, last=last,
            address_of=partial(self._list, year, kind), statuses=STATUSES,
        )  # fmt: skip
        named = "" if page == 1 else f", trang {page}"
        return SitePage(
            address=address, title=f"{self._types[kind]}{named} – Tình hình {year.words}", html=html,
            description=f"{self._types[kind]}: từng bộ quy chế của {year.words} có bản nào trong kho.",
        )  # fmt: skip

    def _years(self, shown: Period) -> list[tuple[Period, str, bool]]:
        """The links to all years; the newest has its own short address."""
        return [
            (year, BASE if year == self.years[0] else _address(year), year == shown)
            for year in self.years
        ]

    def _sample_lists(self, year: Period) -> list[tuple[str, str]]:
        """The type and address of each list that has samples."""
        kinds = _grouped(self.entries(year, sample=True), lambda each: each.type)
        return [(self._types[kind], self._list(year, kind, 1)) for kind in kinds]

    @staticmethod
    def _paged(rows: Sequence[Entry]) -> bool:
        return len(rows) > PER_PAGE

    def _list(self, year: Period, kind: UnitType, page: int) -> str:
        own = f"{_address(year)}{_BY_TYPE}/{self._slugs[kind]}/"
        return own if page == 1 else f"{own}{page}/"


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what begins like
    one. All else stays as it is.
    """
    begun = cell.lstrip()[:1] or cell[:1]
    return f"'{cell}" if begun and begun in "=+-@\t\r\n＝＋－＠" else cell


def _row(
    of: tuple[UnitId, Unit, SeriesId], year: Period, day: date, covering: Sequence[Agreement],
    editions: Sequence[Agreement],
) -> Row:  # fmt: skip
    """What the archive has of a series for a year, as of a day; `covering` are its editions that
    cover the year.
    """
    unit_id, unit, series_id = of
    told = [(state(each, editions, day), each) for each in covering]
    drafts = [each for now, each in told if now.standing is Standing.DRAFT]
    signed = [pair for pair in told if pair[0].standing is not Standing.DRAFT]
    notes: list[str] = []
    agreement = before = None
    if standing := [pair for pair in signed if pair[0].standing not in _GONE]:
        # The text itself says more than a report of it, one that goes on more than one that ended.
        now, agreement = max(
            standing,
            key=lambda pair: (
                not _report(pair[1]), pair[0].standing is not Standing.PAST, pair[1].period,
            ),
        )  # fmt: skip
        status = Status.SIGNED
        words = STATUSES[status][1]
        if _report(agreement):
            words = _REPORTED
        if now.standing in (Standing.PAST, Standing.COMING):
            notes.append(_inside(now.reason))
        elif agreement.edition.extended and agreement.period.end <= year.start:
            notes.append(f"kéo dài sang {agreement.edition.extended.to.words}")
    elif signed:
        now, agreement = signed[-1]
        status, words = Status.SUPERSEDED, WORDS[now.standing]
        notes.append(_inside(now.reason))
        if drafts:
            notes.append("có bản thảo khác")
    elif drafts:
        status, agreement = Status.DRAFT, drafts[-1]
        words = STATUSES[status][1]
    else:
        status = Status.MISSING
        words = STATUSES[status][1]
        earlier = [e for e in editions if e.period.start < year.start and not e.facts.draft]
        before = earlier[-1] if earlier else None
    until = unit.valid.until if unit.valid else None
    if until and until.first <= last_day(year):
        notes.append(f"đơn vị tồn tại đến {until.words}")
    return Row(
        unit_id=unit_id, unit=unit, series_id=series_id, status=status, words=words,
        note="; ".join(notes), agreement=agreement, before=before,
    )  # fmt: skip


def _exists(unit: Unit, year: Period, day: date) -> bool:
    """Whether a unit may have existed in the part of a year that is over on a day."""
    if unit.valid is None:
        return True
    since, until = unit.valid.since, unit.valid.until
    return not (since and since.first > day) and not (until and until.last < first_day(year))


def _report(agreement: Agreement) -> bool:
    return agreement.edition.text is TextState.REPORT_ONLY


def _only_report(row: Row) -> bool:
    return row.status is Status.SIGNED and row.agreement is not None and _report(row.agreement)


def _inside(sentence: str) -> str:
    """A sentence as a part of a longer line."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _listed(entries: Iterable[Entry], up: str) -> Markup:
    """How entries stand in a list on a page."""
    return placed((each.html for each in entries), up)


def _count(rows: Iterable[Entry]) -> Mapping[Status, int]:
    counts = Counter(row.status for row in rows)
    return {status: counts[status] for status in Status}


def _grouped(rows: Iterable[Entry], key: Callable[[Entry], K]) -> dict[K, list[Entry]]:
    found: dict[K, list[Entry]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _address(year: Period) -> str:
    return f"{BASE}{year}/"


def _csv_address(year: Period, *, sample: bool = False) -> str:
    return f"{BASE}{year}{'-du-lieu-mau' if sample else ''}.csv"
