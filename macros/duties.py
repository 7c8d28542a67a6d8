# What has to be done under an agreement.
# Hides: that a duty may stand in the unit's data or in a shared clause.
# Refuses: days; when a duty is due is told by `calendar.times`.
"""`duties_of(agreement, shared)`: the duties of one version. `changes(old, new)`: those of two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from macros.model import Agreement, Clause, Duty, SharedClause, Side, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A duty of one version of one edition.

    `id` stays the same from year to year; that of a shared clause's duty begins with the clause.
    `clause` is None where it is known from a report only, or where the page lacks it; `clause_id` is
    what the data name.
    """

    id: str
    clause: Clause | None
    clause_id: str | None
    who: tuple[Side, ...]
    in_turn: bool
    what: str
    printed: str
    when: When

    @property
    def shared(self) -> bool:
        """Whether it stands in a shared clause."""
        return "." in self.id

    @property
    def anchor(self) -> str:
        """Its id in a page; no clause's id has two hyphens in a row."""
        return f"viec--{self.id.replace('.', '--')}"


def duties_of(agreement: Agreement, shared: Mapping[str, SharedClause]) -> tuple[Owed, ...]:
    """The duties of a version: its own, and those of the shared clauses that it uses, in the order
    of the text. Those that name no clause come last, as written.
    """
    found = [*_own(agreement), *_shared(agreement, shared)]
    order = {clause.id: place for place, clause in enumerate(agreement.page.clauses)}
    last = len(order)
    return tuple(
        sorted(found, key=lambda owed: order.get(owed.clause.id, last) if owed.clause else last)
    )


class DutyEvent(StrEnum):
    """What became of a duty; `moved` is another time, clause or side, `reworded` other words only."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    REWORDED = "reworded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyChange:
    """A duty that two versions do not have alike; `fields` are those of `Duty` that differ."""

    event: DutyEvent
    old: Owed | None
    new: Owed | None
    fields: tuple[str, ...] = ()

    @property
    def owed(self) -> Owed:
        """The newer one."""
        return next(each for each in (self.new, self.old) if each)

    @property
    def shared(self) -> bool:
        """Whether it is one of a shared clause."""
        return self.owed.shared


def changes(old: Iterable[Owed], new: Iterable[Owed]) -> tuple[DutyChange, ...]:
    """What differs from the duties of one version to those of another, by their ids: those that are
    there now in their order, then those that are gone in theirs.
    """
    before, after = ({each.id: each for each in side} for side in (old, new))
    found = []
    for id_, owed in after.items():
        was = before.get(id_)
        if was is None:
            found.append(DutyChange(event=DutyEvent.ADDED, old=None, new=owed))
        elif fields := tuple(name for name, told in _TOLD.items() if told(was) != told(owed)):
            moved = not set(fields).isdisjoint(_PLACED)
            event = DutyEvent.MOVED if moved else DutyEvent.REWORDED
            found.append(DutyChange(event=event, old=was, new=owed, fields=fields))
    gone = (each for id_, each in before.items() if id_ not in after)
    found += [DutyChange(event=DutyEvent.REMOVED, old=each, new=None) for each in gone]
    return tuple(found)


# A clause is known by its id alone: that its words changed is told of the clause. Sides that act
# together have no order, those that take turns have.
_TOLD: dict[str, Callable[[Owed], object]] = {
    "when": lambda owed: owed.when,
    "clause": lambda owed: owed.clause_id,
    "who": lambda owed: frozenset(owed.who),
    "in_turn": lambda owed: owed.who if owed.in_turn else None,
    "what": lambda owed: owed.what,
    "printed": lambda owed: owed.printed,
}
_PLACED = ("when", "clause", "who", "in_turn")


def _own(agreement: Agreement) -> Iterator[Owed]:
    for name, duty in agreement.facts.duties.items():
        clause = agreement.page.clause(duty.clause) if duty.clause else None
        yield _owed(name, duty, clause, duty.clause, duty.who)


def _shared(agreement: Agreement, shared: Mapping[str, SharedClause]) -> Iterator[Owed]:
    for clause in agreement.page.clauses:
        of = shared.get(clause.shared.id) if clause.shared else None
        for name, duty in of.duties.items() if of else ():
            if duty.printed in clause.text:
                who = tuple(_meant(side, agreement) for side in duty.who)
                yield _owed(f"{clause.id}.{name}", duty, clause, clause.id, who)


def _meant(side: Side, agreement: Agreement) -> Side:
    """In a shared clause `union` is the counterpart of the series, and `management` the other side."""
    if side is Side.UNION:
        return agreement.series.counterpart
    return next(iter(agreement.sides), side) if side is Side.MANAGEMENT else side


def _owed(
    name: str, duty: Duty, clause: Clause | None, clause_id: str | None, who: tuple[Side, ...]
) -> Owed:
    return Owed(
        id=name, clause=clause, clause_id=clause_id, who=who, in_turn=duty.in_turn, what=duty.what,
        printed=duty.printed, when=duty.when,
    )  # fmt: skip
