# Versions that came into the archive → a feed that other programs subscribe to.
# Hides: the library that writes Atom, what ids are made of, how a text becomes HTML for strangers.
# Refuses: the clock (a feed is as new as its newest entry); marks of HTML in any text; two entries
# of one name. What XML has no way to write is replaced by a mark that shows it was there.
"""Atom feeds (RFC 4287) of what came into the archive."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from io import StringIO

from markupsafe import Markup

SAMPLE = "Dữ liệu mẫu"
# Drawn once, and part of every id that readers have kept: neither may change.
_ENTRIES = uuid.UUID("6c3b7528-2260-4fe1-85dd-e55d4b337aa8")
_FEEDS = uuid.UUID("1830166a-237d-41d0-8b9e-1d7caebacf99")
_VIETNAM = timezone(timedelta(hours=7))
# A feed must say when it changed; one without entries says what no reader takes for news.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# All but XML 1.0, Char; the other way round the expression is slow to compile.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of an edition that came into the archive."""

    name: str  # what its id is made of: `truong-mau/cong-doan/2024-2025/goc`; never changes
    day: date  # when it came in
    title: str
    author: str  # the unit
    address: str  # its page, from the site's root
    sentences: tuple[tuple[str, str], ...]  # what changed: text, address from the root or nothing
    sample: bool = False


def entry_id(name: str) -> str:
    """The id of an entry: the same wherever the site lives and whatever its text becomes."""
    return uuid.uuid5(_ENTRIES, name).urn


def atom(
    entries: Iterable[Entry], *, title: str, site_url: str, address: str, alternate: str
) -> bytes:
    """A feed at `address` about what is read at `alternate`, both from the site's root, the newest
    entry first. The same entries in any order give the same bytes.

    Each entry has the list of its sentences as HTML, in which texts are nothing but text. Those of
    samples say so in their title and as their category. No entry is left out, so whoever asks for
    the feed of a whole archive says how many it shall hold. Raises ValueError for two entries of
    one name.
    """
    # 0.06 s that only a build needs; the package has no types.
    from feedgenerator import Atom1Feed  # type: ignore[import-untyped] # noqa: PLC0415

    newest_first = sorted(entries, key=lambda entry: (-entry.day.toordinal(), entry.name))
    if len({entry.name for entry in newest_first}) < len(newest_first):
        raise ValueError("two entries of one name")
    start = site_url.rstrip("/") + "/"
    feed = Atom1Feed(
        title=_line(title), link=start + alternate, description="", language="vi",
        feed_url=start + address, feed_guid=uuid.uuid5(_FEEDS, address).urn,
    )  # fmt: skip
    updated = _midnight(newest_first[0].day) if newest_first else _NEVER
    feed.latest_post_date = lambda: updated  # for a feed without entries the library asks the clock
    for entry in newest_first:
        day = _midnight(entry.day)
        feed.add_item(
            title=_line(f"{SAMPLE}: {entry.title}" if entry.sample else entry.title),
            link=start + entry.address, description=None, content=_html(entry, start),
            author_name=_line(entry.author), pubdate=day, updateddate=day,
            unique_id=entry_id(entry.name), categories=(SAMPLE,) if entry.sample else (),
        )  # fmt: skip
    written = StringIO()
    feed.write(written, "utf-8")
    return written.getvalue().encode()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _VIETNAM)


def _line(text: str) -> str:
    """A text as one line of characters that XML can hold."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def _html(entry: Entry, start: str) -> str | None:
    """The sentences as a list, those with an address as links."""
    if not entry.sentences:
        return None
    items = (
        Markup('<li><a href="{}">{}</a></li>').format(start + _line(address), _line(text))
        if address
        else Markup("<li>{}</li>").format(_line(text))
        for text, address in entry.sentences
    )
    return str(Markup("<ul>{}</ul>").format(Markup().join(items)))
