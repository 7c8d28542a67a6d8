# Bytes of an HTML file → Manuscript.
# Hides: tags, numbers that a browser prints before list items, the furniture around a text.
# Refuses: to fetch what a page names, to run anything, to follow deep nesting.
"""`read_html`: what a browser would show of a file, and what of it is not the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import lxml.html
from lxml import etree

from macros.foreign.plaintext import decoded
from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.problem import EditorError

_DEEPEST = 100
_MOST = 100_000
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre"
    " search section summary ul table caption thead tbody tfoot tr td th".split()
)
_SILENT = frozenset("script style link meta base head col colgroup param source track".split())
# Words of a page that are not of its text, and why.
_FURNITURE = {
    **dict.fromkeys("nav aside footer dialog search menu".split(), "khung của trang web"),
    **dict.fromkeys("button select option input textarea label".split(), "nút hoặc ô nhập"),
    **dict.fromkeys("svg math canvas audio video object iframe embed".split(), "hình hoặc phim"),
    **dict.fromkeys("template noscript".split(), "trình duyệt không hiện"),
    "title": "tên của trang web",
}
_ROLES = frozenset("navigation banner contentinfo complementary search".split())
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BULLETS = {"disc": "•", "circle": "◦", "square": "▪"}
_STYLES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman",
           "I": "upper-roman"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Dress:
    """What an element hands down to what stands in it."""

    bold: bool = False
    italic: bool = False
    centred: bool = False
    level: int = 0
    pre: bool = False


@dataclass(slots=True)
class _Walk:
    """A walk over a page: the lines so far and the paragraph that is being gathered."""

    parts: list[Printed | Grid] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    open: list[tuple[str, _Dress]] = field(default_factory=list)
    label: str = ""
    tables: int = 0
    prefix: str = ""  # the place of a cell
    paragraphs: int = 0

    def place(self) -> str:
        return self.prefix or f"đoạn {self.paragraphs}"

    def flush(self) -> None:
        """Ends the paragraph: what was gathered becomes a line, folded as a browser folds it."""
        pieces, self.open = self.open, []
        text = "".join(
            text if dress.pre else _SPACE.sub(" ", text) for text, dress in pieces
        ).replace("\x00", "\n")
        text = re.sub(r" *\n *", "\n", re.sub(r"  +", " ", text)).strip(" \n")
        dressed = [dress for text, dress in pieces if re.search(r"\w", text)]
        if text:
            self.print(text, dressed)

    def print(self, text: str, dressed: list[_Dress]) -> None:
        """A line, with the label that waits for one."""
        self.paragraphs += not self.prefix
        dressed = dressed or [_Dress()]
        self.parts.append(
            Printed(
                text=text,
                place=self.place(),
                label=self.label,
                bold=all(dress.bold for dress in dressed),
                italic=all(dress.italic for dress in dressed),
                centred=dressed[0].centred,
                level=dressed[0].level,
            )
        )
        self.label = ""

    def leave(self, text: str, why: str) -> None:
        if folded := _SPACE.sub(" ", text).strip():
            self.left_out.append(LeftOut(folded, f"gần đoạn {self.paragraphs or 1}", why))


def read_html(data: bytes) -> Manuscript:
    """The paragraphs and tables of a web page; menus, scripts, what is hidden are left out."""
    declared = match[1].decode("ascii") if (match := _DECLARED.search(data[:2048])) else ""
    text, note = decoded(data, declared)
    walk = _Walk()
    root = _parsed(text)
    for title in root.iter("title"):
        walk.leave(_text(title), _FURNITURE["title"])
    main = _main(root)
    if main is not None:
        _leave_frame(walk, root, main)
    _visit(walk, root if main is None else main, _Dress())
    walk.flush()
    if not walk.parts:
        raise EditorError("trang web không có chữ nào")
    notes = [note] if note else []
    silent = Counter(each.tag for each in root.iter("script", "style"))
    notes += [
        f"Bỏ qua {count} phần <{name}> của trang web: không phải chữ để đọc."
        for name, count in sorted(silent.items())
    ]
    return Manuscript(tuple(walk.parts), tuple(walk.left_out), tuple(notes))


def _parsed(text: str) -> etree._Element:
    if "\x00" in text:
        raise EditorError("tệp có ký tự 00: đây không phải trang web")
    text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text)
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root: etree._Element = etree.fromstring(text.encode(), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise EditorError("không đọc được trang web này: mở nó trong trình duyệt và lưu lại")
    # A page that libxml2 gave up would be read without its rest.
    if any("depth" in each.message.lower() for each in parser.error_log):
        raise _too_deep()
    depth = 0
    for count, (event, _) in enumerate(etree.iterwalk(root, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            raise _too_deep()
        if count > 2 * _MOST:
            raise EditorError(f"trang web có hơn {_MOST} phần tử: quá lớn để đọc")
    return root


def _too_deep() -> EditorError:
    return EditorError(
        f"trang web lồng nhau quá {_DEEPEST} tầng: sao chép phần văn bản sang Word và lưu .docx"
    )


def _main(root: etree._Element) -> etree._Element | None:
    """The part that a page itself names as its text, if it names just one."""
    for name in ("main", "article"):
        found = list(root.iter(name))
        if len(found) == 1 and _text(found[0]).strip():
            return found[0]
    return None


def _leave_frame(walk: _Walk, root: etree._Element, main: etree._Element) -> None:
    """Lists what stands beside the part that is the text."""
    own = {id(each) for each in main.iterancestors()}
    for above in [*main.iterancestors()]:
        walk.leave(above.text or "", "khung của trang web")
        for child in above:
            if child is not main and id(child) not in own and child.tag not in _SILENT:
                walk.leave(_text(child), "khung của trang web")
            if above is not root or child.tag == "body":
                walk.leave(child.tail or "", "khung của trang web")


def _text(element: etree._Element) -> str:
    """All that an element would print, words kept apart where its parts are."""
    pieces: list[str] = []
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            pieces.append("" if each.tag in _SILENT - {"head"} else each.text or "")
        else:
            pieces.append(" " if each.tag in _BLOCKS or each.tag == "br" else "")
            pieces.append(each.tail or "" if each is not element else "")
    return "".join(pieces)


def _style(element: etree._Element, name: str) -> str:
    """The value of one property of an element's own style."""
    for each in (element.get("style") or "").split(";"):
        key, _, value = each.partition(":")
        if key.strip().lower() == name:
            return value.strip().lower()
    return ""


