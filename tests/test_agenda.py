"""Calendar files: what two other programs read in them, and that a text never begins a line."""

import random
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.exchange.agenda import Event, calendar

# The standard library reads its own list of time zones without naming UTF-8.
pytestmark = pytest.mark.filterwarnings("ignore::EncodingWarning")
with warnings.catch_warnings():
    warnings.simplefilter("ignore", EncodingWarning)
    from ical.calendar_stream import IcsCalendarStream

EVENT = Event(
    name="truong-mau/cong-doan/2024-2025/hoi-nghi-lien-tich/2",
    first=date(2024, 10, 1),
    last=date(2024, 12, 31),
    title="Hội nghị liên tịch giữa Hiệu trưởng và Ban Chấp hành Công đoàn, quý IV năm 2024",
    note="Ai: Hiệu trưởng; Công đoàn\nLời văn: “Ba tháng một lần, họp liên tịch”\n\nCách hiểu của trang",
    stamp=date(2026, 11, 21),
    link="https://quyche.example.vn/kho/don-vi/truong-mau/cong-doan/2024-2025/#hoi-nghi-lien-tich",
)
ONE_DAY = replace(
    EVENT, name="truong-mau/cong-doan/2024-2025/tong-ket/1", title="Tổng kết", note="", link="",
    first=date(2025, 5, 31), last=date(2025, 5, 31),
)  # fmt: skip
# What a text may hold to become more than a text.
HOSTILE = {
    "line": "a\nATTENDEE:mailto:x@example.com",
    "old line": "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:lẻn",
    "oldest line": "a\rX-A:b",
    "next line": "a\x85X-A:b",
    "separator": "a\u2028X-A:b\u2029X-A:c",
    "page": "a\x0cX-A:b\x0bX-A:c\x1cX-A:d",
    "folded": "a\r\n X-A:b\r\n\tX-A:c",
    "escaped": r"a\nX-A:b\NX-A:c\\nX-A:d\;\,\:",
    "path": r"C:\New\next\\Nam",
    "marks": 'a;b,c:d"e^f=g',
    "parameter": ";VALUE=URI:javascript:alert(1)",
    "controls": "a\x00b\x07c\x7fd\x1be",
    "no character": "a\ud800b",
    "bytes of a mark": "\ufeffa\ufeff",
}
texts = st.text(max_size=80) | st.sampled_from(list(HOSTILE.values()))
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))
many = st.lists(
    st.builds(
        lambda first, more, **rest: Event(first=first, last=first + timedelta(days=more), **rest),
        first=days,
        more=st.integers(min_value=0, max_value=400),
        name=st.from_regex(r"[a-z-]{1,8}/[1-9]", fullmatch=True),
        title=texts,
        note=texts,
        stamp=days,
        link=st.sampled_from(["", EVENT.link]),
    ),
    unique_by=lambda event: event.name,
    max_size=5,
)


def file_of(*events: Event, name: str = "Việc phải làm") -> bytes:
    """The calendar of these events."""
    return calendar(events, name=name)


def lines_of(data: bytes) -> list[str]:
    """The lines of a file as RFC 5545 §3.1 puts them together, each looked at on the way."""
    assert data.endswith(b"\r\n")
    physical = data.removesuffix(b"\r\n").split(b"\r\n")
    for line in physical:
        assert len(line) <= 75
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
        line.decode()  # no character is cut
    return data.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def properties(lines: list[str]) -> list[tuple[str, str]]:
    """Name with parameters, and value with its marks taken off as §3.3.11 says."""
    named = [line.partition(":")[::2] for line in lines]
    unmarked = re.compile(r"\\([\\;,nN])")
    return [
        (name, unmarked.sub(lambda found: "\n" if found[1] in "nN" else found[1], value))
        for name, value in named
    ]


def events_of(data: bytes) -> list[dict[str, str]]:
    """The events of a file, without any library."""
    found: list[dict[str, str]] = []
    for name, value in properties(lines_of(data)):
        if (name, value) == ("BEGIN", "VEVENT"):
            found.append({})
        elif found:
            assert name not in found[-1] or name == "END"
            found[-1][name] = value
    return found


