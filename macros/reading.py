# Data files: strict YAML into the classes of model, every mistake with its line and column.
# Hides: PyYAML's events, pydantic's errors, and their translation for editors.
# Refuses: anchors, aliases, tags, several documents, and all values that YAML would reinterpret
# (`012`, `on`, `1:30`, `"\u202e"`): what an editor writes is what is read, or it is a problem.
"""Reading of the YAML in data/: `read(text, path, Unit)` gives a value, places and problems."""

from __future__ import annotations

import dataclasses
import json
import re
import typing
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from macros.model import KEBAB, Day, PartialDate, Period, Place, Places, When
from macros.problem import Problem, nearest

T = TypeVar("T")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER = yaml.SafeLoader("")
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
_MAX_DEPTH = 20
_MOST_ESCAPES = 20  # told of one value
_MOST_PARTS = 50_000  # names and items of a file; the longest we know has 600
_MOST_TOLD = 1000  # of a file; to find the nearest word for each takes time
_PLAIN_INT = re.compile(r"0|-?[1-9][0-9]{0,15}")
# In double quotes; but for a quote, itself, and white space (which no field may have) all write
# what is not to be seen in the file.
_ESCAPE = re.compile(r"\\(x..|u.{4}|U.{8}|.)", re.DOTALL)
_DATE_LIKE = re.compile(r"\d{4}-\d{2}-\d{2}")

# What a field is called in messages; also the descriptions in the JSON Schema.
FIELD_WORDS = {
    "agreed": "ai đồng ý cho mỗi bên",
    "aliases": "địa chỉ cũ",
    "abbreviations": "chữ viết tắt",
    "byline": "người viết bài",
    "capacity": "tư cách ký",
    "clause": "điều khoản",
    "counterpart": "bên đối tác",
    "date": "ngày",
    "draft": "bản thảo",
    "duties": "việc phải làm",
    "editions": "các bản theo kỳ",
    "entered_on": "ngày vào kho",
    "evidence": "bằng chứng",
    "extended": "được kéo dài",
    "fact": "chỗ ngoài điều khoản",
    "file": "tệp",
    "form": "mẫu niêm phong",
    "heading": "dòng đầu",
    "in_turn": "luân phiên",
    "issued_by": "quyết định ban hành",
    "issuer": "cơ quan ban hành",
    "kind": "loại văn bản",
    "lines": "các dòng như in",
    "meant": "có lẽ là",
    "motto": "quốc hiệu, tiêu ngữ",
    "name": "tên",
    "names": "các tên gọi",
    "number": "số, ký hiệu",
    "origin": "nguồn gốc",
    "parts": "dấu của từng phần",
    "period": "kỳ",
    "place": "địa danh",
    "printed": "như in",
    "published": "ngày đăng",
    "reasons": "lý do thay đổi",
    "recipients": "nơi nhận",
    "record": "hồ sơ thay đổi",
    "region": "địa bàn",
    "report": "bài báo",
    "role": "vai trò",
    "sample": "dữ liệu mẫu",
    "seal": "niêm phong",
    "section": "chuyên mục",
    "series": "bộ quy chế",
    "sha256": "mã băm SHA-256",
    "side": "bên",
    "sides": "các bên",
    "signatures": "chữ ký",
    "since": "từ ngày",
    "source": "nguồn",
    "successor": "đơn vị kế thừa",
    "supersedes": "thay thế bản",
    "suspected": "chỗ nghi sai",
    "terms": "cách gọi",
    "text": "tình trạng văn bản",
    "title": "chức danh, tiêu đề",
    "to": "đến kỳ",
    "type": "loại đơn vị",
    "until": "đến ngày",
    "valid": "thời gian tồn tại",
    "valid_from": "hiệu lực từ",
    "valid_to": "hiệu lực đến",
    "value": "giá trị",
    "versions": "các phiên bản sau",
    "what": "nội dung",
    "when": "khi nào",
    "who": "bên nào làm",
    "why": "lý do",
    "withdrawn": "bị thu hồi",
    "wordings": "các câu chữ theo kỳ",
}


