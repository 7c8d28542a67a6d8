# Ids for the paragraphs of agreements that have none.
# Hides: where a title ends, and which pages of a series stand beside another one.
# Refuses: to touch another byte, to mend an id that stands in the wrong place; to write into pages
# of a unit whose data can't be read. Which id a paragraph gets is the business of counterparts.
"""`missing(archive, paths)`: pages with an id after every paragraph that lacked one."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from macros.clauses import terms_of, wording
from macros.counterparts import Namer, kept
from macros.editing import Edits
from macros.grammar import Block, blocks_of, parse
from macros.model import (
    KEBAB,
    Archive,
    ClauseId,
    Page,
    Period,
    Shared,
    TextState,
    Unit,
    UnitId,
)
from macros.problem import EditorError

_PAGE = re.compile(
    rf"docs/don-vi/({KEBAB})/{KEBAB}/(\d{{4}}-\d{{4}})(?:\.\d{{4}}(?:-\d\d){{0,2}})?\.md"
)
_LONGEST_TITLE = 25  # words; a longer paragraph is a sentence that lost its full stop


def missing(archive: Archive, paths: Sequence[str]) -> Edits:
    """The agreement pages below `paths` (all, where none is given) that lack ids, with ids.

    `said` has a line for each id, with the line where its paragraph begins, and one that counts.
    Raises EditorError where a path holds no agreement page.
    """
    known = {each.path: each for each in archive.agreements}
    reports = {p for p, each in known.items() if each.edition.text is TextState.REPORT_ONLY}
    places = [place for path in archive.texts if (place := _place(path))]
    beside: defaultdict[str, list[_Place]] = defaultdict(list)
    for place in sorted(places, key=lambda place: place.order):
        if place.path not in reports:
            beside[place.order[0]].append(place)
    asked = _asked(places, reports, paths)
    texts: dict[str, str] = {}
    said: list[str] = []
    named = 0
    for folder, own in groupby(asked, key=lambda place: place.order[0]):
        unit = archive.units.get(beside[folder][0].unit)
        if unit is None:
            data = f"chưa có hay chưa đọc được data/units/{beside[folder][0].unit}.yml"
            if paths:
                raise EditorError(f"{folder}: {data}; sửa tệp đó trước")
            said.append(f"{folder}: bỏ qua, vì {data}")
            continue
        series = _Series(
            archive,
            unit,
            {
                each: known[each.path].page if each.path in known else None
                for each in beside[folder]
            },
        )
        for place in own:
            lacking, misplaced = _lacking(archive.texts[place.path])
            said += [
                f"{place.path}:{block.line}: mã viết sai chỗ, hãy đưa về cuối đoạn: "
                f"{_begun(block.text)}"
                for block in misplaced
            ]
            if lacking:
                done, lines = series.named(place, lacking)
                said += lines
                if done != archive.texts[place.path]:
                    texts[place.path] = done
                    named += len(lines)
            elif "{#" not in archive.texts[place.path]:
                said.append(f"{place.path}: cả trang đọc như tên gọi, chưa thấy đoạn nào để ghi mã")
    if named:
        said.append(f"Mã cho {named} đoạn chưa có mã, ở {len(texts)} trang.")
    elif not said:
        said.append(f"Mọi đoạn của {len(asked)} trang quy chế đều đã có mã.")
    return Edits(texts=texts, said=tuple(said))


@dataclass(frozen=True)
class _Place:
    """What the path of a page says."""

    path: str
    unit: UnitId
    period: Period

    @property
    def order(self) -> tuple[str, str]:
        """By series, and in it by time: a version's date follows the period."""
        folder, name = posixpath.split(self.path)
        return folder, name.removesuffix(".md")


def _place(path: str) -> _Place | None:
    found = _PAGE.fullmatch(path)
    try:
        return _Place(path, UnitId(found[1]), Period.parse(found[2])) if found else None
    except ValueError:  # no such period
        return None


def _asked(pages: list[_Place], reports: Container[str], paths: Sequence[str]) -> list[_Place]:
    asked: set[_Place] = set()
    for path in map(posixpath.normpath, paths or ["docs"]):
        below = [p for p in pages if path == "." or f"{p.path}/".startswith(f"{path}/")]
        found = [page for page in below if page.path not in reports]
        if paths and not found:
            what = "chỉ có bài báo, không có điều khoản" if below else "không có trang quy chế nào"
            hint = "Trang quy chế là docs/don-vi/<đơn vị>/<bộ>/<kỳ>.md, kỳ viết như 2024-2025."
            raise EditorError(f"{path}: {what}. {hint}")
        asked.update(found)
    return sorted(asked, key=lambda place: place.order)


