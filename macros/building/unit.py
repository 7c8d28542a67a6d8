# One unit: from its own files to all that is drawn of it.
# Hides: what a unit's part depends on (`Keys`), and what of it is kept.
# Refuses: to look at other units. What its own page says of those is told in `telling`.
"""`Maker(context).make(unit_id, files)`: a pure function of a unit's files and of what stands beside
all units, with its results kept by content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, TypeVar

from jinja2.bccache import Bucket, BytecodeCache

from macros import checks, keeping, safety
from macros.archive import Beside, Loaded, Originals, Own, Snapshot, read_again, read_unit
from macros.building.drawn import Drawn
from macros.building.folder import Folder
from macros.building.shell import Shell
from macros.building.version import version
from macros.cache import Cache, digest_of
from macros.calendar import turning_days
from macros.exchange import subscriptions
from macros.exchange.feed import Entry as News
from macros.exchange.subscriptions import news
from macros.markup import ENVIRONMENT
from macros.model import (
    Agreement,
    Archive,
    Edition,
    LaterVersion,
    Record,
    RecordKind,
    Series,
    SharedClause,
    Unit,
    UnitId,
)
from macros.postings import words_of
from macros.problem import Problem, Severity
from macros.publish import Publication
from macros.search import Segment, text_files, unit_segment
from macros.usage import newest_texts

V = TypeVar("V")
Entry = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Extract:
    """What all else asks of a unit: its facts, and which clauses of its pages use shared wordings.
    `bare`: without the facts that are for lists alone.
    """

    unit: Unit | None
    agreements: tuple[Agreement, ...]


def facts_digest(unit: Unit | None) -> bytes:
    """The same for equal facts, in every process. Pickled they may differ: which equal texts are one
    object hangs on what a process has read before.
    """
    return digest_of(repr(unit))


def pages_digest(agreements: Sequence[Agreement]) -> bytes:
    """The same for agreements that are equal but for the facts of their units."""
    pages = [
        (each.series_id, each.period, each.version, each.path, each.whole, each.page)
        for each in agreements
    ]
    return digest_of(repr(pages))


def archive_of(
    found: Mapping[str, Extract] | Mapping[UnitId, Extract], shared: Mapping[str, SharedClause]
) -> Archive:
    """What extracts tell of some units, with the shared clauses."""
    return Archive(
        units={UnitId(unit): each.unit for unit, each in found.items() if each.unit},
        agreements=tuple(agreement for each in found.values() for agreement in each.agreements),
        shared=shared,
    )


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked of a unit on each build. `digest` stands for its extract, `uses` for the bare
    one; `turning` are the days on which one of its states can change. `problems` are those of its
    own files; `elsewhere` says that it has some in files of all units, which are told together.
    """

    digest: bytes
    uses: bytes
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
    """A unit's files in the site, but for its own page, by path with their digests. `news` are for
    the feed of all units, where the site has an address.
    """

    files: tuple[Entry, ...]
    news: tuple[News, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """What is seldom asked of a unit: its extracts; `newest`: the bare one with its newest texts,
    whole.
    """

    extract: Extract
    bare: Extract
    newest: Extract


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a unit just now. `held`: what each build asks of it, by kind and key.
    `rest`, where that is not kept; `drawn` for who made it and no other process.
    """

    key: bytes
    brief: Brief
    held: Mapping[tuple[str, bytes], object] = field(default_factory=dict)
    rest: Rest | None = None
    drawn: Drawn | None = None


@dataclass(frozen=True, slots=True)
class _OfFiles:
    """What a unit's own files say whatever the wordings are. `told`: what the rules tell of them;
    `facts`, `bare`: of the unit's facts the digests that its extracts have. `own`, where all could
    be read and some of it hangs on wordings.
    """

    own: Own | None
    told: tuple[Problem, ...]
    facts: bytes
    bare: bytes


@dataclass(frozen=True, slots=True)
class Setting:
    """What pages are made for: the day for which states are told, and what stands around them."""

    as_of: date
    shell: Shell


@dataclass(frozen=True, slots=True)
class Context:
    """What all units are made with; `clauses` are the digests of the shared clauses'
    files, `folder` is where the site is written. Without a setting units are read and checked only.
    """

    beside: Beside
    clauses: Mapping[str, bytes]
    cache: Cache
    setting: Setting | None = None
    folder: Folder | None = None


class Keys:
    """What each result of a unit depends on, in one place.

    read ← the unit's files; the shared clauses that its pages ask for; the originals it names; code
    rest (extract, bare extract, newest texts) ← read
    of-files (what was read, what of it hangs on no wording) ← the unit's files; code. With the wordings
        of whenever that was: those of now are put in
    words ← read
    drawn ← read; the last turning day that has come; the entries of the glossary that its words can
        hold; what the configuration says in pages; the scripts that may stand there
    part ← drawn; the theme (frames, names of assets)
    segment ← read; the last turning day that has come; the same entries
    telling ← drawn; what all units tell of the shared clauses; their files; the successor's name
    of it what is near one shared clause, and how that is shown ← read; its file; what all tell of it
    What stands between units and is told of many of them: `Whole` and `common`.
    """

    def __init__(
        self, context: Context, words: Callable[[bytes], str | None],
        held: MutableMapping[tuple[str, bytes], object],
    ) -> None:  # fmt: skip
        """`words`: those of a unit by the key of what was read, where they are known. `held`: by
        kind and key what each build asks, from earlier ones too.
        """
        self._context = context
        self._words = words
        self._held = held
        self._entries = sorted(context.beside.glossary.abbreviations.items())
        self._glossary = digest_of(repr(self._entries))
        self._beginnings = [words_of(short)[:1] for short, _ in self._entries]
        # By the key of what was read, once its words are known: each build asks thrice.
        self._parts: dict[bytes, bytes] = {}
        setting = context.setting
        self._said = digest_of(repr(_of_pages(setting.shell))) if setting else b""
        # Of what stands around pages.
        self.theme = digest_of(repr(_around_pages(setting.shell))) if setting else b""

    @property
    def common(self) -> bytes:
        """Of what the pages about many units are made with besides; they explain no abbreviation."""
        return digest_of(version(), self._said)

    @property
    def filed(self) -> bytes:
        """Of what is filed for the search besides."""
        return digest_of(version(), self._glossary)

    def files(self, found: Snapshot) -> bytes:
        """Of a unit's own files."""
        parts: list[bytes] = [version()]
        for path, data in found.texts.items():
            parts += [path.encode("utf-8", "surrogateescape"), data]
        parts.append(repr((found.others, found.shortcuts, sorted(found.left_out))).encode())
        return digest_of(*parts)

    def read(self, files: bytes, needs: Needs) -> bytes:
        """Of what was read."""
        beside, clauses = self._context.beside, self._context.clauses
        originals = beside.originals
        return digest_of(
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
        found = self._parts.get(read)
        if found is None:
            found = digest_of(self.drawn(read, brief), self.theme)
            if ("entries", self.entries(read)) in self._held:
                self._parts[read] = found
        return found

    def drawn(self, read: bytes, brief: Brief) -> bytes:
        """Of its pages before the theme is around them."""
        return digest_of(b"drawn", read, self._day(brief), self._entries_of(read), self._said)

    def segment(self, read: bytes, brief: Brief) -> bytes:
        """Of what is filed of a unit."""
        return digest_of(b"segment", read, self._day(brief), self._entries_of(read))

    def entries(self, read: bytes) -> bytes:
        """Of what `_entries_of` has for a unit."""
        return read + self._glossary

    def _entries_of(self, read: bytes) -> bytes:
        """Of the glossary's entries that a unit's words can hold, alone or joined with others: whose
        first word stands in one of them. Of all, where its words are not known.
        """
        key = "entries", self.entries(read)
        found = self._held.get(key)
        if isinstance(found, bytes):
            return found
        words = self._words(read)
        if words is None:
            return self._glossary
        mine = [
            entry
            for entry, first in zip(self._entries, self._beginnings, strict=True)
            if not first or first[0][0] in words
        ]
        found = self._held[key] = digest_of(repr(mine))
        return found

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
    """Reads, checks and draws units, and keeps what comes of it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.cache = context.cache
        # What each build asks of each unit, by kind and key: read from few files together.
        self.held: dict[tuple[str, bytes], object] = {}
        self.keys = Keys(context, self._words, self.held)
        ENVIRONMENT.bytecode_cache = Compiled(context.cache)

    # --- what is kept ---

    def known(self, files: bytes) -> tuple[bytes, Brief] | None:
        """The key of what was read of these files before, and what is asked on each build."""
        needs = self.asked("needs", files, Needs)
        if needs is None:
            return None
        key = self.keys.read(files, needs)
        brief = self.asked("brief", key, Brief)
        return (key, brief) if brief else None

    def part(self, read: bytes, brief: Brief) -> Part | None:
        """The unit's part, if it was made before."""
        return self.asked("part", self.keys.part(read, brief), Part)

    def asked(self, kind: str, key: bytes, of: type[V]) -> V | None:
        """A value that each build asks for, if it is kept."""
        held = self.held.get((kind, key))
        if isinstance(held, of):
            return held
        found = self.cache.load(kind, (key,), of)
        if found is not None:
            self.held[kind, key] = found
        return found

    def _words(self, read: bytes) -> str | None:
        """The words of a unit, if they are kept."""
        return self.cache.load("words", (read,), str)

    def is_drawn(self, read: bytes, brief: Brief) -> bool:
        """Whether the unit's pages were drawn before."""
        return self.part(read, brief) is not None or self.drawn(read, brief).is_kept

    def drawn(self, read: bytes, brief: Brief) -> Drawn:
        """What was drawn of a unit."""
        return Drawn(self.cache, self.keys.drawn(read, brief))

    # --- what is made ---

    def make(self, unit_id: str, found: Snapshot, *, drawing: bool = True) -> Made:
        """Read a unit, check it, and unless it has errors draw its pages, if that is asked for."""
        made = self.made_anew(unit_id, found, drawing=drawing)
        if self.cache.has("rest", (made.key,)):
            # A process that makes units need not send what can be loaded.
            made = replace(made, rest=None)
        return replace(made, drawn=None)

    def made_anew(self, unit_id: str, found: Snapshot, *, drawing: bool = True) -> Made:
        """The same, with the rest and what was drawn."""
        files, beside = self.keys.files(found), self.context.beside
        clauses: _Watched[SharedClause] = _Watched(beside.shared)
        originals = _Watched(beside.originals)
        watched = replace(beside, shared=clauses, originals=originals)
        loaded, of_files = self._read(unit_id, found, files, watched)
        archive = loaded.archive
        problems = {*loaded.problems, *of_files.told, *checks.check_words(archive)}
        problems |= {*keeping.check(archive)}
        own = {problem for problem in problems if problem.path in found}
        unit = archive.units.get(UnitId(unit_id))
        extract = Extract(unit, tuple(_light(each, clauses) for each in archive.agreements))
        bare = _bare(extract)
        pages = pages_digest(extract.agreements)  # of both
        brief = Brief(
            digest=digest_of(of_files.facts, pages),
            uses=digest_of(of_files.bare, pages),
            name=unit.name if unit else "",
            successor=(unit.successor or "") if unit else "",
            turning=tuple(sorted(_turning(archive))),
            problems=tuple(sorted(own)),
            elsewhere=own != problems,
        )
        needs = Needs(tuple(sorted(clauses.asked)), tuple(sorted(originals.asked)))
        key = self.keys.read(files, needs)
        rest = Rest(extract, bare, _newest(archive, bare))
        self.cache.store("rest", (key,), rest, packed=True)
        made = Made(key, brief, rest=rest)
        if not brief.whole:  # told again each time: hints may name what belongs to other units
            return made
        held: dict[tuple[str, bytes], object] = {("needs", files): needs, ("brief", key): brief}
        setting = self.context.setting
        for (kind, own_key), value in held.items():
            if self.cache.load(kind, (own_key,), type(value)) != value:
                self.cache.store(kind, (own_key,), value)
        if setting and drawing:
            made = replace(made, drawn=self._draw(UnitId(unit_id), archive, made, setting))
            entries = "entries", self.keys.entries(key)
            held |= {entries: self.held[entries]} if entries in self.held else {}
        return replace(made, held=held)

    def read(self, unit_id: str, found: Snapshot, files: bytes, beside: Beside) -> Loaded:
        """All that is in a unit's own files, which have this key."""
        return self._read(unit_id, found, files, beside)[0]

    def _read(
        self, unit_id: str, found: Snapshot, files: bytes, beside: Beside
    ) -> tuple[Loaded, _OfFiles]:
        """The same with what these files say by themselves: from what was kept of them with the
        wordings of then, or anew.
        """
        kept = self.cache.load("of-files", (files,), _OfFiles, packed=True)
        if kept and kept.own and (again := read_again(found, kept.own, beside)):
            return again, kept
        loaded = read_unit(found, unit_id, beside)
        archive = loaded.archive
        told = {*checks.check_files(archive), *safety.check(archive)}
        unit = archive.units.get(UnitId(unit_id))
        bare = facts_digest(unit and _bare_unit(unit))
        of_files = _OfFiles(Own.of(loaded), tuple(sorted(told)), facts_digest(unit), bare)
        if of_files.own:
            self.cache.store("of-files", (files,), of_files, packed=True)
        return loaded, of_files

    def _draw(self, unit_id: UnitId, archive: Archive, made: Made, setting: Setting) -> Drawn:
        from macros.exchange.documents import documents  # noqa: PLC0415 slow to import

        shell, as_of = setting.shell, setting.as_of
        publication = Publication(archive, as_of, shell.contact)
        offered = documents(archive.agreements, publication.pairs) if shell.downloads else ()
        found = tuple(offered)
        publication.offers(each.address for each in found)
        pages = {address: make() for address, make in publication.of_unit(unit_id).items()}
        for page in pages.values():
            shell.approve(page.html, page.address)
        own = pages.pop(f"don-vi/{unit_id}/")
        files = dict(publication.files_of(unit_id))
        # A feed is nothing without whole addresses.
        told = news(archive, unit_id, publication.since) if shell.site_url else ()
        files |= subscriptions.files(archive, unit_id, told, shell.site_url)
        segment = unit_segment(archive, unit_id, as_of)
        files |= text_files(segment)
        self.cache.store("words", (made.key,), _words(archive, segment))
        drawn = self.drawn(made.key, made.brief)
        drawn.keep(own, pages.values(), files, found, told)
        segment_key = self.keys.segment(made.key, made.brief)
        self.cache.store("segment", (segment_key,), replace(segment, texts=()))
        return drawn


def _words(archive: Archive, segment: Segment) -> str:
    """All words of a unit once, folded: those of its sources and those under which it is filed."""
    sources = {*words_of(repr((archive.units, [each.page for each in archive.agreements])))}
    return " ".join(sorted({folded for folded, _ in sources} | segment.filed.folded))


def _of_pages(shell: Shell) -> tuple[object, ...]:
    """What of a shell the pages of a unit say."""
    return shell.site_url, shell.contact, shell.downloads, list(shell.scripts)


def _around_pages(shell: Shell) -> tuple[object, ...]:
    """What of a shell stands around them."""
    return (
        sorted(shell.frames.items(), key=repr), list(shell.leaf), list(shell.branch),
        sorted(shell.names.items()), shell.site_url,
    )  # fmt: skip


def _light(agreement: Agreement, shared: Mapping[str, SharedClause]) -> Agreement:
    """The agreement with nothing on its page but that it uses shared wordings. Their words stand
    there only where a duty of a shared clause is told by them: few new wordings change an extract.
    """
    clauses = []
    for clause in agreement.page.clauses:
        if clause.shared:
            of = shared.get(clause.shared.id)
            owed = of is not None and of.duties
            text, rows = (clause.text, clause.rows) if owed else ("", ())
            clauses.append(replace(clause, line=0, text=text, rows=rows))
    page = replace(agreement.page, title=(), report=(), clauses=tuple(clauses))
    return replace(agreement, page=page)


def _bare(extract: Extract) -> Extract:
    """What of an extract the rules between units and the pages of the shared clauses ask: names,
    addresses, terms, which editions there are.
    """
    if extract.unit is None:
        return extract
    unit = _bare_unit(extract.unit)
    return Extract(unit, tuple(replace(each, unit=unit) for each in extract.agreements))


def _bare_unit(unit: Unit) -> Unit:
    series = {
        name: Series(
            counterpart=each.counterpart,
            editions={period: _bare_edition(edition) for period, edition in each.editions.items()},
        )
        for name, each in unit.series.items()
    }
    return replace(unit, series=series, region=None, valid=None)


def _bare_edition(edition: Edition) -> Edition:
    none = Record(kind=RecordKind.AMEND, what="-", why="-")
    versions = {
        day: LaterVersion(draft=each.draft, record=none) for day, each in edition.versions.items()
    }
    return Edition(kind=edition.kind, text=edition.text, draft=edition.draft, versions=versions)


def _newest(archive: Archive, bare: Extract) -> Extract:
    """The bare extract with the newest text of each series, whole; all of a series that has none."""
    texts = dict(newest_texts(archive))
    found = (replace(each, unit=bare.unit or each.unit) for each in texts.values())
    others = (each for each in bare.agreements if (each.unit_id, each.series_id) not in texts)
    return Extract(bare.unit, (*found, *others))


def _turning(archive: Archive) -> Iterator[date]:
    for series in archive.series():
        yield from turning_days(archive.editions(*series))


class Compiled(BytecodeCache):
    """Templates that were compiled once, kept in the cache by their names and texts: wherever they lie."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 as jinja2 calls it
        """The name alone: another checkout of the same code finds what this one compiled."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        if data := self._cache.get("template", self._key(bucket)):
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._cache.put("template", self._key(bucket), bucket.bytecode_to_string())

    @staticmethod
    def _key(bucket: Bucket) -> tuple[bytes, ...]:
        return version(), bucket.key.encode(), bucket.checksum.encode()


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
