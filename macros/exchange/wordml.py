# A row of paragraphs and tables → the bytes of a .docx.
# Hides: WordprocessingML, how it writes tracked changes, the package and its zip.
# Refuses: a character that XML cannot hold, names of people and machines, the clock.
# The package is written here, not filled into a library's template: a handful of small parts,
# stored and never compressed, so the same paragraphs give the same bytes under any zlib.
"""Paragraphs and tables as a Word file.

All dress is in named styles, so a paragraph is its style and its pieces of text, each of which can
be marked as inserted, deleted or moved.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zlib import crc32

from markupsafe import Markup

from macros.problem import EditorError

AUTHOR = "So sánh tự động"
OLDEST = date(1980, 1, 1)  # what a zip can write, and what a file without a date of its own says
# XML cannot hold these, written in any way.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
KEEP = "<w:keepNext/>"  # on one page with what follows


class Mark(StrEnum):
    """What happened to a piece of text or to the end of a paragraph; the value is Word's name."""

    NONE = ""
    INSERTED = "ins"
    DELETED = "del"
    MOVED_FROM = "moveFrom"
    MOVED_TO = "moveTo"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text within a paragraph; a line end in it is a line break."""

    text: str
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph: its style, its text, and what happened to it.

    `mark` is that of its end: without it the paragraph runs into the next one. `was`: its style
    before, where another. `move`: what joins the two places of a moved paragraph. `keep`: on one
    page with what follows.
    """

    style: str
    pieces: tuple[Piece, ...] = ()
    mark: Mark = Mark.NONE
    was: str = ""
    move: str = ""
    keep: bool = False

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


Lines = tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table; no cell is without a paragraph. `head`: it says what the columns are."""

    cells: tuple[Lines, ...]
    mark: Mark = Mark.NONE
    head: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with lines (`ruled`), or cells that only stand beside each other.

    `widths` in twips; `above`: points between a row and what stands above it.
    """

    rows: tuple[Row, ...]
    widths: tuple[int, ...]
    ruled: bool = False
    above: int = 0


Part = Paragraph | Table
Parts = tuple[Part, ...]


def twips(centimetres: float) -> int:
    """Twentieths of a point, in which Word measures."""
    return round(centimetres * 1440 / 2.54)


# --- WordprocessingML ---

_NS = "http://schemas.openxmlformats.org/"
W = f'xmlns:w="{_NS}wordprocessingml/2006/main"'
_R = f'xmlns:r="{_NS}officeDocument/2006/relationships"'
_V = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
_BREAKS = {"\n": "<w:br/>", "\t": "<w:tab/>"}


def _escaped(text: str) -> str:
    if found := _ILLEGAL.search(text):
        near = _ILLEGAL.sub("□", text)[max(0, found.start() - 20) : found.end() + 20]
        raise EditorError(
            f'không ghi được tệp Word: ở "{near}" có ký tự U+{ord(found[0]):04X}, tệp Word không'
            " chứa được; hãy xóa ký tự đó trong bài hoặc trong dữ liệu"
        )
    return str(Markup.escape(text))


def _letters(text: str, tag: str) -> str:
    """A run's content: text, line breaks and tabs."""
    return "".join(
        _BREAKS.get(part) or f'<w:{tag} xml:space="preserve">{_escaped(part)}</w:{tag}>'
        for part in re.split("([\n\t])", text)
        if part
    )


