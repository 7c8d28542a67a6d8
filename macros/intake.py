# A manuscript → the files of an edition: its page, its facts in the unit's data, its original.
# Hides: where a fact goes in data/units/, which ids its clauses get, what is told of it.
# Refuses: to guess a unit that it is not told, to write over an edition, to mend what nobody
# asked to be mended.
"""`take_in(archive, manuscript, …)`: what a file from outside adds to the archive, as edits."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from typing import Any

from macros.counterparts import Numbered, with_last_years_ids
from macros.editing import Edits, put
from macros.foreign import is_word, original_text
from macros.grammar import parse, write
from macros.importing.drafting import Draft, draft, renamed_facts
from macros.legacy import Fault, faults, repaired
from macros.manuscript import Grid, Manuscript, Printed
from macros.mentions import Turn
from macros.model import (
    AS_SIGNED,
    KEBAB,
    Agreement,
    Archive,
    Kind,
    Page,
    Period,
    SeriesId,
    Side,
    SourceRole,
    TextState,
    Unit,
    UnitId,
    UnitType,
    page_path,
)
from macros.problem import EditorError, nearest
from macros.reading import read
from macros.renewal import inherited
from macros.verbatim import differences

_NAMED = re.compile(rf"({KEBAB})/({KEBAB})/([0-9]{{4}}-[0-9]{{4}})")
_NO_NAME = (
    "ghi --as <đơn vị>/<bộ>/<kỳ>, như --as truong-mau/cong-doan/2027-2028, hay đặt tên tệp là "
    "truong-mau_cong-doan_2027-2028.docx"
)
# Proposals are applied, and what they leave is looked at once more.
_ROUNDS = 2
# Kept as an original under these endings; a Markdown file is a text.
_KEPT = {".txt": ".txt", ".md": ".txt", ".markdown": ".txt", ".docx": ".docx", ".pdf": ".pdf"}
# How a unit's name begins, and what sort of unit it is.
_TYPES = (
    ("trường mầm non", UnitType.PRESCHOOL),
    ("trường mẫu giáo", UnitType.PRESCHOOL),
    ("trường tiểu học", UnitType.PRIMARY),
    ("trường trung học cơ sở", UnitType.LOWER_SECONDARY),
    ("trường thcs", UnitType.LOWER_SECONDARY),
    ("trường trung học phổ thông", UnitType.UPPER_SECONDARY),
    ("trường thpt", UnitType.UPPER_SECONDARY),
    ("trường cao đẳng", UnitType.COLLEGE),
    ("trung tâm", UnitType.CENTRE),
    ("sở giáo dục", UnitType.DEPARTMENT),
    ("phòng giáo dục", UnitType.DISTRICT_OFFICE),
    ("phòng gd", UnitType.DISTRICT_OFFICE),
)
_COUNTERPARTS = (
    ("cong-doan", Side.UNION), ("lien-doan-lao-dong", Side.UNION), ("chi-doan", Side.YOUTH_UNION),
    ("doan-thanh-nien", Side.YOUTH_UNION), ("phu-nu", Side.WOMEN), ("cuu-chien-binh", Side.VETERANS),
)  # fmt: skip
_SIDES = {
    Side.MANAGEMENT: "Chính quyền",
    Side.UNION: "Công đoàn",
    Side.YOUTH_UNION: "Chi đoàn",
    Side.WOMEN: "Phụ nữ",
    Side.VETERANS: "Cựu chiến binh",
    Side.STAFF: "Người lao động",
}
_MISSING = {
    "number": "số", "date": "ngày", "signatures": "chữ ký", "recipients": "nơi nhận",
}  # fmt: skip
_SHOWN = 60
_SOFT = "\u00ad"
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-–]\s*((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an import is told: the edition `unit/series/period`, and what a file does not say.

    `report`: the file is a report about an agreement. `draft`: nobody has signed it yet. `repair`:
    what is proposed for suspected faults of converting is applied. `unit_name` names a unit that
    the archive does not have yet. `day` is the day of the import, on which what is no draft comes
    into the archive; None where that is not to be said.
    """

    edition: str
    report: bool = False
    draft: bool = False
    repair: bool = False
    unit_name: str = ""
    day: date | None = None


