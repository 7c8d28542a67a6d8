# Archive → what readers can find, and the files below tim/ in which their browser looks it up.
# Hides: what is a record, what is filed under it, how pieces are joined and what files are called.
# Refuses: to read our own pages: all comes from the model, save the pages that people wrote.
# The reader of these files is docs/assets/tim.js; what they hold: docs/ky-thuat/quyet-dinh/0020.
"""The search index of the whole site, made in pieces.

A record is one wording: of a clause in one place of its agreement, of what is printed around the
clauses of a version, of a shared clause, or a section of a page. Equal wordings of several years are
one record; the records of one clause stand together, the newest first, so that they are one result.

What is filed of one unit is a `Segment`. Those of neighbours can be joined into one, which costs
little, and those of a run of neighbours (`groups`) are `merged` into a `Group`, and the groups, with that of the shared clauses and the pages that people wrote, give the
files. Each piece is a function of what it is made from, so each can be kept and made elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, NamedTuple, TypeVar

from macros.calendar import WORDS, Standing, state, timeline, turning_days
from macros.citing import cite
from macros.model import Agreement, Archive, Clause, ClauseId, FactName, Unit, UnitId
from macros.postings import (
    Filed,
    Index,
    Run,
    Shorts,
    coded,
    joined,
    most_common,
    packed,
)
from macros.render import COUNTERPARTS, TYPES, series_name, title_of
from macros.usage import Usage, in_words

V = TypeVar("V")
FOLDER = "tim/"
# The texts of a unit lie in a folder of its name.
TEXTS = f"{FOLDER}loi/"
_FORM = 3
# Records in one file of texts: a result costs one file.
_TOGETHER = 16
# Words at which a text is a bit longer, and longer still.
_LENGTHS = (8, 24, 60)
# So many words, the most common, are offered in place of a misspelt one.
_OFFERED = 4000
# Units of a group, and of 256 units how many may begin one: 32 a group on average.
_FEWEST, _LARGEST, _BEGINNING = 16, 64, 16
_SHORT = 8  # units of a stretch
# Letters that stand for numbers: from the first after the quotation mark.
_FIRST, _BACKSLASH, _SURROGATES, _SURROGATES_END = 35, 92, 0xD800, 0xE000
_KINDS = ("unit", "agreement", "heading", "clause", "shared", "page")
_STANDINGS = {each: place for place, each in enumerate(Standing)}
_FACTS = (
    FactName.TITLE, FactName.NUMBER, FactName.PLACE, FactName.DATE, FactName.ISSUED_BY,
    FactName.SIGNATURES, FactName.RECIPIENTS, FactName.REPORT,
)  # fmt: skip
# The folders of the texts that are no unit's.
_SHARED, _PAGES = "_dieu-khoan/", "_trang"

# From which day a version is of which standing; the first begins before all days.
Line = tuple[tuple[str, int], ...]
# A version: its period, its name where it is not the one that the period's address shows, its line.
Year = tuple[str, str, Line]


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
class SharedTexts:
    """The wordings of a shared clause by period, the newest first, its blanks in words."""

    id: str
    title: str
    wordings: tuple[tuple[str, str], ...]
    sample: bool


@dataclass(frozen=True, slots=True)
class _Wording:
    """What one record shows; `around` is filed with it and never shown."""

    kind: str
    id: str
    title: str
    path: str
    text: str
    around: tuple[str, ...] = field(default=(), compare=False)


# Thousands of the next three are read back on each build: plain tuples come three times as fast.


class _Row(NamedTuple):
    """So many records, one after another, of one series and its years."""

    series: str = ""
    counterpart: str = ""
    name: str = ""
    years: tuple[Year, ...] = ()
    sample: bool = False
    size: int = 0


class _Sort(NamedTuple):
    """What records are alike in: whether it is the first of its clause, its kind (a place in
    `_KINDS`), how long it is, and which years of its row have it.
    """

    first: bool
    kind: int
    length: int
    places: tuple[int, ...]

    def listed(self) -> list[Any]:
        return [int(self.first), self.kind, self.length, self.places]


class _Head(NamedTuple):
    """What the contents say of a segment: where its texts are, their digest, and its rows.

    A unit's first record is its own and stands in no row.
    """

    key: str
    digest: str
    rows: tuple[_Row, ...]
    unit: tuple[str, str, bool] | None = None  # name, type, sample


@dataclass(frozen=True, slots=True)
class Segment:
    """What the index needs of one unit, of one shared clause, or of the pages that people wrote:
    its records with their texts, and under which words they are filed. Or of several, one after
    another, without their texts.

    It names no day, so it is another only on days on which a state is.
    """

    heads: tuple[_Head, ...]
    texts: tuple[tuple[str, str, str, str], ...]
    sorts: tuple[_Sort, ...]
    filed: Filed


@dataclass(frozen=True, slots=True)
class Group:
    """Segments one after another, without their texts. `column` has for each record the place of
    its sort in `sorts`.
    """

    heads: tuple[_Head, ...]
    sorts: tuple[_Sort, ...]
    column: tuple[int, ...]
    run: Run


def search_files(
    archive: Archive, as_of: date, written: Sequence[Written]
) -> Iterator[tuple[str, bytes]]:
    """Every file of the index: address from the site's root, and bytes."""
    short = archive.glossary.abbreviations
    made: list[Group] = []
    for unit_ids in groups(archive.units):
        segments = [unit_segment(archive, unit_id, as_of) for unit_id in unit_ids]
        for segment in segments:
            yield from text_files(segment)
        made.append(merged(segments))
    others = other_segments(short, shared_texts(Usage(archive)), written)
    for segment in others:
        yield from text_files(segment)
    yield from index_files(short, [*made, merged(others)])


