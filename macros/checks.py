# Every rule that people can break, one function each, with its code.
# The codes of a file's form are found while reading (`reading` D1–D2, `grammar` G1, `clauses` C1,
# `archive` R1); here are those that need the whole archive.
# Refuses: to stop at the first. Rules yield; `check` sorts what all of them found.
"""`check(archive)`: all problems of an archive that was read; in two parts for who reads its units
one after another.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache

from macros.calendar import reach
from macros.citing import out_of_sequence
from macros.clauses import blanks, calls, faults, newer, terms_of, wording
from macros.compare import ChangeKind, compare
from macros.duties import duties_of
from macros.foreign import is_word, original_text
from macros.grammar import fold
from macros.links import Fault, broken_links, linked
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Duty,
    Evidence,
    LaterVersion,
    PartialDate,
    RecordKind,
    Shared,
    Side,
    Source,
    SourceRole,
    TextState,
    Unit,
    UnitId,
    versions_of,
)
from macros.problem import EditorError, Problem, Severity, nearest
from macros.reading import FIELD_WORDS, place_of
from macros.verbatim import differences

Rule = Callable[[Archive], Iterator[Problem]]

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064"
    "\u2066-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ufffd-\uffff"
    "\x00-\x08\x0b-\x1f\x7f-\x9f\U000e0000-\U000e0fff\u180b-\u180f\u2800\U00013430-\U0001345f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
)
# By general category: control, other symbol (only U+FFFD), unassigned.
_INVISIBLE_WORDS = {"Cc": "điều khiển", "So": "hỏng khi chuyển bảng mã", "Cn": "hỏng"}
# Marks over and under a letter; no letter of Vietnamese has more than two.
_MARK = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_PILED = re.compile(f"{_MARK.pattern}{{3,}}")
_FAR = timedelta(days=183)
# From so many lines on, a whole file is meant and not a slip of the finger.
_MANY = 5
_FULL_DATE = re.compile(
    r"(?:ngày\s*)?(\d{1,2})\s*(?:tháng|/|-)\s*(\d{1,2})\s*(?:năm|/|-)\s*(\d{4})", re.IGNORECASE
)
# So often the nearest word is looked for in one page: it takes time.
_HINTS = 20
# What grammar and Jinja count as the end of a line; a lone \r is told as S102.
_LINE_END = re.compile(r"\r\n|\r|\n")
# Lists of units stand at don-vi/loai/<type>/, so no unit may have this id.
RESERVED = "loai"


def check(archive: Archive) -> Iterator[Problem]:
    """Every problem that the rules find."""
    for rule in (*OF_FILES, *OF_WORDS, *OF_ALL):
        yield from rule(archive)


def check_unit(archive: Archive) -> Iterator[Problem]:
    """What the rules find that read one unit after another: in the texts of the archive, and in its
    units as if there were no others.
    """
    yield from check_files(archive)
    yield from check_words(archive)


def check_files(archive: Archive) -> Iterator[Problem]:
    """Of that what hangs on nothing but the unit's own files: the same whatever wordings its pages
    call.
    """
    for rule in OF_FILES:
        yield from rule(archive)


def check_words(archive: Archive) -> Iterator[Problem]:
    """The rest: what asks for the words of clauses, for shared clauses, for originals."""
    for rule in OF_WORDS:
        yield from rule(archive)


def check_together(archive: Archive) -> Iterator[Problem]:
    """What the rules find that need all units. Of most agreements they ask for their facts and for
    the clauses that use shared wordings; of those that hand-written pages link to, for all clauses.
    """
    for rule in OF_ALL:
        yield from rule(archive)


def characters(archive: Archive) -> Iterator[Problem]:
    """G114 not NFC; S102 characters that a reader can't see or that turn the text around, and
    marks that cover other lines.
    """
    for path, text in archive.texts.items():
        letters = "".join({*text})  # so few that texts without any of it are passed over quickly
        strange = _INVISIBLE.search(letters) or _MARK.search(letters)
        if not strange and unicodedata.is_normalized("NFC", text):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            for found in _INVISIBLE.finditer(line):
                at, code = found.start(), f"U+{ord(found[0]):04X}"
                near = _INVISIBLE.sub("", line[max(0, at - 12) : at + 13]).strip()
                what = _INVISIBLE_WORDS.get(unicodedata.category(found[0]), "không nhìn thấy")
                message = f'có ký tự {what} ({code}) gần "{near}"'
                yield Problem(path, number, at + 1, "S102", message, "Xóa ký tự đó.")
            for found in _PILED.finditer(line):
                message = f"có {len(found[0])} dấu chồng lên một chữ, che các dòng khác"
                yield Problem(path, number, found.start(), "S102", message, "Gõ lại chữ đó.")
        loose = [
            number
            for number, line in enumerate(text.split("\n"), 1)
            if not unicodedata.is_normalized("NFC", line)
        ]
        if len(loose) > _MANY:
            message = f"cả tệp dùng chữ có dấu rời (NFD): {len(loose)} dòng"
            hint = "Đổi cả tệp sang Unicode dựng sẵn (NFC): trong bộ gõ hay công cụ chuyển mã, chọn “tổ hợp” sang “dựng sẵn”."
            yield Problem(path, loose[0], 1, "G114", message, hint)
            continue
        for number in loose:
            line = text.split("\n")[number - 1]
            composed = unicodedata.normalize("NFC", line)
            pairs = zip(line, composed, strict=False)
            column = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), len(line))
            word = line[max(0, column - 5) : column + 5].strip()
            message = f'chữ có dấu rời (NFD) gần "{word}"'
            hint = "Gõ lại chữ đó, hay đổi cả tệp sang Unicode dựng sẵn (NFC)."
            yield Problem(path, number, column, "G114", message, hint)


def sides(archive: Archive) -> Iterator[Problem]:
    """R104 a side that the unit does not have."""
    for unit_id, unit in archive.units.items():
        for series_id, series in unit.series.items():
            key: tuple[str | int, ...] = ("series", series_id, "counterpart")
            yield from _side(archive, unit_id, unit, series.counterpart, key)
    for agreement in archive.agreements:
        for number, signature in enumerate(agreement.facts.signatures):
            key = (*agreement.data_key, "signatures", number, "side")
            yield from _side(archive, agreement.unit_id, agreement.unit, signature.side, key)
        for name, duty in agreement.facts.duties.items():
            for number, side in enumerate(duty.who):
                key = (*agreement.data_key, "duties", name, "who", number)
                yield from _side(archive, agreement.unit_id, agreement.unit, side, key)


def _side(
    archive: Archive, unit_id: str, unit: Unit, side: str, key: tuple[str | int, ...]
) -> Iterator[Problem]:
    if side not in unit.sides:
        field = next(part for part in reversed(key) if isinstance(part, str))
        called = f"trường `{field}` ({FIELD_WORDS[field]})"
        message = f'{called}: "{side}" không có trong `sides` (các bên) của đơn vị này'
        hint = nearest(side, unit.sides) or f"Có: {', '.join(unit.sides)}."
        yield _in_data(archive, f"data/units/{unit_id}.yml", key, "R104", message, hint)


def clause_references(archive: Archive) -> Iterator[Problem]:
    """R105 a clause that the page does not have; R106 quoted words that do not stand in it."""
    for agreement in archive.agreements:
        if agreement.edition.text is TextState.REPORT_ONLY:
            continue
        told = 0
        for key, clause_id, printed in _quoted(agreement):
            clause = agreement.page.clause(clause_id)
            places: tuple[str, ...] = (clause.label, clause.text) if clause else ()
            if clause and clause.rows:
                places = tuple(cell for row in clause.rows for cell in row)
            stands = any(printed in place for place in places)
            if stands or not agreement.whole:
                continue
            if clause is None:
                known = [each.id for each in agreement.page.clauses] if told < _HINTS else []
                told += 1
                message = f'{agreement.path} không có điều khoản "{clause_id}"'
                hint = nearest(clause_id, known)
                yield _fact(archive, agreement, (*key, "clause"), "R105", message, hint)
            else:
                message = f'điều khoản "{clause_id}" không có chữ "{printed}"'
                hint = f'Điều khoản in: "{_cut(clause.text)}"'
                yield _fact(archive, agreement, (*key, "printed"), "R106", message, hint)


def _quoted(agreement: Agreement) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    facts = agreement.facts
    for number, suspected in enumerate(facts.suspected):
        if suspected.clause:
            yield ("suspected", number), suspected.clause, suspected.printed
    for name, duty in facts.duties.items():
        if duty.clause:
            yield ("duties", name), duty.clause, duty.printed
    for name in ("valid_from", "valid_to"):
        evidence: Evidence | None = getattr(facts, name)
        if evidence:
            yield (name,), evidence.clause, evidence.printed
    supersedes = agreement.edition.supersedes
    if agreement.version == AS_SIGNED and supersedes and supersedes.clause and supersedes.printed:
        yield ("supersedes",), supersedes.clause, supersedes.printed


def quotes(archive: Archive) -> Iterator[Problem]:
    """R107 a fact that quotes a printed line which does not have those words."""
    for agreement in archive.agreements:
        for key, words, printed in _slices(agreement):
            if fold(words) not in fold(printed):
                message = f'"{words}" không có trong chỗ in "{_cut(printed)}"'
                yield _fact(archive, agreement, key, "R107", message, "Chép đúng từng chữ như in.")


def _slices(agreement: Agreement) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    facts, page = agreement.facts, agreement.page
    for number, suspected in enumerate(facts.suspected):
        if suspected.fact:
            printed = " ".join(agreement.printed(suspected.fact))
            yield ("suspected", number, "printed"), suspected.printed, printed
    for number, signature in enumerate(facts.signatures):
        printed = " ".join(signature.lines)
        for name in ("capacity", "title", "name"):
            if words := getattr(signature, name):
                yield ("signatures", number, name), words, printed
    if issued := facts.issued_by:
        for name in ("number", "date"):
            if part := getattr(issued, name):
                yield ("issued_by", name, "printed"), part.printed, issued.printed
    if agreement.edition.text is TextState.REPORT_ONLY:
        report = " ".join((*page.title, *page.report))
        for name in ("number", "place", "date"):
            if part := getattr(facts, name):
                yield (name, "printed"), part.printed, report
        for name, duty in facts.duties.items():
            yield ("duties", name, "printed"), duty.printed, report
    said = agreement.edition.supersedes
    of_text = agreement.version == AS_SIGNED and agreement.whole
    if said and said.printed and not said.clause and of_text:
        texts = (f"{clause.label} {clause.text}" for clause in page.clauses)
        yield ("supersedes", "printed"), said.printed, " ".join((*page.title, *page.report, *texts))


def regions(archive: Archive) -> Iterator[Problem]:
    """R107 a region that none of the unit's texts prints."""
    by_unit: dict[str, list[Agreement]] = {}
    for agreement in archive.agreements:
        by_unit.setdefault(agreement.unit_id, []).append(agreement)
    for unit_id, unit in archive.units.items():
        if unit.region is None:
            continue
        words, held = fold(unit.region.printed), by_unit.get(unit_id, [])
        if any(words in printed for each in held for printed in _all_printed(each)):
            continue
        if len(held) == len(list(_addresses(unit_id, unit))) and all(each.whole for each in held):
            message = f'không văn bản nào của đơn vị in "{unit.region.printed}"'
            hint = "Địa bàn chỉ ghi khi văn bản có in; nếu không thì bỏ trường `region`."
            key = ("region", "printed")
            yield _in_data(archive, f"data/units/{unit_id}.yml", key, "R107", message, hint)