# What the values of lists mean, for those who look for the right one.
VALUE_WORDS = {
    "department": "sở",
    "district-office": "phòng giáo dục",
    "preschool": "trường mầm non",
    "primary": "trường tiểu học",
    "lower-secondary": "trường trung học cơ sở",
    "upper-secondary": "trường trung học phổ thông",
    "centre": "trung tâm",
    "college": "trường cao đẳng, đại học",
    "other": "đơn vị khác",
    "management": "chính quyền, nhà trường",
    "union": "công đoàn",
    "youth-union": "chi đoàn, đoàn thanh niên",
    "women": "phụ nữ",
    "veterans": "cựu chiến binh",
    "staff": "người lao động",
    "regulation": "quy chế",
    "plan": "kế hoạch",
    "programme": "chương trình",
    "full": "toàn văn",
    "report-only": "chỉ có bài báo",
    "text": "văn bản",
    "signed-scan": "bản chụp có chữ ký",
    "web": "trang web",
    "amend": "sửa đổi, bổ sung",
    "replace": "thay thế",
    "correct": "đính chính",
    "transcribe": "sửa lỗi chép",
}


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A data file as read: `value` is None where there are problems."""

    value: T | None
    places: Places = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read(text: str, path: str, into: type[T]) -> Read[T]:
    """Read one YAML file into a class of `model`.

    All mistakes are returned at once, each at its line and column; nothing is raised for any
    text. Periods and dates come as their own values.
    """
    reader = _Reader(path)
    data = reader.document(text)
    problems = reader.problems
    if not problems:
        try:
            return Read(_adapter(into).validate_python(data), reader.places)
        except ValidationError as failed:
            leaves = _leaves(failed)[:_MOST_TOLD]
            problems = [_told(error, path, reader.places, into) for error in leaves]
    return Read(None, reader.places, tuple(sorted(problems)))


def schema(of: type[Any], title: str) -> str:
    """The JSON Schema of a data file, as it is committed in data/schema/."""
    found = _adapter(of).json_schema()
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": title}
    for definition in (found, *found.get("$defs", {}).values()):
        for name, prop in definition.get("properties", {}).items():
            prop.pop("title", None)
            prop.setdefault("description", FIELD_WORDS[name])
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def place_of(places: Places, *key: str | int) -> Place:
    """Line and column of a key path, or of its nearest ancestor that the file has."""
    while key and key not in places:
        key = key[:-1]
    return places.get(key, (1, 1))


class _Reader:
    """Builds plain data from PyYAML's events, noting where each key and item stands."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = ""
        self.places: dict[tuple[str | int, ...], Place] = {}
        self.parts = 0
        self.problems: list[Problem] = []

    def document(self, text: str) -> Any:
        data: Any = None
        self.text = text
        if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
            before = text[: found.start()]
            line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
            self.problem(
                "D101", (line, column), "YAML không đọc được: có ký tự điều khiển", _DELETE
            )
            return None
        try:
            events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
            next(events)
            for count, event in enumerate(events):
                if isinstance(event, yaml.DocumentStartEvent):
                    if count:
                        message = "tệp có nhiều phần ngăn bằng dòng ---"
                        self.problem("D102", _place(event.start_mark), message, "Bỏ dòng đó.")
                        break
                    data = self.node(next(events), events, ())
        except yaml.MarkedYAMLError as failed:
            place, said = _yaml_words(failed)
            self.problem("D101", place, f"YAML không đọc được: {said}")
        except _TooDeepError:
            pass  # told where it was found
        if data is None and not self.problems:
            self.problem("D101", (1, 1), "tệp trống")
        return data

    def node(self, event: Any, events: Iterator[Any], key: tuple[str | int, ...]) -> Any:
        place = _place(event.start_mark)
        self.places.setdefault(key, place)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "không dùng neo YAML (& và *)"
            self.problem("D102", place, message, _WRITE_OUT)
        if tag := getattr(event, "tag", None):
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            self.problem(
                "D102", place, f"không dùng thẻ YAML ({shown})", "Bỏ thẻ, chỉ giữ giá trị."
            )
        if len(key) > _MAX_DEPTH:
            self.problem(
                "D102", place, f"lồng sâu quá {_MAX_DEPTH} tầng", "Bỏ bớt dấu ngoặc hay dấu -."
            )
            raise _TooDeepError
        self.parts += 1
        if self.parts > _MOST_PARTS:
            message = f"tệp có hơn {_MOST_PARTS} tên và mục"
            self.problem("S110", place, message, "Chia nhỏ tệp.")
            raise _TooDeepError
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self.node(event, events, (*key, len(items))))
            return items
        found: dict[str, Any] = {}
        if isinstance(event, yaml.MappingStartEvent):
            while not isinstance(event := next(events), yaml.MappingEndEvent):
                name = self.key(event, events, key)
                if name in found:
                    line, _ = self.places[*key, name]
                    message = f'tên "{name}" đã dùng ở dòng {line}'
                    self.problem("D103", _place(event.start_mark), message, "Giữ lại một.")
                self.places[*key, name] = _place(event.start_mark)
                found[name] = self.node(next(events), events, (*key, name))
        return found

    def key(self, event: Any, events: Iterator[Any], above: tuple[str | int, ...]) -> str:
        if isinstance(event, yaml.ScalarEvent) and not event.anchor and not event.tag:
            self.escapes(event)
            return str(event.value)
        message = "tên trường phải là một từ đơn giản"
        self.problem("D102", _place(event.start_mark), message, _WRITE_OUT)
        self.node(event, events, (*above, "?"))
        return "?"

    def escapes(self, event: Any) -> None:
        """A character that is not written as itself, so that no reader of the file sees it."""
        written = self.text[event.start_mark.index : event.end_mark.index]
        if event.style != '"' or "\\" not in written:
            return
        told = 0
        for found in _ESCAPE.finditer(written):
            if told == _MOST_ESCAPES:
                break  # one file of them must not take minutes
            if found[1] not in '"\\/ \ntr':
                told += 1
                line, column = _place(event.start_mark)
                before = written[: found.start()]
                down = before.count("\n")
                column = len(before) - before.rfind("\n") if down else column + len(before)
                message = f'"{found[0]}" viết một ký tự bằng mã của nó'
                self.problem("D104", (line + down, column), message, _AS_ITSELF)

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        self.escapes(event)
        value: str = event.value
        if not event.implicit[0]:
            return value
        if value in ("true", "false"):
            return value == "true"
        if value in ("null", "~", ""):
            return None
        if _PLAIN_INT.fullmatch(value):
            return int(value)
        tag = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
        if tag != "tag:yaml.org,2002:str" and not _DATE_LIKE.fullmatch(value):
            hint = f'Hãy viết trong dấu ngoặc kép: "{value}".'
            if tag == "tag:yaml.org,2002:bool":
                hint += " Nếu muốn nói đúng hay sai thì viết true hay false."
            message = f"YAML hiểu {value} không theo nghĩa chữ"
            self.problem("D104", _place(event.start_mark), message, hint)
        return value

    def problem(self, code: str, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.path, *place, code, message, hint))


