# A page of a PDF as words with their places, and the tables that are drawn on it.
# Hides: pdfium and its C functions, how letters become words and words lines.
# Refuses: what pdfium can't open, passwords, more pages and letters than an agreement has.
"""`pages_of(data, letters)`: what stands where on the pages of a PDF."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from macros.problem import EditorError

_MOST_PAGES = 300
_MOST_CHARACTERS = 1_000_000
_MOST_ON_PAGE = 50_000
_MOST_DRAWN = 5_000  # objects of one page that are looked at for lines of tables
# pdfium's signs for a hyphen at a line's end.
_SOFT_BREAKS = {0x02: "-", 0xFFFE: "-", 0xAD: "-"}
# Signs before list items as Symbol and Wingdings number them.
_SIGNS = {0xF02B: "+", 0xF02D: "-", 0xF0A7: "▪", 0xF0B7: "•"}
_LABEL = re.compile(r"\(?(?:\d{1,3}|[IVXivx]{1,4}|[a-zđ])[.)]")
_WORD = re.compile(r"[^\x00\x01\x03-\x20\xa0\u2000-\u200a\u3000]+")


@dataclass(frozen=True, slots=True)
class Word:
    """Letters without white space between them, with their box; y goes up the page."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    italic: bool
    loose: bool  # no white space of the file stands before it: pdfium only thought there was some
    space: float | None = None  # where white space of the file begins that ends at `left`


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline, from left to right."""

    words: tuple[Word, ...]
    page: int

    @property
    def base(self) -> float:
        return median(word.base for word in self.words)

    @property
    def size(self) -> float:
        return max(word.size for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Table:
    """The drawn lines of one table: where its columns and rows begin and end."""

    across: tuple[float, ...]
    down: tuple[float, ...]  # from the top

    def cell(self, word: Word) -> tuple[int, int] | None:
        """Row and column of a word, from 0; None outside."""
        middle, height = (word.left + word.right) / 2, word.base + word.size / 3
        if not (self.across[0] <= middle <= self.across[-1]):
            return None
        if not (self.down[-1] <= height <= self.down[0]):
            return None
        column = sum(1 for each in self.across[1:-1] if each <= middle)
        return sum(1 for each in self.down[1:-1] if each >= height), column


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on one page."""

    number: int
    height: float
    lines: tuple[Line, ...]
    tables: tuple[Table, ...]


def pages_of(data: bytes, letters: Letters) -> Iterator[Page]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error):
            raise EditorError(
                "tệp PDF có mật khẩu: mở tệp, bỏ mật khẩu rồi lưu lại, hoặc dùng bản Word"
            ) from None
        raise EditorError("tệp PDF hỏng hoặc bị cắt cụt: lấy lại tệp từ nơi đã gửi") from None
    with document:
        count = len(document)
        if count > _MOST_PAGES:
            raise EditorError(f"tệp PDF có {count} trang; nhiều nhất {_MOST_PAGES} trang")
        if not count:
            raise EditorError("tệp PDF không có trang nào")
        total = 0
        for number in range(count):
            try:
                page = document[number]
                text = page.get_textpage()
            except pdfium.PdfiumError:
                raise EditorError(f"trang {number + 1} của tệp PDF không đọc được") from None
            amount = raw.FPDFText_CountChars(text.raw)
            total += max(amount, 0)
            if amount > _MOST_ON_PAGE or total > _MOST_CHARACTERS:
                raise EditorError(f"trang {number + 1}: tệp PDF có quá nhiều chữ")
            lines = tuple(_lines(list(letters.words(text.raw, amount)), number + 1))
            tables = tuple(_drawn(page)) if lines else ()
            yield Page(number + 1, page.get_height(), lines, tables)
            text.close()
            page.close()