def _addresses(unit_id: str, unit: Unit) -> Iterator[str]:
    """Where the versions that the unit's facts name are published, once they have pages."""
    for series_id, series in unit.series.items():
        for period, edition in series.editions.items():
            own = f"don-vi/{unit_id}/{series_id}/{period}/"
            *earlier, _ = versions_of(edition)
            yield from (own, *(f"{own}ban/{version}/" for version in earlier))


def _all_printed(agreement: Agreement) -> Iterator[str]:
    facts = agreement.facts
    yield from agreement.page.title
    yield from agreement.page.report
    yield from (clause.text for clause in agreement.page.clauses)
    yield from (part.printed for part in (facts.number, facts.place, facts.issued_by) if part)
    yield from (*facts.issuer, *(line for each in facts.signatures for line in each.lines))


def report_only(archive: Archive) -> Iterator[Problem]:
    """D208 facts of a report where we hold the text, and facts of a text where we do not."""
    for agreement in archive.agreements:
        facts = agreement.facts
        only = agreement.edition.text is TextState.REPORT_ONLY
        of_text = ("issuer", "motto", "issued_by", "signatures", "recipients")
        wrong = [*of_text, "valid_from", "valid_to"] if only else ["report"]
        for name in wrong:
            if getattr(facts, name):
                state = agreement.edition.text.value
                message = f"trường `{name}` không dùng được khi `text` là {state}"
                hint = "Bỏ trường này" + (", vì bài báo không phải là văn bản." if only else ".")
                yield _fact(archive, agreement, (name,), "D208", message, hint)


