# The calendar of all units.
# Hides: on which page a row stands, and that rows are made once for all of their kind.
# Refuses: texts. Facts are enough, with the clauses that use shared wordings.
"""The pages below `/lich/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Any, NamedTuple

from markupsafe import escape

from macros.almanac.due import TOLD, Due, clause_link, covered, due, month_of, who
from macros.calendar import Span, school_year
from macros.markup import ENVIRONMENT, UP, SitePage, hole, placed, up_from
from macros.model import (
    EARLIEST,
    LATEST,
    Archive,
    Period,
    SeriesId,
    Side,
    TextState,
    UnitId,
    UnitType,
)

BASE = "lich/"
# A list ends after so many units, or before if its rows grow heavy (in bytes).
FEW, PER_PAGE, HEAVY = 100, 50, 220_000
_BY_TYPE = "loai"
# Places in a row that is made once for all of its kind, and for pages of any depth.
_LINK, _UNIT, _NAME = hole("link"), hole("unit"), hole("name")
_WORDS, _FROM, _TO = hole("words"), hole("from"), hole("to")


class Row(NamedTuple):
    """One time of one duty in the list of all units; `html` has a hole for the way to the site's
    root.
    """

    sample: bool
    unit: UnitId
    name: str
    type: UnitType
    series: tuple[UnitId, SeriesId]
    duty: tuple[str, str]
    span: Span
    sides: tuple[Side, ...]
    html: str


class _Time(NamedTuple):
    """When something is due in a school year: the months as the browser compares them, and words
    that are escaped.
    """

    year: Period
    span: Span
    first: str
    last: str
    words: str


def rows(archive: Archive, sides: Mapping[Side, str]) -> Mapping[Period, Sequence[Row]]:
    """By school year all that an archive has due in one of its months. `sides`: the site's words
    for them.
    """
    found: dict[Period, list[Row]] = {}
    # A thousand units have few kinds of rows, and the same times in them.
    kinds: dict[object, list[str]] = {}
    known: dict[object, list[_Time]] = {}
    for key in archive.series():
        for edition in archive.editions(*key):
            for each in due(edition, archive):
                of, owed = each.version, each.owed
                only = of.edition.text is TextState.REPORT_ONLY
                kind = of.unit.type, owed.who, owed.what, who(of, owed, sides), only
                if kind not in kinds:
                    kinds[kind] = _pieces(*kind)
                when = owed.when.text, of.period, of.edition.extended, each.times
                if when not in known:
                    known[when] = list(_by_year(each))
                for year, row in _made(each, known[when], kinds[kind]):
                    found.setdefault(year, []).append(row)
    return found


def joined(found: Iterable[Mapping[Period, Sequence[Row]]]) -> Mapping[Period, Sequence[Row]]:
    """The rows of some units each as those of all of them, in the order of lists."""
    together: dict[Period, list[Row]] = {}
    for each in found:
        for year, of in each.items():
            together.setdefault(year, []).extend(of)
    for own in together.values():
        own.sort(key=lambda row: (row.sample, row.name, row.series))
    return dict(sorted(together.items()))


class Almanac:
    """What is in the calendar of all units on a day. `types` and `slugs`: how a type of units is
    called, and how it stands in an address.
    """

    def __init__(
        self, rows: Mapping[Period, Sequence[Row]], as_of: date, *,
        types: Mapping[UnitType, str], slugs: Mapping[UnitType, str],
    ) -> None:  # fmt: skip
        self.as_of = as_of
        self._rows = rows
        self._types = types
        self._slugs = slugs

    def pages(self) -> dict[str, Callable[[], SitePage]]:
        """The calendar of the current school year, and of each in which something is due."""
        now = school_year(self.as_of)
        found: dict[str, Callable[[], SitePage]] = {}
        for year in sorted({now, *self._rows}):
            own = f"{BASE}{year}/"
            rows = self._rows.get(year, [])
            light = sum(len(row.html.encode()) for row in rows) <= HEAVY
            whole = light and len({row.series for row in rows}) <= FEW
            lists = {} if whole else self._by_type(rows)
            counts = {
                kind: len({row.unit for page in of for row in page}) for kind, of in lists.items()
            }
            made = partial(self._page, year, rows if whole else [], rows, counts)
            if year == now:
                found[BASE] = partial(made, BASE)
            if rows:
                found[own] = partial(made, own)
            for kind, parts in lists.items():
                for page, part in enumerate(parts, 1):
                    address = f"{own}{_BY_TYPE}/{self._slugs[kind]}/" + (
                        f"{page}/" if page > 1 else ""
                    )
                    found[address] = partial(
                        self._list, year, kind, part, (page, len(parts)), address
                    )
        return found

    @cached_property
    def _years(self) -> list[tuple[Period, bool]]:
        """The years in which something is due, the last one first, and whether only for samples."""
        years = sorted(self._rows, reverse=True)
        return [(year, all(row.sample for row in self._rows[year])) for year in years]

    def _by_type(self, rows: Iterable[Row]) -> dict[UnitType, list[list[Row]]]:
        """The rows of a year page by page for each type of units, samples behind the others."""
        by_type: dict[UnitType, list[Row]] = {}
        for row in rows:
            by_type.setdefault(row.type, []).append(row)
        return {kind: list(_in_parts(by_type[kind])) for kind in UnitType if kind in by_type}

    def _page(
        self, year: Period, shown: Sequence[Row], rows: Sequence[Row],
        counts: Mapping[UnitType, int], address: str,
    ) -> SitePage:  # fmt: skip
        """The calendar of a year: all of it, or the types of units where it is long."""
        real = [row for row in rows if not row.sample]
        up = up_from(address)
        html = ENVIRONMENT.get_template("calendar.html").render(
            year=year, up=up, years=self._years, now=school_year(self.as_of),
            duties=len({row.duty for row in real}), units=len({row.series[0] for row in real}),
            counts=[(kind, self._types[kind], count) for kind, count in counts.items()],
            **self._shown(year, shown, up),
        )  # fmt: skip
        return SitePage(
            address=address, title=f"Lịch {year.words}", html=html,
            description=f"Việc phải làm theo các bản quy chế phối hợp trong {year.words}: việc gì, lúc nào, bên nào, ở điều khoản nào.",
            canonical=f"{BASE}{year}/" if rows else BASE,
        )  # fmt: skip

    def _list(
        self, year: Period, kind: UnitType, rows: Sequence[Row], of: tuple[int, int], address: str
    ) -> SitePage:
        """One page of the calendar of the units of a type."""
        page, last = of
        up = up_from(address)
        html = ENVIRONMENT.get_template("calendar_list.html").render(
            year=year, up=up, kind=self._types[kind], page=page, last=last,
            base=f"{BASE}{year}/{_BY_TYPE}/{self._slugs[kind]}/", **self._shown(year, rows, up),
        )  # fmt: skip
        named = "" if page == 1 else f", trang {page}"
        title = f"Lịch {year.words}: {self._types[kind]}{named}"
        return SitePage(
            address=address, title=title, html=html,
            description=f"Việc phải làm trong {year.words} của các đơn vị loại {self._types[kind].lower()}.",
        )  # fmt: skip

    def _shown(self, year: Period, rows: Sequence[Row], up: str) -> dict[str, Any]:
        """Rows by the month in which they begin, samples apart, with what can be asked of them."""
        begin = year.start * 12 + 8
        months = sorted(
            {
                month
                for row in rows
                for month in range(
                    max(begin, month_of(row.span.first)),
                    min(begin + 11, month_of(row.span.last)) + 1,
                )
            }
        )
        return {
            "groups": _by_month(year, (row for row in rows if not row.sample), up),
            "samples": _by_month(year, (row for row in rows if row.sample), up),
            "kinds": [kind for kind in UnitType if any(row.type is kind for row in rows)],
            "sides": [side for side in Side if any(side in row.sides for row in rows)],
            "months": [(_name(month), _month_words(month)) for month in months],
        }


def _pieces(kind: UnitType, who: Sequence[Side], what: str, names: str, only: object) -> list[str]:
    """A row with places for what differs from one of its kind to another, cut at them."""
    places = (_FROM, _TO, _WORDS, _LINK, _UNIT, _NAME)
    made = ENVIRONMENT.get_template("calendar_rows.html").module.row(  # type: ignore[attr-defined]
        kind, who, what, names, only, UP, *places
    )
    found: list[str] = []
    rest = str(made)
    for place in places:
        piece, _, rest = rest.partition(place)
        found.append(piece)
    return [*found, rest]


def _made(due: Due, at: Iterable[_Time], pieces: Sequence[str]) -> Iterator[tuple[Period, Row]]:
    """The rows of a duty, each with its school year."""
    of = due.version
    start, middle, end, before, *rest = pieces
    values = escape(clause_link(due.version, due.owed)), of.unit_id, escape(of.unit.name), ""
    tail = before + "".join(
        f"{value}{piece}" for value, piece in zip(values, [*rest, ""], strict=True)
    )
    sides, series, duty = due.owed.who, (of.unit_id, of.series_id), (of.edition_name, due.owed.id)
    for time in at:
        html = f"{start}{time.first}{middle}{time.last}{end}{time.words}{tail}"
        yield (
            time.year,
            Row(
                of.unit.sample, of.unit_id, of.unit.name, of.unit.type, series, duty, time.span,
                sides, html,
            ),
        )  # fmt: skip


def _name(month: int) -> str:
    """A month as the reader's browser compares it."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def _month_words(month: int) -> str:
    return f"tháng {month % 12 + 1}/{month // 12}"