class Letters:
    """Asks pdfium for the words of a page: for places once a word, not once a letter."""

    def __init__(self) -> None:
        self.unsure = 0  # letters of words whose font does not say which letters it draws
        self._box = raw.FS_RECTF()
        self._origin = ctypes.c_double(), ctypes.c_double()
        self._origin_at = [ctypes.byref(each) for each in self._origin]
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self._faces: dict[tuple[bytes, int], tuple[bool, bool]] = {}

    def words(self, page: Any, amount: int) -> Iterator[Word]:
        """The words in pdfium's order."""
        for found in _WORD.finditer(self._text(page, amount)):
            text = found[0].translate(_SOFT_BREAKS | _SIGNS)
            start, last = found.start(), found.end() - 1
            loose = start > 0 and raw.FPDFText_IsGenerated(page, start - 1) == 1
            word = self._word(page, text, start, last, loose=loose)
            if start < last and word.right <= word.left + 1:
                for first, end in self._in_order(page, start, last):
                    part = text[first - start : end + 1 - start]
                    word = self._word(page, part, first, end, loose=loose or first > start)
                    own = loose and first == start
                    yield self._after_space(page, word, first) if own else word
            else:
                yield self._after_space(page, word, start) if loose else word

    def _after_space(self, page: Any, word: Word, first: int) -> Word:
        """The word with its white space, where that is on its line and takes room."""
        x, y = self._origin
        raw.FPDFText_GetCharOrigin(page, first - 1, *self._origin_at)
        room = word.left - x.value
        # pdfium puts its own space at the next letter, unless it is put for one of the file.
        if abs(y.value - word.base) < 1 and 0.1 * word.size < room < word.size:
            return replace(word, loose=False, space=x.value)
        return word

    def _text(self, page: Any, amount: int) -> str:
        """The letters of a page, just one for each place of pdfium's."""
        buffer = ctypes.create_string_buffer(2 * amount + 2)
        given = raw.FPDFText_GetText(
            page, 0, amount, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        )
        text = buffer.raw[: 2 * amount].decode("utf-16-le", "replace")
        if given == amount + 1 == len(text) + 1:
            return text
        # Some place has no letter, or one of two halves: each is asked for its own.
        codes = (raw.FPDFText_GetUnicode(page, index) for index in range(amount))
        return "".join(chr(code) if 0 < code < 0x110000 else "\ufffd" for code in codes)

    def _word(self, page: Any, text: str, first: int, last: int, *, loose: bool) -> Word:
        x, y = self._origin
        raw.FPDFText_GetCharOrigin(page, first, *self._origin_at)
        # The box of a letter with the room that its font gives it, not only of its ink.
        raw.FPDFText_GetLooseCharBox(page, last, self._box)
        begins, base = x.value, y.value
        if raw.FPDFText_HasUnicodeMapError(page, first) > 0:
            self.unsure += len(text)
        # Only letters like "Ư" reach beyond: the others are not asked, which takes time.
        wide = text[-1] > "\u0100"
        ends = self._end(page, last, base) if wide else self._box.right
        bold, italic = self._face(page, first)
        size = raw.FPDFText_GetFontSize(page, first)
        if max(text) >= "\ud800":  # letters beyond the first plane may come as two halves
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return Word(
            text=text,
            left=begins, right=max(ends, begins), base=base,
            size=size if 3 < size < 400 else max(self._box.top - self._box.bottom, 6.0),
            bold=bold, italic=italic,
            loose=loose,
        )  # fmt: skip

    def _end(self, page: Any, last: int, base: float) -> float:
        """Where a word ends: where the pen went on, for some letters reach beyond their room."""
        x, y = self._origin
        followed = raw.FPDFText_GetCharOrigin(page, last + 1, *self._origin_at)
        narrow = self._box.left + 0.6 * (self._box.right - self._box.left)
        if followed and abs(y.value - base) < 1 and narrow < x.value < self._box.right:
            return float(x.value)
        return float(self._box.right)

    def _in_order(self, page: Any, first: int, last: int) -> Iterator[tuple[int, int]]:
        """First and last letter of each part of a word that is drawn from left to right."""
        x, _ = self._origin
        at = float("-inf")
        for index in range(first, last + 1):
            raw.FPDFText_GetCharOrigin(page, index, *self._origin_at)
            place = x.value
            if place < at:
                yield first, index - 1
                first = index
            at = place
        yield first, last

    def _face(self, page: Any, index: int) -> tuple[bool, bool]:
        raw.FPDFText_GetFontInfo(page, index, self._name, 128, self._flags)
        key = self._name.value, self._flags.value
        if key not in self._faces:
            name = key[0].decode("latin-1").lower()
            self._faces[key] = (
                bool(re.search(r"bold|black|heavy|demi", name)) or bool(key[1] & 1 << 18),
                bool(re.search(r"italic|oblique", name)) or bool(key[1] & 1 << 6),
            )
        return self._faces[key]


