# What stands around the text of an agreement: its head, and the signatures and recipients below it.
# Hides: the forms of mottos, numbers, dates, powers, offices, names and `Nơi nhận`.
# Refuses: to know the text between them, and to name a side or a value that no word proves: a guess
# is said to be one.
"""Lines of head and tail → facts, in the form of data/units/<unit>.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from macros.importing.looks import capitals, is_rule
from macros.manuscript import Grid, LeftOut, Printed
from macros.model import Kind, PartialDate, Side

Facts = dict[str, Any]

_BLANK = r"[\d.…_ ]*"
_DATE = (
    rf"[Nn]gày\s*(?P<d>{_BLANK})\s*tháng\s*(?P<m>{_BLANK})\s*năm\s*(?P<y>[\d.…_]*)"
    r"|[Nn]gày\s+(?P<d2>\d{1,2})\s*[/.-]\s*(?P<m2>\d{1,2})\s*[/.-]\s*(?P<y2>\d{4})"
)
DATE = re.compile(_DATE)
_DATED = re.compile(rf"(?:(?P<place>[^\d,]{{2,60}},)\s*)?(?P<date>{_DATE})\.?")
_NUMBER = re.compile(r"[Ss](?:ố|Ố)\s*:?\s*(?P<value>[\w.…_]*\s*/\s*\S.*|\d+\S*|[.…_]+)")
_QUOTED_NUMBER = re.compile(r"[Ss]ố\s*:?\s*(?P<value>[\w.…_]*\s*/\s*[^\s,;)]+)")
_NUMBER_THEN = re.compile(r"(Số.*?/\S+)\s+(\S.*,\s*[Nn]gày.*)")
_MOTTO = re.compile(
    r"C[ỘÔ]NG H(?:ÒA|OÀ) X[ÃA] H[ỘÔ]I CHỦ NGH[ĨI]A VI[ỆÊ]T NAM"
    r"|Đ[ộô]c l[ậâ]p\s*[-–—]+\s*T[ựư] do\s*[-–—]+\s*H[ạa]nh ph[úu]c\.?"
    r"|ĐOÀN (?:TNCS|THANH NIÊN CỘNG SẢN) HỒ CHÍ MINH",
    re.IGNORECASE,
)
_ISSUED = re.compile(r"\(?\s*(?:được )?(?:ban hành )?(?:kèm )?theo (?:quyết định|công văn|nghị quyết)"
                     r"|\(\s*(?:ban hành|kèm theo)", re.IGNORECASE)  # fmt: skip
_DRAFT = re.compile(
    r"[(\[]?\s*(?:bản )?dự thảo(?:\s+(?:lần )?(?:thứ )?\w+)?\s*[)\]]?", re.IGNORECASE
)
# What a document may call itself; where it is no kind of ours, a regulation is guessed.
_KINDS = (
    (Kind.REGULATION, r"quy chế"),
    (Kind.PLAN, r"kế hoạch"),
    (Kind.PROGRAMME, r"chương trình"),
    (None, r"quy định|thỏa thuận|thoả thuận|nghị quyết|hướng dẫn|giao ước|bản giao ước|cam kết"),
)
_KIND = re.compile("|".join(words for _, words in _KINDS), re.IGNORECASE)

_SUPERSEDES = re.compile(
    r"thay (?:thế|cho) (?:cho )?(?:bản )?(?:quy chế|kế hoạch|chương trình)[^.;]*?"
    r"(\d{4})\s*[-–—]\s*(\d{4})",
    re.IGNORECASE,
)
_FROM_SIGNING = re.compile(
    r"(?:có hiệu lực|có giá trị|được thực hiện|được áp dụng)(?: thi hành| thực hiện)?(?: kể)?"
    r" từ ngày (?:ký|(?P<date>\d{1,2}/\d{1,2}/\d{4}|\d{1,2} tháng \d{1,2} năm \d{4}))\b",
    re.IGNORECASE,
)

_POWER = re.compile(
    r"(?:T\s?/\s?M|TM|KT|TL|TUQ|Q)\s*[./]|(?:T/M|TM)\b|(?:THAY MẶT|ĐẠI DIỆN)\b", re.IGNORECASE
)
_OFFICE = re.compile(
    r"(?:quyền |q\. ?|phó |p\. ?)?(?:(?:tổng )?giám đốc|hiệu trưởng|chủ tịch|bí thư|thủ trưởng"
    r"|viện trưởng|chi hội trưởng|trưởng (?:phòng|ban|trạm|khoa|đơn vị|chi hội)|tổ trưởng"
    r"|chánh văn phòng|chủ nhiệm|ct ?cđ(?:cs)?)\b",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"BAN (?:CHẤP HÀNH|THƯỜNG VỤ|GIÁM)|BCH\b|BTV\b|BGH\b|(?:CÔNG|CHI|LIÊN|ĐẢNG) ?ĐOÀN|CĐCS|CHÍNH QUYỀN"
    r"|NHÀ TRƯỜNG|CHUYÊN MÔN|SỞ |PHÒNG |ĐOÀN |TRƯỜNG |TRUNG TÂM|HỘI "
)
_RECIPIENTS = re.compile(r"N[ơo]i\s+(?:nh[ậâạa]n|g[ửư]i)\s*[:.]?", re.IGNORECASE)
_NOTE = re.compile(r"\(.*\)?|\[.*\]|đã ký\.?", re.IGNORECASE)
_SURNAMES = frozenset(
    "NGUYỄN TRẦN LÊ PHẠM HOÀNG HUỲNH PHAN VŨ VÕ ĐẶNG BÙI ĐỖ HỒ NGÔ DƯƠNG LÝ ĐINH ĐOÀN TRỊNH MAI"
    " LƯƠNG TRƯƠNG CAO LƯU TÔ TẠ CHU CHỬ HÀ VƯƠNG THÁI LA QUÁCH TĂNG NÔNG HỨA ĐÀO".split()
)
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]*)*\.?")
# How a body that issues begins where print does not set it in capitals.
_ISSUER = re.compile(
    r"ubnd|ủy ban|uỷ ban|sở|phòng|trường|công đoàn|cđ|liên đoàn|lđlđ|đoàn|chi đoàn|đảng|chi bộ|hội|ban"
    r"|bộ|tổng|cụm|trung tâm|bệnh viện|viện|khoa|công ty|cơ quan|đơn vị",
    re.IGNORECASE,
)
# Whose words a signature holds, the surest first.
_SIDES = (
    (Side.YOUTH_UNION, r"CHI ĐOÀN|ĐOÀN TN|ĐOÀN THANH NIÊN|LIÊN CHI|BÍ THƯ ĐOÀN", True),
    (Side.YOUTH_UNION, r"(?<!CÔNG )(?<!LIÊN )(?<!ĐẢNG )ĐOÀN\b.*\bBÍ THƯ(?! CHI BỘ)", True),
    (Side.WOMEN, r"PHỤ NỮ|NỮ CÔNG", True),
    (Side.VETERANS, r"CỰU CHIẾN BINH|\bCCB\b", True),
    (Side.STAFF, r"NGƯỜI LAO ĐỘNG|TẬP THỂ", True),
    (Side.UNION, r"CÔNG ĐOÀN|\b(?:CT ?)?CĐ\w*|LĐLĐ|LIÊN ĐOÀN LAO ĐỘNG", True),
    (Side.MANAGEMENT, r"HIỆU TRƯỞNG|GIÁM ĐỐC|THỦ TRƯỞNG|TRƯỞNG PHÒNG|CHÍNH QUYỀN", True),
    (Side.STAFF, r"THANH TRA NHÂN DÂN|\bTTND\b", False),
    (Side.MANAGEMENT, r"NHÀ TRƯỜNG|BAN GIÁM|\bUBND|ỦY BAN NHÂN DÂN|VIỆN TRƯỞNG|TRƯỞNG BAN", True),
    (Side.UNION, r"CHỦ TỊCH|\bBCH\b|BAN CHẤP HÀNH|BAN THƯỜNG VỤ|\bBTV\b", False),
)  # fmt: skip
SIDE_NAMES = {
    Side.MANAGEMENT: "chính quyền", Side.UNION: "công đoàn", Side.YOUTH_UNION: "đoàn thanh niên",
    Side.WOMEN: "phụ nữ", Side.VETERANS: "cựu chiến binh", Side.STAFF: "người lao động",
}  # fmt: skip
KIND_NAMES = {
    Kind.REGULATION: "quy chế", Kind.PLAN: "kế hoạch", Kind.PROGRAMME: "chương trình",
}  # fmt: skip
AFTER = "đứng sau chữ ký, không rõ là gì"
_MOST_WORDS = 14  # in a line of a signature


@dataclass(slots=True)
class Around:
    """What head and tail gave: facts, what was left out of them, what was guessed (what, place, sure)."""

    facts: Facts = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    guesses: list[tuple[str, str, bool]] = field(default_factory=list)

    def guess(self, what: str, place: str, *, sure: bool) -> None:
        self.guesses.append((what, place, sure))

    def drop(self, text: str, place: str, why: str) -> None:
        """Leave a line out that nothing tells the use of, and say so."""
        self.left_out.append(LeftOut(text, place, why))
        self.guess(f'"{text}" {why.partition(",")[0]} nên không thuộc văn bản', place, sure=False)


# --- values ---


def number_of(text: str) -> Facts | None:
    """`Số: …` as printed and its value; no value where a part of it is blank."""
    found = _NUMBER.fullmatch(text)
    return _number(found) if found and len(text.split()) <= _MOST_WORDS else None


def _number(found: re.Match[str]) -> Facts:
    value = "".join(found["value"].split())
    facts: Facts = {"printed": found[0]}
    if re.fullmatch(r"\d+\w*(?:/[^/\s….]+)+", value):
        facts["value"] = value
    return facts


def date_of(found: re.Match[str]) -> Facts:
    """A printed date and its value, as exact as the print."""
    facts: Facts = {"printed": " ".join(found[0].split())}
    day, month, year = (
        "".join(filter(str.isdigit, found[name] or found[f"{name}2"] or "")) for name in "dmy"
    )
    parts = [int(year)] if len(year) == len("2024") else []
    parts += [int(month)] if parts and month else []
    parts += [int(day)] if len(parts) > 1 and day else []
    try:
        value = PartialDate(*parts) if parts else None
    except ValueError:  # no such day: the print is kept, a value would be a guess
        value = None
    return facts | ({"value": str(value)} if value else {})


def kind_of(title: str) -> tuple[Kind, bool]:
    """What a title says the document is, and whether it says so in our words."""
    for kind, words in _KINDS:
        if kind and re.search(words, title, re.IGNORECASE):
            return kind, True
    return Kind.REGULATION, False


def names_kind(text: str) -> bool:
    """Whether a line begins with what a document can call itself."""
    return bool(_KIND.match(text))


def side_of(text: str) -> tuple[Side, bool]:
    """Whose signature it is, and whether a word proves it."""
    for side, words, sure in _SIDES:
        if re.search(words, text.upper()):
            return side, sure
    return Side.MANAGEMENT, False


# --- head ---


def columns_of(text: str) -> list[str]:
    """Texts that stand side by side in a line, and the motto beside an issuer."""
    found = _MOTTO.search(text)
    if found and (found.start() or found.end() < len(text)):
        text = f"{text[: found.start()]}\t{found[0]}\t{text[found.end() :]}"
    cells = [" ".join(cell.split()) for cell in re.split(r"\t+|\s{3,}", text)]
    done: list[str] = []
    for cell in cells:
        both = _NUMBER_THEN.fullmatch(cell)
        done += [both[1], both[2]] if both else [cell]
    return [cell for cell in done if cell]


def head_line(text: str, place: str, around: Around) -> bool:
    """Take a line that can stand nowhere but in the head: motto, number, place and date."""
    facts = around.facts
    if _MOTTO.fullmatch(text):
        facts.setdefault("motto", []).append(text)
    elif "number" not in facts and (number := number_of(text)):
        facts["number"] = number
        if "value" not in number:
            around.guess(f'số "{text}" in còn trống nên không có giá trị', place, sure=True)
    elif "date" not in facts and (dated := _DATED.fullmatch(text)):
        if dated["place"]:
            name = dated["place"].rstrip(",").strip()
            facts["place"] = {"printed": dated["place"], "value": name}
        found = DATE.fullmatch(text[dated.start("date") :].rstrip("."))
        facts["date"] = date_of(found or dated)
        facts["date"]["printed"] = text[dated.start("date") :]
    elif _DRAFT.fullmatch(text):
        why = "dấu dự thảo; nếu đây là bản thảo thì ghi draft: true"
        around.left_out.append(LeftOut(text, place, why))
    else:
        return False
    return True


def issuer_line(text: str, place: str, around: Around) -> None:
    """Take a line of the head as one of the issuing bodies; what names none is left out."""
    known = _ISSUER.match(text)
    body = known and not text[known.end() :][:1].isalnum() and not re.search(r"[.;:!?]$", text)
    if is_rule(text):
        around.left_out.append(LeftOut(text, place, "đường kẻ"))
    elif body or capitals(text):
        around.facts.setdefault("issuer", []).append(text)
    else:
        around.drop(text, place, "đứng trước tên văn bản")


def begins_issued(text: str) -> bool:
    """Whether a line begins `(Ban hành kèm theo …`."""
    return bool(_ISSUED.match(text))


def issued_by(text: str) -> Facts:
    """The decision under which a text was issued, with its number and date quoted."""
    facts: Facts = {"printed": text}
    if found := _QUOTED_NUMBER.search(text):
        facts["number"] = _number(found)
    if dated := DATE.search(text):
        facts["date"] = date_of(dated)
    return facts


def clause_says(clause: str, text: str, place: str, around: Around) -> None:
    """Take what a clause says of the day from which the text holds, and of what it replaces."""
    facts = around.facts
    old = _SUPERSEDES.search(text)
    if old and "supersedes" not in facts and int(old[1]) < int(old[2]):
        period = f"{old[1]}-{old[2]}"
        facts["supersedes"] = {"period": period, "clause": clause, "printed": old[0]}
        around.guess(f"văn bản thay thế bản {period}", place, sure=True)
    held = _FROM_SIGNING.search(text)
    if held and "valid_from" not in facts and (day := _signed_on(held, facts)):
        facts["valid_from"] = {"value": day, "clause": clause, "printed": held[0]}
        around.guess(f"có hiệu lực từ {day}", place, sure=True)


def _signed_on(held: re.Match[str], facts: Facts) -> str:
    """The day that `từ ngày ký` or a printed day means; empty where the print leaves it open."""
    if held["date"]:
        found = DATE.fullmatch(f"ngày {held['date']}")
        return str(date_of(found).get("value", "")) if found else ""
    value = str(facts.get("date", {}).get("value", ""))
    return value if value.count("-") == 2 else ""


# --- tail ---


def opens_tail(text: str, *, capital: bool) -> bool:
    """Whether a line can begin a signature or the recipients; `capital`: it is set in capitals."""
    if _RECIPIENTS.match(text):
        return True
    words = len(text.split())
    if words > _MOST_WORDS or re.search(r"[.;:,]$", text):
        return False
    if _OFFICE.match(text):
        return capital or words <= len("Phó Chủ tịch Công đoàn".split())
    return capital and bool(_POWER.match(text) or _BODY.match(text))


def heads_recipients(text: str) -> bool:
    """Whether a line begins `Nơi nhận`."""
    return bool(_RECIPIENTS.match(text))


def fits_signature(text: str) -> bool:
    """Whether a line can stand in a signature: short, and no sentence; or a date, a note."""
    if _NOTE.fullmatch(text) or _DATED.fullmatch(text):
        return True
    return len(text.split()) <= _MOST_WORDS and not re.search(r"[.;:!?]$", text)


def dated(text: str) -> bool:
    """Whether a line is a place and a date, or a date alone."""
    return bool(_DATED.fullmatch(text))


def opening_of(cell: Sequence[Printed]) -> str:
    """The first line of a cell that can open a signature: below place and date, rules, notes."""
    texts = (" ".join(normalize("NFC", line.text).split()) for line in cell)
    return next((t for t in texts if not (dated(t) or is_rule(t) or _NOTE.fullmatch(t))), "")


def signed_in(lines: Sequence[Printed]) -> bool:
    """Whether lines hold a whole signature: an office or a power, and below it a name."""
    texts = [cell for line in lines for cell in columns_of(line.text)]
    at = next((n for n, t in enumerate(texts) if _OFFICE.match(t) or _POWER.match(t)), len(texts))
    return any(_is_name(text) for text in texts[at + 1 :])


def tail(parts: Sequence[Printed | Grid], around: Around) -> None:
    """Signatures and recipients of the lines and tables below the text, in printed order."""
    for stream in _streams(parts):
        _read_tail(stream, around)


def _streams(parts: Sequence[Printed | Grid]) -> Iterator[list[Printed]]:
    """Lines that follow each other: those outside tables, and each column of a table."""
    plain: list[Printed] = []
    for part in _as_columns(parts):
        if isinstance(part, Printed):
            plain.append(part)
            continue
        yield plain
        plain = []
        columns: list[list[Printed]] = []
        for row in part.rows:
            begins = any(cell and opens_tail(opening_of(cell), capital=True) for cell in row)
            if begins and any(_is_name(line.text) for column in columns for line in column):
                yield from columns
                columns = []
            columns += [[] for _ in range(len(row) - len(columns))]
            for number, cell in enumerate(row):
                columns[number].extend(cell)
        yield from columns
    yield plain


def _as_columns(parts: Sequence[Printed | Grid]) -> Iterator[Printed | Grid]:
    """Lines that are parted by wide spaces as the rows of a table."""
    rows: list[tuple[tuple[Printed, ...], ...]] = []
    middle = 0
    for part in parts:
        if isinstance(part, Grid):
            yield from _flushed(rows)
            rows = []
            yield part
            continue
        cells = [found[0] for found in re.finditer(r"\S+(?:\s{1,2}\S+)*", part.text.expandtabs())]
        if len(cells) > 1:
            middle = part.text.expandtabs().index(cells[1]) - 4
        text = part.text.expandtabs()
        indent = len(text) - len(text.lstrip())
        made = [_cut(part, cell, labelled=not n) for n, cell in enumerate(cells)]
        if len(cells) > 1:
            rows.append(tuple((cell,) for cell in made))
        elif rows and indent:
            cell = (made[0],)
            rows.append(((), cell) if indent >= middle else (cell, ()))
        else:
            yield from _flushed(rows)
            rows = []
            yield _cut(part, part.text)
    yield from _flushed(rows)


def _flushed(rows: list[tuple[tuple[Printed, ...], ...]]) -> Iterator[Grid]:
    if rows:
        yield Grid(rows=tuple(rows), place=next(c[0].place for r in rows for c in r if c))


def _cut(line: Printed, text: str, *, labelled: bool = True) -> Printed:
    """A part of a line; the line's automatic number stays with its first part."""
    text = " ".join(normalize("NFC", text).split())
    label = line.label if labelled else ""
    return Printed(text=text, place=line.place, label=label, gap=line.gap, hard=line.hard)


