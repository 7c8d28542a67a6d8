# Which years in a text name the period of an agreement, and which name something else.
# Hides: how periods, dates and numbers are printed, and the words around them that decide.
# Refuses: to guess. What may belong to something else stays, with the reason.
"""The mentions of an old period in a text, and what becomes of each in the new one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from macros.model import Kind, Period

_DASH = r"\s?[-\u2010-\u2015\u2212/]\s?"
_YEAR = r"(?<!\d)[12]\d{3}(?!\d)"
# In this order: `12/2024/TT-BGDĐT` is no date, `2024-2025` no two years.
_FOUND = re.compile(
    rf"""
    (?P<code>(?<![\w./&-])(?=[\w./&-]*(?:[^\W\d]/|/[^\W\d]|\d-[A-ZĐ]))[\w./&-]+)
    |(?P<day>(?:(?i:ngày)\s+)?(?<!\d)\d{{1,2}}[/.-]\d{{1,2}}[/.-]{_YEAR}
        |(?i:ngày)\s+\S{{0,3}}\s*(?i:tháng)\s+\S{{1,3}}\s+(?i:năm)\s+{_YEAR})
    |(?P<month>(?i:tháng)\s+\d{{1,2}}(?:\s?[/-]\s?|\s+(?i:năm)\s+){_YEAR})
    |(?P<pair>(?<![\d./,-])(?P<first>[12]\d{{3}})(?P<dash>{_DASH})(?P<second>[12]\d{{3}}|\d\d)
        (?!\d|{_DASH}\d))
    |(?P<count>(?<!\d)\d{{1,3}}\s+năm\s+(?:thành\s+lập|thực\s+hiện|ngày))
    |(?P<year>(?:(?i:năm(?:\s+học)?)\s+)?{_YEAR}(?!{_DASH}\d)
        (?:\s*(?:,|và|đến|tới|hoặc)\s+(?:năm\s+)?{_YEAR}(?!{_DASH}\d))*|{_YEAR})
    """,
    re.VERBOSE,
)
_PRECISE = {
    "code": "nằm trong số, ký hiệu",
    "day": "là ngày cụ thể",
    "month": "là tháng cụ thể",
    "year": "là năm đứng riêng, không đi cặp như tên kỳ",
    "count": "là số năm tính tới kỳ trước",
}
_SENTENCE = re.compile(r"[.;:!?…](?=\s)")
_LONGEST = 800  # no sentence is longer; a hostile text is not searched from its start each time
# Things that bear years in their names; a verb in small letters (quyết định, hướng dẫn) is none.
_THING = (
    r"kế hoạch|nghị quyết|chương trình|đề án|dự án|phương án|công văn|chỉ thị|thông tư|nghị định"
    r"|quy chế|quy hoạch|chiến lược|(?-i:Quyết định|Hướng dẫn|Thông báo|Báo cáo|Biên bản|Quy định"
    r"|Tờ trình|QUYẾT ĐỊNH|HƯỚNG DẪN)|(?:theo|căn cứ|thực hiện)\s+(?:quyết định|hướng dẫn)"
)
_EVENT = r"hội nghị|đại hội|hội thi|hội thảo|hội diễn|ngày hội|giải thưởng|cuộc thi|cuộc vận động"
_NAMED = re.compile(rf"\b(?:{_THING}|(?P<event>{_EVENT}))\b", re.IGNORECASE)
# From here on a sentence no longer speaks of the thing named before.
_AIM = re.compile(
    r"\b(?:nhằm|để|phấn đấu|góp phần|hoàn thành|thống nhất|xây dựng)\b", re.IGNORECASE
)
_PAST = re.compile(r"\b(?:đã|vừa qua|đạt được)\b", re.IGNORECASE)
_CALLED_SO = r"(?:\s*(?:năm học|giai đoạn))?\s*$"  # stands between what decides and the years
_TERM = re.compile(r"\b(?:nhiệm kỳ|khóa|khoá)\s*$", re.IGNORECASE)
_NTH = re.compile(rf"\blần thứ\s+(\w+)\W*(?:\s+\S+){{0,6}}?{_CALLED_SO}", re.IGNORECASE)
_REPLACES = re.compile(r"\b(?:thay thế|thay cho)\b", re.IGNORECASE)
_DURING = re.compile(
    r"\b(?:trong|suốt|đầu|cuối|hết)\s+(?:cả\s+)?(?:năm học|giai đoạn)\s*$", re.IGNORECASE
)
_TASK = re.compile(r"\bnhiệm vụ(?:\s+\w+){0,6}?\s+(?:năm học|giai đoạn)\s*$", re.IGNORECASE)
_WITH_ANOTHER = re.compile(r"\s*(?:,|và|đến|tới|hoặc)\s*(?:năm học\s+|giai đoạn\s+)?[12]\d{3}")
_DRAWN_UP = re.compile(r"\b(?:thống nhất|xây dựng|ban hành)\b", re.IGNORECASE)
_AS_FOLLOWS = re.compile(r",?\s*(?:cụ thể\s+)?như sau")
_CALLED = {Kind.REGULATION: "quy chế", Kind.PLAN: "kế hoạch", Kind.PROGRAMME: "chương trình"}


@dataclass(frozen=True, slots=True)
class Turn:
    """From which period to which an agreement of a kind turns."""

    kind: Kind
    old: Period
    new: Period


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names a year: `new` is what comes there, or `why` says why it stays."""

    start: int
    end: int
    new: str = ""
    why: str = ""


