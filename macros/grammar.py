# The one grammar of an agreement's text (docs/don-vi/**.md).
# Hides: marks, escapes, nesting, line ends. Page, comparison, checks, import and search all
# read through `parse`; `write` is its inverse.
# Refuses: to guess. What it can't read is a Problem with its place, and the rest is still read.
"""Page text ↔ clauses.

The only marks are `#`, a leading `**label**` with a space, a final `{#id}` or `{#id ^parent}`,
the line `***`, `{{ clause("id", "period") }}` and a pipe table whose last line is `{#id}`.
All else is literal; a backslash before ASCII punctuation takes its meaning as a mark away.
"""

from __future__ import annotations

import re
import string
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from macros.labels import Reading, choose
from macros.model import KEBAB, Clause, ClauseId, ClauseKind, Page, Shared
from macros.problem import Problem, nearest

# Gives the text of a pinned wording, or what is wrong with the call: (code, message, hint).
Resolve = Callable[[Shared], "str | tuple[str, str, str]"]

_HEADING = re.compile(r"(#{1,6})(?:\s+(.*))?$")
_MARK = re.compile(r"\{#([^{}]*)\}\s*$")
_ID = re.compile(rf"({KEBAB})(?:\s+\^({KEBAB}))?")
_LABEL = re.compile(r"\*\*((?:\\.|[^*\\])+)\*\*(?=\s|$)")
_ESCAPE = re.compile(rf"\\([{re.escape(string.punctuation)}])")
_LIST_ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?:\s|$)")
_CALL = re.compile(r"\{\{\s*clause\((.*)\)\s*\}\}")
_ARGUMENT = re.compile(r'(?:([a-z][a-z0-9_-]*)\s*=\s*)?"([^"\\{}]*)"\s*(?:,\s*|$)')
_STRAY = re.compile(r"\{[{%#]|<(?=[A-Za-z/!?])")
_SENTENCE_END = re.compile(r"(?<=[.?!;:…]) (?=[^\W\d_])")
_BASIS = re.compile(r"(?:căn cứ|thực hiện)\b", re.IGNORECASE)
_BEFORE_AGREED = ":"
_CELL = re.compile(r"\\.|(\|)")
# What stands before a clause where the stars were forgotten.
_PLAIN_LABEL = re.compile(r"(?:[A-Za-zđĐ]|[ivxIVX]{1,5})[.)]\s")
_LONGEST_LABEL = 40
# Far more than any agreement has: what is beyond was not written by people.
_MOST_CLAUSES = 2000
_MOST_TITLE_LINES = 50
_MOST_CELLS = 2000
_LONGEST_CLAUSE = 20_000
_DEEPEST = 12
# A year in an id is a mistake, but for a law that is named after its own.
NUMBERED = re.compile(
    r"^(?!luat|nghi-dinh|thong-tu|quyet-dinh|nghi-quyet|chi-thi).*(?:^|-)(?:19|20)\d\d(?:-|$)"
    r"|^[\d-]+$"
)
# Ids of the pages themselves; their others have two dashes, which no id of a clause has.
TAKEN = re.compile(r"toan-van|du-kien|bang-so-sanh|thay-doi-\d+")
_METADATA = re.compile(r"(?:---\s*$|[A-Za-z][\w-]*\s*:\s)")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A page and what is wrong with it; a page with errors holds what could be read."""

    page: Page
    problems: tuple[Problem, ...] = ()


def fold(text: str) -> str:
    """NFC, with each run of white space made one space and none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def parse(text: str, path: str, resolve: Resolve, *, report: bool = False) -> Parsed:
    """Read a page. `report`: a report about an agreement, which has a title and no clauses."""
    parser = _Parser(path, resolve)
    blocks = parser.fitting(blocks_of(text))
    page = parser.report(blocks) if report else parser.page(blocks)
    return Parsed(page, tuple(sorted(parser.problems)))


