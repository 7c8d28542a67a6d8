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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from macros.labels import Reading, ordinal, readings
from macros.model import KEBAB, Clause, ClauseId, ClauseKind, Page, Shared
from macros.problem import Problem, Severity, nearest

# Gives the text of a pinned wording, or what is wrong with the call: (code, message, hint).
Resolve = Callable[[Shared], "str | tuple[str, str, str]"]

_HEADING = re.compile(r"(#{1,6})(?:\s+(.*))?$")
_MARK = re.compile(r"(?<!\\)\{#([^{}]*)\}\s*$")
_ID = re.compile(rf"({KEBAB})(?:\s+\^({KEBAB}))?")
_LABEL = re.compile(r"\*\*((?:\\.|[^*\\])+)\*\*(?: |$)")
_ESCAPE = re.compile(rf"\\([{re.escape(string.punctuation)}])")
_LIST_ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?:\s|$)")
_HTML = re.compile(r"<(?=[A-Za-z/!?])")
_CALL = re.compile(r'\{\{\s*clause\(\s*(.*?)\s*\)\s*\}\}')
_ARGUMENT = re.compile(r'(?:([a-z][a-z0-9_-]*)\s*=\s*)?"([^"\\{}]*)"\s*(?:,\s*|$)')
_SENTENCE_END = re.compile(r"(?<=[.?!;:…]) (?=[^\W\d_])")
_BASIS = re.compile(r"(?:căn cứ|thực hiện)\b", re.IGNORECASE)
_STAR = re.compile(r"[\\*]")
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
    blocks = list(_blocks(text))
    page = parser.report(blocks) if report else parser.page(blocks)
    return Parsed(page, tuple(sorted(parser.problems)))


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


def cite(page: Page) -> Mapping[ClauseId, str]:
    """How each clause is cited: `khoản 3 mục I`, `khoản 2 (thứ hai) mục IV`, `đoạn 3 khoản 2 mục II`.

    A Điều is cited without what stands above it, because it runs on through the chapters.
    """
    by_id = {clause.id: clause for clause in page.clauses}
    own: dict[ClauseId, str] = {}
    whole: dict[ClauseId, str] = {}
    siblings: dict[tuple[ClauseId | None, str], list[Clause]] = {}
    chosen = _chosen(page.clauses)
    for clause in page.clauses:
        siblings.setdefault((clause.parent, _sort(clause, chosen)), []).append(clause)
    for (_, sort), group in siblings.items():
        for place, clause in enumerate(group, 1):
            reading = chosen.get(clause.id)
            if reading is None or not reading.shown:
                own[clause.id] = sort if len(group) == 1 and sort == "đoạn kết" else f"{sort} {place}"
            else:
                again = f" ({ordinal(place)})" if len(group) > 1 else ""
                own[clause.id] = f"{reading.word} {reading.shown}{again}"
    for clause in page.clauses:
        above = by_id.get(clause.parent) if clause.parent else None
        cited = own[clause.id]
        whole[clause.id] = (
            cited if above is None or cited.startswith("Điều") else f"{cited} {whole[above.id]}"
        )
    return whole


def out_of_sequence(page: Page) -> Iterable[tuple[Clause, str]]:
    """Labelled clauses that don't follow the label before them, with the number expected."""
    chosen = _chosen(page.clauses)
    last: dict[tuple[ClauseId | None, str], int] = {}
    running: dict[str, int] = {}
    for clause in page.clauses:
        reading = chosen.get(clause.id)
        if reading is None or reading.number is None:
            continue
        if reading.word == "Điều":  # runs on through the chapters
            before, running["Điều"] = running.get("Điều", 0), reading.number
        else:
            key = (clause.parent, reading.style)
            before, last[key] = last.get(key, 0), reading.number
        if reading.number != before + 1:
            yield clause, str(before + 1)


