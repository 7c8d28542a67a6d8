# What texts may not do: run, mislead the eye, or put anything into a page but themselves.
# Hides: Jinja's syntax tree, the HTML that Markdown makes of a page, alphabets.
# Refuses: all that is not on a list. `Sandbox` and `sanitised` are second walls: they hold where
# `check` was never asked, and know the same lists.
"""`check(archive)`: what is unsafe in the texts of the sources, as problems.

`sanitised(html)` and `Sandbox` are for the build of hand-written pages.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import nh3
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from macros.clauses import calls
from macros.limits import cut, is_by_hand
from macros.links import PAGES, Lines, rendered
from macros.model import Archive
from macros.problem import Problem, Severity, nearest

# The macros that hand-written pages may call (docs/huong-dan/du-lieu.md), each as often as this.
MACROS = {"clause": 100, "overview": 1}


def check(archive: Archive) -> Iterator[Problem]:
    """Everything unsafe in texts that were read: all files by their letters, pages by their form."""
    for path, text in archive.texts.items():
        yield from _letters(path, text)
        if is_by_hand(path):
            yield from _front_matter(path, text)
            yield from _template(path, text)
            yield from _body(path, text)


# --- macros ---


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja for hand-written pages: calls of the documented macros, and nothing else at all.

    It has no loader, no filters, no tests; what `check` refuses does not compile.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "loader": None})
        self.clear()

    def clear(self) -> None:
        """Take away what others have put in since: all names but the documented macros."""
        self.filters.clear()
        self.tests.clear()
        for name in self.globals.keys() - MACROS.keys():
            del self.globals[name]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for line, *_ in _foreign(tree):
            raise TemplateSyntaxError("only documented macros", line, name, filename)
        return tree


def _foreign(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """The line of each thing in a template that is not text or a call on the list, with a hint.

    The line is 0 where Jinja does not know it.
    """
    counts = dict.fromkeys(MACROS, 0)
    for part in tree.body:
        for node in part.nodes if isinstance(part, nodes.Output) else [part]:
            if isinstance(node, nodes.TemplateData):
                continue
            name = _called(node)
            if name is None:
                yield node.lineno or 0, ""
                continue
            counts[name] += 1
            if counts[name] == MACROS[name] + 1:
                yield node.lineno, f"Một trang gọi {name}() nhiều nhất {MACROS[name]} lần."


def _called(node: nodes.Node) -> str | None:
    """The documented macro that is called with plain texts, or None."""
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        return None
    given = [*node.args, *(pair.value for pair in node.kwargs)]
    plain = all(isinstance(each, nodes.Const) and isinstance(each.value, str) for each in given)
    starred = node.dyn_args is not None or node.dyn_kwargs is not None
    return node.node.name if node.node.name in MACROS and plain and not starred else None


# Where something of Jinja begins in a line, but for `raw`.
_OPENING = re.compile(r"\{\{|\{##|\{%(?![-+]?[ \t]*(?:end)?raw\b)")


def _template(path: str, text: str) -> Iterator[Problem]:
    """S103 anything of Jinja but calls of the documented macros and `raw`."""
    try:
        tokens = [line for line, kind, _ in PAGES.lex(text) if kind == "comment_begin"]
        found = [*((line, "") for line in tokens), *_foreign(PAGES.parse(text))]
    except TemplateSyntaxError as failed:
        # Calls that can't be read are told by `checks` (G107).
        found = [] if "clause(" in text else [(failed.lineno, "")]
    except RecursionError:
        found = [] if "clause(" in text else [(0, "")]
    unread = {line for line, use in calls(text) if use is None}
    lines = text.split("\n")
    for known, said in sorted(found):
        opened = (number for number, line in enumerate(lines, 1) if _OPENING.search(line))
        number = min(known or next(opened, 1), len(lines))
        line = lines[number - 1]
        at = opening.start() if (opening := _OPENING.search(line)) else 0
        if not said and number in unread:
            continue  # a call in a wrong form, told as G107
        message = f'trang này không được viết "{cut(line[at:])}"'
        hint = 'Chỉ có {{ clause("…", "…") }} và {{ overview() }}; ví dụ thì đặt giữa {% raw %} và {% endraw %}.'
        yield Problem(path, number, at + 1, "S103", message, said or hint)


# --- front matter ---

_FRONT_LINES = (
    "search: {exclude: true}",
    "hide: [navigation]",
    "hide: [toc]",
    "hide: [navigation, toc]",
)
_FENCE = re.compile(r"---[ \t]*")
# MkDocs takes a first paragraph of this form for metadata too.
_KEY = re.compile(r" {0,3}[A-Za-z0-9_-]+:")


def _front_matter(path: str, text: str) -> Iterator[Problem]:
    """S104 a declaration at the top that is none of those that our own pages need."""
    lines = text.split("\n")
    if _KEY.match(lines[0]):
        message = f'dòng đầu "{cut(lines[0])}" sẽ bị hiểu là khai báo'
        yield Problem(path, 1, 1, "S104", message, "Bắt đầu trang bằng dòng tiêu đề: # …")
    if not _FENCE.fullmatch(lines[0]):
        return
    for number, line in enumerate(lines[1:], 2):
        if _FENCE.fullmatch(line):
            return
        if not line.strip() or line.startswith("#"):  # the page itself has begun
            break
        if line.rstrip() not in _FRONT_LINES:
            message = f'khai báo ở đầu trang không được có "{cut(line)}"'
            hint = nearest(line.rstrip(), _FRONT_LINES) or f"Chỉ có: {'; '.join(_FRONT_LINES)}."
            yield Problem(path, number, 1, "S104", message, hint)
    yield Problem(path, 1, 1, "S104", "khai báo ở đầu trang thiếu dòng --- đóng", "Thêm dòng ---.")


# --- what Markdown makes of a page ---

ELEMENTS = frozenset(
    (
        "a blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr img input ins kbd"
        " label li mark ol p pre span strong sub summary sup table tbody td th thead tr ul"
    ).split()
)
# Ids of the theme's own machinery begin with two underscores; scripts would find ours in its place.
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_CLASS = re.compile(
    r"lead|headerlink|highlight|filename|language-[a-z0-9-]+|linenos|[a-z]{1,2}[a-z0-9]?(?:-[A-Z][A-Za-z]{1,20})*"
    r"|admonition|admonition-title|note|abstract|info|tip|success|question|warning|failure|danger"
    r"|bug|example|quote|inline|end|critic|block|comment|keys|key-[a-z0-9-]+"
    r"|task-list|task-list-item|task-list-control|task-list-indicator"
)
_VALUES = {
    ("a", "title"): re.compile(r".*", re.DOTALL),
    ("img", "title"): re.compile(r".*", re.DOTALL),
    ("img", "alt"): re.compile(r".*", re.DOTALL),
    ("ol", "start"): re.compile(r"\d{1,4}"),
    ("td", "align"): re.compile(r"left|right|center"),
    ("th", "align"): re.compile(r"left|right|center"),
    ("details", "open"): re.compile(r"open|"),
    ("input", "type"): re.compile(r"checkbox"),
    ("input", "disabled"): re.compile(r"disabled|"),
    ("input", "checked"): re.compile(r"checked|"),
}
_SCHEMES = frozenset(("http", "https", "mailto", "tel"))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp)")


def is_address(value: str) -> bool:
    r"""Whether a link may lead there: a relative address, or a scheme on the list.

    Browsers read `\` as `/` and skip control characters, also within `javascript:`.
    """
    if "\\" in value or value.startswith("//") or re.search(r"[\x00-\x20\x7f-\x9f]", value):
        return False
    scheme = _SCHEME.match(value)
    return scheme is None or scheme[1].lower() in _SCHEMES


def _is_picture(value: str) -> bool:
    local = is_address(value) and not _SCHEME.match(value) and not value.startswith("/")
    return local and not re.search("[?#%]", value)


def _keeps(tag: str, name: str, value: str) -> bool:
    """Whether an element may have this attribute with this value."""
    if name == "class":
        return all(_CLASS.fullmatch(each) for each in value.split())
    if name == "id":
        return bool(_ID.fullmatch(value))
    if (tag, name) == ("a", "href"):
        return is_address(value)
    if (tag, name) == ("img", "src"):
        return _is_picture(value)
    form = _VALUES.get((tag, name))
    return form is not None and bool(form.fullmatch(value))


_ATTRIBUTES = {each: {"class", "id"} for each in ELEMENTS}
for _tag, _name in (*_VALUES, ("a", "href"), ("img", "src")):
    _ATTRIBUTES[_tag].add(_name)


def sanitised(html: str) -> str:
    """The body of a hand-written page with nothing in it but known elements and attributes."""
    return nh3.clean(
        html,
        tags=set(ELEMENTS),
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=lambda tag, name, value: value if _keeps(tag, name, value) else None,
        url_schemes=set(_SCHEMES),
        link_rel=None,
    )


def _body(path: str, text: str) -> Iterator[Problem]:
    """S101 raw HTML; S105 an attribute, S106 an address off the lists; S112 too deep."""
    page, lines = rendered(text), Lines(text)
    if page.elements is None:
        message = "danh sách hay lời trích lồng quá nhiều tầng"
        yield Problem(path, 1, 1, "S112", message, "Viết lại với ít tầng hơn.")
        return
    for tag in page.raw:
        hint = "Bỏ đi; dấu < thật sự thì viết \\<, ví dụ thì đặt giữa hai dấu `."
        yield Problem(path, *lines.of(tag), "S101", f'có mã HTML: "{cut(tag)}"', hint)
    for tag, attributes in page.elements:
        for name, value in attributes:
            given = value or ""
            if (tag, name) in (("a", "href"), ("img", "src")):
                if said := _astray(path, tag, given):
                    place = lines.of(given)
                    yield Problem(path, *place, "S106", *said)
            elif tag not in ELEMENTS or not _keeps(tag, name, given):
                odd = [each for each in given.split() if not _CLASS.fullmatch(each)]
                own = odd[0] if name == "class" and odd else given if name == "id" else name
                what = f"{name}={given}" if own == name else f"{'#' if name == 'id' else '.'}{own}"
                message = f'không được ghi "{cut(what)}" cho một phần của trang'
                hint = "Trong ngoặc chỉ có mã, như {#ma-muc}, và { .lead }."
                yield Problem(path, *lines.of(own), "S105", message, hint)