def _drawn(page: pdfium.PdfPage) -> Iterator[Table]:
    """Tables whose lines are drawn: at least two rows and two columns of them."""
    flat: list[tuple[float, float, float]] = []  # y, from, to
    upright: list[tuple[float, float, float]] = []  # x, from, to
    bounds = [ctypes.c_float() for _ in range(4)]
    for index in range(min(raw.FPDFPage_CountObjects(page.raw), _MOST_DRAWN)):
        each = raw.FPDFPage_GetObject(page.raw, index)
        if raw.FPDFPageObj_GetType(each) != raw.FPDF_PAGEOBJ_PATH:
            continue
        raw.FPDFPageObj_GetBounds(each, *bounds)
        left, bottom, right, top = (bound.value for bound in bounds)
        wide, high = right - left > 3, top - bottom > 3
        if wide and top - bottom < 3:
            flat.append(((top + bottom) / 2, left, right))
        elif high and right - left < 3:
            upright.append(((left + right) / 2, bottom, top))
        elif wide and high and raw.FPDFPath_CountSegments(each) in (4, 5):
            flat += [(bottom, left, right), (top, left, right)]  # the frame of a cell
            upright += [(left, bottom, top), (right, bottom, top)]
    for group in _touching(flat, upright):
        across = _distinct(x for x, *_ in group[1])
        down = _distinct(y for y, *_ in group[0])
        if len(across) > 2 and len(down) > 1:
            yield Table(tuple(across), tuple(reversed(down)))


_Strokes = list[tuple[float, float, float]]


def _touching(flat: _Strokes, upright: _Strokes) -> Iterator[tuple[_Strokes, _Strokes]]:
    """Groups of lines that touch: each may be a table. They are parted from the top down."""
    reach = sorted(((low - 2, high + 2) for _, low, high in upright), reverse=True)
    spans: list[tuple[float, float]] = []
    for low, high in sorted(reach):
        if spans and low <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], high)
        else:
            spans.append((low, high))
    for low, high in reversed(spans):
        yield (
            [each for each in flat if low <= each[0] <= high],
            [each for each in upright if low <= each[1] <= high],
        )


def _distinct(values: Iterator[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > 3:
            found.append(value)
    return found


# --- words to lines ------------------------------------------------------------------------------


def _lines(words: list[Word], page: int) -> Iterator[Line]:
    """Words by baseline, from the top down; a raised number belongs to the line it is beside."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (-word.base, word.left)):
        row = rows[-1] if rows else []
        near = row and abs(row[0].base - word.base) < 0.35 * max(word.size, row[0].size)
        same = near and row[0].base == word.base
        if same or (near and not any(_overlap(word, other) for other in row)):
            row.append(word)
        else:
            rows.append([word])
    for row in rows:
        row.sort(key=lambda word: word.left)
        yield Line(tuple(_mended(row)), page)


def _overlap(word: Word, other: Word) -> bool:
    common = min(word.right, other.right) - max(word.left, other.left)
    return common > 0.5 * min(word.size, other.size) and word.base != other.base


def _mended(row: list[Word]) -> Iterator[Word]:
    """Words that touch are one: a change of font within a word parts it for pdfium alone."""
    last: Word | None = None
    before: Word | None = None  # the part of `last` that was joined last
    for word in row:
        if last and before and _touch(before, word) and not _is_item(last, word):
            last = replace(last, text=last.text + word.text, right=word.right)
        else:
            if last:
                yield last
            last = word
        before = word
    if last:
        yield last


def _is_item(last: Word, word: Word) -> bool:
    """Whether a label and its text stand side by side."""
    return word.loose and bool(_LABEL.fullmatch(last.text))


def _touch(before: Word, word: Word) -> bool:
    """Whether there is no white space between two words, whatever pdfium thought."""
    gap = word.left - before.right
    if word.loose:  # letters like "Ữ" reach over the next one
        return before.left < word.left and -0.3 * word.size < gap < 0.15 * word.size
    # White space that takes no room was drawn with letters of another font elsewhere.
    over = word.space is None or before.left > word.space - 0.1 * word.size
    return over and abs(gap) < 0.03 * word.size
