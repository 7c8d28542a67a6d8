# A .docx → what it prints, in the order of print.
# Hides: runs, fields, text boxes, tracked changes, merged cells; which of two drawings Word shows.
# Refuses: to lose a word in silence: what is not of the text is in `left_out` with its reason.
"""`read_word(data)`: a Word file as a Manuscript.

It reads the parts itself instead of through python-docx, which parses every part of a package
before one can look, and knows neither automatic numbers nor text boxes, notes and changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from macros.foreign.elements import Element, child, name, value, within
from macros.foreign.numbering import Numbering
from macros.foreign.ooxml import Package, opened
from macros.foreign.styling import Letters, Look, Styles
from macros.foreign.wordparts import (
    PRIVATE,
    UNKNOWN_SIGN,
    chosen,
    flat,
    placed,
    sign,
    symbol_of,
    text_of,
    unheard,
    words_in,
)
from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.problem import EditorError

_MOST_PARAGRAPHS = 20_000
_MOST_CELLS = 50_000
_DEEPEST = 8  # tables and text boxes in each other
_DEEPEST_FIELD = 40
_ADDED, _GONE = {"w:ins", "w:moveTo"}, {"w:del", "w:moveFrom"}
_WHY_CHANGED = {
    "w:del": "đã bị xóa trong chế độ theo dõi thay đổi",
    "w:moveFrom": "đã chuyển đi nơi khác trong chế độ theo dõi thay đổi",
    "w:ins": "được thêm trong chế độ theo dõi thay đổi, chưa chấp nhận",
    "w:moveTo": "được chuyển đến trong chế độ theo dõi thay đổi, chưa chấp nhận",
}
_WHY_HIDDEN = "chữ ẩn, Word không in"
_WHY_CODE = "mã của một trường, Word không in"
_WHY_PAGE = "số trang"
_WHY_ASTRAY = "chữ nằm sai chỗ trong tệp (ngoài đoạn và ô của bảng), có thể Word không in"
_MOST_SHIFTED, _LONGEST_SHIFTED = 20, 40  # words that a note names, letters of each
_SIGNS = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:br": "\n",
    "w:cr": "\n",
    "w:noBreakHyphen": "-",
}
_PAGE_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES"}
_NUMBER_FIELDS = {"LISTNUM", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT"}
_COMMAND_FIELDS = {"DDE", "DDEAUTO"}
_FOREIGN = {"w:altChunk", "w:subDoc"}
_NOTES = {
    "w:footnoteReference": ("footnotes", "w:footnote", "chú thích cuối trang"),
    "w:endnoteReference": ("endnotes", "w:endnote", "chú thích cuối văn bản"),
}
_MARGINS = {
    "w:headerReference": ("header", "đầu trang"),
    "w:footerReference": ("footer", "chân trang"),
}
_OLD_FONT = re.compile(r"\.Vn|VNI-|VN[A-Z]|\.VN", re.ASCII)


def read_word(data: bytes, *, accept: bool = True) -> Manuscript:
    """All that a .docx prints. Raises EditorError for a file that should not or cannot be read.

    Tracked changes are read as accepted; with `accept=False` as rejected. `notes` says so.
    """
    try:
        return _Reader(opened(data), accept=accept).manuscript()
    except RecursionError as error:
        raise EditorError(f"tệp Word lồng nhau quá sâu. {_SIMPLER}") from error


_SIMPLER = "Chép toàn bộ chữ sang một tệp Word mới, lưu lại thành .docx rồi thử lại."


@dataclass(slots=True)
class _Run:
    """Letters that are set alike."""

    text: str
    bold: bool
    italic: bool
    shifted: bool = False  # above or below the line


@dataclass(slots=True)
class _Field:
    """A field; `command` is None until its code is over and its result begins."""

    code: list[str] = field(default_factory=list)
    command: str | None = None


@dataclass(slots=True)
class _Gathered:
    """What the runs of one printed paragraph hold, before it is known where it ends."""

    runs: list[_Run] = field(default_factory=list)
    left: list[tuple[str, list[str]]] = field(default_factory=list)  # why, texts
    boxes: list[Element] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)

    def text(self) -> str:
        """What the paragraph prints."""
        return "".join(each.text for each in self.runs)

    def leave(self, text: str, why: str) -> None:
        """Text that is not of the document; what is left out for one reason stays together."""
        if not self.left or self.left[-1][0] != why:
            self.left.append((why, []))
        self.left[-1][1].append(text)


@dataclass(slots=True)
class _Where:
    """A run of blocks: the body, a cell, a box. `fixed`: the place of all its paragraphs."""

    fixed: str = ""
    deep: int = 0
    tables: int = 0
    gap: bool = False

    def table(self) -> str:
        """The place of the next table."""
        self.tables += 1
        return f"{self.fixed}, bảng {self.tables}" if self.fixed else f"bảng {self.tables}"


_PLAIN = Look(style="", chain=())


class _Reader:
    """Walks the parts of one file once."""

    def __init__(self, package: Package, *, accept: bool) -> None:
        self._package = package
        self._accept = accept
        self._styles = Styles(package.root("styles"))
        self._numbering = Numbering(package.root("numbering"), self._styles.list_of)
        self._fields: list[_Field] = []
        self._left: list[LeftOut] = []
        self._seen: Counter[str] = Counter()  # what the notes count
        self._beside: dict[str, dict[str | None, Element]] = {}  # notes not yet told
        self._heard: set[Element] = set()  # letters that were printed or left out
        self._shifted: dict[str, None] = {}  # words with letters above or below the line
        self._paragraphs = 0
        self._boxes = 0
        self._all = 0
        self._cells = 0

    def manuscript(self) -> Manuscript:
        """The whole file: body, then margins and comments among what was left out."""
        for root in (self._package.document, *(each.root for each in self._package.linked)):
            _refuse_deep_forms(root)
        body = child(self._package.document, "w:body")
        parts = tuple(self._blocks(body, _Where())) if body is not None else ()
        self._astray(self._package.document, "trong tệp")
        self._margins()
        for at, each in enumerate(self._entries("comments", "w:comment"), 1):
            self._aside(each, f"nhận xét {at}", "nhận xét của người duyệt")
        if not any(each.text.strip() for part in parts for each in _lines(part)):
            raise EditorError(
                "tệp Word không có chữ nào (có thể chỉ có hình chụp văn bản). "
                "Cần bản Word có chữ, hoặc nhận dạng chữ (OCR) trước."
            )
        return Manuscript(parts, tuple(self._left), tuple(self._notes()))

    # Blocks: paragraphs and tables.

    def _blocks(self, parent: Element, where: _Where) -> Iterator[Printed | Grid]:
        if where.deep > _DEEPEST:
            raise EditorError(f"{where.fixed}: bảng lồng trong bảng quá sâu. {_SIMPLER}")
        gathered, look = _Gathered(), _PLAIN
        for each in self._flat(parent, where.fixed or f"đoạn {max(1, self._paragraphs)}"):
            kind = name(each)
            if kind in _FOREIGN:
                raise EditorError(
                    f"tệp Word nhúng một tệp khác làm nội dung ({kind[2:]}). {_SIMPLER}"
                )
            if kind == "w:tbl":
                yield from self._ended(gathered, look, where)
                gathered = _Gathered()
                yield from self._table(each, where)
            elif kind == "w:p":
                self._count_paragraph()
                form = child(each, "w:pPr")
                look = self._look(form)
                self._inline(each, look.style, Letters(), "", gathered)
                if not self._joins_next(form):
                    number = self._number(gathered, look, form)
                    yield from self._ended(gathered, look, where, number)
                    gathered = _Gathered()
            elif not kind.endswith("Pr"):  # bookmarks, and runs that lost their paragraph
                self._count_paragraph()
                self._inline([each], "", Letters(), "", gathered)
        yield from self._ended(gathered, look, where)

    def _flat(self, parent: Element, place: str) -> Iterator[Element]:
        """The blocks, rows or cells in an element; those that a change takes away are left out."""
        for each in flat(parent):
            kind = name(each)
            if kind not in _WHY_CHANGED:
                yield each
            elif why := self._why(kind):
                self._leave_all(each, place, why)
            else:
                yield from self._flat(each, place)

    def _count_paragraph(self) -> None:
        self._all += 1
        if self._all > _MOST_PARAGRAPHS:
            most = f"{_MOST_PARAGRAPHS:_}".replace("_", ".")
            raise EditorError(f"tệp Word có trên {most} đoạn. Chia nhỏ tệp rồi thử lại.")

    def _form(self, form: Element | None) -> Element | None:
        """The properties of a paragraph; where changes are rejected, those before them."""
        before = child(form, "w:pPrChange", "w:pPr")
        return form if self._accept or before is None else before

    def _look(self, form: Element | None) -> Look:
        chosen = self._form(form)
        look = self._styles.look(chosen)
        if not self._accept and child(chosen, "w:numPr", "w:ins") is not None:
            look = replace(look, number="")
        own = value(child(chosen, "w:numPr", "w:ilvl"))
        if look.number and own is None:
            linked = self._numbering.level_of(look.number, look.chain)
            return look if linked is None else replace(look, depth=linked)
        return look

    def _joins_next(self, form: Element | None) -> bool:
        """Whether the paragraph's end itself is gone, so that the next one goes on with it."""
        mark = child(form, "w:rPr")
        gone = _GONE if self._accept else _ADDED
        return mark is not None and any(name(each) in gone for each in mark)

    def _number(self, gathered: _Gathered, look: Look, form: Element | None) -> str:
        """The automatic label of a paragraph that ends by its own mark, which counts by that."""
        if not look.number:
            return ""
        hidden = self._styles.letters(look.style, child(form, "w:rPr")).hidden
        if hidden and not gathered.text().strip():
            return ""
        return self._numbering.label(look.number, look.depth or 0)

    def _ended(
        self, gathered: _Gathered, look: Look, where: _Where, label: str | None = None
    ) -> Iterator[Printed | Grid]:
        """A paragraph that has ended, then the boxes that hang on it.

        `label`: None where it did not end by its own mark, so that an empty one is no gap.
        """
        text = gathered.text()
        printed = bool(text.strip())
        if printed:
            self._paragraphs += not where.fixed
        place = where.fixed or f"đoạn {self._paragraphs}"
        if printed:
            seen = [each for each in gathered.runs if each.text.strip()]
            self._shifted.update(dict.fromkeys(_shifted_words(gathered.runs)))
            yield Printed(
                text=text, place=place, label=label or "", gap=where.gap,
                bold=all(each.bold for each in seen), italic=all(each.italic for each in seen),
                centred=look.centred, level=look.level,
            )  # fmt: skip
        elif label:
            self._left.append(LeftOut(label, place, "số tự động của một đoạn không có chữ"))
        if printed or label is not None:
            where.gap = not printed
        out = [("".join(texts), why) for why, texts in gathered.left]
        self._left += [LeftOut(left, place, why) for left, why in out if left.strip()]
        for each in gathered.notes:
            self._note(each, place)
        for box in gathered.boxes:
            self._boxes += 1
            inside = _Where(fixed=f"khung chữ {self._boxes}", deep=where.deep + 1)
            yield from self._apart(box, inside)

    def _apart(self, parent: Element, where: _Where) -> Iterator[Printed | Grid]:
        """Blocks of a story of their own: no field and no number goes on from outside."""
        outside = self._fields, self._numbering
        self._fields, self._numbering = [], self._numbering.apart()
        yield from self._blocks(parent, where)
        self._fields, self._numbering = outside

    # Tables.

    def _table(self, table: Element, where: _Where) -> Iterator[Printed | Grid]:
        near = where.fixed or f"bảng {where.tables + 1}"
        rows = [each for each in self._flat(table, near) if name(each) == "w:tr"]
        rows = [each for each in rows if not self._changed_away(child(each, "w:trPr"), each, near)]
        cells_of = [list(placed(row, self._flat(row, near))) for row in rows]
        starts = sorted({start for row in cells_of for start, _ in row})
        columns = {start: at for at, start in enumerate(starts)}
        ruled = self._styles.is_ruled(table)
        deep = where.deep + 1
        if len(rows) == 1 and len(cells_of[0]) == 1 and not ruled:  # a frame that nobody sees
            inside = _Where(fixed=where.fixed, deep=deep, tables=where.tables, gap=where.gap)
            yield from self._blocks(cells_of[0][0][1], inside)
            where.tables, where.gap = inside.tables, inside.gap
            return
        self._cells += len(rows) * len(starts)
        if self._cells > _MOST_CELLS:
            raise EditorError(f"tệp Word có bảng quá lớn (trên 50.000 ô). {_SIMPLER}")
        place = where.table()
        found = []
        for row_at, row in enumerate(cells_of, 1):
            cells: list[tuple[Printed, ...]] = [()] * len(starts)
            for at, (start, cell) in enumerate(row, 1):
                inside = _Where(fixed=f"{place}, hàng {row_at}, ô {at}", deep=deep)
                cells[columns[start]] = tuple(self._cell(cell, inside))
            found.append(tuple(cells))
        if any(cell for row in found for cell in row):
            yield Grid(rows=tuple(found), place=place, ruled=ruled)
        where.gap = False

    def _cell(self, cell: Element, where: _Where) -> Iterator[Printed]:
        form = child(cell, "w:tcPr")
        if self._changed_away(form, cell, where.fixed):
            return
        for tag in ("w:vMerge", "w:hMerge"):
            merged = child(form, tag)
            if merged is not None and value(merged) != "restart":
                self._leave_all(cell, where.fixed, "ô đã gộp vào ô khác, Word không in")
                return
        for part in self._blocks(cell, where):
            yield from _lines(part)

    def _changed_away(self, form: Element | None, element: Element, place: str) -> bool:
        """Whether a row or cell goes once changes are accepted or rejected; it is left out."""
        gone = "del" if self._accept else "ins"
        marks = (child(form, f"w:{gone}"), child(form, f"w:cell{gone.capitalize()}"))
        if all(each is None for each in marks):
            return False
        self._leave_all(element, place, _WHY_CHANGED[f"w:{gone}"])
        return True

    # What stands in a paragraph.

    def _inline(
        self, parent: Element, style: str, letters: Letters, why: str, into: _Gathered
    ) -> None:
        """Everything in a paragraph or a run. `why`: the reason to leave it out, "" for none."""
        for each in parent:
            kind = name(each)
            if kind == "w:r":
                form = child(each, "w:rPr")
                own = self._styles.letters(style, form)
                self._inline(each, style, own, why or (_WHY_HIDDEN if own.hidden else ""), into)
            elif kind in ("w:t", "m:t"):
                self._heard.add(each)
                self._say(text_of(each), letters, why, into)
            elif kind == "w:delText":
                self._heard.add(each)
                self._say(text_of(each), letters, why or self._why("w:del"), into)
            elif kind in _SIGNS:
                self._say(_SIGNS[kind], letters, why, into)
            elif kind == "w:sym":
                self._say(symbol_of(each), letters, why, into)
            elif kind in _ADDED or kind in _GONE:
                self._inline(each, style, letters, why or self._why(kind), into)
            elif kind == "w:fldChar":
                self._field(value(each, "fldCharType"))
            elif kind in ("w:instrText", "w:delInstrText"):
                if self._fields:
                    self._fields[-1].code.append(each.text or "")
            elif kind == "w:fldSimple":
                self._field("begin")
                self._fields[-1].code.append(value(each, "instr") or "")
                self._field("separate")
                self._inline(each, style, letters, why, into)
                self._field("end")
            elif kind == "mc:AlternateContent":
                self._inline(chosen(each), style, letters, why, into)
            elif kind in ("w:drawing", "w:pict", "w:object"):
                self._seen["objects"] += kind == "w:object"
                self._drawn(each, why, into)
            elif kind in _NOTES:
                into.notes.append(each)
            elif kind in _FOREIGN:
                raise EditorError(f"tệp Word nhúng một tệp khác ({kind[2:]}). {_SIMPLER}")
            elif not kind.endswith("Pr"):
                self._seen["formulas"] += kind == "m:oMath"
                self._inline(each, style, letters, why, into)

    def _why(self, kind: str) -> str:
        """Why text in such a change is not of the document; "" where it is."""
        return _WHY_CHANGED[kind] if (kind in _GONE) == self._accept else ""

    def _say(self, text: str, letters: Letters, why: str, into: _Gathered) -> None:
        if not why and self._fields:
            why = self._why_field()
        if why:
            into.leave(text, why)
            return
        text = PRIVATE.sub(self._letter, text)
        if letters.capitals and text != text.upper():
            self._seen["capitals"] += 1
            text = text.upper()
        into.runs.append(_Run(text, letters.bold, letters.italic, letters.shifted))

    def _letter(self, found: re.Match[str]) -> str:
        """A code of Symbol or Wingdings as the sign that it prints."""
        printed = sign(found[0])
        self._seen["symbols"] += printed == UNKNOWN_SIGN
        return printed

    def _field(self, step: str | None) -> None:
        if step == "begin":
            self._fields.append(_Field())
            if len(self._fields) > _DEEPEST_FIELD:
                raise EditorError(f"tệp Word có trường lồng nhau quá sâu. {_SIMPLER}")
        if not self._fields or step not in ("separate", "end"):
            return
        own = self._fields[-1]
        if own.command is None:
            own.command = next(iter("".join(own.code).split(maxsplit=1)), "").upper()
            self._seen["number fields"] += own.command in _NUMBER_FIELDS
            if own.command in _COMMAND_FIELDS:
                raise EditorError(
                    f"tệp Word có trường {own.command} gọi chương trình khác. {_SIMPLER}"
                )
        if step == "end":
            self._fields.pop()

    def _why_field(self) -> str:
        for each in self._fields:
            if each.command is None:
                return _WHY_CODE
            if each.command in _PAGE_FIELDS:
                return _WHY_PAGE
        return ""

    def _drawn(self, parent: Element, why: str, into: _Gathered) -> None:
        """Boxes, words drawn as a picture, and how many pictures there are."""
        for each in parent:
            kind = name(each)
            if kind == "w:txbxContent" or child(each, "w:p") is not None:
                if why:
                    into.leave(words_in(each, self._heard), why)
                else:
                    into.boxes.append(each)
            elif kind == "mc:AlternateContent":
                self._drawn(chosen(each), why, into)
            else:
                self._seen["pictures"] += kind in ("a:blip", "v:imagedata")
                if kind == "a:t":
                    self._heard.add(each)
                    into.leave((each.text or "") + " ", why or "chữ trong hình vẽ")
                self._seen["charts"] += kind in ("c:chart", "dgm:relIds")
                if kind == "v:textpath" and each.get("string"):
                    into.leave(each.get("string") + " ", why or "chữ vẽ thành hình (WordArt)")
                self._drawn(each, why, into)

    # What stands beside the text.

    def _note(self, reference: Element, place: str) -> None:
        part, tag, why = _NOTES[name(reference)]
        self._seen[part] += 1
        if part not in self._beside:
            self._beside[part] = {value(each, "id"): each for each in self._entries(part, tag)}
        note = self._beside[part].pop(value(reference, "id"), None)
        if note is not None:
            self._aside(note, place, why)

    def _margins(self) -> None:
        keys = {
            value(each, "id", "r"): _MARGINS[name(each)][1]
            for each in within(self._package.document, *_MARGINS)
        }
        roots = {(keys.get(each.key), each.root) for each in self._package.linked}
        done: set[tuple[str, str]] = set()
        for each in self._package.linked:
            why = keys.get(each.key)
            if not why or (why, each.root) not in roots:
                continue
            roots.remove((why, each.root))
            words = words_in(each.root)
            if (why, words) not in done:
                done.add((why, words))
                self._aside(each.root, why, why)

    def _entries(self, part: str, tag: str) -> list[Element]:
        root = self._package.root(part)
        return [] if root is None else [each for each in root if name(each) == tag]

    def _aside(self, element: Element, place: str, why: str) -> None:
        """The paragraphs of a note, a margin or a comment, all left out."""
        before = len(self._left)
        parts = self._apart(element, _Where(fixed=place))
        lines = [line for part in parts for line in _lines(part)]
        out = [LeftOut(f"{each.label} {each.text}".strip(), place, why) for each in lines]
        self._left[before:before] = out
        self._astray(element, place)

    def _astray(self, element: Element, place: str) -> None:
        """Letters where no letters belong, which nothing has read: each is left out."""
        for each in unheard(element, self._heard):
            self._heard.add(each)
            self._left.append(LeftOut(text_of(each), place, _WHY_ASTRAY))

    def _leave_all(self, element: Element, place: str, why: str) -> None:
        text = words_in(element, self._heard)
        if text.strip():
            self._left.append(LeftOut(text, place, why))

    def _notes(self) -> Iterator[str]:
        changes = len(_changes(self._package.document))
        if changes:
            how = "chấp nhận" if self._accept else "từ chối"
            yield (
                f"Tệp có {changes} thay đổi chưa chấp nhận (track changes): "
                f"đã đọc như đã {how} tất cả."
            )
        for key, text in _TOLD.items():
            if self._seen[key]:
                yield text.format(self._seen[key])
        if self._shifted:
            words = [each[:_LONGEST_SHIFTED] for each in self._shifted]
            more = f" và {len(words) - _MOST_SHIFTED} chữ khác" if words[_MOST_SHIFTED:] else ""
            yield (
                "Chữ chỉ số trên/dưới đã đọc thành chữ thường, nghĩa có thể khác: "
                f"{', '.join(words[:_MOST_SHIFTED])}{more}."
            )
        if self._numbering.unknown:
            yield f"Kiểu số tự động lạ, đã đọc thành 1, 2, 3: {_listed(self._numbering.unknown)}."
        if old := {each for each in self._styles.fonts if _OLD_FONT.match(each)}:
            yield f"Tệp dùng phông chữ cũ, dấu có thể sai: {_listed(old)}."