def unit_segment(archive: Archive, unit_id: UnitId, as_of: date) -> Segment:
    """A unit and all its agreements; of the archive it needs this unit and the glossary."""
    unit = archive.units[unit_id]
    filing = _Filing(archive.glossary.abbreviations)
    filing.add(_unit_wording(unit_id, unit), (), first=True)
    for series_id in sorted(unit.series):
        if editions := archive.editions(unit_id, series_id):
            versions = [
                version
                for edition in reversed(editions)
                for version in _leading_first(archive.versions(edition))
            ]
            filing.series(versions, editions, as_of)
    return filing.segment(unit_id, (unit.name, unit.type.value, unit.sample))


def shared_texts(usage: Usage) -> list[SharedTexts]:
    """What is filed of the shared clauses; what nobody uses is no more real than sample data."""
    return [
        SharedTexts(
            name,
            clause.title,
            tuple(
                (str(period), in_words(clause.wordings[period], usage.meant[name]))
                for period in sorted(clause.wordings, reverse=True)
            ),
            name in usage.samples or not usage.uses[name],
        )
        for name, clause in sorted(usage.archive.shared.items())
    ]


def other_segments(
    abbreviations: Mapping[str, str],
    shared: Iterable[SharedTexts],
    written: Iterable[Written],
) -> list[Segment]:
    """What is no unit's: each shared clause, then all pages that people wrote. They are a group."""
    found = []
    for clause in shared:
        filing = _Filing(abbreviations)
        filing.shared(clause)
        found.append(filing.segment(f"{_SHARED}{clause.id}"))
    filing = _Filing(abbreviations)
    filing.written(written)
    return [*found, filing.segment(_PAGES)]


def text_files(segment: Segment) -> Iterator[tuple[str, bytes]]:
    """The files with the texts of a segment. Those of two builds are never taken for another: the
    digest of all these texts stands in their addresses.
    """
    (head,) = segment.heads
    begins = f"{TEXTS}{head.key}/{head.digest}"
    for start in range(0, len(segment.texts), _TOGETHER):
        texts = segment.texts[start : start + _TOGETHER]
        yield f"{begins}-{start // _TOGETHER}.json", _json(texts)


def groups(unit_ids: Iterable[str]) -> list[tuple[UnitId, ...]]:
    """All units in order, in runs of neighbours. Where a run begins, its first unit decides: a unit
    that comes or goes changes its own run and seldom the next.
    """
    found: list[list[UnitId]] = []
    for unit_id in sorted(unit_ids):
        begins = hashlib.sha256(unit_id.encode("utf-8", "surrogateescape")).digest()[0] < _BEGINNING
        size = len(found[-1]) if found else _LARGEST
        if size == _LARGEST or (begins and size >= _FEWEST):
            found.append([])
        found[-1].append(UnitId(unit_id))
    return [tuple(each) for each in found]


def joined_segments(segments: Sequence[Segment]) -> Segment:
    """These segments, in this order, as one without texts."""
    return Segment(
        tuple(head for each in segments for head in each.heads),
        (),
        tuple(sort for each in segments for sort in each.sorts),
        joined([each.filed for each in segments]),
    )


