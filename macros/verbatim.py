# Promise 1: what was signed is published character for character.
# Hides: the search for an order in which page and printed facts cover the source exactly once.
# Refuses: tolerance. Only white space at line ends and the listed converting noise is set aside.
"""An agreement against the text of its source (DESIGN: the verbatim rule)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from macros.model import Agreement, TextState

# What converting leaves behind and no document prints: bookmarks of Word, stars of Markdown, and
# characters that nobody sees (a page may not have them: S102).
_MARKED = r"\[bookmark: [^\[\]\n]{0,200}\]"
_INVISIBLE = r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
NOISE = re.compile(rf"{_MARKED}|\*+|{_INVISIBLE}")
# The same without stars, which an original that is a Word file prints.
UNSEEN = re.compile(rf"{_MARKED}|{_INVISIBLE}")
# Blocks that begin alike can stand in any order; nobody signs so often that more must be tried.
_MOST_STATES = 20_000
_TABLE_RULE = re.compile(r"\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where page (`line`) or facts (`key`, below the version's own) part from the source."""

    code: str
    message: str
    source_line: int
    line: int = 1
    key: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that the source prints in one run."""

    text: str
    line: int = 1
    key: tuple[str | int, ...] = ()
    label: int = 0  # characters of a label, which print may put right before the words


@dataclass(frozen=True, slots=True)
class _Source:
    """The source's characters without white space and noise, with what stood before each."""

    text: str
    lines: tuple[int, ...]
    before: str  # per character: "" never; " " a space, "\n" a line end or noise, "." neither


def differences(
    agreement: Agreement, source_text: str, *, word: bool = False
) -> Iterator[Difference]:
    """Nothing where each character of the source is covered exactly once, in order.

    `word`: the original is a Word file, whose stars are printed characters.
    """
    source = _characters(source_text, UNSEEN if word else NOISE)
    blocks = list(_blocks(agreement))
    order = _cover(source, blocks)
    if isinstance(order, tuple):
        yield _parting(source, blocks, *order)
        return
    at = 0
    for piece in order:
        bare = _bare(piece.text)
        if spacing := _spacing(piece, source, at):
            yield spacing
        at += len(bare)


def distance(agreement: Agreement, source_text: str, *, word: bool = False) -> tuple[int, int]:
    """How far page and facts are from the source: characters to put in or take out, and places
    where words are joined or parted otherwise. (0, 0) where nothing differs.
    """
    found = list(differences(agreement, source_text, word=word))
    source = _characters(source_text, UNSEEN if word else NOISE).text
    # Blocks may stand in any order, so each is laid where the source has it; the long text whole.
    text, *others = _blocks(agreement)
    title = len(agreement.page.title)
    runs = [text[:title], text[title:], *([piece] for block in others for piece in block)]
    bare = [joined for run in runs if (joined := _bare("".join(piece.text for piece in run)))]
    bare.sort(key=lambda run: _stands(run, source))
    parting = any(each.code == "V101" for each in found)
    return Indel.distance("".join(bare), source) if parting else 0, 0 if parting else len(found)


def _stands(run: str, source: str) -> int:
    """Where in the source a run of text begins, as its first words tell."""
    where = fuzz.partial_ratio_alignment(run[:60], source)
    return where.dest_start if where else 0


def _blocks(agreement: Agreement) -> Iterator[list[_Piece]]:
    """What keeps its order within itself; between blocks any order may hold."""
    facts, page = agreement.facts, agreement.page
    text = [_Piece(line) for line in page.title]
    text += [
        _Piece(f"{c.label} {c.text}".strip(), c.line, label=len(_bare(c.label)))
        for c in page.clauses
    ]
    text += [_Piece(paragraph) for paragraph in page.report]
    yield text
    if agreement.edition.text is TextState.FULL:
        left = [_Piece(line, key=("issuer", n)) for n, line in enumerate(facts.issuer)]
        left += [_Piece(facts.number.printed, key=("number",))] if facts.number else []
        right = [_Piece(line, key=("motto", n)) for n, line in enumerate(facts.motto)]
        right += [_Piece(facts.place.printed, key=("place",))] if facts.place else []
        right += [_Piece(facts.date.printed, key=("date",))] if facts.date else []
        yield left
        yield right
    if facts.issued_by:
        yield [_Piece(facts.issued_by.printed, key=("issued_by",))]
    for number, signature in enumerate(facts.signatures):
        yield [_Piece(line, key=("signatures", number, "lines")) for line in signature.lines]
    if recipients := facts.recipients:
        lines = (recipients.heading, *recipients.lines)
        yield [_Piece(line, key=("recipients",)) for line in lines]
    if report := facts.report:
        published = report.published.printed if report.published else None
        for name, line in (
            ("section", report.section),
            ("published", published),
            ("byline", report.byline),
        ):
            if line:
                yield [_Piece(line, key=("report", name))]


