# What the facts say of an edition on a given day.
# Refuses: the clock. The day is an argument; what later days will say is given as a timeline,
# so the reader's browser can pick its own day without a second engine.
"""State of editions, the school year of a day, and the days of what recurs.

A school year runs from 05/9 to 31/5 (the yearly frame plan of the ministry; see
docs/ky-thuat/quyet-dinh/); any other period from 1 January to 31 December. No state claims more
than the facts: a past period is "đã kết thúc", never "hết hiệu lực".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from macros.model import EARLIEST, LATEST, Agreement, PartialDate, Period, When

T = TypeVar("T")
_DAY = timedelta(days=1)


class Standing(StrEnum):
    """The state of an edition in a word; `WORDS` has the Vietnamese."""

    DRAFT = "draft"
    COMING = "coming"
    CURRENT = "current"
    REPLACED = "replaced"
    PAST = "past"
    WITHDRAWN = "withdrawn"


WORDS = {
    Standing.DRAFT: "Bản thảo",
    Standing.COMING: "Kỳ sắp tới",
    Standing.CURRENT: "Đang trong kỳ",
    Standing.REPLACED: "Đã có bản thay thế",
    Standing.PAST: "Kỳ đã kết thúc",
    Standing.WITHDRAWN: "Đã thu hồi",
}


@dataclass(frozen=True, slots=True)
class State:
    """A standing with the reason, one Vietnamese sentence."""

    standing: Standing
    reason: str


def first_day(period: Period) -> date:
    """The day on which a period begins."""
    return date(period.start, 9, 5) if period.school_year else date(period.start, 1, 1)


def last_day(period: Period) -> date:
    """The day on which a period ends."""
    return date(period.end, 5, 31) if period.school_year else date(period.end, 12, 31)


def school_year(day: date) -> Period:
    """The school year that has begun last on that day."""
    start = day.year if day >= date(day.year, 9, 5) else day.year - 1
    return Period(start, start + 1)


@dataclass(frozen=True, slots=True)
class Span:
    """One time at which something has to be done: whole days, both ends within, and what they are
    called. No day in it is named by the text, unless the text names it.
    """

    first: date
    last: date
    words: str


@lru_cache(maxsize=4096)
def spans(when: When, period: Period) -> tuple[Span, ...]:
    """When something has to be done in a period, in order; empty where the text has no rhythm.

    Days that the text names are never cut: where some lie outside what the period can mean, there
    is no time.

    What is due once in so many months is given the calendar months, quarters, halves of which at
    least half lies in the period: three quarters in a school year; once a year the school year
    itself, or each calendar year. A school year begins in September and ends in May. No source
    says when the first term ends, so January belongs to both.
    """
    if days := when.days:
        begins, ends = reach(period)
        first, last = days[0].first, days[1].last
        return (Span(first, last, when.words),) if begins <= first and last <= ends else ()
    return tuple(_recurring(when, period))


def reach(period: Period) -> tuple[date, date]:
    """The days that a text about a period can name as its own: of a school year also the month
    before it and the summer after it.
    """
    if period.school_year:
        return date(period.start, 8, 1), date(period.end, 8, 31)
    return first_day(period), last_day(period)


def times(agreement: Agreement, when: When) -> tuple[Span, ...]:
    """When something has to be done under one version, as long as its edition is not withdrawn: also
    in the period to which it was prolonged.
    """
    edition = agreement.edition
    found = list(spans(when, agreement.period))
    if edition.extended and not when.days:
        known = {span.first for span in found}
        found += [each for each in spans(when, edition.extended.to) if each.first not in known]
    gone = edition.withdrawn.date.last if edition.withdrawn else date.max
    return tuple(span for span in found if span.first < gone)


def course(
    steps: Sequence[tuple[Agreement, When | None]], editions: Sequence[Agreement]
) -> tuple[tuple[int, Span], ...]:
    """When something has to be done under one edition of those of a series, each time with the place
    of the version that says so: `steps` are its versions, the oldest first, with what they say.

    What began before a later version holds stays as it was. Nothing is due before the text holds or
    after it says that it ends; nothing begins once another edition has taken its place, or before
    it has taken that of one which still held.
    """
    signed = steps[0][0]
    period = signed.period
    ends = [
        effective(each)
        for each in editions
        if (said := each.edition.supersedes) and said.period == period and not each.edition.draft
    ]
    starts = effective(signed) if _took_over(signed, editions) else date.min
    found: list[tuple[int, Span]] = []
    for place, (version, when) in enumerate(steps):
        begins = _holds_from(version) if place else starts
        later = [_holds_from(after) for after, _ in steps[place + 1 : place + 2]]
        until = min([*ends, *later], default=date.max)
        if when:
            held = times(version, when)
            found += [(place, each) for each in held if begins <= each.first < until]
    holds = signed.facts.valid_from
    since = holds.value.first if holds else date.min
    ended = steps[-1][0].facts.valid_to
    last = ended.value.last if ended and not signed.edition.extended else date.max
    return tuple(each for each in found if since <= each[1].last and each[1].first <= last)


def _took_over(agreement: Agreement, editions: Sequence[Agreement]) -> bool:
    """Whether an edition ended another one that would have held on in its own period."""
    said = agreement.edition.supersedes
    for each in editions if said else ():
        more = each.edition.extended
        end = (more.to if more else each.period).end
        if said and each.period == said.period and end > agreement.period.start:
            return not each.edition.draft
    return False


def _holds_from(version: Agreement) -> date:
    begins = version.facts.valid_from
    return begins.value.first if begins else PartialDate.parse(version.version).first


def _recurring(when: When, period: Period) -> Iterator[Span]:
    first, last = first_day(period), last_day(period)
    if months := when.months:
        if months == 12 and period.school_year:
            yield Span(first, last, period.words)
            return
        for begin in range(0, 12 * (period.end - period.start + 1), months):
            start, after = _month(period.start, begin), _month(period.start, begin + months)
            within = (min(after, last + _DAY) - max(start, first)).days
            if 2 * within >= (after - start).days:
                yield Span(start, after - _DAY, _months(start, after - _DAY, months))
    elif when.text == "every-week":
        monday = first + (-first.weekday() % 7) * _DAY
        while monday + 6 * _DAY <= last:
            sunday = monday + 6 * _DAY
            yield Span(monday, sunday, f"tuần {monday:%d/%m} đến {sunday:%d/%m/%Y}")
            monday += 7 * _DAY
    elif when.text != "regularly":
        years: tuple[Period, ...] = (period,)
        if not period.school_year:
            starts = range(max(period.start - 1, EARLIEST), min(period.end + 1, LATEST))
            years = tuple(Period(start, start + 1) for start in starts)
        for year in years:
            for span in _in_school_year(when, year):
                if first <= span.first and span.last <= last:
                    yield span


def _in_school_year(when: When, year: Period) -> Iterator[Span]:
    first, last = first_day(year), last_day(year)
    if when.text == "year-start":
        end = date(year.start, 9, 30)
        yield Span(first, end, f"đầu {year.words} (tháng 09/{year.start})")
    elif when.text == "year-end":
        yield Span(last.replace(day=1), last, f"cuối {year.words} (tháng 05/{year.end})")
    else:
        yield Span(first, date(year.end, 1, 31), f"học kỳ I {year.words}")
        yield Span(date(year.end, 1, 1), last, f"học kỳ II {year.words}")


def _month(year: int, number: int) -> date:
    """The first day of a month that is counted from January of a year."""
    return date(year + number // 12, number % 12 + 1, 1)


def _months(first: date, last: date, months: int) -> str:
    """What a run of months is called."""
    if months == 1:
        return f"tháng {first:%m/%Y}"
    if months == 3:
        return f"quý {('I', 'II', 'III', 'IV')[first.month // 3]}/{first.year}"
    if months == 6:
        return f"sáu tháng {'đầu' if first.month == 1 else 'cuối'} năm {first.year}"
    if months == 12:
        return f"năm {first.year}"
    return f"từ tháng {first:%m/%Y} đến tháng {last:%m/%Y}"


def state(agreement: Agreement, editions: Sequence[Agreement], day: date) -> State:
    """What the facts say of one version on a day; `editions` are the newest of its series."""
    edition, period = agreement.edition, agreement.period
    words = period.words
    if agreement.facts.draft:
        return State(Standing.DRAFT, "Bản thảo, chưa ký; chưa thay cho bản nào.")
    place = agreement.versions.index(agreement.version) + 1
    for after in map(PartialDate.parse, agreement.versions[place:]):
        if not edition.versions[after].draft and day >= after.first:
            return State(Standing.REPLACED, f"Cùng {words} đã có phiên bản {after.words}.")
    if (gone := edition.withdrawn) and day >= gone.date.last:
        return State(Standing.WITHDRAWN, f"Đã thu hồi {gone.date.words}: {gone.evidence}")
    later = [each for each in editions if each.period > period and not each.edition.draft]
    for each in later:
        said = each.edition.supersedes
        if said and said.period == period and day >= effective(each):
            since = each.edition.valid_from or each.edition.date
            when = f" ({since.value.words})" if since and since.value else ""
            return State(Standing.REPLACED, f"Được thay thế bởi bản {each.period.words}{when}.")
    begins = agreement.facts.valid_from
    if begins and day < begins.value.first:
        return State(Standing.COMING, f"Theo văn bản, áp dụng từ {begins.value.words}.")
    until = agreement.facts.valid_to
    if until and not edition.extended and day > until.value.last:
        return State(Standing.PAST, f"Theo văn bản, áp dụng đến {until.value.words}.")
    covered = edition.extended.to if edition.extended else period
    if day > last_day(covered):
        held = [each for each in later if day >= effective(each)]
        drafts = [each for each in editions if each.period > period and each.edition.draft]
        rest = "chưa có bản mới trong kho"
        if later and not held:
            rest = f"bản {later[0].period.words} chưa bắt đầu"
        elif held:
            rest = f"bản mới nhất trong kho là {held[-1].period.words}"
        elif drafts:
            rest = f"bản {drafts[-1].period.words} còn là bản thảo"
        return State(Standing.PAST, f"{_capital(covered.words)} đã kết thúc, {rest}.")
    if day < first_day(period):
        return State(Standing.COMING, f"{_capital(words)} chưa bắt đầu.")
    if edition.extended and day > last_day(period):
        return State(
            Standing.CURRENT, f"Được kéo dài sang {covered.words}: {edition.extended.evidence}"
        )
    return State(Standing.CURRENT, f"Đang trong {words}.")


def covered_until(agreement: Agreement) -> int:
    """The year in which the last school year that an edition covers ends."""
    prolonged = agreement.edition.extended
    return max(agreement.period, prolonged.to if prolonged else agreement.period).end


def afterwards(agreement: Agreement, editions: Sequence[Agreement]) -> str:
    """What became of an edition that was prolonged or withdrawn, in the order in which it did."""
    edition = agreement.edition
    told = []
    for each in editions if edition.extended else ():
        said = each.edition.supersedes
        if said and said.period == agreement.period and not each.edition.draft:
            since = each.edition.valid_from or each.edition.date
            when = f" ({since.value.words})" if since and since.value else ""
            told.append((effective(each), f"được bản {each.period.words} thay thế{when}"))
    if gone := edition.withdrawn:
        told.append((gone.date.last, f"thu hồi {gone.date.words}"))
    words = [f"đã kéo dài sang {edition.extended.to.words}"] if edition.extended else []
    return _capital(", rồi ".join([*words, *(each for _, each in sorted(told))]))


def effective(agreement: Agreement) -> date:
    """The first day on which an edition holds, as far as its facts tell."""
    edition = agreement.edition
    if edition.valid_from:
        return edition.valid_from.value.first
    begins = first_day(agreement.period)
    return max(begins, edition.date.value.first) if edition.date and edition.date.value else begins


def holding(editions: Sequence[Agreement], day: date) -> Agreement:
    """The edition of a series that holds on a day; the last one that held where none does."""
    signed = [each for each in editions if not each.edition.draft] or list(editions)
    begun = [each for each in signed if effective(each) <= day] or signed[:1]
    now = [each for each in begun if state(each, editions, day).standing is Standing.CURRENT]
    return (now or begun)[-1]


def timeline(days: Iterable[date], since: date, value: Callable[[date], T]) -> list[tuple[date, T]]:
    """What `value` is on `since`, and each later day of `days` on which it becomes another."""
    found = [(since, value(since))]
    for day in sorted({day for day in days if day > since}):
        now = value(day)
        if now != found[-1][1]:
            found.append((day, now))
    return found


def states(
    agreement: Agreement, editions: Sequence[Agreement], since: date
) -> list[tuple[date, State]]:
    """The state of a version on a day, and those that it will have from a later day on."""
    days = turning_days(editions)
    return timeline(days, since, lambda day: state(agreement, editions, day))


def holders(editions: Sequence[Agreement], since: date) -> list[tuple[date, Agreement]]:
    """The edition of a series that holds on a day, and those that will from a later day on."""
    return timeline(turning_days(editions), since, lambda day: holding(editions, day))


def turning_days(editions: Iterable[Agreement]) -> set[date]:
    """All days on which the state of one of these editions can change."""
    days: set[date] = set()
    for each in editions:
        edition = each.edition
        days |= {effective(each), first_day(each.period), last_day(each.period) + _DAY}
        if edition.extended:
            days.add(last_day(edition.extended.to) + _DAY)
        for facts in (edition, *edition.versions.values()):
            if facts.valid_to:
                days.add(facts.valid_to.value.last + _DAY)
            if facts.valid_from:
                days.add(facts.valid_from.value.first)
        if edition.withdrawn:
            days.add(edition.withdrawn.date.last)
        days |= {version.first for version in edition.versions}
    return days


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
