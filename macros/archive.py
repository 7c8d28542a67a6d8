# The only access to docs/ and data/ on the disk.
# Hides: file names, encodings, which page belongs to which facts, and writing all or nothing.
# Refuses: symbolic links, unknown files, and text that is not UTF-8; each is a Problem. To write
# over a file that is not as it was read.
# What only follows from another problem (a wording in a file that can't be read) is not told again.
"""`load(root)`: everything that editors wrote, as one value, with what is wrong in it.

`problems_in` is all that is wrong; `write` puts edits on the disk. `edition_text` and `file_text` read one text to compare: of the archive, or of any page file.
"""

from __future__ import annotations

import os
import re
import shutil
from codecs import BOM_UTF8
from collections.abc import Container, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path
from typing import TypeVar

from macros import checks, keeping, limits, safety
from macros.clauses import terms_of, wording
from macros.editing import Edits, edition_named
from macros.grammar import Parsed, parse
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
from macros.problem import EditorError, Problem, nearest
from macros.reading import place_of, read, schema
from macros.telling import Text, pin

T = TypeVar("T")
SCHEMAS: Mapping[str, tuple[type, str]] = {
    "unit": (Unit, "Đơn vị và dữ kiện các bản quy chế"),
    "clause": (SharedClause, "Điều khoản dùng chung"),
    "glossary": (Glossary, "Chữ viết tắt"),
}
_IN_DATA = ("units", "clauses", "sources", "schema", "glossary.yml")
# What a comparison reads; the originals beside it may be large.
IN_TEXTS = ("docs/don-vi", "data/units", "data/clauses")
_LOSING = ("G103", "G104", "G105")  # what has no id of its own is in no clause


@dataclass(frozen=True, slots=True)
class Loaded:
    """The archive as far as it could be read, and the problems met on the way."""

    archive: Archive
    problems: tuple[Problem, ...]