def _sort(clause: Clause, chosen: Mapping[ClauseId, Reading]) -> str:
    """What is counted together: clauses of one printed label, dashes, or unlabelled paragraphs."""
    reading = chosen.get(clause.id)
    if reading is not None:
        return f"{reading.word} {reading.shown}".strip()
    names = {
        ClauseKind.BASIS: "căn cứ",
        ClauseKind.PREAMBLE: "đoạn mở đầu",
        ClauseKind.CLOSING: "đoạn kết",
        ClauseKind.TABLE: "bảng",
        ClauseKind.HEADING: "mục không số",
    }
    return names.get(clause.kind, "đoạn")


def _chosen(clauses: Iterable[Clause]) -> dict[ClauseId, Reading]:
    """For each labelled clause the reading that its neighbours make likeliest."""
    found: dict[ClauseId, Reading] = {}
    last: dict[tuple[ClauseId | None, str], int | None] = {}
    for clause in clauses:
        if not clause.label:
            continue
        options = readings(clause.label)
        follows = [
            option
            for option in options
            if option.number is not None
            and last.get((clause.parent, option.style)) == option.number - 1 != 0
        ]
        reading = (follows or options)[0]
        if reading.word == "khoản" and clause.kind is ClauseKind.HEADING and clause.level <= 2:
            reading = replace(reading, word="mục")
        found[clause.id] = reading
        last[clause.parent, reading.style] = reading.number
    return found


# --- nesting ---


class _Nesting:
    """Which clause a new one belongs to: open headings, and below them one level per label style."""

    def __init__(self) -> None:
        self.headings: list[Clause] = []
        self.labelled: list[tuple[str, int | None, Clause]] = []
        self.chain: list[ClauseId] = []
        self.parents: dict[ClauseId, ClauseId | None] = {}
        self.closing = False

    def close(self) -> None:
        self.headings, self.labelled, self.closing = [], [], True
        self.chain = []

    def parent_of(self, clause: Clause) -> ClauseId | None:
        """The parent that the marks alone give."""
        if clause.level:
            return next((h.id for h in reversed(self.headings) if h.level < clause.level), None)
        if clause.label:
            depth = self._depth(clause.label)
            if depth:
                return self.labelled[depth - 1][2].id
        return self.headings[-1].id if self.headings else None

    def add(self, clause: Clause) -> None:
        if clause.level:
            self.headings = [h for h in self.headings if h.level < clause.level] + [clause]
            self.labelled, self.closing = [], False
        elif clause.label:
            depth = self._depth(clause.label)
            natural = self.parent_of(clause)
            if clause.parent != natural:
                held = [entry[2].id for entry in self.labelled]
                depth = held.index(clause.parent) + 1 if clause.parent in held else 0
            reading = self._reading(clause.label)
            del self.labelled[depth:]
            self.labelled.append((reading.style, reading.number, clause))
        self.parents[clause.id] = clause.parent
        chain: list[ClauseId] = []
        above: ClauseId | None = clause.id
        while above is not None and above not in chain:
            chain.append(above)
            above = self.parents.get(above)
        self.chain = chain

    def _reading(self, label: str) -> Reading:
        options = readings(label)
        for option in options:
            for style, number, _ in self.labelled:
                if style == option.style and (
                    number is None or option.number is None or option.number == number + 1
                ):
                    return option
        known = [style for style, _, _ in self.labelled]
        return next((option for option in options if option.style in known), options[0])

    def _depth(self, label: str) -> int:
        style = self._reading(label).style
        known = [entry[0] for entry in self.labelled]
        return known.index(style) if style in known else len(known)