def reworded(page: Page, resolve: Resolve) -> Page | None:
    """A page in which nothing is wrong as `parse` reads it with these wordings. None where it is to
    be read again: a wording is lacking, or what a clause is for hangs on the words that changed.
    """
    clauses = []
    for clause in page.clauses:
        if clause.shared:
            resolved = resolve(clause.shared)
            if not isinstance(resolved, str):
                return None
            text = fold(resolved)
            if text != clause.text:
                if _form(text) != _form(clause.text):
                    return None
                clause = replace(clause, text=text)  # noqa: PLW2901
        clauses.append(clause)
    return replace(page, clauses=tuple(clauses))


def write(page: Page) -> str:
    """The page's text in its normal form: `parse(write(page)).page == page`."""
    blocks = [f"# {_escape(page.title[0])}"] if page.title else []
    blocks += [_escape(line, start=True) for line in page.title[1:]]
    blocks += [_sentences(_escape(paragraph, start=True)) for paragraph in page.report]
    nesting = _Nesting()
    for clause in page.clauses:
        if clause.kind is ClauseKind.CLOSING and not nesting.closing:
            nesting.close()
            blocks.append("***")
        inside = nesting.parent_of(clause)
        mark = clause.id if clause.parent == inside else f"{clause.id} ^{clause.parent}"
        nesting.add(clause)
        blocks.append(_block(clause, mark))
    return "\n\n".join(blocks) + "\n"


# --- nesting ---


class _Nesting:
    """Which clause a new one belongs to: open headings, and below them one level per label style."""

    def __init__(self) -> None:
        self.headings: list[Clause] = []
        self.levels: list[tuple[Reading, Clause]] = []
        # The last clause and all that hold it; only these can be named by `^parent`.
        self.chain: list[ClauseId] = []
        self.parents: dict[ClauseId, ClauseId | None] = {}
        self.after: Clause | None = None
        self.closing = False

    def close(self) -> None:
        """End the open sections; a second `#` is no section but a part of the file."""
        if self.closing:
            return
        self.headings = [heading for heading in self.headings if heading.level == 1]
        self.chain = [heading.id for heading in self.headings]
        self.levels, self.after, self.closing = [], None, True

    @property
    def heading(self) -> ClauseId | None:
        return self.headings[-1].id if self.headings else None

    def parent_of(self, clause: Clause) -> ClauseId | None:
        """The parent that the marks alone give."""
        if clause.level:
            return next((h.id for h in reversed(self.headings) if h.level < clause.level), None)
        if not _opens_level(clause):
            return self.heading
        depth = self._place(clause)[1]
        if depth < len(self.levels):
            beside = self.levels[depth][1].parent
            if beside is None or beside in self.chain:
                return beside
            return self.levels[depth - 1][1].id if depth else self.heading
        if self.after is not None:  # a new style belongs to what the last paragraph belongs to
            return self.after.parent
        return self.levels[-1][1].id if self.levels else self.heading

    def add(self, clause: Clause) -> None:
        if clause.level:
            self.headings = [h for h in self.headings if h.level < clause.level] + [clause]
            self.levels, self.after, self.closing = [], None, False
        elif _opens_level(clause):
            reading, depth = self._place(clause)
            held = [level[1].id for level in self.levels]
            # The level beside the clause stays open, so that `b)` finds its `a)`.
            beside = held.index(clause.parent) + 1 if clause.parent in held else 0
            del self.levels[min(depth, beside + 1) :]
            self.levels.append((reading, clause))
            self.after = None
        elif not clause.label:
            self.after = clause
        self.parents[clause.id] = clause.parent
        self.chain = []
        above: ClauseId | None = clause.id
        while above is not None and above not in self.chain:
            self.chain.append(above)
            above = self.parents.get(above)

    def _place(self, clause: Clause) -> tuple[Reading, int]:
        return choose(clause.label, [reading for reading, _ in self.levels])


def _opens_level(clause: Clause) -> bool:
    """Whether later labels can stand beside or below a clause; those of the bases never do."""
    return bool(clause.label) and clause.kind is not ClauseKind.BASIS


# --- reading ---