class BrokenTextError(EditorError):
    """A text that can't be compared before its problems are mended."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"Sửa {len(problems)} chỗ sai này thì mới so sánh được.")
        self.problems = problems


def load(root: Path, only: Container[str] | None = None) -> Loaded:
    """Read docs/ and data/ below `root`. Raises OSError only where the disk itself fails.

    `only`: of these units, and nothing that stands beside the agreements and shared clauses.
    """
    loading = _Loading(root, only)
    shared = {
        path.stem: clause
        for path in loading.files("data/clauses", ".yml")
        if (clause := loading.data(path, SharedClause)) is not None
    }
    unread = loading.unread("data/clauses/")
    units = {
        UnitId(path.stem): unit
        for path in loading.files("data/units", ".yml")
        if only is None or path.stem in only
        if (unit := loading.data(path, Unit)) is not None
    }
    glossary_file = root / "data/glossary.yml"
    glossary = loading.data(glossary_file, Glossary) if glossary_file in loading.in_data else None
    agreements = tuple(loading.agreements(units, shared, unread))
    sources = {}
    if only is None:
        for path in loading.docs:
            if path.suffix == ".md":
                loading.text(path)
        originals = [path for path in loading.files("data/sources", "") if loading.fits(path)]
        sources = {path.name: path.read_bytes() for path in originals}
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


def problems_in(root: Path) -> tuple[Problem, ...]:
    """All problems of the sources below `root`, sorted by place."""
    return problems_of(load(root))


def problems_of(loaded: Loaded) -> tuple[Problem, ...]:
    """The problems met while reading, and those that the rules find in what was read."""
    archive = loaded.archive
    found = {*loaded.problems, *safety.check(archive)}
    found |= {*checks.check(archive), *keeping.check(archive)}
    return tuple(limits.cut_short(sorted(found)))


@dataclass(frozen=True, slots=True)
class Written:
    """Edits on the disk, how it was before, and the folders that were made for them."""

    root: Path
    before: Mapping[str, bytes | None]
    made: tuple[Path, ...]

    def undo(self) -> None:
        """Put everything back as it was."""
        for path, data in self.before.items():
            target = self.root / path
            if data is None:
                _remove(target)
            elif not target.exists() or target.read_bytes() != data:
                _staged(target, data).replace(target)
        for folder in self.made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def write(root: Path, edits: Edits, known: Mapping[str, str]) -> Written:
    """Put edits on the disk, all of them or none; `known` are the texts that they were made from.

    A file keeps its byte order mark and its line ends. Raises EditorError where a file is no
    longer as it was read, where a new one is there already, or where the disk refuses; then
    everything is as before.
    """
    paths = [Path(path) for path in (*edits.texts, *edits.files)]
    try:
        before = {path.as_posix(): _present(root, path, known, edits.files) for path in paths}
        folders = {root / each for path in paths for each in path.parents}
        made = tuple(sorted((each for each in folders if not each.exists()), reverse=True))
    except OSError as failed:
        raise EditorError(f"không ghi được: {_why(failed)}; chưa ghi gì") from None
    written = Written(root, before, made)
    staged: list[tuple[Path, Path]] = []
    try:
        gone: list[Path] = []
        for path, text in edits.texts.items():
            if text is None:
                gone.append(root / path)
                continue
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            data = _in_form_of(before[path] or b"", text)
            staged.append((_staged(root / path, data), root / path))
        for path in edits.files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
        staged += [
            (_staged(root / path, data), root / path)
            for path, data in edits.files.items()
            if before[Path(path).as_posix()] is None
        ]
        for fresh, target in staged:
            fresh.replace(target)
        for target in gone:
            target.unlink()
    except BaseException as failed:
        for fresh, _ in staged:
            _remove(fresh)
        written.undo()
        if isinstance(failed, OSError):
            raise EditorError(f"không ghi được: {_why(failed)}; mọi tệp vẫn như trước") from None
        raise
    return written


def _present(
    root: Path, path: Path, known: Mapping[str, str], files: Mapping[str, bytes]
) -> bytes | None:
    """What is there now; EditorError where it is not what the edits were made from."""
    name = path.as_posix()
    if any((root / each).is_symlink() for each in (path, *path.parents)[:-1]):
        raise EditorError(f"{name} chỉ là lối tắt (symlink); không ghi gì cả")
    found = (root / path).read_bytes() if (root / path).exists() else None
    if name in files and found == files[name]:
        return found
    if name not in known and found is not None:
        raise EditorError(f"{name} đã có; không ghi đè")
    read = found and found.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n")
    if name in known and read != known[name].encode():
        raise EditorError(f"{name} vừa bị sửa trong lúc chạy; không ghi gì cả, hãy chạy lại")
    return found


def _why(failed: OSError) -> str:
    """What the disk says, for an editor."""
    if isinstance(failed, FileExistsError | NotADirectoryError | IsADirectoryError):
        return "ở đó có tệp trùng tên với một thư mục"
    if isinstance(failed, PermissionError):
        return "không có quyền ghi ở đó"
    return failed.strerror or "ổ đĩa báo lỗi"


def _staged(target: Path, data: bytes) -> Path:
    """The bytes beside their place, so that a file has its old ones or all of its new ones."""
    fresh = target.with_name(f".{target.name}.moi")
    try:
        fresh.write_bytes(data)
        if target.exists():
            shutil.copymode(target, fresh)
    except BaseException:
        _remove(fresh)
        raise
    return fresh


def _remove(path: Path) -> None:
    if os.path.lexists(path):  # False too where no such file can be
        path.unlink()


def _in_form_of(old: bytes, text: str) -> bytes:
    """A new text with the byte order mark and the line ends of the file that it replaces."""
    mark = BOM_UTF8 if old.startswith(BOM_UTF8) else b""
    *lines, rest = text.encode().split(b"\n")
    if b"\r\n" not in old:
        return mark + text.encode()
    *were, _ = old.removeprefix(mark).split(b"\n")
    end = b"\r" if old.count(b"\r\n") * 2 > len(were) else b""
    ended = [line + end for line in lines]
    bare = [line.removesuffix(b"\r") for line in were]
    for start, at, count in SequenceMatcher(
        None, bare, lines, autojunk=False
    ).get_matching_blocks():
        ended[at : at + count] = were[start : start + count]
    return mark + b"\n".join((*ended, rest))


def schemas() -> dict[str, str]:
    """The JSON Schema of each data file, by its path from the project's root."""
    return {f"data/schema/{name}.json": schema(of, title) for name, (of, title) in SCHEMAS.items()}