def take_in(archive: Archive, manuscript: Manuscript, name: str, data: bytes, of: Wanted) -> Edits:
    """The edition that a file holds. `name`, `data`: the file as it was sent.

    Raises EditorError where the edition is there already, where its unit is unknown and unnamed,
    and where a word of the file would be lost.
    """
    unit_id, series_id, period = _named(of.edition)
    path = page_path(unit_id, series_id, period)
    unit = archive.units.get(UnitId(unit_id))
    if path in archive.texts or (
        unit and series_id in unit.series and period in unit.series[series_id].editions
    ):
        raise EditorError(
            f"kho đã có bản {of.edition}; nhập lại thì bỏ bản thảo trước (qcph discard), "
            "còn bản đã ký thì mở phiên bản mới (qcph amend, replace, correct)"
        )
    data_path = f"data/units/{unit_id}.yml"
    if unit is None and data_path in archive.texts:
        raise EditorError(f"{data_path} chưa đọc được; chạy qcph check để biết vì sao")
    mended: list[tuple[str, Fault]] = []
    if of.repair:
        manuscript, mended = _repaired(manuscript)
    elif lost := _unkeepable(manuscript):
        raise EditorError(
            f"tệp gõ bằng phông cũ ({lost}); trang không giữ được các ký tự ấy, nên phải nhập với "
            "--repair, rồi đọc lại các chỗ đã sửa"
        )
    made = draft(manuscript, report=of.report)
    numbered = _numbered(archive, made.page, unit_id, series_id, period)
    names: dict[str, str] = {
        was.id: each.id for was, each in zip(made.page.clauses, numbered.page.clauses, strict=True)
    }
    facts = renamed_facts(made.facts, names)
    if of.report:
        facts = {**facts, "text": TextState.REPORT_ONLY.value}
    if of.draft:
        facts = {"draft": True, **facts}
    elif of.day:
        facts = {"kind": facts["kind"], "entered_on": str(of.day), **facts}
    duties, of_duties = _duties(archive, numbered.page, facts["kind"], of)
    facts = {**facts, **duties}
    page = write(numbered.page)
    key = ["series", series_id, "editions", str(period)]

    def with_sides(text: str, *more: Side) -> str:
        for side in (*more, *_signing(made.facts)):
            if unit and side not in unit.sides:
                text = put(text, data_path, ["sides", side.value], _SIDES[side])
        return text

    def with_facts(facts: Mapping[str, Any]) -> str:
        own = archive.texts.get(data_path, "")
        if unit and series_id in unit.series:
            return put(with_sides(own), data_path, key, facts)
        counterpart = _counterpart(series_id, facts)
        series = {"counterpart": counterpart.value, "editions": {str(period): facts}}
        if unit:
            return put(with_sides(own, counterpart), data_path, key[:2], series)
        return _new_unit(data_path, unit_id, series_id, series, of, counterpart)

    source = _original(archive, name, data, of.edition)
    if source:
        sure = _same_words(source[1], data, page, with_facts(facts), path, of) and not of.repair
        role = SourceRole.TEXT if sure else SourceRole.FILE
        entry = {"role": role.value, "file": source[0], "sha256": hashlib.sha256(data).hexdigest()}
        facts = {**facts, "source": [entry]}
    text = with_facts(facts)
    told = [
        *_doubts(archive, unit, of, made.page, data),
        *_told(made, numbered, manuscript, mended, of, source, facts),
        *of_duties,
    ]
    files = {f"data/sources/{source[0]}": data} if source else {}
    return Edits(texts={path: page, data_path: text}, files=files, said=tuple(told))


def is_named(edition: str) -> bool:
    """Whether it is the name of an edition."""
    return bool(_NAMED.fullmatch(edition))


def _named(edition: str) -> tuple[str, str, Period]:
    found = _NAMED.fullmatch(edition)
    if not found:
        raise EditorError(f'"{edition}" không phải tên một bản: {_NO_NAME}')
    try:
        return found[1], found[2], Period.parse(found[3])
    except ValueError as wrong:
        raise EditorError(f"{wrong}; {_NO_NAME}") from None


def _numbered(
    archive: Archive, page: Page, unit_id: str, series_id: str, period: Period
) -> Numbered:
    """The page with the ids of its series: of earlier editions first, the newest in front."""
    others = [
        version
        for edition in archive.editions(unit_id, series_id)
        for version in archive.versions(edition)
    ]
    earlier = [each for each in others if each.period < period]
    later = [each for each in others if each.period >= period]
    taken = {clause.id for each in others for clause in each.page.clauses}
    before = [each.page for each in (*reversed(earlier), *later)]
    numbered = with_last_years_ids(page, before, taken)
    return replace(numbered, page=_nested_as_before(numbered.page, before))


def _duties(
    archive: Archive, page: Page, kind: str, of: Wanted
) -> tuple[dict[str, Any], list[str]]:
    """The fact `duties` as the page takes it over from the edition that was signed last before it,
    and what there is to say of it; neither where there is none.
    """
    unit_id, series_id, period = _named(of.edition)
    earlier = [
        each
        for each in archive.editions(unit_id, series_id)
        if each.period < period and each.whole and not each.facts.draft
    ]
    earlier = [each for each in earlier if each.edition.text is TextState.FULL]
    if of.report or not earlier:
        return {}, []
    before = earlier[-1]
    found = inherited(archive, before, page, Turn(Kind(kind), before.period, period))
    names = ", ".join(found.duties)
    told = [f"Việc phải làm, mang theo từ bản {before.period}: {names}."] if names else []
    told += [f"Việc phải làm, hãy xem: {line}." for line in found.doubtful]
    told += [f"Việc phải làm, không mang theo: {line}." for line in found.left]
    return ({"duties": found.duties} if names else {}), told


