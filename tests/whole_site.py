"""Every generated page and file of an archive, as a build puts them together from parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from macros.lists import Lists
from macros.markup import SitePage, filled
from macros.model import Archive, UnitId
from macros.publish import Publication
from macros.render import Contact
from macros.usage import shared_pages

Pages = dict[str, Callable[[], SitePage]]


class WholeSite:
    """The site of an archive on a day."""

    def __init__(self, archive: Archive, day: date, contact: Contact | None = None) -> None:
        self.archive = archive
        self.publication = Publication(archive, day, contact or Contact())
        self.lists = Lists.of(archive, day, contact or Contact())

    def common(self) -> Pages:
        """The pages about many units, by address."""
        shared = shared_pages(self.publication.usage)
        return {**shared, **self.lists.pages()}

    def pages(self) -> Pages:
        """Every page by its address, made when it is called for."""
        found = {
            address: make
            for unit in self.archive.units
            for address, make in self.publication.of_unit(unit).items()
        }
        for unit_id in self.archive.units:
            address = f"don-vi/{unit_id}/"
            found[address] = partial(self._unit_page, unit_id, found[address])
        return found | self.common()

    def _unit_page(self, unit_id: UnitId, make: Callable[[], SitePage]) -> SitePage:
        page = make()
        after = self.archive.units.get(UnitId(self.archive.units[unit_id].successor or ""))
        holes = self.publication.beside(unit_id, after.name if after else "")
        return replace(page, html=filled(page.html, holes))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file that is no page: address and bytes."""
        for unit_id in self.archive.units:
            yield from self.publication.files_of(unit_id)
        yield from self.lists.files()