def edition_text(root: Path, name: str, revision: str = "") -> Text:
    """The version `unit/series/period.version` below `root`; without a version the newest.

    `revision`: that of which the sources are, for messages. Raises EditorError where there is no
    such version, BrokenTextError where its sources can't be read.
    """
    at = f"{revision}:" if revision else ""
    units = [path.stem for path in sorted((root / "data/units").glob("*.yml"))]
    parts = name.split("/")
    asked = next((part for part in parts if part in units), parts[0])
    loaded = load(root, (asked, *get_close_matches(asked, units, 1)))
    try:
        found = edition_named(loaded.archive, name)
    except EditorError as unknown:
        page, unit = f"docs/don-vi/{name.removesuffix('.goc')}.md", f"data/units/{asked}.yml"
        unread = unit if asked not in loaded.archive.units else ""
        about = (p for p in loaded.problems if page in f"{p.path} {p.message}" or p.path == unread)
        _refuse(about, at)
        raise EditorError(str(unknown).replace('"', f'"{at}', 1)) from None
    return _text(loaded, found, f"{at}{found.name}", at)


def file_text(path: Path, root: Path) -> Text:
    """A page file anywhere on the disk, without facts; its shared clauses are those of `root`.

    Raises EditorError where it can't be read, BrokenTextError where paragraphs have no id.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(limits.MOST_OF_A_PAGE + 1)
        own = path.resolve()
    except FileNotFoundError:
        raise EditorError(f"không có tệp {path}") from None
    except OSError as failed:
        raise EditorError(f"không đọc được tệp {path}: {failed.strerror}") from None
    if len(raw) > limits.MOST_OF_A_PAGE:
        raise EditorError(
            f"tệp {path} lớn hơn {limits.MOST_OF_A_PAGE // 1000} kB, không phải trang quy chế"
        )
    pages = root.resolve() / "docs/don-vi"
    loaded = load(root, own.relative_to(pages).parts[:1] if own.is_relative_to(pages) else ())
    for agreement in loaded.archive.agreements:
        if root.resolve() / agreement.path == own:  # then its unit's terms are known
            return replace(_text(loaded, agreement, str(path)), agreement=None)
    unresolved = set()

    def resolve(use: Shared) -> str:
        known = wording(use, loaded.archive.shared, {})
        if isinstance(known, str):
            return known
        unresolved.add(use.id)
        return pin(use)

    try:
        parsed = parse(_decoded(raw), str(path), resolve)
    except UnicodeDecodeError as failed:
        raise EditorError(f"{path}: {_not_utf8(str(path), failed).message}") from None
    _refuse(p for p in parsed.problems if p.code in _LOSING)
    return Text(
        name=str(path), page=parsed.page,
        unresolved=frozenset(unresolved), problems=parsed.problems,
    )  # fmt: skip


def _text(loaded: Loaded, of: Agreement, name: str, at: str = "") -> Text:
    problems = [problem for problem in loaded.problems if problem.path == of.path]
    _refuse((problem for problem in problems if problem.code in _LOSING), at)
    terms = terms_of(of.unit, of.period)
    uses = (clause.shared for clause in of.page.clauses if clause.shared)
    known = loaded.archive.shared
    return Text(
        name=name, page=of.page, agreement=of,
        unresolved=frozenset(u.id for u in uses if not isinstance(wording(u, known, terms), str)),
        problems=tuple(problem for problem in problems if not problem.code.startswith("C")),
    )  # fmt: skip


def _refuse(problems: Iterable[Problem], at: str = "") -> None:
    if broken := tuple(replace(problem, path=f"{at}{problem.path}") for problem in problems):
        raise BrokenTextError(broken)


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8-sig").replace("\r\n", "\n")


def _not_utf8(name: str, failed: UnicodeDecodeError) -> Problem:
    line = failed.object[: failed.start].count(b"\n") + 1
    message = f"tệp không phải UTF-8 (byte 0x{failed.object[failed.start]:02x})"
    return Problem(name, line, 1, "G115", message, "Mở tệp rồi lưu lại với bảng mã UTF-8.")


class _Loading:
    def __init__(self, root: Path, only: Container[str] | None = None) -> None:
        self.root = root
        self.only = only
        self.problems: list[Problem] = []
        self.places: dict[str, Places] = {}
        self.texts: dict[str, str] = {}
        self.shortcuts: list[str] = []
        self.docs = dict.fromkeys(self.walk("docs"))
        self.in_data = frozenset(self.walk("data"))
        files = sorted((*self.docs, *self.in_data))
        programs = {path for path in files if path.stat().st_mode & 0o111}
        if programs == set(files):  # a disk that can't tell
            programs = set()
        names = map(self.relative, files)
        self.problems += limits.paths(names, frozenset(map(self.relative, programs)))
        for path in sorted((root / "data").iterdir()) if (root / "data").is_dir() else ():
            if path.name not in _IN_DATA and not path.is_symlink():
                hint = nearest(path.name, _IN_DATA) or f"Trong data/ có: {', '.join(_IN_DATA)}."
                self.problem(f"data/{path.name}", "R103", "tên không dùng trong data/", hint)
            elif path.is_file() is not bool(path.suffix) and not path.is_symlink():
                message = "phải là một tệp" if path.suffix else "phải là một thư mục"
                self.problem(f"data/{path.name}", "R103", message, "Đổi lại như trong kho mẫu.")

    def problem(self, path: str, code: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(path, 1, 1, code, message, hint))

    def relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def walk(self, folder: str) -> Iterator[Path]:
        """All files below a folder, in order; shortcuts are problems and are not followed."""
        if (self.root / folder).is_symlink():
            self.shortcut(self.root / folder)
            return
        for parent, folders, names in os.walk(self.root / folder):
            folders.sort()
            for path in sorted(Path(parent, name) for name in (*folders, *names)):
                if path.is_symlink():
                    self.shortcut(path)
                elif path.is_file():
                    yield path

    def shortcut(self, path: Path) -> None:
        message = "tệp hay thư mục này chỉ là lối tắt (symlink) tới chỗ khác"
        self.shortcuts.append(self.relative(path))
        self.problem(self.shortcuts[-1], "R103", message, "Thay bằng chính tệp đó.")

    def files(self, folder: str, suffix: str) -> Iterator[Path]:
        """The files of a folder of data/; what does not belong there is a problem."""
        base = self.root / folder
        for path in sorted(base.iterdir()) if base.is_dir() else ():
            name = self.relative(path)
            if path.is_dir() and not path.is_symlink():
                self.problem(name, "R103", f"{folder}/ chỉ chứa tệp, không có thư mục con")
            elif path not in self.in_data:
                continue  # a shortcut, told by `walk`
            elif suffix and (path.suffix != suffix or not re.fullmatch(KEBAB, path.stem)):
                hint = f"Tên tệp viết thường không dấu, nối bằng gạch ngang: truong-mau{suffix}."
                self.problem(name, "R103", f"tên tệp không đúng dạng <mã>{suffix}", hint)
            else:
                yield path

    def unread(self, folder: str) -> frozenset[str]:
        """The names of files in a folder of data/ that have problems."""
        paths = [problem.path for problem in self.problems if problem.path.startswith(folder)]
        return frozenset(Path(path).stem for path in paths)

    def text(self, path: Path) -> str | None:
        name = self.relative(path)
        if name in self.texts:
            return self.texts[name]
        if not self.fits(path):
            return None
        try:
            text = _decoded(path.read_bytes())
        except UnicodeDecodeError as failed:
            self.problems.append(_not_utf8(name, failed))
            return None
        if heavy := limits.too_heavy(name, text):
            self.problems.append(heavy)
            return None
        self.texts[name] = text
        return text

    def fits(self, path: Path) -> bool:
        """Whether a file is small enough to be read; else it is a problem."""
        found = limits.too_large(self.relative(path), path.stat().st_size)
        self.problems += [found] if found else []
        return not found

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
        self, units: Mapping[UnitId, Unit], shared: Mapping[str, SharedClause],
        unread: AbstractSet[str],
    ) -> Iterator[Agreement]:  # fmt: skip
        expected: set[str] = set()
        for unit_id, unit in units.items():
            for series, period, version in _versions(unit):
                path = page_path(unit_id, series, period, version)
                expected.add(path)
                if self.root / path in self.docs:
                    report = unit.series[series].editions[period].text is TextState.REPORT_ONLY
                    terms = terms_of(unit, period)
                    parsed = self.page(path, shared, terms, unread, report=report)
                    if parsed is None:
                        continue
                    yield Agreement(
                        unit_id=unit_id, unit=unit, series_id=series, period=period,
                        version=version, page=parsed.page, path=path, whole=not parsed.problems,
                    )  # fmt: skip
                elif not any(f"{path}/".startswith(f"{each}/") for each in self.shortcuts):
                    self.missing(path, unit_id, series, period, version)
        if self.only is not None:
            return
        broken = self.unread("data/units/")
        for name in map(self.relative, self.docs):
            folder, *inside = name.removeprefix("docs/don-vi/").split("/")
            if name in expected or not name.startswith("docs/don-vi/") or folder in broken:
                continue
            message = "tệp không thuộc đơn vị, bộ, kỳ nào khai báo trong data/units/"
            hint = nearest(name, expected - self.texts.keys())
            if not hint and inside:
                hint = f"Khai báo bản này ở data/units/{folder}.yml."
            self.problem(name, "R101", message, hint)

    def page(
        self, path: str, shared: Mapping[str, SharedClause], terms: Mapping[str, str],
        unread: AbstractSet[str], *, report: bool,
    ) -> Parsed | None:  # fmt: skip
        """A page as read; its problems are noted, but for those that an unreadable clause causes."""
        text = self.text(self.root / path)
        if text is None:
            return None

        def resolve(use: Shared) -> str | tuple[str, str, str]:
            return ("", "", "") if use.id in unread else wording(use, shared, terms)

        parsed = parse(text, path, resolve, report=report)
        self.problems += [problem for problem in parsed.problems if problem.code]
        return parsed

    def missing(
        self, path: str, unit_id: UnitId, series: SeriesId, period: Period, version: str
    ) -> None:
        data = f"data/units/{unit_id}.yml"
        key = ["series", series, "editions", str(period)]
        key += [] if version == AS_SIGNED else ["versions", version]
        line, column = place_of(self.places[data], *key)
        self.problems.append(
            Problem(
                data,
                line,
                column,
                "R102",
                f"chưa có trang {path}",
                "Thêm trang, hay bỏ khai báo này.",
            )
        )


def _versions(unit: Unit) -> Iterator[tuple[SeriesId, Period, str]]:
    for series_id, series in unit.series.items():
        for period, edition in series.editions.items():
            for version in versions_of(edition):
                yield SeriesId(series_id), period, version
