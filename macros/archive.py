# The only access to docs/ and data/ on the disk.
# Hides: file names, encodings, and which page belongs to which facts.
# Refuses: symbolic links, unknown files, and text that is not UTF-8; each is a Problem.
"""`load(root)`: everything that editors wrote, as one value, with what is wrong in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from macros.clauses import terms_of, wording
from macros.grammar import parse
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
    versions_of,
)
from macros.problem import Problem, nearest
from macros.reading import place_of, read, schema

T = TypeVar("T")
SCHEMAS: Mapping[str, tuple[type, str]] = {
    "unit": (Unit, "Đơn vị và dữ kiện các bản quy chế"),
    "clause": (SharedClause, "Điều khoản dùng chung"),
    "glossary": (Glossary, "Chữ viết tắt"),
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The archive as far as it could be read, and the problems met on the way."""

    archive: Archive
    problems: tuple[Problem, ...]


def load(root: Path) -> Loaded:
    """Read docs/ and data/ below `root`. Raises OSError only where the disk itself fails."""
    loading = _Loading(root)
    shared = {
        path.stem: clause
        for path in loading.files("data/clauses", ".yml")
        if (clause := loading.data(path, SharedClause)) is not None
    }
    units = {
        UnitId(path.stem): unit
        for path in loading.files("data/units", ".yml")
        if (unit := loading.data(path, Unit)) is not None
    }
    glossary_file = root / "data/glossary.yml"
    glossary = loading.data(glossary_file, Glossary) if glossary_file.exists() else None
    agreements = tuple(loading.agreements(units, shared))
    for path in sorted((root / "docs").rglob("*.md")):
        loading.text(path)
    sources = {path.name: path.read_bytes() for path in loading.files("data/sources", "")}
    archive = Archive(
        units=units,
        agreements=agreements,
        shared=shared,
        glossary=glossary or Glossary(),
        places=loading.places,
        sources=sources,
        texts=loading.texts,
    )
    return Loaded(archive, tuple(sorted(loading.problems)))


def schemas() -> dict[str, str]:
    """The JSON Schema of each data file, by its path from the project's root."""
    return {f"data/schema/{name}.json": schema(of, title) for name, (of, title) in SCHEMAS.items()}


class _Loading:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.places: dict[str, Places] = {}
        self.texts: dict[str, str] = {}

    def problem(self, path: str, code: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(path, 1, 1, code, message, hint))

    def relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def files(self, folder: str, suffix: str) -> Iterator[Path]:
        """The files of a folder; what does not belong there is a problem."""
        base = self.root / folder
        for path in sorted(base.iterdir()) if base.is_dir() else ():
            name = self.relative(path)
            if path.is_symlink() or not path.is_file():
                self.problem(name, "R103", "chỉ nhận tệp thường, không nhận thư mục hay liên kết")
            elif suffix and (path.suffix != suffix or not re.fullmatch(KEBAB, path.stem)):
                hint = f"Tên tệp viết thường không dấu, nối bằng gạch ngang: truong-mau{suffix}."
                self.problem(name, "R103", f"tên tệp không đúng dạng <mã>{suffix}", hint)
            else:
                yield path

    def text(self, path: Path) -> str | None:
        name = self.relative(path)
        if name in self.texts:
            return self.texts[name]
        if path.is_symlink():
            self.problem(name, "R103", "không nhận liên kết tượng trưng (symlink)")
            return None
        try:
            self.texts[name] = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as failed:
            before = failed.object[: failed.start]
            line = before.count(b"\n") + 1
            message = f"tệp không phải UTF-8 (byte 0x{failed.object[failed.start]:02x})"
            hint = "Lưu lại với bảng mã UTF-8."
            self.problems.append(Problem(name, line, 1, "G115", message, hint))
            return None
        return self.texts[name]

    def data(self, path: Path, into: type[T]) -> T | None:
        text = self.text(path)
        if text is None:
            return None
        name = self.relative(path)
        found = read(text, name, into)
        self.places[name] = found.places
        self.problems += found.problems
        return found.value

    def agreements(
        self, units: Mapping[UnitId, Unit], shared: Mapping[str, SharedClause]
    ) -> Iterator[Agreement]:
        expected: set[str] = set()
        for unit_id, unit in units.items():
            for series, period, version in _versions(unit):
                path = page_path(unit_id, series, period, version)
                expected.add(path)
                if (self.root / path).is_file():
                    found = self.agreement(path, unit_id, series, period, version, unit, shared)
                    if found is not None:
                        yield found
                else:
                    self.missing(path, unit_id, series, period, version)
        base = self.root / "docs/don-vi"
        pages = sorted(path for path in base.rglob("*") if not path.is_dir() or path.is_symlink())
        broken = {Path(problem.path).stem for problem in self.problems}
        for page in pages:
            name = self.relative(page)
            if name in expected or page.parts[len(base.parts)] in broken:
                continue
            hint = nearest(name, expected - self.texts.keys())
            hint = hint or f"Khai báo bản này ở data/units/{page.parts[len(base.parts)]}.yml."
            self.problem(name, "R101", "trang không thuộc đơn vị, bộ, kỳ nào trong data/units/", hint)

    def agreement(
        self, path: str, unit_id: UnitId, series: SeriesId, period: Period, version: str,
        unit: Unit, shared: Mapping[str, SharedClause],
    ) -> Agreement | None:  # fmt: skip
        text = self.text(self.root / path)
        if text is None:
            return None

        terms = terms_of(unit, period)

        def resolve(use: Shared) -> str | tuple[str, str, str]:
            return wording(use, shared, terms)

        report = unit.series[series].editions[period].text is TextState.REPORT_ONLY
        parsed = parse(text, path, resolve, report=report)
        self.problems += parsed.problems
        return Agreement(
            unit_id=unit_id, unit=unit, series_id=series, period=period,
            version=version, page=parsed.page, path=path,
        )  # fmt: skip

    def missing(
        self, path: str, unit_id: UnitId, series: SeriesId, period: Period, version: str
    ) -> None:
        data = f"data/units/{unit_id}.yml"
        key = ["series", series, "editions", str(period)]
        key += [] if version == AS_SIGNED else ["versions", version]
        line, column = place_of(self.places[data], *key)
        self.problems.append(
            Problem(data, line, column, "R102", f"chưa có trang {path}", "Thêm trang, hay bỏ khai báo này.")
        )


def _versions(unit: Unit) -> Iterator[tuple[SeriesId, Period, str]]:
    for series_id, series in unit.series.items():
        for period, edition in series.editions.items():
            for version in versions_of(edition):
                yield SeriesId(series_id), period, version


def page_path(unit: str, series: str, period: Period, version: str) -> str:
    """The file of a version's text, from the project's root."""
    own = f"docs/don-vi/{unit}/{series}/{period}"
    return f"{own}.md" if version == AS_SIGNED else f"{own}.{version}.md"