def judged(text: str, turn: Turn, *, title: bool = False, basis: bool = False) -> list[Mention]:
    """Every mention of the old period and its years in a text, in order.

    `title`: it says which agreement this is; `basis`: it names the texts that stand above it.
    """
    found = []
    for each in _FOUND.finditer(text):
        if _concerns(text, each, turn):
            new, why = _verdict(text, each, turn, title=title, basis=basis)
            found.append(Mention(each.start(), each.end(), new, why))
    return found


def changed(text: str, found: Sequence[Mention]) -> str:
    """The text with its new periods; all else is as it was."""
    for each in reversed(found):
        if each.new:
            text = text[: each.start] + each.new + text[each.end :]
    return text


def replacing(text: str, turn: Turn) -> str:
    """The words by which a new text replaces the old edition; empty where it does not say so."""
    for pair in _FOUND.finditer(text):
        first = _sentence(text, pair.start())
        says = _REPLACES.search(text, first, pair.start())
        if _period(pair) == turn.old and says and not _named(text, says.start(), pair, turn):
            return text[says.start() : pair.end()]
    return ""


def _concerns(text: str, found: re.Match[str], turn: Turn) -> bool:
    if found["count"]:
        return True
    if period := _period(found):
        replaced = _REPLACES.search(text, _sentence(text, found.start()), found.start())
        return period.end >= turn.old.start or bool(replaced)
    return any(turn.old.start <= int(year) <= turn.old.end for year in re.findall(_YEAR, found[0]))


def _period(found: re.Match[str]) -> Period | None:
    """`2024 – 2025` and `2024-25` as a period."""
    if not found["pair"]:
        return None
    first, second = found["first"], found["second"]
    start, end = int(first), int(first[: 4 - len(second)] + second)
    return Period(start, end) if 1900 <= start < end <= 2200 else None


def _written(period: Period, found: re.Match[str]) -> str:
    """A period in the printed form of another one: its dash, spaces and digits."""
    return f"{period.start}{found['dash']}{str(period.end)[-len(found['second']) :]}"


def _verdict(
    text: str, found: re.Match[str], turn: Turn, *, title: bool, basis: bool
) -> tuple[str, str]:
    """What is written in the place of a mention, or why it stays."""
    period = _period(found)
    if period is None:
        return "", _PRECISE["year" if found["pair"] else str(found.lastgroup)]
    first = _sentence(text, found.start())
    before, after = text[first : found.start()], text[found.end() :][:_LONGEST]
    if _in_quotes(text[max(0, found.start() - _LONGEST) : found.start()]):
        return "", "nằm trong tên đặt trong ngoặc kép"
    if nth := _NTH.search(before):
        return "", f"gắn với “lần thứ {nth[1]}”"
    if _TERM.search(before):
        return "", "là nhiệm kỳ, khóa"
    if says := _REPLACES.search(before):
        if named := _named(text, first + says.start(), found, turn):
            return "", named
        if period == turn.old:
            return "", "đã đúng là kỳ của bản được thay thế"
        if period.end <= turn.old.start and period.school_year == turn.old.school_year:
            return _written(turn.old, found), ""
    if period != turn.old:
        return "", f"không phải kỳ {turn.old} của bản trước"
    if _WITH_ANOTHER.match(after):
        return "", "đi cùng một kỳ khác"
    if title:
        return _written(turn.new, found), ""
    if _PAST.search(before):
        return "", "có thể nói việc đã qua"
    during = bool(_DURING.search(before))
    if named := _named(text, first, found, turn, during=during):
        return "", named
    own = re.search(_own(turn.kind), before, re.IGNORECASE)
    drawn_up = not basis or _DRAWN_UP.search(before) or _AS_FOLLOWS.match(after)
    if during or _TASK.search(before) or (own and drawn_up):
        return _written(turn.new, found), ""
    return "", "chưa rõ có phải kỳ của bản này"


def _named(text: str, first: int, found: re.Match[str], turn: Turn, *, during: bool = False) -> str:
    """Why the years may be part of another thing's name; empty where nothing says so.

    `during`: they say when something is done, so only a thing written with a capital has them.
    """
    before = text[first : found.start()]
    for thing in _NAMED.finditer(before):
        tail = before[thing.end() :]
        this = re.match(r"\s+này\b", tail)
        own = re.compile(_own(turn.kind), re.IGNORECASE).match(before, thing.start())
        if this or own or (during and (thing["event"] or not thing[0][0].isupper())):
            continue
        if not _AIM.search(tail) and (re.search(r"\bvề\b", tail) or "," not in tail):
            return f"có thể thuộc tên của một “{' '.join(thing[0].split()[-2:])}”"
    return ""


def _own(kind: Kind) -> str:
    """How an agreement of a kind calls itself: “Quy chế hoạt động, phối hợp …”.

    What it replaces needs no more than “thay thế Quy chế năm học …”.
    """
    own = _CALLED[kind]
    whole = rf"\b{own}(?:\s+[\w,]+){{0,3}}?\s+(?:phối hợp|liên tịch)\b"
    return rf"{whole}|(?<=thay thế ){own}\s+(?:năm học|giai đoạn)\b"


def _sentence(text: str, place: int) -> int:
    """Where the part of a sentence that a place stands in begins."""
    first = max(0, place - _LONGEST)
    return max((each.end() for each in _SENTENCE.finditer(text, first, place)), default=first)


def _in_quotes(before: str) -> bool:
    curly = before.rfind("“") > before.rfind("”") or before.rfind("«") > before.rfind("»")
    return curly or before.count('"') % 2 == 1
