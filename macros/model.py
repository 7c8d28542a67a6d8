# The words of the house as values.
# Hides: how a period, a partial date, a version is written and ordered.
# Refuses: mutation, and rules that people can break (those are in checks).
"""What an archive of agreements is made of.

The classes read from `data/` are pydantic dataclasses: one declaration gives the reading, the
refusal of unknown keys and the JSON Schema. The classes of a page's text are plain dataclasses,
made by `grammar`. All are frozen; sequences are tuples.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, NewType, Self

from pydantic import (
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StrictBool,
    StrictInt,
    StringConstraints,
)
from pydantic.dataclasses import dataclass as data_class
from pydantic_core import CoreSchema, core_schema

UnitId = NewType("UnitId", str)
SeriesId = NewType("SeriesId", str)
ClauseId = NewType("ClauseId", str)

KEBAB = r"[a-z0-9]+(?:-[a-z0-9]+)*"
AS_SIGNED = "goc"
# No agreement is older, and none is made for later.
EARLIEST, LATEST = 1900, 2200
# Built when first read with: most commands take what they know from the cache.
_STRICT = ConfigDict(extra="forbid", defer_build=True)

Line = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S([^\t\r\n]*\S)?$")]
Kebab = Annotated[str, StringConstraints(pattern=f"^{KEBAB}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(txt|pdf|png|jpe?g|docx)$")
]


class _Text:
    """A value that YAML and JSON write as one string: `parse` reads it, `str()` writes it."""

    __slots__ = ()
    pattern: str

    @classmethod
    def parse(cls, text: str) -> Self:
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        read = core_schema.no_info_after_validator_function(
            cls.parse, core_schema.str_schema(pattern=f"^{cls.pattern}$", strict=True)
        )
        return core_schema.no_info_before_validator_function(
            lambda value: str(value) if isinstance(value, cls) else value, read
        )


@dataclass(frozen=True, slots=True, order=True)
class Period(_Text):
    """A school year `2024-2025`, or several calendar years `2018-2020`."""

    start: int
    end: int
    pattern = r"[0-9]{4}-[0-9]{4}"

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"kỳ {self.start}-{self.end}: năm sau phải lớn hơn năm trước")
        if not EARLIEST <= self.start < self.end <= LATEST:
            said = f"các năm phải từ {EARLIEST} đến {LATEST}"
            raise ValueError(f"kỳ {self.start}-{self.end}: {said}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """`2024-2025` as a period; ValueError for any other form."""
        if not re.fullmatch(cls.pattern, text):
            raise ValueError(f'"{text}" không có dạng 2024-2025')
        return cls(int(text[:4]), int(text[5:]))

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"

    @property
    def school_year(self) -> bool:
        return self.end == self.start + 1

    @property
    def words(self) -> str:
        """`năm học 2024-2025` or `giai đoạn 2018-2020`."""
        return f"{'năm học' if self.school_year else 'giai đoạn'} {self}"


@dataclass(frozen=True, slots=True)
class PartialDate(_Text):
    """A date as exact as the print: `2024-10-07`, `2021-10` or `2021`."""

    year: int
    month: int | None = None
    day: int | None = None
    pattern = r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"

    def __post_init__(self) -> None:
        self.first, self.last  # noqa: B018 both raise ValueError on an impossible date

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read the ISO form; ValueError for an impossible date or another form."""
        if not re.fullmatch(cls.pattern, text):
            raise ValueError(f'"{text}" không có dạng 2024-10-07, 2024-10 hay 2024')
        try:
            return cls(*(int(part) for part in text.split("-")))
        except ValueError:
            raise ValueError(f'không có ngày "{text}" trong lịch') from None

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def first(self) -> date:
        """The earliest day that it can mean."""
        month = 1 if self.month is None else self.month
        return date(self.year, month, 1 if self.day is None else self.day)

    @property
    def last(self) -> date:
        """The latest day that it can mean."""
        month = 12 if self.month is None else self.month
        last = calendar.monthrange(self.year, month)[1]
        return date(self.year, month, last if self.day is None else self.day)

    @property
    def words(self) -> str:
        """`ngày 07/10/2024`, `tháng 10/2021` or `năm 2021`."""
        if self.month is None:
            return f"năm {self.year}"
        if self.day is None:
            return f"tháng {self.month:02}/{self.year}"
        return f"ngày {self.day:02}/{self.month:02}/{self.year}"