def _hidden(element: etree._Element) -> str:
    """Why an element's words are not of the text; empty where they are."""
    tag = element.tag
    if tag in _FURNITURE:
        return _FURNITURE[tag]
    if (element.get("role") or "").lower() in _ROLES:
        return "khung của trang web"
    shows = _style(element, "display") == "none" or _style(element, "visibility") == "hidden"
    if shows or element.get("hidden") is not None or _style(element, "mso-hide") == "all":
        return "trang web giấu phần này"
    return ""


def _dress(element: etree._Element, above: _Dress) -> _Dress:
    tag = element.tag
    weight = _style(element, "font-weight")
    bold = above.bold or tag in ("b", "strong", "th") or weight in ("bold", "bolder")
    bold = bold or (weight.isdecimal() and len(weight) < 5 and int(weight) >= 600)
    heading = re.fullmatch(r"h([1-6])", tag)
    align = (element.get("align") or _style(element, "text-align")).lower()
    return _Dress(
        bold=(bold or bool(heading)) and weight not in ("normal", "400"),
        italic=(above.italic or tag in ("i", "em", "cite", "var", "address")
                or _style(element, "font-style") == "italic"),
        centred=align == "center" if align else above.centred or tag == "center",
        level=int(heading[1]) if heading else above.level,
        pre=above.pre or tag == "pre",
    )  # fmt: skip


