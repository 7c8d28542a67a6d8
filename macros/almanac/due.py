# When the duties of an edition are due.
# Hides: that its versions may say it differently.
"""What an edition puts into calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from macros.calendar import Span, course, first_day, last_day
from macros.duties import Owed, duties_of
from macros.model import Agreement, Archive, Side

# The calendar file of an edition, and of a unit; that of one side has the side's slug in its name.
CALENDAR = "lich.ics"
# So many times of one duty are told one by one.
TOLD = 12


@dataclass(frozen=True, slots=True)
class Due:
    """A duty of an edition with the times at which it stands in calendars; at least one.

    `version` is the last one that has it, `owed` what that says; `said` is for each of the times the
    version that held then, with its own words.
    """

    version: Agreement
    owed: Owed
    times: tuple[Span, ...]
    said: tuple[tuple[Agreement, Owed], ...] = ()

    @property
    def link(self) -> str:
        """Where the duty stands, from the site's root."""
        return f"{self.version.address}#{self.owed.anchor}"


def clause_link(version: Agreement, owed: Owed) -> str:
    """Where a duty's clause stands, from the site's root; that of a report's duty is the duty."""
    return f"{version.address}#{owed.clause_id or owed.anchor}"


def due(edition: Agreement, archive: Archive) -> tuple[Due, ...]:
    """What an edition puts into calendars, those of the newest version first and in the order of its
    text; nothing for drafts.
    """
    versions = [each for each in archive.versions(edition) if not each.facts.draft]
    said = [{owed.id: owed for owed in duties_of(version, archive.shared)} for version in versions]
    editions = archive.editions(edition.unit_id, edition.series_id) if any(said) else ()
    found = []
    for name in dict.fromkeys(name for duties in reversed(said) for name in duties):
        having = zip(versions, said, strict=True)
        version, owed = [(each, duties[name]) for each, duties in having if name in duties][-1]
        steps = [
            (each, duties[name].when if name in duties else None)
            for each, duties in zip(versions, said, strict=True)
        ]
        if held := course(steps, editions):
            times = tuple(span for _, span in held)
            own = tuple((versions[place], said[place][name]) for place, _ in held)
            found.append(Due(version, owed, times, own))
    return tuple(found)


def who(agreement: Agreement, owed: Owed, sides: Mapping[Side, str]) -> str:
    """`Chính quyền và Công đoàn, luân phiên`, by the unit's own names where it has them."""
    named = agreement.unit.sides
    names = [named.get(side) or sides[side] for side in owed.who]
    told = (", " if any(" và " in name for name in names) else " và ").join(names)
    return f"{told}, luân phiên" if owed.in_turn else told


def covered(agreement: Agreement) -> tuple[date, date]:
    """The first and the last day of an edition, with the period to which it was prolonged."""
    more = agreement.edition.extended
    return first_day(agreement.period), last_day(more.to if more else agreement.period)


def month_of(day: date) -> int:
    """A day's month, counted from the year 0."""
    return day.year * 12 + day.month - 1
