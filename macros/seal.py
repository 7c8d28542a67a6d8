# What a seal covers: the canonical form of a version, its digest, and what moved since.
# Hides: how the pieces of a version are written in one text, and how a moved piece is traced to
# the file that moved it.
# Refuses: ids, derived values and suspected mistakes; none of them was signed.
"""The seal of a version: a digest over what is printed in it.

The canonical form (form 1) is UTF-8 text of lines that end in a line feed; the cells of a line
are parted by a tab (no printed line has one). First `quy-che-phoi-hop`, `1`;
then as far as they are printed, in this order: `issuer`, `motto`, `title` (each line), `number`,
`place`, `date`, `issued_by`, `side` (the ids of both sides, the unit's own first), for each clause
`clause`, label, text (for each row of a table `row` and its cells), for each signature
`signature`, side and its lines, and `recipient` (the heading, then each line). The seal is its
SHA-256. `agreement.json` has all of it; the guide (docs/huong-dan/niem-phong.md) recomputes it
from there in ten lines.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from macros.model import (
    Agreement,
    Archive,
    Clause,
    PartialDate,
    Seal,
    Shared,
    SharedClause,
)

FORM = 1
Row = tuple[str, ...]
_BLANK = re.compile(r"\{([A-Za-z][A-Za-z0-9-]*)\}")


@dataclass(frozen=True, slots=True)
class Moved:
    """A piece that is no longer what was sealed.

    `part` is a clause id or, with a point before it, a fact (`.number`); `how` is `changed`,
    `added`, `gone`, `order`, or `seal` where no piece moved but the seal itself was altered.
    The cause stands at `line` of a page, or at `key` of a data file.
    """

    part: str
    how: str
    path: str
    line: int = 1
    key: tuple[str | int, ...] | None = None


def canonical(agreement: Agreement) -> str:
    """The canonical form of a version (see above)."""
    rows: list[Row] = [("quy-che-phoi-hop", str(FORM))]
    rows += [row for _, rows_ in pieces(agreement) for row in rows_]
    return _written(rows)


def digest(agreement: Agreement) -> str:
    """The SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(agreement).encode()).hexdigest()


def sealed(agreement: Agreement, archive: Archive, day: date) -> Seal:
    """A seal of the version as it stands, from `day` on."""
    parts = " ".join(f"{name}={mark}" for name, mark in _marks(agreement, archive).items())
    since = PartialDate(day.year, day.month, day.day)
    return Seal(form=FORM, since=since, sha256=digest(agreement), parts=parts)


def pieces(agreement: Agreement) -> Iterator[tuple[str, list[Row]]]:
    """The canonical form in pieces: for each fact and clause its name and its lines."""
    facts = agreement.facts
    for name, lines in (
        (".issuer", facts.issuer), (".motto", facts.motto), (".title", agreement.page.title),
    ):  # fmt: skip
        yield name, [(name[1:], line) for line in lines]
    for name, part in (
        (".number", facts.number), (".place", facts.place), (".date", facts.date),
        (".issued_by", facts.issued_by),
    ):  # fmt: skip
        yield name, [(name[1:], part.printed)] if part else []
    yield ".sides", [("side", side.value) for side in agreement.sides]
    for clause in agreement.page.clauses:
        yield clause.id, _clause(clause)
    yield ".signatures", [("signature", s.side.value, *s.lines) for s in facts.signatures]
    block = facts.recipients
    lines = (block.heading, *block.lines) if block else ()
    yield ".recipients", [("recipient", line) for line in lines]


def moved(agreement: Agreement, archive: Archive) -> tuple[Moved, ...]:
    """What is no longer as sealed, in the order of the text; empty where the seal holds."""
    seal = agreement.facts.seal
    if seal is None or seal.sha256 == digest(agreement):
        return ()
    was = dict(part.split("=", 1) for part in seal.parts.split() if "=" in part)
    now = _marks(agreement, archive)
    found = [
        Moved(name, "changed" if name in was else "added", *_cause(agreement, archive, name, was))
        for name, mark in now.items()
        if was.get(name, "").partition("-")[0] != mark.partition("-")[0]
    ]
    found += [
        Moved(name, "gone", *_cause(agreement, archive, name, was))
        for name in was
        if name not in now
    ]
    if not found:
        both = zip(was, now, strict=False)
        clause = agreement.page.clause(next((there for here, there in both if here != there), ""))
        if clause:
            found.append(Moved(clause.id, "order", agreement.path, clause.line))
        else:
            key = (*agreement.data_key, "seal")
            found.append(Moved("", "seal", agreement.data_path, 1, key))
    return tuple(found)


def _clause(clause: Clause) -> list[Row]:
    if clause.rows:
        return [("row", *cells) for cells in clause.rows]
    return [("clause", clause.label, clause.text)]


def _written(rows: list[Row]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _marks(agreement: Agreement, archive: Archive) -> dict[str, str]:
    """Of each piece that is printed a short digest; of a shared clause also the page's own
    (its label and the call) and the wording's: `text-page-wording`.
    """
    marks = {name: _short(_written(rows)) for name, rows in pieces(agreement) if rows}
    for clause in agreement.page.clauses:
        if use := clause.shared:
            marks[clause.id] += (
                f"-{_call(clause.label, use)}-{_short(_template(use, archive.shared))}"
            )
    return marks


def _call(label: str, use: Shared) -> str:
    return _short("\t".join((label, use.id, use.wording, *(f"{k}={v}" for k, v in use.blanks))))


def _template(use: Shared, known: Mapping[str, SharedClause]) -> str:
    """The wording as it is written, with its blanks; empty where there is none."""
    wordings = known[use.id].wordings if use.id in known else {}
    return next((text for each, text in wordings.items() if str(each) == use.wording), "")


def _cause(
    agreement: Agreement, archive: Archive, name: str, was: dict[str, str]
) -> tuple[str, int, tuple[str | int, ...] | None]:
    """The file, and the line or key in it, that made a piece what it is now."""
    if name == ".title":
        return agreement.path, 1, None
    if name.startswith("."):
        own = () if name == ".sides" else agreement.data_key
        return agreement.data_path, 1, (*own, name[1:])
    clause = agreement.page.clause(name)
    if clause is None:
        return agreement.path, 1, None
    marks = was.get(name, "").split("-")
    use = clause.shared
    if use is None or len(marks) != 3 or marks[1] != _call(clause.label, use):
        return agreement.path, clause.line, None
    template = _template(use, archive.shared)
    if marks[2] != _short(template):
        return f"data/clauses/{use.id}.yml", 1, ("wordings", use.wording)
    given = {blank for blank, _ in use.blanks}
    terms = {each.lower() for each in _BLANK.findall(template)} - given
    return agreement.data_path, 1, ("terms", *(terms if len(terms) == 1 else ()))
