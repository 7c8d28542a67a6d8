# Lines of print → paragraphs.
# Hides: which line goes on with the one before it, what is a label at the start of a line, and what
# is no text of the document: page numbers, running heads, rules, furniture of web pages.
# Refuses: to mend. Words that an old line end glued together stay so; they are only told.
"""Lines of a manuscript as paragraphs: `swept` and then `paragraphs`; `split_label` for their labels.

A paragraph is again a `Printed`, with its label apart and its text in one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from unicodedata import normalize

from macros.importing.looks import RANKS, begins_basis, capitals, ended, folded, is_rule, titled
from macros.labels import readings
from macros.manuscript import Grid, LeftOut, Printed

Part = Printed | Grid

_UP = "A-ZÀ-ÖØ-ÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_NEXT = rf"(?=\s|$|[{_UP}“\"(][^.\s])"
_DASH = r"[-–—+•●▪◦·‣➢➤✓○■□\uf0b7\uf02d\uf0d8\uf0fc\uf0a7]+"
_NUMBER = r"(?:(?:THỨ|Thứ|thứ)\s+\w+|\d{1,3}|[IVXLC]+|[A-HĐ])"
_WIDE = r"(?:PHẦN|Phần|CHƯƠNG|Chương|PHỤ LỤC|Phụ lục)"
_NARROW = r"(?:MỤC|Mục|TIỂU MỤC|Tiểu mục|ĐIỀU|Điều|KHOẢN|Khoản|ĐIỂM|Điểm)"
# How labels are printed, from the most to the least particular.
_LABELS = tuple(
    re.compile(pattern)
    for pattern in (
        # Chương and Phần may stand before their title without a mark; a Điều so is a citation.
        rf"{_WIDE}\s+{_NUMBER}(?:\s*[.:)/–-]+{_NEXT}|(?=\s*$)|(?=\s+[{_UP}]))",
        rf"{_NARROW}\s+(?:{_NUMBER}|[a-hđ])(?:\s*[.:)/–-]+{_NEXT}|(?=\s*$))",
        rf"\((\d{{1,2}})\)\s*\1[.)]+{_NEXT}",
        rf"(\d{{1,2}})[.)]\s+\1[.)]+{_NEXT}",
        rf"\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}(?:\s*[.:)/-]+{_NEXT}|(?=\s+[{_UP}“]))",
        rf"(?:\(\d{{1,3}}\)|\d{{1,3}}(?:\s?[.)/:]+-?|\s?[-–](?!\s*\d))){_NEXT}",
        rf"[IVX]{{1,6}}\s?[.)/:–-]+{_NEXT}|[IVX]{{1,5}}(?=\s*$)",
        r"[A-HĐ]\s?[.)/:-]+(?=\s|$)",
        rf"\(?(?:[a-zđ]|[ivx]{{2,5}})(?:\s?[.)/]|-)+{_NEXT}",
        rf"{_DASH}(?:\s+{_DASH})*(?=\s|[^\W\d_]|[“\"(])",
        r"\*(?=\s+[^\s*])",
    )
)  # fmt: skip
_COMMA_LETTER = re.compile(r"([a-zđ]),\s+(?=\S)")
_LETTERS = "abcdđeghiklmnopqrstuvxy"
# What no document prints as its text, with the reason told to people.
_COUNTER = re.compile(
    r"[-–—\s]*\d{1,3}[-–—\s]*|\d{1,3}\s*/\s*\d{1,3}"
    r"|[-–—\s]*(?:trang|page|tr\.)\s*:?\s*\d{1,3}(?:\s*(?:/|-|of|trên)\s*\d{1,3})?[-–—\s]*",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"trang chủ(?:\s*[>»/|].*)?|(?:in|gửi) (?:trang|bài)(?: (?:này|viết))?|đăng nhập|chia sẻ"
    r"|lượt (?:xem|tải|truy cập)\s*:?\s*[\d.,]*|view count\s*:?\s*\d*|quay lại|về đầu trang"
    r"|tải (?:về|xuống)(?: (?:tệp|file|văn bản).*)?|(?:tin|bài|văn bản) (?:liên quan|khác)\s*:?"
    r"|xem thêm\s*:?|(?:https?://|www\.)\S+|\S+\.(?:docx?|pdf|html?)|tweet|facebook|zalo|download"
    r"|(?:copyright|bản quyền|©).{0,80}",
    re.IGNORECASE,
)
_LEFT_OUT = ((_COUNTER, "số trang"), (_FURNITURE, "khung của trang web"))
_BARRED = re.compile(r"\s*\|.*\|\s*$")
_BAR_RULE = re.compile(r"\|?(?:\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*")
_LONG_LINE = 60  # characters: a shorter line was not broken by a full page
_PROSE = 50  # words: no title has as many
_REPEATED = 3  # pages that a running head stands on at least
_WRAPPED = 3  # lines that must go on in small letters before a file counts as wrapped
_NEAR, _NEARER = 0.88, 0.95  # how full a line must be to have been broken for want of room


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A joined paragraph: its label and text, the line it begins with.

    `doubtful`: the text of the line that was joined where print does not prove it.
    """

    label: str
    text: str
    first: Printed
    doubtful: tuple[str, ...] = ()

    @property
    def rank(self) -> int | None:
        """How wide a section its label may open; None for dashes, letters and no label."""
        return rank_of(self.label)

    @property
    def whole(self) -> str:
        """As printed: label and text."""
        return f"{self.label} {self.text}".strip()