def suspects(archive: Archive) -> Iterator[Problem]:
    """D209 a suspected mistake that stands nowhere, or in two places."""
    for agreement in archive.agreements:
        for number, suspected in enumerate(agreement.facts.suspected):
            if (suspected.clause is None) == (suspected.fact is None):
                message = "chỗ nghi sai cần đúng một trong hai trường `clause` và `fact`"
                hint = "`clause` khi sai trong điều khoản; `fact` khi sai ở số, nơi nhận, tiêu đề…"
                yield _fact(archive, agreement, ("suspected", number), "D209", message, hint)


def duties(archive: Archive) -> Iterator[Problem]:
    """D211 a duty that names no clause of a text, or names one of a report; D212 sides named twice, or
    in turn with nobody; Y108 days outside the period; Y106 days that the quoted words lack.
    """
    for agreement in archive.agreements:
        only = agreement.edition.text is TextState.REPORT_ONLY
        if too_many := _too_many(agreement, archive):
            hint = "Bỏ những việc không cần nhắc, hay chọn nhịp thưa hơn."
            yield _fact(archive, agreement, ("duties",), "S110", too_many, hint)
        for name, duty in agreement.facts.duties.items():
            key = ("duties", name)
            if only and duty.clause:
                message = f'việc "{name}" nêu điều khoản, mà kho chỉ có bài báo'
                hint = "Bỏ dòng `clause`; `printed` chép câu chữ của bài báo."
                yield _fact(archive, agreement, (*key, "clause"), "D211", message, hint)
            elif not only and duty.clause is None:
                message = f'việc "{name}" chưa nêu điều khoản nào nói về nó'
                hint = "Thêm dòng `clause` với mã của điều khoản có câu chữ ấy."
                yield _fact(archive, agreement, key, "D211", message, hint)
            if twice := _not_together(duty):
                message = f'việc "{name}" {twice}'
                hint = "Mỗi bên kể một lần; luân phiên thì cần ít nhất hai bên."
                yield _fact(archive, agreement, (*key, "who"), "D212", message, hint)
            first, last = reach(agreement.period)
            days = duty.when.days
            if days and (days[1].last < first or last < days[0].first):
                message = f'việc "{name}": {duty.when.words} nằm ngoài {agreement.period.words}'
                hint = f"Cần có phần nằm trong {first:%d/%m/%Y} đến {last:%d/%m/%Y}; xem lại năm."
                yield _fact(archive, agreement, (*key, "when"), "Y108", message, hint)
            elif days and (other := _not_printed(days, duty.printed)):
                message = (
                    f'`when` ghi {duty.when.words}, chỗ in "{_cut(duty.printed)}" không có {other}'
                )
                hint = "Ghi đúng ngày, tháng, năm như chỗ in."
                yield _fact(archive, agreement, (*key, "when"), "Y106", message, hint)


