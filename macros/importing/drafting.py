# What a file prints → the page and the facts of one agreement.
# Hides: where head, text and tail part, which labels are headings, what closes a text, and the proof
# that no word was lost on the way.
# Refuses: to correct a word, to give ids that last (they are `doan-x1`, `doan-x2`, … until somebody
# names them), and to hand out a draft that lacks a word of its manuscript or has one too many.
"""`draft(manuscript)`: page, facts, what was left out, what was guessed and how surely."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from macros.grammar import fold, parse, write
from macros.importing.conserving import fact_texts, lacking, page_texts
from macros.importing.joining import Paragraph, glued, paragraphs, rank_of, split_label, swept
from macros.importing.letterhead import (
    AFTER,
    DATE,
    KIND_NAMES,
    Around,
    begins_issued,
    clause_says,
    columns_of,
    date_of,
    dated,
    fits_signature,
    head_line,
    heads_recipients,
    issued_by,
    issuer_line,
    kind_of,
    names_kind,
    opening_of,
    opens_tail,
    signed_in,
    tail,
)
from macros.importing.looks import RANKS, begins_basis, capitals, ended, is_rule, titled
from macros.importing.outline import Piece, closing_at, levels, parents
from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.model import Clause, ClauseId, ClauseKind, Page, TextState
from macros.problem import EditorError
from macros.verbatim import UNSEEN

Part = Printed | Grid
Facts = dict[str, Any]


class Sure(StrEnum):
    """How sure a guess is, in words for people."""

    SURE = "chắc"
    FAIRLY = "khá chắc"
    UNSURE = "chưa chắc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What was guessed, where, and how sure it is."""

    what: str
    place: str
    sure: Sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A manuscript as page and facts (in the form of data/units/<unit>.yml, an edition's keys)."""

    page: Page
    facts: Mapping[str, Any]
    left_out: tuple[LeftOut, ...] = ()
    guesses: tuple[Guess, ...] = ()


_MOST_TITLE = 8  # lines
_HEAD = 60  # lines in which a title must begin
_HEADING_WORDS = 60
_PROSE_WORDS = 20  # a sentence that ends after more words is no title
_SHORT_TITLE = 10
_NEWS_DATE = re.compile(
    r"(?:ngày đăng|đăng ngày|đăng lúc|cập nhật)\b.*\d{1,2}/\d{1,2}/\d{4}.*", re.IGNORECASE
)
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def draft(manuscript: Manuscript, *, report: bool = False) -> Draft:
    """Page and facts of a manuscript; `report`: it is a report about an agreement.

    Raises EditorError where it has no title or no text, or where a word would be lost.
    """
    parts, out = swept(manuscript.parts, UNSEEN)
    maker = _Report(out) if report else _Maker(out)
    made = maker.make(parts)
    made = replace(made, left_out=(*manuscript.left_out, *made.left_out))
    lost = unaccounted(manuscript, made)
    if lost:
        first = lost[0]
        raise EditorError(
            f'{first.place}: chữ "{first.text}" {first.why}; không nhập để khỏi mất chữ. '
            "Hãy báo lỗi này kèm tệp, hay sửa chỗ đó cho rõ rồi nhập lại."
        )
    return made


def renamed_facts(facts: Mapping[str, Any], names: Mapping[str, str]) -> Facts:
    """The facts with the ids that they quote changed in the same way."""
    return {
        key: {**value, "clause": names.get(value["clause"], value["clause"])}
        if isinstance(value, dict) and "clause" in value
        else value
        for key, value in facts.items()
    }


def unaccounted(manuscript: Manuscript, made: Draft) -> list[LeftOut]:
    """The words of the manuscript that `made` lacks, and those that it has beyond them."""
    texts = [*page_texts(made.page), *fact_texts(made.facts)]
    own = [each.text for each in made.left_out[len(manuscript.left_out) :]]
    return lacking(manuscript.lines(), texts, own, UNSEEN)


# --- zones ---


@dataclass(slots=True)
class _Maker:
    """Takes a manuscript apart: head, title, text, tail."""

    out: list[LeftOut]
    guesses: list[Guess] = field(default_factory=list)
    around: Around = field(default_factory=Around)

    def guess(self, what: str, place: str, sure: Sure) -> None:
        self.guesses.append(Guess(what=what, place=place, sure=sure))

    def make(self, parts: list[Part]) -> Draft:
        start, end = self.tail_at(parts)
        title, rest = self.head(parts[:start])
        tail(parts[start:end], self.around)
        for line in (line for part in parts[end:] for line in _spread(part)):
            self.around.drop(f"{line.label} {fold(line.text)}".strip(), line.place, AFTER)
        body = _Body(self, rest)
        page = body.page(title)
        body.facts(page)
        facts = self.facts(title)
        self.guesses += [
            Guess(what=what, place=place, sure=Sure.FAIRLY if sure else Sure.UNSURE)
            for what, place, sure in self.around.guesses
        ]
        return Draft(
            page=page,
            facts=facts,
            left_out=(*self.out, *self.around.left_out),
            guesses=tuple(self.guesses),
        )

    def tail_at(self, parts: Sequence[Part]) -> tuple[int, int]:
        """Where signatures and recipients begin and end: from there on nothing reads as text.

        Lines that fit no signature may follow a whole one, if they are fewer than those before it
        and none opens a section.
        """
        opening = [start for start, part in enumerate(parts) if start and _opens(part)]
        for whole in (True, False):
            for start in opening:
                end = start + _fitting(parts[start:])
                lines = [line for part in parts[start:end] for line in _spread(part)]
                after = parts[end:]
                if not after or (not (whole or _is_text(after, start)) and signed_in(lines)):
                    return start - _dated(parts[start - 1]), end
        return len(parts), len(parts)

    def head(self, parts: Sequence[Part]) -> tuple[tuple[str, ...], list[Part]]:
        """The title and what follows it; the rest of the head goes to the facts."""
        lines = [line for part in parts for line in _spread(part)]
        at = _title_at(lines)
        if at is None:
            raise EditorError(
                "Không tìm thấy tên gọi của văn bản ở đầu tệp. "
                "Thêm một dòng như QUY CHẾ PHỐI HỢP trước căn cứ đầu tiên rồi nhập lại."
            )
        for line in lines[:at]:
            for text in columns_of(f"{line.label} {line.text}".strip()):
                if not head_line(text, line.place, self.around):
                    issuer_line(text, line.place, self.around)
        first = lines[at]
        number = next(n for n, part in enumerate(parts) if any(e is first for e in _spread(part)))
        if isinstance(parts[number], Grid):  # the title stands in a table: take it apart
            inside = list(_spread(parts[number]))
            parts = [*parts[:number], *inside, *parts[number + 1 :]]
            number += next(n for n, line in enumerate(inside) if line is first)
        if not names_kind(fold(first.text)):
            self.guess(f'tên gọi bắt đầu ở "{fold(first.text)}"', first.place, Sure.UNSURE)
        return self.title(list(parts[number:]))

    def title(self, parts: list[Part]) -> tuple[tuple[str, ...], list[Part]]:
        """Lines of the title until a basis, a label, a sentence; what was issued by stands below."""
        title: list[str] = []
        at = 0
        while at < len(parts):
            part = parts[at]
            if isinstance(part, Grid):
                break
            text = fold(part.text)
            if is_rule(text):
                self.out.append(LeftOut(f"{part.label} {text}".strip(), part.place, "đường kẻ"))
                at += 1
                continue
            if begins_issued(text):
                at = self.issued(parts, at)
                continue
            if title and (part.label or _ends_title(parts, at)):
                break
            if not (title and head_line(text, part.place, self.around)):
                if len(title) == _MOST_TITLE:
                    break
                title.append(fold(f"{part.label} {text}"))
            at += 1
        return tuple(title), parts[at:]

    def issued(self, parts: list[Part], at: int) -> int:
        """Take the note of issue, which ends with its bracket or its paragraph."""
        words: list[str] = []
        opened = fold(_text(parts[at])).startswith("(")
        start = at
        while at < len(parts) and isinstance(part := parts[at], Printed):
            text = fold(part.text)
            begins = bool(split_label(text)[0]) or begins_basis(text)
            ends = begins if opened else begins or part.gap or not text[:1].islower()
            if words and ends:
                break
            words.append(text)
            at += 1
            if opened and ")" in text:
                break
        if "issued_by" in self.around.facts:  # a second note: left to the text would be a title
            what = LeftOut(" ".join(words), _place(parts[start]), "ghi chú ban hành thứ hai")
            self.around.left_out.append(what)
        else:
            self.around.facts["issued_by"] = issued_by(" ".join(words))
        return at

    def facts(self, title: Sequence[str]) -> Facts:
        """All facts in the order that a data file gives them."""
        kind, named = kind_of(" ".join(title))
        if not named:
            self.guess(f'"{title[0]}" được coi là quy chế', "tên gọi", Sure.UNSURE)
        found: Facts = {"kind": kind.value, **self.around.facts}
        order = (
            "kind text issuer motto number place date issued_by valid_from valid_to supersedes"
            " signatures recipients report"
        ).split()
        return {key: found[key] for key in order if key in found}


def _text(part: Part) -> str:
    return part.text if isinstance(part, Printed) else ""


def _place(part: Part) -> str:
    return part.place


def _spread(part: Part) -> Iterator[Printed]:
    """The lines of a part."""
    if isinstance(part, Grid):
        yield from part.lines()
    else:
        yield part


def _title_at(lines: Sequence[Printed]) -> int | None:
    """Which line begins the title: the first that names a kind, in capitals if any is."""
    texts: list[str] = []
    for line in lines[:_HEAD]:
        text = fold(line.text)
        if texts and (line.label or split_label(text)[0] or begins_basis(text)):
            break
        texts.append(text)
    named = [number for number, text in enumerate(texts) if names_kind(text)]
    loud = [number for number in named if capitals(texts[number].split(" - ")[0][:40])]
    if found := loud or [number for number in named if titled(texts[number])]:
        return found[0]
    heads = [any(head_line(cell, "", Around()) for cell in columns_of(lines[number].text))
             for number in range(len(texts))]  # fmt: skip
    start = len(heads) - heads[::-1].index(True) if any(heads) else 0
    return next(
        (n for n in range(start, len(texts)) if titled(texts[n]) and not is_rule(texts[n])), None
    )


def _ends_title(parts: Sequence[Part], at: int) -> bool:
    """Whether the text begins here: a basis, a label, or a paragraph that is a sentence."""
    line = parts[at]
    text = fold(_text(line))
    if capitals(text) and not split_label(text)[0]:
        return False
    if split_label(text)[0] or begins_basis(text):
        return True
    run: list[Printed] = []
    for part in parts[at:]:
        if isinstance(part, Grid) or (run and (part.gap or split_label(fold(part.text))[0])):
            break
        run.append(part)
    first = paragraphs(run)[0].text
    # A wrapped sentence of the enacting clause ends only on a later line.
    whole = fold(" ".join(part.text for part in run))
    sentence = ended(whole) and len(text) > _SHORT_TITLE * 6 and len(first.split()) > _PROSE_WORDS
    return ended(first) or len(first.split()) > _HEADING_WORDS or sentence


def _dated(part: Part) -> bool:
    return isinstance(part, Printed) and not part.label and dated(fold(part.text))


def _opens(part: Part) -> bool:
    if isinstance(part, Printed):
        text = _first_cell(part)
        return not part.label and opens_tail(text, capital=capitals(text))
    cells = [cell for row in part.rows for cell in row if cell]
    firsts = [text for text in map(opening_of, cells) if text]
    return bool(firsts) and sum(opens_tail(t, capital=capitals(t)) for t in firsts[:4]) >= min(
        2, len(part.rows[0]), len(firsts)
    )


def _first_cell(line: Printed) -> str:
    cells = columns_of(line.text)
    return cells[0] if cells else ""


def _is_text(after: Sequence[Part], before: int) -> bool:
    """Whether what follows a signature goes on with the document: sections, tables, many lines."""
    if len(after) >= before:
        return True
    for part in after:
        if isinstance(part, Grid) and part.ruled:
            return True
        ranks = [rank_of(e.label or split_label(fold(e.text))[0]) for e in _spread(part)]
        if any(rank is not None and rank <= RANKS["điều"] for rank in ranks):
            return True
    return False


def _fitting(parts: Sequence[Part]) -> int:
    """How many parts from here on are signatures and recipients."""
    listing = False
    for number, part in enumerate(parts):
        if isinstance(part, Grid):
            if part.ruled and not _opens(part):
                return number
            listing = listing or any(heads_recipients(fold(line.text)) for line in part.lines())
            continue
        for text in columns_of(part.text):
            if heads_recipients(text):
                listing = True
            elif listing:
                if rank_of(part.label or split_label(text)[0]) is not None:
                    return number
            elif part.label or split_label(text)[0] or not fits_signature(text):
                return number
    return len(parts)


# --- the text ---


@dataclass(frozen=True, slots=True)
class _Item:
    """A paragraph or a table of the text."""

    paragraph: Paragraph
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def piece(self) -> Piece:
        """What the outline asks for."""
        paragraph = self.paragraph
        return Piece(
            label=paragraph.label,
            text=paragraph.text,
            rank=paragraph.rank,
            styled=paragraph.first.level,
            table=bool(self.rows),
        )


class _Body:
    """The text between title and tail, as clauses."""

    def __init__(self, maker: _Maker, parts: Sequence[Part]) -> None:
        self.maker = maker
        self.items = list(self.read(parts))

    def read(self, parts: Sequence[Part]) -> Iterator[_Item]:
        run: list[Printed] = []
        for part in [*parts, None]:
            if isinstance(part, Printed):
                run.append(part)
                continue
            if isinstance(part, Grid) and len(part.rows) == 1 and len(part.rows[0]) == 1:
                run += part.rows[0][0]  # a frame around text is no table
                continue
            yield from (_Item(each) for each in paragraphs(run))
            run = []
            if part is not None and (rows := _rows(part)):
                first = next(iter(part.lines()))
                text = " ".join(cell for row in rows for cell in row)
                yield _Item(Paragraph("", fold(text), first), rows=rows)

    def page(self, title: tuple[str, ...]) -> Page:
        """The clauses as the grammar reads them: each is written alone, and it says what holds it."""
        if not self.items:
            raise EditorError(
                "Tệp chỉ có tên gọi, không có đoạn nào của văn bản. Kiểm tra lại tệp: chữ có thể "
                "nằm trong ảnh."
            )
        pieces = [item.piece for item in self.items]
        depths = levels(pieces)
        closing = closing_at(pieces, depths)
        higher = parents(pieces[:closing], depths[:closing])
        blocks = [write(Page(title=title))]
        for number, (item, level) in enumerate(zip(self.items, depths, strict=True)):
            clause = Clause(
                id=_id(number),
                kind=_kind(item, level, closing=number >= closing),
                label=item.paragraph.label,
                text=item.paragraph.text,
                level=level,
                rows=item.rows,
                parent=_id(higher[number]) if number in higher else None,
            )
            blocks.append(write(Page(clauses=(clause,))))
            self.tell(item, level, closing=number >= closing)
        parsed = parse("\n".join(blocks), "", lambda use: use.id)
        if parsed.problems:
            worst = parsed.problems[0]
            raise EditorError(f"Không viết được thành trang: {worst.message}. {worst.hint}")
        return Page(
            title=parsed.page.title,
            clauses=tuple(replace(each, line=0) for each in parsed.page.clauses),
        )

    def tell(self, item: _Item, level: int, *, closing: bool) -> None:
        """What was guessed about a paragraph."""
        paragraph, guess = item.paragraph, self.maker.guess
        place = paragraph.first.place
        for text in paragraph.doubtful:
            guess(f'"{_short(text)}" được nối vào đoạn trước', place, Sure.FAIRLY)
        for word, parted in glued(paragraph.text):
            guess(f'"{word}" có lẽ là hai chữ dính nhau: "{parted}"; để nguyên', place, Sure.UNSURE)
        if closing:
            guess(f'"{_short(paragraph.text)}" là phần kết', place, Sure.FAIRLY)
        if level and not paragraph.label:
            guess(f'"{_short(paragraph.text)}" là tiêu đề, dù không có số', place, Sure.UNSURE)
        elif level and (paragraph.rank or 0) >= RANKS["điều"]:
            guess(f'"{_short(paragraph.whole)}" là tiêu đề', place, Sure.FAIRLY)

    def facts(self, page: Page) -> None:
        """Take what the clauses say of the time from which the text holds and of what it replaces."""
        said = (ClauseKind.CLAUSE, ClauseKind.CLOSING, ClauseKind.PREAMBLE)
        for clause, item in zip(page.clauses, self.items, strict=True):
            if clause.kind in said:
                clause_says(clause.id, clause.text, item.paragraph.first.place, self.maker.around)


def _rows(grid: Grid) -> tuple[tuple[str, ...], ...]:
    """The cells of a table as texts, all rows of one width."""
    rows = [
        [fold(" ".join(f"{line.label} {line.text}" for line in cell)) for cell in row]
        for row in grid.rows
    ]
    rows = [row for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    return tuple((*row, *[""] * (width - len(row))) for row in rows)


def _kind(item: _Item, level: int, *, closing: bool) -> ClauseKind:
    """A kind that writes the marks; the grammar tells bases and preamble from the rest."""
    if item.rows:
        return ClauseKind.TABLE
    if level:
        return ClauseKind.HEADING
    return ClauseKind.CLOSING if closing else ClauseKind.CLAUSE


def _id(number: int) -> ClauseId:
    return ClauseId(f"doan-x{number + 1}")


def _short(text: str, limit: int = 50) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


# --- a report about an agreement ---


class _Report(_Maker):
    """A news report: its section, title, day, paragraphs and byline."""

    __slots__ = ()

    def make(self, parts: list[Part]) -> Draft:
        lines = [replace(line, text=fold(line.text)) for part in parts for line in _spread(part)]
        lines = [replace(line, text=line.text.strip()) for line in lines]
        day = next((n for n, line in enumerate(lines) if _NEWS_DATE.fullmatch(line.text)), None)
        report: Facts = {}
        if day is None:
            before, rest = lines[:1], lines[1:]
        else:
            before, rest = lines[:day], lines[day + 1 :]
        if not before or not rest:
            raise EditorError(
                "Không thấy tên bài và các đoạn của bài báo. Bài báo cần một dòng tên bài ở đầu."
            )
        if len(before) > 1:
            report["section"] = " ".join(line.text for line in before[:-1])
        if day is not None:
            found = _DAY.search(lines[day].text)
            report["published"] = {"printed": lines[day].text, **_day(found)}
        texts = [each.whole for each in paragraphs(rest)]
        if len(texts) > 1 and titled(texts[-1], _PROSE_WORDS):
            report["byline"] = texts.pop()
            self.guess(f'"{report["byline"]}" là tên người viết', rest[-1].place, Sure.FAIRLY)
        page = Page(title=(before[-1].text,), report=tuple(texts))
        kind, named = kind_of(before[-1].text)
        facts: Facts = {"kind": kind.value, "text": TextState.REPORT_ONLY.value}
        self.guess(f"bài báo viết về {KIND_NAMES[kind]}", before[-1].place, _sure(named=named))
        if signed := DATE.match(texts[0]):
            facts["date"] = date_of(signed)
            self.guess(f'ngày ký là "{signed[0]}"', rest[0].place, Sure.FAIRLY)
        facts |= {"report": report} if report else {}
        return Draft(page=page, facts=facts, left_out=tuple(self.out), guesses=tuple(self.guesses))


def _sure(*, named: bool) -> Sure:
    return Sure.FAIRLY if named else Sure.UNSURE


def _day(found: re.Match[str] | None) -> Facts:
    dated = DATE.fullmatch(f"ngày {found[0]}") if found else None
    return {key: value for key, value in date_of(dated).items() if key == "value"} if dated else {}
