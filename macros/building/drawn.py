# What a unit has in the site before the theme is around it.
# Hides: in which pieces it is kept, so that who asks for one page reads no other.
"""`Drawn`: a unit's pages and files, as they are kept or were made just now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from macros.cache import Cache
from macros.exchange.feed import Entry as News
from macros.markup import SitePage, filled

if TYPE_CHECKING:
    from macros.exchange.documents import Document  # slow to import

V = TypeVar("V")
_KINDS = ("listed", "front", "pages", "files")


class LostError(Exception):
    """Something that was drawn is no more kept."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a unit has besides pages: files by path with their digests. `documents` are kept one by
    one: by path their kind and key. `news` are for the feed of all units.
    """

    files: Mapping[str, str]
    documents: Mapping[str, tuple[str, tuple[bytes, ...]]]
    news: tuple[News, ...]


def own_path(unit: str) -> str:
    """Where a unit's own page is in the site."""
    return f"don-vi/{unit}/index.html"


class Drawn:
    """What was drawn of a unit, by the key of that. LostError where a piece is asked for that is
    neither kept nor was made just now.
    """

    def __init__(self, cache: Cache, key: bytes) -> None:
        self._cache = cache
        self._key = key
        self._documents: dict[str, bytes] = {}

    @cached_property
    def listed(self) -> Listed:
        """What there is besides pages."""
        return self._of("listed", Listed)

    @cached_property
    def front(self) -> SitePage:
        """The unit's own page, with holes."""
        return self._of("front", SitePage)

    @cached_property
    def pages(self) -> tuple[SitePage, ...]:
        """Its other pages."""
        return self._of("pages", tuple)

    @property
    def paths(self) -> Mapping[str, SitePage]:
        """These by their paths in the site."""
        return {f"{page.address}index.html": page for page in self.pages}

    def own(self, holes: Mapping[str, str]) -> SitePage:
        """The unit's own page with what fills its holes."""
        return replace(self.front, html=filled(self.front.html, holes))

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """By path what is listed and is no document."""
        return self._of("files", dict)

    def file(self, path: str) -> bytes:
        """Something that is listed."""
        document = self.listed.documents.get(path)
        if document is None:
            return self.files[path]
        found = self._documents.get(path) or self._cache.get(*document)
        if found is None:
            raise LostError
        return found

    @property
    def is_kept(self) -> bool:
        """Whether all of it is, as far as one sees without a look at it; documents are not asked."""
        return all(self._cache.has(kind, (self._key,)) for kind in _KINDS)

    def keep(
        self, front: SitePage, pages: Iterable[SitePage], files: dict[str, bytes],
        documents: Iterable[Document], news: Iterable[News],
    ) -> None:  # fmt: skip
        """Keep what was drawn now; documents are made where they are not kept."""
        kept = {}
        for each in documents:
            kept[each.address] = each.kind, tuple(each.key)
            self._documents[each.address] = self._cache.of(each.kind, each.key, each.make)
        whole = {**files, **self._documents}
        digests = {path: hashlib.sha256(data).hexdigest() for path, data in whole.items()}
        self.listed = Listed(digests, kept, tuple(news))
        self.front, self.pages, self.files = front, tuple(pages), files
        for kind in _KINDS:
            self._cache.store(kind, (self._key,), getattr(self, kind), packed=True)

    def _of(self, kind: str, of: type[V]) -> V:
        found = self._cache.load(kind, (self._key,), of, packed=True)
        if found is None:
            raise LostError
        return found
