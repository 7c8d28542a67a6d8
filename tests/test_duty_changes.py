"""What two versions do not have to do alike: rows of old, new, and what is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from macros.duties import DutyEvent, Owed, changes
from macros.model import Clause, ClauseId, ClauseKind, Side, When


def owed(id_: str = "hop", clause: str | None = "hop-giao-ban", **others: object) -> Owed:
    """A duty of a clause."""
    text = "Hai bên họp 3 tháng một lần."
    held = Clause(id=ClauseId(clause), kind=ClauseKind.CLAUSE, text=text) if clause else None
    whole = {
        "id": id_, "clause": held, "clause_id": clause, "who": (Side.MANAGEMENT, Side.UNION),
        "in_turn": False, "what": "Họp", "printed": "3 tháng một lần",
        "when": When("every-3-months"), **others,
    }  # fmt: skip
    return Owed(**whole)


HOP = owed()
ADDED, REMOVED, MOVED, REWORDED = DutyEvent
TURNED = (Side.UNION, Side.MANAGEMENT)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [], []),
        ([HOP], [HOP], []),
        ([], [HOP], [(ADDED, "hop", ())]),
        ([HOP], [], [(REMOVED, "hop", ())]),
        ([HOP], [owed("gap")], [(ADDED, "gap", ()), (REMOVED, "hop", ())]),
        ([HOP], [owed(when=When("every-month"))], [(MOVED, "hop", ("when",))]),
        ([HOP], [owed(clause="hop-lien-tich")], [(MOVED, "hop", ("clause",))]),
        ([HOP], [owed(clause=None)], [(MOVED, "hop", ("clause",))]),
        ([HOP], [owed(who=(Side.UNION,))], [(MOVED, "hop", ("who",))]),
        ([HOP], [owed(in_turn=True)], [(MOVED, "hop", ("in_turn",))]),
        ([HOP], [owed(in_turn=True, who=TURNED)], [(MOVED, "hop", ("in_turn",))]),
        ([owed(in_turn=True)], [owed(in_turn=True, who=TURNED)], [(MOVED, "hop", ("in_turn",))]),
        ([HOP], [owed(who=TURNED)], []),
        ([HOP], [owed(what="Gặp")], [(REWORDED, "hop", ("what",))]),
        ([HOP], [owed(printed="một lần")], [(REWORDED, "hop", ("printed",))]),
        ([HOP], [owed(what="Gặp", when=When("regularly"))], [(MOVED, "hop", ("when", "what"))]),
    ],
)  # fmt: skip
def test_changes(old, new, expected):
    """A duty is known by its id; sides that act together have no order, those in turn have."""
    assert expected == [(each.event, each.owed.id, each.fields) for each in changes(old, new)]


def test_the_words_of_the_clause_are_not_the_duty():
    """A clause that is worded otherwise leaves its duty alone, and so does one that can't be read."""
    clause = replace(HOP.clause, text="Hai bên cùng họp 3 tháng một lần.", label="2.")

    assert () == changes([HOP], [replace(HOP, clause=clause)])
    assert () == changes([HOP], [replace(HOP, clause=None)])


def test_what_is_there_comes_first():
    """Duties that are there now stand in their order, then those that are gone in theirs."""
    told = changes(map(owed, ("x", "a", "b")), map(owed, ("d", "a", "c")))

    assert ["d", "c", "x", "b"] == [each.owed.id for each in told]
