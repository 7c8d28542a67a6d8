# What commands that write for editors share: naming an edition, and changing YAML that people wrote.
# Hides: where in a text a key's block begins and ends, and how a new one is written.
# Refuses: to touch any other line. A file whose form leaves no place for the change, or in which
# the change would not read back as it was meant, is an EditorError.
"""Edits of the sources as values: new texts by path, with what to tell the editor."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import yaml

from macros.model import Agreement, Archive, Facts, PartialDate, Period, When
from macros.problem import EditorError, nearest

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """The whole new text of each file by its path from the project's root, and what was done.

    A path that the archive has not is a new file; one with None for a text is removed. `files` are
    new files byte for byte: originals. `done` is what was done in a sentence, if that is to be told
    first; `said` are lines for the editor.
    """

    texts: Mapping[str, str | None] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    done: str = ""
    said: tuple[str, ...] = ()


def edition_named(archive: Archive, name: str) -> Agreement:
    """The version `unit/series/period.version`; without a version the edition's leading one.

    Raises EditorError with the nearest name where there is none.
    """
    versions: dict[str, Agreement] = {}
    for each in archive.agreements:
        versions[f"{each.edition_name}.{each.version}"] = each
        if each.newest:
            versions[each.edition_name] = each
    if found := versions.get(name):
        return found
    unit = name.partition("/")[0]
    if f"data/units/{unit}.yml" in archive.texts and unit not in archive.units:
        raise EditorError(f"data/units/{unit}.yml chưa đọc được; chạy qcph check để biết vì sao")
    beside = [each for each in versions if each.startswith(name.partition(".")[0])]
    own = [each for each in versions if each.startswith(f"{unit}/")]
    hint = nearest(name, beside) or nearest(name, own or versions)
    hint = hint or "Viết <đơn vị>/<bộ>/<kỳ>, như truong-mau/cong-doan/2024-2025."
    raise EditorError(f'không có bản "{name}". {hint}')


def plain(value: object) -> Any:
    """A fact as `put` writes it and `reading` reads it; fields that say nothing are left out."""
    if isinstance(value, Period | PartialDate | When | StrEnum):
        return str(value)
    if dataclasses.is_dataclass(value):
        pairs = ((each.name, getattr(value, each.name)) for each in dataclasses.fields(value))
        return {name: plain(part) for name, part in pairs if part}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def still_to_write(facts: Sequence[Facts], called: Mapping[str, str]) -> Iterator[str]:
    """What a signed text prints that its draft can't know, and what was printed before.

    `facts`: those of the versions before, the newest first. `called`: what readers call a field.
    """
    for name in ("number", "date", "signatures", "issued_by", "valid_from", "valid_to"):
        found = ((place, part) for place, each in enumerate(facts) if (part := getattr(each, name)))
        place, part = next(found, (0, None))
        if name == "signatures":
            printed = "; ".join(", ".join(each.lines) for each in part or ())
        else:
            printed = part.printed if part else ""
        if printed:
            before = "một phiên bản trước đó" if place else "bản trước"
            yield f"{called[name]} ({before} in “{printed}”)"
        elif name in ("number", "date", "signatures"):
            yield f"{called[name]} (kho không có của bản trước)"


def put(
    text: str, path: str, key: Sequence[str], value: object,
    *, before: str = "", width: int = 10_000,
) -> str:  # fmt: skip
    """A YAML text with `value` at the key path; every other line keeps its bytes.

    The mappings above that are not there are made. A new key stands last in its mapping, or right
    before its sibling `before` and the comments above that. Values longer than `width` are folded.
    Raises EditorError where the file has no place to write into.
    """
    root = _composed(text, path)
    node, depth = root, 0
    entry: tuple[Any, Any] | None = None
    while depth < len(key):
        if not isinstance(node, yaml.MappingNode) or (
            node.flow_style and (node.value or not depth)
        ):
            raise EditorError(
                f"{path}: chỗ {'.'.join(key[:depth]) or 'đầu tệp'} viết trên một dòng; "
                "viết mỗi mục một dòng rồi chạy lại"
            )
        found = next((pair for pair in node.value if pair[0].value == key[depth]), None)
        if found is None:
            break
        entry, node, depth = found, found[1], depth + 1
    if entry and (depth == len(key) or node.flow_style):
        depth -= 1  # it is written anew, or `{}` is, which holds it
    else:
        entry = None
    written = value
    for name in reversed(key[depth + 1 :]):
        written = {name: written}
    lines = text.split("\n")
    if entry:
        _replace(lines, entry, _emitted(key[depth], written, entry[0], width))
    else:
        at = _place(lines, node, before)
        if at == len(lines):
            lines.append("")
        lines[at:at] = _emitted(key[depth], written, node.value[0][0], width)
    result = "\n".join(lines)
    meant = _with(_meaning(root), key, _meaning(yaml.compose(_dumped(value), Loader=_LOADER)))
    if _meaning(_composed(result, path)) != meant:
        raise EditorError(
            f"{path}: không thêm được {'.'.join(key)} mà giữ nguyên các dòng khác; "
            "viết lại chỗ ấy mỗi mục một dòng, thụt đầu dòng đều, rồi chạy lại"
        )
    return result


def drop(text: str, path: str, key: Sequence[str]) -> str:
    """A YAML text without the key; every other line keeps its bytes, comments above it too.

    A mapping that would be left empty goes as well, so what `put` added is taken back whole. Raises
    EditorError where the key is not there, or does not stand on lines of its own.
    """
    root = _composed(text, path)
    above: list[tuple[Any, Any]] = []
    node = root
    for name in key:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        found = next((pair for pair in pairs if pair[0].value == name), None)
        if found is None:
            raise EditorError(f"{path}: không có {'.'.join(key)}")
        above.append(found)
        node = found[1]
    while above[1:] and len(above[-2][1].value) == 1:
        above.pop()
    name, value = above[-1]
    lines = text.split("\n")
    first, last = name.start_mark.line, _last(value)
    while last > first and not lines[last].strip():
        last -= 1
    del lines[first : last + 1]
    result = "\n".join(lines)
    if _meaning(_composed(result, path)) != _without(_meaning(root), key[: len(above)]):
        raise EditorError(
            f"{path}: không bỏ được {'.'.join(key)} mà giữ nguyên các dòng khác; "
            "viết chỗ ấy mỗi mục một dòng rồi chạy lại"
        )
    return result


class _Dumper(yaml.SafeDumper):
    """Days stay plain, and moments are quoted: the reader takes a plain day as it is written.

    What must be quoted has the double quotes that people write, where those need no escapes.
    """

    def choose_scalar_style(self) -> str:
        style: str = super().choose_scalar_style()
        written: Any = self.event
        return '"' if style == "'" and not _ESCAPED.search(written.value) else style


# What PyYAML writes with a backslash between double quotes.
_ESCAPED = re.compile(r'["\\\ufeff]|[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]')


_MOMENT = re.compile(r"\d{4}-\d\d?-\d\d?[Tt \t].*")
_Dumper.yaml_implicit_resolvers = {
    first: [(tag, _MOMENT if tag == "tag:yaml.org,2002:timestamp" else form) for tag, form in each]
    for first, each in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def _dumped(value: object, width: int = 10_000) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=width)


def _emitted(key: str, value: object, beside: Any, width: int) -> list[str]:
    """`key: value` as block lines at the column of the key `beside`."""
    column = beside.start_mark.column
    text = _dumped({key: value}, width - column)
    return [" " * column + line for line in text.rstrip("\n").split("\n")]


def _composed(text: str, path: str) -> Any:
    if odd := _ODD_BREAK.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise EditorError(f"{path}: dòng {line} có dấu xuống dòng lạ; xóa nó rồi chạy lại")
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        raise EditorError(f"{path}: YAML không đọc được; chạy qcph check để xem chỗ sai") from None


# What YAML takes for the end of a line and other programs do not.
_ODD_BREAK = re.compile("[\r\x85\u2028\u2029]")


def _meaning(node: Any) -> Any:
    """What a text says, without the form in which it says it."""
    if isinstance(node, yaml.MappingNode):
        return {str(name.value): _meaning(part) for name, part in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_meaning(part) for part in node.value]
    return (node.tag, node.value) if node else None


def _with(said: Any, key: Sequence[str], value: object) -> object:
    if not key:
        return value
    inner = said.get(key[0], {})
    return {**said, key[0]: _with(inner, key[1:], value)}


def _without(said: Any, key: Sequence[str]) -> object:
    left = {name: part for name, part in said.items() if name != key[0]}
    return {**said, key[0]: _without(said[key[0]], key[1:])} if key[1:] else left


def _replace(lines: list[str], entry: tuple[Any, Any], own: list[str]) -> None:
    """Put other lines in the place of an entry; what stands before and after it stays."""
    name, value = entry
    first, last = name.start_mark, _last(value)
    block = (
        value.style in ("|", ">") if isinstance(value, yaml.ScalarNode) else not value.flow_style
    )
    rest = "" if block else lines[last][value.end_mark.column :]
    while last > first.line and not lines[last].strip():
        last -= 1
    own[0] = lines[first.line][: first.column] + own[0].lstrip() + rest
    lines[first.line : last + 1] = own


def _place(lines: list[str], node: Any, before: str) -> int:
    """Where in a block mapping a new entry begins."""
    above = -1
    for name, value in node.value:
        if before and name.value == before:
            at = int(name.start_mark.line)
            while -1 < above < at - 1 and lines[at - 1].lstrip().startswith("#"):
                at -= 1
            return at
        above = _last(value)
    return above + 1


def _last(node: Any) -> int:
    """The last line that a node's own text stands on, counted from 0."""
    if node.value and not isinstance(node, yaml.ScalarNode) and not node.flow_style:
        last = node.value[-1]
        return _last(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return int(end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line)
