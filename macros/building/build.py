# The whole run: what is made again, what is taken over, in which order it is written.
# Hides: the shell's key.
# Refuses: to publish from sources with errors; then nothing is written.
"""`check(root)` and `build(project, folder)`, which both understand only what has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path, PurePosixPath

from macros.archive import unit_of
from macros.building import common
from macros.building.folder import Folder
from macros.building.run import BrokenSourcesError, Project, Run, undisturbed
from macros.building.shell import Kept, Shell
from macros.building.unit import Setting
from macros.building.units import make_all
from macros.building.version import version
from macros.cache import digest_of
from macros.clauses import calls
from macros.limits import cut_short, is_by_hand
from macros.problem import Problem, Severity


def check(root: Path, left_out: AbstractSet[str] = frozenset()) -> tuple[Problem, ...]:
    """All problems of the sources below `root`, as `archive.problems_in` has them; what did not
    change is not understood again. `left_out`: see `archive.load`.
    """
    run = Run.of(root, left_out)
    with run.ended, undisturbed():
        make_all(run)
        problems = _problems(run)
        run.keep_together()
        return problems


def build(project: Project, folder: Folder) -> None:
    """Write the whole site into a folder. BrokenSourcesError before anything is published.

    The folder holds the same bytes whatever was there before and whatever is kept.
    """
    with undisturbed():
        run = Run.of(project.root)
        with run.ended:
            _build(run, project, folder)


def _build(run: Run, project: Project, folder: Folder) -> None:
    setting = make_ready(run, project, folder)
    common.write(run, setting, folder)
    folder.prune()
    run.keep_together()


def make_ready(run: Run, project: Project, folder: Folder | None = None) -> Setting:
    """Make the shell, and understand all units; for a folder also draw them. BrokenSourcesError
    where anything is wrong.
    """
    if any(problem.severity is Severity.ERROR for problem in run.written):
        make_all(run)
        raise BrokenSourcesError(_problems(run))
    setting = Setting(project.as_of, _shell(project, run))
    run.context = replace(run.context, setting=setting, folder=folder and folder.apart())
    make_all(run, drawing=folder is not None)
    problems = _problems(run)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise BrokenSourcesError(problems)
    return setting


def prepare(project: Project, shard: int, shards: int) -> int:
    """Make and keep what is drawn of every `shards`-th unit, so that `build` finds it; how many.

    BrokenSourcesError where one of these units, or a page beside them, has errors.
    """
    run = Run.of(project.root)
    problems = {*run.written}
    mine = [unit for place, unit in enumerate(run.found.units) if place % shards == shard - 1]
    if not any(problem.severity is Severity.ERROR for problem in problems):
        setting = Setting(project.as_of, _shell(project, run))
        run.context = replace(run.context, setting=setting)
        with run.ended:
            make_all(run, mine)
        problems |= {problem for each in run.briefs.values() for problem in each.problems}
        problems |= {*run.whole.elsewhere()}
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise BrokenSourcesError(sorted(problems))
    return len(mine)


def _problems(run: Run) -> tuple[Problem, ...]:
    own = {problem for each in run.briefs.values() for problem in each.problems}
    return tuple(cut_short(sorted({*own, *run.written, *_between(run)})))


def _between(run: Run) -> tuple[Problem, ...]:
    """What is wrong between files, kept as long as none of them asks anything else of another."""
    if not all(each.whole for each in run.briefs.values()):
        return run.whole.between()
    cache = run.context.cache
    linked = [run.keys[unit] for unit in sorted(run.whole.linked)]
    key = (run.names, run.asks, run.uses, *linked)
    found: tuple[Problem, ...] | None = cache.load("between", key, tuple)
    if found is None:
        found = run.whole.between()
        # Lines in units' own files and in pages hang on more than the key.
        if not any(unit_of(problem.path) or is_by_hand(problem.path) for problem in found):
            cache.store("between", key, found)
    return found


def _shell(project: Project, run: Run) -> Shell:
    """The shell that was made of the same files, or a new one."""
    if not project.keeping:
        return project.make_shell(run.found, run.beside, Kept())
    around, pages = digest_of(*_around(project, run)), dict(_by_hand(run))
    kept = Kept(run.context.cache, around, pages)
    key = (around, *pages.values())
    return run.kept("shell", key, Shell, lambda: project.make_shell(run.found, run.beside, kept))


def _around(project: Project, run: Run) -> Iterator[bytes]:
    """What all that MkDocs makes depends on: where hand-written pages are and all that lies beside
    them, the theme's templates, the configuration, code.
    """
    found = run.found
    config = project.config.read_bytes()
    yield version()
    yield str(project.serving).encode()
    yield config
    if b"!ENV" in config:
        yield repr(sorted(os.environ.items())).encode()
    for path, data in found.texts.items():
        if is_by_hand(path):
            yield path.encode("utf-8", "surrogateescape")
            if not _is_page(path):
                yield data
    for path in found.others:
        if is_by_hand(path):
            yield path.encode("utf-8", "surrogateescape")
            yield (found.root / path).read_bytes()
    for place in project.seen:
        for each in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if each.is_file():
                yield each.relative_to(place).as_posix().encode()
                yield each.read_bytes()


def _by_hand(run: Run) -> Iterator[tuple[str, bytes]]:
    """What the content of each hand-written page depends on: its text, the wordings that it calls."""
    for path, data in run.found.texts.items():
        if is_by_hand(path) and _is_page(path):
            text = run.beside.texts.get(path, "")
            named = sorted({use.id for _, use in calls(text) if use})
            wordings = (run.context.clauses.get(name, b"") for name in named)
            yield path.removeprefix("docs/"), digest_of(data, *wordings)


def _is_page(path: str) -> bool:
    return PurePosixPath(path).suffix == ".md"
