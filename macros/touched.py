# What of one archive is what of another, and why a page that nobody edited reads otherwise.
# Hides: units with a new id, versions that can't be read, facts in words.
# Refuses: to compare what did not change, and to call removed what can only not be read.
"""`touched(base, head, problems, others)`: all that a change of the sources touches, as values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from macros.clauses import blanks, terms_of
from macros.compare import Change, Comparison, FactChange, compare, fact_changes
from macros.duties import DutyChange, changes, duties_of
from macros.markup import abbreviations
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    ClauseId,
    Edition,
    FactName,
    Facts,
    LaterVersion,
    PartialDate,
    Period,
    Seal,
    Side,
    TextState,
    Unit,
    UnitId,
    When,
)
from macros.problem import Problem, Severity
from macros.reading import FIELD_WORDS, VALUE_WORDS
from macros.seal import canonical

_SOURCES = "data/sources/"
_UNREADABLE = ("G115", "R103")  # a file with these is in no archive
# The fields of a version's facts that changes.json calls otherwise.
_CALLED = {"signatures": "signatories"}
Key = tuple[str, str, Period, str]
Use = tuple[Agreement, tuple[ClauseId, ...]]


class What(StrEnum):
    """What a change does to a version."""

    CHANGED = "changed"
    EDITION = "new-edition"
    VERSION = "new-version"
    REMOVED = "removed"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes clauses read otherwise on pages that nobody edited: a `wording` (or the `title`, or
    a `duty`) of a shared clause, one that is `unread`, a `term` of a unit, an entry of the
    `glossary`; `name` says which, `of` is what readers call the shared clause or unit.
    """

    kind: str
    name: tuple[str, ...]
    of: str
    old: str | None
    new: str | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A version that a change touches. What is new is set against the version or edition before;
    `duties` are told for all but what can't be read. `causes` name the clauses that changed for
    something outside the page, `own` says that the version's own page or facts changed too.
    """

    what: What
    old: Agreement | None
    new: Agreement | None
    comparison: Comparison | None = None
    facts: tuple[FactChange, ...] = ()
    duties: tuple[DutyChange, ...] = ()
    causes: Mapping[ClauseId, Cause] = dataclasses.field(default_factory=dict)
    own: bool = True

    @property
    def agreement(self) -> Agreement:
        return next(each for each in (self.new, self.old) if each)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changes but for clauses that are the same in every way."""
        every = self.comparison.changes if self.comparison else ()
        return tuple(each for each in every if each.event != "same" or each.old != each.new)

    @property
    def touches_seal(self) -> bool:
        """Whether what was sealed is no longer so."""
        old, new = self.old, self.new
        if self.what is What.REMOVED:
            return bool(old and old.facts.seal)
        if self.what is not What.CHANGED or not (old and new and old.facts.seal):
            return False
        return old.facts.seal != new.facts.seal or canonical(old) != canonical(new)

    def followed(self, cause: Cause) -> Iterator[DutyChange]:
        """The duties that differ for something outside the page and its facts."""
        for change in self.duties:
            clause = change.owed.clause if change.shared else None
            if clause and cause.kind == "duty" and clause.shared:
                if cause.name == (clause.shared.id, change.owed.id.rpartition(".")[2]):
                    yield change
            elif clause and self.causes.get(clause.id) == cause:
                yield change


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """A unit that was `added`, `removed`, `renamed` (also its id), or `changed` in its own facts."""

    unit_id: str
    was: str
    name: str
    what: str
    facts: tuple[FactChange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Touched:
    """All that a change touches. `uses`: for each cause the versions and clauses that follow it,
    none where it is only there. `sources` and `files` pair a name with `added`, `removed`,
    `changed`; files also with `broken` where they have errors, and `quiet` where they say the same.
    """

    entries: tuple[Entry, ...]
    uses: Mapping[Cause, tuple[Use, ...]]
    units: tuple[UnitChange, ...]
    sources: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]


