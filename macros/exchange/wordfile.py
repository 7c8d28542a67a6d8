# Agreement → .docx in the form of Nghị định 30/2020/NĐ-CP.
# Hides: which style dresses which part of a document, and what stands beside what.
# Refuses: automatic numbers (a label is text, as printed).
"""The Word file of an agreement, and the blocks of which `revisions` makes one with changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeGuard

from macros.exchange.wordml import (
    KEEP,
    OLDEST,
    Lines,
    Paragraph,
    Part,
    Parts,
    Piece,
    Row,
    Table,
    W,
    twips,
)
from macros.exchange.wordml import package as package_of
from macros.layout import (
    FONT,
    INDENT_CM,
    MARGINS_CM,
    PAPER_CM,
    SIZE,
    SMALL,
    SMALLEST,
    TITLE,
    Dress,
    Layout,
    Set,
    Signed,
    layout_of,
)
from macros.model import Agreement

_DEEPEST = 6
_RECIPIENTS_CM = 5.2
_HEAD_CM = (6.8, 9.2)  # the Quốc hiệu at 12 points is 8.9 cm wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """A document by what belongs together, in the order of print; `body` by clauses, each of which
    begins with its own paragraph or ends with its table.
    """

    head: Table | None
    title: Lines
    body: tuple[Parts, ...]
    end: Table | None
    after: Lines

    @property
    def parts(self) -> Parts:
        head, end = ((each,) if each else () for each in (self.head, self.end))
        body = (part for parts in self.body for part in parts)
        return (*head, *self.title, *body, *end, *self.after)


def agreement_docx(agreement: Agreement) -> bytes:
    """The Word file of an agreement; the same bytes whenever and wherever it is made.

    EditorError where a text has a character that no Word file can hold.
    """
    layout = layout_of(agreement)
    return package(
        blocks_of(layout).parts,
        title=" ".join(layout.title), said=layout.said, marks=marks_of(layout),
        day=day_of(agreement),
    )  # fmt: skip


def package(parts: Iterable[Part], *, title: str, said: str, marks: str, day: date) -> bytes:
    """A .docx of these parts, dressed as an agreement is (see `wordml.package`)."""
    return package_of(
        parts, styles=_styles(), page=_page(), title=title, said=said, marks=marks, day=day
    )


def day_of(agreement: Agreement) -> date:
    """The day that stands in the file: the agreement's own, never that on which it was made."""
    own = agreement.facts.date
    return max(own.value.first, OLDEST) if own and own.value else OLDEST


def marks_of(layout: Layout) -> str:
    """What stands on every page of a document that must not be taken for a signed one."""
    marks = ("DỮ LIỆU MẪU" if layout.sample else "", "BẢN THẢO" if layout.draft else "")
    return " – ".join(mark for mark in marks if mark)


# --- an agreement's parts ---


def blocks_of(layout: Layout) -> Blocks:
    """The document that a layout describes."""
    if layout.report:
        return _report(layout)
    parts = [each.id for each in layout.body if each.dress is Dress.PART]
    issued = _maybe("IssuedBy", layout.issued_by)
    body = [_clause(each, issued if each.id in parts[-1:] else ()) for each in layout.body]
    if body and layout.signed and layout.body[-1].dress in (Dress.BASIS, Dress.PARAGRAPH):
        # Signatures never stand alone on a page: what they sign goes with them.
        body[-1] = tuple(replace(part, keep=True) for part in body[-1] if _is_line(part))
    beside = _fit(layout)
    recipients = _recipients(layout)
    return Blocks(
        head=_head(layout),
        title=_title(layout.title, () if parts else issued),
        body=tuple(body),
        end=_end(layout.signed, recipients if beside else ()),
        after=() if beside else recipients,
    )


def begun(each: Set) -> str:
    """What stands before a clause's words: its label, and a space or, in a Chương, a line end."""
    if not (each.label and each.text):
        return each.label
    return each.label + ("\n" if each.centred else " ")


def _clause(each: Set, issued: Lines) -> Parts:
    """A clause as paragraphs and tables; `issued` stands under the title of a part."""
    if each.dress is Dress.TABLE:
        return (*_maybe("BodyText", each.label), _table(each.rows))
    style = {Dress.BASIS: "Basis", Dress.PART: "Part"}.get(each.dress, "BodyText")
    if each.dress is Dress.HEADING:
        style = f"{'Centred' if each.centred else 'Heading'}{min(each.depth, _DEEPEST)}"
    own = _line(style, begun(each) + each.text)
    return (own, *issued, _line("TitleRule", "")) if each.dress is Dress.PART else (own,)


def _is_line(part: Part) -> TypeGuard[Paragraph]:
    return isinstance(part, Paragraph)