class _TooDeepError(Exception):
    """Ends the reading of a file that goes on without end; the problem is noted before."""


_WRITE_OUT = "Hãy viết lại đầy đủ nội dung."
_DELETE = "Xóa ký tự đó."
_AS_ITSELF = r"Gõ chính ký tự ấy; dấu \ thật thì đặt câu trong ngoặc đơn '…'."


def _place(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1)


# PyYAML's complaints in an editor's words; those of `_OPEN` are told where the quote, bracket or
# name begins, because PyYAML notices them only later, often at the end of the file.
_OPEN = {
    "could not find expected ':'": 'thiếu dấu ":" sau tên trường',
    "found unexpected end of stream": "thiếu dấu ngoặc kép đóng",
    "did not find expected ',' or ']'": "thiếu dấu phẩy hay dấu ] đóng danh sách",
    "did not find expected ',' or '}'": "thiếu dấu phẩy hay dấu } đóng",
}
_SAID = {
    "mapping values are not allowed": (
        'có dấu ":" không đúng chỗ; nếu nó thuộc câu chữ thì đặt cả câu trong dấu ngoặc kép'
    ),
    "did not find expected key": "thụt đầu dòng không đều hoặc thiếu dấu ngoặc kép",
    "did not find expected '-' indicator": "thụt đầu dòng không đều trong danh sách",
    "block sequence entries are not allowed": "dấu - của danh sách phải ở dòng riêng",
    "found character that cannot start any token": (
        "giá trị bắt đầu bằng phím Tab hay dấu @ % `; dấu thì đặt cả câu trong dấu ngoặc kép"
    ),
    "found a tab character": "có phím Tab ở đầu dòng; thụt vào bằng dấu cách",
    "found unknown escape character": "dấu \\ trong ngoặc kép không dùng được; thay bằng ngoặc đơn '…'",
    "did not find expected alphabetic or numeric character": (
        "giá trị bắt đầu bằng dấu * hay &; đặt cả câu trong dấu ngoặc kép"
    ),
    "found undefined alias": "không dùng neo YAML (& và *)",
}


