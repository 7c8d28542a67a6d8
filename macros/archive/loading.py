# A snapshot → the archive, with what is wrong in it as far as one file can tell.
# Hides: encodings, which page belongs to which facts, where names are read from.
# What only follows from another problem (a wording in a file that can't be read) is not told again.
"""`load(root)`: everything that editors wrote, as one value; `read_beside` and `read_unit`: its parts."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from macros import limits
from macros.archive.snapshot import Snapshot, snapshot, unit_of
from macros.clauses import terms_of, wording
from macros.grammar import Parsed, Resolve, parse, reworded
from macros.model import (
    AS_SIGNED,
    KEBAB,
    Agreement,
    Archive,
    Glossary,
    Period,
    Places,
    SeriesId,
    Shared,
    SharedClause,
    TextState,
    Unit,
    UnitId,
    page_path,
    versions_of,
)
from macros.problem import Problem, nearest
from macros.reading import place_of
from macros.reading import read as read_data

T = TypeVar("T")
_IN_DATA = ("units", "clauses", "sources", "schema", "glossary.yml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The archive as far as it could be read, and the problems met on the way."""

    archive: Archive
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Beside:
    """What stands beside the units, read once for all of them.

    `unread`: the shared clauses whose files have problems.
    """

    shared: Mapping[str, SharedClause] = field(default_factory=dict)
    unread: AbstractSet[str] = frozenset()
    glossary: Glossary = field(default_factory=Glossary)
    places: Mapping[str, Places] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    originals: Mapping[str, bytes] = field(default_factory=dict)
    left_out: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Own:
    """What was read of a unit's own files when nothing in them was wrong."""

    agreements: tuple[Agreement, ...]
    places: Mapping[str, Places]

    @classmethod
    def of(cls, loaded: Loaded) -> Own | None:
        """None where something is wrong, or no clause has a wording that could be another."""
        own, places = loaded.archive.agreements, loaded.archive.places
        whole = all(each.whole for each in own) and not loaded.problems
        clauses = (clause for each in own for clause in each.page.clauses)
        return cls(own, places) if whole and any(each.shared for each in clauses) else None


def load(
    root: Path, only: Container[str] | None = None, left_out: AbstractSet[str] = frozenset()
) -> Loaded:
    """Read docs/ and data/ below `root`. Raises OSError only where the disk itself fails.

    `only`: of these units, and nothing that stands beside the agreements and shared clauses.
    `left_out`: the files that there are, but not in this copy (`git.left_out`).
    """
    found = snapshot(root, only, left_out)
    loaded = understood(found, only)
    originals = dict(found.originals) if only is None else {}
    return replace(loaded, archive=replace(loaded.archive, sources=originals))


def understood(
    found: Snapshot, only: Container[str] | None = None, known: dict[str, Loaded] | None = None
) -> Loaded:
    """The archive of a snapshot but for the originals; `only` as in `load`. `known`: the units that
    were read of the same files before, to which those are added that are read now.
    """
    beside = read_beside(found)
    units = [unit for unit in found.units if only is None or unit in only]
    known = {} if known is None else known
    for unit in units:
        if unit not in known:
            known[unit] = read_unit(found.units[unit], unit, beside)
    every = [known[unit] for unit in units]
    problems = {*found.problems, *beside.problems, *(p for each in every for p in each.problems)}
    archive = Archive(
        units={key: unit for each in every for key, unit in each.archive.units.items()},
        agreements=tuple(a for each in every for a in each.archive.agreements),
        shared=beside.shared,
        glossary=beside.glossary,
        places={
            **beside.places,
            **{k: v for each in every for k, v in each.archive.places.items()},
        },
        texts={**beside.texts, **{k: v for each in every for k, v in each.archive.texts.items()}},
        left_out=found.left_out,
    )
    if only is None:
        problems |= {*misplaced(found)}
        problems |= {*strays(found, archive.units, problems)}
    return Loaded(archive, tuple(sorted(problems)))


def read_beside(found: Snapshot) -> Beside:
    """The shared clauses, the glossary, and the texts of hand-written pages."""
    reader = _Reader(found)
    shared = {}
    for path in _named(found, "data/clauses/"):
        clause = reader.data(path, SharedClause)
        if clause is not None:
            shared[PurePosixPath(path).stem] = clause
    large = {problem.path for problem in found.problems if problem.code == "S108"}
    unread = {p.path for p in reader.problems} | large
    glossary = None
    if "data/glossary.yml" in found.texts:
        glossary = reader.data("data/glossary.yml", Glossary)
    for path in found.texts:
        if path.startswith("docs/") and not unit_of(path):
            reader.text(path)
    return Beside(
        shared=shared,
        unread={PurePosixPath(p).stem for p in unread if p.startswith("data/clauses/")},
        glossary=glossary or Glossary(),
        places=reader.places,
        texts=reader.texts,
        problems=tuple(reader.problems),
        originals=found.originals,
        left_out=found.left_out,
    )