class Block:
    """Lines without a blank one between them, stripped, with the line and column of each.

    `bare` is the text with its escapes blanked out: what is left of marks is meant as marks.
    """

    def __init__(self, lines: list[tuple[int, int, str]]) -> None:
        self.line = lines[0][0]
        self.lines = tuple(lines)
        self.text = " ".join(line for _, _, line in lines)
        self.bare = _ESCAPE.sub("\0\0", self.text) if "\\" in self.text else self.text
        self.mark = _MARK.search(self.bare)

    @property
    def ends(self) -> bool:
        """Whether it is the line `***`."""
        return self.text == "***"

    @property
    def heading(self) -> bool:
        """Whether it is a heading, also that of the page."""
        return bool(_HEADING.match(self.text))

    @property
    def table(self) -> bool:
        """Whether it is a pipe table, whose mark is a line of its own."""
        return self.text.startswith("|")

    @property
    def begins_text(self) -> bool:
        """Whether its first words or marks are those of a clause, so that no title holds it."""
        begun = _BASIS.match(self.text) or _LABEL.match(self.text)
        return bool(begun) or self.heading or self.table

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a place in `text`."""
        index = self.line_at(offset)
        number, column, _ = self.lines[index]
        return number, column + offset - self.starts[index]

    def line_at(self, offset: int) -> int:
        """Which of `lines` holds a place in `text`."""
        return bisect_right(self.starts, offset) - 1

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where in `text` each line begins."""
        lengths = (len(line) + 1 for _, _, line in self.lines)
        return (0, *accumulate(lengths))[:-1]


def blocks_of(text: str) -> Iterable[Block]:
    """Split at blank lines, and around each heading line and `***`."""
    held: list[tuple[int, int, str]] = []
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1):
        line = raw.strip()
        alone = line == "***" or (line.startswith("#") and bool(_HEADING.match(line)))
        if (not line or alone) and held:
            yield Block(held)
            held = []
        if line:
            held.append((number, len(raw) - len(raw.lstrip()) + 1, line))
        if alone:
            yield Block(held)
            held = []
    if held:
        yield Block(held)