def touched(
    base: Archive,
    head: Archive,
    problems: tuple[Problem, ...],
    others: Mapping[str, str] = MappingProxyType({}),
) -> Touched:
    """What differs from `base` to `head`; `problems` are those of `head`. `others`: the files that
    differ and are in no archive, by path with `added`, `removed` or `changed`.
    """
    return _Finding(base, head, problems, others).found()


class _Finding:
    """Two archives, and what of the one is what of the other."""

    def __init__(
        self,
        base: Archive,
        head: Archive,
        problems: tuple[Problem, ...],
        others: Mapping[str, str],
    ) -> None:
        self.base, self.head, self.problems, self.others = base, head, problems, others
        self.homes = {alias: id_ for id_, unit in head.units.items() for alias in unit.aliases}
        self.before = {self.key(each): each for each in base.agreements}
        self.after = {self.key(each): each for each in head.agreements}
        self.olds = {self.home(id_): unit for id_, unit in base.units.items()}
        self.alike = {id_ for id_, unit in self.olds.items() if unit == head.units.get(id_)}
        self.dutiful = {
            id_
            for id_, clause in head.shared.items()
            if (was := base.shared.get(id_)) and was.duties != clause.duties
        }

    def home(self, unit_id: str) -> UnitId:
        """What a unit's id is now."""
        return UnitId(unit_id if unit_id in self.head.units else self.homes.get(unit_id, unit_id))

    def key(self, agreement: Agreement) -> Key:
        unit = self.home(agreement.unit_id)
        return (unit, agreement.series_id, agreement.period, agreement.version)

    def found(self) -> Touched:
        entries = tuple(self.entries())
        units = tuple(self.units())
        told = {path for each in entries for path in _paths(each)}
        told |= {path for each in self.before if each in self.after for path in self.carried(each)}
        told |= {f"data/units/{each.unit_id}.yml" for each in units}
        told |= {f"data/units/{each.was}.yml" for each in units}
        uses: dict[Cause, list[Use]] = {}
        for cause in (*self.wordings(), *self.abbreviations()):
            uses[cause] = list(self.explained(cause)) if cause.kind == "glossary" else []
            file = "glossary" if cause.kind == "glossary" else f"clauses/{cause.name[0]}"
            told.add(f"data/{file}.yml")
        for entry in entries:
            if not entry.own:
                for cause in dict.fromkeys(entry.causes.values()):
                    ids = tuple(id_ for id_, each in entry.causes.items() if each == cause)
                    uses.setdefault(cause, []).append((entry.agreement, ids))
                for cause in [each for each in uses if each.kind == "duty"]:
                    found = [each.owed.clause for each in entry.followed(cause)]
                    if ids := tuple(clause.id for clause in found if clause):
                        uses[cause].append((entry.agreement, ids))
        return Touched(
            entries=entries, units=units,
            uses={cause: tuple(found) for cause, found in uses.items()},
            sources=tuple(self.sources()),
            files=tuple(self.files(told)),
        )  # fmt: skip

    # --- versions ---

    def entries(self) -> Iterator[Entry]:
        keys = self.before.keys() | self.after.keys()
        for key in sorted(keys, key=lambda key: (*key[:3], key[3] != AS_SIGNED, key[3])):
            old, new = self.before.get(key), self.after.get(key)
            if old and new:
                if found := self.changed(old, new):
                    yield found
            elif new:
                yield self.fresh(new)
            elif old:
                if self.unread(self.head, key[0]) or self.declared(key):
                    yield Entry(what=What.UNREAD, old=old, new=None)
                else:
                    duties = changes(duties_of(old, self.base.shared), ())
                    yield Entry(what=What.REMOVED, old=old, new=None, duties=duties)

    def changed(self, old: Agreement, new: Agreement) -> Entry | None:
        same_page = old.page == new.page
        called = {clause.shared.id for clause in new.page.clauses if clause.shared}
        if same_page and new.unit_id in self.alike and called.isdisjoint(self.dutiful):
            return None
        facts = tuple(_facts(old, new))
        duties = tuple(self.duties(old, new))
        if same_page and not facts and not duties:
            return None
        found = Entry(
            what=What.CHANGED, old=old, new=new, facts=facts, duties=duties,
            comparison=None if same_page else _compared(old, new),
        )  # fmt: skip
        causes = {
            change.new[0].id: cause
            for change in found.changes
            if (cause := self.cause(change, old, new))
        }
        edited = self.base.texts.get(old.path) != self.head.texts.get(new.path)
        own = edited or bool(facts) or len(causes) < len(found.changes)
        own = own or not all(each.shared for each in duties)
        return dataclasses.replace(found, causes=causes, own=own)

    def duties(self, old: Agreement, new: Agreement) -> Iterator[DutyChange]:
        """What has to be done otherwise; nothing of a shared clause that can only not be read."""
        sides = (duties_of(old, self.base.shared), duties_of(new, self.head.shared))
        for change in changes(*sides):
            use = change.owed.clause.shared if change.shared and change.owed.clause else None
            if not (use and self.unreadable(use.id)):
                yield change

    def fresh(self, new: Agreement) -> Entry:
        """A version that was not there, against the one before it or the edition before."""
        if self.unread(self.base, new.unit_id):
            return Entry(what=What.UNREAD, old=None, new=new)
        versions = self.head.versions(new)
        before = [each for each in versions if each.version != new.version]
        earlier = versions[: versions.index(new)] if before else ()
        what = What.EDITION if new.version == AS_SIGNED else What.VERSION
        if not earlier:
            earlier = tuple(
                each
                for each in self.head.editions(new.unit_id, new.series_id)
                if each.period < new.period and each.edition.text is TextState.FULL
            )
            earlier = tuple(each for each in earlier if not each.facts.draft) or earlier
        shared = self.head.shared
        if not earlier:
            duties = changes((), duties_of(new, shared))
            return Entry(what=what, old=None, new=new, duties=duties)
        old = earlier[-1]
        return Entry(
            what=what, old=old, new=new,
            comparison=_compared(old, new), facts=fact_changes(old, new),
            duties=changes(duties_of(old, shared), duties_of(new, shared)),
        )  # fmt: skip

    def unread(self, archive: Archive, unit_id: str) -> bool:
        """Whether a unit is not there only because its file can't be read."""
        path = f"data/units/{unit_id}.yml"
        broken = archive is self.head and any(
            each.path == path and each.code in _UNREADABLE for each in self.problems
        )
        return unit_id not in archive.units and (path in archive.texts or broken)

    def declared(self, key: Key) -> bool:
        """Whether the facts of a version are there, without a page that can be read."""
        unit = self.head.units.get(UnitId(key[0]))
        series = unit.series.get(key[1]) if unit else None
        edition = series.editions.get(key[2]) if series else None
        known = [AS_SIGNED, *map(str, edition.versions)] if edition else []
        return key[3] in known

    def carried(self, key: Key) -> Iterator[str]:
        """The places of a page that only went along with its unit."""
        paths = self.before[key].path, self.after[key].path
        if paths[0] != paths[1] and self.base.texts[paths[0]] == self.head.texts[paths[1]]:
            yield from paths

    # --- why ---

    def cause(self, change: Change, old: Agreement, new: Agreement) -> Cause | None:
        """What outside the page made a clause read otherwise."""
        if len(change.old) != 1 or len(change.new) != 1:
            return None
        (was,), (now,) = change.old, change.new
        use = now.shared
        if use is None or was.shared != use or was.text == now.text:
            return None
        before, after = self.wording(use.id, use.wording)
        if self.unreadable(use.id):
            return Cause("unread", (use.id,), self.title(use.id), None, None)
        if before != after:
            return Cause("wording", (use.id, use.wording), self.title(use.id), before, after)
        given = {name for name, _ in use.blanks}
        held = (terms_of(old.unit, old.period), terms_of(new.unit, new.period))
        for name in sorted(blanks(after or "") - given):
            one, other = (terms.get(name) for terms in held)
            if one != other:
                return Cause("term", (new.unit_id, name), new.unit.name, one, other)
        return None

    def wordings(self) -> Iterator[Cause]:
        """The shared clauses that differ, each wording and duty on its own."""
        for id_ in sorted(self.base.shared.keys() | self.head.shared.keys()):
            one, other = self.base.shared.get(id_), self.head.shared.get(id_)
            if self.unreadable(id_):
                continue
            titles = (one.title if one else None, other.title if other else None)
            if titles[0] != titles[1]:
                yield Cause("title", (id_,), self.title(id_), *titles)
            for period in sorted(
                {*(one.wordings if one else ()), *(other.wordings if other else ())}
            ):
                before, after = self.wording(id_, str(period))
                if before != after:
                    yield Cause("wording", (id_, str(period)), self.title(id_), before, after)
            duties = [each.duties if each else {} for each in (one, other)]
            for name in sorted({*duties[0], *duties[1]}):
                said = [_said(each.get(name)) for each in duties]
                if said[0] != said[1]:
                    yield Cause("duty", (id_, name), self.title(id_), *said)

    def unreadable(self, id_: str) -> bool:
        """Whether a shared clause is there before and after, but can be read only once."""
        path = f"data/clauses/{id_}.yml"
        known = (self.base, self.head)
        return all(path in each.texts for each in known) and not all(
            id_ in each.shared for each in known
        )

    def wording(self, id_: str, period: str) -> tuple[str | None, str | None]:
        """A wording before and after."""
        known = (each.shared.get(id_) for each in (self.base, self.head))
        texts = ({str(k): v for k, v in each.wordings.items()} if each else {} for each in known)
        before, after = (each.get(period) for each in texts)
        return before, after

    def title(self, id_: str) -> str:
        """What readers call a shared clause."""
        known = (each.shared.get(id_) for each in (self.head, self.base))
        return next((each.title for each in known if each), id_)

    def abbreviations(self) -> Iterator[Cause]:
        """The entries of the glossary that differ."""
        if any(each.path == "data/glossary.yml" for each in self.problems):
            return
        before, after = (each.glossary.abbreviations for each in (self.base, self.head))
        for short in sorted(before.keys() | after.keys()):
            if before.get(short) != after.get(short):
                yield Cause("glossary", (short,), short, before.get(short), after.get(short))

    def explained(self, cause: Cause) -> Iterator[Use]:
        """The versions, there before and after, that show an abbreviation of the glossary."""
        short = cause.name[0]
        known = (self.base if cause.new is None else self.head).glossary.abbreviations
        pattern = abbreviations(tuple(known))
        for key, agreement in self.after.items():
            ids = tuple(
                clause.id
                for clause in (agreement.page.clauses if key in self.before else ())
                if short in clause.text and pattern and short in pattern.findall(clause.text)
            )
            if ids:
                yield agreement, ids

    # --- all else ---

    def units(self) -> Iterator[UnitChange]:
        was_of = {self.home(unit_id): unit_id for unit_id in self.base.units}
        for unit_id in sorted({*self.head.units, *was_of}):
            old, new = self.olds.get(unit_id), self.head.units.get(unit_id)
            was = was_of.get(unit_id, unit_id)
            if old is None and new and not self.unread(self.base, unit_id):
                yield UnitChange(unit_id=unit_id, was=was, name=new.name, what="added")
            elif new is None and old and not self.unread(self.head, unit_id):
                yield UnitChange(unit_id=unit_id, was=was, name=old.name, what="removed")
            elif old and new and (old != new or was != unit_id):
                facts = tuple(_differences(old, new, Unit, leave=("series",)))
                named = old.name != new.name or was != unit_id
                if facts or named:
                    yield UnitChange(
                        unit_id=unit_id, was=was, name=new.name, facts=facts,
                        what="renamed" if named else "changed",
                    )  # fmt: skip

    def sources(self) -> Iterator[tuple[str, str]]:
        """The originals that differ, by name."""
        found = dict(_differing(self.base.sources, self.head.sources))
        found |= {path.removeprefix(_SOURCES): what for path, what in self.others.items()
                  if _is_original(path)}  # fmt: skip
        yield from sorted(found.items())

    def files(self, told: set[str]) -> Iterator[tuple[str, str]]:
        """The other files that differ, with what is to be known of them."""
        read = {each.path for each in (*self.base.agreements, *self.head.agreements)}
        read |= {f"data/units/{each}.yml" for each in self.head.units}
        read |= {f"data/clauses/{each}.yml" for each in self.head.shared} | {"data/glossary.yml"}
        broken = {each.path for each in self.problems if each.severity is Severity.ERROR}
        found = dict(_differing(self.base.texts, self.head.texts))
        found |= {path: what for path, what in self.others.items() if not _is_original(path)}
        for path, what in sorted(found.items()):
            if path not in told:
                quiet = what == "changed" and path in read
                yield path, "broken" if path in broken else "quiet" if quiet else what