def _too_many(agreement: Agreement, archive: Archive) -> str:
    """What is said of more duties, or more times of them, than a calendar can show."""
    duties = duties_of(agreement, archive.shared)
    if len(duties) > _MOST_DUTIES:
        return f"bản có {len(duties)} việc phải làm, nhiều nhất {_MOST_DUTIES}"
    more = agreement.edition.extended
    period = agreement.period
    years = (more.to.end if more else period.end) - period.start + (not period.school_year)
    count = sum(_A_YEAR.get(each.when.text, 12 / (each.when.months or 12)) for each in duties)
    if count * years > _MOST_TIMES:
        return f"các việc phải làm có khoảng {round(count * years)} lần, nhiều nhất {_MOST_TIMES}"
    return ""


def _not_together(duty: Duty) -> str:
    """What is wrong with the sides of a duty."""
    if len(set(duty.who)) < len(duty.who):
        return "kể một bên hai lần"
    return "ghi luân phiên mà chỉ có một bên" if duty.in_turn and len(duty.who) < 2 else ""


def _not_printed(days: tuple[PartialDate, PartialDate], printed: str) -> str:
    """A year, month or day of these that the quoted words lack, as far as they have numbers."""
    numbers = [int(each) for each in re.findall("[0-9]+", printed)]
    small, years = {n for n in numbers if n < 1000}, {n for n in numbers if n >= 1000}
    for each in days:
        if years and each.year not in years:
            return f"năm {each.year}"
        for part, words in ((each.month, "tháng"), (each.day, "ngày")):
            if part and small and part not in small:
                return f"{words} {part}"
    return ""


def entered(archive: Archive) -> Iterator[Problem]:
    """Y109 a day on which a text can't have come into the archive: of a draft, before its date,
    after its seal.
    """
    for agreement in archive.agreements:
        facts = agreement.facts
        if (day := facts.entered_on) is None:
            continue
        signed = facts.date.value if facts.date else None
        said = ""
        if facts.draft:
            said = "bản thảo chưa ký thì chưa có ngày vào kho"
        elif signed and day.first < signed.first:
            said = f"ngày vào kho có trước ngày của văn bản ({signed.words})"
        elif facts.seal and facts.seal.since.last < day.first:
            said = f"ngày vào kho có sau ngày niêm phong ({facts.seal.since.words})"
        if said:
            hint = "Sửa ngày hay bỏ dòng này; lệnh seal và import tự ghi."
            yield _fact(archive, agreement, ("entered_on",), "Y109", said, hint)


def shared_duties(archive: Archive) -> Iterator[Problem]:
    """D211 a duty of a shared clause that names a clause or days; D212 one of sides that not every
    series has; R106 one whose words stand in no wording as every text has them.
    """
    for clause_id, clause in archive.shared.items():
        path = f"data/clauses/{clause_id}.yml"
        for name, duty in clause.duties.items():
            key: tuple[str | int, ...] = ("duties", name)
            if duty.clause:
                message = f'việc "{name}" của điều khoản dùng chung không nêu `clause`'
                hint = "Bỏ dòng này: đó là điều khoản nào thì mỗi trang dùng nó đã nói."
                yield _in_data(archive, path, (*key, "clause"), "D211", message, hint)
            if twice := _not_together(duty):
                message = f'việc "{name}" {twice}'
                hint = "Mỗi bên kể một lần; luân phiên thì cần ít nhất hai bên."
                yield _in_data(archive, path, (*key, "who"), "D212", message, hint)
            if others := set(duty.who) - {Side.MANAGEMENT, Side.UNION}:
                message = f'việc "{name}" của điều khoản dùng chung ghi bên "{min(others)}"'
                hint = (
                    "Ở đây `management` là bên của đơn vị, `union` là bên phối hợp của bộ quy chế."
                )
                yield _in_data(archive, path, (*key, "who"), "D212", message, hint)
            if duty.when.days:
                message = (
                    f'việc "{name}" của điều khoản dùng chung ghi một ngày ({duty.when.words})'
                )
                hint = "Ngày của riêng một bản thì ghi ở `duties` của bản ấy."
                yield _in_data(archive, path, (*key, "when"), "D211", message, hint)
            printed = duty.printed
            if "{" in printed or not any(printed in each for each in clause.wordings.values()):
                message = f'không câu chữ nào của "{clause_id}" có chữ "{_cut(printed)}"'
                hint = "Chép đúng từng chữ, chọn chỗ không có ô trống {…}."
                yield _in_data(archive, path, (*key, "printed"), "R106", message, hint)


