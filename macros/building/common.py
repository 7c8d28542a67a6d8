# The pages about many units, and the search index, put together from what is kept of each.
# Hides: which of them hang on what.
"""`write(run, setting, folder)`: the whole site.

usage ← the bare extracts of all units; the shared clauses
list of the shared clauses ← usage; the shell's frames
pages of a shared clause ← the bare extracts of all units; its file; what usage tells of it; how each
    unit stands to it; the shell's frames
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
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypeVar

from macros.building.folder import Folder
from macros.building.putting import put_all
from macros.building.run import Run
from macros.building.shell import Shell
from macros.building.telling import Telling
from macros.building.unit import Maker, Part, Setting, archive_of
from macros.building.units import in_batches
from macros.building.version import version
from macros.cache import Cache
from macros.exchange.subscriptions import feed_of_all
from macros.lists import BELOW as LISTS
from macros.lists import Lists, Shown, register, shown, years_of
from macros.markup import ENVIRONMENT, SitePage
from macros.model import Archive, UnitId
from macros.render import FEED
from macros.search import (
    FOLDER,
    TEXTS,
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
from macros.usage import BASE, Common, Usage, clause_pages, index_pages

V = TypeVar("V")
# So few groups are filed faster here than in processes that have to begin.
_FEW = 16
SITEMAP = "sitemap.xml"
_Pages = Callable[[], Mapping[str, Callable[[], SitePage]]]
# Pages by address, and before them all that they depend on but code and what stands around them.
_Piece = tuple[Sequence[bytes], _Pages]


@dataclass(frozen=True)
class Lot:
    """Files that are made together, by path, and kept by a key. `below`: how their paths can begin.
    `of_all`: each unit is looked at for them; `of_drawn`: and drawn before anything is asked.
    """

    kind: str
    below: tuple[str, ...]
    key: Callable[[], Sequence[bytes]]
    make: Callable[[], Mapping[str, bytes]]
    of_all: bool = False
    of_drawn: bool = False


def write(run: Run, setting: Setting, folder: Folder) -> None:
    """Everything into the folder, of units that were drawn."""
    made = Together(run, setting)
    put_all(run, folder, made.telling)
    put = {lot.kind: run.put(folder, lot.kind, lot.key(), lot.make) for lot in made.lots}
    for path, data in made.written.items():
        folder.write(path, data)
    if setting.shell.site_url:
        for path, data in made.of_all(run.parts, [*put["shared"], *put["lists"]]).items():
            folder.write(path, data)


class Together:
    """What is told of many units; each piece is made where it is asked for and not kept."""

    def __init__(self, run: Run, setting: Setting) -> None:
        self.run = run
        self.setting = setting
        duties = sorted((name, each.duties) for name, each in run.beside.shared.items())
        self._with = version(), repr(duties).encode(), str(setting.as_of).encode()

    @cached_property
    def telling(self) -> Telling:
        """What the pages of units say of others."""
        return Telling(self.run, self.common)

    @cached_property
    def lots(self) -> Sequence[Lot]:
        """The pages about many units with what belongs to them, and the search."""
        run, of_lists = self.run, (self.run.units, *self._with)
        search = _Search(self)
        return [
            self._of_pages("shared", (BASE,), self._shared, of_all=True),
            Lot("texts", (TEXTS,), lambda: search.key, search.texts),
            Lot(
                "index", (FOLDER,), lambda: (*search.key, *search.of.values()), search.index,
                of_all=True, of_drawn=True,
            ),
            self._of_pages("lists", LISTS, lambda: [(of_lists, self._pages)]),
            Lot(
                "tables", LISTS, lambda: (run.maker.keys.common, *of_lists),
                lambda: dict(self._lists.files()),
            ),
        ]  # fmt: skip

    def _of_pages(
        self, kind: str, below: tuple[str, ...], pieces: Callable[[], Iterable[_Piece]],
        *, of_all: bool = False,
    ) -> Lot:  # fmt: skip
        """Pages in pieces. A piece is drawn once, whatever the theme around its pages and whatever
        is in the other pieces.
        """
        keys, shell = self.run.maker.keys, self.setting.shell

        def drawn(pages: _Pages) -> list[SitePage]:
            found = [make() for make in pages().values()]
            for page in found:
                shell.approve(page.html, page.address)
            return found

        def framed() -> dict[str, bytes]:
            return {
                f"{each.address}index.html": shell.page(each)
                for own, pages in pieces()
                for each in self.run.kept(
                    f"{kind}-drawn", (keys.common, *own), list, partial(drawn, pages)
                )
            }

        def key() -> list[bytes]:
            return [keys.common, keys.theme, *(part for own, _ in pieces() for part in own)]

        return Lot(kind, below, key, framed, of_all)

    @cached_property
    def written(self) -> Mapping[str, bytes]:
        """The files of the shell: in hand-written pages, the latest year where one shows it."""
        shell = self.setting.shell
        key = self.run.units, *self._with, *(up.encode() for up in shell.ups)

        def shown() -> dict[str, str]:
            return {up: self._lists.glance(up) for up in shell.ups}

        glances: dict[str, str] = self.run.kept("glance", key, dict, shown) if shell.ups else {}
        return {**shell.files, **shell.glanced(glances.__getitem__)}

    def of_all(self, parts: Mapping[str, Part], common: Iterable[str]) -> Mapping[str, bytes]:
        """What only a site with an address has: what search engines are told, the feed of all.
        `common`: the paths of the pages about many units.
        """
        shell = self.setting.shell
        told = (each for part in parts.values() for each in part.news)
        return {
            SITEMAP: _sitemap(shell, parts, common),
            FEED: feed_of_all(told, shell.site_url),
        }

    def filed(self) -> list[SharedTexts]:
        """What is filed of the shared clauses."""

        def found() -> list[SharedTexts]:
            return shared_texts(self._usage)

        return self.run.kept("filed", (version(), self.run.uses), list, found)

    @cached_property
    def _bare(self) -> Archive:
        """All units with nothing but what speaks of shared clauses."""
        return archive_of(self.run.bare, self.run.beside.shared)

    @cached_property
    def common(self) -> Common:
        key = version(), self.run.uses
        return self.run.kept("usage", key, Common, lambda: Usage(self._bare).common)

    def _shared(self) -> Iterator[_Piece]:
        run = self.run
        yield (run.uses,), lambda: index_pages(self._usage)
        for name, told in self.telling.of_clauses.items():
            yield (name.encode(), run.bares, *told), partial(self._of_clause, name)

    def _of_clause(self, name: str) -> Mapping[str, Callable[[], SitePage]]:
        return clause_pages(self._usage, name, self.telling.rows)

    @cached_property
    def _usage(self) -> Usage:
        """What all units tell of the shared clauses that they use."""
        return Usage(self._bare, common=self.common)

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


class _Search:
    """The index, and the texts of what is no unit's. `of`: by unit the key of what is filed of it."""

    def __init__(self, made: Together) -> None:
        self._made = made
        self._short = made.run.beside.glossary.abbreviations

    @property
    def key(self) -> tuple[bytes, ...]:
        run, shell = self._made.run, self._made.setting.shell
        return run.maker.keys.filed, run.uses, shell.told

    @cached_property
    def of(self) -> Mapping[str, bytes]:
        run = self._made.run
        keys = run.maker.keys
        return {unit: keys.segment(run.keys[unit], run.briefs[unit]) for unit in run.briefs}

    def texts(self) -> dict[str, bytes]:
        return {path: data for segment in self._others for path, data in text_files(segment)}

    def index(self) -> dict[str, bytes]:
        other = self._made.run.kept("others", self.key, Group, lambda: merged(self._others))
        return dict(index_files(self._short, [*self._groups(), other]))

    @cached_property
    def _others(self) -> list[Segment]:
        return other_segments(self._short, self._made.filed(), self._made.setting.shell.written)

    def _groups(self) -> Iterator[Group]:
        """What is filed of all units; groups in which nothing changed are taken over, and in the
        others what is filed of those neighbours of whom none changed.
        """
        run, as_of = self._made.run, self._made.setting.as_of
        every = [[self.of[unit] for unit in units] for units in groups(run.briefs)]
        cache = run.context.cache
        found = [cache.load("group", keys, Group) for keys in every]
        lost = [place for place, group in enumerate(found) if group is None]
        made = in_batches(run, [every[place] for place in lost], _grouped, 1, _FEW)
        units = {key: UnitId(unit) for unit, key in self.of.items()}

        def again(key: bytes) -> Segment:
            archive = run.read(units[key]).archive
            return replace(unit_segment(archive, units[key], as_of), texts=())

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


def _sitemap(shell: Shell, parts: Mapping[str, Part], common: Iterable[str]) -> bytes:
    """What search engines are told; each text once, where it is always found."""
    pages = [*shell.addresses, *_addresses(common)]
    for unit, part in parts.items():
        own = f"don-vi/{unit}/"
        pages += [own, *_addresses(path for path, _ in part.files if path.startswith(own))]
    start = shell.site_url.rstrip("/")
    template = ENVIRONMENT.get_template("sitemap.xml")
    return template.render(addresses=[f"{start}/{page}" for page in pages]).encode()


def _addresses(paths: Iterable[str]) -> Iterator[str]:
    return (path.removesuffix("index.html") for path in paths if path.endswith("/index.html"))
