# A comparison as a page: the table that is taken to the meeting, and the text with its changes.
# Hides: how runs of words, moves and unchanged clauses are shown in three views of one HTML.
"""Comparison pages, the history of clauses over a series, and what changed since an edition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from markupsafe import Markup

from macros.citing import cite
from macros.compare import FIELDS, Change, ChangeKind, Comparison, FactChange
from macros.markup import ENVIRONMENT, Note, Since, SitePage, redlined, up_from, with_programs
from macros.model import AS_SIGNED, Agreement, Clause, ClauseId, PartialDate
from macros.words import Run

MOST_SENTENCES = 7


class Event(StrEnum):
    """What an edition did to a clause, against the edition before."""

    FIRST = "first"
    SAME = "same"
    AMENDED = "amended"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"


EVENTS = {
    Event.FIRST: ("•", "có trong bản đầu tiên của kho"),
    Event.SAME: ("=", "giữ nguyên"),
    Event.AMENDED: ("S", "sửa"),
    Event.ADDED: ("+", "thêm"),
    Event.REMOVED: ("−", "bỏ"),
    Event.MOVED: ("↕", "chuyển chỗ"),
    Event.SPLIT: ("T", "tách"),
    Event.MERGED: ("G", "gộp"),
}


def event_of(change: Change) -> Event:
    """The event that a change is; a moved clause whose words stay is moved."""
    return Event(change.event)


@dataclass(frozen=True, slots=True)
class Line:
    """A clause over the years: per edition what happened, None where it does not stand."""

    clause: ClauseId
    label: str
    text: str
    events: tuple[Event | None, ...]


def lines(editions: Sequence[Agreement], comparisons: Sequence[Comparison]) -> tuple[Line, ...]:
    """One line per clause id, those of the newest edition first and in its order.

    `editions` stand oldest first, `comparisons[n]` leads from the n-th to the one after.
    """
    found: dict[ClauseId, list[Event | None]] = {}
    last: dict[ClauseId, tuple[str, str]] = {}
    count = len(editions)
    for clause in editions[0].page.clauses if editions else ():
        found.setdefault(clause.id, [None] * count)[0] = Event.FIRST
    for edition in editions:
        for clause in edition.page.clauses:
            last[clause.id] = (clause.label, clause.text)
            found.setdefault(clause.id, [None] * count)
    for number, comparison in enumerate(comparisons, 1):
        for change in comparison.changes:
            for clause in change.old:
                found[clause.id][number] = _gone(change)
            for clause in change.new:
                found[clause.id][number] = event_of(change)
    newest = dict.fromkeys(clause.id for clause in editions[-1].page.clauses) if editions else {}
    order = [*newest, *(each for each in found if each not in newest)]
    return tuple(Line(each, *last[each], tuple(found[each])) for each in order)


def _gone(change: Change) -> Event:
    return Event.MERGED if change.kind is ChangeKind.MERGED else Event.REMOVED


def spans(line: Line, editions: Sequence[Agreement]) -> str:
    """`có từ 2022-2023, sửa 2024-2025` for a clause that stands in the newest of `editions`."""
    said: list[str] = []
    for event, edition in zip(line.events, editions, strict=True):
        if event in (Event.FIRST, Event.ADDED):
            said.append(f"có từ {edition.period}")
        elif event not in (None, Event.SAME):
            said.append(f"{EVENTS[event][1]} {edition.period}")
    return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Cell:
    """What an edition did to a clause, with the address that shows it."""

    event: Event
    link: str
    version: PartialDate | None = None

    @property
    def sign(self) -> str:
        return EVENTS[self.event][0]

    @property
    def day(self) -> str:
        """`16/02` where it was a later version of the edition that did it, and not the edition."""
        of = self.version
        return f"{of.day:02}/{of.month:02}" if of and of.day else of.words if of else ""

    @property
    def words(self) -> str:
        return EVENTS[self.event][1]


@dataclass(frozen=True, slots=True)
class Row:
    """A clause by its label and first words; per period what happened, none where it never stood."""

    name: str
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Clauses × periods, as the page of a unit shows it."""

    periods: tuple[str, ...]
    rows: tuple[Row, ...]
    later: bool


def picture(
    editions: Sequence[Agreement], steps: Sequence[Pair], later: Sequence[Pair]
) -> Picture | None:
    """The history of a series: `steps[n]` leads from the n-th edition to the one after, `later`
    from version to version within the editions.

    None where there is nothing to compare.
    """
    if not (steps or later):
        return None
    within = [_within(edition, later) for edition in editions]
    rows = []
    for line in _all_lines(editions, [step.comparison for step in steps], later):
        cells: list[tuple[Cell, ...]] = []
        for number, event in enumerate(line.events):
            compared = event not in (None, Event.FIRST, Event.SAME)
            page = steps[number - 1].address if compared else editions[number].address
            own = (Cell(event, f"{page}#{line.clause}"),) if event else ()
            cells.append((*own, *within[number].get(line.clause, ())))
        words = line.text.split()
        name = f"{line.label} {' '.join(words[:9])}{' …' if len(words) > 9 else ''}".strip()
        rows.append(Row(name, tuple(cells)))
    periods = tuple(str(each.period) for each in editions)
    return Picture(periods, tuple(rows), any(within))


