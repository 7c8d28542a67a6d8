# A comparison as a .docx with tracked changes: the paper of the meeting that renews an agreement.
# Hides: how two documents become one from which Word makes either; what Word can track as moved.
# Refuses: reports, which have no clauses. Rejecting every change gives the old edition's paragraphs,
# accepting every one the new edition's, in their order.
"""The redline of two agreements in Word.

Clauses that keep their order stand once, with the words that differ; any others stand in both
places, as moved where words of them stay, else as deleted and inserted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate, pairwise, zip_longest

from macros.compare import Change, Comparison
from macros.exchange.wordfile import Blocks, begun, blocks_of, day_of, marks_of, package
from macros.exchange.wordml import Lines, Mark, Paragraph, Part, Parts, Piece, Row, Table
from macros.layout import Layout, Set, layout_of
from macros.model import AS_SIGNED, Agreement, PartialDate
from macros.words import Run, runs, words

_MARKS = {"=": Mark.NONE, "-": Mark.DELETED, "+": Mark.INSERTED}
_MIRROR = {Mark.DELETED: Mark.INSERTED, Mark.INSERTED: Mark.DELETED}


def redline_docx(old: Agreement, new: Agreement, comparison: Comparison) -> bytes:
    """The new agreement with every change from the old one tracked, dated as the new one is.

    `comparison` is that of their pages. EditorError where a text has a character that no Word
    file can hold.
    """
    before, after = (_Text(layout_of(agreement)) for agreement in (old, new))
    names = " với ".join(_named(agreement) for agreement in (old, new))
    return package(
        _parts(before, after, comparison),
        title=f"So sánh {names}",
        said=f"So sánh {names}. {after.layout.said}",
        marks=marks_of(after.layout),
        day=day_of(new),
    )


def _named(agreement: Agreement) -> str:
    period, version = agreement.period.words, agreement.version
    if len(agreement.versions) == 1:
        return period
    of = "gốc" if version == AS_SIGNED else PartialDate.parse(version).words
    return f"{period} (bản {of})"


class _Text:
    """One side: its layout and blocks, and the places of its clauses."""

    def __init__(self, layout: Layout) -> None:
        if layout.report:
            raise ValueError("a report about an agreement has no clauses to compare")
        self.layout = layout
        self.blocks: Blocks = blocks_of(layout)
        self.place_of = {each.id: place for place, each in enumerate(layout.body)}

    def clause(self, place: int) -> Set:
        return self.layout.body[place]

    def parts(self, place: int) -> Parts:
        return self.blocks.body[place]

    def plain(self, place: int) -> bool:
        """Whether a clause is one paragraph."""
        parts = self.parts(place)
        return len(parts) == 1 and isinstance(parts[0], Paragraph)


def _parts(old: _Text, new: _Text, comparison: Comparison) -> Iterator[Part]:
    a, b = old.blocks, new.blocks
    yield from _tables(a.head, b.head)
    yield from _lines(a.title, b.title)
    yield from _Body(old, new, comparison).parts()
    yield from _tables(a.end, b.end)
    yield from _lines(a.after, b.after)


# --- the clauses ---


@dataclass(frozen=True, slots=True)
class _Link:
    """Clauses that are one in both texts, by their places; several on one side stand together."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    change: Change
    weight: int

    @property
    def single(self) -> bool:
        return len(self.old) == len(self.new) == 1


