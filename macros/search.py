# Archive → what readers can find, and the files below tim/ in which their browser looks it up.
# Hides: what is a record, what is filed under it, how the files are cut and what they are called.
# Refuses: to read our own pages: all comes from the model, save the pages that people wrote.
# The reader of these files is docs/assets/tim.js; what they hold: docs/ky-thuat/quyet-dinh/0020.
"""The search index of the whole site.

A record is one wording: of a clause in one place of its agreement, of what is printed around the
clauses of a version, of a shared clause, or a section of a page. Equal wordings of several years are
one record; the records of one clause stand together, the newest first, so that they are one result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from typing import Any

from macros.calendar import WORDS, Standing, state, timeline, turning_days
from macros.citing import cite
from macros.model import Agreement, Archive, Clause, ClauseId, FactName, UnitId
from macros.postings import Index, Shorts, coded_numbers
from macros.render import COUNTERPARTS, TYPES, series_name, title_of
from macros.usage import Usage, in_words

FOLDER = "tim/"
_FORM = 1
# Records in one file of texts: a result costs one file.
_TOGETHER = 16
# Words at which a text is a bit longer, and longer still.
_LENGTHS = (8, 24, 60)
# So many words, the most common, are offered in place of a misspelt one.
_OFFERED = 4000
_KINDS = ("unit", "agreement", "heading", "clause", "shared", "page")
_FACTS = (
    FactName.TITLE, FactName.NUMBER, FactName.PLACE, FactName.DATE, FactName.ISSUED_BY,
    FactName.SIGNATURES, FactName.RECIPIENTS, FactName.REPORT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page that people wrote, from one heading to the next."""

    id: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A page that people wrote: its address from the site's root, its title, its sections."""

    address: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Wording:
    """What one record shows; `around` is filed with it and never shown."""

    kind: str
    id: str
    title: str
    path: str
    text: str
    around: tuple[str, ...] = field(default=(), compare=False)


@dataclass
class _Row:
    """Records that share a unit, a series and its years."""

    key: str
    unit: int
    name: int
    years: int
    sample: bool = False
    texts: list[list[str]] = field(default_factory=list)

    def listed(self) -> list[Any]:
        tag = self.key.partition("/")[0] if self.unit < 0 else ""
        count, sample = len(self.texts), int(self.sample)
        return [tag, self.unit, self.name, self.years, count, sample, self.digest()]

    def digest(self) -> str:
        """Stands in the addresses of the texts: those of two builds are never taken for another."""
        return hashlib.sha256(_json(self.texts)).hexdigest()[:8]


def search_files(
    archive: Archive, as_of: date, written: Sequence[Written]
) -> Iterator[tuple[str, bytes]]:
    """Every file of the index: address from the site's root, and bytes."""
    made = _Made(archive, as_of)
    made.units()
    for unit_id, series_id in archive.series():
        made.series(unit_id, series_id)
    made.shared()
    made.written(written)
    yield from made.files()


def sections(html: str, title: str) -> tuple[Section, ...]:
    """The sections of a page's content; what stands above its first heading is under the title."""
    reader = _Sections(title)
    reader.feed(html)
    reader.close()
    return reader.found()


