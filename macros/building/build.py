# The whole run: what is made again, what is taken over, in which order it is written.
# Hides: processes, the cache, the shell's key.
# Refuses: to publish from sources with errors; then nothing is written.
"""`check(root)` and `build(project, folder)`, which both read only what has changed."""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar, cast

from macros.archive import Beside, Snapshot, read_beside, read_unit, snapshot, unit_of
from macros.building.folder import Folder, Site, Stamp, written
from macros.building.shell import Shell
from macros.building.unit import Brief, Context, Extract, Made, Maker, Part, Setting
from macros.building.version import version
from macros.building.whole import Whole, of_pages
from macros.cache import Cache
from macros.clauses import calls
from macros.limits import cut_short, is_by_hand
from macros.markup import ENVIRONMENT, filled
from macros.model import Agreement, Archive, UnitId
from macros.problem import Problem, Severity
from macros.publish import Publication
from macros.render import Contact
from macros.search import (
    Group,
    groups,
    index_files,
    merged,
    other_segments,
    shared_texts,
    text_files,
    unit_segment,
)
from macros.usage import Common, Key, Standing, Usage, newest_texts

# So few units are made faster here than in other processes.
_FEW = 4
_TOGETHER = 8  # units that a process is given at a time
T = TypeVar("T")
R = TypeVar("R")
V = TypeVar("V")
MakeShell = Callable[[Snapshot, Beside], Shell]