def split_label(text: str) -> tuple[str, str]:
    """The label that a line begins with, as printed, and the rest; ("", text) where none is."""
    if is_rule(text):
        return "", text
    for pattern in _LABELS:
        if found := pattern.match(text):
            return folded(found[0]), text[found.end() :].strip()
    return "", text


def rank_of(label: str) -> int | None:
    """The rank of a label among sections, or None."""
    if not label:
        return None
    shape = readings(label)[0].shape.strip("(")
    if re.fullmatch(r"1(\.1)+", shape):
        return RANKS["1"] + shape.count(".")
    return RANKS.get(shape)


# --- what is no text ---


def swept(parts: Sequence[Part], noise: re.Pattern[str]) -> tuple[list[Part], list[LeftOut]]:
    """The parts without `noise`, page numbers, running heads, rules and furniture.

    Lines between table bars become a Grid. Runs of spaces are kept: columns may hide in them.
    """
    kept: list[Part] = []
    out: list[LeftOut] = []
    gap = False
    heads = _running(parts)
    for part in _with_grids(_broken(parts)):
        if isinstance(part, Grid):
            kept.append(_grid(part, noise))
            gap = False
            continue
        text = normalize("NFC", noise.sub("", part.text)).rstrip()
        bare = text.strip()
        why = _why_left_out(bare) if not part.label else ""
        if id(part) in heads and bare:
            why = why or "đầu trang, chân trang lặp lại"
        if why:
            out.append(LeftOut(folded(part.text), part.place, why))
        elif bare or part.label:
            label = folded(noise.sub("", part.label))
            kept.append(replace(part, text=text, label=label, gap=part.gap or gap))
        gap = bool(why) or (not bare and (gap or part.gap))
    return kept, out


def _broken(parts: Sequence[Part]) -> Iterator[Part]:
    """Paragraphs that print breaks by hand as the lines that they are."""
    for part in parts:
        if isinstance(part, Grid) or "\n" not in part.text:
            yield part
            continue
        first, *rest = part.text.split("\n")
        yield replace(part, text=first, hard=True)
        yield from (replace(part, text=line, label="", hard=True, gap=False) for line in rest)


def _why_left_out(text: str) -> str:
    if is_rule(text):
        return "đường kẻ"
    return next((why for pattern, why in _LEFT_OUT if text and pattern.fullmatch(text)), "")


