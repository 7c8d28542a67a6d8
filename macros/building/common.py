# The pages about many units, and the search index, put together from what is kept of each.
# Hides: which of them hang on what.
"""`write(run, setting, folder)`: the whole site.

usage ← the bare extracts of all units; the shared clauses
pages of the shared clauses ← usage; how each unit stands to them; the shell's frames
what units show in lists ← the extracts of these units; duties of shared clauses; day
what they have for each school year ← the extracts of these units; which years; day
lists and other common pages ← what all units show; frames
what the home page shows of them ← what all units show
filed of shared clauses and hand-written pages ← usage; glossary; hand-written pages
the feed of all ← the news of all parts
neighbours, groups, index ← the segments of their units; of the index also what is filed besides
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import TypeVar

from macros.archive import read_unit
from macros.building.folder import Folder
from macros.building.putting import put_all
from macros.building.run import Run
from macros.building.shell import Shell
from macros.building.telling import Telling
from macros.building.unit import Maker, Setting, archive_of
from macros.building.units import in_batches
from macros.building.version import version
from macros.cache import Cache
from macros.exchange.subscriptions import feed_of_all
from macros.lists import Lists, Shown, register, shown, years_of
from macros.markup import ENVIRONMENT, SitePage
from macros.model import Archive, UnitId
from macros.render import FEED
from macros.search import (
    Group,
    Segment,
    SharedTexts,
    groups,
    index_files,
    joined_segments,
    merged,
    other_segments,
    shared_texts,
    stretches,
    text_files,
    unit_segment,
)
from macros.usage import Common, Usage, shared_pages

V = TypeVar("V")
# So few groups are filed faster here than in processes that have to begin.
_FEW = 16


def write(run: Run, setting: Setting, folder: Folder) -> None:
    """Everything into the folder, of units that were drawn."""
    made = _Common(run, setting)
    telling = Telling(run, made.common)
    put_all(run, folder, telling)
    pages = made.write(folder, telling)
    for path, data in {**setting.shell.files, **made.glanced()}.items():
        folder.write(path, data)
    _search(made, folder)
    if site_url := setting.shell.site_url:
        folder.write("sitemap.xml", _sitemap(setting.shell, run, pages))
        told = (each for part in run.parts.values() for each in part.news)
        folder.write(FEED, feed_of_all(told, site_url))


class _Common:
    """What is told of many units; each piece is made where it is asked for and not kept."""

    def __init__(self, run: Run, setting: Setting) -> None:
        self.run = run
        self.setting = setting
        duties = sorted((name, each.duties) for name, each in run.beside.shared.items())
        self._with = version(), repr(duties).encode(), str(setting.as_of).encode()

    def write(self, folder: Folder, telling: Telling) -> Sequence[str]:
        """The pages about many units; their paths."""
        run = self.run
        of_shared, of_lists = (run.uses, *telling.rows), (run.units, *self._with)
        shared = self._put_pages(folder, "shared", of_shared, lambda: self._shared(telling))
        lists = self._put_pages(folder, "lists", of_lists, self._pages)
        key = run.maker.keys.common, *of_lists
        run.put(folder, "tables", key, lambda: dict(self._lists.files()))
        return [*shared, *lists]

    def _put_pages(
        self, folder: Folder, kind: str, key: Sequence[bytes],
        pages: Callable[[], Mapping[str, Callable[[], SitePage]]],
    ) -> Sequence[str]:  # fmt: skip
        """Put pages that depend on a key, given by address, into a folder; their paths. They are
        drawn once, whatever the theme around them.
        """
        keys, shell = self.run.maker.keys, self.setting.shell

        def drawn() -> list[SitePage]:
            found = [make() for make in pages().values()]
            for page in found:
                shell.approve(page.html, page.address)
            return found

        def framed() -> dict[str, bytes]:
            found = self.run.kept(f"{kind}-drawn", (keys.common, *key), list, drawn)
            return {f"{each.address}index.html": shell.page(each) for each in found}

        return self.run.put(folder, kind, (keys.common, keys.theme, *key), framed)

    def glanced(self) -> Mapping[str, bytes]:
        """The hand-written pages that show the latest year."""
        shell = self.setting.shell
        key = self.run.units, *self._with, *(up.encode() for up in shell.ups)

        def shown() -> dict[str, str]:
            return {up: self._lists.glance(up) for up in shell.ups}

        glances: dict[str, str] = self.run.kept("glance", key, dict, shown) if shell.ups else {}
        return shell.glanced(glances.__getitem__)

    def filed(self) -> list[SharedTexts]:
        """What is filed of the shared clauses."""

        def found() -> list[SharedTexts]:
            return shared_texts(Usage(self._bare, common=self.common))

        return self.run.kept("filed", (version(), self.run.uses), list, found)

    @cached_property
    def _bare(self) -> Archive:
        """All units with nothing but what speaks of shared clauses."""
        return archive_of(self.run.bare, self.run.beside.shared)

    @cached_property
    def common(self) -> Common:
        key = version(), self.run.uses
        return self.run.kept("usage", key, Common, lambda: Usage(self._bare).common)

    def _shared(self, telling: Telling) -> Mapping[str, Callable[[], SitePage]]:
        own = telling.standings(self._bare)
        return shared_pages(Usage(self._bare, common=self.common, standings=own))

    def _pages(self) -> Mapping[str, Callable[[], SitePage]]:
        return self._lists.pages()

    @cached_property
    def _lists(self) -> Lists:
        as_of, contact = self.setting.as_of, self.setting.shell.contact
        found = list(self._of_neighbours("shown", (), Shown, lambda some: shown(some, as_of)))
        years = years_of(found, as_of)
        told = [repr(years).encode()]
        held = self._of_neighbours("held", told, dict, lambda some: register(some, as_of, years))
        return Lists(found, held, as_of, contact)

    def _of_neighbours(
        self, kind: str, key: Sequence[bytes], of: type[V], find: Callable[[Archive], V]
    ) -> Iterator[V]:
        """What is found in the facts of some units each; kept, so that an edit costs those of its
        neighbours.
        """
        for units in stretches(groups(self.run.briefs)):
            digests = (self.run.briefs[unit].digest for unit in units)
            make = partial(self._found, units, find)
            yield self.run.kept(kind, (*self._with, *key, *digests), of, make)

    def _found(self, units: Sequence[UnitId], find: Callable[[Archive], V]) -> V:
        return find(archive_of(self.run.extracts(units), self.run.beside.shared))


def _search(made: _Common, folder: Folder) -> None:
    """The index, and the texts of what is no unit's."""
    run, setting = made.run, made.setting
    shell, short = setting.shell, run.beside.glossary.abbreviations
    key = run.maker.keys.filed, run.uses, shell.told
    of = {unit: run.maker.keys.segment(run.keys[unit], run.briefs[unit]) for unit in run.briefs}

    @cache
    def others() -> list[Segment]:
        return other_segments(short, made.filed(), shell.written)

    def texts() -> dict[str, bytes]:
        return {path: data for segment in others() for path, data in text_files(segment)}

    def index() -> dict[str, bytes]:
        other = run.kept("others", key, Group, lambda: merged(others()))
        return dict(index_files(short, [*_groups(run, setting, of), other]))

    run.put(folder, "texts", key, texts)
    run.put(folder, "index", (*key, *of.values()), index)


