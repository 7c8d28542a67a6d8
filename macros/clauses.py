# Shared clauses: which wording a page pins, how its blanks are filled, what a wording may hold.
# Hides: the calls in hand-written pages, which Jinja reads.
# Refuses: to pick a wording for a page. A page names the one it uses, so the past stands still.
# A wording is literal text but for its blanks: it is never read as marks, so marks in it are faults.
"""Wording in force of shared clauses (data/clauses/)."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping

from jinja2 import Environment, TemplateSyntaxError, nodes

from macros.model import Period, Shared, SharedClause, Unit
from macros.problem import nearest

_BLANK = re.compile(r"\{([A-Za-z][a-z0-9]*(?:-[a-z0-9]+)*)\}")
# Braces with what they hold; where one of the pair is missing, with the word beside it.
_BRACES = re.compile(r"\{+[^{}]{0,40}\}+|\{+[\w-]{0,40}|\}+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_HTML = re.compile(r"<[A-Za-z/!?][^<>]{0,40}>?")
_ESCAPED = re.compile(rf"\\[{re.escape(string.punctuation)}]")
_START = re.compile(
    r"\*\*+|#{1,6}(?=\s)|\||(?:[-+*]|\d{1,9}[.)]|[A-Za-zđĐ][.)]|[ivxIVX]{1,5}[.)])(?=\s)"
)

# Hand-written pages are only parsed here, with the marks of mkdocs.yml; MkDocs renders them.
_PAGE = Environment(comment_start_string="{##", comment_end_string="##}", autoescape=True)


class Terms(dict[str, str]):
    """A unit's terms that hold for a period; `later` are those that begin only after it."""

    def __init__(self, held: Mapping[str, str], later: Mapping[str, Period]) -> None:
        super().__init__(held)
        self.later = later


def wording(
    use: Shared, known: Mapping[str, SharedClause], terms: Mapping[str, str]
) -> str | tuple[str, str, str]:
    """The text of a pinned wording with its blanks filled, or (code, message, hint).

    A blank `{union}` takes the value given in the call, else that of `terms`; `{Union}` is the
    same with a capital. All blanks that are wrong are told at once.
    """
    clause = known.get(use.id)
    if clause is None:
        hint = nearest(use.id, known) or "Các điều khoản dùng chung là các tệp trong data/clauses/."
        return "C101", f'không có điều khoản dùng chung "{use.id}"', hint
    text = next(
        (words for each, words in clause.wordings.items() if use.wording == str(each)), None
    )
    if text is None:
        periods = sorted(map(str, clause.wordings))
        hint = nearest(use.wording, periods) or f"Có các câu chữ: {', '.join(periods)}."
        return "C102", f'"{use.id}" không có câu chữ "{use.wording}"', hint
    names = blanks(text)
    given = dict(use.blanks)
    if strange := [name for name in given if name not in names]:
        has = f"Có các chỗ trống: {', '.join(sorted(names))}." if names else "Bỏ phần ấy."
        hint = " ".join(near for name in strange if (near := nearest(name, names))) or has
        return "C103", f'câu chữ này của "{use.id}" không có chỗ trống {_quoted(strange)}', hint
    values = {name: given.get(name, terms.get(name, "")) for name in names}
    if empty := sorted(name for name in names if not values[name].strip()):
        later = terms.later if isinstance(terms, Terms) else {}
        values = {name: value for name, value in {**terms, **given}.items() if value.strip()}
        hint = " ".join(dict.fromkeys(_fill_in(name, values, later) for name in empty))
        return "C104", f'chưa biết điền gì vào chỗ trống {_quoted(empty)} của "{use.id}"', hint

    def fill(found: re.Match[str]) -> str:
        value = values[found[1].lower()]
        return value[0].upper() + value[1:] if found[1][0].isupper() else value

    return _BLANK.sub(fill, text)


def call(clause_id: str, period: str, filled: Mapping[str, str]) -> Shared:
    """A call of the macro in a hand-written page, where `youth_union` stands for `youth-union`."""
    given = {name.replace("_", "-"): value for name, value in filled.items()}
    return Shared(id=clause_id, wording=period, blanks=tuple(sorted(given.items())))


