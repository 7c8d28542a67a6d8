# The whole run: what is made again, what is taken over, in which order it is written.
# Hides: the shell's key.
# Refuses: to publish from sources with errors; then nothing is written.
"""`check(root)` and `build(project, folder)`, which both understand only what has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from macros.archive import unit_of
from macros.building import common
from macros.building.folder import Folder
from macros.building.run import BrokenSourcesError, Project, Run, undisturbed
from macros.building.shell import Shell
from macros.building.unit import Setting
from macros.building.units import make_all
from macros.building.version import version
from macros.clauses import calls
from macros.limits import cut_short, is_by_hand
from macros.problem import Problem, Severity


def check(root: Path, left_out: AbstractSet[str] = frozenset()) -> tuple[Problem, ...]:
    """All problems of the sources below `root`, as `archive.problems_in` has them; what did not
    change is not understood again. `left_out`: see `archive.load`.
    """
    run = Run.of(root, left_out)
    with run.ended, undisturbed():
        make_all(run, None)
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
    if any(problem.severity is Severity.ERROR for problem in run.written):
        make_all(run, None)
        raise BrokenSourcesError(_problems(run))
    setting = Setting(project.as_of, _shell(project, run))
    run.context = replace(run.context, setting=setting)
    make_all(run, folder)
    problems = _problems(run)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise BrokenSourcesError(problems)
    _put_parts(run, folder)
    common.write(run, setting, folder)
    folder.prune()
    run.keep_together()


def prepare(project: Project, shard: int, shards: int) -> int:
    """Make and keep the parts of every `shards`-th unit, so that `build` finds them; how many.

    BrokenSourcesError where one of these units, or a page beside them, has errors.
    """
    run = Run.of(project.root)
    problems = {*run.written}
    mine = [unit for place, unit in enumerate(run.found.units) if place % shards == shard - 1]
    if not any(problem.severity is Severity.ERROR for problem in problems):
        setting = Setting(project.as_of, _shell(project, run))
        run.context = replace(run.context, setting=setting)
        with run.ended:
            make_all(run, None, mine)
        problems |= {problem for each in run.briefs.values() for problem in each.problems}
        problems |= {*run.whole.elsewhere()}
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise BrokenSourcesError(sorted(problems))
    return len(mine)


def _problems(run: Run) -> tuple[Problem, ...]:
    own = {problem for each in run.briefs.values() for problem in each.problems}
    return tuple(cut_short(sorted({*own, *_between(run)})))


def _between(run: Run) -> tuple[Problem, ...]:
    if not all(each.whole for each in run.briefs.values()):
        return run.whole.between()
    cache = run.context.cache
    linked = [run.keys[unit] for unit in sorted(run.whole.linked)]
    key = (run.pages, run.uses, *linked)
    found: tuple[Problem, ...] | None = cache.load("between", key, tuple)
    if found is None:
        found = run.whole.between()
        # The lines in units' own files hang on more than the key.
        if not any(unit_of(problem.path) for problem in found):
            cache.store("between", key, found)
    return found


def _put_parts(run: Run, folder: Folder) -> None:
    """The files of every unit, but for its own page, which says something of others too."""
    for unit, part in run.parts.items():
        if stamps := run.stamps.get(unit):
            folder.files |= stamps
            continue
        lacking = [path for path, digest in part.files if not folder.keep(path, digest)]
        if lacking:
            content = run.maker.content(run.keys[unit], run.briefs[unit])
            if content is None:
                content = run.maker.make(unit, run.found.units[unit]).content
            for path in lacking:
                folder.write(path, content[path])


def _shell(project: Project, run: Run) -> Shell:
    """The shell that was made of the same files, or a new one."""
    if not project.keeping:
        return project.make_shell(run.found, run.beside)
    key = list(_shell_key(project, run))
    return run.kept("shell", key, Shell, lambda: project.make_shell(run.found, run.beside))


def _shell_key(project: Project, run: Run) -> Iterator[bytes]:
    """What the shell depends on: hand-written pages and all that lies beside them, the wordings
    that they call, the theme's templates, the configuration, code.
    """
    found, beside = run.found, run.beside
    config = project.config.read_bytes()
    yield version()
    yield str(project.serving).encode()
    yield config
    if b"!ENV" in config:
        yield repr(sorted(os.environ.items())).encode()
    for path, data in found.texts.items():
        if is_by_hand(path):
            yield path.encode("utf-8", "surrogateescape")
            yield data
    for path in found.others:
        if is_by_hand(path):
            yield path.encode("utf-8", "surrogateescape")
            yield (found.root / path).read_bytes()
    named = {
        use.id
        for path, text in beside.texts.items()
        if is_by_hand(path)
        for _, use in calls(text)
        if use
    }
    for name in sorted(named):
        yield name.encode()
        yield run.context.clauses.get(name, b"")
    for place in project.seen:
        for each in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if each.is_file():
                yield each.relative_to(place).as_posix().encode()
                yield each.read_bytes()
