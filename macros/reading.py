# Data files: strict YAML into the classes of model, every mistake with its line and column.
# Hides: PyYAML's events, pydantic's errors, and their translation for editors.
# Refuses: anchors, aliases, tags, several documents, and all values that YAML would reinterpret
# (`012`, `on`, `1:30`): what an editor writes is what is read, or it is a problem.
"""Reading of the YAML in data/: `read(text, path, Unit)` gives a value, places and problems."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from macros.model import Place, Places
from macros.problem import Problem, nearest

T = TypeVar("T")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER = yaml.SafeLoader("")
_MAX_DEPTH = 20
_PLAIN_INT = re.compile(r"0|-?[1-9][0-9]{0,15}")
_DATE_LIKE = re.compile(r"\d{4}-\d{2}-\d{2}")

# What a field is called in messages; also the descriptions in the JSON Schema.
FIELD_WORDS = {
    "aliases": "địa chỉ cũ",
    "abbreviations": "chữ viết tắt",
    "byline": "người viết bài",
    "capacity": "tư cách ký",
    "clause": "điều khoản",
    "counterpart": "bên đối tác",
    "date": "ngày",
    "draft": "bản thảo",
    "editions": "các bản theo kỳ",
    "evidence": "bằng chứng",
    "extended": "được kéo dài",
    "file": "tệp",
    "heading": "dòng đầu",
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
    "period": "kỳ",
    "place": "địa danh",
    "printed": "như in",
    "published": "ngày đăng",
    "recipients": "nơi nhận",
    "record": "hồ sơ thay đổi",
    "region": "địa bàn",
    "report": "bài báo",
    "role": "vai trò",
    "sample": "dữ liệu mẫu",
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
    "what": "nội dung thay đổi",
    "why": "lý do",
    "withdrawn": "bị thu hồi",
    "wordings": "các câu chữ theo kỳ",
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
            problems = [_told(error, path, reader.places, into) for error in _leaves(failed)]
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
        self.places: dict[tuple[str | int, ...], Place] = {}
        self.problems: list[Problem] = []

    def document(self, text: str) -> Any:
        data: Any = None
        try:
            events = yaml.parse(text, Loader=_LOADER)
            next(events)
            for count, event in enumerate(events):
                if isinstance(event, yaml.DocumentStartEvent):
                    if count:
                        self.problem("D102", event.start_mark, "tệp có nhiều tài liệu YAML (---)")
                        break
                    data = self.node(next(events), events, ())
        except yaml.MarkedYAMLError as failed:
            mark = failed.problem_mark or failed.context_mark
            self.problem("D101", mark, f"YAML không đọc được: {_yaml_words(failed)}")
        except (yaml.YAMLError, ValueError) as failed:
            self.problem("D101", None, f"YAML không đọc được: {str(failed).splitlines()[0]}")
        if data is None and not self.problems:
            self.problem("D101", None, "tệp trống")
        return data

    def node(self, event: yaml.Event, events: Iterator[Any], key: tuple[str | int, ...]) -> Any:
        self.places.setdefault(key, _place(event.start_mark))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.problem("D102", event.start_mark, "không dùng neo YAML (& và *)", _WRITE_OUT)
        if getattr(event, "tag", None):
            self.problem("D102", event.start_mark, f"không dùng thẻ YAML ({event.tag})")
        if len(key) > _MAX_DEPTH:
            self.problem("D102", event.start_mark, f"lồng sâu quá {_MAX_DEPTH} tầng")
            raise ValueError("lồng quá sâu")
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
                    message = f'khóa "{name}" đã có ở dòng {line}'
                    self.problem("D103", event.start_mark, message, "Giữ lại một.")
                self.places[*key, name] = _place(event.start_mark)
                found[name] = self.node(next(events), events, (*key, name))
        return found

    def key(self, event: yaml.Event, events: Iterator[Any], above: tuple[str | int, ...]) -> str:
        if isinstance(event, yaml.ScalarEvent) and not event.anchor and not event.tag:
            return str(event.value)
        self.problem("D102", event.start_mark, "khóa phải là một từ đơn giản")
        self.node(event, events, (*above, "?"))
        return "?"

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        value: str = event.value
        if not event.implicit[0]:
            return value
        if value in ("true", "false"):
            return value == "true"
        if value in ("null", "~", ""):
            return None
        if _PLAIN_INT.fullmatch(value):
            return int(value)
        tag = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False))
        if tag != "tag:yaml.org,2002:str" and not _DATE_LIKE.fullmatch(value):
            self.problem(
                "D104",
                event.start_mark,
                f"YAML hiểu {value} không theo nghĩa chữ",
                f'Hãy viết trong dấu ngoặc kép: "{value}".',
            )
        return value

    def problem(self, code: str, mark: yaml.Mark | None, message: str, hint: str = "") -> None:
        line, column = _place(mark) if mark else (1, 1)
        self.problems.append(Problem(self.path, line, column, code, message, hint))


_WRITE_OUT = "Hãy viết lại đầy đủ nội dung."


def _place(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1)


def _yaml_words(failed: yaml.MarkedYAMLError) -> str:
    """PyYAML's commonest complaints in an editor's words; its own where there are none."""
    said = failed.problem or "lỗi cú pháp"
    known = {
        "mapping values are not allowed": 'thừa dấu ":"; đặt cả câu trong dấu ngoặc kép',
        "could not find expected ':'": 'thiếu dấu ":" sau tên trường',
        "did not find expected key": "thụt đầu dòng không đều hoặc thiếu dấu ngoặc kép",
        "did not find expected '-' indicator": "thụt đầu dòng không đều trong danh sách",
        "found character that cannot start any token": "có phím Tab hoặc ký tự lạ ở đầu giá trị",
        "found unexpected end of stream": "thiếu dấu ngoặc kép đóng",
        "found undefined alias": "không dùng neo YAML (& và *)",
        "control characters are not allowed": "có ký tự điều khiển",
    }
    return next((words for start, words in known.items() if said.startswith(start)), said)


@cache
def _adapter(of: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(of)


def _leaves(failed: ValidationError) -> list[ErrorDetails]:
    """The errors themselves, without those that only say that something inside is wrong."""
    errors = failed.errors(include_url=False)
    inner = [error["loc"] for error in errors]
    return [
        error
        for error in errors
        if not (
            error["type"] == "too_short"
            and error["ctx"]["actual_length"] < len(error["input"])
            and any(loc[: len(error["loc"])] == error["loc"] != loc for loc in inner)
        )
    ]


def _told(error: ErrorDetails, path: str, places: Places, into: type[Any]) -> Problem:
    loc = tuple(part for part in error["loc"] if part != "[key]")
    line, column = place_of(places, *loc)
    code, message, hint = _words(error, loc, into)
    return Problem(path, line, column, code, message, hint)


def _words(error: ErrorDetails, loc: tuple[int | str, ...], into: type[Any]) -> tuple[str, str, str]:
    context: dict[str, Any] = dict(error.get("ctx") or {})
    found = error["input"]
    name = next((part for part in reversed(loc) if isinstance(part, str)), "")
    called = "tệp" if not name else f"trường `{name}`" + (f" ({FIELD_WORDS[name]})" if name in FIELD_WORDS else "")
    shown = f'"{found}"' if isinstance(found, str) else _shown(found)
    kind = error["type"]
    if kind == "missing":
        return "D201", f"thiếu {called}", ""
    if kind == "unexpected_keyword_argument":
        return "D202", f"không có trường `{name}` ở đây", nearest(name, FIELD_WORDS)
    if "[key]" in error["loc"] and kind == "string_pattern_mismatch":
        hint = "Kỳ viết là 2024-2025, ngày viết là 2024-10-07, mã viết-thường-không-dấu."
        return "D204", f"khóa {shown} không đúng dạng", hint
    if kind == "enum":
        expected = re.findall(r"'([^']*)'", str(context["expected"]))
        near = nearest(str(found), expected)
        return "D203", f"{called}: {shown} không có trong danh mục", f"{near} Các giá trị: {', '.join(expected)}.".strip()
    if kind == "value_error":
        return "D205", f"{called}: {context['error']}", "Chỉ ghi chính xác đến mức văn bản in."
    if kind == "string_pattern_mismatch":
        return "D204", f"{called}: {shown} không đúng dạng", _FORMS.get(context["pattern"], "")
    if kind in ("too_short", "string_too_short"):
        return "D206", f"{called} không được để trống", ""
    expected_words = {
        "string_type": ("chuỗi chữ", f'Hãy viết trong dấu ngoặc kép: "{found}".'),
        "bool_type": ("true hoặc false", ""),
        "tuple_type": ("một danh sách (mỗi dòng bắt đầu bằng -)", ""),
        "dict_type": ("các cặp khóa: giá trị", ""),
        "dataclass_type": ("các cặp khóa: giá trị", ""),
    }
    wanted, hint = expected_words.get(kind, (error["msg"], ""))
    return "D207", f"{called}: có {shown}, cần {wanted}", hint if not isinstance(found, list | dict) else ""


_FORMS = {
    PATTERN: hint
    for PATTERN, hint in (
        (r"^\S(.*\S)?$", "Viết trên một dòng, không có khoảng trắng ở đầu và cuối."),
        (r"^[0-9a-f]{64}$", "Mã SHA-256 gồm 64 chữ số thập lục phân viết thường."),
        (r"^[a-z0-9]+(?:-[a-z0-9]+)*$", "Dùng chữ thường không dấu, nối bằng gạch ngang: luat-cong-doan."),
        (r"^\d{4}-\d{4}$", "Kỳ viết là 2024-2025."),
        (r"^\d{4}(-\d{2}(-\d{2})?)?$", "Ngày viết là 2024-10-07, 2024-10 hay 2024."),
    )
}


def _shown(found: object) -> str:
    if found is None:
        return "chỗ trống"
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, list):
        return "một danh sách"
    return "các cặp khóa: giá trị" if isinstance(found, dict) else str(found)
