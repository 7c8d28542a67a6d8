# Bytes of a text or Markdown file → Manuscript.
# Hides: encodings, emphasis marks, tables of bars and of spaces.
# Refuses: to guess an encoding, and to mend or fold words.
"""`read_text`: what a file of plain lines prints, and `decoded`: its characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from unicodedata import normalize

from macros.foreign.columns import Block, Piece, Row, blocks, parted
from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.problem import EditorError

_MOST_LINES = 20_000
_LONGEST = 100_000
_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BOOKMARK = re.compile(r"\[bookmark: [^\[\]\n]{0,200}\]")
_STARS = re.compile(r"\*+")
_BULLET = re.compile(r"\*[ \t]+(?=[^\s*])")
_RULE = re.compile(r"[\s*]*\*[\s*]*")
_GAP = re.compile(r"(?: {4,}|[ ]*\t[ \t]*)")
_BAR_ROW = re.compile(r"\|.*\|")
_BAR_RULE = re.compile(r"[|+][\s|:+=-]*[-=][\s|:+=-]*[|+]?")
_INDENT = 10  # columns from which a line was pushed to the middle or to the right
_LEGACY_NOTE = (
    "Tệp không ở dạng Unicode: có lẽ dùng phông chữ cũ ({}); chữ được giữ như trong tệp, "
    "cần chuyển sang Unicode."
)


# --- bytes to characters -------------------------------------------------------------------------


def decoded(data: bytes, declared: str = "") -> tuple[str, str]:
    """The characters of a file, and a note where it is not Unicode.

    `declared`: the encoding that the file itself names. Refuses what can be read in two ways.
    """
    for mark, name in (
        (b"\xff\xfe\x00\x00", ""),
        (b"\x00\x00\xfe\xff", ""),
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _sure(data, name), ""
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise EditorError(
            f"dòng {line} có byte 00: đây không phải tệp chữ; nếu là UTF-16 thì lưu lại bằng UTF-8"
        )
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        start = error.start
    if declared.lower() in ("utf-8", "utf8"):
        raise _undecodable(data, start)
    return _one_byte(data, start)


def _sure(data: bytes, name: str) -> str:
    try:
        text = data.decode(name or "ascii")
    except UnicodeDecodeError:
        raise EditorError(
            "tệp mang dấu UTF-16 hoặc UTF-32 nhưng không đọc được như vậy: lưu lại bằng UTF-8"
        ) from None
    if "\x00" in text:
        raise EditorError("tệp có ký tự 00: đây không phải tệp chữ; lưu lại bằng UTF-8")
    return text


def _one_byte(data: bytes, start: int) -> tuple[str, str]:
    """Encodings of one byte a letter, where only one of them makes sense of the file."""
    try:
        latin = data.decode("cp1252")
    except UnicodeDecodeError:
        raise _undecodable(data, start) from None
    high = {each for each in data if each > 0x7F}
    if all(each in b"\x82\x84\x85\x91\x92\x93\x94\x96\x97\xa0\xab\xb0\xbb" for each in high):
        return latin, ""
    if windows := _as_cp1258(data):
        return windows, "Tệp ở dạng Windows-1258: đã đọc thành Unicode."
    counts = {
        "TCVN3": len(re.findall(r"®|[A-Za-z][µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË«¬­ª](?![A-ZÀ-Ú])", latin)),
        "VNI": len(re.findall(r"[aeiouyAEIOUYôöÔÖ][øùûõïâêáàåãäéèúüëØÙÛÕÏÂÊÁÀÅÃÄÉÈÚÜË]|ñ", latin)),
    }
    name = max(counts, key=lambda each: counts[each])
    if counts[name] >= 3 and counts[name] > 2 * min(counts.values()):
        return latin, _LEGACY_NOTE.format(name)
    raise _undecodable(data, start)


def _as_cp1258(data: bytes) -> str:
    """The text as Windows-1258, empty unless every letter comes out Vietnamese."""
    try:
        text = normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        return ""
    vietnamese = len(re.findall(r"[\u1ea0-\u1ef9ăđơưĂĐƠƯ]", text))
    strange = len(re.findall(r"[\u0300-\u036f¡-©¬-¯±-º¼-¿×÷ßåæçëïñöøüÿÅÆÇËÏÑÖØÜ]", text))
    return text if vietnamese >= 3 and not strange else ""


def _undecodable(data: bytes, start: int) -> EditorError:
    line = data[:start].count(b"\n") + 1
    found = data[start : start + 6].hex(" ").upper()
    return EditorError(
        f"dòng {line} có các byte {found} không phải UTF-8, và không chắc là bảng mã nào:"
        " mở tệp trong Word hoặc Notepad và lưu lại với bảng mã UTF-8"
    )


# --- text and Markdown ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    """A line of the file without its marks."""

    number: int
    text: str  # white space at its start is kept: it tells columns
    page: int = 0
    bold: bool = False
    italic: bool = False
    level: int = 0
    gap: bool = False
    escaped: bool = False  # a backslash before a mark is Markdown's


@dataclass(slots=True)
class _Found:
    """What reading a file collects beside its lines."""

    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave(self, text: str, number: int, why: str) -> None:
        if text.strip():
            self.left_out.append(LeftOut(text.strip(), f"dòng {number}", why))


def read_text(data: bytes, form: Literal["txt", "md"] = "txt") -> Manuscript:
    """The lines of a text or Markdown file, each a hard one.

    Every character is kept but emphasis stars, bookmarks of Word, bars and rules of tables and, in
    Markdown alone, its marks; what is left out of these and can be read is listed.
    """
    text, note = decoded(data)
    found = _Found(notes=[note] if note else [])
    lines = _lines(text, found)
    if form == "md":
        lines = _without_markdown(lines, found)
    lines = _without_noise(lines, found)
    parts = tuple(_parts(lines))
    if not parts:
        raise EditorError("tệp không có chữ nào")
    return Manuscript(parts, tuple(found.left_out), tuple(found.notes))


def _lines(text: str, found: _Found) -> list[_Line]:
    if text.count("\n") > _MOST_LINES:
        raise _too_long(_MOST_LINES)
    pages = "\x0c" in text
    lines: list[_Line] = []
    page, at = int(pages), 0
    for end in [*_LINE_END.finditer(text), None]:
        piece = text[at : end.start() if end else len(text)]
        number = len(lines) + 1
        for control in sorted(set(_CONTROL.findall(piece))):
            found.leave(f"U+{ord(control):04X}", number, "ký tự điều khiển, không in ra")
        lines.append(_Line(number, _CONTROL.sub("", piece), page))
        if len(piece) > _LONGEST or number > _MOST_LINES:
            raise _too_long(number)
        if end:
            at = end.end()
            page += pages and end[0] == "\x0c"
    return lines


def _too_long(number: int) -> EditorError:
    return EditorError(
        f"dòng {number}: tệp quá dài (nhiều nhất {_MOST_LINES} dòng, mỗi dòng {_LONGEST} ký tự)"
    )


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,500})\]\(([^()\s]{0,500})(?:\s+\"[^\"\n]{0,200}\")?\)")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r"(=|-)\1{2,}\s*")


def _without_markdown(lines: list[_Line], found: _Found) -> list[_Line]:
    """Lines without the marks that only Markdown has: headings, links, escapes, quotes."""
    kept: list[_Line] = []
    for line in _without_front_matter(lines, found):
        text = re.sub(r"^(?: {0,3}> ?)+", "", line.text)
        underline = _UNDERLINE.fullmatch(text)
        if underline and kept and kept[-1].text.strip() and not _bars(kept[-1].text):
            kept[-1].level = 1 if underline[1] == "=" else 2
            found.leave(text, line.number, "dấu đề mục của Markdown")
            line.text = ""
            continue
        if heading := _HEADING.fullmatch(text):
            line.level, text = len(heading[1]), heading[2]
        for link in _LINK.finditer(text):
            what = "hình, không phải chữ" if link[1] else "địa chỉ của liên kết"
            found.leave(link[0] if link[1] else link[3], line.number, what)
        text = _LINK.sub(lambda link: "" if link[1] else link[2], text)
        line.text, line.escaped = re.sub(r"\\$", "", text), True
        kept.append(line)
    return kept


def _without_front_matter(lines: list[_Line], found: _Found) -> list[_Line]:
    if not lines or lines[0].text.rstrip() != "---":
        return lines
    for number, line in enumerate(lines[1:60], 1):
        if line.text.rstrip() in ("---", "..."):
            for each in lines[1:number]:
                found.leave(each.text, each.number, "phần khai báo ở đầu tệp Markdown")
            return lines[number + 1 :]
    return lines


def _without_noise(lines: list[_Line], found: _Found) -> list[_Line]:
    """Lines without bookmarks and stars; `gap` and emphasis are told instead."""
    paragraph: list[_Line] = []
    kept: list[_Line] = []
    gap = False
    for line in lines:
        for mark in _BOOKMARK.findall(line.text):
            found.leave(mark, line.number, "dấu trang của Word")
        line.text = _BOOKMARK.sub("", line.text)
        if _RULE.fullmatch(line.text):
            found.leave(line.text, line.number, "dòng dấu sao")
            line.text = ""
        if line.text.strip():
            line.gap, gap = gap, False
            paragraph.append(line)
        else:
            _emphasise(paragraph)
            paragraph, gap = [], True
        kept.append(line)
    _emphasise(paragraph)
    return kept


def _emphasise(paragraph: list[_Line]) -> None:
    """Takes the stars of emphasis out; a line wholly between them is bold or italic."""
    bold = italic = False
    dressed: list[tuple[str, bool, bool]] = []
    for line in paragraph:
        indent = line.text[: len(line.text) - len(line.text.lstrip())]
        bare = line.text[len(indent) :]
        bullet = match[0] if (match := _BULLET.match(bare)) and not (bold or italic) else ""
        text, all_bold, all_italic = indent + bullet, True, True
        at = len(bullet)
        for stars in [*_STARS.finditer(bare, at), None]:
            piece = bare[at : stars.start() if stars else len(bare)]
            if re.search(r"\w", piece):
                all_bold, all_italic = all_bold and bold, all_italic and italic
            text += piece
            if not stars:
                break
            at = stars.end()
            alone = bare[: stars.start()][-1:].isspace() and bare[at : at + 1].isspace()
            if alone or bare[stars.start() - 1 : stars.start()] == "\\":
                text += stars[0]
                continue
            bold ^= len(stars[0]) in (2, 3)
            italic ^= len(stars[0]) in (1, 3)
        dressed.append((text, all_bold, all_italic))
    for line, (text, all_bold, all_italic) in zip(paragraph, dressed, strict=True):
        line.text = text
        if not (bold or italic):  # every mark was closed
            line.bold, line.italic = all_bold, all_italic


def _parts(lines: list[_Line]) -> Iterator[Printed | Grid]:
    """Paragraphs, tables of bars, and lines whose texts stand side by side."""
    rows = [_row(line) for line in lines]
    found = {block.first: block for block in blocks(rows)}
    at = tables = 0
    while at < len(lines):
        line = lines[at]
        if _bars(line.text) and (after := _bars_end(lines, at)):
            tables += 1
            yield _bar_table(lines[at:after], f"bảng {tables}")
            at = after
        elif rows_after := _tabbed(rows, at):
            tables += 1
            yield _tab_table(lines, rows, at, rows_after, f"bảng {tables}")
            at = rows_after
        elif at in found:
            tables += 1
            yield _side_by_side(lines, found[at], f"bảng {tables}")
            at = found[at].after
        else:
            if line.text.strip():
                yield _printed(line, line.text, indented=True)
            at += 1


def _printed(line: _Line, text: str, *, indented: bool = False, place: str = "") -> Printed:
    bare = _ESCAPED.sub(r"\1", text.strip()) if line.escaped else text.strip()
    indent = len(text.expandtabs()) - len(text.expandtabs().lstrip())
    return Printed(
        text=bare, place=place or f"dòng {line.number}", hard=True, gap=line.gap, bold=line.bold,
        italic=line.italic, level=line.level, page=line.page,
        centred=indented and indent >= _INDENT,
    )  # fmt: skip


def _row(line: _Line) -> Row:
    """The texts of a line that wide gaps part, with the columns where they stand."""
    if not line.text.strip():
        return ()
    pieces: list[Piece] = []
    at, column = 0, 0
    for gap in [*_GAP.finditer(line.text), None]:
        piece = line.text[at : gap.start() if gap else len(line.text)]
        end = column + len(piece)
        if bare := piece.strip():
            start = column + len(piece) - len(piece.lstrip())
            pieces.append(Piece(start, start + len(bare), bare))
        if gap:
            at = gap.end()
            for mark in gap[0]:
                end = end // 8 * 8 + 8 if mark == "\t" else end + 1
            column = end
    row = parted(pieces)
    # What was not parted keeps its own white space.
    return (Piece(row[0].start, row[0].end, line.text.strip()),) if len(row) == 1 else row


def _side_by_side(lines: list[_Line], block: Block, place: str) -> Grid:
    cells = tuple(
        tuple(_printed(lines[number], piece.text) for number, piece in cell) for cell in block.cells
    )
    return Grid(rows=(cells,), place=place)


def _tabbed(rows: list[Row], at: int) -> int:
    """The end of a table whose cells are parted by gaps: three rows or more of equal length."""
    after = at
    while after < len(rows) and len(rows[after]) == len(rows[at]) > 2:
        after += 1
    return after if after - at > 2 or (after > at and len(rows[at]) > 3) else 0


def _tab_table(lines: list[_Line], rows: list[Row], at: int, after: int, place: str) -> Grid:
    return Grid(
        rows=tuple(
            tuple((_printed(lines[number], piece.text),) for piece in rows[number])
            for number in range(at, after)
        ),
        place=place,
    )


def _bars(text: str) -> bool:
    bare = text.strip()
    return bool(_BAR_ROW.fullmatch(bare) or _BAR_RULE.fullmatch(bare))


def _bars_end(lines: list[_Line], at: int) -> int:
    """The end of a table of bars, 0 where its lines hold rules alone."""
    after = at
    while after < len(lines) and _bars(lines[after].text):
        after += 1
    rows = (line.text.strip() for line in lines[at:after])
    return after if any(not _BAR_RULE.fullmatch(row) for row in rows) else 0


def _bar_table(lines: list[_Line], place: str) -> Grid:
    """A table of bars; between the rules of `+---+` several lines are one row."""
    boxed = lines[0].text.strip().startswith("+")
    rows: list[list[list[Printed]]] = []
    open_row = False
    for line in lines:
        bare = line.text.strip()
        if _BAR_RULE.fullmatch(bare):
            open_row = False
            continue
        texts = [each.replace("\\|", "|").strip() for each in re.split(r"(?<!\\)\|", bare[1:-1])]
        if not (boxed and open_row):
            rows.append([])
        open_row = True
        for number, text in enumerate(texts):
            if number == len(rows[-1]):
                rows[-1].append([])
            where = f"{place}, hàng {len(rows)}, ô {number + 1} (dòng {line.number})"
            rows[-1][number] += [
                _printed(line, piece, place=where)
                for piece in re.split(r"<br\s*/?>", text, flags=re.IGNORECASE)
                if piece.strip()
            ]
    cells = tuple(tuple(tuple(cell) for cell in row) for row in rows)
    return Grid(rows=cells, place=place, ruled=True)
