# Bytes of a PDF with a text layer → Manuscript.
# Hides: columns, ruled tables, running heads and page numbers, where paragraphs begin.
# Refuses: scans, and fonts that do not say which letters they draw. Nothing is recognised.
"""`read_pdf`: the printed lines of a PDF, as far as its text layer has them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from macros.foreign.columns import Block, Piece, Row, blocks, parted
from macros.foreign.pdfwords import Letters, Line, Page, Table, Word, pages_of
from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.problem import EditorError

_WIDE = 1.6  # a gap of so many letter heights may part columns
_COUNTER = re.compile(
    r"[-–—\s]*(?:trang\s*)?(?:\d{1,4}|(?-i:[ivxl]{1,7}))(?:\s*(?:/|trên|of)\s*\d{1,4})?[-–—\s]*",
    re.IGNORECASE,
)


def read_pdf(data: bytes) -> Manuscript:
    """The lines of a PDF in the order of print, texts side by side and ruled tables as grids."""
    letters = Letters()
    pages = list(pages_of(data, letters))
    _check_letters(pages, letters.unsure)
    left_out: list[LeftOut] = []
    running = _running(pages)
    parts: list[Printed | Grid] = []
    tables = 0
    margin = _margins(pages)
    for page in pages:
        kept: list[Line] = []
        for line in page.lines:
            why = _outside_text(line, page, running)
            if why:
                left_out.append(LeftOut(line.text, f"trang {page.number}", why))
            else:
                kept.append(line)
        for part in _parts(replace(page, lines=tuple(kept)), margin, tables):
            tables += isinstance(part, Grid)
            parts.append(part)
    notes = [
        f"trang {page.number} không có chữ nào: nếu là ảnh quét thì nội dung trang ấy chưa được đọc"
        for page in pages
        if not page.lines
    ]
    return Manuscript(tuple(parts), tuple(left_out), tuple(notes))


# --- what is not the text ------------------------------------------------------------------------


def _check_letters(pages: list[Page], unsure: int) -> None:
    letters = Counter(
        "strange" if "\ue000" <= each <= "\uf8ff" or each < " " or each == "\ufffd" else "plain"
        for page in pages
        for line in page.lines
        for each in line.text
        if each != " "
    )
    if letters.total() < 4 * len(pages):
        raise EditorError(
            "tệp PDF chỉ có ảnh quét, không có chữ để đọc: cần bản Word,"
            " hoặc nhận dạng chữ (OCR) trước"
        )
    if max(letters["strange"], unsure) > 0.1 * letters.total():
        raise EditorError(
            "tệp PDF dùng phông chữ không ghi chữ nào là chữ nào nên không đọc được:"
            " cần bản Word, hoặc nhận dạng chữ (OCR) trước"
        )


def _edge(line: Line, page: Page) -> str:
    """Whether a line is the first or the last of its page, near the edge of the paper."""
    if line is page.lines[0] and line.base > 0.88 * page.height:
        return "top"
    if line is page.lines[-1] and line.base < 0.12 * page.height:
        return "bottom"
    near = line in page.lines[:2] and line.base > 0.93 * page.height
    below = line in page.lines[-2:] and line.base < 0.08 * page.height
    return "top" if near else "bottom" if below else ""


def _apart(line: Line, page: Page) -> bool:
    """Whether there is more room to the other lines than within a text."""
    others = [abs(each.base - line.base) for each in page.lines if each is not line]
    return min(others, default=99.0) > 1.6 * line.size


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "0", line.text)


def _running(pages: list[Page]) -> set[tuple[str, str]]:
    """Texts at one edge of three pages or more, numbers aside."""
    seen: dict[tuple[str, str], set[int]] = defaultdict(set)
    for page in pages:
        for line in page.lines[:2] + page.lines[-2:]:
            if (edge := _edge(line, page)) and _apart(line, page):
                seen[edge, _pattern(line)].add(page.number)
    return {key for key, numbers in seen.items() if len(numbers) > max(2, len(pages) / 3)}


def _outside_text(line: Line, page: Page, running: set[tuple[str, str]]) -> str:
    edge = _edge(line, page)
    if not edge:
        return ""
    if _COUNTER.fullmatch(line.text) and len(page.lines) > 1:
        return "số trang"
    if (edge, _pattern(line)) in running and _apart(line, page):
        return "đầu trang lặp lại" if edge == "top" else "chân trang lặp lại"
    return ""


# --- lines to parts ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Margins:
    """Where full lines begin and end, and how far lines stand apart within a paragraph."""

    left: float
    right: float
    pitch: float


def _margins(pages: list[Page]) -> _Margins:
    lines = [line for page in pages for line in page.lines]
    long = sorted(lines, key=lambda line: line.left - line.right)[: max(1, len(lines) // 2)]
    lefts = Counter(round(line.left) for line in long)
    gaps = [
        above.base - below.base
        for page in pages
        for above, below in pairwise(page.lines)
        if above.base - below.base > 1
    ]
    return _Margins(
        left=lefts.most_common(1)[0][0],
        right=max(line.right for line in long),
        pitch=sorted(gaps)[len(gaps) // 3] if gaps else 16.0,
    )


def _parts(page: Page, margins: _Margins, tables: int) -> Iterator[Printed | Grid]:
    """The parts of one page: tables at their place, columns as grids, other lines as they are."""
    inside: dict[int, list[Line]] = defaultdict(list)
    outside: list[tuple[Line, int]] = []  # a line, and how many tables end above it
    for line in page.lines:
        holder = next((n for n, table in enumerate(page.tables) if table.cell(line.words[0])), None)
        if holder is None:
            outside.append((line, len(inside)))
        else:
            inside[holder].append(line)
    holders = list(inside)
    for passed in range(len(holders) + 1):
        for part in _loose([line for line, n in outside if n == passed], margins, tables):
            tables += isinstance(part, Grid)
            yield part
        if passed < len(holders):
            tables += 1
            holder = holders[passed]
            yield _ruled(page.tables[holder], inside[holder], f"bảng {tables}")


def _ruled(table: Table, lines: list[Line], place: str) -> Grid:
    rows: list[list[list[Printed]]] = [[[] for _ in table.across[1:]] for _ in table.down[1:]]
    for line in lines:
        by_column: dict[tuple[int, int], list[Word]] = defaultdict(list)
        where = (0, 0)
        for word in line.words:
            where = table.cell(word) or where
            by_column[where].append(word)
        for (row, column), words in by_column.items():
            printed = _printed(Line(tuple(words), line.page), gap=False, centred=False)
            at = f"{place}, hàng {row + 1}, ô {column + 1}"
            rows[row][column].append(replace(printed, place=at))
    full = [row for row in rows if any(row)]
    cells = tuple(tuple(tuple(cell) for cell in row) for row in full)
    return Grid(rows=cells, place=place, ruled=True)


def _loose(lines: list[Line], margins: _Margins, tables: int) -> Iterator[Printed | Grid]:
    rows: list[Row] = []
    of: list[int] = []  # which line a row is, -1 for an empty one
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else None
        empty = int((above.base - line.base) / margins.pitch - 0.5) if above else 0
        for _ in range(min(max(empty, 0), 20)):
            rows.append(())
            of.append(-1)
        rows.append(_row(line))
        of.append(number)
    found = {block.first: block for block in blocks(rows)}
    at = 0
    while at < len(rows):
        if block := found.get(at):
            tables += 1
            yield _side_by_side(block, [lines[each] for each in of], f"bảng {tables}")
            at = block.after
            continue
        if of[at] >= 0:
            above = lines[of[at] - 1] if of[at] else None
            line = lines[of[at]]
            yield _printed(line, gap=_begins(line, above, margins), centred=_centred(line, margins))
        at += 1


def _row(line: Line) -> Row:
    """The texts of a line that wide gaps part; even gaps are those of stretched text."""
    gaps = [b.left - a.right for a, b in pairwise(line.words)]
    least = _WIDE * line.size
    wide = [gap for gap in gaps if gap > least]
    usual = max([gap for gap in gaps if gap <= least], default=0)
    pieces: list[list[Word]] = [[line.words[0]]]
    for gap, word in zip(gaps, line.words[1:], strict=True):
        if gap > least and len(wide) < 4 and gap > 2 * usual:
            pieces.append([word])
        else:
            pieces[-1].append(word)
    return parted(
        [
            Piece(each[0].left, each[-1].right, " ".join(word.text for word in each))
            for each in pieces
        ]
    )


def _side_by_side(block: Block, lines: list[Line], place: str) -> Grid:
    """One row of cells; `lines` has the line of each row of the block's rows."""
    cells = []
    for cell in block.cells:
        printed = []
        for number, piece in cell:
            line = lines[number]
            words = tuple(word for word in line.words if piece.start <= word.left <= piece.end)
            one = _printed(replace(line, words=words or line.words), gap=False, centred=True)
            printed.append(replace(one, text=piece.text))
        cells.append(tuple(printed))
    return Grid(rows=(tuple(cells),), place=place)


def _begins(line: Line, above: Line | None, margins: _Margins) -> bool:
    """Whether a paragraph begins: more room above, or a first line that is set in."""
    if above is None:
        return line.left > margins.left + 8
    if above.base - line.base > 1.25 * margins.pitch:
        return True
    if above.right > margins.right - 25 and any(
        abs(word.left - line.left) < 3 for word in above.words[1:4]
    ):
        return False  # under the words after a label, which hangs out
    return line.left > margins.left + 8 and line.left > above.left + 8


def _centred(line: Line, margins: _Margins) -> bool:
    left, right = line.left - margins.left, margins.right - line.right
    return left > 25 and right > 25 and abs(left - right) < 12


def _printed(line: Line, *, gap: bool, centred: bool) -> Printed:
    lettered = [word for word in line.words if any(map(str.isalnum, word.text))] or line.words
    return Printed(
        text=line.text, place=f"trang {line.page}", hard=True, gap=gap, centred=centred,
        bold=all(word.bold for word in lettered), italic=all(word.italic for word in lettered),
        page=line.page,
    )  # fmt: skip