def _visit(walk: _Walk, element: etree._Element, above: _Dress) -> None:
    """Reads an element and all in it; nesting was measured before."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _SILENT:
        return
    if why := _hidden(element):
        walk.leave(_text(element) or element.get("value") or "", why)
        return
    if tag == "br":
        walk.open.append(("\x00", above))
        return
    if tag == "img":
        walk.leave(element.get("alt") or "", "chữ thay cho hình")
        return
    if tag == "table" and not _is_layout(element):
        walk.flush()
        _table(walk, element, above)
        return
    dress = _dress(element, above)
    block = tag in _BLOCKS
    if block:
        walk.flush()
    if tag == "li":
        if walk.label:  # of an item that holds nothing but a list
            walk.print("", [])
        walk.label = _label(element)
    _gather(walk, element.text, dress)
    for child in element:
        _visit(walk, child, dress)
        _gather(walk, child.tail, dress)
    if block:
        walk.flush()
    if tag == "li" and walk.label:
        walk.print("", [])


def _gather(walk: _Walk, text: str | None, dress: _Dress) -> None:
    if not text:
        return
    if dress.pre:
        text = re.sub(r"\r\n|\r|\n", "\x00", text)
    walk.open.append((text, dress))


def _is_layout(table: etree._Element) -> bool:
    """Whether a table only carries a page: it has tables in it, or one cell, and no lines."""
    inner = next(table.iterdescendants("table"), None) is not None
    cells = sum(1 for _ in table.iterdescendants("td", "th"))
    return not _ruled(table) and (inner or cells < 2)


def _ruled(table: etree._Element) -> bool:
    border = (table.get("border") or "").strip()
    if border and border not in ("0", "none"):
        return True
    for each in table.iter("table", "td", "th"):
        for key in ("border", "border-top", "border-bottom", "border-left", "border-width"):
            value = _style(each, key)
            if value and not re.match(r"(?:none|0|medium none|initial|hidden)", value):
                return True
    return next(table.iter("th"), None) is not None and border != "0"


def _table(walk: _Walk, table: etree._Element, above: _Dress) -> None:
    walk.tables += 1
    place = f"bảng {walk.tables}"
    for caption in table.iterchildren("caption"):
        _visit(walk, caption, above)
    outer_parts, outer_prefix = walk.parts, walk.prefix
    rows: list[tuple[tuple[Printed, ...], ...]] = []
    for row in _rows(table):
        cells: list[tuple[Printed, ...]] = []
        for cell in row.iterchildren("td", "th"):
            walk.parts = []
            walk.prefix = f"{place}, hàng {len(rows) + 1}, ô {len(cells) + 1}"
            _visit(walk, cell, _dress(row, above))
            walk.flush()
            # A table in a cell is read as the lines of the cell.
            cells.append(tuple(Manuscript(tuple(walk.parts)).lines()))
        rows.append(tuple(cells))
    walk.parts, walk.prefix = outer_parts, outer_prefix
    if any(cell for row in rows for cell in row):
        walk.parts.append(Grid(rows=tuple(rows), place=place, ruled=_ruled(table)))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from child.iterchildren("tr")


# --- the numbers of lists ------------------------------------------------------------------------


def _label(item: etree._Element) -> str:
    """What a browser prints before a list item."""
    above = item.getparent()
    style = (_style(item, "list-style-type") or _style(item, "list-style")).split(" ")[0]
    if above is not None and not style:
        own = _style(above, "list-style-type") or _style(above, "list-style")
        style = own.split(" ")[0] or _STYLES.get(above.get("type") or "", above.get("type") or "")
    if style == "none":
        return ""
    if above is None or above.tag != "ol":
        depth = sum(1 for _ in item.iterancestors("ul", "ol"))
        return _BULLETS.get(style, ("•", "◦", "▪")[min(max(depth, 1), 3) - 1])
    return f"{_numeral(_number(item, above), style or 'decimal')}."


def _number(item: etree._Element, above: etree._Element) -> int:
    items = list(above.iterchildren("li"))
    step = -1 if above.get("reversed") is not None else 1
    number = _integer(above.get("start"), 1 if step > 0 else len(items)) - step
    for each in items:
        number = _integer(each.get("value"), number + step)
        if each is item:
            break
    return number


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*-?[0-9]{1,6}\s*", text) else otherwise


def _numeral(number: int, style: str) -> str:
    if style.endswith(("alpha", "latin")) and number > 0:
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("a") + rest) + letters
        return letters.upper() if style.startswith("upper") else letters
    if style.endswith("roman") and 0 < number < 4000:
        letters = ""
        for value, letter in (
            (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
            (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
        ):  # fmt: skip
            letters += letter * (number // value)
            number %= value
        return letters.upper() if style.startswith("upper") else letters
    if style == "decimal-leading-zero":
        return f"{number:02}"
    return str(number)
