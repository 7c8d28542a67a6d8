# What is to be done on which days → a calendar file that phones and computers subscribe to.
# Hides: the library that writes iCalendar, what UIDs are made of, where long lines are cut.
# Refuses: the clock; two events of one name; days in the wrong order; a text that begins a line.
# The library writes every value. What stands around values is written here, since the library's own
# components take several times as long for the same lines; a test holds ours against them.
"""Calendar files (RFC 5545) of whole days."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from icalendar import vDate, vDatetime, vDuration, vText, vUnknown, vUri

    _Value = vDate | vDatetime | vDuration | vText | vUnknown | vUri

# Drawn once, and part of every UID that calendars have kept: never changes.
_EVENTS = uuid.UUID("58b6135f-60ec-4c87-9571-d0e8d0ca159a")
_MAKER = "-//quy-che-phoi-hop//viec phai lam//VI"
_ZONE = "Asia/Ho_Chi_Minh"
# The same all year since that day, as the time zone database has it.
_TIME_OF_VIETNAM = (
    f"BEGIN:VTIMEZONE\r\nTZID:{_ZONE}\r\nBEGIN:STANDARD\r\nDTSTART:19750613T000000\r\n"
    "TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0700\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
).encode()
_DAY = timedelta(days=1)
_WIDEST = 75  # octets of a line, without its end: RFC 5545 §3.1
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_OF_URIS = ":/?#[]@!$&'()*+,;=%~"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is to be done within some whole days."""

    name: str  # what its UID is made of: `truong-mau/cong-doan/2024-2025/hoi-nghi/2`; never changes
    first: date  # with `last`, both included
    last: date
    title: str
    note: str  # of several lines
    stamp: date  # the day from which what is said here is known
    link: str = ""  # absolute; empty where the site has no address

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.name} ends before it begins")


def calendar(events: Iterable[Event], *, name: str) -> bytes:
    """A calendar file; the same events in any order give the same bytes.

    Each event is of whole days and takes nobody's time, so that a quarter of a year blocks nothing.
    Its UID hangs on its name alone: with another day or text it takes the place of what was there.
    Whole days are the same days everywhere and name no time zone. The calendar says its zone to
    programs that ask; it describes the zone only where there is no event, because a calendar with
    nothing in it is none. Raises ValueError for two events of one name.
    """
    import icalendar  # noqa: PLC0415 takes 0.1 s, and only a build needs it

    in_order = sorted(events, key=lambda event: (event.first, event.name))
    if len({event.name for event in in_order}) < len(in_order):
        raise ValueError("two events of one name")
    title = _text(_line(name))
    head = [
        ("VERSION", _text("2.0")),
        ("PRODID", _text(_MAKER)),
        # By the names that the standard has for it, and by those that programs had before.
        ("NAME", title),
        ("X-WR-CALNAME", title),
        ("REFRESH-INTERVAL", icalendar.vDuration(_DAY, {"VALUE": "DURATION"})),
        ("X-PUBLISHED-TTL", icalendar.vDuration(_DAY)),
        ("X-WR-TIMEZONE", _text(_ZONE)),
    ]
    parts = map(_component, in_order) if in_order else [_TIME_OF_VIETNAM]
    return b"".join([b"BEGIN:VCALENDAR\r\n", *map(_written, head), *parts, b"END:VCALENDAR\r\n"])


@lru_cache(maxsize=1024)
def _component(event: Event) -> bytes:
    """An event as it stands in every calendar that has it: of its edition, unit and sides."""
    import icalendar  # noqa: PLC0415

    link = icalendar.vUri(quote(event.link, safe=_OF_URIS))
    properties = [
        ("UID", _text(str(uuid.uuid5(_EVENTS, event.name)))),
        ("DTSTAMP", _midnight(event.stamp)),
        ("DTSTART", _day(event.first)),
        ("DTEND", _day(event.last + _DAY)),  # the first day that is not of it
        ("SUMMARY", _text(_line(event.title))),
        *([("DESCRIPTION", _text(_lines(event.note)))] if event.note else []),
        *([("URL", link)] if link else []),
        ("TRANSP", _text("TRANSPARENT")),
    ]
    return b"".join([b"BEGIN:VEVENT\r\n", *map(_written, properties), b"END:VEVENT\r\n"])


@cache
def _day(day: date) -> vDate:
    from icalendar import vDate  # noqa: PLC0415

    return vDate(day, {"VALUE": "DATE"})


@cache
def _midnight(day: date) -> vDatetime:
    from icalendar import vDatetime  # noqa: PLC0415

    return vDatetime(datetime.combine(day, time(), UTC))


def _line(text: str) -> str:
    """A text as one line of characters that a calendar can hold."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def _lines(text: str) -> str:
    """The same of several lines: some programs take every kind of line end for the end of all."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", "\n".join(text.splitlines()))


def _text(text: str) -> vText | vUnknown:
    """A text that is written with its marks escaped."""
    from icalendar import vText, vUnknown  # noqa: PLC0415

    if r"\N" not in text:
        return vText(text)
    # The library takes these two for a line end that somebody escaped before it.
    parts = (vText(part).to_ical().decode() for part in text.split(r"\N"))
    return vUnknown(r"\\N".join(parts))


def _written(named: tuple[str, _Value]) -> bytes:
    """The line of a property, cut and ended."""
    name, value = named
    parameters = b";" + value.params.to_ical() if value.params else b""
    return _cut(name.encode() + parameters + b":" + value.to_ical())


def _cut(line: bytes) -> bytes:
    """A line and its end; a long one in pieces, never cut within a character or an escaped mark."""
    pieces, room = [], _WIDEST
    while len(line) > room:
        end = room
        while line[end] & 0xC0 == 0x80:  # a byte within a character
            end -= 1
        end -= (end - len(line[:end].rstrip(b"\\"))) % 2
        pieces.append(line[:end])
        line, room = line[end:], _WIDEST - 1
    return b"\r\n ".join([*pieces, line]) + b"\r\n"