class BrokenSourcesError(Exception):
    """The sources have errors; `problems` are all of them, warnings too."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = problems


@dataclass(frozen=True)
class Project:
    """What a site is built from: docs/ and data/ below `root`, the configuration, the day for which
    states are told, and who makes the shell. `seen`: files beside the sources that the shell
    depends on; `serving`: for a server on this machine; `keeping`: whether the shell is kept.
    """

    root: Path
    config: Path
    as_of: date
    make_shell: MakeShell
    seen: Sequence[Path] = ()
    serving: bool = False
    keeping: bool = True


@dataclass
class _Run:
    """What one run knows of each unit."""

    found: Snapshot
    beside: Beside
    context: Context
    briefs: dict[str, Brief] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    extracts: dict[str, Extract] = field(default_factory=dict)
    newest: dict[str, tuple[Agreement, ...]] = field(default_factory=dict)
    stamps: dict[str, dict[str, Stamp]] = field(default_factory=dict)
    pool: ProcessPoolExecutor | None = None
    ended: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def maker(self) -> Maker:
        return Maker(self.context)

    @cached_property
    def whole(self) -> Whole:
        return Whole(self.found, self.beside, self.briefs, self.extract)

    @cached_property
    def pages(self) -> bytes:
        """A digest of the files that are no unit's, and of the names of all."""
        digest = hashlib.sha256(version())
        for path, data in self.found.texts.items():
            if not unit_of(path):
                digest.update(repr((path, hashlib.sha256(data).digest())).encode())
        names = (
            self.found.others,
            self.found.folders,
            self.found.shortcuts,
            self.found.problems,
            sorted(self.found.left_out),
        )
        digest.update(repr((list(self.found.texts), names)).encode())
        return digest.digest()

    @cached_property
    def units(self) -> bytes:
        """A digest of what all else asks of units."""
        digest = hashlib.sha256()
        for unit, brief in self.briefs.items():
            digest.update(unit.encode() + b"\0" + brief.digest + bytes([brief.whole]))
        return digest.digest()

    def extract(self, unit: str) -> Extract:
        """What all else asks of a unit: just made, kept, or read again."""
        if found := self.extracts.get(unit) or self.maker.extract(self.keys[unit]):
            return found
        return self.maker.make(unit, self.found.units[unit]).extract

    def kept(self, kind: str, key: Sequence[bytes], make: Callable[[], V]) -> V:
        """A value that depends on a key and is kept by it."""
        data = self.context.cache.get(kind, key)
        if data is None:
            value = make()
            self.context.cache.put(kind, key, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
            return value
        return cast("V", pickle.loads(data))  # noqa: S301 our own cache, outside of every checkout


def check(root: Path, left_out: AbstractSet[str] = frozenset()) -> tuple[Problem, ...]:
    """All problems of the sources below `root`, as `archive.problems_in` has them; what did not
    change is not read again. `left_out`: see `archive.load`.
    """
    run = _begin(root, left_out)
    with run.ended:
        _make(run, None)
        return _problems(run)


def build(project: Project, folder: Folder) -> None:
    """Write the whole site into a folder. BrokenSourcesError before anything is published.

    The folder holds the same bytes whatever was there before and whatever is kept.
    """
    run = _begin(project.root)
    with run.ended:
        _build(run, project, folder)


def _build(run: _Run, project: Project, folder: Folder) -> None:
    problems = run.kept("written", (run.pages,), lambda: tuple(of_pages(run.beside)))
    if any(problem.severity is Severity.ERROR for problem in problems):
        _make(run, None)
        raise BrokenSourcesError(_problems(run))
    setting = Setting(project.as_of, _shell(project, run))
    run.context = replace(run.context, setting=setting)
    _make(run, folder)
    problems = _problems(run)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise BrokenSourcesError(problems)
    _write(run, setting, folder)


def prepare(project: Project, shard: int, shards: int) -> int:
    """Make and keep the parts of every `shards`-th unit, so that `build` finds them; how many.

    BrokenSourcesError where one of these units, or a page beside them, has errors.
    """
    run = _begin(project.root)
    problems = {*of_pages(run.beside)}
    mine = [unit for place, unit in enumerate(run.found.units) if place % shards == shard - 1]
    if not any(problem.severity is Severity.ERROR for problem in problems):
        setting = Setting(project.as_of, _shell(project, run))
        run.context = replace(run.context, setting=setting)
        with run.ended:
            _make(run, None, mine)
        problems |= {problem for each in run.briefs.values() for problem in each.problems}
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise BrokenSourcesError(sorted(problems))
    return len(mine)


def _problems(run: _Run) -> tuple[Problem, ...]:
    own = {problem for each in run.briefs.values() for problem in each.problems}
    if all(each.whole for each in run.briefs.values()):
        linked = [run.keys[unit] for unit in sorted(run.whole.linked)]
        key = (run.pages, run.units, *linked)
        data = run.context.cache.get("between", key)
        if data:
            between: tuple[Problem, ...] = pickle.loads(data)  # noqa: S301 our own cache
        else:
            between = run.whole.between()
            # The lines in units' own files hang on more than the key.
            if not any(unit_of(problem.path) for problem in between):
                run.context.cache.put("between", key, pickle.dumps(between))
    else:
        between = run.whole.between()
    return tuple(cut_short(sorted({*own, *between})))


def _begin(root: Path, left_out: AbstractSet[str] = frozenset()) -> _Run:
    found = snapshot(root, left_out=left_out)
    beside = read_beside(found)
    start = "data/clauses/"
    clauses = {
        path.removeprefix(start).removesuffix(".yml"): hashlib.sha256(data).digest()
        for path, data in found.texts.items()
        if path.startswith(start)
    }
    return _Run(found, beside, Context(beside, clauses, Cache.of_user()))


def _shell(project: Project, run: _Run) -> Shell:
    """The shell that was made of the same files, or a new one."""
    if not project.keeping:
        return project.make_shell(run.found, run.beside)
    key = list(_shell_key(project, run))
    cache = run.context.cache
    if data := cache.get("shell", key):
        found = pickle.loads(data)  # noqa: S301 our own cache, outside of every checkout
        if isinstance(found, Shell):
            return found
    shell = project.make_shell(run.found, run.beside)
    cache.put("shell", key, pickle.dumps(shell, pickle.HIGHEST_PROTOCOL))
    return shell


def _shell_key(project: Project, run: _Run) -> Iterator[bytes]:
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


# --- units ---

_maker: Maker | None = None


def _start(context: Context) -> None:
    """Begin the life of a process that makes units."""
    global _maker  # noqa: PLW0603 what a process is for
    gc.disable()
    _maker = Maker(context)


def _run_batch(work: Callable[[Maker, Sequence[T]], list[R]], batch: Sequence[T]) -> list[R]:
    """Work on a batch in such a process."""
    if _maker is None:
        raise RuntimeError("no maker before a batch")
    done = work(_maker, batch)
    gc.collect()
    return done


def _in_batches(
    run: _Run, todo: Sequence[T], work: Callable[[Maker, Sequence[T]], list[R]]
) -> Iterator[R]:
    """What `work` gives for all of these, on every core; a few of them are done here."""
    cores = os.cpu_count() or 1
    if len(todo) <= _FEW or cores == 1:
        yield from work(run.maker, todo)
        return
    batches = [todo[at : at + _TOGETHER] for at in range(0, len(todo), _TOGETHER)]
    if run.pool is None:
        # Spawned and not forked: `serve` has threads, and Typst must not have begun before a fork.
        spawned = multiprocessing.get_context("spawn")
        run.pool = run.ended.enter_context(
            ProcessPoolExecutor(cores, spawned, _start, (run.context,))
        )
    for done in run.pool.map(partial(_run_batch, work), batches):
        yield from done


def _make_batch(
    site: Site | None, maker: Maker, units: Sequence[tuple[str, Snapshot]]
) -> list[tuple[str, Made, dict[str, Stamp]]]:
    """Make some units; their files go straight into the new site."""
    done = []
    for unit, found in units:
        made = maker.make(unit, found)
        stamps = {}
        if site and made.part:
            digests = dict(made.part.files)
            files = ((path, data, digests[path]) for path, data in made.content.items())
            stamps = written(site, files)
        done.append((unit, replace(made, content={}), stamps))
    return done


def _make(run: _Run, folder: Folder | None, units: Sequence[str] | None = None) -> None:
    """Fill in what is known of all units, or of some; make those of which something is not."""
    todo: list[tuple[str, Snapshot]] = []
    for unit in run.found.units if units is None else units:
        found = run.found.units[unit]
        known = run.maker.known(run.maker.keys.files(found))
        if known:
            run.keys[unit], run.briefs[unit] = known
            if run.context.setting is None:
                continue
            if part := run.maker.part(*known):
                run.parts[unit] = part
                continue
        todo.append((unit, found))
    # What readers have gets nothing before all is known to be right.
    site = Site(folder.path, bool(folder.own)) if folder and not folder.live else None
    for unit, made, stamps in _in_batches(run, todo, partial(_make_batch, site)):
        run.keys[unit], run.briefs[unit] = made.key, made.brief
        run.extracts[unit] = made.extract
        if made.part:
            run.parts[unit] = made.part
        run.newest[unit] = made.newest
        run.stamps[unit] = stamps
    run.briefs = {unit: run.briefs[unit] for unit in run.found.units if unit in run.briefs}
    run.parts = {unit: run.parts[unit] for unit in run.found.units if unit in run.parts}


# --- the site ---


@dataclass(frozen=True, slots=True)
class _Common:
    """The files about many units by path, what is filed of shared clauses and hand-written pages,
    and the addresses of the pages.
    """

    files: Mapping[str, bytes]
    others: Group
    addresses: Sequence[str]


def _write(run: _Run, setting: Setting, folder: Folder) -> None:
    """Everything into the folder: units, what is told between them, common pages, search, shell."""
    shell = setting.shell
    for unit, part in run.parts.items():
        if stamps := run.stamps.get(unit):
            folder.files |= stamps
            continue
        lacking = [path for path, digest in part.files if not folder.keep(path, digest)]
        content = _content(run, unit) if lacking else {}
        for path in lacking:
            folder.write(path, content[path])
    clauses = repr(sorted(run.context.clauses.items())).encode()
    common = run.kept("usage", (version(), run.units, clauses), lambda: _usage(run))
    answers = _tell(run, common, clauses, folder)
    keys = run.maker.keys
    key = (
        run.units, clauses, keys.common, str(setting.as_of).encode(), shell.own,
        *(digest for digest, _ in answers.values()),
    )  # fmt: skip
    made = run.kept("common", key, lambda: _common(run, setting, common, answers))
    for path, data in {**shell.files, **made.files}.items():
        folder.write(path, data)
    for path, data in index_files(
        run.beside.glossary.abbreviations, [*_groups(run, setting), made.others]
    ):
        folder.write(path, data)
    if shell.site_url:
        folder.write("sitemap.xml", _sitemap(shell, run, made.addresses))
    folder.prune()


def _content(run: _Run, unit: str) -> Mapping[str, bytes]:
    """The files of a part, from the cache or made again."""
    known = run.maker.content(run.keys[unit], run.briefs[unit])
    return known if known is not None else run.maker.make(unit, run.found.units[unit]).content


def _usage(run: _Run) -> Common:
    return Usage(run.whole.archive).common


def _tell(
    run: _Run, common: Common, clauses: bytes, folder: Folder
) -> dict[str, tuple[bytes, bytes]]:
    """Write each unit's own page with what it says of others; by unit how its series stand to the
    shared clauses, pickled, and the digest of that.
    """
    shared = repr((_ordered(common), clauses)).encode()
    cache = run.context.cache
    told: dict[str, _Told] = {}
    todo: dict[str, tuple[bytes, ...]] = {}
    asked: list[_Asked] = []
    for unit, part in run.parts.items():
        brief = run.briefs[unit]
        after = run.briefs[brief.successor].name if brief.successor in run.briefs else ""
        key = (run.maker.keys.part(run.keys[unit], brief), shared, after.encode())
        if data := cache.get("told", key):
            told[unit] = pickle.loads(data)  # noqa: S301 our own cache
            continue
        todo[unit] = key
        own = run.extract(unit), run.newest.get(unit, ()), part.page
        asked.append(_Asked(UnitId(unit), run.found.units[unit], *own, after))
    for unit, each in _in_batches(run, asked, partial(_tell_batch, common)):
        cache.put("told", todo[unit], pickle.dumps(each, pickle.HIGHEST_PROTOCOL))
        told[unit] = each
    for unit, part in run.parts.items():
        each, path = told[unit], f"don-vi/{unit}/index.html"
        if not folder.keep(path, each.page):
            folder.write(path, filled(zlib.decompress(part.page).decode(), each.holes).encode())
    return {unit: (told[unit].digest, told[unit].answers) for unit in run.parts}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A unit of which is to be told what its page says of others; `newest` may not be at hand."""

    unit: UnitId
    found: Snapshot
    extract: Extract
    newest: tuple[Agreement, ...]
    page: bytes
    after: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What fills the holes of a unit's page, the digest of the whole page, and how its series stand
    to the shared clauses, pickled.
    """

    holes: Mapping[str, str]
    page: str
    answers: bytes
    digest: bytes


def _tell_batch(common: Common, maker: Maker, asked: Sequence[_Asked]) -> list[tuple[str, _Told]]:
    return [(each.unit, _told(maker.context, each, common)) for each in asked]


def _told(context: Context, asked: _Asked, common: Common) -> _Told:
    beside, setting, unit = context.beside, context.setting, asked.unit
    texts = asked.newest
    if not texts and beside.shared:
        archive = read_unit(asked.found, unit, beside).archive
        texts = tuple(each for _, each in newest_texts(archive))
    own = Archive(
        units={unit: asked.extract.unit} if asked.extract.unit else {},
        agreements=texts or asked.extract.agreements,
        shared=beside.shared,
        glossary=beside.glossary,
    )
    usage = Usage(own, common=common)
    day, contact = (setting.as_of, setting.shell.contact) if setting else (date.min, Contact())
    holes = Publication(own, day, contact, usage).beside(unit, asked.after)
    page = filled(zlib.decompress(asked.page).decode(), holes).encode()
    answers = {key[1]: (each.answers, each.rows) for key, each in usage.standings.items()}
    packed = pickle.dumps(answers, pickle.HIGHEST_PROTOCOL)
    return _Told(
        holes, hashlib.sha256(page).hexdigest(), packed, hashlib.sha256(packed).digest()
    )  # fmt: skip


def _common(
    run: _Run, setting: Setting, common: Common, answers: Mapping[str, tuple[bytes, bytes]]
) -> _Common:
    archive, shell = run.whole.archive, setting.shell
    newest = dict(newest_texts(archive))
    standings: dict[Key, Standing] = {}
    for unit, (_, packed) in answers.items():
        own = pickle.loads(packed)  # noqa: S301 our own cache
        for series, (each, rows) in own.items():
            key = UnitId(unit), series
            standings[key] = Standing(agreement=newest[key], answers=each, rows=rows)
    usage = Usage(archive, common=common, standings=standings)
    publication = Publication(archive, setting.as_of, shell.contact, usage)
    pages = publication.common()
    files = {f"{address}index.html": shell.page(make()) for address, make in pages.items()}
    files |= publication.common_files()
    files |= shell.glanced(publication.glance)
    short = run.beside.glossary.abbreviations
    others = other_segments(short, shared_texts(usage), shell.written)
    for segment in others:
        files |= text_files(segment)
    return _Common(files, merged(others), tuple(pages))


def _ordered(common: Common) -> object:
    return (
        sorted((name, sorted(kinds)) for name, kinds in common.headings.items()),
        sorted(common.samples),
        sorted((name, sorted(meant.items())) for name, meant in common.meant.items()),
    )


def _groups(run: _Run, setting: Setting) -> Iterator[Group]:
    """What is filed of all units; groups in which nothing changed are taken over."""
    for units in groups(run.parts):
        of = [run.maker.keys.segment(run.keys[unit], run.briefs[unit]) for unit in units]
        yield run.kept("group", of, partial(_group, run, setting, units))


def _group(run: _Run, setting: Setting, units: Sequence[UnitId]) -> Group:
    return merged(
        [
            run.maker.segment(run.keys[unit], run.briefs[unit])
            or unit_segment(
                read_unit(run.found.units[unit], unit, run.beside).archive, unit, setting.as_of
            )
            for unit in units
        ]
    )


def _sitemap(shell: Shell, run: _Run, common: Iterable[str]) -> bytes:
    """What search engines are told; each text once, where it is always found."""
    pages = [*shell.addresses, *common]
    for unit, part in run.parts.items():
        own = f"don-vi/{unit}/"
        pages.append(own)
        for path, _ in part.files:
            if path.startswith(own) and path.endswith("/index.html"):
                pages.append(path.removesuffix("index.html"))
    start = shell.site_url.rstrip("/")
    template = ENVIRONMENT.get_template("sitemap.xml")
    return template.render(addresses=[f"{start}/{page}" for page in pages]).encode()
