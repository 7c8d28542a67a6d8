# How a clause is cited, and whether its labels follow one another.
# Refuses: renumbering. Repeated and missing labels get their place, not a number of our own.
"""Citations and label sequence of a page that was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from macros.labels import Reading, choose, narrower, ordinal
from macros.model import Clause, ClauseId, ClauseKind, Page

_PART = re.compile(
    r"quyết định|quy chế|quy định|kế hoạch|chương trình|phụ lục|nội quy|thỏa thuận|thoả thuận"
    r"|nghị quyết|hướng dẫn|biên bản|đề án|phương án|danh sách|thông báo|báo cáo",
    re.IGNORECASE,
)
_WORDS = {
    ClauseKind.BASIS: "căn cứ",
    ClauseKind.PREAMBLE: "đoạn mở đầu",
    ClauseKind.HEADING: "mục",
    ClauseKind.CLAUSE: "đoạn",
    ClauseKind.TABLE: "bảng",
    ClauseKind.CLOSING: "đoạn kết",
}


def cite(page: Page) -> Mapping[ClauseId, str]:
    """How each clause is cited: `khoản 3 mục I`, `khoản 2 (thứ hai) mục IV`, `đoạn 3 khoản 2 mục II`.

    A Điều is cited without what stands above it, because it runs on through the chapters; only
    the part of the file that it is in (`Điều 1 Quy chế`) is named, and all above where it restarts.
    """
    parts = _parts(page)
    own = _own(page)
    articles: dict[tuple[ClauseId | None, str], int] = {}
    for clause in page.clauses:
        if own[clause.id].startswith("Điều"):
            key = (parts[clause.id], own[clause.id])
            articles[key] = articles.get(key, 0) + 1
    whole: dict[ClauseId, str] = {}
    for clause in page.clauses:
        cited, above, part = own[clause.id], clause.parent, parts[clause.id]
        if clause.kind is ClauseKind.CLOSING and clause.label and above == part:
            cited += " phần kết"
        if articles.get((part, cited)) == 1:
            above = part
        whole[clause.id] = f"{cited} {whole[above]}" if above in whole else cited
    return whole


def _own(page: Page) -> dict[ClauseId, str]:
    """What each clause is called beside its siblings."""
    chosen = _chosen(page.clauses)
    trails: dict[ClauseId | None, tuple[str, ...]] = {None: ()}
    headings: dict[ClauseId | None, int] = {None: 0}
    groups: dict[tuple[object, ...], int] = {}
    counted: list[tuple[Clause, Reading | None, tuple[object, ...], str, int]] = []
    for clause in page.clauses:
        reading = chosen.get(clause.id)
        if clause.kind is ClauseKind.BASIS and reading and not reading.shown:
            reading = None
        trail = trails.get(clause.parent, ())
        word = _word(clause, reading, trail)
        trails[clause.id] = (*trail, word)
        name = f"{word} {reading.shown}" if reading and reading.shown else word
        key = (clause.parent, clause.kind is ClauseKind.CLOSING, reading is None, name)
        place = groups[key] = groups.get(key, 0) + 1
        if clause.level > 1:
            headings[clause.parent] = headings.get(clause.parent, 0) + 1
            place = place if reading else headings[clause.parent]
        elif clause.kind is ClauseKind.CLAUSE and not reading and clause.parent not in headings:
            place += 1  # what a khoản says before its điểm is its first paragraph
        if clause.level:
            headings[clause.id] = 0
        counted.append((clause, reading, key, name, place))
    return {
        clause.id: _placed(clause, reading, name, place, alone=groups[key] == 1)
        for clause, reading, key, name, place in counted
    }


def _placed(clause: Clause, reading: Reading | None, name: str, place: int, *, alone: bool) -> str:
    """A clause's name with the place that it needs among others of that name."""
    if (reading and reading.shown) or clause.level == 1:
        return name if alone else f"{name} ({ordinal(place)})"
    if reading or clause.level:
        return f"{name} {ordinal(place)}"
    if clause.kind in (ClauseKind.CLAUSE, ClauseKind.TABLE):
        return f"{name} {place}"
    return name if alone else f"{name} {ordinal(place)}"


def _word(clause: Clause, reading: Reading | None, above: tuple[str, ...]) -> str:
    """What a citation calls the level that a clause stands at."""
    if reading is None:
        if clause.level == 1:
            kind = _PART.match(clause.text)
            return kind[0].capitalize() if kind else "phần sau"
        return narrower(_WORDS[clause.kind], above)
    if reading.spelled:
        return reading.word
    # Below a Chương the decree's hierarchy has Mục with Arabic numbers.
    titled = clause.level and (clause.level <= 2 or above[-1:] in (("Chương",), ("Phần",)))
    return narrower("mục" if reading.word == "khoản" and titled else reading.word, above)


def _parts(page: Page) -> dict[ClauseId, ClauseId | None]:
    """The second `#` of the file under which each clause stands."""
    found: dict[ClauseId, ClauseId | None] = {}
    for clause in page.clauses:
        above = found.get(clause.parent) if clause.parent else None
        found[clause.id] = above or (clause.id if clause.level == 1 else None)
    return found


def out_of_sequence(page: Page) -> Iterable[tuple[Clause, str]]:
    """Labelled clauses that don't follow the label before them, with the number expected.

    A Điều runs on through the chapters; other numbers begin with 1, or run on too.
    """
    chosen = _chosen(page.clauses)
    parts = _parts(page)
    last: dict[tuple[ClauseId | None, str], int] = {}
    running: dict[tuple[ClauseId | None, int, str], int] = {}
    for clause in page.clauses:
        reading = chosen.get(clause.id)
        if reading is None or reading.number is None:
            continue
        article = reading.word == "Điều"
        part = parts[clause.id]
        key = (part if article else clause.parent, reading.shape)
        run = (part, clause.level, reading.shape)
        before = last.get(key, 0)
        expected = {before + 1}
        if not before and reading.word in ("khoản", "mục"):
            expected.add(running.get(run, 0) + 1)
        if reading.number not in expected:
            yield clause, str(before + 1)
        last[key] = running[run] = reading.number


def _chosen(clauses: Iterable[Clause]) -> dict[ClauseId, Reading]:
    """For each labelled clause the reading that its neighbours make likeliest."""
    found: dict[ClauseId, Reading] = {}
    beside: dict[ClauseId | None, list[Reading]] = {}
    for clause in clauses:
        if clause.label:
            before = beside.setdefault(clause.parent, [])
            reading, place = choose(clause.label, before)
            before[place : place + 1] = [reading]
            found[clause.id] = reading
    return found