def seen(text: str) -> str:
    """A text as a calendar has it: a mark in the place of what it can't hold."""
    return re.sub("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    return seen(" ".join(text.split()))


def some_lines(text: str) -> str:
    return seen("\n".join(text.splitlines()))


def test_another_program_reads_it():
    """What goes in comes out: days, texts, links."""
    stream = IcsCalendarStream.calendar_from_ics(
        file_of(ONE_DAY, EVENT, name="Trường Mẫu, Công đoàn").decode()
    )
    quarter, day = stream.events

    assert (date(2024, 10, 1), date(2025, 1, 1)) == (quarter.dtstart, quarter.dtend)
    assert (EVENT.title, EVENT.note, EVENT.link) == (
        quarter.summary,
        quarter.description,
        str(quarter.url),
    )
    assert datetime(2026, 11, 21, tzinfo=UTC) == quarter.dtstamp
    assert "TRANSPARENT" == quarter.transparency
    assert (date(2025, 5, 31), date(2025, 6, 1)) == (day.dtstart, day.dtend)
    assert ("Tổng kết", None, None) == (day.summary, day.description, day.url)
    assert ["Trường Mẫu, Công đoàn"] == stream.name
    assert ("Asia/Ho_Chi_Minh", timedelta(days=1)) == (
        stream.x_wr_timezone,
        stream.refresh_interval,
    )


def test_the_file_itself():
    """The file, line by line."""
    assert [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//quy-che-phoi-hop//viec phai lam//VI",
        r"NAME:Trường Mẫu\, Công đoàn",
        r"X-WR-CALNAME:Trường Mẫu\, Công đoàn",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
        "X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
        "BEGIN:VEVENT",
        "UID:d7ab39ac-2f91-5072-b30b-926ce505ea9f",
        "DTSTAMP:20261121T000000Z",
        "DTSTART;VALUE=DATE:20250531",
        "DTEND;VALUE=DATE:20250601",
        "SUMMARY:Tổng kết",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ] == lines_of(file_of(ONE_DAY, name="Trường Mẫu, Công đoàn"))


def test_the_library_itself_writes_the_same():
    """An event of the library's own has the same properties, values and parameters as ours."""
    own = icalendar.Event()
    own.add("uid", events_of(file_of(EVENT))[0]["UID"])
    own.add("dtstamp", datetime.combine(EVENT.stamp, time(), UTC))
    own.add("dtstart", EVENT.first)
    own.add("dtend", EVENT.last + timedelta(days=1))
    own.add("summary", EVENT.title)
    own.add("description", EVENT.note)
    own.add("url", EVENT.link)
    own.add("transp", "TRANSPARENT")
    lines = lines_of(file_of(EVENT))
    ours = lines[lines.index("BEGIN:VEVENT") : -1]

    assert sorted(own.to_ical().decode().replace("\r\n ", "").split("\r\n")[:-1]) == sorted(ours)


def test_an_empty_calendar_is_a_calendar():
    """Who subscribed to a side without duties still gets a file that programs read."""
    read = icalendar.Calendar.from_ical(file_of())

    assert ["Asia/Ho_Chi_Minh"] == [zone.tz_name for zone in read.timezones]
    assert [] == IcsCalendarStream.calendar_from_ics(file_of().decode()).events
    assert "VTIMEZONE" not in file_of(EVENT).decode()


def test_a_changed_duty_keeps_its_uid():
    """Another day, text or link: the same event, which calendars move and do not double."""
    moved = replace(
        EVENT, first=date(2025, 1, 1), last=date(2025, 3, 31), title="Khác", note="", link="",
        stamp=date(2027, 1, 1),
    )  # fmt: skip
    (before,), (after,) = events_of(file_of(EVENT)), events_of(file_of(moved))

    assert "061129b1-53e2-5c2b-9108-165ef1bebf7b" == before["UID"] == after["UID"]
    assert before["DTSTART;VALUE=DATE"] != after["DTSTART;VALUE=DATE"]


def test_events_stand_by_day_whatever_the_order():
    """By their first day, on one day by name; the order in which they are given says nothing."""
    events = [EVENT, ONE_DAY, *(replace(ONE_DAY, name=each, title=each) for each in "cab")]
    shuffled = random.Random(1).sample(events, len(events))

    assert file_of(*events) == file_of(*shuffled)
    assert [EVENT.title, "a", "b", "c", "Tổng kết"] == [
        each["SUMMARY"] for each in events_of(file_of(*events))
    ]


def test_two_events_of_one_name_are_refused():
    """A UID stands for one event."""
    with pytest.raises(ValueError, match="two events"):
        file_of(EVENT, replace(EVENT, title="Khác"))


def test_an_event_ends_on_its_first_day_or_later():
    """Days in the wrong order are refused where the event is made."""
    with pytest.raises(ValueError, match="ends before"):
        replace(EVENT, last=date(2024, 9, 30))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_marks_in_texts_are_texts(text):
    """No text adds a line or a property, in the event or in the calendar's own head."""
    hostile = replace(EVENT, title=text, note=text)
    plain, own = file_of(EVENT, name="a"), file_of(hostile, name=text)
    (event,) = events_of(own)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (read,) = icalendar.Calendar.from_ical(own).events
        (other,) = IcsCalendarStream.calendar_from_ics(own.decode()).events

    names = [[name for name, _ in properties(lines_of(each))] for each in (plain, own)]
    assert names[0] == names[1]
    assert len(own.splitlines()) == own.count(b"\r\n")
    assert len(own.decode().splitlines()) == own.count(b"\r\n")
    assert (one_line(text), some_lines(text)) == (event["SUMMARY"], event["DESCRIPTION"])
    assert (one_line(text), some_lines(text)) == (str(read["SUMMARY"]), str(read["DESCRIPTION"]))
    assert set(read) == set(event) - {"END", "DTSTART;VALUE=DATE", "DTEND;VALUE=DATE"} | {
        "DTSTART",
        "DTEND",
    }
    assert other.extras == []


def test_a_link_stays_on_its_line():
    """Even a link that no page has adds no property."""
    (event,) = events_of(file_of(replace(EVENT, link="https://a.example/x\r\nATTENDEE:b c")))

    assert "https://a.example/x%0D%0AATTENDEE:b%20c" == event["URL"]


@pytest.mark.parametrize("before", range(60, 80))
@pytest.mark.parametrize(
    "text", ["ệ" * 80, "🏫" * 60, "\\" * 200, ",;" * 100, "a" * 200, r"\N" * 90]
)
def test_long_lines_are_cut_between_characters(text, before):
    """Wherever the line is full: no character and no escaped mark is cut, no octet is lost."""
    title = "x" * before + text
    data = file_of(replace(EVENT, title=title))
    (event,) = events_of(data)

    assert title == event["SUMMARY"]
    for line in data.split(b"\r\n"):
        assert (len(line) - len(line.rstrip(b"\\"))) % 2 == 0


@given(many, texts)
def test_any_text_gives_a_calendar(events, name):
    """Whatever the texts hold, each is read as it is, in an event of its own."""
    data = file_of(*events, name=name)
    expected = sorted(events, key=lambda event: (event.first, event.name))
    found = events_of(data)

    assert [
        (one_line(event.title), some_lines(event.note), event.link, f"{event.first:%Y%m%d}")
        for event in expected
    ] == [
        (
            each["SUMMARY"],
            each.get("DESCRIPTION", ""),
            each.get("URL", ""),
            each["DTSTART;VALUE=DATE"],
        )
        for each in found
    ]
    assert len({each["UID"] for each in found}) == len(events)


@given(many)
def test_two_other_programs_read_any_calendar(events):
    """The library's own reader and another one find the same days."""
    data = file_of(*events)
    expected = sorted((event.first, event.last + timedelta(days=1)) for event in events)
    own = icalendar.Calendar.from_ical(data).events
    other = IcsCalendarStream.calendar_from_ics(data.decode()).events

    assert expected == sorted((each.start, each.end) for each in own)
    assert expected == sorted((each.dtstart, each.dtend) for each in other)


def test_the_library_is_imported_only_when_a_calendar_is_made():
    """Who doesn't make a calendar doesn't wait for the library, nor does the command line."""
    code = "import sys, macros.cli, macros.exchange.agenda; print('icalendar' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    )

    assert "False" == done.stdout.strip()
