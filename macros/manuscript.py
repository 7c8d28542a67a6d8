# What a file from outside prints, before anyone knows what it is.
# Hides: nothing; it is the form that readers of files (word, incoming) give and importing takes.
# Refuses: to mend, to join, to fold: the words are those of the file.
"""A file as lines, tables and what a reader left out, in the order of print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A printed paragraph; in a file without paragraphs (`hard`) one line of print.

    `label` is an automatic number as Word prints it ("I.", "2.", "-"), which is not in `text`.
    `place` says where it stands, for people: "đoạn 12", "bảng 1, hàng 2, ô 1", "dòng 30".
    `gap`: empty lines stand before it. `level`: of a heading's style, 0 where it has none.
    `page`: the page that it stands on, where the file has pages (from 1), else 0.
    """

    text: str
    place: str
    label: str = ""
    hard: bool = False
    gap: bool = False
    bold: bool = False
    italic: bool = False
    centred: bool = False
    level: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table, or texts that stand side by side: rows of cells, each with its lines."""

    rows: tuple[tuple[tuple[Printed, ...], ...], ...]
    place: str
    ruled: bool = False  # its lines are drawn, so that it is a table for the reader too

    def lines(self) -> Iterator[Printed]:
        """All lines, row by row and cell by cell."""
        for row in self.rows:
            for cell in row:
                yield from cell


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Words of the file that are not of its text, and why: a page number, a deleted passage."""

    text: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """All that a file prints. `notes`: what the reader wants people to know, one line each."""

    parts: tuple[Printed | Grid, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[Printed]:
        """All lines, those of tables in their place."""
        for part in self.parts:
            if isinstance(part, Grid):
                yield from part.lines()
            else:
                yield part
