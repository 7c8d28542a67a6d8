# The only place that escapes: one Jinja environment with autoescape for every page of the house.
# Refuses: undefined names in templates, and addresses that name a host.
"""What all generated pages are made of: templates, and the page as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jinja2
from markupsafe import Markup

from macros.model import ClauseId

ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("macros"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def capital(text: str) -> str:
    """With its first letter large and the others as they are."""
    return text[:1].upper() + text[1:]


ENVIRONMENT.filters["capitalize_first"] = capital


@dataclass(frozen=True, slots=True)
class Contents:
    """A line of the contents list; `level` counts from 2, as headings do."""

    id: str
    title: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A page below the theme: `address` ends in `/` and is relative to the site's root.

    `source` is the file that it shows; `canonical` the address that search engines shall keep
    where two pages show one text; `search` what a search index reads instead of `html`: a heading
    with an id and a paragraph for each clause (empty: the page is not to be found).
    """

    address: str
    title: str
    description: str
    html: str
    contents: tuple[Contents, ...] = ()
    source: str = ""
    canonical: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the edition before has at a clause: shown beside it, opened by the reader."""

    kind: str
    text: Markup
    spans: str
    reason: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What changed since the edition before, for the page of an agreement.

    `sentences` pair a sentence with a link; links that begin with `#` stay on the page, others
    are addresses from the site's root. `more`: how many changes the sentences leave out.
    """

    name: str
    address: str
    sentences: tuple[tuple[str, str], ...]
    notes: Mapping[ClauseId, Note]
    more: int


def up_from(address: str) -> str:
    """The way from a page to the site's root: `../../`, or `./`."""
    return "../" * address.count("/") or "./"