def _read_tail(lines: list[Printed], around: Around) -> None:
    signed: list[list[Printed]] = []
    block: Facts | None = None
    for line in lines:
        text = f"{line.label} {line.text}".strip()
        if found := _RECIPIENTS.match(text):
            again = "recipients" in around.facts
            block = around.facts.setdefault("recipients", {"heading": found[0].strip()})
            if again:  # a second block: its heading is a line of the first
                block.setdefault("lines", []).append(found[0].strip())
            if rest := text[found.end() :].strip():
                block.setdefault("lines", []).append(rest)
        elif block is not None and not opens_tail(text, capital=text.isupper()):
            _recipient(block, text)
        elif is_rule(text):
            around.left_out.append(LeftOut(text, line.place, "đường kẻ"))
        elif not signed and head_line(text, line.place, around):
            continue
        else:
            block = None
            if not signed or _begins_signature(signed[-1], line):
                signed.append([])
            signed[-1].append(line)
    for number, each in enumerate(signed):
        if number and not any(_signs(line.text) for line in each):
            for line in each:
                around.drop(f"{line.label} {line.text}".strip(), line.place, AFTER)
        else:
            _sign(each, around)


def _signs(text: str) -> bool:
    """Whether a line proves a signature: a power, an office, a body or a name."""
    return bool(_POWER.match(text) or _OFFICE.match(text) or _BODY.match(text) or _is_name(text))