# --- reading ---


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines without a blank one between them; `line` counts from 1."""

    line: int
    lines: tuple[str, ...]


def _blocks(text: str) -> Iterable[_Block]:
    """Split at blank lines, and around each heading line and `***`."""
    held: list[str] = []
    start = 1
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.strip()
        alone = line == "***" or bool(_HEADING.match(line))
        if (not line or alone) and held:
            yield _Block(start, tuple(held))
            held = []
        if alone:
            yield _Block(number, (line,))
        elif line:
            start = start if held else number
            held.append(line)
    if held:
        yield _Block(start, tuple(held))


class _Parser:
    def __init__(self, path: str, resolve: Resolve) -> None:
        self.path = path
        self.resolve = resolve
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}

    def problem(self, line: int, code: str, message: str, hint: str = "", column: int = 1) -> None:
        self.problems.append(Problem(self.path, line, column, code, message, hint))

    def report(self, blocks: list[_Block]) -> Page:
        title, rest = self.title(blocks, until=1)
        paragraphs = []
        for block in rest:
            if _MARK.search(block.lines[-1]):
                message = "trang chỉ có bài báo (text: report-only) không có điều khoản"
                self.problem(block.line, "G109", message, "Bỏ dấu {#…}.")
            self.lines_of(block)
            paragraphs.append(self.literal(" ".join(block.lines), block.line))
        return Page(title=title, report=tuple(paragraphs))

    def page(self, blocks: list[_Block]) -> Page:
        first = next((n for n, b in enumerate(blocks) if _MARK.search(b.lines[-1])), len(blocks))
        title, _ = self.title(blocks, until=first)
        if first == len(blocks):
            hint = "Mỗi đoạn từ căn cứ đầu tiên trở đi kết thúc bằng {#ma-dieu-khoan}."
            self.problem(1, "G103", "trang không có điều khoản nào", hint)
        nesting = _Nesting()
        clauses: list[Clause] = []
        front = True
        for block in blocks[first:]:
            if block.lines == ("***",):
                nesting.close()
                front = False
                continue
            clause = self.clause(block, nesting, front=front)
            if clause is None:
                continue
            if clause.kind is ClauseKind.HEADING:
                front = clause.level == 1
            elif clause.label and clause.kind is ClauseKind.CLAUSE:
                front = False
            nesting.add(clause)
            clauses.append(clause)
        return Page(title=title, clauses=tuple(clauses))

    def title(self, blocks: list[_Block], until: int) -> tuple[tuple[str, ...], list[_Block]]:
        if blocks and _METADATA.match(blocks[0].lines[0]):
            message = "trang quy chế không có phần khai báo (front matter) ở đầu"
            hint = "Bắt đầu bằng dòng tiêu đề: # QUY CHẾ PHỐI HỢP; dữ kiện ghi ở data/units/."
            self.problem(blocks[0].line, "G101", message, hint)
        if not blocks or not blocks[0].lines[0].startswith("# "):
            line = blocks[0].line if blocks else 1
            hint = "Dòng đầu viết: # QUY CHẾ PHỐI HỢP"
            self.problem(line, "G102", "thiếu dòng tiêu đề ở đầu trang", hint)
        title: list[str] = []
        for place, block in enumerate(blocks[:until]):
            heading = _HEADING.match(block.lines[0])
            if block.lines == ("***",) or (heading and place):
                message = f'"{_short(block.lines[0])}" đứng trước điều khoản đầu tiên mà không có mã'
                self.problem(block.line, "G103", message, "Thêm {#ma-dieu-khoan} vào cuối dòng.")
            self.lines_of(block)
            texts = [heading[2] or ""] if heading else block.lines
            title += [self.literal(text, block.line + n) for n, text in enumerate(texts)]
        return tuple(line for line in title if line), blocks[until:]

    def clause(self, block: _Block, nesting: _Nesting, *, front: bool) -> Clause | None:
        body = " ".join(block.lines)
        table = block.lines[0].startswith("|")
        heading = _HEADING.match(body) if not table else None
        if not (mark := self.mark(block, table=table)):
            return None
        clause_id, parent = mark
        body = _MARK.sub("", body).rstrip()
        rows: tuple[tuple[str, ...], ...] = ()
        label, shared, level = "", None, 0
        if table:
            rows = self.table(block)
            text = fold(" ".join(cell for row in rows for cell in row))
        else:
            self.lines_of(block)
            if heading:
                level = len(heading[1])
                body = body[level:].lstrip()
            if found := _LABEL.match(body + " "):
                label = fold(_unescape(found[1]))
                body = body[found.end() :].strip()
            text, shared = self.body(body, block.line)
        if not text and not label:
            self.problem(block.line, "G110", f'điều khoản "{clause_id}" không có chữ nào')
        kind = _kind(text, label, level, front=front, closing=nesting.closing, table=table)
        clause = Clause(
            id=ClauseId(clause_id), kind=kind, label=label, text=text, level=level,
            rows=rows, shared=shared, line=block.line,
        )  # fmt: skip
        inside = nesting.parent_of(clause)
        if level > 1 and nesting.headings and level > nesting.headings[-1].level + 1:
            message = f"tiêu đề {'#' * level} nằm ngay dưới {'#' * nesting.headings[-1].level}"
            self.problem(block.line, "G111", message, "Mỗi cấp thêm đúng một dấu #.")
        if parent is not None:
            inside = self.parent(clause_id, parent, nesting, block) or inside
        return replace(clause, parent=inside)

    def parent(
        self, clause_id: str, parent: str, nesting: _Nesting, block: _Block
    ) -> ClauseId | None:
        if parent in nesting.chain:
            return ClauseId(parent)
        message = f'"{clause_id}" chỉ về "^{parent}", không phải điều khoản đang mở ở phía trên'
        hint = nearest(parent, nesting.chain) or f"Đang mở: {', '.join(nesting.chain) or 'không có'}."
        self.problem(block.line, "G108", message, hint)
        return None

    def mark(self, block: _Block, *, table: bool) -> tuple[str, str | None] | None:
        last = block.line + len(block.lines) - 1
        found = _MARK.search(block.lines[-1])
        if not found:
            what = "bảng" if table else "đoạn"
            message = f'{what} "{_short(block.lines[0])}" chưa có mã điều khoản'
            hint = "Thêm vào cuối đoạn: {#ma-dieu-khoan}."
            if block.lines[-1].endswith("}") and "{#" in block.lines[-1]:
                hint = "Mã đứng ở cuối, viết một lần: {#ma-dieu-khoan}."
            self.problem(last, "G103", message, hint, len(block.lines[-1]) + 1)
            return None
        column = found.start() + 1
        parts = _ID.fullmatch(found[1].strip())
        if not parts:
            hint = "Dùng chữ thường không dấu, nối bằng gạch ngang: {#tuyen-truyen}."
            self.problem(last, "G104", f'mã "{found[1]}" không đúng dạng', hint, column)
            return None
        clause_id = parts[1]
        if clause_id in self.lines:
            message = f'mã "{clause_id}" đã dùng ở dòng {self.lines[clause_id]}'
            hint = "Mỗi điều khoản một mã riêng trong trang."
            self.problem(last, "G105", message, hint, column)
            return None
        self.lines[clause_id] = last
        return clause_id, parts[2]

    def body(self, body: str, line: int) -> tuple[str, Shared | None]:
        """The clause's text, literal or of the shared clause that it names."""
        if call := _CALL.fullmatch(body):
            shared = self.call(call[1], line)
            if shared is None:
                return body, None
            resolved = self.resolve(shared)
            if isinstance(resolved, str):
                return fold(resolved), shared
            code, message, hint = resolved
            self.problem(line, code, message, hint)
            return body, shared
        return self.literal(body, line), None

    def call(self, arguments: str, line: int) -> Shared | None:
        given: list[tuple[str, str]] = []
        at = 0
        while at < len(arguments) and (found := _ARGUMENT.match(arguments, at)):
            given.append((found[1] or "", found[2]))
            at = found.end()
        plain = [value for name, value in given if not name]
        names = [name for name, _ in given if name]
        in_order = [name for name, _ in given[:2]] == ["", ""]
        if at < len(arguments) or len(plain) != 2 or not in_order or len(set(names)) < len(names):
            hint = 'Viết: {{ clause("hop-giao-ban", "2024-2025", union="Chi đoàn") }}'
            self.problem(line, "G107", f"không đọc được clause({arguments})", hint)
            return None
        blanks = tuple(sorted((name, value) for name, value in given if name))
        return Shared(id=plain[0], wording=plain[1], blanks=blanks)

    def table(self, block: _Block) -> tuple[tuple[str, ...], ...]:
        lines = [_MARK.sub("", line).strip() for line in block.lines]
        rows = [_cells(line) for line in lines if line]
        rules = [n for n, row in enumerate(rows) if all(re.fullmatch(r":?-+:?", c) for c in row)]
        if rules != [1] or len({len(row) for row in rows}) != 1 or len(rows) < 2:
            message = "bảng cần dòng đầu, dòng kẻ |---|---| và các dòng có cùng số ô"
            self.problem(block.line, "G112", message, "Dòng cuối của bảng là {#ma-dieu-khoan}.")
        return tuple(
            tuple(self.literal(cell, block.line + n) for cell in row)
            for n, row in enumerate(rows)
            if n not in rules
        )

    def lines_of(self, block: _Block) -> None:
        """Faults that a line has by how it begins."""
        for number, line in enumerate(block.lines, block.line):
            if _LIST_ITEM.match(line) and line != "***":
                begin = _LIST_ITEM.match(line)
                word = begin[0].strip() if begin else ""
                message = f'dòng bắt đầu như một mục danh sách: "{word}"'
                hint = f"Nhãn in viết đậm: **{word}** …; giữa câu thì nối vào dòng trên."
                self.problem(number, "G106", message, hint)

    def literal(self, text: str, line: int) -> str:
        """Text without marks: what is left of marks in it is a problem."""
        unmarked = _ESCAPE.sub("", text)
        if text.startswith("**"):
            hint = r"Nhãn viết: **1.** rồi một dấu cách; hai dấu sao thật viết \*\*."
            self.problem(line, "G113", f'nhãn in đậm không đọc được: "{_short(text)}"', hint)
        if found := _HTML.search(unmarked):
            message = f'có mã HTML: "{_short(unmarked[found.start() :])}"'
            self.problem(line, "S101", message, r"Bỏ đi; dấu < thật sự thì viết \<.")
        for mark, code in (("{{", "G107"), ("{%", "G107"), ("{#", "G104")):
            if mark in unmarked:
                message = f'"{mark}" không dùng được ở giữa câu'
                hint = r"Chỉ có {#ma} ở cuối đoạn và {{ clause(…) }} thay cả đoạn; dấu thật viết \{."
                self.problem(line, code, message, hint)
        return fold(_unescape(text))


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


