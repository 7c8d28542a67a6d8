# All units together: what is wrong between them, the pages about many, and the search index.
# Hides: of which units more is read than an extract holds.
"""`Whole`: an archive in which most pages hold only the clauses that use shared wordings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from macros import checks, keeping, safety
from macros.archive import Beside, Loaded, Snapshot, misplaced, strays, unit_of
from macros.building.unit import Brief, Extract
from macros.model import Agreement, Archive, Unit, UnitId
from macros.problem import Problem

_LINKED = re.compile(r"don-vi/([a-z0-9-]+)/")


class Whole:
    """The units of a snapshot by what is known of each. `extracts` gives the rest of what all else
    asks of units, `read` all that is in one; they are called where that is asked.
    """

    def __init__(
        self, found: Snapshot, beside: Beside, briefs: Mapping[str, Brief],
        extracts: Callable[[], Mapping[str, Extract]], read: Callable[[str], Loaded],
    ) -> None:  # fmt: skip
        self.found = found
        self.beside = beside
        self.briefs = briefs
        self._extracts = extracts
        self._read = read

    @cached_property
    def archive(self) -> Archive:
        """All units, with the light pages."""
        return self._archive({})

    def _archive(self, read: Mapping[str, Loaded]) -> Archive:
        units: dict[UnitId, Unit] = {}
        agreements: list[Agreement] = []
        places, texts = dict(self.beside.places), dict(self.beside.texts)
        extracts = self._extracts()
        for unit_id in self.briefs:
            if loaded := read.get(unit_id):
                units |= loaded.archive.units
                agreements += loaded.archive.agreements
                places |= loaded.archive.places
                texts |= loaded.archive.texts
            elif (extract := extracts[unit_id]).unit:
                units[UnitId(unit_id)] = extract.unit
                agreements += extract.agreements
        return Archive(
            units=units,
            agreements=tuple(agreements),
            shared=self.beside.shared,
            glossary=self.beside.glossary,
            places=places,
            sources=self.beside.originals,
            texts=texts,
            left_out=self.beside.left_out,
        )

    def between(self) -> tuple[Problem, ...]:
        """What is wrong between units, between pages, in names of files: all that is in no unit alone
        but what only `of_pages` has.
        """
        found = {*self.found.problems, *misplaced(self.found)}
        # Who has mistakes, and who is linked to, is read whole; so is the file of a unit in which
        # something is found now, for its lines.
        read: dict[str, Loaded] = {}
        more = self.linked | {unit for unit, each in self.briefs.items() if not each.whole}
        while True:
            for unit in more - read.keys():
                read[unit] = self._read(unit)
            together = {*checks.check_together(self._archive(read)), *self._of_many(read)}
            more = {unit for p in together if (unit := unit_of(p.path)) in self.briefs}
            if more <= read.keys():
                break
        # What the rules find says nothing of whether a unit's facts could be read.
        unread = found | {problem for each in read.values() for problem in each.problems}
        unnamed = strays(self.found, self.archive.units, unread)
        return tuple(sorted({*found, *together, *unnamed}))

    def elsewhere(self) -> Iterator[Problem]:
        """What units find wrong in files that are no unit's."""
        return self._of_many(
            {unit: self._read(unit) for unit, brief in self.briefs.items() if brief.elsewhere}
        )

    def _of_many(self, read: Mapping[str, Loaded]) -> Iterator[Problem]:
        """What several units find wrong in a file that they share: told once for all."""
        affected = {unit: each for unit, each in read.items() if self.briefs[unit].elsewhere}
        if affected:
            archive = Archive(
                units={k: v for each in affected.values() for k, v in each.archive.units.items()},
                agreements=tuple(a for each in affected.values() for a in each.archive.agreements),
                shared=self.beside.shared,
                places={
                    **self.beside.places,
                    **{k: v for each in affected.values() for k, v in each.archive.places.items()},
                },
                sources=self.beside.originals,
                left_out=self.beside.left_out,
            )
            for problem in (*checks.check_unit(archive), *keeping.check(archive)):
                if not unit_of(problem.path):
                    yield problem

    @cached_property
    def linked(self) -> set[str]:
        """The units whose pages a hand-written page leads to: their ids of clauses are asked for."""
        texts = " ".join(text for path, text in self.beside.texts.items() if path.endswith(".md"))
        return {*_LINKED.findall(texts)} & self.briefs.keys()


def of_pages(
    beside: Beside, kept: Callable[[str, Callable[[], Sequence[Problem]]], Iterable[Problem]]
) -> Iterator[Problem]:
    """What is wrong in the files that are no unit's, as far as each tells it alone. `kept` is asked
    for what only hangs on the text at a path, with what finds it.
    """
    archive = Archive(
        units={}, agreements=(), shared=beside.shared, glossary=beside.glossary,
        places=beside.places, texts=beside.texts, left_out=beside.left_out,
    )  # fmt: skip
    yield from beside.problems
    yield from checks.check_unit(archive)
    for path, text in beside.texts.items():
        yield from kept(path, partial(_unsafe, path, text))
    yield from checks.hand_written(archive)


def _unsafe(path: str, text: str) -> tuple[Problem, ...]:
    return tuple(safety.check(Archive(units={}, agreements=(), texts={path: text})))