def _all_lines(
    editions: Sequence[Agreement], comparisons: Sequence[Comparison], later: Sequence[Pair]
) -> Iterator[Line]:
    """The lines of the newest versions, then of clauses that only earlier versions have."""
    found = lines(editions, comparisons)
    yield from found
    known = {line.clause for line in found}
    for pair in later:
        for clause in pair.old.page.clauses:
            if clause.id not in known:
                known.add(clause.id)
                yield Line(clause.id, clause.label, clause.text, (None,) * len(editions))


def _within(edition: Agreement, later: Sequence[Pair]) -> Mapping[ClauseId, list[Cell]]:
    """By clause what the later versions of an edition did to it."""
    found: dict[ClauseId, list[Cell]] = {}
    for pair in later:
        if pair.new.period != edition.period:
            continue
        day = PartialDate.parse(pair.new.version)
        for shown in pair.shown if not pair.new.facts.draft else ():
            for clause_id in map(ClauseId, shown.ids if shown.number else ()):
                stands = any(each.id == clause_id for each in shown.change.new)
                event = shown.event if stands else _gone(shown.change)
                link = f"{pair.address}#{clause_id}"
                found.setdefault(clause_id, []).append(Cell(event, link, day))
    return found


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two texts, what changed between them, and where the page about it stands."""

    old: Agreement
    new: Agreement
    comparison: Comparison
    facts: tuple[FactChange, ...]
    address: str

    @cached_property
    def cited(self) -> tuple[Mapping[ClauseId, str], Mapping[ClauseId, str]]:
        """The citations of both sides."""
        return cite(self.old.page), cite(self.new.page)

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """The changes as a page shows them, those that a reader looks for numbered from 1."""
        found: list[Shown] = []
        count = 0
        for change in self.comparison.changes:
            counts = event_of(change) is not Event.SAME
            count += counts
            found.append(Shown(change, self, count if counts else 0))
        return tuple(found)

    @cached_property
    def sentences(self) -> tuple[tuple[str, str], ...]:
        """At most seven plain sentences, the weightiest first, each with the clause it is about."""
        told = [shown for shown in self.shown if shown.number]
        told.sort(key=lambda shown: (-shown.weight, shown.number))
        return tuple((shown.sentence, shown.anchor) for shown in told[:MOST_SENTENCES])

    @cached_property
    def by_clause(self) -> Mapping[ClauseId, Shown]:
        """For each clause of the new text what happened to it."""
        return {clause.id: shown for shown in self.shown for clause in shown.change.new}


@dataclass(frozen=True)
class Shown:
    """One change ready to be shown; `number` counts those that are more than a new label."""

    change: Change
    pair: Pair
    number: int

    @cached_property
    def event(self) -> Event:
        return event_of(self.change)

    @property
    def kind(self) -> str:
        """`sửa`, `thêm`, …, with `chuyển chỗ` beside it."""
        words = EVENTS[self.event][1]
        if self.change.moved and self.event is not Event.MOVED:
            words += ", chuyển chỗ"
        return words

    @property
    def anchor(self) -> str:
        """The id of the clause that it is about: of the new text where it stands there."""
        return (self.change.new or self.change.old)[0].id

    @property
    def ids(self) -> tuple[str, ...]:
        """All clauses that it is about, its anchor first."""
        clauses = (*self.change.new, *self.change.old)
        return tuple(dict.fromkeys(clause.id for clause in clauses))

    @property
    def sentence(self) -> str:
        return self.change.sentence(*self.pair.cited)

    @property
    def reason(self) -> str:
        """Why, as the editor said."""
        return self.change.reason(self.pair.new.edition.reasons)

    @property
    def weight(self) -> int:
        """How much of the text it touches: words changed, a heading more than its length."""
        changed = sum(len(text.split()) for op, text in self.change.words if op != "=")
        clauses = (*self.change.old, *self.change.new)
        if self.change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
            changed = sum(len(clause.text.split()) for clause in clauses)
        heading = any(clause.level for clause in clauses)
        structural = self.change.kind in (ChangeKind.SPLIT, ChangeKind.MERGED)
        return changed + 20 * heading + 10 * structural + 6 * self.change.moved

    @property
    def heading(self) -> bool:
        return bool((self.change.new or self.change.old)[0].level)

    @cached_property
    def old_cited(self) -> str:
        return " và ".join(self.pair.cited[0][clause.id] for clause in self.change.old)

    @cached_property
    def new_cited(self) -> str:
        return " và ".join(self.pair.cited[1][clause.id] for clause in self.change.new)

    @cached_property
    def before(self) -> Markup:
        """The old text, what was taken away marked."""
        return _side(self.change, self.change.old, "-")

    @cached_property
    def after(self) -> Markup:
        """The new text, what was put in marked."""
        return _side(self.change, self.change.new, "+")

    @cached_property
    def inline(self) -> Markup:
        """Both in one line."""
        return _labels(self.change) + _words(self.change, "-+")


def comparison_page(pair: Pair, files: Sequence[str] = ()) -> SitePage:
    """The page about two texts; `files`: the names of those beside it that other programs open."""
    old, new = pair.old, pair.new
    title = f"So sánh {_named(old)} với {_named(new)}"
    places = _left(pair)
    html = ENVIRONMENT.get_template("comparison.html").render(
        pair=pair, old=old, new=new, title=title, up=up_from(pair.address),
        counts=_counted(pair), numbered=[shown for shown in pair.shown if shown.number],
        old_name=_named(old), new_name=_named(new), left=places, fields=FIELDS,
        sides=list(new.sides.values()), files=with_programs(files),
    )  # fmt: skip
    return SitePage(
        address=pair.address,
        title=f"{title} – {new.unit.name}",
        description=f"{title}, {new.unit.name}: bảng so sánh từng điều khoản.",
        html=html,
    )


# Where any two editions are compared, in the browser.
ANY = "so-sanh/"


def any_page() -> SitePage:
    """Where a reader picks any two editions; the browser compares them."""
    html = ENVIRONMENT.get_template("any.html").render(up=up_from(ANY))
    return SitePage(
        address=ANY, title="So sánh hai bản bất kỳ", html=html,
        description="Chọn hai bản quy chế phối hợp bất kỳ, của một hay hai đơn vị, và xem chỗ khác.",
    )  # fmt: skip


def since_before(
    pair: Pair, lines: Mapping[ClauseId, Line], editions: Sequence[Agreement]
) -> Since:
    """What the new text's own page says of the old one."""
    new_ids = set(pair.by_clause)
    notes = {
        clause_id: Note(
            kind=shown.kind,
            text=shown.inline,
            spans=spans(lines[clause_id], editions) if clause_id in lines else "",
            reason=shown.reason,
            link=f"{pair.address}#thay-doi-{shown.number}",
        )
        for clause_id, shown in pair.by_clause.items()
        if shown.number
    }
    sentences = tuple(
        (text, f"#{anchor}" if anchor in new_ids else f"{pair.address}#{anchor}")
        for text, anchor in pair.sentences
    )
    return Since(
        name=_named(pair.old), address=pair.address, sentences=sentences, notes=notes,
        more=max(0, sum(1 for shown in pair.shown if shown.number) - len(sentences)),
    )  # fmt: skip