def read_unit(found: Snapshot, unit_id: str, beside: Beside) -> Loaded:
    """The archive of one unit: its facts, its pages, and what stands beside all units.

    `found` are its own files; the problems are those of these files alone.
    """
    reader = _Reader(found)
    path = f"data/units/{unit_id}.yml"
    unit = reader.data(path, Unit) if path in _named(found, "data/units/", unit_id) else None
    agreements = tuple(reader.agreements(UnitId(unit_id), unit, beside)) if unit else ()
    return reader.all_of({UnitId(unit_id): unit} if unit else {}, agreements, beside)


def read_again(found: Snapshot, own: Own, beside: Beside) -> Loaded | None:
    """`read_unit` of the same files of which `own` was read, with the wordings of now; None where
    they have to be read as a whole.
    """
    agreements = []
    for agreement in own.agreements:
        terms = terms_of(agreement.unit, agreement.period)
        page = reworded(agreement.page, _resolving(beside, terms))
        if page is None:
            return None
        agreements.append(replace(agreement, page=page))
    reader = _Reader(found)
    reader.places |= own.places
    units = {agreement.unit_id: agreement.unit for agreement in agreements}
    return reader.all_of(units, tuple(agreements), beside)


def _resolving(beside: Beside, terms: Mapping[str, str]) -> Resolve:
    """How a page's calls of shared clauses get their words; of an unreadable clause nothing is told,
    as its own problems are.
    """

    def resolve(use: Shared) -> str | tuple[str, str, str]:
        known = use.id in beside.shared
        return (
            wording(use, beside.shared, terms)
            if known or use.id not in beside.unread
            else ("", "", "")
        )

    return resolve


def misplaced(found: Snapshot) -> Iterator[Problem]:
    """R103 what does not belong in a folder of data/."""

    def problem(path: str, message: str, hint: str = "") -> Problem:
        return Problem(path, 1, 1, "R103", message, hint)

    folders = frozenset(found.folders)
    for path in (*found.folders, *found.texts, *found.others):
        folder, _, name = path.rpartition("/")
        is_folder = path in folders
        if folder == "data" and name not in _IN_DATA:
            hint = nearest(name, _IN_DATA) or f"Trong data/ có: {', '.join(_IN_DATA)}."
            yield problem(path, "tên không dùng trong data/", hint)
        elif folder == "data" and is_folder is bool(PurePosixPath(name).suffix):
            message = "phải là một thư mục" if not is_folder else "phải là một tệp"
            yield problem(path, message, "Đổi lại như trong kho mẫu.")
        elif folder in ("data/units", "data/clauses", "data/sources") and is_folder:
            yield problem(path, f"{folder}/ chỉ chứa tệp, không có thư mục con")
        elif folder in ("data/units", "data/clauses") and not _is_named(name):
            hint = "Tên tệp viết thường không dấu, nối bằng gạch ngang: truong-mau.yml."
            yield problem(path, "tên tệp không đúng dạng <mã>.yml", hint)


def strays(
    found: Snapshot, units: Mapping[UnitId, Unit], problems: Iterable[Problem]
) -> Iterator[Problem]:
    """R101 a file below docs/don-vi/ that no unit's facts name; silent where those facts have
    problems that were told.
    """
    data = (problem.path for problem in problems if problem.path.startswith("data/units/"))
    broken = {PurePosixPath(path).stem for path in data}
    expected = {
        page_path(unit_id, *version)
        for unit_id, unit in units.items()
        for version in _versions(unit)
    }
    lacking: list[str] | None = None
    for name in (*found.texts, *found.others):
        folder, *inside = name.removeprefix("docs/don-vi/").split("/")
        if name in expected or not name.startswith("docs/don-vi/") or folder in broken:
            continue
        if f"data/units/{folder}.yml" in found.left_out:
            continue
        if lacking is None:
            lacking = [path for path in sorted(expected) if path not in found]
        message = "tệp không thuộc đơn vị, bộ, kỳ nào khai báo trong data/units/"
        hint = nearest(name, lacking)
        if not hint and inside:
            hint = f"Khai báo bản này ở data/units/{folder}.yml."
        yield Problem(name, 1, 1, "R101", message, hint)