def reasons(archive: Archive) -> Iterator[Problem]:
    """R110 a reason for a clause that did not change since the edition before."""
    for unit_id, series_id in archive.series():
        editions = archive.editions(unit_id, series_id)
        for number, new in enumerate(editions):
            if not new.edition.reasons or not new.whole:
                continue
            old = editions[number - 1] if number else None
            changed: set[str] = set()
            if old and old.edition.text is TextState.FULL is new.edition.text:
                changed = {
                    clause.id
                    for change in compare(old.page, new.page, ids_decide=True).changes
                    if change.kind is not ChangeKind.SAME or change.moved
                    for clause in (*change.old, *change.new)
                }
            key = ("series", series_id, "editions", str(new.period), "reasons")
            for clause_id in new.edition.reasons:
                if clause_id not in changed:
                    since = f"so với bản {old.period}" if old else "vì kho chưa có bản trước"
                    message = f'điều khoản "{clause_id}" không thay đổi {since}'
                    hint = (
                        nearest(clause_id, changed)
                        or "Bỏ lý do này, hay ghi đúng mã điều khoản đã thay đổi."
                    )
                    yield _in_data(archive, new.data_path, (*key, clause_id), "R110", message, hint)


def dates(archive: Archive) -> Iterator[Problem]:
    """Y101 (warning) a date far outside its period; Y103, Y104 dates that contradict each other."""
    for agreement in archive.agreements:
        facts = agreement.facts
        first, last = _span(agreement)
        if facts.date and (value := facts.date.value):
            if not first - _FAR <= value.last or not value.first <= last + _FAR:
                message = f"{value.words} cách xa {agreement.period.words}"
                hint = "Xem lại năm; nếu văn bản in đúng như vậy thì giữ nguyên."
                key = ("date", "value")
                yield _fact(archive, agreement, key, "Y101", message, hint, Severity.WARNING)
            signed = agreement.edition.date.value if agreement.edition.date else None
            if isinstance(facts, LaterVersion) and signed and value.last < signed.first:
                message = f"phiên bản {agreement.version} có trước ngày ký bản gốc ({signed.words})"
                hint = "Xem lại ngày của hai bản; phiên bản sau không thể ký trước."
                yield _fact(archive, agreement, ("date", "value"), "Y103", message, hint)
        start, end = facts.valid_from, facts.valid_to
        if start and end and end.value.last < start.value.first:
            message = f"hiệu lực đến {end.value.words}, trước khi bắt đầu ({start.value.words})"
            hint = "Xem lại hai ngày trong câu chữ của văn bản."
            yield _fact(archive, agreement, ("valid_to", "value"), "Y104", message, hint)


def _span(agreement: Agreement) -> tuple[date, date]:
    period = agreement.period
    if period.school_year:
        return date(period.start, 9, 1), date(period.end, 8, 31)
    return date(period.start, 1, 1), date(period.end, 12, 31)


def values(archive: Archive) -> Iterator[Problem]:
    """Y106 a date whose value is not the printed one; R107 a number or place that is not printed."""
    for agreement in archive.agreements:
        facts = agreement.facts
        issued = facts.issued_by
        for key, part in (
            (("date",), facts.date),
            (("valid_from",), facts.valid_from),
            (("valid_to",), facts.valid_to),
            (("issued_by", "date"), issued.date if issued else None),
        ):
            printed = _FULL_DATE.findall(part.printed) if part and part.value else []
            days = {f"{int(y):04}-{int(m):02}-{int(d):02}" for d, m, y in printed}
            if part and days and str(part.value) not in days:
                said = part.value.words if part.value else ""
                message = f'`value` là {said}, nhưng văn bản in "{part.printed}"'
                hint = f"Có phải {min(days)}?"
                yield _fact(archive, agreement, (*key, "value"), "Y106", message, hint)
        for name, of in (("number", facts.number), ("place", facts.place)):
            if of and of.value and _tight(of.value) not in _tight(of.printed):
                message = f'`value` "{of.value}" không có trong chỗ in "{of.printed}"'
                yield _fact(archive, agreement, (name, "value"), "R107", message, _AS_PRINTED)


def _tight(text: str) -> str:
    return "".join(text.split())


_AS_PRINTED = "Chép đúng từng chữ như in."


def supersedes(archive: Archive) -> Iterator[Problem]:
    """Y102 an edition that says that it replaces itself or a later one (so also any circle).

    D210 a signed one that does not say in which words.
    """
    for agreement in archive.agreements:
        found = agreement.edition.supersedes
        if agreement.version == AS_SIGNED and found and found.period >= agreement.period:
            message = f"bản {agreement.period} không thể thay thế bản {found.period}"
            hint = "Bản bị thay thế phải thuộc kỳ trước (có thể là bản mà kho chưa có)."
            yield _fact(archive, agreement, ("supersedes", "period"), "Y102", message, hint)
        signed = agreement.version == AS_SIGNED and not agreement.facts.draft
        if signed and found and not found.printed:
            message = f"thiếu câu nói rằng bản này thay thế bản {found.period}"
            hint = "Ghi `printed`: đúng các chữ ấy trong văn bản; văn bản không nói thì bỏ `supersedes`."
            yield _fact(archive, agreement, ("supersedes",), "D210", message, hint)


def extensions(archive: Archive) -> Iterator[Problem]:
    """Y107 an edition prolonged to a period that is not later than its own."""
    for agreement in archive.agreements:
        extended = agreement.edition.extended
        if agreement.version == AS_SIGNED and extended and extended.to.end <= agreement.period.end:
            message = f"bản {agreement.period} không thể kéo dài đến kỳ {extended.to}"
            hint = "Ghi kỳ sau cùng mà bản này còn dùng, muộn hơn kỳ của nó."
            yield _fact(archive, agreement, ("extended", "to"), "Y107", message, hint)


