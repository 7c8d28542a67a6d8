# Duties on the pages of one unit.
# Hides: how times lie in columns and lanes.
"""What the pages of agreements and of their unit say of duties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from macros.almanac.due import CALENDAR, TOLD, Due, covered, due, month_of, who
from macros.calendar import Span, times
from macros.citing import cite
from macros.duties import Owed, duties_of
from macros.markup import ENVIRONMENT, up_from
from macros.model import Agreement, Archive, Side, TextState, UnitId

# What stands for a side where there is little room; a legend has the unit's own name for it.
_LETTERS = {
    Side.MANAGEMENT: "CQ",
    Side.UNION: "CĐ",
    Side.YOUTH_UNION: "ĐTN",
    Side.WOMEN: "PN",
    Side.VETERANS: "CCB",
    Side.STAFF: "NLĐ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A duty ready to be shown; `more`: how many of its times are not told one by one."""

    owed: Owed
    who: str
    cited: str
    times: tuple[Span, ...]
    more: int

    @property
    def read(self) -> bool:
        """Whether its times are the site's reading and not the text's own days."""
        return bool(self.times) and self.owed.when.days is None


@dataclass(frozen=True, slots=True)
class _Bar:
    """A time in a picture: over so many columns; without words it is a gap."""

    columns: int
    words: str = ""
    begun: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A duty in a picture: its bars, in as many lanes as it takes for none to cover another."""

    owed: Owed
    link: str
    who: str
    letters: str
    pattern: str
    lanes: tuple[tuple[_Bar, ...], ...]


class Duties:
    """The duties of an archive on the pages of its units. `sides`: the site's words for the sides."""

    def __init__(self, archive: Archive, sides: Mapping[Side, str]) -> None:
        self.archive = archive
        self._sides = sides

    def section(self, agreement: Agreement, address: str) -> Markup:
        """What an agreement's page at `address` says of its duties; empty where it has none."""
        duties = duties_of(agreement, self.archive.shared)
        if not duties:
            return Markup("")
        cited = cite(agreement.page)
        counts = agreement.newest and not agreement.facts.draft
        held = due(agreement, self.archive) if counts else ()
        own = {each.owed.id: each.times for each in held}
        rows = [
            self._told(
                agreement, owed, cited[owed.clause.id] if owed.clause else "",
                own.get(owed.id, ()) if counts else times(agreement, owed.when),
            )
            for owed in duties
        ]  # fmt: skip
        versions = self.archive.versions(agreement)
        html = ENVIRONMENT.get_template("duties.html").render(
            a=agreement, rows=rows, up=up_from(address), own=up_from(address) + agreement.address,
            calendar=CALENDAR if held else "", read=any(row.read for row in rows),
            changed=len([each for each in versions if not each.facts.draft]) > 1,
            newest=next(each for each in versions if each.newest), report_only=agreement.edition.text is TextState.REPORT_ONLY,
            periods=_periods(agreement),
        )  # fmt: skip
        return Markup(html)  # noqa: S704 the template escapes

    def marks(self, agreement: Agreement) -> dict[str, tuple[str, str]]:
        """By clause where its first duty stands on the page, and what all of them are."""
        found: dict[str, tuple[str, str]] = {}
        for owed in duties_of(agreement, self.archive.shared):
            if owed.clause:
                first, words = found.get(owed.clause.id, (owed.anchor, ""))
                found[owed.clause.id] = first, f"{words}; {owed.what}".removeprefix("; ")
        return found

    def _told(self, agreement: Agreement, owed: Owed, cited: str, found: tuple[Span, ...]) -> _Told:
        told = found if len(found) <= TOLD else (found[0], found[-1])
        return _Told(
            owed=owed, who=who(agreement, owed, self._sides), cited=cited, times=told,
            more=len(found) - len(told),
        )  # fmt: skip

    def year(self, agreement: Agreement, address: str, moves: str = "") -> Markup:
        """An edition's duties as a picture, months × duties, or quarters where it holds for years;
        empty where it puts nothing into calendars and has nothing else to do.

        `moves`: the days from which another edition holds, as the reader's browser has them.
        """
        if agreement.facts.draft:
            return Markup("")
        held = due(agreement, self.archive)
        known = {each.owed.id for each in held}
        duties = [
            *held,
            *(
                Due(agreement, owed, ())
                for owed in duties_of(agreement, self.archive.shared)
                if owed.id not in known
            ),
        ]
        if not duties:
            return Markup("")
        first, last = covered(agreement)
        step = 1 if month_of(last) - month_of(first) < 12 else 3
        begin = month_of(first) // step * step
        width = (month_of(last) - begin) // step + 1
        lines: list[_Line] = []
        beside: list[_Line] = []
        for each in duties:
            owed = each.owed
            lanes = _lanes(each, begin, step, width)
            line = _Line(
                owed=owed, link=each.link, who=who(agreement, owed, self._sides), lanes=lanes,
                letters=(" ⇄ " if owed.in_turn else " + ").join(_LETTERS[s] for s in owed.who),
                pattern=_pattern(agreement, owed.who),
            )  # fmt: skip
            (lines if lanes else beside).append(line)
        sides = {side: None for line in lines for side in line.owed.who}
        columns = [divmod(begin + step * place, 12) for place in range(width)]
        html = ENVIRONMENT.get_template("duties_year.html").render(
            a=agreement, lines=lines, beside=beside, up=up_from(address), months=step == 1,
            columns=[month + 1 if step == 1 else month // 3 for _, month in columns],
            years=[(y, len(list(of))) for y, of in groupby(columns, key=lambda each: each[0])],
            periods=_periods(agreement), moves=moves,
            legend=[
                (_LETTERS[side], agreement.unit.sides.get(side) or self._sides[side],
                 _pattern(agreement, (side,)))
                for side in sides
            ],
            together=any(len(line.owed.who) > 1 for line in lines),
            read=any(line.owed.when.days is None for line in lines),
            report_only=agreement.edition.text is TextState.REPORT_ONLY,
        )  # fmt: skip
        return Markup(html)  # noqa: S704 the template escapes

    def sides_of(self, unit_id: UnitId) -> tuple[Side, ...]:
        """The sides of a unit that have something in calendars; empty where nothing is there."""
        found = {
            side
            for series_id in self.archive.units[unit_id].series
            for edition in self.archive.editions(unit_id, series_id)
            for each in due(edition, self.archive)
            for side in each.owed.who
        }
        return tuple(side for side in self.archive.units[unit_id].sides if side in found)


def _periods(agreement: Agreement) -> str:
    """`năm học 2024-2025`, with the period to which it was prolonged."""
    more = agreement.edition.extended
    return (
        f"{agreement.period.words}, kéo dài sang {more.to.words}"
        if more
        else agreement.period.words
    )


def _pattern(agreement: Agreement, who: Sequence[Side]) -> str:
    """Which pattern a bar has: the unit's own side, the other one, or several."""
    if len(who) > 1:
        return "both"
    return "other" if who[0] is agreement.series.counterpart else "own"


def _lanes(due: Due, begin: int, step: int, width: int) -> tuple[tuple[_Bar, ...], ...]:
    """The times of a duty in columns of `step` months from the month `begin` on; those of which
    several begin in one column are one bar.
    """
    places = []
    for span in due.times:
        first, last = ((month_of(day) - begin) // step for day in (span.first, span.last))
        if first < width and last >= 0:
            places.append(
                (max(first, 0), min(last, width - 1), span.words, first < 0, last >= width)
            )
    if len({first for first, *_ in places}) < len(places):
        last = max(last for _, last, *_ in places)
        places = [(places[0][0], last, due.owed.when.words, False, False)]
    lanes: list[list[_Bar]] = []
    ends: list[int] = []
    for first, last, words, begun, goes_on in places:
        lane = next((n for n, end in enumerate(ends) if end < first), len(lanes))
        if lane == len(lanes):
            lanes.append([])
            ends.append(-1)
        if gap := first - ends[lane] - 1:
            lanes[lane].append(_Bar(gap))
        lanes[lane].append(_Bar(last - first + 1, words, begun, goes_on))
        ends[lane] = last
    for lane, end in enumerate(ends):
        if gap := width - 1 - end:
            lanes[lane].append(_Bar(gap))
    return tuple(map(tuple, lanes))
