# One text to compare: of the archive, or of any page file.
# Refuses: texts whose problems would lose words in a comparison.
"""`edition_text` and `file_text`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from macros import limits
from macros.archive.loading import Loaded, decoded, load, not_utf8
from macros.clauses import terms_of, wording
from macros.editing import edition_named
from macros.grammar import parse
from macros.model import Agreement, Shared
from macros.problem import EditorError, Problem
from macros.telling import Text, pin

_LOSING = ("G103", "G104", "G105")  # what has no id of its own is in no clause


class BrokenTextError(EditorError):
    """A text that can't be compared before its problems are mended."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"Sửa {len(problems)} chỗ sai này thì mới so sánh được.")
        self.problems = problems


def edition_text(root: Path, name: str) -> Text:
    """The version `unit/series/period.version` below `root`; without a version the newest.

    Raises EditorError where there is no such version, BrokenTextError where its sources can't be
    read.
    """
    units = [path.stem for path in sorted((root / "data/units").glob("*.yml"))]
    return edition_in(units, partial(load, root), name)


def edition_in(
    units: Sequence[str], load: Callable[[Collection[str]], Loaded], name: str, revision: str = ""
) -> Text:
    """The same of any sources that have these units; `load` reads some of them, and `revision` is
    where they stand, for messages.
    """
    at = f"{revision}:" if revision else ""
    parts = name.split("/")
    asked = next((part for part in parts if part in units), parts[0])
    loaded = load((asked, *get_close_matches(asked, units, 1)))
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
        parsed = parse(decoded(raw), str(path), resolve)
    except UnicodeDecodeError as failed:
        raise EditorError(f"{path}: {not_utf8(str(path), failed).message}") from None
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