def _yaml_words(failed: yaml.MarkedYAMLError) -> tuple[Place, str]:
    said = failed.problem or ""
    mark = failed.problem_mark or failed.context_mark
    place = _place(mark) if mark else (1, 1)
    for start, words in _OPEN.items():
        if said.startswith(start):
            return (_place(failed.context_mark) if failed.context_mark else place), words
    words = next((words for start, words in _SAID.items() if said.startswith(start)), "")
    return place, words or "dòng này hay dòng ngay trên viết không đúng quy cách"


def _adapter(of: type[Any]) -> TypeAdapter[Any]:
    if of not in _ADAPTERS:
        _ADAPTERS[of] = TypeAdapter(of)
    return _ADAPTERS[of]


def _leaves(failed: ValidationError) -> list[ErrorDetails]:
    """The errors themselves, without those that only say that something inside is wrong."""
    errors = failed.errors(include_url=False)
    outer = {error["loc"][:n] for error in errors for n in range(len(error["loc"]))}
    return [
        error
        for error in errors
        if not (
            error["type"] == "too_short"
            and error["ctx"]["actual_length"] < len(error["input"])
            and error["loc"] in outer
        )
    ]


def _told(error: ErrorDetails, path: str, places: Places, into: type[Any]) -> Problem:
    loc = tuple(part for part in error["loc"] if part != "[key]")
    line, column = place_of(places, *loc)
    code, message, hint = _words(error, loc, into)
    return Problem(path, line, column, code, message, hint)