def _groups(run: Run, setting: Setting, of: Mapping[str, bytes]) -> Iterator[Group]:
    """What is filed of all units, by the keys of that; groups in which nothing changed are taken
    over, and in the others what is filed of those neighbours of whom none changed.
    """
    every = [[of[unit] for unit in units] for units in groups(run.briefs)]
    cache = run.context.cache
    found = [cache.load("group", keys, Group) for keys in every]
    lost = [place for place, group in enumerate(found) if group is None]
    made = in_batches(run, [every[place] for place in lost], _grouped, 1, _FEW)
    units = {key: UnitId(unit) for unit, key in of.items()}

    def again(key: bytes) -> Segment:
        archive = read_unit(run.found.units[units[key]], units[key], run.beside).archive
        return replace(unit_segment(archive, units[key], setting.as_of), texts=())

    for place, group in zip(lost, made, strict=True):
        found[place] = group or _group(cache, every[place], again)
    return (group for group in found if group)


def _grouped(maker: Maker, every: Sequence[Sequence[bytes]]) -> list[Group | None]:
    """Groups by the keys of what is filed of their units; None where some of that is not kept."""
    return [_group(maker.cache, keys, lambda _: None) for keys in every]


def _group(
    cache: Cache, keys: Sequence[bytes], again: Callable[[bytes], Segment | None]
) -> Group | None:
    """A group, now kept; `again` files what is not kept by a key, or does not."""
    near = []
    for few in stretches([keys]):
        some = cache.load("some", few, Segment)
        if some is None:
            own = []
            for key in few:
                segment = cache.load("segment", (key,), Segment)
                if segment is None:
                    segment = again(key)
                    if segment is None:
                        return None
                    cache.store("segment", (key,), segment)
                own.append(segment)
            some = joined_segments(own)
            cache.store("some", few, some)
        near.append(some)
    group = merged(near)
    cache.store("group", keys, group)
    return group


def _sitemap(shell: Shell, run: Run, common: Sequence[str]) -> bytes:
    """What search engines are told; each text once, where it is always found."""
    pages = [*shell.addresses, *_addresses(common)]
    for unit, part in run.parts.items():
        own = f"don-vi/{unit}/"
        pages += [own, *_addresses(path for path, _ in part.files if path.startswith(own))]
    start = shell.site_url.rstrip("/")
    template = ENVIRONMENT.get_template("sitemap.xml")
    return template.render(addresses=[f"{start}/{page}" for page in pages]).encode()


def _addresses(paths: Iterable[str]) -> Iterator[str]:
    return (path.removesuffix("index.html") for path in paths if path.endswith("/index.html"))