def sequence(archive: Archive) -> Iterator[Problem]:
    """G201 (warning) a label that does not follow the one before; silent once suspected in data."""
    for agreement in archive.agreements:
        listed = {
            suspected.clause
            for suspected in agreement.facts.suspected
            if (clause := agreement.page.clause(suspected.clause or ""))
            and fold(suspected.printed) in clause.label
        }
        for clause, expected in out_of_sequence(agreement.page):
            if clause.id not in listed and agreement.whole:
                message = f'nhãn "{clause.label}" không nối tiếp nhãn trước (chờ số {expected})'
                hint = "Nếu văn bản in đúng như vậy, ghi vào `suspected` của bản này trong data/units/."
                yield Problem(
                    agreement.path, clause.line, 1, "G201", message, hint, Severity.WARNING
                )


def sources(archive: Archive) -> Iterator[Problem]:
    """V101, V104 text that parts from its source; V102 a changed original; V103 a missing one."""
    for agreement in archive.agreements:
        for number, source in enumerate(agreement.facts.source):
            key = ("source", number)
            if f"data/sources/{source.file}" in archive.left_out:
                continue
            data = archive.sources.get(source.file)
            if data is None:
                message = f"không có tệp data/sources/{source.file}"
                hint = nearest(source.file, archive.sources) or "Đặt bản gốc vào đó, đúng tên này."
                yield _fact(archive, agreement, (*key, "file"), "V103", message, hint)
                continue
            digest = hashlib.sha256(data).hexdigest()
            if digest != source.sha256:
                message = f"data/sources/{source.file} có mã băm {digest}"
                hint = "Bản gốc không được sửa; nếu mới thêm thì ghi đúng mã băm này."
                yield _fact(archive, agreement, (*key, "sha256"), "V102", message, hint)
            if source.role is SourceRole.TEXT and not _mended(agreement, source):
                yield from _verbatim(archive, agreement, source, data)


def _mended(agreement: Agreement, source: Source) -> bool:
    """Whether our typing mistakes are mended against this source: in the next version, or in
    this one, which still is a draft.
    """
    own = agreement.facts
    if own.draft and isinstance(own, LaterVersion) and own.record.kind is RecordKind.TRANSCRIBE:
        return True
    days = {str(day): later for day, later in agreement.edition.versions.items()}
    later = agreement.versions[agreement.versions.index(agreement.version) + 1 :]
    after = next((days[version] for version in later if not days[version].draft), None)
    if after is None or after.record.kind is not RecordKind.TRANSCRIBE:
        return False
    same = (source.role, source.file, source.sha256)
    return same in {(each.role, each.file, each.sha256) for each in after.source}


def _verbatim(
    archive: Archive, agreement: Agreement, source: Source, data: bytes
) -> Iterator[Problem]:
    try:
        text = original_text(source.file, data)
    except (UnicodeDecodeError, EditorError):
        text = None
    if text is None:
        message = f"data/sources/{source.file} không phải văn bản UTF-8 nên không đối chiếu được"
        hint = "Lưu bản gốc thành tệp .txt UTF-8; tệp quét hay PDF ghi vai trò signed-scan."
        yield _fact(archive, agreement, ("source",), "V103", message, hint)
        return
    for found in differences(agreement, text, word=is_word(source.file)):
        if not agreement.whole:
            return
        message = f"{found.message} (data/sources/{source.file} dòng {found.source_line})"
        if found.key:
            yield _fact(archive, agreement, found.key, found.code, message)
        else:
            yield Problem(agreement.path, found.line, 1, found.code, message, _VERBATIM)


_VERBATIM = "Trang phải đúng từng chữ với bản gốc, kể cả lỗi in; chỗ nghi sai ghi vào `suspected`."


def units(archive: Archive) -> Iterator[Problem]:
    """R108 an unknown successor; R109 an address that is in use or reserved; Y105 name order."""
    away = _left_out(archive)
    held = {str(unit_id): f'đã là mã của đơn vị "{unit_id}"' for unit_id in (*archive.units, *away)}
    held[RESERVED] = "dành riêng cho danh sách theo loại"
    for unit_id, unit in archive.units.items():
        path = f"data/units/{unit_id}.yml"
        if unit_id == RESERVED:
            message = f'mã đơn vị "{RESERVED}" dành riêng cho danh sách theo loại'
            yield Problem(path, 1, 1, "R109", message, "Chọn mã khác cho đơn vị.")
        unknown = unit.successor not in archive.units and unit.successor not in away
        if (other := unit.successor) and (other == unit_id or unknown):
            others = [str(each) for each in archive.units if each != unit_id]
            message = f'không có đơn vị nào khác có mã "{unit.successor}"'
            hint = nearest(unit.successor, others) or "Thêm đơn vị đó trước, hay bỏ trường này."
            yield _in_data(archive, path, ("successor",), "R108", message, hint)
        for number, alias in enumerate(unit.aliases):
            if alias in held:
                message = f'địa chỉ cũ "{alias}" {held[alias]}'
                hint = "Mỗi địa chỉ chỉ dùng cho một đơn vị; bỏ dòng này."
                yield _in_data(archive, path, ("aliases", number), "R109", message, hint)
            held.setdefault(alias, f'đã là địa chỉ cũ của đơn vị "{unit_id}"')
        days = [name.since or PartialDate(1) for name in unit.names]
        if [day.first for day in days] != sorted(day.first for day in days):
            message = "các tên gọi phải xếp theo ngày, tên mới nhất ở cuối"
            hint = "Đổi chỗ các tên; trang web dùng tên ở cuối."
            yield _in_data(archive, path, ("names",), "Y105", message, hint)