def _running(parts: Sequence[Part]) -> set[int]:
    """The first and last lines of pages that stand on several of them, numbers aside."""
    pages: dict[int, list[Printed]] = {}
    for part in parts:
        if isinstance(part, Printed) and part.page and not part.label:
            pages.setdefault(part.page, []).append(part)
    edges = [edge for lines in pages.values() for edge in {id(e): e for e in (lines[0], lines[-1])}.values()]  # fmt: skip
    said = Counter(re.sub(r"\d+", "0", folded(edge.text)) for edge in edges)
    return {id(e) for e in edges if said[re.sub(r"\d+", "0", folded(e.text))] >= _REPEATED}


def _with_grids(parts: Iterable[Part]) -> Iterator[Part]:
    """Runs of lines between bars as Grids; a line of dashes between them draws the table."""
    held: list[Printed] = []
    for part in [*parts, None]:
        if isinstance(part, Printed) and not part.label and _BARRED.match(part.text):
            held.append(part)
            continue
        if held:
            yield _grid_of(held)
            held = []
        if part is not None:
            yield part


def _grid_of(lines: list[Printed]) -> Grid:
    rows = []
    for line in lines:
        if _BAR_RULE.fullmatch(line.text.strip()):
            continue
        cells = line.text.strip()[1:-1].split("|")
        rows.append(
            tuple((replace(line, text=cell.strip(), gap=False),) if cell.strip() else () for cell in cells)
        )  # fmt: skip
    return Grid(rows=tuple(rows), place=lines[0].place, ruled=len(rows) < len(lines))


def _grid(grid: Grid, noise: re.Pattern[str]) -> Grid:
    def clean(cell: tuple[Printed, ...]) -> tuple[Printed, ...]:
        lines = (
            replace(
                part, text=folded(noise.sub("", part.text)), label=folded(noise.sub("", part.label))
            )
            for part in _broken(cell)
            if isinstance(part, Printed)
        )
        return tuple(line for line in lines if line.text or line.label)

    return replace(grid, rows=tuple(tuple(clean(cell) for cell in row) for row in grid.rows))


# --- paragraphs ---


def paragraphs(lines: Sequence[Printed]) -> list[Paragraph]:
    """The paragraphs that lines are: each line begins one or goes on with the last."""
    width = width_of(lines)
    done: list[Paragraph] = []
    last: Printed | None = None
    for line in _with_comma_letters([replace(raw, text=folded(raw.text)) for raw in lines]):
        if done and last and (how := _goes_on(done[-1], last, line, width)):
            before = done[-1]
            doubt = (*before.doubtful, line.text) if how == "doubtful" else before.doubtful
            text = f"{before.text} {line.text}".strip()
            done[-1] = replace(before, text=text, doubtful=doubt)
        else:
            label, text = label_of(line)
            done.append(Paragraph(label, text, line))
        last = line
    return done


def _with_comma_letters(lines: Sequence[Printed]) -> Iterator[Printed]:
    """The lines, with `a,` and `b,` as labels where letters that begin lines follow each other."""
    found = [
        (number, _LETTERS.find(match[1]))
        for number, line in enumerate(lines)
        if not line.label and (match := _COMMA_LETTER.match(line.text))
    ]
    run = {
        number
        for one, other in pairwise(found)
        if one[1] >= 0 and one[1] + 1 == other[1]
        for number in (one[0], other[0])
    }
    for number, line in enumerate(lines):
        if number in run:
            label, text = line.text.split(maxsplit=1)
            yield replace(line, label=label, text=text)
        else:
            yield line


def label_of(line: Printed) -> tuple[str, str]:
    """Label and text of a line; an automatic number before the same typed one doubles it."""
    label, text = split_label(line.text)
    if not line.label:
        return label, text
    auto = folded(line.label)
    if label and readings(f"{auto} {label}")[0].word == "khoản" and rank_of(auto) == RANKS["1"]:
        return f"{auto} {label}", text
    return auto, line.text