def _cells(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", line.strip())
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return [cell.strip() for cell in cells]


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
    label = "**" + _STAR.sub(r"\\\g<0>", clause.label) + "**" if clause.label else ""
    if clause.shared:
        text = _written_call(clause.shared)
    else:
        text = _escape(clause.text, start=not label and not clause.level)
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


def _escape(text: str, *, start: bool = False) -> str:
    text = text.replace("\\", "\\\\")
    text = re.sub(r"\{(?=[{%#])", r"\\{", text)
    text = _HTML.sub(r"\\<", text)
    text = re.sub(r"^\*\*", r"\\*\\*", text)
    if start:
        text = re.sub(r"^(?=[-+*#|](?:\s|$|[#*|]))|^(?=\|)", r"\\", text)
        text = re.sub(r"^(\d{1,9})(?=[.)](?:\s|$))", r"\1\\", text)
        if _METADATA.match(text):
            text = text.replace(":", "\\:", 1) if not text.startswith("---") else "\\" + text
    return text


def _cell(text: str) -> str:
    escaped = _escape(text).replace("|", "\\|")
    return f"\\{escaped}" if re.fullmatch(r":?-+:?", escaped) else escaped


__all__ = ["Parsed", "Resolve", "Severity", "cite", "fold", "out_of_sequence", "parse", "write"]