def _table(rows: Sequence[Sequence[str]]) -> Table:
    """A table with lines; its first row says what the columns are."""
    columns = max((len(row) for row in rows), default=1)
    longest = [max([6, *(len(row[n]) for row in rows if n < len(row))]) for n in range(columns)]
    weights = [min(each, 60) for each in longest]
    width = twips(_text_width())
    return Table(
        rows=tuple(
            Row(
                cells=tuple(
                    (_line("Cell" if number else "CellHead", row[n] if n < len(row) else ""),)
                    for n in range(columns)
                ),
                head=not number,
            )
            for number, row in enumerate(rows)
        ),
        widths=tuple(width * each // sum(weights) for each in weights),
        ruled=True,
    )


def _line(style: str, text: str) -> Paragraph:
    return Paragraph(style=style, pieces=(Piece(text),) if text else ())


def _lined(style: str, texts: Iterable[str]) -> Lines:
    return tuple(_line(style, text) for text in texts)


def _maybe(style: str, text: str) -> Lines:
    return _lined(style, (text,) if text else ())


def _head(layout: Layout) -> Table | None:
    """Issuer and motto, below them number, place and date: each row is level on both sides."""
    styles = ("Issuer" if own else "Superior" for own in layout.issuing)
    left = tuple(_line(*each) for each in zip(styles, layout.issuer, strict=True))
    right = (*_lined("Country", layout.motto[:1]), *_lined("Motto", layout.motto[1:]))
    left += (_line("IssuerRule", ""),) if left else ()
    right += (_line("MottoRule", ""),) if right else ()
    below = _maybe("Number", layout.number), _maybe("PlaceAndDate", layout.place_and_date)
    if not (left or right or any(below)):
        return None
    return _side_by_side(((left, right), below), _HEAD_CM)


def _title(title: Sequence[str], issued: Lines) -> Lines:
    lines = (*_lined("Title", title), *issued)
    return (*lines, _line("TitleRule", "")) if lines else ()


def _end(signed: Sequence[Signed], recipients: Lines) -> Table | None:
    """The signatures in printed order; the recipients, if any, level with them at the left."""
    tallest = max((len(each.above) for each in signed), default=0)
    cells = [
        (
            *_lined("Power", each.above),
            # The names stand on one line, whatever stands above them.
            *_lined("Power", [""] * (tallest - len(each.above) if each.name else 0)),
            *_maybe("SignedName", each.name),
        )
        for each in signed
    ]
    if not cells:
        return None
    if recipients:
        share = (_text_width() - _RECIPIENTS_CM) / len(cells)
        widths = [_RECIPIENTS_CM, *[share] * len(cells)]
        return _side_by_side(((recipients, *cells),), widths, above=12)
    columns = min(len(cells), 2)
    rows = [cells[n : n + columns] for n in range(0, len(cells), columns)]
    rows[-1] += [()] * (columns - len(rows[-1]))
    return _side_by_side(rows, [_text_width() / columns] * columns, above=12)


def _fit(layout: Layout) -> bool:
    """Whether the recipients find room beside the signatures."""
    signed = layout.signed
    needed = sum(max(map(_width_cm, (*each.above, each.name))) for each in signed)
    return bool(signed) and (len(signed) == 1 or needed + _RECIPIENTS_CM <= _text_width())


def _width_cm(text: str) -> float:
    """About how wide a signature's line is: bold, most of it capitals."""
    return sum(0.33 if char.isupper() else 0.24 for char in text)


def _recipients(layout: Layout) -> Lines:
    heading = _maybe("RecipientsHeading", layout.recipients_heading)
    return (*heading, *_lined("Recipient", layout.recipients))


def _report(layout: Layout) -> Blocks:
    """A report about an agreement, and what surrounds it."""
    return Blocks(
        head=None,
        title=(
            *_maybe("Around", layout.section),
            *_lined("Title", layout.title),
            _line("TitleRule", ""),
            *_maybe("Around", layout.published),
        ),
        body=tuple((line,) for line in _lined("BodyText", layout.report)),
        end=None,
        after=_maybe("Byline", layout.byline),
    )


def _side_by_side(
    rows: Sequence[Sequence[Lines]], widths_cm: Sequence[float], above: int = 0
) -> Table:
    return Table(
        rows=tuple(
            Row(cells=tuple(cell or (Paragraph(style="Tight"),) for cell in row)) for row in rows
        ),
        widths=tuple(twips(width) for width in widths_cm),
        above=above,
    )


def _text_width() -> float:
    return PAPER_CM[0] - MARGINS_CM["left"] - MARGINS_CM["right"]


# --- styles ---

_BOLD, _ITALIC = "<w:b/>", "<w:i/>"
_FIRST = f'<w:ind w:firstLine="{twips(INDENT_CM)}"/>'
_CENTRE = '<w:jc w:val="center"/>'


def _space(before: int = 0, after: int = 0, line: int = 240) -> str:
    """Points before and after; `line` in 240ths of a line."""
    return f'<w:spacing w:before="{before * 20}" w:after="{after * 20}" w:line="{line}" w:lineRule="auto"/>'


def _rule(free: float, after: int) -> str:
    """A paragraph that is only a line, with the centimetres that are free at either side."""
    border = '<w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="auto"/></w:pBdr>'
    space = f'<w:spacing w:before="60" w:after="{after * 20}" w:line="60" w:lineRule="exact"/>'
    return f'{border}{space}<w:ind w:left="{twips(free)}" w:right="{twips(free)}"/>'


def _size(points: float) -> str:
    return f'<w:sz w:val="{points * 2:g}"/><w:szCs w:val="{points * 2:g}"/>'


_TEXT = f'{_space(after=6, line=264)}{_FIRST}<w:jc w:val="both"/>'
# id, name, style that it is based on, its paragraph (in the order of CT_PPr), its letters
_STYLES: tuple[tuple[str, str, str, str, str], ...] = (
    ("BodyText", "Body Text", "", _TEXT, ""),
    ("Basis", "Căn cứ", "BodyText", "", _ITALIC),
    ("Title", "Title", "", KEEP + _space(after=2) + _CENTRE, _BOLD + _size(TITLE)),
    ("IssuedBy", "Ban hành kèm", "", KEEP + _space(before=4) + _CENTRE, _ITALIC),
    ("TitleRule", "Gạch dưới tiêu đề", "", _rule(_text_width() / 2 - 1.5, 12), _size(1)),
    (
        "Part", "Phần văn bản", "",
        f'{KEEP}<w:pageBreakBefore/>{_space(after=12)}{_CENTRE}<w:outlineLvl w:val="0"/>',
        _BOLD + _size(TITLE),
    ),
    ("Superior", "Cơ quan cấp trên", "", _CENTRE, _size(12)),
    ("Issuer", "Cơ quan ban hành", "", _CENTRE, _BOLD + _size(12)),
    ("IssuerRule", "Gạch dưới cơ quan", "", _rule(_HEAD_CM[0] / 3, 4), _size(1)),
    ("Country", "Quốc hiệu", "", _CENTRE, _BOLD + _size(12)),
    ("Motto", "Tiêu ngữ", "", _CENTRE, _BOLD + _size(13)),
    ("MottoRule", "Gạch dưới tiêu ngữ", "", _rule(1.8, 4), _size(1)),
    ("Number", "Số, ký hiệu", "", _space(after=18) + _CENTRE, _size(SMALL)),
    ("PlaceAndDate", "Địa danh, ngày", "", _space(after=18) + _CENTRE, _ITALIC + _size(SIZE)),
    ("Power", "Quyền hạn, chức vụ", "", KEEP + _CENTRE, _BOLD + _size(SMALL)),
    ("SignedName", "Họ tên người ký", "", KEEP + _space(before=64) + _CENTRE, _BOLD + _size(SIZE)),
    ("RecipientsHeading", "Nơi nhận", "", KEEP, _BOLD + _ITALIC + _size(12)),
    ("Recipient", "Dòng nơi nhận", "", KEEP, _size(SMALLEST)),
    ("Cell", "Ô bảng", "", _space(before=2, after=2), _size(SMALL)),
    ("CellHead", "Đầu bảng", "Cell", KEEP + _CENTRE, _BOLD),
    ("Around", "Quanh bài", "", _space(after=6) + _CENTRE, _ITALIC + _size(SMALL)),
    ("Byline", "Tác giả", "", _space(before=6) + '<w:jc w:val="right"/>', _BOLD),
    ("Tight", "Dòng trống", "", '<w:spacing w:line="20" w:lineRule="exact"/>', _size(1)),
    ("Header", "header", "", _CENTRE, _size(SMALL)),
    ("HeaderMark", "Dấu trên trang", "", '<w:jc w:val="right"/>', _BOLD + _size(9)),
    ("Footer", "footer", "", _CENTRE, _ITALIC + '<w:color w:val="595959"/>' + _size(9)),
)  # fmt: skip


def _styles() -> str:
    font = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
    defaults = f'{font}{_size(SIZE)}<w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/>'
    headings = []
    for level in range(1, _DEEPEST + 1):
        outline = f'<w:outlineLvl w:val="{level - 1}"/>'
        own = f"{KEEP}{_space(before=6, after=6)}{_FIRST}{outline}"
        headings.append((f"Heading{level}", f"heading {level}", "", own, _BOLD))
        middle = f'<w:ind w:firstLine="0"/>{_CENTRE}'
        headings.append((f"Centred{level}", f"Chương {level}", f"Heading{level}", middle, ""))
    written = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based or "Normal"}"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
        for style, name, based, paragraph, letters in (*headings, *_STYLES)
    )
    return (
        f"<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr>{defaults}</w:rPr></w:rPrDefault>"
        f"<w:pPrDefault><w:pPr>{_space()}</w:pPr></w:pPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/></w:style>{written}"
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
        '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>'
        '<w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style></w:styles>'
    )


def _page() -> str:
    width, height = (twips(each) for each in PAPER_CM)
    margins = " ".join(f'w:{side}="{twips(cm)}"' for side, cm in MARGINS_CM.items())
    return (
        f'<w:pgSz w:w="{width}" w:h="{height}"/>'
        f'<w:pgMar {margins} w:header="{twips(0.8)}" w:footer="{twips(0.9)}" w:gutter="0"/>'
    )