class Day(PartialDate):
    """A whole date: `2026-11-21`."""

    __slots__ = ()
    pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class When(_Text):
    """When something has to be done.

    A rhythm: `every-week`, `every-month`, `every-3-months`, `every-year`, `every-term`,
    `year-start` and `year-end` (of each school year); days as exact as the print, `2019-10` or
    from one to another `2019-11/2020-02`; `regularly` where no rhythm is stated.
    """

    text: str
    pattern = (
        r"(every-(week|month|[1-9][0-9]?-months|year|term)|year-start|year-end|regularly"
        rf"|{PartialDate.pattern}(/{PartialDate.pattern})?)"
    )

    def __post_init__(self) -> None:
        if self.days and self.days[0].first > self.days[1].last:
            raise ValueError(f'"{self}": ngày sau có trước ngày đầu')

    @classmethod
    def parse(cls, text: str) -> When:
        """Read one of the forms above; ValueError for any other and for impossible dates."""
        if not re.fullmatch(cls.pattern, text):
            raise ValueError(f'"{text}" không có dạng every-3-months, year-start hay 2019-10')
        return cls(text)

    def __str__(self) -> str:
        return self.text

    @property
    def months(self) -> int:
        """Once in so many months; 0 where that is not the rhythm."""
        if self.text in ("every-month", "every-year"):
            return 1 if self.text == "every-month" else 12
        found = re.fullmatch("every-([0-9]+)-months", self.text)
        return int(found[1]) if found else 0

    @property
    def days(self) -> tuple[PartialDate, PartialDate] | None:
        """From when to when, where the text states days."""
        if not self.text[0].isdigit():
            return None
        first, _, last = self.text.partition("/")
        return PartialDate.parse(first), PartialDate.parse(last or first)

    @property
    def words(self) -> str:
        """`3 tháng một lần`, `đầu năm học`, `tháng 10/2019`."""
        if self.days:
            first, last = self.days
            return first.words if first == last else f"từ {first.words} đến {last.words}"
        return _RHYTHMS.get(self.text) or f"{self.months} tháng một lần"


_RHYTHMS = {
    "every-week": "hằng tuần",
    "every-month": "hằng tháng",
    "every-term": "mỗi học kỳ",
    "every-year": "mỗi năm",
    "year-start": "đầu năm học",
    "year-end": "cuối năm học",
    "regularly": "không ghi nhịp hay ngày",
}


class Kind(StrEnum):
    """What an agreement calls itself."""

    REGULATION = "regulation"
    PLAN = "plan"
    PROGRAMME = "programme"


class Side(StrEnum):
    """Who agrees."""

    MANAGEMENT = "management"
    UNION = "union"
    YOUTH_UNION = "youth-union"
    WOMEN = "women"
    VETERANS = "veterans"
    STAFF = "staff"


class UnitType(StrEnum):
    """What sort of unit it is; the order is that of lists."""

    DEPARTMENT = "department"
    DISTRICT_OFFICE = "district-office"
    PRESCHOOL = "preschool"
    PRIMARY = "primary"
    LOWER_SECONDARY = "lower-secondary"
    UPPER_SECONDARY = "upper-secondary"
    CENTRE = "centre"
    COLLEGE = "college"
    OTHER = "other"


class TextState(StrEnum):
    """Whether we hold the agreement's own text, or only a report about it."""

    FULL = "full"
    REPORT_ONLY = "report-only"