def _nested_as_before(page: Page, before: Sequence[Page]) -> Page:
    """The page where a paragraph without a label belongs to what it belonged to the year before:
    print does not say whether it takes up a khoản again after its điểm.
    """
    was = {clause.id: clause.parent for other in reversed(before) for clause in other.clauses}
    clauses = tuple(
        replace(each, parent=was[each.id])
        if not each.label and not each.level and each.id in was
        else each
        for each in page.clauses
    )
    nested = replace(page, clauses=clauses)
    read_back = parse(write(nested), "", lambda _: "")
    return nested if not read_back.problems and read_back.page == nested else page


# --- the unit ---


def _counterpart(series_id: str, facts: Mapping[str, Any]) -> Side:
    for begun, side in _COUNTERPARTS:
        if series_id.startswith(begun):
            return side
    signed = {each["side"] for each in facts.get("signatures", ())} - {Side.MANAGEMENT.value}
    if len(signed) == 1:
        return Side(signed.pop())
    known = ", ".join(begun for begun, _ in _COUNTERPARTS)
    hint = nearest(series_id, [begun for begun, _ in _COUNTERPARTS])
    raise EditorError(
        f'chưa biết "{series_id}" là bộ quy chế với bên nào; tên bộ bắt đầu bằng một trong: '
        f"{known}. {hint}".strip()
    )


def _signing(facts: Mapping[str, Any]) -> list[Side]:
    """The sides whose people signed."""
    return list(dict.fromkeys(Side(each["side"]) for each in facts.get("signatures", ())))


def _new_unit(
    path: str, unit_id: str, series_id: str, series: Mapping[str, Any], of: Wanted,
    counterpart: Side,
) -> str:  # fmt: skip
    """The whole data file of a unit that the archive does not have."""
    if not of.unit_name:
        raise EditorError(
            f"kho chưa có đơn vị {unit_id}; ghi tên của đơn vị như văn bản in: "
            f'--unit-name "Trường Tiểu học …"'
        )
    name = " ".join(of.unit_name.split())
    sort = next(
        (sort for begun, sort in _TYPES if name.casefold().startswith(begun)), UnitType.OTHER
    )
    facts = series["editions"][next(iter(series["editions"]))]
    sides = {each: _SIDES[each] for each in (Side.MANAGEMENT, counterpart, *_signing(facts))}
    text = "names: []\n"
    for key, value in (
        ("names", [{"name": name}]),
        ("type", sort.value),
        ("sides", {side.value: words for side, words in sides.items()}),
        ("series", {series_id: series}),
    ):
        text = put(text, path, [key], value)
    return text


# --- the original ---


def _original(archive: Archive, name: str, data: bytes, edition: str) -> tuple[str, str] | None:
    """What the original is called in data/sources/, and its ending; None where it is not kept."""
    for known, held in archive.sources.items():
        if held == data:
            return known, known[known.rindex(".") :]
    ending = _KEPT.get(name[name.rfind(".") :].lower()) if "." in name else None
    return (f"{edition.replace('/', '-')}{ending}", ending) if ending else None


def _same_words(ending: str, data: bytes, page: str, facts: str, path: str, of: Wanted) -> bool:
    """Whether page and facts cover the original character for character, as `check` will ask."""
    unit_id, series_id, period = _named(of.edition)
    unit = read(facts, path, Unit).value
    try:
        text = original_text(ending, data)
    except (EditorError, UnicodeDecodeError):
        return False
    if unit is None or text is None:
        return False
    parsed = parse(page, path, lambda _: "", report=of.report)
    agreement = Agreement(
        unit_id=UnitId(unit_id), unit=unit, series_id=SeriesId(series_id), period=period,
        version=AS_SIGNED, page=parsed.page, path=path,
    )  # fmt: skip
    return not any(True for _ in differences(agreement, text, word=is_word(ending)))


# --- suspected faults ---


def _suspected(lines: Sequence[Printed]) -> list[tuple[int, Fault]]:
    """Suspected faults by the line that holds them, told from the whole text: only it shows that
    a letter is missing everywhere, or which abbreviations are its own.
    """
    starts = list(accumulate((len(line.text) + 1 for line in lines), initial=0))
    found = []
    for fault in faults("\n".join(line.text for line in lines)):
        number = bisect_right(starts, fault.start) - 1
        start = starts[number]
        if fault.end <= start + len(lines[number].text):
            own = replace(fault, start=fault.start - start, end=fault.end - start)
            found.append((number, own))
    return found