def _is_original(path: str) -> bool:
    return path.startswith(_SOURCES) and "/" not in path.removeprefix(_SOURCES)


def _paths(entry: Entry) -> Iterator[str]:
    """The files that an entry tells of."""
    fresh = entry.what in (What.EDITION, What.VERSION)
    for each in () if entry.what is What.UNREAD else (entry.old, entry.new):
        if each and not (fresh and each is entry.old):
            if entry.own:
                yield each.path
            duties = any(not change.shared for change in entry.duties)
            if entry.facts or duties or entry.what is not What.CHANGED:
                yield each.data_path


def _compared(old: Agreement, new: Agreement) -> Comparison | None:
    """None where one of them is only a report."""
    if old.page.report or new.page.report:
        return None
    return compare(old.page, new.page, ids_decide=True)


def _differing(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            yield name, "removed" if name in old else "added"
        elif old[name] != new[name]:
            yield name, "changed"


# --- facts in words ---


def _facts(old: Agreement, new: Agreement) -> Iterator[FactChange]:
    """All facts of one version that differ: as changes.json tells them, then the others. Duties are
    told by themselves.
    """
    signed = new.version == AS_SIGNED
    told = [each for each in fact_changes(old, new) if signed or each.field != "supersedes"]
    yield from told
    leave = [*(each.field for each in told), "duties"]
    yield from _differences(old.facts, new.facts, Facts, leave=leave)
    if isinstance(old.facts, LaterVersion) and isinstance(new.facts, LaterVersion):
        yield from _differences(old.facts, new.facts, LaterVersion, leave=_fields(Facts))
    elif signed:
        leave += ["versions", *_fields(Facts)]
        yield from _differences(old.edition, new.edition, Edition, leave=leave)
    if old.page.report != new.page.report:
        texts = ("\n".join(each.printed(FactName.REPORT)) for each in (old, new))
        yield FactChange(field="report", old=next(texts), new=next(texts))


def _fields(of: type) -> list[str]:
    return [each.name for each in dataclasses.fields(of)]


def _differences(
    old: object, new: object, of: type, *, leave: Iterable[str]
) -> Iterator[FactChange]:
    for name in _fields(of):
        one, other = getattr(old, name), getattr(new, name)
        if one != other and not {name, _CALLED.get(name, name)} & set(leave):
            yield FactChange(field=_CALLED.get(name, name), old=_said(one), new=_said(other))


def _said(value: object) -> str | None:
    """A fact in words; None where there is none."""
    if value is None or value is False or (isinstance(value, tuple | Mapping) and not value):
        return None
    if isinstance(value, Seal):
        return f"từ {value.since.words}, mã {value.sha256[:12]}"
    if isinstance(value, PartialDate | Period | When):
        return value.words
    if isinstance(value, StrEnum):
        return VALUE_WORDS.get(value) or FIELD_WORDS[value]  # a part of a version is a field
    if isinstance(value, Mapping):
        pairs = ((VALUE_WORDS[k] if isinstance(k, Side) else k, v) for k, v in value.items())
        return "\n".join(f"{name}: {_said(part)}" for name, part in pairs)
    if isinstance(value, tuple):
        return "\n".join(_said(part) or "" for part in value)
    if dataclasses.is_dataclass(value):
        parts = (
            (each.name, _said(getattr(value, each.name))) for each in dataclasses.fields(value)
        )
        return ", ".join(f"{FIELD_WORDS[name]}: {said}" for name, said in parts if said)
    return "có" if value is True else str(value)