def links(archive: Archive) -> Iterator[Problem]:
    """R201 a link to a page that does not exist; R202 to a heading that does not exist."""
    own = {
        path.removeprefix("docs/"): text
        for path, text in archive.texts.items()
        if path.startswith("docs/") and not path.startswith("docs/don-vi/")
    }
    asked = {name.split("/")[1] for name in linked(own) if name.startswith("don-vi/")}
    made = _made(archive, [unit for unit in archive.units if asked & {*_names(archive, unit)}])
    anchors = {
        path: frozenset(clause.id for clause in of.page.clauses) if of and of.page.clauses else None
        for path, of in made.items()
    }
    every = cache(lambda: (*own, *_made(archive, archive.units)))
    for broken in broken_links(own, anchors):
        path = f"docs/{broken.page}"
        if broken.fault is Fault.FORM:
            message = f'liên kết "{broken.href}" không chỉ tới tệp trang'
            hint = "Viết đường tới tệp .md tính từ trang này, ví dụ ../don-vi/index.md."
            yield Problem(path, broken.line, 1, "R201", message, hint)
        elif broken.fault is Fault.PAGE and not _unread(archive, broken.target):
            hint = nearest(broken.target, every())
            message = f'liên kết tới "{broken.target}", không có trang đó'
            yield Problem(path, broken.line, 1, "R201", message, hint)
        elif broken.fault is Fault.ANCHOR:
            agreement = made.get(broken.target)
            if agreement and not agreement.whole:  # what it lacks may be there and unread
                continue
            hint = nearest(broken.anchor, broken.known)
            message = f'trang {broken.target} không có mục "#{broken.anchor}"'
            yield Problem(path, broken.line, 1, "R202", message, hint)


def _made(archive: Archive, units: Collection[UnitId]) -> dict[str, Agreement | None]:
    """The pages that a build makes, of units only theirs; with the agreement that one shows."""
    names = [f"{name}/" for name in ("don-vi", "dieu-khoan", "lich", "tinh-hinh")]
    names += [f"dieu-khoan/{clause_id}/" for clause_id in archive.shared]
    names += [f"don-vi/{RESERVED}/{unit.type}/" for unit in archive.units.values()]
    for unit_id in units:
        unit = archive.units[unit_id]
        names += [f"don-vi/{name}/" for name in _names(archive, unit_id)]
        names += [f"don-vi/{unit_id}/{series_id}/" for series_id in unit.series]
        names += _addresses(unit_id, unit)
    made: dict[str, Agreement | None] = {f"{name}index.md": None for name in names}
    asked = {*units}
    shown = (each for each in archive.agreements if each.unit_id in asked)
    return made | {f"{each.address}index.md": each for each in shown}


def _names(archive: Archive, unit_id: UnitId) -> tuple[str, ...]:
    """What a unit's own page is and was called."""
    return unit_id, *archive.units[unit_id].aliases


def shared_wordings(archive: Archive) -> Iterator[Problem]:
    """C106 a wording with braces that are no blank, or with a mark of a page; a term with either."""
    for clause_id, clause in archive.shared.items():
        path = f"data/clauses/{clause_id}.yml"
        for period, text in clause.wordings.items():
            for message, hint in faults(text):
                key = ("wordings", str(period))
                yield _in_data(archive, path, key, "C106", message, hint)
    for unit_id, unit in archive.units.items():
        path = f"data/units/{unit_id}.yml"
        for name, values in unit.terms.items():
            for period, text in values.items():
                for message, hint in faults(text, term=True):
                    of_term = ("terms", name, str(period))
                    yield _in_data(archive, path, of_term, "C106", message, hint)


def terms(archive: Archive) -> Iterator[Problem]:
    """C105 (warning) a term that no wording has a blank for; silent where a wording is unread."""
    files = [path for path in archive.texts if path.startswith("data/clauses/")]
    if len(files) > len(archive.shared):
        return
    texts = (text for clause in archive.shared.values() for text in clause.wordings.values())
    known = sorted({name for text in texts for name in blanks(text)})
    for unit_id, unit in archive.units.items():
        for name in unit.terms:
            if name not in known:
                path, key = f"data/units/{unit_id}.yml", ("terms", name)
                message = f'không câu chữ nào có chỗ trống cho cách gọi "{name}"'
                hint = nearest(name, known) or "Bỏ cách gọi này, hay sửa tên theo chỗ trống."
                yield _in_data(archive, path, key, "C105", message, hint, Severity.WARNING)