class SourceRole(StrEnum):
    """What a source file is to the text."""

    TEXT = "text"
    SIGNED_SCAN = "signed-scan"
    WEB = "web"
    FILE = "file"  # an original that our text can't be compared with letter by letter


class RecordKind(StrEnum):
    """Why a version stands beside an earlier one. The kinds are never mixed."""

    AMEND = "amend"
    REPLACE = "replace"
    CORRECT = "correct"
    TRANSCRIBE = "transcribe"


# --- facts, as editors write them in data/units/<unit>.yml ---


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Printed:
    """A printed form and its value; `value` is null where the print leaves it blank."""

    printed: Line
    value: Line | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class PrintedDate:
    """A printed date and its value, as exact as the print, never more."""

    printed: Line
    value: PartialDate | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Decision:
    """The decision under which a text was issued; `number` and `date` quote `printed`."""

    printed: Line
    number: Printed | None = None
    date: PrintedDate | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Evidence:
    """A day that a clause states in the quoted words."""

    value: PartialDate
    clause: Kebab
    printed: Line


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Supersedes:
    """The period whose edition the text replaces, with the words that say so.

    Only a draft may lack the words.
    """

    period: Period
    printed: Line | None = None
    clause: Kebab | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Signature:
    """One signature as printed lines; capacity, title and name quote them."""

    lines: tuple[Line, ...] = Field(min_length=1)
    side: Side
    capacity: Line | None = None
    title: Line | None = None
    name: Line | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Recipients:
    """The block `Nơi nhận`, line by line as printed."""

    heading: Line
    lines: tuple[Line, ...] = ()


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Report:
    """What surrounds a news report, as printed there."""

    section: Line | None = None
    published: PrintedDate | None = None
    byline: Line | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Source:
    """A file in data/sources/ that a version was transcribed from, byte for byte."""

    role: SourceRole
    file: FileName
    sha256: Sha256
    origin: Line | None = None