def stretches(found: Iterable[Sequence[V]]) -> list[tuple[V, ...]]:
    """What is in the order of groups' units in shorter runs, none over the end of its group: what
    is made of a few units is quickly made again.
    """
    return [
        tuple(units[at : at + _SHORT]) for units in found for at in range(0, len(units), _SHORT)
    ]


def merged(segments: Sequence[Segment]) -> Group:
    """The group of these segments, in this order."""
    whole = joined_segments(segments)
    sorts: dict[_Sort, int] = {}
    column = tuple(sorts.setdefault(sort, len(sorts)) for sort in whole.sorts)
    return Group(whole.heads, tuple(sorts), column, coded(whole.filed))


def index_files(
    abbreviations: Mapping[str, str], made: Sequence[Group]
) -> Iterator[tuple[str, bytes]]:
    """The words and pairs, and last what leads to them, from the groups of all units in their
    order and the group of what is no unit's.

    What leads to a file names the digest of its content, so a search never joins two builds, and
    a file that is the same in two builds has the same address.
    """
    folders: dict[str, list[tuple[str, str]]] = {}
    for folder, runs in (
        ("chu", [group.run.words for group in made]),
        ("cap", [group.run.pairs for group in made]),
    ):
        folders[folder] = []
        for first, data in packed(runs):
            digest = hashlib.sha256(data)
            name = digest.hexdigest()[:12]
            folders[folder].append((first, name))
            yield f"{FOLDER}{folder}/{name}.bin", digest.digest()[:4] + data
    sorts = _Table()
    column = ""
    for group in made:
        letters = [_letter(sorts.place(sort)) for sort in group.sorts]
        column += "".join(letters[number] for number in group.column)
    contents = {
        **_contents(made),
        "sorts": [sort.listed() for sort in sorts.values],
        "short": sorted(abbreviations.items()),
        "words": folders["chu"],
        "pairs": folders["cap"],
        # Of every record its sort, as a letter: no other form is as short once it is compressed.
        "column": column,
        "common": " ".join(most_common([group.run for group in made], _OFFERED)),
    }
    yield f"{FOLDER}muc-luc.json", _json(contents)


def _letter(number: int) -> str:
    """A small number as a letter that JSON writes as it is; those of surrogates are left out."""
    code = number + _FIRST + (number >= _BACKSLASH - _FIRST)
    return chr(code if code < _SURROGATES else code + _SURROGATES_END - _SURROGATES)


def _contents(made: Sequence[Group]) -> dict[str, Any]:
    """What records there are, and what the numbers mean that stand for words."""
    types = [each.value for each in TYPES]
    lines, years, names = _Table(), _Table(), _Table()
    units, others = [], []
    for head in (head for group in made for head in group.heads):
        rows = [
            [
                names.place((row.series, row.counterpart, row.name)),
                years.place(
                    tuple(
                        (period, version, lines.place(line) if line else -1)
                        for period, version, line in row.years
                    )
                ),
                row.size,
            ]
            for row in head.rows
        ]
        if head.unit:
            name, type_, sample = head.unit
            units.append([head.key, name, types.index(type_), int(sample), head.digest, rows])
        else:
            ((*row,),) = rows
            others.append([head.key, head.digest, int(head.rows[0].sample), *row])
    return {
        "form": _FORM,
        "together": _TOGETHER,
        "types": [[each.value, TYPES[each]] for each in TYPES],
        "counterparts": [[each.value, words] for each, words in COUNTERPARTS.items()],
        "standings": [[each.value, WORDS[each]] for each in Standing],
        "kinds": _KINDS,
        "lines": lines.values,
        "years": years.values,
        "names": names.values,
        "units": units,
        "others": others,
        # How many segments the lists of each run are about.
        "runs": [len(group.heads) for group in made],
    }


def sections(html: str, title: str) -> tuple[Section, ...]:
    """The sections of a page's content; what stands above its first heading is under the title."""
    reader = _Sections(title)
    reader.feed(html)
    reader.close()
    return reader.found()