def _astray(path: str, tag: str, value: str) -> tuple[str, str] | None:
    """What is wrong with a link or picture, with a hint."""
    if tag == "a":
        hint = "Liên kết bắt đầu bằng https://, http://, mailto:, tel: hoặc là đường tới tệp .md."
        return None if is_address(value) else (f'liên kết "{cut(value)}" không được dùng', hint)
    folder = posixpath.dirname(path)
    target = posixpath.normpath(posixpath.join(folder, value))
    beside = posixpath.dirname(target) == folder
    suffix = _PICTURE.fullmatch(posixpath.splitext(target)[1])
    ours = target.startswith("docs/assets/") and (suffix or target.endswith(".svg"))
    if _is_picture(value) and (ours or (beside and suffix)):
        return None
    hint = "Đặt tệp .png, .jpg, .gif hay .webp cạnh trang này và ghi tên tệp."
    return f'không nhận hình "{cut(value)}"', hint


# --- letters ---

# What looks like đ and Đ, and letters beyond Latin with its Vietnamese marks.
_ETH = "\u00d0\u00f0\u0189\u0256"
_STRANGE = re.compile(f"[{_ETH}]|[^\\W\\d_\u0000-\u024f\u02b0-\u036f\u1e00-\u1eff]+")
# All of these and more; it is asked first, because it is quick.
_BEYOND = re.compile(f"[{_ETH}\u0370-\u1dff\u1f00-\u1fff\u2071-\u218f\u2c00-\U0010ffff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ALPHABETS = {"CYRILLIC": "chữ Nga", "GREEK": "chữ Hy Lạp"}
# Copies of Latin letters that are strange also in a word of their own.
_COPIES = ("FULLWIDTH LATIN", "MATHEMATICAL")


def _letters(path: str, text: str) -> Iterator[Problem]:
    """S107 a letter of another alphabet in a Latin word; S117 (warning) ð where đ is meant."""
    if not _BEYOND.search(text):
        return
    for number, line in enumerate(text.split("\n"), 1):
        after = 0
        for found in _STRANGE.finditer(line):
            if found.start() < after:
                continue  # in a word that was told
            word, end = _word(line, *found.span())
            if said := _stranger(found[0][0], word):
                after = end
                code, what, severity = said
                message = f'từ "{word}" có "{found[0][0]}" (U+{ord(found[0][0]):04X}), {what}'
                hint = "Gõ lại cả từ bằng bộ gõ tiếng Việt."
                yield Problem(path, number, found.start() + 1, code, message, hint, severity)


def _stranger(letter: str, word: str) -> tuple[str, str, Severity] | None:
    """The code of what is wrong with a letter in a word, and how much."""
    if letter in _ETH:
        return ("S117", "không phải đ hay Đ", Severity.WARNING) if len(word) > 1 else None
    name = unicodedata.name(letter, "")
    of_latin = name.startswith(("LATIN", "MODIFIER", "SUPERSCRIPT", "SUBSCRIPT"))
    if not name.startswith(_COPIES) and (of_latin or not _LATIN.search(word)):
        return None
    alphabet = _ALPHABETS.get(name.split(" ")[0], "chữ của bảng chữ khác")
    return "S107", f"là {alphabet}", Severity.ERROR


def _word(line: str, start: int, end: int, most: int = 30) -> tuple[str, int]:
    """The word around some letters, and where it ends; of a long one a part."""
    first, last = max(0, start - most), min(len(line), end + most)
    inside = min(end, start + most)
    while start > first and line[start - 1].isalpha():
        start -= 1
    while end < last and line[end].isalpha():
        end += 1
    return line[start:inside] + line[inside:end][-most:], end