def _recipient(block: Facts, text: str) -> None:
    lines = block.setdefault("lines", [])
    if lines and text[:1].islower():
        lines[-1] = f"{lines[-1]} {text}"
    else:
        lines.append(text)


def _begins_signature(before: list[Printed], line: Printed) -> bool:
    if _NOTE.fullmatch(line.text):
        return False
    if any(_is_name(each.text) for each in before):
        return True
    offices = any(_OFFICE.match(each.text) for each in before)
    if _POWER.match(line.text):
        return offices
    power = _POWER.match(before[-1].text)
    return bool(offices and line.gap and not power and opens_tail(line.text, capital=True)
                and not _is_name(line.text))  # fmt: skip


def _is_name(text: str) -> bool:
    """Two to six words that each begin with a capital, and no office."""
    words = text.split()
    if not 2 <= len(words) <= 6 or _POWER.match(text) or _RECIPIENTS.match(text):
        return False
    if not all(_NAME_WORD.fullmatch(word) and word[0].isupper() for word in words):
        return False
    if text.isupper():
        return any(word in _SURNAMES for word in words[:2]) and not _BODY.match(text)
    return not _OFFICE.match(text)


def _sign(lines: list[Printed], around: Around) -> None:
    """One signature: what stands before the office is its power, what follows it is its name."""
    printed = [f"{line.label} {line.text}".strip() for line in lines]
    name = next((text for text in reversed(printed) if _is_name(text)), None)
    above = printed[: printed.index(name)] if name else printed
    above = [text for text in above if not (_NOTE.fullmatch(text) or dated(text))]
    office = next((n for n, text in enumerate(above) if _OFFICE.match(text)), len(above))
    side, sure = side_of(" ".join(above))
    facts: Facts = {"side": side.value, "lines": printed}
    facts |= {"capacity": " ".join(above[:office])} if office else {}
    facts |= {"title": " ".join(above[office:])} if office < len(above) else {}
    facts |= {"name": name} if name else {}
    around.facts.setdefault("signatures", []).append(facts)
    around.guess(
        f'"{" / ".join(printed)}" ký cho bên {SIDE_NAMES[side]}', lines[0].place, sure=sure
    )