class _Parser:
    def __init__(self, path: str, resolve: Resolve) -> None:
        self.path = path
        self.resolve = resolve
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}

    def problem(self, at: tuple[int, int], code: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.path, *at, code, message, hint))

    def fitting(self, blocks: Iterable[Block]) -> list[Block]:
        """The blocks that people could have written."""
        fitting: list[Block] = []
        for block in blocks:
            if len(block.text) <= _LONGEST_CLAUSE:
                fitting.append(block)
                continue
            message = f"đoạn dài {len(block.text)} ký tự, nhiều nhất {_LONGEST_CLAUSE}"
            self.problem(block.place(0), "S111", message, "Thêm dòng trống giữa các đoạn.")
        return fitting

    def report(self, blocks: list[Block]) -> Page:
        title, rest = self.title(blocks, until=1)
        paragraphs = []
        for block in rest:
            mark = block.mark
            if mark or block.ends or _HEADING.match(block.text):
                message = "trang chỉ có bài báo (text: report-only) không có điều khoản, mục, ***"
                at = block.place(mark.start() if mark else 0)
                self.problem(at, "G109", message, "Bỏ dấu đó; chữ của bài báo để nguyên.")
            if not block.ends:
                end = mark.start() if mark else len(block.text)
                paragraphs.append(self.literal(block, 0, end))
        return Page(title=title, report=tuple(paragraph for paragraph in paragraphs if paragraph))

    def page(self, blocks: list[Block]) -> Page:
        first = next((n for n, block in enumerate(blocks) if block.mark), len(blocks))
        title, rest = self.title(blocks, until=first)
        if not rest:
            hint = "Mỗi đoạn từ căn cứ đầu tiên trở đi kết thúc bằng {#ma-dieu-khoan}."
            self.problem((1, 1), "G103", "trang không có điều khoản nào", hint)
        nesting = _Nesting()
        clauses: list[Clause] = []
        front = True
        for block in rest:
            if block.ends:
                nesting.close()
                front = False
                continue
            clause = self.clause(block, nesting, front=front)
            if clause is None:
                continue
            if len(clauses) == _MOST_CLAUSES:
                message = f"trang có hơn {_MOST_CLAUSES} điều khoản"
                self.problem(block.place(0), "S110", message, "Một trang là một văn bản.")
                break
            if clause.kind is ClauseKind.HEADING:
                front = clause.level == 1
            elif clause.label and clause.kind is ClauseKind.CLAUSE:
                front = False
            nesting.add(clause)
            clauses.append(clause)
            if len(nesting.chain) == _DEEPEST + 1:
                message = f"điều khoản lồng quá {_DEEPEST} tầng"
                self.problem(block.place(0), "S112", message, "Dùng lại kiểu nhãn của tầng trên.")
        return Page(title=title, clauses=tuple(_unlabelled_parts(clauses)))

    def title(self, blocks: list[Block], until: int) -> tuple[tuple[str, ...], list[Block]]:
        at = blocks[0].place(0) if blocks else (1, 1)
        if blocks and _METADATA.match(blocks[0].lines[0][2]):
            message = "trang quy chế không có phần khai báo (front matter) ở đầu"
            hint = "Bắt đầu bằng dòng tiêu đề: # QUY CHẾ PHỐI HỢP; dữ kiện ghi ở data/units/."
            self.problem(at, "G101", message, hint)
        if not until or not blocks or not blocks[0].text.startswith("# "):
            hint = "Dòng đầu viết: # QUY CHẾ PHỐI HỢP (không có mã điều khoản)."
            self.problem(at, "G102", "thiếu dòng tiêu đề ở đầu trang", hint)
        title: list[str] = []
        if (long := sum(len(block.lines) for block in blocks[:until])) > _MOST_TITLE_LINES:
            message = f"tên gọi có {long} dòng, nhiều nhất {_MOST_TITLE_LINES}"
            self.problem(at, "S110", message, "Đoạn nào là điều khoản thì thêm mã vào cuối.")
            return (), blocks[until:]
        for number, block in enumerate(blocks[:until]):
            heading = _HEADING.match(block.text)
            if block.ends or (heading and number):
                message = f'"{_short(block.text)}" đứng trước điều khoản đầu tiên mà không có mã'
                hint = "Bỏ dòng này." if block.ends else "Thêm {#ma-dieu-khoan} vào cuối dòng."
                self.problem(block.place(0), "G103", message, hint)
            if block.ends:
                continue
            at_ = heading.start(2) if heading and heading[2] else 0
            if not heading and _BASIS.match(block.text):
                message = f'"{_short(block.text)}" nằm trong tên gọi vì chưa có mã điều khoản'
                self.problem(
                    block.place(0), "G103", message, "Thêm {#ma-dieu-khoan} vào cuối đoạn."
                )
            if heading:
                title.append(self.literal(block, at_, len(block.text)) if heading[2] else "")
                continue
            for _, _, line in block.lines:
                title.append(self.literal(block, at_, at_ + len(line)))
                at_ += len(line) + 1
        return tuple(line for line in title if line), blocks[until:]

    def clause(self, block: Block, nesting: _Nesting, *, front: bool) -> Clause | None:
        table = block.table
        found = block.mark
        mark = self.mark(block, found, table=table)
        end = found.start() if found else len(block.text)
        rows: tuple[tuple[str, ...], ...] = ()
        label, shared, level = "", None, 0
        if table:
            rows = self.table(block, end)
            text = fold(" ".join(cell for row in rows for cell in row))
        else:
            start = 0
            if _HEADING.match(block.text):
                level = len(block.text) - len(block.text.lstrip("#"))
                start = level + len(block.text[level:]) - len(block.text[level:].lstrip())
            if bold := _LABEL.match(block.text, start, end):
                label = fold(_unescape(bold[1]))
                start = bold.end() if label else start
            text, shared = self.body(block, start, end)
            self.labelled(block, start, label)
        if mark is None:
            return None
        clause_id, parent = mark
        if not text and not label:
            message, hint = (
                f'điều khoản "{clause_id}" không có chữ nào',
                "Viết chữ trước mã, hay bỏ mã.",
            )
            self.problem(block.place(0), "G110", message, hint)
        kind = _kind(text, label, level, front=front, closing=nesting.closing, table=table)
        clause = Clause(
            id=ClauseId(clause_id), kind=kind, label=label, text=text, level=level,
            rows=rows, shared=shared, line=block.line,
        )  # fmt: skip
        inside = nesting.parent_of(clause)
        above = nesting.headings[-1].level if nesting.headings else 1
        if level > above + 1:
            message = f"tiêu đề {'#' * level} nằm ngay dưới {'#' * above}"
            self.problem(block.place(0), "G111", message, "Mỗi cấp thêm đúng một dấu #.")
        if parent is not None and found:
            at = block.place(found.start() + found[0].index("^"))
            inside = self.parent(clause_id, parent, nesting, at) or inside
        return replace(clause, parent=inside)

    def parent(
        self, clause_id: str, parent: str, nesting: _Nesting, at: tuple[int, int]
    ) -> ClauseId | None:
        if parent in nesting.chain:
            return ClauseId(parent)
        message = f'"{clause_id}" chỉ về "^{parent}", không phải điều khoản đang mở ở phía trên'
        hint = (
            nearest(parent, nesting.chain) or f"Đang mở: {', '.join(nesting.chain) or 'không có'}."
        )
        self.problem(at, "G108", message, hint)
        return None

    def labelled(self, block: Block, start: int, label: str) -> None:
        """Faults of a label: typed as plain text, or swallowing the sentence."""
        if not label and (plain := _PLAIN_LABEL.match(block.text, start)):
            word = plain[0].strip()
            message = f'đoạn bắt đầu bằng "{word}" như một nhãn'
            hint = rf"Nhãn viết đậm: **{word}** …; không phải nhãn thì viết {word[:-1]}\{word[-1]}"
            self.problem(block.place(start), "G106", message, hint)
        if len(label) > _LONGEST_LABEL:
            message = f'cả câu "{_short(label)}" được in đậm như một nhãn'
            self.problem(block.place(start), "G113", message, "Chỉ in đậm số hay dấu: **I.** …")

    def mark(
        self, block: Block, found: re.Match[str] | None, *, table: bool
    ) -> tuple[str, str | None] | None:
        if not found:
            what = "bảng" if table else "đoạn"
            message = f'{what} "{_short(block.lines[0][2])}" chưa có mã điều khoản'
            hint = "Thêm vào cuối đoạn: {#ma-dieu-khoan}."
            if block.text.endswith("}") and "{#" in block.lines[-1][2]:
                hint = "Mã đứng ở cuối, viết một lần: {#ma-dieu-khoan}."
            self.problem(block.place(len(block.text)), "G103", message, hint)
            return None
        at = block.place(found.start())
        parts = _ID.fullmatch(found[1].strip())
        if not parts:
            hint = "Dùng chữ thường không dấu, nối bằng gạch ngang: {#tuyen-truyen}."
            self.problem(at, "G104", f'mã "{found[1]}" không đúng dạng', hint)
            return None
        clause_id = parts[1]
        if TAKEN.fullmatch(clause_id):
            message = f'mã "{clause_id}" là của chính trang web'
            self.problem(at, "G104", message, "Chọn mã khác, nói điều khoản viết về gì.")
        if NUMBERED.search(clause_id):
            message = f'mã "{clause_id}" mang số năm hay chỉ là số'
            hint = "Mã đi theo điều khoản qua mọi năm: nói điều khoản viết về gì, không ghi năm hay số."
            self.problem(at, "G104", message, hint)
        if clause_id in self.lines:
            message = f'mã "{clause_id}" đã dùng ở dòng {self.lines[clause_id]}'
            self.problem(at, "G105", message, "Mỗi điều khoản một mã riêng trong trang.")
            return None
        self.lines[clause_id] = at[0]
        return clause_id, parts[2]

    def body(self, block: Block, start: int, end: int) -> tuple[str, Shared | None]:
        """The clause's text, literal or of the shared clause that it names."""
        body = block.text[start:end].strip()
        call = _CALL.fullmatch(body)
        if not call:
            return self.literal(block, start, end), None
        at = block.place(block.text.index("{{", start))
        shared = self.call(call[1].strip(), at)
        if shared is None:
            return body, None
        resolved = self.resolve(shared)
        if isinstance(resolved, str):
            return fold(resolved), shared
        self.problem(at, *resolved)
        return body, shared

    def call(self, arguments: str, at: tuple[int, int]) -> Shared | None:
        given: list[tuple[str, str]] = []
        read = 0
        while read < len(arguments) and (found := _ARGUMENT.match(arguments, read)):
            given.append((found[1] or "", found[2]))
            read = found.end()
        plain = [value for name, value in given if not name]
        names = [name for name, _ in given if name]
        in_order = [name for name, _ in given[:2]] == ["", ""]
        if read < len(arguments) or len(plain) != 2 or not in_order or len(set(names)) < len(names):
            hint = 'Viết: {{ clause("hop-giao-ban", "2024-2025", union="Chi đoàn") }}'
            self.problem(at, "G107", f"không đọc được clause({arguments})", hint)
            return None
        blanks = tuple(sorted((name, value) for name, value in given if name))
        return Shared(id=plain[0], wording=plain[1], blanks=blanks)

    def table(self, block: Block, end: int) -> tuple[tuple[str, ...], ...]:
        rows: list[tuple[str, ...]] = []
        rules: list[int] = []
        start = 0
        if (bars := block.bare.count("|")) > _MOST_CELLS:
            message = f"bảng có {bars} dấu |, nhiều nhất {_MOST_CELLS}"
            self.problem(block.place(0), "S110", message, "Chia thành nhiều bảng.")
        for _, _, line in block.lines:
            spans = _cells(block.text, start, min(start + len(line), end))
            if spans:
                cells = [block.text[first:last] for first, last in spans]
                if all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                    rules.append(len(rows))
                else:
                    rows.append(tuple(self.literal(block, *span) for span in spans))
            start += len(line) + 1
        if rules != [1] or len({len(row) for row in rows}) != 1:
            message = "bảng cần dòng đầu, dòng kẻ |---|---| và các dòng có cùng số ô"
            self.problem(block.place(0), "G112", message, "Dòng cuối của bảng là {#ma-dieu-khoan}.")
        return tuple(rows)

    def literal(self, block: Block, start: int, end: int) -> str:
        """Text without marks: what is left of marks in it is a problem."""
        text = block.text[start:end]
        begin = start + len(text) - len(text.lstrip())
        if text.lstrip().startswith("**"):
            hint = r"Nhãn viết: **1.** rồi một dấu cách; hai dấu sao thật viết \*\*."
            message = f'nhãn in đậm không đọc được: "{_short(text.strip())}"'
            self.problem(block.place(begin), "G113", message, hint)
        for found in _STRAY.finditer(block.bare, start, end):
            at = block.place(found.start())
            if found[0] == "<":
                message = f'có mã HTML: "{_short(block.text[found.start() : end].strip())}"'
                self.problem(at, "S101", message, r"Bỏ đi; dấu < thật sự thì viết \<.")
            else:
                message = f'"{found[0]}" không dùng được ở giữa câu'
                hint = (
                    r"Chỉ có {#ma} ở cuối đoạn và {{ clause(…) }} thay cả đoạn; dấu thật viết \{."
                )
                self.problem(at, "G104" if found[0] == "{#" else "G107", message, hint)
        for index in range(block.line_at(start), len(block.lines)):
            number, column, line = block.lines[index]
            if block.starts[index] >= end:
                break
            if block.starts[index] >= start and (item := _LIST_ITEM.match(line)):
                word = item[0].strip()
                message = f'dòng bắt đầu như một mục danh sách: "{word}"'
                hint = f"Nhãn in viết đậm: **{word}** …; giữa câu thì nối vào dòng trên."
                self.problem((number, column), "G106", message, hint)
        return fold(_unescape(text))