class _Table:
    """Values by number, each once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[str, int] = {}

    def place(self, value: Any) -> int:
        key = json.dumps(value)
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


class _Made:
    """The index while it is made."""

    def __init__(self, archive: Archive, as_of: date) -> None:
        self._archive, self._as_of = archive, as_of
        self._index = Index()
        self._long = Shorts(archive.glossary.abbreviations)
        self._rows: list[_Row] = []
        self._of: list[int] = []
        self._names, self._years, self._lines, self._sorts = _Table(), _Table(), _Table(), _Table()
        self._unit_place = {unit_id: place for place, unit_id in enumerate(archive.units)}

    def units(self) -> None:
        """One record for each unit, in the order of units."""
        row = self._row("_don-vi", -1, "", "", "", [])
        for unit_id, unit in self._archive.units.items():
            series = [series_name(unit, each) for each in unit.series]
            former = [each.name for each in unit.names[:-1]]
            region = [unit.region.printed] if unit.region else []
            around = (TYPES[unit.type], *region, *series)
            text = "; ".join((TYPES[unit.type], *region, *former, *series))
            self._add(row, _Wording("unit", unit_id, unit.name, "", text, around), (), first=True)

    def series(self, unit_id: UnitId, series_id: str) -> None:
        """All versions of all editions of a series: its facts, then its clauses in reading order."""
        editions = self._archive.editions(unit_id, series_id)
        unit = self._archive.units[unit_id]
        days = turning_days(editions)
        versions = [
            version
            for edition in reversed(editions)
            for version in _leading_first(self._archive.versions(edition))
        ]
        years = [
            [
                str(each.period),
                "" if each.newest else each.version,
                self._lines.place(
                    [
                        [str(day), list(Standing).index(now)]
                        for day, now in timeline(
                            days,
                            self._as_of,
                            lambda day, of=each: state(of, editions, day).standing,  # type: ignore[misc]
                        )
                    ]
                ),
            ]
            for each in versions
        ]
        row = self._row(
            f"{unit_id}/{series_id}", self._unit_place[unit_id], series_id,
            unit.series[series_id].counterpart.value, series_name(unit, series_id), years,
        )  # fmt: skip
        row.sample = unit.sample
        where = (unit.name, unit_id.replace("-", " "), series_name(unit, series_id))
        groups: dict[str, dict[_Wording, list[int]]] = {}
        for place, agreement in enumerate(versions):
            for wording in _wordings(agreement, where):
                groups.setdefault(wording.id, {}).setdefault(wording, []).append(place)
        when = [each.period.words for each in versions]
        for records in groups.values():
            for number, (wording, places) in enumerate(records.items()):
                years_of = tuple(dict.fromkeys(when[place] for place in places))
                self._add(row, wording, places, first=number == 0, when=years_of)

    def shared(self) -> None:
        """The wordings of each shared clause."""
        usage = Usage(self._archive)
        for name, clause in sorted(self._archive.shared.items()):
            periods = sorted(clause.wordings, reverse=True)
            years = [[str(period), "", -1] for period in periods]
            row = self._row(f"_dieu-khoan/{name}", -1, name, "", "Điều khoản dùng chung", years)
            row.sample = name in usage.samples or not usage.uses[name]
            texts: dict[str, list[int]] = {}
            for place, period in enumerate(periods):
                text = in_words(clause.wordings[period], usage.meant[name])
                texts.setdefault(text, []).append(place)
            for number, (text, places) in enumerate(texts.items()):
                wording = _Wording(
                    "shared", "", clause.title, "", text, (clause.title, "điều khoản dùng chung")
                )
                self._add(row, wording, places, first=number == 0)

    def written(self, pages: Sequence[Written]) -> None:
        """The sections of the pages that people wrote."""
        row = self._row("_trang", -1, "", "", "", [])
        for page in sorted(pages, key=lambda page: page.address):
            for section in page.sections:
                path = "" if section.heading == page.title else page.title
                address = f"{page.address}#{section.id}" if section.id else page.address
                wording = _Wording("page", address, section.heading, path, section.text, (path,))
                self._add(row, wording, (), first=True)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The texts, the words and pairs, and last what leads to them."""
        words, pairs = self._index.files()
        column = coded_numbers(self._of)
        contents = self._contents(words, pairs)
        stamp = hashlib.sha256(_json(contents) + column)
        for _, data in (*words, *pairs):
            stamp.update(data)
        contents["stamp"] = stamp.hexdigest()[:8]
        for row in self._rows:
            begins = f"{FOLDER}loi/{row.key}/{row.digest()}"
            for start in range(0, len(row.texts), _TOGETHER):
                texts = row.texts[start : start + _TOGETHER]
                yield f"{begins}-{start // _TOGETHER}.json", _json(texts)
        mark = stamp.digest()[:4]
        for folder, files in (("chu", words), ("cap", pairs)):
            for number, (_, data) in enumerate(files):
                yield f"{FOLDER}{folder}/{number}.bin", mark + data
        yield f"{FOLDER}cot.bin", mark + column
        yield f"{FOLDER}muc-luc.json", _json(contents)

    def _contents(
        self, words: Iterable[tuple[str, bytes]], pairs: Iterable[tuple[str, bytes]]
    ) -> dict[str, Any]:
        types = list(TYPES)
        return {
            "form": _FORM,
            "together": _TOGETHER,
            "types": [[each.value, TYPES[each]] for each in types],
            "counterparts": [[each.value, words_] for each, words_ in COUNTERPARTS.items()],
            "standings": [[each.value, WORDS[each]] for each in Standing],
            "kinds": _KINDS,
            "lines": self._lines.values,
            "years": self._years.values,
            "names": self._names.values,
            "units": [
                [unit_id, unit.name, types.index(unit.type), int(unit.sample)]
                for unit_id, unit in self._archive.units.items()
            ],
            "rows": [row.listed() for row in self._rows],
            "sorts": self._sorts.values,
            "short": sorted(self._archive.glossary.abbreviations.items()),
            "words": [first for first, _ in words],
            "pairs": [first for first, _ in pairs],
            "common": " ".join(self._index.common(_OFFERED)),
        }  # fmt: skip

    def _row(
        self, key: str, unit: int, series: str, counterpart: str, name: str, years: list[Any]
    ) -> _Row:
        row = _Row(
            key, unit, self._names.place([series, counterpart, name]), self._years.place(years)
        )
        self._rows.append(row)
        return row

    def _add(
        self, row: _Row, wording: _Wording, places: Sequence[int],
        *, first: bool, when: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        text = wording.text
        if wording.kind == "unit":
            text = f"{wording.title}. {wording.id.replace('-', ' ')}"
        elif wording.kind in ("page", "shared"):
            text = f"{wording.title}. {text}"
        count = self._index.add(text, (*wording.around, *when), self._long)
        length = sum(count > each for each in _LENGTHS)
        self._of.append(
            self._sorts.place([int(first), _KINDS.index(wording.kind), length, list(places)])
        )
        row.texts.append([wording.id, wording.title, wording.path, wording.text])


def _wordings(agreement: Agreement, where: tuple[str, ...]) -> Iterator[_Wording]:
    """What a version prints around its clauses, then each clause."""
    title = title_of(agreement)
    lines = [line for fact in _FACTS for line in agreement.printed(fact)]
    lines += agreement.facts.issuer
    day = agreement.facts.date and agreement.facts.date.value
    yield _Wording(
        "agreement", "", title, "", " ".join(lines), (title, *where, day.words if day else "")
    )
    cited = cite(agreement.page)
    clauses: dict[ClauseId | None, Clause] = {}
    for clause in agreement.page.clauses:
        clauses[clause.id] = clause
        above = _heading(clause.parent, clauses)
        text = f"{clause.label} {clause.text}".strip() if clause.level else clause.text
        path = _path(clause, clauses, cited)
        # "taimuc IV": the clause of that number itself, and not those below it.
        own = f"tai{path.rpartition(', ')[2]}"
        yield _Wording(
            "heading" if clause.level else "clause",
            clause.id,
            above.text if above else "",
            path,
            text,
            (cited[clause.id], own, above.text if above else "", *where),
        )


def _heading(parent: ClauseId | None, clauses: Mapping[ClauseId | None, Clause]) -> Clause | None:
    """The nearest heading that a clause stands under."""
    above = clauses.get(parent)
    while above and not above.level:
        above = clauses.get(above.parent)
    return above


def _path(
    clause: Clause,
    clauses: Mapping[ClauseId | None, Clause],
    cited: Mapping[ClauseId, str],
) -> str:
    """Where a clause stands, from the outermost: `mục II, khoản 3`."""
    pieces: list[str] = []
    at: Clause | None = clause
    while at:
        above = clauses.get(at.parent)
        ending = f" {cited[above.id]}" if above else ""
        pieces.append(cited[at.id].removesuffix(ending))
        at = above
    return ", ".join(reversed(pieces))


def _leading_first(versions: Sequence[Agreement]) -> list[Agreement]:
    """The versions of an edition, the one that its address shows first, then the newer ones."""
    order = {each.version: place for place, each in enumerate(versions)}
    return sorted(versions, key=lambda each: (each.newest, order[each.version]), reverse=True)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


class _Sections(HTMLParser):
    """Cuts a page's content at its headings; the theme's signs beside them are left out."""

    _HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
    _INLINE = frozenset(
        ("a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "span", "strong")
    )
    _SKIPPED = frozenset(("script", "style", "svg", "button", "template"))

    def __init__(self, title: str) -> None:
        super().__init__()
        self._parts: list[tuple[str, tuple[list[str], list[str]]]] = [("", ([title], []))]
        self._in_heading = False
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in self._HEADINGS:
            self._parts.append((given.get("id") or "", ([], [])))
            self._in_heading = True
        elif tag in self._SKIPPED or given.get("class") == "headerlink":
            self._skipped += 1
        elif not self._skipped and tag not in self._INLINE:
            self._put(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HEADINGS:
            self._in_heading = False
        elif self._skipped and tag in (*self._SKIPPED, "a"):
            self._skipped -= 1
        elif tag not in self._INLINE:
            self._put(" ")

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._put(data)

    def _put(self, text: str) -> None:
        self._parts[-1][1][0 if self._in_heading else 1].append(text)

    def found(self) -> tuple[Section, ...]:
        folded = (
            Section(id_, " ".join("".join(heading).split()), " ".join("".join(text).split()))
            for id_, (heading, text) in self._parts
        )
        first, *rest = folded
        return tuple(rest if rest and not first.text else (first, *rest))