class _Table:
    """Values by number, each once, in the order in which they came."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}

    def place(self, value: Any) -> int:
        return self._places.setdefault(value, len(self._places))

    @property
    def values(self) -> list[Any]:
        return list(self._places)


class _Filing:
    """A segment while it is made."""

    def __init__(self, abbreviations: Mapping[str, str]) -> None:
        self._shorts = _shorts(tuple(abbreviations.items()))
        self._index = Index()
        self._rows: list[_Row] = []
        self._sorts: dict[_Sort, _Sort] = {}
        self._of: list[_Sort] = []
        self._texts: list[tuple[str, str, str, str]] = []

    def segment(self, key: str, unit: tuple[str, str, bool] | None = None) -> Segment:
        """All that was filed; `key` is the folder of its texts."""
        digest = hashlib.sha256(_json(self._texts)).hexdigest()[:8]
        head = _Head(key, digest, tuple(self._rows), unit)
        return Segment((head,), tuple(self._texts), tuple(self._of), self._index.filed())

    def series(
        self, versions: Sequence[Agreement], editions: Sequence[Agreement], as_of: date
    ) -> None:
        """All versions of all editions of a series: its facts, then its clauses in reading order."""
        days = turning_days(editions)
        unit, unit_id, series_id = versions[0].unit, versions[0].unit_id, versions[0].series_id
        name = series_name(unit, series_id)
        years = tuple(
            (
                str(each.period),
                "" if each.newest else each.version,
                _line(each, editions, as_of, days),
            )
            for each in versions
        )
        where = (unit.name, unit_id.replace("-", " "), name)
        wordings: dict[str, dict[_Wording, list[int]]] = {}
        for place, agreement in enumerate(versions):
            for wording in _wordings(agreement, where):
                wordings.setdefault(wording.id, {}).setdefault(wording, []).append(place)
        when = [each.period.words for each in versions]
        for records in wordings.values():
            for number, (wording, places) in enumerate(records.items()):
                years_of = tuple(dict.fromkeys(when[place] for place in places))
                self.add(wording, places, first=number == 0, when=years_of)
        counterpart = unit.series[series_id].counterpart.value
        count = sum(map(len, wordings.values()))
        self._rows.append(_Row(series_id, counterpart, name, years, unit.sample, count))

    def shared(self, clause: SharedTexts) -> None:
        """The wordings of a shared clause."""
        texts: dict[str, list[int]] = {}
        for place, (_, text) in enumerate(clause.wordings):
            texts.setdefault(text, []).append(place)
        around = (clause.title, "điều khoản dùng chung")
        for number, (text, places) in enumerate(texts.items()):
            wording = _Wording("shared", "", clause.title, "", text, around)
            self.add(wording, places, first=number == 0)
        years = tuple((period, "", ()) for period, _ in clause.wordings)
        named = "Điều khoản dùng chung"
        self._rows.append(_Row(clause.id, "", named, years, clause.sample, len(texts)))

    def written(self, pages: Iterable[Written]) -> None:
        """The sections of the pages that people wrote."""
        for page in sorted(pages, key=lambda page: page.address):
            for section in page.sections:
                path = "" if section.heading == page.title else page.title
                address = f"{page.address}#{section.id}" if section.id else page.address
                wording = _Wording("page", address, section.heading, path, section.text, (path,))
                self.add(wording, (), first=True)
        self._rows.append(_Row(size=len(self._texts)))

    def add(
        self, wording: _Wording, places: Sequence[int],
        *, first: bool, when: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """File one record."""
        text = wording.text
        if wording.kind == "unit":
            text = f"{wording.title}. {wording.id.replace('-', ' ')}"
        elif wording.kind in ("page", "shared"):
            text = f"{wording.title}. {text}"
        count = self._index.add(text, (*wording.around, *when), self._shorts)
        length = sum(count > each for each in _LENGTHS)
        sort = _Sort(first, _KINDS.index(wording.kind), length, tuple(places))
        self._of.append(self._sorts.setdefault(sort, sort))
        self._texts.append((wording.id, wording.title, wording.path, wording.text))


@lru_cache(maxsize=4)
def _shorts(abbreviations: tuple[tuple[str, str], ...]) -> Shorts:
    return Shorts(dict(abbreviations))


def _line(of: Agreement, editions: Sequence[Agreement], as_of: date, days: Iterable[date]) -> Line:
    """What a version is on the day of the build and becomes later."""
    turns = timeline(days, as_of, lambda day: state(of, editions, day).standing)
    (_, now), *later = turns
    return ("", _STANDINGS[now]), *((str(day), _STANDINGS[then]) for day, then in later)


def _unit_wording(unit_id: UnitId, unit: Unit) -> _Wording:
    series = [series_name(unit, each) for each in unit.series]
    former = [each.name for each in unit.names[:-1]]
    region = [unit.region.printed] if unit.region else []
    around = (TYPES[unit.type], *region, *series)
    text = "; ".join((TYPES[unit.type], *region, *former, *series))
    return _Wording("unit", unit_id, unit.name, "", text, around)


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
