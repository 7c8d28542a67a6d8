# One unit: from its own files to its part of the site.
# Hides: what a unit's part depends on (`Keys`), and what of it is kept.
# Refuses: to look at other units. What its pages say of those is put in afterwards (`telling`).
"""`Maker(context).make(unit_id, files)`: a pure function of a unit's files and of what stands beside
all units, with its results kept by content.
"""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, TypeVar

from macros import checks, keeping, safety
from macros.archive import Beside, Originals, Snapshot, read_unit
from macros.building.shell import Shell
from macros.building.version import version
from macros.cache import Cache
from macros.calendar import turning_days
from macros.exchange.documents import documents
from macros.model import Agreement, Archive, SharedClause, Unit, UnitId
from macros.problem import Problem, Severity
from macros.publish import Publication
from macros.search import Segment, text_files, unit_segment
from macros.usage import newest_texts

V = TypeVar("V")
Entry = tuple[str, str]
_FAST = 1  # of zlib: pages shrink to an eighth at little cost


@dataclass(frozen=True, slots=True)
class Extract:
    """What all else asks of a unit: its facts, and of its pages the clauses that use shared
    wordings.
    """

    unit: Unit | None
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked of a unit on each build. `digest` stands for its extract; `turning` are the days
    on which one of its states can change. `problems` are those of its own files; `elsewhere` says
    that it has some in files of all units, which are told together.
    """

    digest: bytes
    name: str = ""
    successor: str = ""
    turning: tuple[date, ...] = ()
    problems: tuple[Problem, ...] = ()
    elsewhere: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing in it stops publication."""
        errors = any(problem.severity is Severity.ERROR for problem in self.problems)
        return bool(self.name) and not errors and not self.elsewhere


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's files in the site, by path with their digests; `page` is its own page, with holes.
    `documents` are those of the files that are kept one by one: by path their kind and key.
    """

    files: tuple[Entry, ...]
    page: bytes
    documents: Mapping[str, tuple[str, tuple[bytes, ...]]]


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a unit just now; `newest` are its newest texts by series, whole."""

    key: bytes
    brief: Brief
    extract: Extract
    part: Part | None = None
    content: Mapping[str, bytes] = field(default_factory=dict)
    newest: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What pages are made for: the day for which states are told, and what stands around them."""

    as_of: date
    shell: Shell


@dataclass(frozen=True, slots=True)
class Context:
    """What the parts of all units are made with; `clauses` are the digests of the shared clauses'
    files. Without a setting units are read and checked only.
    """

    beside: Beside
    clauses: Mapping[str, bytes]
    cache: Cache
    setting: Setting | None = None


class Keys:
    """What each result of a unit depends on, in one place.

    read ← the unit's files; the shared clauses that its pages ask for; the originals it names; code
    part ← read; the last turning day that has come; glossary; the shell (frames, assets, contact)
    segment ← read; the last turning day that has come; glossary
    telling ← part; what all units tell of the shared clauses; their texts; the successor's name
    problems between units, common pages: see `build`
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._glossary = _digest(repr(sorted(context.beside.glossary.abbreviations.items())))
        setting = context.setting
        self._shell = _digest(pickle.dumps(_of_pages(setting.shell))) if setting else b""

    @property
    def common(self) -> bytes:
        """Of what the pages about many units are made with besides."""
        return _digest(version(), self._glossary, self._shell)

    def files(self, found: Snapshot) -> bytes:
        """Of a unit's own files."""
        parts: list[bytes] = [version()]
        for path, data in found.texts.items():
            parts += [path.encode("utf-8", "surrogateescape"), data]
        parts.append(repr((found.others, found.shortcuts, sorted(found.left_out))).encode())
        return _digest(*parts)

    def read(self, files: bytes, needs: Needs) -> bytes:
        """Of what was read."""
        beside, clauses = self._context.beside, self._context.clauses
        originals = beside.originals
        return _digest(
            files,
            *(each.encode() + b"\0" + clauses.get(each, b"") for each in needs.clauses),
            *(
                each.encode() + b"\0" + originals.digest(each)
                for each in needs.originals
                if isinstance(originals, Originals)
            ),
        )

    def part(self, read: bytes, brief: Brief) -> bytes:
        """Of a unit's files in the site."""
        return _digest(read, self._day(brief), self._glossary, self._shell)

    def segment(self, read: bytes, brief: Brief) -> bytes:
        """Of what is filed of a unit."""
        return _digest(b"segment", read, self._day(brief), self._glossary)

    def _day(self, brief: Brief) -> bytes:
        """Until the next turning day nothing changes."""
        setting = self._context.setting
        come = [each for each in brief.turning if setting and each <= setting.as_of]
        return str(max(come, default="")).encode()


@dataclass(frozen=True, slots=True)
class Needs:
    """What was asked for while a unit was read, besides its own files."""

    clauses: tuple[str, ...] = ()
    originals: tuple[str, ...] = ()


