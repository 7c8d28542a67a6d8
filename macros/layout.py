# Agreement → the parts of a printed document, in the order and the dress of Nghị định 30/2020/NĐ-CP.
# Hides: which fact stands where, how deep a clause is set, what a file says of itself.
# Refuses: to know of PDF or Word, and to print what neither page nor facts hold.
"""What the PDF and the Word file of an agreement both print.

Source of the form: Nghị định 30/2020/NĐ-CP, Phụ lục I.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from macros.model import Agreement, Clause, ClauseKind

# How the lines of a text are set, in points and centimetres (Phụ lục I: II, mục 1 to 9).
PAPER_CM = (21.0, 29.7)
MARGINS_CM = {"top": 2.0, "bottom": 2.0, "left": 3.0, "right": 2.0}
INDENT_CM = 1.27
SIZE, SMALL, SMALLEST, TITLE = 14, 13, 11, 14
FONT = "Times New Roman"
# Headings of these stand in the middle, the label on a line of its own (Phụ lục I: II, mục 6).
_CENTRED = re.compile(r"(?:phần|chương|mục|tiểu mục)\b", re.IGNORECASE)


class Dress(StrEnum):
    """How a paragraph of the body is set."""

    BASIS = "basis"  # italic, justified, first line indented
    HEADING = "heading"  # bold; `level` says how deep
    PARAGRAPH = "paragraph"  # justified, first line indented
    TABLE = "table"
    PART = "part"  # the title of a part (a second `#`): centred, bold


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A paragraph of the body: its clause, the label as printed, its dress and depth.

    `level` is that of the page's marks, `depth` the number of headings that a heading stands
    under, itself among them: it begins at 1 and leaves none out, as an outline must.
    `centred`: a heading in the middle, its label on a line of its own.
    """

    id: str
    dress: Dress
    label: str
    text: str
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    depth: int = 0
    centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signature: its lines of power and title, and the name (empty where none is printed)."""

    above: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A document ready to be set; each part is empty where the agreement has none.

    `issuer`, `motto`: the lines of the two cells at the top; `number`, `place_and_date` below them.
    `issuing`: for each line of `issuer` whether it names who issues; the others are superior bodies.
    `section`, `published`, `byline` surround a `report`, which has nothing else but its title.
    `signed`: in printed order, for two or more cells beside each other. `draft`: to be marked so on
    every page. `said`: what the file says of itself at its foot, never part of the text.
    """

    issuer: tuple[str, ...]
    number: str
    motto: tuple[str, ...]
    place_and_date: str
    title: tuple[str, ...]
    issued_by: str
    body: tuple[Set, ...]
    signed: tuple[Signed, ...]
    recipients_heading: str
    recipients: tuple[str, ...]
    report: tuple[str, ...]
    draft: bool
    sample: bool
    said: str
    issuing: tuple[bool, ...] = ()
    section: str = ""
    published: str = ""
    byline: str = ""


def layout_of(agreement: Agreement) -> Layout:
    """The document that an agreement's page and facts print."""
    facts, page, around = agreement.facts, agreement.page, agreement.facts.report
    # The date of a report is quoted from its paragraphs: printed above them it would stand twice.
    place = [each.printed for each in (facts.place, facts.date) if each and not page.report]
    return Layout(
        issuer=facts.issuer,
        issuing=_issuing(agreement),
        number=facts.number.printed if facts.number else "",
        motto=facts.motto,
        place_and_date=" ".join(place),
        title=page.title,
        issued_by=facts.issued_by.printed if facts.issued_by else "",
        body=tuple(_set_all(page.clauses)),
        signed=tuple(
            Signed(
                above=each.lines[:-1] if each.name == each.lines[-1] else each.lines,
                name=each.name if each.name and each.name == each.lines[-1] else "",
            )
            for each in facts.signatures
        ),
        recipients_heading=facts.recipients.heading if facts.recipients else "",
        recipients=facts.recipients.lines if facts.recipients else (),
        report=page.report,
        draft=facts.draft,
        sample=agreement.unit.sample,
        said=_said(agreement),
        section=(around.section or "") if around else "",
        published=around.published.printed if around and around.published else "",
        byline=(around.byline or "") if around else "",
    )


def _issuing(agreement: Agreement) -> tuple[bool, ...]:
    """The last line names an issuer; one before it where it is a name of the unit or of a side.

    A joint text has the names of both at the top, and print does not tell them from a superior.
    """
    unit = agreement.unit
    names = {each.name.casefold() for each in unit.names}
    names |= {name.casefold() for name in unit.sides.values()}
    lines = agreement.facts.issuer
    return tuple(
        line == lines[-1] or any(line.casefold() in name for name in names) for line in lines
    )


def _set_all(clauses: Iterable[Clause]) -> Iterator[Set]:
    open_levels: list[int] = []
    for clause in clauses:
        if clause.level:
            open_levels = [level for level in open_levels if level < clause.level]
            open_levels.append(clause.level)
        yield _set(clause, len(open_levels) if clause.level else 0)


def _set(clause: Clause, depth: int) -> Set:
    dress = Dress.PARAGRAPH
    if clause.kind is ClauseKind.TABLE and clause.rows:
        dress = Dress.TABLE
    elif clause.level == 1:
        dress = Dress.PART
    elif clause.level:
        dress = Dress.HEADING
    elif clause.kind is ClauseKind.BASIS:
        dress = Dress.BASIS
    centred = dress is Dress.HEADING and bool(_CENTRED.match(clause.label))
    return Set(
        id=clause.id, dress=dress, label=clause.label, text=clause.text, level=clause.level,
        rows=clause.rows, depth=depth, centred=centred,
    )  # fmt: skip


def _said(agreement: Agreement) -> str:
    said = []
    if agreement.facts.draft:
        said.append("Bản thảo, chưa ai ký.")
    if agreement.unit.sample:
        said.append("Dữ liệu mẫu: mọi tên, số trong tệp này là đặt ra để minh họa.")
    if not said and agreement.page.report:
        said.append("Bản chép lại một bài báo về văn bản, không phải lời của chính văn bản.")
    return " ".join(said) or "Bản chép lại từ văn bản của đơn vị, không phải bản gốc đã ký."