def _unlabelled_parts(clauses: list[Clause]) -> Iterable[Clause]:
    """In a part with neither headings nor labels the preamble is the bases and one sentence
    that ends in a colon; the rest, however it begins, is what was agreed.
    """
    starts = [n for n, clause in enumerate(clauses) if clause.level == 1]
    for start, end in zip([0, *starts], [*starts, len(clauses)], strict=True):
        part = clauses[start:end]
        if not any(c.level > 1 or (c.label and c.kind is ClauseKind.CLAUSE) for c in part):
            at = 1 if part and part[0].level else 0
            while at < len(part) and part[at].kind is ClauseKind.BASIS:
                at += 1
            if at < len(part) and part[at].text.endswith(_BEFORE_AGREED):
                at += 1
            agreed = (ClauseKind.BASIS, ClauseKind.PREAMBLE)
            part[at:] = [
                replace(c, kind=ClauseKind.CLAUSE) if c.kind in agreed and not c.label else c
                for c in part[at:]
            ]
        yield from part


def _kind(
    text: str, label: str, level: int, *, front: bool, closing: bool, table: bool
) -> ClauseKind:
    if level:
        return ClauseKind.HEADING
    if closing:
        return ClauseKind.CLOSING
    if table:
        return ClauseKind.TABLE
    if front and _BASIS.match(text):
        return ClauseKind.BASIS
    if front and not label:
        return ClauseKind.PREAMBLE
    return ClauseKind.CLAUSE