class Maker:
    """Makes the parts of units, and keeps them."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.keys = Keys(context)
        self.cache = context.cache

    # --- what is kept ---

    def known(self, files: bytes) -> tuple[bytes, Brief] | None:
        """The key of what was read of these files before, and what is asked on each build."""
        needs = self._get("needs", files, Needs)
        if needs is None:
            return None
        key = self.keys.read(files, needs)
        brief = self._get("brief", key, Brief)
        return (key, brief) if brief else None

    def extract(self, read: bytes) -> Extract | None:
        """What all else asks, if it is kept."""
        return self._get("extract", read, Extract)

    def part(self, read: bytes, brief: Brief) -> Part | None:
        """The unit's part, if it was made before."""
        return self._get("part", self.keys.part(read, brief), Part)

    def content(self, read: bytes, brief: Brief) -> Mapping[str, bytes] | None:
        """The files of a part that was made before, if all are still kept."""
        part = self.part(read, brief)
        data = self.cache.get("pages", (self.keys.part(read, brief),))
        if part is None or data is None:
            return None
        found: dict[str, bytes] = pickle.loads(zlib.decompress(data))  # noqa: S301 our own cache
        for path, (kind, key) in part.documents.items():
            document = self.cache.get(kind, key)
            if document is None:
                return None
            found[path] = document
        return found

    def segment(self, read: bytes, brief: Brief) -> Segment | None:
        """What is filed of the unit, if that was made before."""
        return self._get("segment", self.keys.segment(read, brief), Segment)

    def _get(self, kind: str, key: bytes, of: type[V]) -> V | None:
        data = self.cache.get(kind, (key,))
        if data is None:
            return None
        found = pickle.loads(data)  # noqa: S301 our own cache, outside of every checkout
        return found if isinstance(found, of) else None

    def _put(self, kind: str, key: bytes, value: object) -> None:
        self.cache.put(kind, (key,), pickle.dumps(value, pickle.HIGHEST_PROTOCOL))

    # --- what is made ---

    def make(self, unit_id: str, found: Snapshot) -> Made:
        """Read a unit, check it, and unless it has errors make its part of the site."""
        files = self.keys.files(found)
        beside = self.context.beside
        clauses: _Watched[SharedClause] = _Watched(beside.shared)
        originals = _Watched(beside.originals)
        loaded = read_unit(found, unit_id, replace(beside, shared=clauses, originals=originals))
        archive = loaded.archive
        problems = {*loaded.problems, *checks.check_unit(archive), *safety.check(archive)}
        problems |= {*keeping.check(archive)}
        own = {problem for problem in problems if problem.path in found}
        unit = archive.units.get(UnitId(unit_id))
        extract = Extract(unit, tuple(map(_light, archive.agreements)))
        packed = pickle.dumps(extract, pickle.HIGHEST_PROTOCOL)
        brief = Brief(
            digest=_digest(packed),
            name=unit.name if unit else "",
            successor=(unit.successor or "") if unit else "",
            turning=tuple(sorted(_turning(archive))),
            problems=tuple(sorted(own)),
            elsewhere=own != problems,
        )
        needs = Needs(tuple(sorted(clauses.asked)), tuple(sorted(originals.asked)))
        key = self.keys.read(files, needs)
        made = Made(key, brief, extract)
        if not brief.whole:  # told again each time: hints may name what belongs to other units
            return made
        self._put("needs", files, needs)
        self._put("brief", key, brief)
        self.cache.put("extract", (key,), packed)
        setting = self.context.setting
        return self._published(UnitId(unit_id), archive, made, setting) if setting else made

    def _published(self, unit_id: UnitId, archive: Archive, made: Made, setting: Setting) -> Made:
        shell, as_of = setting.shell, setting.as_of
        publication = Publication(archive, as_of, shell.contact)
        offered = documents(archive.agreements, publication.pairs) if shell.downloads else ()
        found = tuple(offered)
        publication.offers(each.address for each in found)
        content: dict[str, bytes] = {}
        for address, make in publication.of_unit(unit_id).items():
            content[f"{address}index.html"] = shell.page(make())
        page = content.pop(f"don-vi/{unit_id}/index.html")
        content |= publication.files_of(unit_id)
        segment = unit_segment(archive, unit_id, as_of)
        content |= text_files(segment)
        packed = zlib.compress(pickle.dumps(content, pickle.HIGHEST_PROTOCOL), _FAST)
        content |= {each.address: self.cache.of(each.kind, each.key, each.make) for each in found}
        files = tuple((path, hashlib.sha256(data).hexdigest()) for path, data in content.items())
        kept = {each.address: (each.kind, each.key) for each in found}
        part = Part(files, zlib.compress(page, _FAST), kept)
        part_key = self.keys.part(made.key, made.brief)
        self.cache.put("pages", (part_key,), packed)
        self._put("part", part_key, part)
        self._put("segment", self.keys.segment(made.key, made.brief), replace(segment, texts=()))
        newest = tuple(each for _, each in newest_texts(archive)) if archive.shared else ()
        return replace(made, part=part, content=content, newest=newest)


def _of_pages(shell: Shell) -> tuple[object, ...]:
    """What of a shell the pages of a unit depend on."""
    return (
        sorted(shell.frames.items(), key=repr), list(shell.leaf), list(shell.branch),
        sorted(shell.names.items()), list(shell.scripts), shell.site_url, shell.contact,
        shell.downloads,
    )  # fmt: skip


def _light(agreement: Agreement) -> Agreement:
    """The agreement with nothing on its page but the clauses that use shared wordings."""
    page = agreement.page
    clauses = tuple(replace(clause, line=0) for clause in page.clauses if clause.shared)
    return replace(agreement, page=replace(page, title=(), report=(), clauses=clauses))


def _turning(archive: Archive) -> Iterator[date]:
    for series in archive.series():
        yield from turning_days(archive.editions(*series))


def _digest(*parts: bytes | str) -> bytes:
    found = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "big") + data)
    return found.digest()


class _Watched(Mapping[str, V], Generic[V]):
    """A mapping that remembers what it was asked for. Who walks through it has to do with a mistake
    that needs a hint, and then nothing is kept.
    """

    def __init__(self, of: Mapping[str, V]) -> None:
        self._of = of
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> V:
        self.asked.add(key)
        return self._of[key]

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return key in self._of

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)