class _Writer:
    """Writes parts; gives each tracked change its number."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.count = 0
        self.paragraphs = 0

    def tracked(self, more: str = "") -> str:
        """The attributes of one change.

        The hour is another one from paragraph to paragraph: LibreOffice makes one change of two of
        the same minute, and takes the end of the paragraph between them with it.
        """
        self.count += 1
        hour = self.paragraphs % 2
        return f'w:id="{self.count}" w:author="{AUTHOR}" w:date="{self.day}T0{hour}:00:00Z"{more}'

    def part(self, part: Part) -> str:
        return self.table(part) if isinstance(part, Table) else self.paragraph(part)

    def paragraph(self, paragraph: Paragraph) -> str:
        self.paragraphs += 1
        mark = f"<w:rPr><w:{paragraph.mark} {self.tracked()}/></w:rPr>" if paragraph.mark else ""
        was = ""
        if paragraph.was:
            style = f'<w:pPr><w:pStyle w:val="{paragraph.was}"/></w:pPr>'
            was = f"<w:pPrChange {self.tracked()}>{style}</w:pPrChange>"
        keep = KEEP if paragraph.keep else ""
        head = f'<w:pPr><w:pStyle w:val="{paragraph.style}"/>{keep}{mark}{was}</w:pPr>'
        opened, closed = self.range(paragraph) if paragraph.move else ("", "")
        runs = "".join(self.piece(piece) for piece in paragraph.pieces if piece.text)
        return f"<w:p>{head}{opened}{runs}</w:p>{closed}"

    def range(self, paragraph: Paragraph) -> tuple[str, str]:
        """Where one of the two places of a move begins and ends."""
        name = f' w:name="{paragraph.move}"'
        opened = f"<w:{paragraph.mark}RangeStart {self.tracked(name)}/>"
        return opened, f'<w:{paragraph.mark}RangeEnd w:id="{self.count}"/>'

    def piece(self, piece: Piece) -> str:
        tag = "delText" if piece.mark is Mark.DELETED else "t"
        run = f"<w:r>{_letters(piece.text, tag)}</w:r>"
        return f"<w:{piece.mark} {self.tracked()}>{run}</w:{piece.mark}>" if piece.mark else run

    def table(self, table: Table) -> str:
        border = 'w:val="single" w:sz="4" w:space="0" w:color="auto"'
        sides = "top left bottom right insideH insideV".split() if table.ruled else ()
        borders = "".join(f"<w:{side} {border}/>" for side in sides)
        beside = 100 * table.ruled
        free = {"top": table.above * 20, "left": beside, "right": beside}
        cells = "".join(f'<w:{s} w:w="{n}" w:type="dxa"/>' for s, n in free.items())
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in table.widths)
        rows = "".join(self.row(row, table.widths) for row in table.rows)
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(table.widths)}" w:type="dxa"/>'
            f"{f'<w:tblBorders>{borders}</w:tblBorders>' if borders else ''}"
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{cells}</w:tblCellMar></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )

    def row(self, row: Row, widths: Sequence[int]) -> str:
        mark = f"<w:{row.mark} {self.tracked()}/>" if row.mark else ""
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
            f"{''.join(self.paragraph(line) for line in cell)}</w:tc>"
            for cell, width in zip(row.cells, widths, strict=True)
        )
        head = "<w:tblHeader/>" if row.head else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{head}{mark}</w:trPr>{cells}</w:tr>"


def _apart(parts: Iterable[Part]) -> Iterator[Part]:
    """Word joins tables that touch, so a lasting paragraph stands between any two; and one ends."""
    tight = Paragraph(style="Tight")
    touching = False
    for part in parts:
        if isinstance(part, Table):
            if touching:
                yield tight
            touching = True
        elif not part.mark:
            touching = False
        yield part
    yield tight


def _section(page: str) -> str:
    references = "".join(
        f'<w:{part}Reference w:type="{kind}" r:id="{part}-{kind}"/>'
        for part in ("header", "footer")
        for kind in ("default", "first")
    )
    return f"<w:sectPr>{references}{page}<w:titlePg/></w:sectPr>"


def _watermark(mark: str) -> str:
    """Pale letters across the page, in the way that Word writes them; not part of the text."""
    width = min(460, 38 * len(mark))
    style = (
        f"position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:90pt;rotation:315;"
        "z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    return (
        '<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
        ' path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="none"/><v:textpath on="t" fitshape="t"/>'
        f'</v:shapetype><v:shape id="WaterMark" type="#_x0000_t136" alt="{mark}" style="{style}"'
        ' o:allowincell="f" fillcolor="#d9d9d9" stroked="f"><v:fill opacity=".5"/>'
        f'<v:textpath style="font-family:&quot;Times New Roman&quot;;font-size:1pt" string="{mark}"/>'
        "</v:shape></w:pict></w:r>"
    )


def _header(mark: str, *, numbered: bool) -> str:
    number = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>2</w:t></w:r></w:fldSimple>'
    line = f'<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{number if numbered else ""}</w:p>'
    if mark:
        line += (
            f'<w:p><w:pPr><w:pStyle w:val="HeaderMark"/></w:pPr>{_watermark(mark)}'
            f"<w:r><w:t>{mark}</w:t></w:r></w:p>"
        )
    return f"<w:hdr {W} {_R} {_V}>{line}</w:hdr>"


def _settings() -> str:
    word = "http://schemas.microsoft.com/office/word"
    return (
        f'<w:settings {W}><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
        f'<w:compatSetting w:name="compatibilityMode" w:uri="{word}" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="vi-VN"/><w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/>'
        "</w:settings>"
    )


# --- the package ---


def package(
    parts: Iterable[Part], *, styles: str, page: str, title: str, said: str, marks: str, day: date
) -> bytes:
    """A .docx of these parts, with its styles and the paper's size and margins.

    `title` is that of the file, `said` stands at the foot of each page, `marks` at its head; `day`
    is that of the file and of its tracked changes.
    """
    writer = _Writer(day)
    body = "".join(writer.part(part) for part in _apart(parts))
    foot = f'<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r>{_letters(said, "t")}</w:r></w:p>'
    footer = f"<w:ftr {W}>{foot}</w:ftr>"
    word = {
        "document": f"<w:document {W} {_R}><w:body>{body}{_section(page)}</w:body></w:document>",
        "styles": styles,
        "settings": _settings(),
        "header-default": _header(marks, numbered=True),
        "header-first": _header(marks, numbered=False),
        "footer-default": footer,
        "footer-first": footer,
    }
    files = {
        "[Content_Types].xml": _content_types(word),
        "_rels/.rels": _relations(
            ("document", f"{_NS}officeDocument/2006/relationships/officeDocument", "word/document"),
            ("core", f"{_NS}package/2006/relationships/metadata/core-properties", "docProps/core"),
        ),
        "docProps/core.xml": _core(title, day),
        **{f"word/{name}.xml": content for name, content in word.items()},
        "word/_rels/document.xml.rels": _relations(
            *(
                (name, f"{_NS}officeDocument/2006/relationships/{name.partition('-')[0]}", name)
                for name in word
                if name != "document"
            )
        ),
    }
    declared = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return _stored((name, f"{declared}{content}".encode()) for name, content in files.items())


def _content_types(word: Iterable[str]) -> str:
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    kinds = {name: name.partition("-")[0] for name in word}
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{office}.'
        f'{"document.main" if kind == "document" else kind}+xml"/>'
        for name, kind in kinds.items()
    )
    package_ = "application/vnd.openxmlformats-package"
    return (
        f'<Types xmlns="{_NS}package/2006/content-types"><Default Extension="rels"'
        f' ContentType="{package_}.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{package_}.core-properties+xml"/>'
        f"{overrides}</Types>"
    )


def _relations(*rows: tuple[str, str, str]) -> str:
    written = "".join(
        f'<Relationship Id="{name}" Type="{kind}" Target="{target}.xml"/>'
        for name, kind, target in rows
    )
    return f'<Relationships xmlns="{_NS}package/2006/relationships">{written}</Relationships>'


def _core(title: str, day: date) -> str:
    stamps = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{day.isoformat()}T00:00:00Z</dcterms:{name}>'
        for name in ("created", "modified")
    )
    return (
        f'<cp:coreProperties xmlns:cp="{_NS}package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_escaped(title)}</dc:title><dc:creator></dc:creator>"
        f"<cp:lastModifiedBy></cp:lastModifiedBy>{stamps}<dc:language>vi-VN</dc:language>"
        "</cp:coreProperties>"
    )


def _stored(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip whose entries lie as they are, all of one day."""
    day = ((OLDEST.year - 1980) << 9) | (OLDEST.month << 5) | OLDEST.day
    body, index, count = b"", b"", 0
    for name, data in files:
        raw = name.encode("ascii")
        # version 2.0, no flags, stored, midnight, day, checksum, two sizes, length of the name
        entry = struct.pack(
            "<5H3L2H", 20, 0, 0, 0, day, crc32(data), len(data), len(data), len(raw), 0
        )
        index += struct.pack("<4s2B", b"PK\x01\x02", 20, 0) + entry
        index += struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + raw
        body += b"PK\x03\x04" + entry + raw + data
        count += 1
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(index), len(body), 0
    )  # one disk
    return body + index + end