def _form(text: str) -> tuple[bool, bool, bool]:
    """All that is asked of a clause's words while a page is read."""
    return bool(text), bool(_BASIS.match(text)), text.endswith(_BEFORE_AGREED)


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the cells of a row begin and end in `text`, without the white space around them."""
    bars = [found.start() for found in _CELL.finditer(text, start, end) if found[1]]
    spans = list(zip([start, *(bar + 1 for bar in bars)], [*bars, end], strict=True))
    if spans and not text[slice(*spans[0])].strip():
        spans = spans[1:]
    if spans and not text[slice(*spans[-1])].strip():
        spans = spans[:-1]
    trimmed = []
    for first, last in spans:
        cell = text[first:last]
        begin = first + len(cell) - len(cell.lstrip())
        trimmed.append((begin, begin + len(cell.strip())))
    return trimmed


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _unescape(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


# --- writing ---


def _block(clause: Clause, mark: str) -> str:
    if clause.kind is ClauseKind.TABLE or clause.rows:
        rows = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in clause.rows]
        rows.insert(1, "|" + "---|" * len(clause.rows[0]))
        return "\n".join([*rows, f"{{#{mark}}}"])
    label = "**" + _escape(clause.label, stars=True) + "**" if clause.label else ""
    text = _written_call(clause.shared) if clause.shared else _escape(clause.text, start=not label)
    body = " ".join(part for part in (label, text, f"{{#{mark}}}") if part)
    if clause.level:
        return f"{'#' * clause.level} {body}"
    return body if clause.shared else _sentences(body)


def _written_call(shared: Shared) -> str:
    arguments = [f'"{shared.id}"', f'"{shared.wording}"']
    arguments += [f'{name}="{value}"' for name, value in shared.blanks]
    return "{{ clause(" + ", ".join(arguments) + ") }}"


def _sentences(body: str) -> str:
    """One sentence per line; only where the next line can't be taken for a mark."""
    lines = [""]
    for sentence in _SENTENCE_END.split(body):
        joined = f"{lines[-1]} {sentence}".strip()
        if lines[-1] and (lines[-1].endswith((";", ":")) or not sentence[0].isupper()):
            lines[-1] = joined
        elif not lines[-1]:
            lines[-1] = sentence
        else:
            lines.append(sentence)
    return "\n".join(lines)


def _escape(text: str, *, start: bool = False, stars: bool = False) -> str:
    text = text.replace("\\", "\\\\")
    text = re.sub(r"\{(?=[{%#])|<(?=[A-Za-z/!?])", r"\\\g<0>", text)
    text = re.sub(r"\*" if stars else r"^\*\*", lambda found: "\\*" * len(found[0]), text)
    if start:
        text = re.sub(r"^(?=[-+*#|](?:\s|$|[#*|]))|^(?=\|)", r"\\", text)
        text = re.sub(r"^(\d{1,9}|[A-Za-zđĐ]|[ivxIVX]{1,5})(?=[.)](?:\s|$))", r"\1\\", text)
    return text


def _cell(text: str) -> str:
    escaped = _escape(text).replace("|", "\\|")
    return f"\\{escaped}" if re.fullmatch(r":?-+:?", escaped) else escaped