class FactName(StrEnum):
    """A printed part of a version that is no clause."""

    TITLE = "title"
    NUMBER = "number"
    PLACE = "place"
    DATE = "date"
    ISSUED_BY = "issued_by"
    SIGNATURES = "signatures"
    RECIPIENTS = "recipients"
    REPORT = "report"


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Suspected:
    """A suspected mistake of the print: shown beside the text, never mended.

    It stands in a clause, or in a printed part outside the clauses; never both.
    """

    clause: Kebab | None = None
    fact: FactName | None = None
    printed: Line
    meant: Line | None = None
    why: Line


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Record:
    """Why this version exists: what was changed, the reason, and who agreed for each side."""

    kind: RecordKind
    what: Line
    why: Line
    agreed: dict[Side, Line] = Field(default_factory=dict)


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Seal:
    """The digest of a version's text and printed facts, and since when it holds.

    `parts` finds what moved (see macros/seal.py); the seal is `sha256` alone.
    """

    form: StrictInt
    since: PartialDate
    sha256: Sha256
    parts: Line


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Extended:
    """The edition was prolonged to another period."""

    to: Period
    evidence: Line


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Withdrawn:
    """The edition was withdrawn on a day."""

    date: PartialDate
    evidence: Line


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Duty:
    """Something that has to be done, as the quoted words of a clause say.

    `who` are the sides that do it, together or, where `in_turn`, one after the other; `what` is
    told in the site's words, `printed` are the words that say when. Of a report-only edition it
    quotes the report, and names no clause; of a shared clause it quotes a wording.
    """

    clause: Kebab | None = None
    who: tuple[Side, ...] = Field(min_length=1)
    in_turn: StrictBool = False
    what: Line
    printed: Line
    when: When


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Facts:
    """What is printed on or known of one version. Absent facts are absent, never invented.

    `entered_on` is the day on which the signed text came into the archive.
    """

    draft: StrictBool = False
    entered_on: Day | None = None
    issuer: tuple[Line, ...] = ()
    motto: tuple[Line, ...] = ()
    number: Printed | None = None
    place: Printed | None = None
    date: PrintedDate | None = None
    issued_by: Decision | None = None
    valid_from: Evidence | None = None
    valid_to: Evidence | None = None
    signatures: tuple[Signature, ...] = ()
    recipients: Recipients | None = None
    report: Report | None = None
    source: tuple[Source, ...] = ()
    suspected: tuple[Suspected, ...] = ()
    duties: dict[Kebab, Duty] = Field(default_factory=dict)
    seal: Seal | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class LaterVersion(Facts):
    """A whole later text of the same edition, with the record of why it exists."""

    record: Record


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Edition(Facts):
    """One period of a series; its own facts are those of the text as signed."""

    kind: Kind
    text: TextState = TextState.FULL
    supersedes: Supersedes | None = None
    extended: Extended | None = None
    withdrawn: Withdrawn | None = None
    reasons: dict[Kebab, Line] = Field(default_factory=dict)
    versions: dict[PartialDate, LaterVersion] = Field(default_factory=dict)


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Series:
    """One unit with one counterpart: one edition per period."""

    counterpart: Side
    editions: dict[Period, Edition] = Field(min_length=1)


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class UnitName:
    """A name and the day from which it holds."""

    name: Line
    since: PartialDate | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Region:
    """A place as a source of this unit gives it: `printed` stands in one of its texts."""

    name: Line
    printed: Line


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Lifetime:
    """The days from and to which a unit exists, where known."""

    since: PartialDate | None = None
    until: PartialDate | None = None


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Unit:
    """A school, centre or office, and the facts of all its agreements (data/units/<id>.yml)."""

    names: tuple[UnitName, ...] = Field(min_length=1)
    type: UnitType
    sides: dict[Side, Line] = Field(min_length=2)
    series: dict[Kebab, Series] = Field(min_length=1)
    region: Region | None = None
    sample: StrictBool = False
    valid: Lifetime | None = None
    successor: Kebab | None = None
    aliases: tuple[Kebab, ...] = ()
    terms: dict[Kebab, dict[Period, Line]] = Field(default_factory=dict)

    @property
    def name(self) -> str:
        """The newest name."""
        return self.names[-1].name


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class SharedClause:
    """Text that many units use (data/clauses/<id>.yml); a wording is named by its period.

    A duty holds for each text whose wording has the words that it quotes; in `who`, `union` means
    the counterpart of the series, as the blank `{union}` does, and `management` the other side.
    """

    title: Line
    wordings: dict[Period, Line] = Field(min_length=1)
    duties: dict[Kebab, Duty] = Field(default_factory=dict)


