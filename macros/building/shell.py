# What MkDocs gives the site: the pages that people wrote, the assets, and the theme around all else.
# Hides: how a frame is filled. Refuses: to know MkDocs; `hooks` makes the shell, once for all pages.
"""`Shell`: made when a hand-written page, the theme or the configuration changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from markupsafe import escape

from macros.cache import Cache
from macros.checks import RESERVED
from macros.markup import OVERVIEW, Contents, SitePage, up_from
from macros.render import FEED as FEED_FILE
from macros.render import Contact
from macros.search import Written
from macros.serving import inline_scripts, source_of, unknown_script

# Places in a frame; no source may hold the characters around them (S102).
TITLE, DESCRIPTION, CONTENT, CANONICAL, FEED, FIRST, CONTENTS = (
    f"\x02{name}\x03"
    for name in ("title", "description", "content <h1", "canonical", "feed", "first", "contents")
)
_PLACE = re.compile("(\x02[a-z0-9< ]+\x03)")
_CONTENTS_LIST = re.compile(
    r'(<ul class="md-nav__list" data-md-component="toc"[^>]*>)(?:(?!</ul>).)*?'
    + CONTENTS
    + r".*?(</ul>)",
    re.DOTALL,
)
_ASSETS = "assets/"
# Texts in generated pages are escaped, so this is an attribute.
_ASSET = re.compile(r'(?<==")((?:\.\./)*)(assets/[\w./-]+)(?=")')
_OF_UNIT = re.compile(rf"don-vi/(?!{RESERVED}/)[a-z0-9-]+/")
# How deep pages stand below the site's root.
DEEPEST = 8
V = TypeVar("V")


class UnknownScriptError(Exception):
    """A page holds a script that nobody has accepted."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Pages with one frame: as deep below the root, with or without a contents list, in a
    document's dress or not; or the one page of that address, which stands in the navigation.
    """

    depth: int
    contents: bool
    document: bool
    address: str = ""


@dataclass(frozen=True)
class Shell:
    """`files`: by path below the site's root; where a page shows the latest year at a glance, its
    mark stands. `frames`: the theme around a page, in pieces. `names`: the public names of assets.
    `leaf` and `branch`: a line of a contents list without and with lines below it. `addresses`: of
    the hand-written pages, in the order of the navigation. `scripts`: those that may stand in a
    page, as a policy has them.
    """

    files: Mapping[str, bytes]
    frames: Mapping[Kind, Sequence[str]]
    leaf: Sequence[str]
    branch: Sequence[str]
    names: Mapping[str, str]
    written: Sequence[Written]
    addresses: Sequence[str]
    scripts: Sequence[str] = ()
    site_url: str = ""
    contact: Contact = field(default_factory=Contact)
    downloads: bool = True

    def page(self, made: SitePage) -> bytes:
        """A generated page in its frame; both were approved already."""
        html = made.html
        if _ASSETS in html:
            html = _ASSET.sub(lambda found: found[1] + self.names.get(found[2], found[2]), html)
        places = {
            TITLE: str(escape(made.title)),
            DESCRIPTION: str(escape(made.description)),
            CONTENT: html,
            CANONICAL: self.canonical(made),
            FEED: self._feed(made),
            FIRST: str(escape(made.contents[0].id)) if made.contents else "",
            CONTENTS: self._items(_nested(made.contents)),
        }
        return "".join(places.get(part, part) for part in self._frame(made)).encode()

    def _items(self, items: Sequence[_Item]) -> str:
        """Lines of the contents list, each with those below it."""
        return "\n".join(
            "".join(
                {
                    TITLE: str(escape(item.line.title)),
                    FIRST: str(escape(item.line.id)),
                    CONTENTS: self._items(item.below),
                }.get(part, part)
                for part in (self.branch if item.below else self.leaf)
            )
            for item in items
        )

    def _frame(self, made: SitePage) -> Sequence[str]:
        kind = Kind(made.address.count("/"), bool(made.contents), bool(made.source))
        return self.frames.get(replace(kind, address=made.address)) or self.frames[kind]

    def _feed(self, made: SitePage) -> str:
        """The link to the feed of the unit that a page is about; empty where there are no feeds."""
        unit = _OF_UNIT.match(made.canonical or made.address) if self.site_url else None
        if unit is None:
            return ""
        address = f"{up_from(made.address)}{unit[0]}{FEED_FILE}"
        return f'<link rel="alternate feed" type="application/atom+xml" title="Tin của đơn vị này" href="{address}">'

    def canonical(self, made: SitePage) -> str:
        """The whole address that search engines shall keep; empty where the site's is not known."""
        if not self.site_url:
            return ""
        return self.site_url.rstrip("/") + "/" + (made.canonical or made.address)

    def approve(self, html: str, address: str) -> None:
        """Raise UnknownScriptError where a page, or a part of it, holds a script that nobody has
        accepted.
        """
        # Letters beyond ASCII name no script; without them this is ten times as fast.
        for script in inline_scripts(html) if b"<script" in html.encode().lower() else ():
            if source_of(script) not in self.scripts:
                raise UnknownScriptError(unknown_script(address, script))

    @property
    def told(self) -> bytes:
        """A digest of what is filed of the hand-written pages."""
        return hashlib.sha256(repr(self.written).encode()).digest()

    @property
    def ups(self) -> tuple[str, ...]:
        """The ways to the site's root from the hand-written pages that show the latest year."""
        mark = OVERVIEW.encode()
        return tuple(sorted({_up(path) for path, page in self.files.items() if mark in page}))

    def glanced(self, glance: Callable[[str], str]) -> Mapping[str, bytes]:
        """The hand-written pages that show the latest year, with what `glance` gives for the way
        from a page to the site's root.
        """
        mark = OVERVIEW.encode()
        found = {}
        for path, page in self.files.items():
            if mark in page:
                shown = glance(_up(path)).encode()
                found[path] = page.replace(b"<p>" + mark + b"</p>", shown).replace(mark, b"")
        return found