def _by_year(due: Due) -> Iterator[_Time]:
    """The times of a duty by school year, September to August, each in every year that it touches as
    long as the edition runs; what comes too often for a calendar of months is told once a year.
    """
    found: dict[Period, list[Span]] = {}
    period = due.version.period
    begins, ends = covered(due.version)
    for each in due.times:
        span = each
        if not due.owed.when.days:
            span = Span(max(each.first, begins), min(each.last, ends), each.words)
        first, last = ((month_of(day) - 8) // 12 for day in (span.first, span.last))
        earliest = period.start if period.school_year else EARLIEST
        for start in range(max(first, earliest), min(last, LATEST - 1) + 1):
            found.setdefault(Period(start, start + 1), []).append(span)
    for year, spans in found.items():
        if len(spans) > TOLD:
            spans[:] = [Span(spans[0].first, spans[-1].last, due.owed.when.words)]
        for span in spans:
            words = str(escape(span.words)) + ("" if due.owed.when.days else "*")
            begin, end = (_name(month_of(day)) for day in (span.first, span.last))
            yield _Time(year, span, begin, end, words)


def _by_month(year: Period, rows: Iterable[Row], up: str) -> list[dict[str, Any]]:
    """Rows below the month in which they begin; what began before stands first."""
    begin = year.start * 12 + 8
    by_month: dict[int, list[Row]] = {}
    for row in rows:
        by_month.setdefault(max(month_of(row.span.first), begin - 1), []).append(row)
    return [
        {
            "id": "truoc" if month < begin else f"thang-{month % 12 + 1}",
            "words": f"từ trước {_month_words(begin)}" if month < begin else _month_words(month),
            "count": len(of),
            "rows": placed((row.html for row in _in_order(of)), up),
        }
        for month, of in sorted(by_month.items())
    ]


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """The shortest times first; otherwise in the order of units."""
    return sorted(rows, key=lambda row: (row.span.first, row.span.last))


def _in_parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows page by page: those of so many units, and fewer where they are heavy."""
    part: list[Row] = []
    units: set[str] = set()
    weight = 0
    for row in rows:
        own = len(row.html.encode())
        if part and (weight + own > HEAVY or len(units | {row.unit}) > PER_PAGE):
            yield part
            part, units, weight = [], set(), 0
        part.append(row)
        units.add(row.unit)
        weight += own
    if part:
        yield part