def _cover(
    source: _Source, blocks: list[list[_Piece]]
) -> list[_Piece] | tuple[int, tuple[int, ...]]:
    """The pieces in the source's order; or how far the best try came, and with which pieces left."""
    start = (0,) * len(blocks)
    states: dict[tuple[int, ...], tuple[tuple[int, ...], _Piece] | None] = {start: None}
    reached = {start: 0}
    waiting = [start]
    goal = tuple(len(block) for block in blocks)
    while waiting and len(states) < _MOST_STATES:
        state = waiting.pop()
        if state == goal and reached[state] == len(source.text):
            return _walk(states, state)
        for number, block in enumerate(blocks):
            if state[number] == len(block):
                continue
            piece = block[state[number]]
            bare = _bare(piece.text)
            if not source.text.startswith(bare, reached[state]):
                continue
            after = (*state[:number], state[number] + 1, *state[number + 1 :])
            if after not in states:
                states[after] = (state, piece)
                reached[after] = reached[state] + len(bare)
                waiting.append(after)
    best = max(reached, key=lambda state: reached[state])
    return reached[best], best


def _walk(
    states: dict[tuple[int, ...], tuple[tuple[int, ...], _Piece] | None], end: tuple[int, ...]
) -> list[_Piece]:
    pieces: list[_Piece] = []
    while (step := states[end]) is not None:
        end, piece = step
        pieces.append(piece)
    return pieces[::-1]


def _parting(
    source: _Source, blocks: list[list[_Piece]], at: int, state: tuple[int, ...]
) -> Difference:
    """The place where the likeliest next piece stops agreeing with the source."""
    waiting = [block[n] for block, n in zip(blocks, state, strict=True) if n < len(block)]
    if not waiting:
        return Difference("V101", f'ở đây thiếu "{_peek(source, at)}"', _line(source, at))
    agreed, piece = max(
        ((_agreement(_bare(piece.text), source.text, at), piece) for piece in waiting),
        key=lambda pair: pair[0],
    )
    found = _from(piece.text, max(0, agreed - 12))
    printed = _peek(source, max(at, at + agreed - 12))
    message = f'bản gốc in "{printed}", ở đây có "{found}"'
    if what := _look_alike(_bare(piece.text)[agreed : agreed + 1], source.text[at + agreed :][:1]):
        message += f"; khác ở ký tự: {what}"
    if at == len(source.text):
        message = f'bản gốc không có "{found}"'
    return Difference("V101", message, _line(source, at + agreed), piece.line, piece.key)


def _agreement(bare: str, text: str, at: int) -> int:
    count = 0
    for ours, theirs in zip(bare, text[at : at + len(bare)], strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def _spacing(piece: _Piece, source: _Source, at: int) -> Difference | None:
    """V104 where words are joined or parted otherwise than the source prints them."""
    ends = set(accumulate(len(word) for word in piece.text.split()))
    for offset in range(len(_bare(piece.text))):
        printed = source.before[at + offset]
        parted = offset in ends or not offset
        inside = at + offset > 0 and source.text[at + offset - 1 : at + offset + 1].isalnum()
        if offset and offset == piece.label:
            continue
        if printed == "\n":
            wrong = inside and not parted  # words joined over a line end
        elif offset:
            wrong = parted != (printed == " ")
        else:
            wrong = inside and printed == "."  # a piece that begins within a word
        if wrong:
            near = _peek(source, at + max(0, offset - 10), 20)
            what = "thừa" if parted else "thiếu"
            message = f'{what} dấu cách gần "{near}"'
            return Difference("V104", message, _line(source, at + offset), piece.line, piece.key)
    return None


def _characters(text: str, noise: re.Pattern[str]) -> _Source:
    kept: list[str] = []
    lines: list[int] = []
    before: list[str] = []
    for number, raw in enumerate(unicodedata.normalize("NFC", text).split("\n"), 1):
        line = noise.sub("\x00", raw)
        if raw.strip().startswith("|") and raw.strip().endswith("|"):
            line = "" if _TABLE_RULE.fullmatch(raw) else line.replace("|", "\x00")
        gap = "\n"
        for char in line:
            if char == "\x00":
                gap = "\n"
            elif char.isspace():
                gap = gap if gap == "\n" else " "
            else:
                kept.append(char)
                lines.append(number)
                before.append(gap)
                gap = "."
    return _Source("".join(kept), tuple(lines), "".join(before))


def _bare(text: str) -> str:
    return "".join(text.split())


# Characters that look alike: an editor can't see which one is wrong.
_ALIKE = {
    "-": "gạch ngang -", "–": "gạch dài –", "—": "gạch dài —",
    '"': 'ngoặc thẳng "', "“": "ngoặc cong “", "”": "ngoặc cong ”",
    "'": "nháy thẳng '", "‘": "nháy cong ‘", "’": "nháy cong ’",
    "…": "dấu ba chấm …", ".": "dấu chấm .",
}  # fmt: skip


def _look_alike(ours: str, theirs: str) -> str:
    if ours in _ALIKE and theirs in _ALIKE:
        return f"bản gốc {_ALIKE[theirs]}, ở đây {_ALIKE[ours]}"
    return ""


def _from(text: str, place: int, length: int = 36) -> str:
    """The words of a text from its `place`-th character on, white space not counted."""
    for start, char in enumerate(text):
        place -= not char.isspace()
        if place < 0:
            return text[start : start + length].strip()
    return ""


def _line(source: _Source, at: int) -> int:
    return source.lines[min(at, len(source.lines) - 1)] if source.lines else 1


def _peek(source: _Source, at: int, length: int = 36) -> str:
    """The source's words from a place on, with their spaces."""
    end = min(at + length, len(source.text))
    parts = [
        (" " if source.before[n] != "." and n > at else "") + source.text[n] for n in range(at, end)
    ]
    return "".join(parts)
