# Texts that stand side by side on one line, as letterheads and signatures do.
# Hides: which gaps part columns and which are blanks to fill in, and how far such a block goes.
# Refuses: to know of files, pages or units of length: pieces have a start and an end, no more.
"""Rows of pieces with their places from left to right → blocks of columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_MOST = 3  # columns of a letterhead or of signatures; more are a table
_WAITING = 2  # left lines without a right one between two rows of the block, at most
_FAR = 8  # empty rows between a signature's title and its name, at most
# Left of a gap that is a blank to fill in, or that only follows a label.
_OPEN = re.compile(
    r"(?:^|.*[\s(])(?:số|ngày|tháng|năm|khóa|lần)\s*:?|.*[,/]|(?!n[ơo]i nh[ậâa]n).*:"
    r"|\(?(?:\d{1,3}|[ivxlc]{1,6}|[a-zđ])\s*(?:[.):/]+-?|-)|[ivxlc]{1,6}"
    r"|(?:\d{1,3}\.){1,4}\d{0,3}\.?|[-–—+•*●▪◦·§o]+|(?:điều|chương|mục|phần)\s+\w{1,6}[.:]?",
    re.IGNORECASE,
)
# Right of a gap that is a blank to fill in.
_CLOSING = re.compile(r"[/,.;:)\]]|(?:tháng|năm)\b", re.IGNORECASE)
# A left line below the last row of two, which still is of the block.
_GOES_ON = re.compile(r"Số\b|[-–+•]\s?", re.IGNORECASE)
# A line of the body: it stands in no column.
_BODY = re.compile(r"(?:\d{1,3}|[IVXLC]{1,6}|[a-zđ])\s*[.):/]", re.IGNORECASE)
_DATE_BEGINS = re.compile(r"\S.{0,40},\s*ngày\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in one row, from `start` to `end` in any unit of length."""

    start: float
    end: float
    text: str


Row = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows from `first` up to, not including, `after`, as columns.

    `cells`: per column its pieces from top to bottom, each with the number of its row.
    """

    first: int
    after: int
    cells: tuple[tuple[tuple[int, Piece], ...], ...]


def parted(pieces: Sequence[Piece]) -> Row:
    """The pieces of a row, those joined again that only a blank to fill in or a label parts.

    Joined texts have four spaces between them.
    """
    row: list[Piece] = []
    for piece in pieces:
        if row and _is_blank(row[-1].text, piece.text):
            last = row.pop()
            row.append(Piece(last.start, piece.end, f"{last.text}    {piece.text}"))
        else:
            row.append(piece)
    return tuple(row)


def _is_blank(left: str, right: str) -> bool:
    """Whether a gap is part of a text: `Số:    /QĐ`, `ngày    tháng 10`, `1.    Mục đích`."""
    if _CLOSING.match(right):
        return True
    # "Số: 12/QC-TH    Hà Nội, ngày …": what ends in a blank is followed by a place.
    return bool(_OPEN.fullmatch(left)) and not _DATE_BEGINS.match(right)


def blocks(rows: Sequence[Row]) -> Iterator[Block]:
    """The blocks of two or three columns; an empty row stands for an empty line."""
    at = 0
    while at < len(rows):
        if 1 < len(rows[at]) <= _MOST:
            block = _block(rows, at)
            yield block
            at = block.after
        else:
            at += 1


def _block(rows: Sequence[Row], first: int) -> Block:
    gutters = _Gutters(rows[first])
    members = [first]
    waiting: list[int] = []  # left pieces below: of the block only if it goes on after them
    at, empty = first + 1, 0
    while at < len(rows) and empty <= _FAR:
        row = rows[at]
        if not row:
            empty += 1
        elif len(row) == 1:
            column = gutters.column(row[0])
            if column and gutters.is_title(row[0], column):
                break
            if column is None or _BODY.match(row[0].text) or len(waiting) > _WAITING:
                break
            if column or (not waiting and not empty and _GOES_ON.match(row[0].text)):
                members += [*waiting, at]
                waiting, empty = [], 0
            else:
                waiting.append(at)
                empty = 0
        elif len(waiting) <= _WAITING and gutters.take(row):
            members += [*waiting, at]
            waiting, empty = [], 0
        else:
            break
        at += 1
    cells: list[list[tuple[int, Piece]]] = [[] for _ in range(gutters.columns)]
    for number in members:
        for piece in rows[number]:
            cells[gutters.column(piece) or 0].append((number, piece))
    return Block(first, members[-1] + 1, tuple(tuple(cell) for cell in cells))


class _Gutters:
    """The free strips between columns, which every row makes narrower."""

    def __init__(self, row: Row) -> None:
        self.columns = len(row)
        self._extents = [(piece.start, piece.end) for piece in row]
        self._starts = [[piece.start] for piece in row]
        self._free = [(left.end, right.start) for left, right in pairwise(row)]

    def column(self, piece: Piece) -> int | None:
        """Where a piece stands, None where it crosses a gutter."""
        for number, (begins, ends) in enumerate(self._free):
            middle = (begins + ends) / 2
            if piece.end <= middle or (piece.end <= ends and piece.start < begins):
                return number
            if piece.start < middle and piece.start < begins:
                return None
        return self.columns - 1

    def is_title(self, piece: Piece, column: int) -> bool:
        """Whether a piece in a column stands in the middle of all columns, as titles do."""
        begins, ends = self._extents[column]
        left, right = self._extents[0][0], self._extents[-1][1]
        near = 0.03 * (right - left)
        starts = self._starts[column]
        flush = len(starts) > 1 and max(starts) - min(starts) < near
        if flush and abs(piece.start - begins) < near:
            return False
        middle = (piece.start + piece.end) / 2
        return abs(middle - (left + right) / 2) < abs(middle - (begins + ends) / 2)

    def take(self, row: Row) -> bool:
        """Whether a row of several pieces fits; if so the gutters are what all rows leave free."""
        if len(row) != self.columns:
            found = [self.column(piece) for piece in row]
            return None not in found and len(set(found)) == len(found)
        free = [
            (max(begins, left.end), min(ends, right.start))
            for (begins, ends), (left, right) in zip(self._free, pairwise(row), strict=True)
        ]
        if any(begins >= ends for begins, ends in free):
            return False
        self._free = free
        for starts, piece in zip(self._starts, row, strict=True):
            starts.append(piece.start)
        self._extents = [
            (min(begins, piece.start), max(ends, piece.end))
            for (begins, ends), piece in zip(self._extents, row, strict=True)
        ]
        return True