@data_class(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Glossary:
    """Abbreviations with their long forms (data/glossary.yml)."""

    abbreviations: dict[Line, Line] = Field(default_factory=dict)


# --- the text of a page, as grammar reads it ---


class ClauseKind(StrEnum):
    """What part of a document a clause is."""

    BASIS = "basis"
    PREAMBLE = "preamble"
    HEADING = "heading"
    CLAUSE = "clause"
    TABLE = "table"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The wording of a shared clause that a page pins, with the blanks filled in the call."""

    id: str
    wording: str
    blanks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A paragraph, heading or table with an id.

    `text` has no label, is NFC with white space folded; a table's is its cells joined by spaces.
    `level` is the heading's depth (1 to 6) and 0 for all else.
    """

    id: ClauseId
    kind: ClauseKind
    label: str = ""
    text: str = ""
    parent: ClauseId | None = None
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    shared: Shared | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The text of one version: title lines, clauses in reading order; or a report's paragraphs."""

    title: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    report: tuple[str, ...] = ()

    def clause(self, clause_id: str) -> Clause | None:
        """The clause of that id, or None."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)

    def renamed(self, names: Mapping[ClauseId, ClauseId]) -> Page:
        """The page with its ids, and the parents that name them, changed as `names` says."""

        def name(old: ClauseId) -> ClauseId:
            return names.get(old, old)

        clauses = tuple(
            replace(each, id=name(each.id), parent=name(each.parent) if each.parent else None)
            for each in self.clauses
        )
        return replace(self, clauses=clauses)


# --- the archive ---


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One version of one edition: its text and its facts. `version` is `goc` or a date.

    `whole`: the page was read without a mistake, so what it lacks is really not there.
    """

    unit_id: UnitId
    unit: Unit
    series_id: SeriesId
    period: Period
    version: str
    page: Page
    path: str
    whole: bool = True

    @cached_property
    def series(self) -> Series:
        return self.unit.series[self.series_id]

    @cached_property
    def edition(self) -> Edition:
        return self.series.editions[self.period]

    @cached_property
    def facts(self) -> Facts:
        """What is printed on this version."""
        if self.version == AS_SIGNED:
            return self.edition
        return self.edition.versions[PartialDate.parse(self.version)]

    def printed(self, fact: FactName) -> tuple[str, ...]:
        """The lines of a part outside the clauses, as printed; empty where there is none."""
        facts = self.facts
        if fact is FactName.TITLE:
            return self.page.title
        if fact is FactName.REPORT:
            around = facts.report
            published = around.published.printed if around and around.published else None
            parts = (around.section, published, around.byline) if around else ()
            return (*self.page.report, *(part for part in parts if part))
        if fact is FactName.SIGNATURES:
            return tuple(line for each in facts.signatures for line in each.lines)
        if fact is FactName.RECIPIENTS:
            block = facts.recipients
            return (block.heading, *block.lines) if block else ()
        part = getattr(facts, fact.value)
        return (part.printed,) if part else ()

    @property
    def sides(self) -> Mapping[Side, str]:
        """The two sides of the series with the unit's names for them, the unit's own first."""
        counterpart = self.series.counterpart
        named = self.unit.sides
        own = next((side for side in named if side != counterpart), counterpart)
        return {side: named[side] for side in (own, counterpart) if side in named}

    @property
    def versions(self) -> tuple[str, ...]:
        """All versions of the edition, the oldest first."""
        return versions_of(self.edition)

    @property
    def edition_name(self) -> str:
        """What commands call its edition: `truong-mau/cong-doan/2024-2025`."""
        return f"{self.unit_id}/{self.series_id}/{self.period}"

    @property
    def name(self) -> str:
        """What commands call this version: the edition's name, `.goc` or `.<date>` where it has
        several.
        """
        return f"{self.edition_name}.{self.version}" if self.versions[1:] else self.edition_name

    @property
    def newest(self) -> bool:
        """Whether the edition's own address shows this version: a draft never takes its place."""
        return self.version == leading_of(self.edition)

    @property
    def data_path(self) -> str:
        """The file with its facts."""
        return f"data/units/{self.unit_id}.yml"

    @property
    def data_key(self) -> tuple[str, ...]:
        """Where its facts stand in that file."""
        key = ("series", self.series_id, "editions", str(self.period))
        return key if self.version == AS_SIGNED else (*key, "versions", self.version)

    @property
    def address(self) -> str:
        """Where it is published, from the site's root: `don-vi/…/2024-2025/`."""
        own = f"don-vi/{self.edition_name}/"
        return own if self.newest else f"{own}ban/{self.version}/"


def page_path(unit: str, series: str, period: Period, version: str = AS_SIGNED) -> str:
    """The file of a version's text, from the project's root."""
    own = f"docs/don-vi/{unit}/{series}/{period}"
    return f"{own}.md" if version == AS_SIGNED else f"{own}.{version}.md"


def leading_of(edition: Edition) -> str:
    """The newest version that is no draft; the newest at all where every one is a draft."""
    versions = versions_of(edition)
    drafts = {str(day) for day, later in edition.versions.items() if later.draft}
    drafts |= {AS_SIGNED} if edition.draft else set()
    return ([each for each in versions if each not in drafts] or list(versions))[-1]


def versions_of(edition: Edition) -> tuple[str, ...]:
    """`goc` and then the dates of the later versions, in order."""
    return (AS_SIGNED, *sorted(str(day) for day in edition.versions))


Place = tuple[int, int]
Places = Mapping[tuple[str | int, ...], Place]


@dataclass(frozen=True, kw_only=True)
class Archive:
    """All that editors wrote, read once.

    `places` gives for a data file the line and column of each key and item; `sources` holds
    data/sources/ by file name; `texts` the raw texts of docs/ and data/ by path; `left_out` the
    paths of files that there are, but not in this copy, which holds only some of the units.
    """

    units: Mapping[UnitId, Unit]
    agreements: tuple[Agreement, ...]
    shared: Mapping[str, SharedClause] = field(default_factory=dict)
    glossary: Glossary = field(default_factory=Glossary)
    places: Mapping[str, Places] = field(default_factory=dict)
    sources: Mapping[str, bytes] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    left_out: AbstractSet[str] = frozenset()

    def editions(self, unit_id: str, series_id: str) -> tuple[Agreement, ...]:
        """The newest version of each edition of a series, the oldest period first."""
        return self._newest.get((UnitId(unit_id), SeriesId(series_id)), ())

    def versions(self, of: Agreement) -> tuple[Agreement, ...]:
        """All versions of the edition of `of`, the oldest first."""
        return self._versions[of.unit_id, of.series_id, of.period]

    def series(self) -> Iterator[tuple[UnitId, SeriesId]]:
        """Every series that has a readable edition, in the order of unit and series id."""
        yield from self._newest

    @cached_property
    def _newest(self) -> dict[tuple[UnitId, SeriesId], tuple[Agreement, ...]]:
        found: dict[tuple[UnitId, SeriesId], list[Agreement]] = {}
        for agreement in sorted(self.agreements, key=lambda a: (a.unit_id, a.series_id, a.period)):
            if agreement.newest:
                found.setdefault((agreement.unit_id, agreement.series_id), []).append(agreement)
        return {key: tuple(editions) for key, editions in found.items()}

    @cached_property
    def _versions(self) -> dict[tuple[UnitId, SeriesId, Period], tuple[Agreement, ...]]:
        found: dict[tuple[UnitId, SeriesId, Period], list[Agreement]] = {}
        for agreement in self.agreements:
            key = (agreement.unit_id, agreement.series_id, agreement.period)
            found.setdefault(key, []).append(agreement)
        return {
            key: tuple(sorted(all_, key=lambda a: a.versions.index(a.version)))
            for key, all_ in found.items()
        }


def _state_of(each: type) -> tuple[Callable[[Any], tuple[Any, ...]], Callable[..., None]]:
    """How values of a class go into a pickle and come back: as their fields in order. What
    `dataclasses` gives a class with slots asks for the fields at each value, four times as slowly;
    whole archives are kept so.
    """
    slots = [getattr(each, each_field.name) for each_field in fields(each)]
    gets = [slot.__get__ for slot in slots]
    puts = [slot.__set__ for slot in slots]

    def state(self: Any) -> tuple[Any, ...]:
        return tuple(get(self) for get in gets)

    def take(self: Any, state: tuple[Any, ...]) -> None:
        for put, value in zip(puts, state, strict=True):
            put(self, value)

    return state, take


for _each in [*vars().values()]:
    if isinstance(_each, type) and is_dataclass(_each) and "__slots__" in vars(_each):
        _each.__getstate__, _each.__setstate__ = _state_of(_each)  # type: ignore[assignment,attr-defined]
