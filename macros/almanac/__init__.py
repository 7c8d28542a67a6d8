# What has to be done and when, as readers see it.
# Hides: how times lie in the columns of a picture, on which page of the calendar a row stands.
# Refuses: the clock, and days that no text names: a rhythm laid into months is marked as the site's
# reading, and what has no rhythm stands in no calendar.
"""The duties of an edition (`due`), on the pages of its unit (`Duties`), and of all units, the pages
below `/lich/` (`Almanac`).
"""

from macros.almanac.due import CALENDAR, Due, clause_link, due, who
from macros.almanac.unit import Duties
from macros.almanac.units import BASE, Almanac, Row, joined, rows

__all__ = [
    "BASE", "CALENDAR", "Almanac", "Due", "Duties", "Row", "clause_link", "due", "joined", "rows",
    "who",
]  # fmt: skip