@dataclass(frozen=True)
class Kept:
    """The parts of shells that were made before. `around`: a digest of all that every part depends
    on; `pages`: by path below docs/ one of what the content of a hand-written page depends on too.
    """

    cache: Cache = field(default_factory=lambda: Cache(None))
    around: bytes = b""
    pages: Mapping[str, bytes] = field(default_factory=dict)

    def load(self, kind: str, of: type[V], page: str = "", outline: bytes = b"") -> V | None:
        """A part as `store` was given it; None where it is not kept for what is now."""
        key = self._key(page, outline)
        return self.cache.load(kind, key, of) if key else None

    def store(self, kind: str, value: object, page: str = "", outline: bytes = b"") -> None:
        """Keep a part: of one page, or of what is around all; where it depends on the `outline` of
        all pages, also by that.
        """
        if key := self._key(page, outline):
            self.cache.store(kind, key, value)

    def _key(self, page: str, outline: bytes) -> tuple[bytes, ...] | None:
        if page and page not in self.pages:  # MkDocs found it where the sources have none
            return None
        return self.around, outline, page.encode(), self.pages.get(page, b"")


def _up(path: str) -> str:
    return up_from(path.removesuffix("index.html"))


@dataclass(frozen=True, slots=True)
class _Item:
    line: Contents
    below: list[_Item] = field(default_factory=list)


def _nested(lines: Sequence[Contents]) -> list[_Item]:
    top: list[_Item] = []
    path: list[_Item] = []
    for line in lines:
        item = _Item(line)
        while path and path[-1].line.level >= line.level:
            path.pop()
        (path[-1].below if path else top).append(item)
        path.append(item)
    return top


def pieces(html: str) -> list[str]:
    """What the theme rendered around places, cut at them."""
    return _PLACE.split(html)


def frame(html: str) -> list[str]:
    """A page as the theme rendered it around the places, in pieces."""
    return _PLACE.split(_CONTENTS_LIST.sub(rf"\1\n{CONTENTS}\n\2", html))