class _Body:
    """The clauses of both texts in one row."""

    def __init__(self, old: _Text, new: _Text, comparison: Comparison) -> None:
        self.old, self.new = old, new
        links = [self.link(each) for each in comparison.changes if each.old and each.new]
        self.stay = _longest(sorted(links, key=lambda link: link.old))
        staying = {link.old for link in self.stay}
        movers = [link for link in links if link.old not in staying and self.movable(link)]
        self.names = {link.new[0]: f"move{number}" for number, link in enumerate(movers, 1)}
        self.gone = {link.old[0]: link for link in movers}
        self.come = {link.new[0]: link for link in movers}

    def link(self, change: Change) -> _Link:
        """A change by the places of its clauses; only the likeliest two where they do not stand
        together, or are no paragraphs.
        """
        old = tuple(self.old.place_of[each.id] for each in change.old)
        new = tuple(self.new.place_of[each.id] for each in change.new)
        if len(old) + len(new) > 2:
            sides = ((self.old, old), (self.new, new))
            plain = all(text.plain(place) for text, places in sides for place in places)
            if not plain or any(y - x != 1 for side in (old, new) for x, y in pairwise(side)):
                old, new = self.likeliest(old, new)
        weight = 1 if change.moved else 2 + sum(len(words(each.text)) for each in change.new)
        return _Link(old, new, change, weight)

    def likeliest(
        self, old: tuple[int, ...], new: tuple[int, ...]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The pair with most words in common."""

        def common(pair: tuple[int, int]) -> int:
            texts = self.old.clause(pair[0]).text, self.new.clause(pair[1]).text
            return sum(len(text) for op, text in runs(*texts) if op == "=")

        i, j = max(((i, j) for i in old for j in new), key=common)
        return (i,), (j,)

    def movable(self, link: _Link) -> bool:
        """Whether Word can show it as moved: one paragraph of which words stay."""
        if not link.single or not (self.old.plain(link.old[0]) and self.new.plain(link.new[0])):
            return False
        return any(op == "=" and words(text) for op, text in self.words(link))

    def words(self, link: _Link) -> Sequence[Run]:
        """The runs of words from the old side of a link to the new one."""
        if len(link.old) == len(link.change.old) and len(link.new) == len(link.change.new):
            return link.change.words
        return runs(self.old.clause(link.old[0]).text, self.new.clause(link.new[0]).text)

    def parts(self) -> Iterator[Part]:
        """The clauses that stay in their order, between them what goes and what comes."""
        i = j = 0
        for link in self.stay:
            yield from self.between(i, link.old[0], j, link.new[0])
            yield from self.staying(link)
            i, j = link.old[-1] + 1, link.new[-1] + 1
        yield from self.between(i, len(self.old.layout.body), j, len(self.new.layout.body))

    def between(self, i: int, i_end: int, j: int, j_end: int) -> Iterator[Part]:
        for place in range(i, i_end):
            if place in self.gone:
                yield self.moved(self.gone[place], Mark.MOVED_FROM)
            else:
                yield from (_whole(part, Mark.DELETED) for part in self.old.parts(place))
        for place in range(j, j_end):
            if place in self.come:
                yield self.moved(self.come[place], Mark.MOVED_TO)
            else:
                yield from (_whole(part, Mark.INSERTED) for part in self.new.parts(place))

    def moved(self, link: _Link, mark: Mark) -> Paragraph:
        """One of the two places of a moved paragraph: what stays is moved, what else it has there
        is deleted or inserted; but where only the label differs, the whole of it is moved, because
        LibreOffice takes a paragraph away cleanly only where one change covers it.
        """
        leaves = mark is Mark.MOVED_FROM
        text, place = (self.old, link.old[0]) if leaves else (self.new, link.new[0])
        own = Mark.DELETED if leaves else Mark.INSERTED
        pieces = [piece for piece in self.pieces(link) if piece.mark in ("", own)]
        if all(op == "=" for op, _ in self.words(link)):
            pieces = [Piece(piece.text) for piece in pieces]
        return Paragraph(
            style=_own(text.parts(place)).style,
            pieces=tuple(Piece(piece.text, piece.mark or mark) for piece in pieces),
            mark=mark,
            move=self.names[link.new[0]],
        )

    def pieces(self, link: _Link) -> tuple[Piece, ...]:
        """Label and words of a link of two single clauses."""
        old, new = self.old.clause(link.old[0]), self.new.clause(link.new[0])
        return (*_label(begun(old), begun(new)), *_pieces(self.words(link)))

    def staying(self, link: _Link) -> Iterator[Part]:
        old, new = link.old, link.new
        if len(new) > 1:
            parts = [self.new.clause(place) for place in new]
            styles = [_own(self.new.parts(place)) for place in new]
            whole = self.old.clause(old[0])
            yield from _split(whole, _own(self.old.parts(old[0])), parts, styles, self.words(link))
        elif len(old) > 1:
            # What is merged is, seen from the other side, split.
            parts = [self.old.clause(place) for place in old]
            styles = [_own(self.old.parts(place)) for place in old]
            whole = self.new.clause(new[0])
            mirrored = [(_OTHER[op], text) for op, text in self.words(link)]
            found = _split(whole, _own(self.new.parts(new[0])), parts, styles, mirrored)
            yield from (_mirrored(paragraph) for paragraph in found)
        else:
            yield from self.same(link)

    def same(self, link: _Link) -> Iterator[Part]:
        """A clause that is one on both sides."""
        before, after = self.old.parts(link.old[0]), self.new.parts(link.new[0])
        if isinstance(before[-1], Table) and isinstance(after[-1], Table):
            yield from _lines(_paragraphs(before), _paragraphs(after))
            yield from _tables(before[-1], after[-1])
        elif isinstance(before[-1], Table) or isinstance(after[-1], Table):
            yield from (_whole(part, Mark.DELETED) for part in before)
            yield from (_whole(part, Mark.INSERTED) for part in after)
        else:
            yield _amended(_own(before), _own(after), self.pieces(link))
            yield from _lines(_paragraphs(before[1:]), _paragraphs(after[1:]))


_OTHER: dict[str, str] = {"=": "=", "-": "+", "+": "-"}


def _longest(links: Sequence[_Link]) -> list[_Link]:
    """Of links in the order of the old text the weightiest ones that are in that of the new too."""
    ends: list[int] = []  # where the best rows found so far end, and what each weighs
    best: list[tuple[int, int]] = []
    before: list[int] = []
    for number, link in enumerate(links):
        place = bisect_left(ends, link.new[0])
        weight, last = best[place - 1] if place else (0, -1)
        before.append(last)
        weight += link.weight
        end = place
        while end < len(ends) and best[end][0] <= weight:
            end += 1
        ends[place:end], best[place:end] = [link.new[-1]], [(weight, number)]
    found = []
    last = best[-1][1] if best else -1
    while last >= 0:
        found.append(links[last])
        last = before[last]
    return found[::-1]


def _own(parts: Parts) -> Paragraph:
    """A clause's own paragraph."""
    assert isinstance(parts[0], Paragraph)  # noqa: S101 a table never comes here
    return parts[0]


def _paragraphs(parts: Iterable[Part]) -> Lines:
    return tuple(part for part in parts if isinstance(part, Paragraph))


# --- paragraphs ---


def _pieces(written: Iterable[tuple[str, str]]) -> tuple[Piece, ...]:
    return tuple(Piece(text, _MARKS[op]) for op, text in written)


def _label(old: str, new: str) -> tuple[Piece, ...]:
    """A label as a whole: nobody reads half a number."""
    if old == new:
        return (Piece(new),)
    return (Piece(old, Mark.DELETED), Piece(new, Mark.INSERTED))


def _amended(old: Paragraph, new: Paragraph, pieces: tuple[Piece, ...]) -> Paragraph:
    return replace(new, pieces=pieces, was=old.style if old.style != new.style else "")


def _whole(part: Part, mark: Mark) -> Part:
    """A paragraph or table that only one side has."""
    if isinstance(part, Table):
        return replace(part, rows=tuple(_row(row, mark) for row in part.rows))
    return replace(_said(part, mark), mark=mark)


def _said(paragraph: Paragraph, mark: Mark) -> Paragraph:
    return replace(paragraph, pieces=tuple(Piece(each.text, mark) for each in paragraph.pieces))


def _lines(old: Lines, new: Lines) -> Lines:
    """Lines against lines: equal ones stay, those between them are matched in their order."""
    found: list[Paragraph] = []
    for kind, i, i_end, j, j_end in _steps(_told(old), _told(new)):
        if kind == "equal":
            found += new[j:j_end]
            continue
        for before, after in zip_longest(old[i:i_end], new[j:j_end]):
            if before and after:
                found.append(_amended(before, after, _pieces(runs(before.text, after.text))))
            elif one := before or after:
                mark = Mark.DELETED if before else Mark.INSERTED
                found.append(replace(_said(one, mark), mark=mark))
    return tuple(found)


def _split(
    whole: Set, own: Paragraph, parts: Sequence[Set], styles: Sequence[Paragraph],
    written: Sequence[tuple[str, str]],
) -> Iterator[Paragraph]:  # fmt: skip
    """One paragraph that becomes several: the ends of all but the last are inserted.

    The space that joins the parts in the runs' text is one of the old text, or stands for an end.
    """
    ends = list(accumulate(len(part.text) + 1 for part in parts))[:-1]
    pieces = list(_label(begun(whole), begun(parts[0])))
    number = at = 0
    for op, text in written:
        if op == "-":
            pieces.append(Piece(text, Mark.DELETED))
            continue
        start = 0
        while number < len(ends) and ends[number] <= at + len(text):
            cut = ends[number] - at
            pieces.append(Piece(text[start : cut - 1], _MARKS[op]))
            if op == "=":
                pieces.append(Piece(text[cut - 1 : cut], Mark.DELETED))
            yield replace(styles[number], pieces=tuple(pieces), mark=Mark.INSERTED)
            number, start = number + 1, cut
            pieces = [Piece(begun(parts[number]), Mark.INSERTED)]
        pieces.append(Piece(text[start:], _MARKS[op]))
        at += len(text)
    yield _amended(own, styles[-1], tuple(pieces))


def _mirrored(paragraph: Paragraph) -> Paragraph:
    """The same with the texts exchanged."""
    return replace(
        paragraph,
        style=paragraph.was or paragraph.style,
        was=paragraph.style if paragraph.was else "",
        mark=_MIRROR.get(paragraph.mark, paragraph.mark),
        pieces=tuple(
            Piece(each.text, _MIRROR.get(each.mark, each.mark)) for each in paragraph.pieces
        ),
    )


# --- tables ---


def _tables(old: Table | None, new: Table | None) -> Iterator[Table]:
    """One table, its rows and cells compared, where both have the same columns; else both."""
    if old and new and (len(old.widths), old.ruled) == (len(new.widths), new.ruled):
        yield replace(new, rows=tuple(_rows(old.rows, new.rows)))
        return
    for table, mark in ((old, Mark.DELETED), (new, Mark.INSERTED)):
        if table:
            yield replace(table, rows=tuple(_row(row, mark) for row in table.rows))


def _rows(old: Sequence[Row], new: Sequence[Row]) -> Iterator[Row]:
    before_after = ([tuple(map(_told, row.cells)) for row in rows] for rows in (old, new))
    for kind, i, i_end, j, j_end in _steps(*before_after):
        if kind == "equal":
            yield from new[j:j_end]
            continue
        for before, after in zip_longest(old[i:i_end], new[j:j_end]):
            if before and after:
                pairs = zip(before.cells, after.cells, strict=True)
                yield replace(after, cells=tuple(_cell(_lines(*pair)) for pair in pairs))
            elif before or after:
                yield _row(before or after, Mark.DELETED if before else Mark.INSERTED)


def _steps(
    old: Sequence[Hashable], new: Sequence[Hashable]
) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _told(cell: Lines) -> tuple[tuple[str, str], ...]:
    return tuple((line.style, line.text) for line in cell)


def _row(row: Row, mark: Mark) -> Row:
    """A row that only one side has; its mark is that of all ends of paragraphs in it."""
    return replace(
        row,
        mark=mark,
        cells=tuple(
            tuple(replace(_said(line, mark), mark=mark) for line in cell) for cell in row.cells
        ),
    )


def _cell(lines: Lines) -> Lines:
    """A cell's last end cannot be tracked: of lines that come or go at its end, the ends before
    them do.
    """
    marks = [line.mark for line in lines]
    first = len(marks)
    while first and marks[first - 1]:
        first -= 1
    if first == len(marks):
        return lines
    start = max(first - 1, 0)
    marks[start:] = [*marks[start + 1 :], Mark.NONE]
    return tuple(replace(line, mark=mark) for line, mark in zip(lines, marks, strict=True))