def _unkeepable(manuscript: Manuscript) -> str:
    """A line with letters of an old font that are no characters of a page; empty where none has."""
    lines = list(manuscript.lines())
    found = (lines[n] for n, fault in _suspected(lines) if _SOFT in fault.found)
    line = next(found, None)
    return f"{line.place}: “{_short(line.text.replace(_SOFT, '·'))}”" if line else ""


def _repaired(manuscript: Manuscript) -> tuple[Manuscript, list[tuple[str, Fault]]]:
    """The manuscript with every proposal applied, and these with their places."""
    mended: list[tuple[str, Fault]] = []
    lines = list(manuscript.lines())
    for _ in range(_ROUNDS):
        by_line: dict[int, list[Fault]] = {}
        for number, fault in _suspected(lines):
            by_line.setdefault(number, []).append(fault)
        for number, found in by_line.items():
            line = lines[number]
            mended += [(line.place, fault) for fault in found]
            lines[number] = replace(line, text=repaired(line.text, found))
    left = iter(lines)

    def part(each: Printed | Grid) -> Printed | Grid:
        if isinstance(each, Printed):
            return next(left)
        rows = tuple(tuple(tuple(next(left) for _ in cell) for cell in row) for row in each.rows)
        return replace(each, rows=rows)

    return replace(manuscript, parts=tuple(map(part, manuscript.parts))), mended


# --- what is told ---


def _doubts(
    archive: Archive, unit: Unit | None, of: Wanted, page: Page, data: bytes
) -> Iterator[str]:
    """What speaks for a wrong name, or for the wrong file."""
    unit_id, series_id, period = _named(of.edition)
    printed = {Period(int(a), int(b)) for a, b in _YEARS.findall(" ".join(page.title)) if a < b}
    if printed and period not in printed:
        years = ", ".join(str(each) for each in sorted(printed))
        yield f"Xem lại: tên văn bản in {years}, mà nhập làm bản của kỳ {period}."
    if unit and series_id not in unit.series:
        yield f"Bộ mới của {unit_id}: {series_id} (đã có: {', '.join(unit.series)})."
    digest = hashlib.sha256(data).hexdigest()
    for each in archive.agreements:
        if any(source.sha256 == digest for source in each.facts.source):
            yield f"Xem lại: tệp này đã là bản gốc của {each.name}."


def _told(
    made: Draft, numbered: Numbered, manuscript: Manuscript, mended: Sequence[tuple[str, Fault]],
    of: Wanted, source: tuple[str, str] | None, facts: Mapping[str, Any],
) -> Iterator[str]:  # fmt: skip
    yield from manuscript.notes
    if not of.report:
        kinds = Counter(each.kind for each in numbered.page.clauses)
        fresh = len(numbered.fresh)
        ids = f"{len(numbered.kept)} mã giữ như các năm trước, {fresh} mã mới"
        yield f"{sum(kinds.values())} điều khoản: {ids}."
    missing = [words for name, words in _MISSING.items() if not facts.get(name)]
    if missing and not of.report:
        yield f"Trong tệp không thấy: {', '.join(missing)}."
    for guess in made.guesses:
        yield f"Đoán ({guess.sure.value}) – {guess.place}: {guess.what}"
    for each in made.left_out:
        yield f"Không lấy – {each.place}: “{_short(each.text)}” ({each.why})"
    if mended:
        yield f"Đã sửa {len(mended)} chỗ theo đề nghị (--repair):"
        yield from (_fault(place, fault) for place, fault in mended)
    else:
        lines = list(manuscript.lines())
        suspected = [(lines[number].place, fault) for number, fault in _suspected(lines)]
        if suspected:
            yield f"{len(suspected)} chỗ nghi là lỗi khi chuyển tệp; chữ vẫn để như trong tệp:"
            yield from (_fault(place, fault) for place, fault in suspected)
            yield "Muốn sửa theo các đề nghị ấy: chạy lại với --repair."
    if source is None:
        yield "Tệp này không lưu vào data/sources/ được (chỉ .txt, .docx, .pdf)."
    elif facts["source"][0]["role"] == SourceRole.FILE:
        why = (
            "đã sửa khi nhập" if mended else "có phần không thuộc văn bản" if made.left_out else ""
        )
        yield (
            f"Bản gốc {why or 'in cách khác trang'}, nên từ nay không đối chiếu từng chữ với nó "
            "được; hãy tự đọc lại một lần."
        )


def _fault(place: str, fault: Fault) -> str:
    return f"  {place}: “{fault.found}” → “{fault.proposed}” ({fault.why})"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
