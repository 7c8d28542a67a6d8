# Which paragraphs of a text are headings, what closes it, what belongs higher than it stands.
# Hides: that the same `1.` is a heading in one text and a khoản in the next.
# Refuses: to read labels or lines (joining does), and to move a paragraph: it only tells depths.
"""The outline of a text's paragraphs: `levels`, `closing_at`, `parents`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from macros.importing.looks import RANKS, capitals, ended, titled
from macros.labels import readings

_HEADING_WORDS = 60  # the longest title seen has 44
_PROSE_WORDS = 20  # a sentence that ends after more words is no title
_SHORT_TITLE = 10  # a title may end with a mark as long as it has no more words
_BARE_TITLE = 16  # words of a title in capitals that has no label
_DEEPEST = 6
_LIST_ENDS = re.compile(r"(?:sau(?: đây)?|gồm(?: có)?|là|như)\s*:$", re.IGNORECASE)
_CLOSING = re.compile(
    r"trên đây là|(?:bản )?(?:quy chế|kế hoạch|chương trình)(?: phối hợp)?(?: này)? "
    r"(?:có hiệu lực|có giá trị|được (?:áp dụng|thực hiện|thông qua|lập|làm) (?:từ|kể từ|tại|thành)"
    r"|gồm|thay thế)|hai bên (?:cam kết|thống nhất ký)",
    re.IGNORECASE,
)
_TAKES_UP = re.compile(r"(?:các|những) (?:\S+ ){1,4}(?:nêu )?(?:trên|này)\b", re.IGNORECASE)
_CARRIES_OUT = re.compile(r"trong quá trình (?:tổ chức )?(?:thực hiện|triển khai)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What the outline must know of a paragraph or table.

    `rank`: of the section that its label may open (looks.RANKS), None for dashes, letters and no
    label. `styled`: the level of its heading style in the file, else 0.
    """

    label: str
    text: str
    rank: int | None = None
    styled: int = 0
    table: bool = False


def levels(pieces: Sequence[Piece]) -> list[int]:
    """For each piece the depth of its heading (2 and more), or 0."""
    ranks = _ranks(pieces)
    numbered = _numbered_headings(pieces, ranks)
    stack: list[float] = []
    found = []
    for number, rank in enumerate(ranks):
        if rank is None or (rank >= RANKS["điều"] and number not in numbered):
            found.append(0)
            continue
        stack = [each for each in stack if each < rank] + [rank]
        found.append(min(len(stack) + 1, _DEEPEST))
    return found


def closing_at(pieces: Sequence[Piece], depths: Sequence[int]) -> int:
    """Where the closing begins: unlabelled paragraphs at the end that speak of the whole."""
    at = len(pieces)
    while at and not depths[at - 1] and not (piece := pieces[at - 1]).table:
        if piece.label or not _CLOSING.match(piece.text):
            break
        at -= 1
    # The only paragraph of a section is a clause of it, unless it can but close a text.
    if 0 < at < len(pieces) and depths[at - 1] and not _says_all(pieces[at].text):
        at += 1
    sections = any(depths[:at]) or any(piece.label for piece in pieces[:at])
    return at if sections else len(pieces)


def parents(pieces: Sequence[Piece], depths: Sequence[int]) -> dict[int, int]:
    """Pieces that print itself puts higher than their place: their number and that of the parent.

    `pieces` are those before the closing.
    """
    return dict(_taken_up(pieces, depths)) | _of_section(pieces, depths)


# --- headings ---


def _ranks(pieces: Sequence[Piece]) -> list[float | None]:
    """How wide a section each piece may open; None for what never does."""
    first = {rank: n for n, rank in reversed(list(enumerate(each.rank for each in pieces)))}
    sections = any(rank is not None and rank <= RANKS["A"] for rank in first)
    letters_first = RANKS["A"] in first and first[RANKS["A"]] < first.get(RANKS["I"], -1)
    found: list[float | None] = []
    for piece in pieces:
        if piece.table:
            found.append(None)
        elif not piece.label:
            found.append(None if sections else _rank_of_bare(piece))
        elif piece.rank is None or piece.rank >= RANKS["điều"]:
            found.append(piece.rank)
        elif not _heads_section(piece.text):
            found.append(None)
        elif piece.rank == RANKS["A"] and letters_first:
            found.append(RANKS["I"] - 0.5)  # A. / I. / 1.: here the letters hold the numbers
        else:
            found.append(piece.rank)
    return found


def _heads_section(text: str) -> bool:
    return len(text.split()) <= _PROSE_WORDS or titled(text, _HEADING_WORDS)