def _words(
    error: ErrorDetails, loc: tuple[int | str, ...], into: type[Any]
) -> tuple[str, str, str]:
    context: dict[str, Any] = dict(error.get("ctx") or {})
    kind, found = error["type"], error["input"]
    names = [part for part in loc if isinstance(part, str)]
    name = _short(names[-1]) if names else None
    shown = f'"{_short(found)}"' if isinstance(found, str) else _shown(found)
    if kind == "missing":
        return "D201", f"thiếu {_called(name)}", f"Thêm dòng: {name}: …"
    if kind == "unexpected_keyword_argument":
        known = _fields(into, loc[:-1])
        hint = nearest(str(name), known) or f"Ở đây có thể ghi: {', '.join(known)}."
        return "D202", f"không có trường `{name}` ở đây", hint
    if is_key := "[key]" in error["loc"]:
        name = names[-2] if len(names) > 1 else None
    called = _called(name)
    told = f"{called}, tên {shown}" if is_key else f"{called}: {shown}"
    if kind == "too_short" and context["actual_length"]:
        least, held = context["min_length"], context["actual_length"]
        return "D206", f"{called} cần ít nhất {least} dòng, mới có {held}", ""
    if found is None or kind in ("too_short", "string_too_short"):
        hint = "Điền vào; phần nào văn bản không in thì bỏ cả dòng."
        return "D206", f"{told if is_key else called} đang để trống", hint
    if kind == "enum":
        expected = re.findall(r"'([^']*)'", str(context["expected"]))
        meant = [value for value in expected if str(found).casefold() in VALUE_WORDS.get(value, "")]
        near = f'Có phải "{meant[0]}"?' if len(meant) == 1 else nearest(str(found), expected)
        told_values = ", ".join(
            f"{value} ({VALUE_WORDS[value]})" if value in VALUE_WORDS else value
            for value in expected
        )
        hint = f"{near} Các giá trị: {told_values}.".strip()
        return "D203", f"{told} không có trong danh mục", hint
    if kind == "string_pattern_mismatch":
        return "D204", f"{told} không đúng dạng", _in_form(str(found), context["pattern"])
    of_period = _FORMS[f"^{Period.pattern}$"]
    if kind == "value_error":
        said = str(context["error"])
        hint = of_period if said.startswith("kỳ") else "Ghi chính xác đến mức văn bản in."
        return "D205", f"{called}: {said}", hint
    wanted, hint = _WANTED.get(kind, ("một giá trị khác", ""))
    if kind == "dataclass_type":
        hint = f"Ở đây ghi: {', '.join(_fields(into, loc))}."
    elif kind == "string_type" and not isinstance(found, list | dict):
        quoted = f'Hãy viết trong dấu ngoặc kép: "{shown}".'
        hint = of_period if _type_at(into, loc) is Period else quoted
    return "D207", f"{called}: có {shown}, cần {wanted}", hint


def _called(name: str | None) -> str:
    words = f" ({FIELD_WORDS[name]})" if name in FIELD_WORDS else ""
    return "tệp" if name is None else f"trường `{name}`{words}"


# What a value must be, by pydantic's kind of error.
_WANTED = {
    "string_type": ("chữ", ""),
    "bool_type": ("true hoặc false", "Viết true hay false, không có dấu ngoặc kép."),
    "tuple_type": ("một danh sách", "Mỗi mục một dòng, bắt đầu bằng dấu - và một dấu cách."),
    "dict_type": ("các dòng `tên: giá trị`", ""),
    "dataclass_type": ("các dòng `tên: giá trị`", ""),
}


def _type_at(into: Any, loc: tuple[int | str, ...]) -> Any:
    """What a file's class declares at a key path: a class, or None where there is nothing."""
    for part in loc:
        arguments = typing.get_args(into)
        if dataclasses.is_dataclass(into) and isinstance(into, type):
            into = _bare(typing.get_type_hints(into).get(str(part)))
        elif typing.get_origin(into) in (dict, tuple) and arguments:
            into = _bare(arguments[1] if typing.get_origin(into) is dict else arguments[0])
        else:
            return None
    return into


def _bare(hint: Any) -> Any:
    """`Printed` of `Printed | None`."""
    rest = [each for each in typing.get_args(hint) if each is not type(None)]
    return rest[0] if type(None) in typing.get_args(hint) else hint


def _fields(into: Any, loc: tuple[int | str, ...]) -> list[str]:
    found = _type_at(into, loc)
    return (
        [each.name for each in dataclasses.fields(found)] if dataclasses.is_dataclass(found) else []
    )