def _named(agreement: Agreement) -> str:
    words = agreement.period.words
    if agreement.version != AS_SIGNED:
        return f"{words}, bản {PartialDate.parse(agreement.version).words}"
    return f"{words}, bản gốc" if len(agreement.versions) > 1 else words


def _counted(pair: Pair) -> list[tuple[str, str, int]]:
    """(kind, words, how many) of what there is, for the filter."""
    counts: dict[Event, int] = dict.fromkeys(Event, 0)
    for shown in pair.shown:
        counts[shown.event] += 1
    return [(event.value, EVENTS[event][1], count) for event, count in counts.items() if count]


def _left(pair: Pair) -> Mapping[int, list[Shown]]:
    """Where moved clauses stood before: by the place of the change that the old text had there."""
    place = {
        clause.id: number
        for number, shown in enumerate(pair.shown)
        for clause in shown.change.old
        if not shown.change.moved
    }
    found: dict[int, list[Shown]] = {}
    here = -1
    moved = {c.id: shown for shown in pair.shown if shown.change.moved for c in shown.change.old}
    for clause in pair.old.page.clauses:
        if clause.id in moved:
            found.setdefault(here, []).append(moved[clause.id])
        else:
            here = place[clause.id]
    return found


def _side(change: Change, clauses: Sequence[Clause], mark: str) -> Markup:
    if not clauses:
        return Markup("")
    return _label(("=", _joined(clauses))) + _words(change, mark)


def _labels(change: Change) -> Markup:
    old, new = _joined(change.old), _joined(change.new)
    if not change.old or not change.new or old == new:
        return _label(("=", new or old))
    return _label(("-", old), ("+", new))


def _joined(clauses: Sequence[Clause]) -> str:
    return " / ".join(clause.label for clause in clauses if clause.label)


def _label(*runs: Run) -> Markup:
    shown = redlined(run for run in runs if run[1])
    return Markup(f'<span class="label">{shown}</span> ' if shown else "")  # noqa: S704 escaped


def _words(change: Change, marks: str) -> Markup:
    """The runs of words of one side or of both; a text that stays has one run."""
    return redlined(run for run in change.words if run[0] in f"={marks}")
