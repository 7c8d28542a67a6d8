# What programs read: agreement.json, the public contract of DESIGN §4.
# Refuses: to invent. An absent fact is null.
"""One version of an agreement as JSON (`schema: 1`)."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from macros.calendar import times
from macros.duties import Owed, duties_of
from macros.model import (
    Agreement,
    Archive,
    Clause,
    Evidence,
    LaterVersion,
    Printed,
    PrintedDate,
    Record,
    Seal,
    TextState,
)

SCHEMA = 1


def agreement_json(agreement: Agreement, archive: Archive) -> bytes:
    """The file `agreement.json`: UTF-8, keys in the contract's order, ends in a line end."""
    facts, edition = agreement.facts, agreement.edition
    later = archive.editions(agreement.unit_id, agreement.series_id)
    superseded_by = next(
        (
            str(each.period)
            for each in later
            if not each.edition.draft
            and each.edition.supersedes
            and each.edition.supersedes.period == agreement.period
        ),
        None,
    )
    issued = facts.issued_by
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "unit": {"id": agreement.unit_id, "name": agreement.unit.name},
        "series": agreement.series_id,
        "period": str(agreement.period),
        "version": agreement.version,
        "versions": list(agreement.versions),
        "kind": edition.kind.value,
        "text": edition.text.value,
        "draft": facts.draft,
        "sample": agreement.unit.sample,
        "issuer": list(facts.issuer),
        "motto": list(facts.motto),
        "title": list(agreement.page.title),
        "number": _printed(facts.number),
        "place": _printed(facts.place),
        "date": _printed(facts.date),
        "issued_by": issued
        and {
            "printed": issued.printed,
            "number": _printed(issued.number),
            "date": _printed(issued.date),
        },
        "valid_from": _evidence(facts.valid_from),
        "valid_to": _evidence(facts.valid_to),
        "supersedes": edition.supersedes
        and {
            "period": str(edition.supersedes.period),
            "printed": edition.supersedes.printed,
            "clause": edition.supersedes.clause,
        },
        "superseded_by": superseded_by,
        "sides": [{"id": side.value, "name": name} for side, name in agreement.sides.items()],
        "signatories": [
            {
                "side": s.side.value,
                "capacity": s.capacity,
                "title": s.title,
                "name": s.name,
                "lines": list(s.lines),
            }
            for s in facts.signatures
        ],
        "recipients_heading": facts.recipients.heading if facts.recipients else None,
        "recipients": list(facts.recipients.lines) if facts.recipients else [],
        "clauses": [_clause(clause) for clause in agreement.page.clauses],
        "report": list(agreement.page.report) if edition.text is TextState.REPORT_ONLY else [],
        "source": [
            {"role": source.role.value, "file": source.file, "sha256": source.sha256}
            for source in facts.source
        ],
        "seal": _seal(facts.seal),
        "record": _record(facts.record) if isinstance(facts, LaterVersion) else None,
        "extended": edition.extended
        and {"to": str(edition.extended.to), "evidence": edition.extended.evidence},
        "withdrawn": edition.withdrawn
        and {"date": str(edition.withdrawn.date), "evidence": edition.withdrawn.evidence},
        "entered_on": str(facts.entered_on) if facts.entered_on else None,
        "duties": [_duty(owed, agreement) for owed in duties_of(agreement, archive.shared)],
    }
    return to_json(record, indent=1) + b"\n"  # as json does it, ten times as fast


def _clause(clause: Clause) -> dict[str, Any]:
    shared = clause.shared
    return {
        "id": clause.id,
        "parent": clause.parent,
        "kind": clause.kind.value,
        "label": clause.label,
        "text": clause.text,
        "rows": [list(row) for row in clause.rows] or None,
        "shared": shared and {"id": shared.id, "wording": shared.wording},
    }


def _duty(owed: Owed, agreement: Agreement) -> dict[str, Any]:
    return {
        "id": owed.id,
        "clause": owed.clause.id if owed.clause else None,
        "who": [side.value for side in owed.who],
        "in_turn": owed.in_turn,
        "what": owed.what,
        "printed": owed.printed,
        "when": str(owed.when),
        "times": [
            {"first": str(span.first), "last": str(span.last), "words": span.words}
            for span in times(agreement, owed.when)
        ],
    }


def _printed(part: Printed | PrintedDate | None) -> dict[str, str | None] | None:
    if part is None:
        return None
    return {"printed": part.printed, "value": str(part.value) if part.value else None}


def _seal(seal: Seal | None) -> dict[str, object] | None:
    if seal is None:
        return None
    return {"form": seal.form, "since": str(seal.since), "sha256": seal.sha256}


def _record(record: Record) -> dict[str, object]:
    agreed = {side.value: who for side, who in record.agreed.items()}
    return {"kind": record.kind.value, "what": record.what, "why": record.why, "agreed": agreed}


def _evidence(part: Evidence | None) -> dict[str, str] | None:
    if part is None:
        return None
    return {"value": str(part.value), "clause": part.clause, "printed": part.printed}