def _in_form(found: str, pattern: str) -> str:
    """How what was found is written, where it can be told; else what the form is."""
    if pattern == f"^{When.pattern}$":
        return f"{_rhythm(found)} {_FORMS[pattern]}".strip()
    if day := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", found.strip()):
        return f"Có phải {day[3]}-{int(day[2]):02}-{int(day[1]):02}?"
    plain = unicodedata.normalize("NFD", found).replace("đ", "d").replace("Đ", "d")
    kebab = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[\u0300-\u036f]", "", plain).lower()).strip("-")
    if kebab and kebab != found and re.fullmatch(pattern, kebab):
        return f'Có phải "{kebab}"? {_FORMS.get(pattern, "")}'.strip()
    return _FORMS.get(pattern, "")


def _rhythm(found: str) -> str:
    """The rhythm or the days that words like `3 tháng một lần` and `10/2024` mean."""
    said = " ".join(found.casefold().split())
    if day := re.fullmatch(r"(?:tháng )?(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})", said):
        parts = [day[3], f"{int(day[2]):02}", *([f"{int(day[1]):02}"] if day[1] else [])]
        return f'Có phải "{"-".join(parts)}"?'
    for words, number in _NUMBERS.items():
        said = re.sub(rf"\b{words}(?= tháng)", number, said)
    for words, meant in _RHYTHMS.items():
        if match := re.search(words, said):
            months = "-".join(match.groups())
            return f'Có phải "{meant.format(months).replace("-1-months", "-month")}"?'
    return nearest(found, [meant for meant in _RHYTHMS.values() if "{" not in meant])


_NUMBERS = {"một": "1", "hai": "2", "ba": "3", "bốn": "4", "sáu": "6", "chín": "9"}
# In this order: what is said more closely comes first.
_RHYTHMS = {
    r"\b([1-9][0-9]?) tháng(?: ?(?:một|1) lần|/lần)": "every-{}-months",
    r"\b(?:đầu|cuối) (?:mỗi |từng )?học kỳ|học kỳ|every-term": "every-term",
    r"(?:half|nửa) ?-?(?:year|năm)": "every-6-months",
    r"quarter|\bquý\b": "every-3-months",
    r"đầu (?:mỗi |từng )?năm": "year-start",
    r"(?:cuối|kết thúc|tổng kết) (?:mỗi |từng )?năm": "year-end",
    r"\btuần\b|weekly": "every-week",
    r"\btháng\b|monthly": "every-month",
    r"\bnăm\b|yearly": "every-year",
    r"thường xuyên|định kỳ": "regularly",
}
_FORMS = {
    r"^\S([^\t\r\n]*\S)?$": "Viết trên một dòng, không có phím Tab, không có khoảng trắng ở hai đầu.",
    r"^[0-9a-f]{64}$": "Mã SHA-256 gồm 64 ký tự: chữ số và các chữ thường a đến f.",
    f"^{KEBAB}$": "Dùng chữ thường không dấu, nối bằng gạch ngang: luat-cong-doan.",
    f"^{Period.pattern}$": "Kỳ viết là 2024-2025.",
    f"^{Day.pattern}$": "Ngày viết đủ: 2024-10-07.",
    f"^{When.pattern}$": (
        "Nhịp: every-week, every-month, every-3-months, every-term, every-year, year-start, year-end;"
        " ngày: 2019-10, hay từ ngày nào đến ngày nào: 2019-11/2020-02; không có nhịp: regularly."
    ),
    f"^{PartialDate.pattern}$": 'Ngày viết là 2024-10-07, 2024-10 hay "2024".',
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "Tên tệp chỉ có chữ không dấu, số và các dấu . _ -",
}


def _short(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[:limit].rstrip()}…"


def _shown(found: object) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, list):
        return "một danh sách"
    return "các dòng `tên: giá trị`" if isinstance(found, dict) else str(found)
