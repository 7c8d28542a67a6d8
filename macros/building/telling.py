# What the page of a unit says of others, put in when all units are known.
# Hides: that this is kept too, and that how a unit stands to the shared clauses lies apart from it,
# where only the pages about those look.
"""`tell(run, common, folder)`: each unit's own page; `standings`: all units against the model."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from macros.against import Answer
from macros.building.folder import Folder
from macros.building.run import Run
from macros.building.unit import Context, Extract, Maker
from macros.building.units import in_batches
from macros.markup import filled
from macros.model import Agreement, Archive, SeriesId, UnitId
from macros.publish import Publication
from macros.render import Contact
from macros.usage import Common, Key, Standing, Usage, newest_texts

# By series the answers, and the rows on the pages of the shared clauses.
Answers = dict[SeriesId, tuple[Mapping[str, Answer], Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A unit of which is to be told what its page says of others."""

    unit: UnitId
    extract: Extract
    newest: tuple[Agreement, ...]
    page: bytes
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """What fills the holes of a unit's page, and the digest of the whole page. `key`: by which the
    answers are kept; `answers` is their digest.
    """

    holes: Mapping[str, str]
    page: str
    key: bytes = b""
    answers: bytes = b""


def tell(run: Run, common: Common, folder: Folder) -> dict[str, Told]:
    """Write each unit's own page with what it says of others; by unit, in their order, what was told."""
    told: dict[str, Told] = {}
    keys = _keys(run, common)
    todo = []
    for unit, key in keys.items():
        run.told[unit] = key
        if found := run.maker.asked("told", key, Told):
            told[unit] = found
        else:
            todo.append(unit)
    for unit, made, answers in _in_batches(run, common, todo):
        told[unit] = _kept(run, keys[unit], made, answers)
    for unit, part in run.parts.items():
        each, path = told[unit], f"don-vi/{unit}/index.html"
        if not folder.keep(path, each.page):
            folder.write(path, filled(zlib.decompress(part.page).decode(), each.holes).encode())
    return {unit: told[unit] for unit in run.parts}


def standings(
    run: Run, common: Common, told: Mapping[str, Told], archive: Archive
) -> dict[Key, Standing]:
    """Each series against the shared clauses; `archive` has all units."""
    found: dict[str, Answers] = {}
    for unit, each in told.items():
        answers: Answers | None = run.context.cache.load("answers", (each.key,), dict)
        if answers is not None:
            found[unit] = answers
    lost = [unit for unit in told if unit not in found]
    found |= {unit: answers for unit, _, answers in _in_batches(run, common, lost)}
    return {
        key: Standing(agreement=newest, answers=answers, rows=rows)
        for key, newest in newest_texts(archive)
        if key[1] in found[key[0]]
        for answers, rows in [found[key[0]][key[1]]]
    }


def _keys(run: Run, common: Common) -> dict[str, bytes]:
    """What is told depends on: the unit's part, what all units tell of the shared clauses, those,
    the name of its successor.
    """
    shared = repr((_ordered(common), run.clauses)).encode()
    keys = {}
    for unit in run.parts:
        brief = run.briefs[unit]
        digest = hashlib.sha256(run.maker.keys.part(run.keys[unit], brief))
        digest.update(hashlib.sha256(shared).digest() + _after(run, unit).encode())
        keys[unit] = digest.digest()
    return keys


def _after(run: Run, unit: str) -> str:
    successor = run.briefs[unit].successor
    return run.briefs[successor].name if successor in run.briefs else ""


def _ordered(common: Common) -> object:
    return (
        sorted((name, sorted(kinds)) for name, kinds in common.headings.items()),
        sorted(common.samples),
        sorted((name, sorted(meant.items())) for name, meant in common.meant.items()),
    )


def _kept(run: Run, key: bytes, made: Told, answers: Answers) -> Told:
    cache = run.context.cache
    digest = hashlib.sha256(repr(answers).encode()).digest()
    told = replace(made, key=key, answers=digest)
    cache.store("answers", (key,), answers)
    cache.store("told", (key,), told)
    run.maker.held["told", key] = told
    return told


def _in_batches(run: Run, common: Common, units: Sequence[str]) -> list[tuple[str, Told, Answers]]:
    asked = [
        _Asked(
            UnitId(unit), run.extract(unit), run.newest(unit), run.parts[unit].page,
            _after(run, unit),
        )
        for unit in units
    ]  # fmt: skip
    return list(in_batches(run, asked, partial(_tell_batch, common)))


def _tell_batch(
    common: Common, maker: Maker, asked: Sequence[_Asked]
) -> list[tuple[str, Told, Answers]]:
    return [(each.unit, *_told(maker.context, each, common)) for each in asked]


def _told(context: Context, asked: _Asked, common: Common) -> tuple[Told, Answers]:
    beside, setting, unit = context.beside, context.setting, asked.unit
    own = Archive(
        units={unit: asked.extract.unit} if asked.extract.unit else {},
        agreements=asked.newest or asked.extract.agreements,
        shared=beside.shared,
        glossary=beside.glossary,
    )
    usage = Usage(own, common=common)
    day, contact = (setting.as_of, setting.shell.contact) if setting else (date.min, Contact())
    holes = Publication(own, day, contact, usage).beside(unit, asked.after)
    page = filled(zlib.decompress(asked.page).decode(), holes).encode()
    # What is not shown of an answer is not told: clauses have lines, which move.
    answers: Answers = {
        key[1]: (
            {name: replace(one, clause=None, text="") for name, one in each.answers.items()},
            dict(each.rows),
        )
        for key, each in usage.standings.items()
    }
    return Told(holes, hashlib.sha256(page).hexdigest()), answers