def calls(text: str) -> Iterator[tuple[int, Shared | None]]:
    """Line and call of each `clause()` of a hand-written page; examples between raw are none.

    None stands for what is not written as a call, or keeps Jinja from reading the page.
    """
    try:
        found = list(_PAGE.parse(text).find_all(nodes.Call)) if "clause(" in text else []
    except TemplateSyntaxError as failed:
        yield failed.lineno, None
        return
    except RecursionError:
        yield 1, None
        return
    for each in found:
        if isinstance(each.node, nodes.Name) and each.node.name == "clause":
            names = [pair.key for pair in each.kwargs]
            given = [*each.args, *(pair.value for pair in each.kwargs)]
            texts = [part.value for part in given if isinstance(part, nodes.Const)]
            plain = len(texts) == len(given) and all(isinstance(text, str) for text in texts)
            if plain and len(each.args) == 2:
                filled = dict(zip(names, texts[2:], strict=True))
                yield each.lineno, call(texts[0], texts[1], filled)
            else:
                yield each.lineno, None


def _fill_in(name: str, values: Mapping[str, str], later: Mapping[str, Period]) -> str:
    """What to do about a blank without a value."""
    if name in later:
        return f'`terms` của đơn vị chỉ có "{name}" từ {later[name].words}; ghi thêm kỳ sớm hơn.'
    in_call = f'Ghi vào `terms` của đơn vị, hay vào lời gọi: {name}="…".'
    return nearest(name, [each for each in values if each != name]) or in_call


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def blanks(text: str) -> frozenset[str]:
    """The names of a wording's blanks, `{Union}` as `union`."""
    return frozenset(name.lower() for name in _BLANK.findall(text))


def newest(clause: SharedClause) -> Period:
    """The period of its newest wording."""
    return max(clause.wordings)


def newer(
    use: Shared, known: Mapping[str, SharedClause], terms: Mapping[str, str]
) -> Shared | None:
    """The same call with the newest wording; None where it is that, or can't be filled.

    What the call fills is kept as far as the newest wording has a blank for it.
    """
    clause = known.get(use.id)
    if clause is None or use.wording not in map(str, clause.wordings):
        return None
    last = newest(clause)
    names = blanks(clause.wordings[last])
    kept = tuple((name, value) for name, value in use.blanks if name in names)
    found = Shared(id=use.id, wording=str(last), blanks=kept)
    if use.wording == str(last) or not isinstance(wording(found, known, terms), str):
        return None
    return found


def faults(text: str, *, term: bool = False) -> Iterator[tuple[str, str]]:
    """What a wording may not hold, as (message, hint): all braces but blanks, and a page's marks.

    A wording is printed as it is written, so a mark in it would be printed too. A `term` is what
    fills a blank, so it has no blank itself.
    """
    for found in _BRACES.finditer(text):
        if term:
            yield f'cách gọi có dấu ngoặc: "{found[0]}"', "Cách gọi chỉ là chữ, không có chỗ trống."
        elif not _BLANK.fullmatch(found[0]):
            yield f'"{found[0]}" không phải là chỗ trống', _as_blank(found[0])
    if start := _START.match(text):
        hint = "Bỏ đi; nhãn, dấu # và dấu của bảng viết ở trang, trước lời gọi."
        yield f'câu chữ bắt đầu bằng dấu của trang: "{start[0]}"', hint
    for found in _HTML.finditer(text):
        yield f'có mã HTML: "{found[0]}"', "Bỏ đi; câu chữ chỉ là chữ, viết sao in vậy."
    for found in _ESCAPED.finditer(text):
        yield f'"{found[0]}" sẽ in cả dấu \\', f"Viết {found[0][1]}, không có dấu \\ ở trước."


def _as_blank(found: str) -> str:
    """How a blank is written, of the braces that were found."""
    name = found.strip("{} ")
    if _NAME.fullmatch(name):
        capital = name[0].isupper() and not name.isupper()
        return f"Có phải {{{name.capitalize() if capital else name.lower()}}}?"
    return "Chỗ trống là tên viết thường không dấu trong một cặp ngoặc: {union}, {youth-union}."


def terms_of(unit: Unit, period: Period) -> Terms:
    """The unit's terms that hold for a period: of each the newest that is not later."""
    held: dict[str, str] = {}
    later: dict[str, Period] = {}
    for name, values in unit.terms.items():
        since = [each for each in values if each <= period]
        if since:
            held[name] = values[max(since)]
        elif values:
            later[name] = min(values)
    return Terms(held, later)