def _rank_of_bare(piece: Piece) -> float | None:
    """A title without a label: told by the file's style, or by its capitals."""
    if not titled(piece.text):
        return None
    if piece.styled:
        return RANKS["I"] + piece.styled / 10
    short = 1 < len(piece.text.split()) <= _BARE_TITLE
    return RANKS["I"] if short and capitals(piece.text) else None


def _numbered_headings(pieces: Sequence[Piece], ranks: Sequence[float | None]) -> set[int]:
    """Which `1.` and `Điều 1.` are headings: those of a group whose members all read as titles,
    or the last of a group that do.
    """
    found: set[int] = set()
    for above, members in _groups(ranks):
        if above >= 0 and above not in found and (ranks[above] or 0) >= RANKS["điều"]:
            continue  # below a khoản nothing is a heading
        holding = [_holds(pieces, ranks, each) for each in members]
        titles = [
            _reads_as_title(pieces[each]) and (holds or not _stops(pieces[each].text))
            for each, holds in zip(members, holding, strict=True)
        ]
        if all(titles) and 2 * sum(holding) >= len(members):
            found.update(members)
            continue
        # After prose a titled khoản that holds others can still be a heading, if none follows it.
        for each, title, holds in zip(reversed(members), titles[::-1], holding[::-1], strict=True):
            text = pieces[each].text
            plain = not text.endswith(":") and len(text.split()) <= _SHORT_TITLE
            if not (title and holds and plain):
                break
            found.add(each)
    return found


def _groups(ranks: Sequence[float | None]) -> Iterator[tuple[int, list[int]]]:
    """Numbers of one rank below one section (-1 below none), the outer groups first."""
    groups: dict[tuple[int, float], list[int]] = {}
    section = -1
    held: dict[float, int] = {}
    for number, rank in enumerate(ranks):
        if rank is None:
            continue
        if rank < RANKS["điều"]:
            section, held = number, {}
            continue
        held = {each: at for each, at in held.items() if each < rank}
        groups.setdefault((max(held.values(), default=section), rank), []).append(number)
        held[rank] = number
    for (above, _), members in groups.items():
        yield above, members


def _holds(pieces: Sequence[Piece], ranks: Sequence[float | None], at: int) -> bool:
    """Whether something stands below a piece before the next one as wide."""
    if at + 1 == len(pieces):
        return False
    after, rank = pieces[at + 1], ranks[at + 1]
    if after.table or not after.label:
        return not _says_all(after.text)
    return after.rank is None if rank is None else rank > (ranks[at] or 0)


def _reads_as_title(piece: Piece) -> bool:
    """A short text without a sentence's end; a Điều's title may end with a full stop."""
    text, words = piece.text, len(piece.text.split())
    if not text:
        return piece.rank == RANKS["điều"]
    if text.endswith(":"):
        return words <= _SHORT_TITLE and not _LIST_ENDS.search(text)
    if _stops(text):
        return words <= _SHORT_TITLE and piece.rank == RANKS["điều"]
    return not ended(text) and words <= _HEADING_WORDS


def _stops(text: str) -> bool:
    """Whether a text ends as a sentence does: such a Điều is a title only if it holds others."""
    return text.endswith(".") and not text.endswith("..")


# --- what speaks of more than its place ---


def _says_all(text: str) -> bool:
    """Whether it can only close a text, wherever it stands."""
    return text.lower().startswith("trên đây")


def _taken_up(pieces: Sequence[Piece], depths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Paragraphs after the điểm of a khoản that speak of them all belong to the khoản."""
    khoan = None
    for number, piece in enumerate(pieces):
        if depths[number] or piece.table:
            khoan = None
        elif piece.label:
            khoan = number if piece.rank is not None else khoan
        else:
            before = pieces[number - 1].label if number else ""
            point = bool(before) and readings(before)[0].word == "điểm"
            if khoan is not None and point and _TAKES_UP.match(piece.text):
                yield number, khoan
            khoan = None


def _of_section(pieces: Sequence[Piece], depths: Sequence[int]) -> dict[int, int]:
    """The last paragraph, where it speaks of carrying all out, is of the section and not of the
    last of its titled khoản.
    """
    last = len(pieces) - 1
    if last < 0 or pieces[last].label or not _CARRIES_OUT.match(pieces[last].text):
        return {}
    heading = next((n for n in range(last, -1, -1) if depths[n]), last)
    section = next((n for n in range(heading, -1, -1) if depths[n] == 2), last)
    return {last: section} if section < heading else {}