def _lacking(text: str) -> tuple[list[Block], list[Block]]:
    """The paragraphs without an id, and those whose id stands where none is read."""
    blocks = list(blocks_of(text))
    free = [
        block
        for block in blocks[_title_end(blocks) :]
        if not block.mark and not block.ends and block.text.strip("# ")
    ]
    return [b for b in free if "{#" not in b.bare], [b for b in free if "{#" in b.bare]


def _title_end(blocks: list[Block]) -> int:
    """How many paragraphs are the title. What stands above the first id is, but for what begins
    like a clause; in a page without any id a sentence ends the title as well.
    """
    some = any(block.mark for block in blocks)
    for number, block in enumerate(blocks):
        if block.mark or (block.begins_text and (number or not block.heading)):
            return number
        if number and not some and not block.ends and _is_sentence(block.text):
            return number
    return len(blocks)


def _is_sentence(text: str) -> bool:
    return text.endswith((".", ";", ":")) or len(text.split()) > _LONGEST_TITLE


def _written(text: str, ids: Mapping[Block, str]) -> str:
    """The text with ids after paragraphs, and on a line of their own after tables."""
    start = "\ufeff" if text.startswith("\ufeff") else ""
    pieces = re.split(r"(\r\n|\r|\n)", text.removeprefix(start))
    for block, clause_id in ids.items():
        number, column, line = block.lines[-1]
        at, end = 2 * (number - 1), column - 1 + len(line)
        if block.table:
            newline = pieces[at - 1] if at else "\n"
            pieces[at] += f"{newline}{{#{clause_id}}}"
        else:
            pieces[at] = f"{pieces[at][:end]} {{#{clause_id}}}{pieces[at][end:]}"
    return start + "".join(pieces)


class _Series:
    """The pages of one series, in order: a clause has one id in all of them."""

    def __init__(self, archive: Archive, unit: Unit, known: Mapping[_Place, Page | None]) -> None:
        self.archive = archive
        self.unit = unit
        self.pages = {
            place: page or self.read(place, archive.texts[place.path])
            for place, page in known.items()
        }

    def read(self, place: _Place, text: str) -> Page:
        terms = terms_of(self.unit, place.period)

        def resolve(use: Shared) -> str | tuple[str, str, str]:
            return wording(use, self.archive.shared, terms)

        return parse(text, place.path, resolve).page

    def named(self, place: _Place, lacking: list[Block]) -> tuple[str, list[str]]:
        """The page's text with all ids, and what is told of them."""
        text = self.archive.texts[place.path]
        prefix = "z"
        while f"{prefix}-" in text:
            prefix += "z"
        marks = {block: f"{prefix}-{number}" for number, block in enumerate(lacking)}
        page = self.read(place, _written(text, marks))
        clauses = {clause.id: clause for clause in page.clauses}
        if not clauses.keys() >= set(marks.values()):  # past the limits of grammar nothing is read
            return text, [f"{place.path}: trang không đọc được hết; chạy qcph check để biết vì sao"]
        own = clauses.keys() - marks.values()
        beside = [self.pages[other] for other in self.beside(place)]
        names = kept(page, beside, own)
        others = {clause.id for other in beside for clause in other.clauses}
        namer = Namer({*own, *names.values()}, others)
        ids = {
            block: names.get(ClauseId(mark)) or namer.name(clauses[ClauseId(mark)])
            for block, mark in marks.items()
        }
        done = _written(text, ids)
        self.pages[place] = self.read(place, done)
        return done, [
            f"{place.path}:{block.line}: {{#{ids[block]}}} {_begun(clauses[ClauseId(mark)].text)}"
            for block, mark in marks.items()
        ]

    def beside(self, place: _Place) -> list[_Place]:
        """The other pages of the series: the nearest earlier one first, the later ones last."""
        places = list(self.pages)
        at = places.index(place)
        return [*reversed(places[:at]), *places[at + 1 :]]


def _begun(text: str) -> str:
    return f"{text[:60].rpartition(' ')[0] or text[:60]} …" if len(text) > 60 else text