def decoded(raw: bytes) -> str:
    """A file's text, without a byte order mark and with the line ends of the house."""
    return raw.decode("utf-8-sig").replace("\r\n", "\n")


def not_utf8(name: str, failed: UnicodeDecodeError) -> Problem:
    """G115 where a file is no UTF-8."""
    line = failed.object[: failed.start].count(b"\n") + 1
    message = f"tệp không phải UTF-8 (byte 0x{failed.object[failed.start]:02x})"
    return Problem(name, line, 1, "G115", message, "Mở tệp rồi lưu lại với bảng mã UTF-8.")


def _is_named(name: str) -> bool:
    return name.endswith(".yml") and bool(re.fullmatch(KEBAB, name.removesuffix(".yml")))


def _named(found: Snapshot, folder: str, stem: str = "") -> Iterator[str]:
    """The files directly in a folder of data/ whose names are as they should be."""
    for path in [f"{folder}{stem}.yml"] if stem else found.texts:
        name = path.removeprefix(folder)
        if path.startswith(folder) and path in found.texts and _is_named(name):
            yield path


class _Reader:
    """Reads texts of a snapshot and notes what is wrong in them."""

    def __init__(self, found: Snapshot) -> None:
        self.found = found
        self.problems: list[Problem] = []
        self.places: dict[str, Places] = {}
        self.texts: dict[str, str] = {}

    def text(self, name: str) -> str | None:
        if name in self.texts:
            return self.texts[name]
        if name not in self.found.texts:
            return None
        try:
            text = decoded(self.found.texts[name])
        except UnicodeDecodeError as failed:
            self.problems.append(not_utf8(name, failed))
            return None
        if heavy := limits.too_heavy(name, text):
            self.problems.append(heavy)
            return None
        self.texts[name] = text
        return text

    def data(self, name: str, into: type[T]) -> T | None:
        text = self.text(name)
        if text is None:
            return None
        found = read_data(text, name, into)
        self.places[name] = found.places
        self.problems += found.problems
        return found.value

    def agreements(self, unit_id: UnitId, unit: Unit, beside: Beside) -> Iterator[Agreement]:
        for series, period, version in _versions(unit):
            path = page_path(unit_id, series, period, version)
            if path in self.found:
                report = unit.series[series].editions[period].text is TextState.REPORT_ONLY
                parsed = self.page(path, beside, terms_of(unit, period), report=report)
                if parsed is None:
                    continue
                yield Agreement(
                    unit_id=unit_id, unit=unit, series_id=series, period=period,
                    version=version, page=parsed.page, path=path, whole=not parsed.problems,
                )  # fmt: skip
            elif path not in self.found.left_out and not any(
                f"{path}/".startswith(f"{each}/") for each in self.found.shortcuts
            ):
                self.missing(path, unit_id, series, period, version)

    def page(
        self, path: str, beside: Beside, terms: Mapping[str, str], *, report: bool
    ) -> Parsed | None:
        """A page as read; its problems are noted, but for those that an unreadable clause causes."""
        text = self.text(path)
        if text is None:
            return None

        parsed = parse(text, path, _resolving(beside, terms), report=report)
        self.problems += [problem for problem in parsed.problems if problem.code]
        return parsed

    def all_of(
        self, units: Mapping[UnitId, Unit], agreements: tuple[Agreement, ...], beside: Beside
    ) -> Loaded:
        """The archive of a unit that was read, with the texts that none of its facts names."""
        for path in self.found.texts:
            if path.endswith(".md") or path in self.places:
                self.text(path)
        archive = Archive(
            units=units,
            agreements=agreements,
            shared=beside.shared,
            glossary=beside.glossary,
            places=self.places,
            sources=beside.originals,
            texts=self.texts,
            left_out=beside.left_out,
        )
        return Loaded(archive, tuple(self.problems))

    def missing(
        self, path: str, unit_id: UnitId, series: SeriesId, period: Period, version: str
    ) -> None:
        data = f"data/units/{unit_id}.yml"
        key = ["series", series, "editions", str(period)]
        key += [] if version == AS_SIGNED else ["versions", version]
        line, column = place_of(self.places[data], *key)
        hint = "Thêm trang, hay bỏ khai báo này."
        self.problems.append(Problem(data, line, column, "R102", f"chưa có trang {path}", hint))


def _versions(unit: Unit) -> Iterator[tuple[SeriesId, Period, str]]:
    for series_id, series in unit.series.items():
        for period, edition in series.editions.items():
            for version in versions_of(edition):
                yield SeriesId(series_id), period, version