_TOLD = {
    "pictures": "Tệp có {} hình: chữ trong hình không đọc được.",
    "charts": "Tệp có {} biểu đồ hay sơ đồ: chữ trong đó không đọc được.",
    "objects": "Tệp có {} đối tượng nhúng (Excel, công thức …): nội dung của chúng không đọc được.",
    "formulas": "Tệp có {} công thức: đã đọc thành chữ liền nhau.",
    "footnotes": "{} chú thích cuối trang không nằm trong trang: số và chữ của chúng để ngoài.",
    "endnotes": "{} chú thích cuối văn bản không nằm trong trang: số và chữ của chúng để ngoài.",
    "capitals": "{} chỗ viết hoa bằng định dạng (All caps): đã đọc thành chữ hoa như khi in.",
    "symbols": "{} ký hiệu của phông Symbol, Wingdings không đọc được: đã ghi thành \ufffd.",
    "number fields": "{} số do trường LISTNUM, AUTONUM sinh ra: không đọc được, phải tự ghi.",
}


def _lines(part: Printed | Grid) -> Iterable[Printed]:
    return part.lines() if isinstance(part, Grid) else (part,)


def _refuse_deep_forms(root: Element) -> None:
    """Each form of a drawing is searched for words, so that forms in forms cost by depth."""
    for each in within(root, "mc:AlternateContent"):
        above = each.iterancestors(each.tag)
        if sum(1 for _ in above) > _DEEPEST:
            raise EditorError(f"tệp Word có hình vẽ lồng nhau quá sâu. {_SIMPLER}")


def _shifted_words(runs: list[_Run]) -> Iterator[str]:
    """The words of a paragraph that have letters above or below the line."""
    if any(each.shifted for each in runs):
        text = "".join(each.text for each in runs)
        marks = "".join(("x" if each.shifted else " ") * len(each.text) for each in runs)
        for found in re.finditer(r"\S+", text):
            if "x" in marks[found.start() : found.end()]:
                yield found[0]


def _changes(document: Element) -> set[tuple[str, str]]:
    """Tracked changes, each once although a drawing has them in both its forms."""
    found = within(document, *_ADDED, *_GONE)
    return {(name(each), value(each, "id") or f"-{at}") for at, each in enumerate(found)}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)[:5])
