# Which calendars and which news a unit offers to other programs.
# Hides: which versions count, what an event and an entry are called.
# Refuses: drafts, and days that no text and no rhythm gives.
"""The calendar files of a unit's duties, and the entries of the feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from macros.almanac import CALENDAR, clause_link, due, who
from macros.calendar import Span, first_day
from macros.citing import cite
from macros.duties import Owed, duties_of
from macros.exchange.agenda import Event, calendar
from macros.exchange.feed import Entry, atom
from macros.markup import Since
from macros.model import (
    Agreement,
    Archive,
    ClauseId,
    LaterVersion,
    PartialDate,
    Side,
    TextState,
    UnitId,
)
from macros.render import COUNTERPARTS, FEED, RECORDS, SIDE_SLUGS, title_of

# So many of the newest entries stand in the feed of the whole archive.
NEWEST = 100
_READING = "Thời gian là cách đọc của trang: {} nêu nhịp hay dịp trong năm, không nêu ngày cụ thể."
_EXACT = "Thời gian ghi theo đúng mức mà {} nêu."


def files(
    archive: Archive, unit_id: UnitId, entries: Sequence[Entry], site_url: str
) -> Iterator[tuple[str, bytes]]:
    """What other programs subscribe to, by address: the calendars of a unit, and its feed where the
    site has an address. Under the unit's former addresses stand the same bytes.
    """
    own = f"don-vi/{unit_id}/"
    found = [*_calendars(archive, unit_id, site_url)]
    if site_url:
        found.append((f"{own}{FEED}", _feed(archive, unit_id, entries, site_url)))
    for address, data in found:
        yield address, data
        for alias in archive.units[unit_id].aliases:
            yield f"don-vi/{alias}/{address.removeprefix(own)}", data


def _calendars(archive: Archive, unit_id: UnitId, site_url: str) -> Iterator[tuple[str, bytes]]:
    """One for each edition that is no draft and has duties, one for all of them, and one for each
    side. Those in which nothing is due now stand too: somebody may have subscribed.
    """
    unit = archive.units[unit_id]
    all_of: list[tuple[Sequence[Side], Event]] = []
    sides: set[Side] = set()
    for series_id in unit.series:
        for edition in archive.editions(unit_id, series_id):
            signed = [each for each in archive.versions(edition) if not each.facts.draft]
            duties = [owed for each in signed for owed in duties_of(each, archive.shared)]
            if not duties:
                continue
            sides |= {side for owed in duties for side in owed.who}
            found = list(_events(archive, edition, site_url))
            all_of += found
            name = f"{unit.name}: {title_of(edition)}"
            yield f"{edition.address}{CALENDAR}", _written(found, name, sample=unit.sample)
    own = f"don-vi/{unit_id}/"
    if sides:
        yield f"{own}{CALENDAR}", _written(all_of, unit.name, sample=unit.sample)
    for side, name in unit.sides.items():
        if side in sides:
            its = [each for each in all_of if side in each[0]]
            address = f"{own}lich-{SIDE_SLUGS[side]}.ics"
            yield address, _written(its, f"{unit.name}: {name}", sample=unit.sample)


def _written(found: Iterable[tuple[object, Event]], name: str, *, sample: bool) -> bytes:
    said = f"Dữ liệu mẫu – {name}" if sample else name
    return calendar((event for _, event in found), name=f"Việc phải làm – {said}")


def _events(
    archive: Archive, edition: Agreement, site_url: str
) -> Iterator[tuple[Sequence[Side], Event]]:
    """The events of an edition, each with the sides that have to do something."""
    cited: dict[str, Mapping[ClauseId, str]] = {}
    for each in due(edition, archive):
        for number, (span, (version, owed)) in enumerate(
            zip(each.times, each.said, strict=True), 1
        ):
            if version.version not in cited:
                cited[version.version] = cite(version.page)
            of = cited[version.version][owed.clause.id] if owed.clause else ""
            yield owed.who, _event(version, owed, number, span, of, site_url)


def _event(
    version: Agreement, owed: Owed, number: int, span: Span, cited: str, site_url: str
) -> Event:
    """One time of a duty, in the words of the version that held then; `cited` is its clause."""
    text = "văn bản" if cited else "bài báo"
    note = [
        f"Bên làm: {who(version, owed, COUNTERPARTS)}",
        f"Khi nào: {span.words} – “{owed.printed}”",
        f"Theo: {title_of(version)}, {version.unit.name}, {cited or 'theo bài báo'}",
        (_EXACT if owed.when.days else _READING).format(text),
    ]
    if version.unit.sample:
        note.append("Đây là dữ liệu mẫu.")
    day = version.facts.entered_on
    return Event(
        name=f"{_name(version)}/{owed.id}/{number}",
        first=span.first,
        last=span.last,
        title=f"[Mẫu] {owed.what}" if version.unit.sample else owed.what,
        note="\n".join(note),
        stamp=day.first if day else first_day(version.period),
        link=f"{site_url.rstrip('/')}/{clause_link(version, owed)}" if site_url else "",
    )


def _name(agreement: Agreement) -> str:
    """An edition by the oldest address of its unit: whoever subscribed knows it by no other."""
    oldest = next(iter(agreement.unit.aliases), agreement.unit_id)
    return f"{oldest}/{agreement.series_id}/{agreement.period}"


def news(
    archive: Archive, unit_id: UnitId, since: Callable[[Agreement], Since | None]
) -> tuple[Entry, ...]:
    """What came into the archive of a unit: every version of which the day is known, save drafts."""
    return tuple(
        _entry(agreement, day.first, since(agreement))
        for agreement in archive.agreements
        if agreement.unit_id == unit_id
        and (day := agreement.facts.entered_on)
        and not agreement.facts.draft
    )


def _entry(agreement: Agreement, day: date, since: Since | None) -> Entry:
    facts, unit = agreement.facts, agreement.unit
    title, sentences = title_of(agreement), []
    if isinstance(facts, LaterVersion):
        kind = RECORDS[facts.record.kind]
        held = PartialDate.parse(agreement.version).words
        title = f"{title}: {kind} {held}"
        sentences.append((f"{facts.record.what} Lý do: {facts.record.why}", ""))
    elif since is None:
        only = agreement.edition.text is TextState.REPORT_ONLY
        said = "Kho có bài báo nói về bản này, chưa có văn bản." if only else "Toàn văn đã vào kho."
        sentences.append((said, agreement.address))
    if since:
        sentences += [
            (text, f"{agreement.address}{link}" if link.startswith("#") else link)
            for text, link in since.sentences
        ]
        more = f"Còn {since.more} thay đổi khác. " if since.more else ""
        sentences.append((f"{more}So sánh từng chữ với {since.name}", since.address))
    return Entry(
        name=f"{_name(agreement)}/{agreement.version}",
        day=day,
        title=f"{title} – {unit.name}",
        author=unit.name,
        address=agreement.address,
        sentences=tuple(sentences),
        sample=unit.sample,
    )


def _feed(archive: Archive, unit_id: UnitId, entries: Sequence[Entry], site_url: str) -> bytes:
    own = f"don-vi/{unit_id}/"
    name = archive.units[unit_id].name
    return atom(
        entries, title=f"Quy chế phối hợp – {name}", site_url=site_url, address=f"{own}{FEED}",
        alternate=own,
    )  # fmt: skip


def feed_of_all(entries: Iterable[Entry], site_url: str) -> bytes:
    """The feed of the archive: its newest entries."""
    newest = sorted(entries, key=lambda entry: (-entry.day.toordinal(), entry.name))
    return atom(
        islice(newest, NEWEST), title="Quy chế phối hợp: bản mới, sửa đổi, đính chính",
        site_url=site_url, address=FEED, alternate="",
    )  # fmt: skip