def newest_wordings(archive: Archive) -> Iterator[Problem]:
    """C107 (warning) a draft that pins a wording though a newer one can be filled."""
    for agreement in archive.agreements:
        if not agreement.facts.draft:
            continue
        held = terms_of(agreement.unit, agreement.period)
        lines = _LINE_END.split(archive.texts.get(agreement.path, ""))
        for clause in agreement.page.clauses:
            if clause.shared and (found := newer(clause.shared, archive.shared, held)):
                said = f'câu chữ {clause.shared.wording} của "{clause.shared.id}"'
                message = f"bản thảo dùng {said}, đã có câu chữ mới hơn: {found.wording}"
                hint = f'Đổi thành "{found.wording}", hay giữ nếu hai bên muốn câu chữ cũ.'
                column = max(0, lines[clause.line - 1].find("{{")) + 1
                place = (agreement.path, clause.line, column)
                yield Problem(*place, "C107", message, hint, Severity.WARNING)


def unused(archive: Archive) -> Iterator[Problem]:
    """C108 (warning) a shared clause that no page calls, nor seems to have meant; silent where not
    all units are in this copy.
    """
    if not _left_out(archive):
        yield from uncalled(archive)


def uncalled(archive: Archive) -> Iterator[Problem]:
    """C108 as if there were no pages but those of the archive."""
    called = {use.id for _, _, use in _hand_written(archive) if use}
    called |= {
        clause.shared.id for a in archive.agreements for clause in a.page.clauses if clause.shared
    }
    for path, text in archive.texts.items():
        if path.startswith("docs/don-vi/"):
            called |= set(_CALLED.findall(text))
    unknown = called - archive.shared.keys()
    called |= {near for each in unknown for near in get_close_matches(each, archive.shared, n=1)}
    for clause_id in archive.shared:
        if clause_id not in called:
            path = f"data/clauses/{clause_id}.yml"
            message = f'không trang nào dùng điều khoản "{clause_id}"'
            hint = f'Gọi nó vào trang: {{{{ clause("{clause_id}", "…") }}}}, hay bỏ tệp này.'
            yield Problem(path, 1, 1, "C108", message, hint, Severity.WARNING)


_CALLED = re.compile(r"""clause\(\s*["']([^"'\n]{1,80})["']""")


def hand_written(archive: Archive) -> Iterator[Problem]:
    """C101–C104, G107 in hand-written pages, where a call fills all blanks itself."""
    for path, line, use in _hand_written(archive):
        column = max(0, _LINE_END.split(archive.texts[path])[line - 1].find("{{")) + 1
        if use is None:
            message = "không đọc được lời gọi {{ … }} ở dòng này"
            hint = 'Viết: {{ clause("hop-giao-ban", "2024-2025", union="Chi đoàn") }}'
            yield Problem(path, line, column, "G107", message, hint)
            continue
        found = wording(use, archive.shared, {})
        unread = use.id not in archive.shared and f"data/clauses/{use.id}.yml" in archive.texts
        if not isinstance(found, str) and not unread:
            yield Problem(path, line, column, *found)


def _hand_written(archive: Archive) -> Iterator[tuple[str, int, Shared | None]]:
    for path, text in archive.texts.items():
        if path.startswith("docs/") and not path.startswith("docs/don-vi/"):
            yield from ((path, line, use) for line, use in calls(text))


def _unread(archive: Archive, target: str) -> bool:
    """Whether a target belongs to a unit whose data file could not be read (told elsewhere), or is
    not in this copy, or lists units that are not.
    """
    folder, _, rest = target.partition("/")
    unit_id = rest.split("/")[0]
    there = f"data/units/{unit_id}.yml" in archive.places
    away = f"data/units/{unit_id}.yml" in archive.left_out
    if f"docs/{target}" in archive.left_out:
        return True
    if (folder, unit_id) == ("don-vi", RESERVED):
        return bool(_left_out(archive))
    return folder == "don-vi" and (there or away) and unit_id not in archive.units


def _left_out(archive: Archive) -> list[str]:
    """The units that are not in this copy."""
    start = "data/units/"
    paths = (path for path in archive.left_out if path.startswith(start) and path.endswith(".yml"))
    return sorted(path.removeprefix(start).removesuffix(".yml") for path in paths)


def _fact(
    archive: Archive, agreement: Agreement, key: tuple[str | int, ...], code: str, message: str,
    hint: str = "", severity: Severity = Severity.ERROR,
) -> Problem:  # fmt: skip
    full = (*agreement.data_key, *key)
    return _in_data(archive, agreement.data_path, full, code, message, hint, severity)


def _in_data(
    archive: Archive, path: str, key: tuple[str | int, ...], code: str, message: str,
    hint: str = "", severity: Severity = Severity.ERROR,
) -> Problem:  # fmt: skip
    line, column = place_of(archive.places.get(path, {}), *key)
    return Problem(path, line, column, code, message, hint, severity)


def _cut(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


# What one unit's own files tell, and what takes all of them.
# What a calendar can show; the longest we know has 12 duties, and 64 times.
_MOST_DUTIES, _MOST_TIMES = 100, 2000
_A_YEAR = {"every-week": 53, "every-term": 2, "regularly": 0}
OF_FILES: tuple[Rule, ...] = (
    characters,
    sides,
    report_only,
    suspects,
    entered,
    dates,
    values,
    supersedes,
    extensions,
    sequence,
)
OF_WORDS: tuple[Rule, ...] = (
    clause_references,
    quotes,
    regions,
    duties,
    reasons,
    sources,
    newest_wordings,
)
OF_ALL: tuple[Rule, ...] = (
    units,
    links,
    shared_wordings,
    shared_duties,
    terms,
    unused,
    hand_written,
)