def width_of(lines: Sequence[Printed]) -> float | None:
    """How wide a wrapped file is set, in characters; None where lines are whole paragraphs."""
    found = [
        len(folded(a.text)) + 1 + len(b.text.split()[0])
        for a, b in pairwise(lines)
        if a.hard and b.hard and not b.gap and b.text.split() and _small(b.text.strip())
        and not split_label(b.text.strip())[0] and not ended(a.text)
    ]  # fmt: skip
    return median(found) if len(found) >= _WRAPPED else None


def _goes_on(before: Paragraph, last: Printed, line: Printed, width: float | None) -> str:
    """Whether a line goes on with a paragraph: "" no, "sure", or "doubtful"."""
    if line.label or line.level or last.level:
        return ""
    apart = line.gap or line.page != last.page
    full = _full(last, line, width, _NEARER if ended(last.text) else _NEAR)
    label, rest = split_label(line.text)
    if label:
        broken = line.hard and not apart and not ended(before.text) and before.text
        kept = broken and not capitals(rest) and rest[:1] and not rest[:1].isupper()
        return "doubtful" if kept and (full or rest[:1].isdigit()) else ""
    if not before.text:
        return "sure" if before.rank is not None and titled(line.text) else ""
    if before.rank is not None and capitals(before.text) and not ended(before.text):
        return "sure" if capitals(line.text) and not apart and line.hard else ""
    if capitals(line.text) and not capitals(before.text) and len(line.text.split()) > 1:
        return ""
    if begins_basis(line.text) and ended(before.text) and line.text[:1].isupper():
        return ""
    if _small(line.text):
        return _goes_on_small(before, line, apart=apart, full=full)
    return _goes_on_capital(before, last, line, apart=apart, full=full)


def _goes_on_small(before: Paragraph, line: Printed, *, apart: bool, full: bool) -> str:
    if not ended(before.text):
        return "sure" if line.hard and not apart else "doubtful"
    return "doubtful" if line.hard and full and not apart else ""


def _goes_on_capital(
    before: Paragraph, last: Printed, line: Printed, *, apart: bool, full: bool
) -> str:
    """A new sentence of the paragraph, a name that the line end parts, or a new paragraph."""
    if not line.hard:
        return ""
    if not apart:
        return "doubtful" if full else ""
    if ended(before.text) or len(last.text) < _LONG_LINE:
        return ""
    # A page ends in mid-name; but a title, too, ends without a mark.
    prose = before.rank is None or full or len(before.text.split()) > _PROSE
    return "doubtful" if prose and not capitals(before.text) else ""


def _full(last: Printed, line: Printed, width: float | None, share: float) -> bool:
    first = line.text.split()[0] if line.text.split() else ""
    return width is not None and len(last.text) + 1 + len(first) >= share * width


def _small(text: str) -> bool:
    return text[:1].islower() or text[:1] in ",;.)”…"


# --- words that an old line end glued ---

_ONSET = r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
_RIME = r"(?:[iyeêaăâoôơuưoe]{1,3})(?:ng|nh|ch|[cmnpt])?"
_SYLLABLE = re.compile(_ONSET + _RIME)
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


def glued(text: str) -> Iterator[tuple[str, str]]:
    """Words that read as two syllables, with what they may have been: `phốihợp`, `phối hợp`."""
    for word in re.findall(r"[^\W\d_]{5,}", text):
        plain = _toneless(word.lower())
        if word.isascii() or len(plain) != len(word) or _SYLLABLE.fullmatch(plain):
            continue
        for at in range(2, len(word) - 1):
            parts = (plain[:at], plain[at:])
            toned = all(_toneless(half.lower()) != half.lower() for half in (word[:at], word[at:]))
            if toned and all(_SYLLABLE.fullmatch(part) for part in parts):
                yield word, f"{word[:at]} {word[at:]}"
                break


def _toneless(word: str) -> str:
    return normalize("NFC", "".join(c for c in normalize("NFD", word) if c not in _TONES))
