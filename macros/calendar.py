# What the facts say of an edition on a given day.
# Refuses: the clock. The day is an argument; what later days will say is given as a timeline,
# so the reader's browser can pick its own day without a second engine.
"""State of editions, and the school year of a day.

A school year runs from 05/9 to 31/5 (the yearly frame plan of the ministry; see
docs/ky-thuat/quyet-dinh/); any other period from 1 January to 31 December. No state claims more
than the facts: a past period is "đã kết thúc", never "hết hiệu lực".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from macros.model import Agreement, PartialDate, Period

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
