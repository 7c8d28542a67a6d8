# The files of every unit, in the theme, into the site.
# Hides: on which cores, and that what is no more kept is drawn again.
"""`put_all(run, folder, telling)`: what of each unit the site lacks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from macros.archive import Snapshot
from macros.building.drawn import Drawn, LostError, own_path
from macros.building.folder import Folder, Stamp
from macros.building.run import Run
from macros.building.telling import Telling
from macros.building.unit import Brief, Entry, Maker, Part
from macros.building.units import in_batches
from macros.model import UnitId

# So few units are put faster here than in processes that have to begin.
_FEW = 100


@dataclass(frozen=True, slots=True)
class _Job:
    """What to put of a unit: of its part what is `lacking`, None where the part is not known; its own
    page where it is said what fills the holes of that. `found` are its sources, once it is known
    that not all is kept which was drawn of them.
    """

    unit: UnitId
    read: bytes
    brief: Brief
    lacking: tuple[Entry, ...] | None
    holes: Mapping[str, str] | None = None
    found: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class _Put:
    """What was put: the part where that was not known, the digest of the unit's own page where that
    was asked for, and what the files are on the disk.
    """

    part: Part | None
    own: str
    stamps: Mapping[str, Stamp]


def put_all(run: Run, folder: Folder, telling: Telling) -> None:
    """Put the files of all units into the folder, and fill in their parts."""
    held, keys = run.maker.held, run.maker.keys
    parts: dict[str, Part | None] = {}
    lacking: dict[UnitId, tuple[Entry, ...] | None] = {}
    fronts: list[UnitId] = []
    for unit, brief in run.briefs.items():
        part = parts[unit] = run.maker.part(run.keys[unit], brief)
        found = tuple(each for each in part.files if not folder.keep(*each)) if part else None
        own = held.get(telling.own(unit))
        if not isinstance(own, str) or not folder.keep(own_path(unit), own):
            fronts.append(UnitId(unit))
            lacking[UnitId(unit)] = found
        elif found != ():
            lacking[UnitId(unit)] = found
    holes = telling.holes(fronts)
    jobs = [
        _Job(unit, run.keys[unit], run.briefs[unit], files, holes.get(unit))
        for unit, files in lacking.items()
    ]
    for job, put in _all_put(run, jobs):
        if put.part:
            held["part", keys.part(job.read, job.brief)] = parts[job.unit] = put.part
        if put.own:
            held[telling.own(job.unit)] = put.own
        folder.files |= put.stamps
    run.parts = {unit: part for unit, part in parts.items() if part}


def _all_put(run: Run, jobs: Sequence[_Job]) -> Iterator[tuple[_Job, _Put]]:
    """Each job with what was put; where something is lost, its unit is drawn once more."""
    lost = []
    for job, put in zip(jobs, in_batches(run, jobs, _put_batch, few=_FEW), strict=True):
        if put:
            yield job, put
        else:
            lost.append(replace(job, found=run.found.units[job.unit]))
    for job, put in zip(lost, in_batches(run, lost, _put_batch), strict=True):
        if put is None:
            raise RuntimeError(f"{job.unit} was drawn, and is not there or is another by now")
        yield job, put


def _put_batch(maker: Maker, jobs: Sequence[_Job]) -> list[_Put | None]:
    return [_put(maker, job) for job in jobs]


def _put(maker: Maker, job: _Job) -> _Put | None:
    """None where something is lost, and the job has no sources of which it could be drawn."""
    try:
        return _put_drawn(maker, job, maker.drawn(job.read, job.brief))
    except LostError:
        if maker.context.folder:
            maker.context.folder.taken()  # who puts the unit then gives all its files back
        made = maker.made_anew(job.unit, job.found) if job.found else None
        # Originals are read when they are asked for: one may be another by now.
        if made is None or made.drawn is None or made.key != job.read:
            return None
        return _put_drawn(maker, job, made.drawn)


def _put_drawn(maker: Maker, job: _Job, drawn: Drawn) -> _Put:
    context, part, lacking, own = maker.context, None, job.lacking, ""
    if context.setting is None or context.folder is None:
        raise RuntimeError("no site to put a unit into")
    framed, folder = context.setting.shell.page, context.folder

    @cache
    def pages() -> Mapping[str, bytes]:
        return {path: framed(page) for path, page in drawn.paths.items()}

    if lacking is None:
        digests = ((path, hashlib.sha256(data).hexdigest()) for path, data in pages().items())
        part = Part((*digests, *drawn.listed.files.items()), drawn.listed.news)
        maker.cache.store("part", (maker.keys.part(job.read, job.brief),), part)
        lacking = tuple(each for each in part.files if not folder.keep(*each))
    for path, digest in lacking:
        data = drawn.file(path) if path in drawn.listed.files else pages()[path]
        folder.write(path, data, digest)
    if job.holes is not None:
        html = framed(drawn.own(job.holes))
        own = hashlib.sha256(html).hexdigest()
        folder.write(own_path(job.unit), html, own)
    return _Put(part, own, folder.taken())
