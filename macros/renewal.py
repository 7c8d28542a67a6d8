# Next year's draft from the latest signed edition.
# Hides: how a page and its facts are made new, and how a person is told what to look at.
# Refuses: to write over anything, and to begin with a draft, a report or a text that can't be read.
"""`renew` and `renew_all`: a new edition as `Edits`, with everything that a person must look at;
`inherited`: the duties that any text of a new period takes over.

Which years are changed is the judgement of `mentions`; here each is told with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from macros.calendar import first_day
from macros.citing import cite
from macros.clauses import blanks, newer, newest, terms_of, wording
from macros.duties import Owed, duties_of
from macros.editing import Edits, plain, put, still_to_write
from macros.grammar import fold, parse, write
from macros.mentions import Mention, Turn, changed, judged, replacing
from macros.model import (
    Agreement,
    Archive,
    Clause,
    ClauseKind,
    Duty,
    FactName,
    Page,
    Period,
    Shared,
    TextState,
    Unit,
    UnitId,
    page_path,
)
from macros.problem import EditorError, nearest
from macros.reading import FIELD_WORDS, place_of, read

_BEFORE, _AFTER = 10, 7  # words that tell a person which place is meant
_LABEL = "nằm trong nhãn của điều khoản"
_OPEN, _CLOSE = "\ue000", "\ue001"  # around a blank's value while its place is looked for


@dataclass(frozen=True, slots=True)
class _Note:
    """A mention in the new text: where it stands, what was there, and why it is left."""

    path: str
    line: int
    cited: str
    text: str
    start: int
    end: int
    was: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """The duties that a new text takes over from an edition, by their ids as data; `left` says of
    each other one why not, `doubtful` which of those taken over may speak of the old period.
    """

    duties: Mapping[str, object]
    left: tuple[str, ...]
    doubtful: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A new edition, and what there is to say of it."""

    source: Agreement
    path: str
    page: Page
    text: str
    data: str
    notes: list[_Note]
    worded: list[str]
    suspected: list[str]
    duties: Inherited
    to_write: list[str]
    warned: list[str]


def renew(archive: Archive, series: str, period: Period) -> Edits:
    """The draft of `unit/series` for a period, made from its latest signed edition.

    Raises EditorError where there is none to begin with, or the edition is there already.
    """
    unit_id, _, series_id = series.partition("/")
    known = [f"{unit}/{each}" for unit, of in archive.units.items() for each in of.series]
    if series not in known:
        hint = nearest(series, known) or "Viết <đơn vị>/<bộ>, như truong-mau/cong-doan."
        raise EditorError(f'không có bộ quy chế "{series}". {hint}')
    there = archive.units[UnitId(unit_id)].series[series_id].editions.get(period)
    if there and there.draft:
        name = f"{series}/{period}"
        raise EditorError(
            f"bản {name} (bản thảo) đã có; không ghi đè. "
            f"Soạn lại từ đầu thì bỏ nó trước (qcph discard {name})"
        )
    source = _source(archive, unit_id, series_id, period)
    draft = _drafted(archive, source, period, archive.texts[source.data_path])
    return Edits(
        texts={draft.path: draft.text, source.data_path: draft.data}, said=tuple(_told(draft))
    )


def renew_all(archive: Archive, period: Period) -> Edits:
    """The drafts of every series that lacks the period; the series passed over are told with why.

    Raises EditorError where nothing is to be done.
    """
    texts: dict[str, str] = {}
    said: list[str] = []
    passed: list[tuple[str, str]] = []
    for unit_id, unit in sorted(archive.units.items()):
        for series_id in sorted(unit.series):
            try:
                source = _source(archive, unit_id, series_id, period)
            except EditorError as refused:
                passed.append((f"{unit_id}/{series_id}", str(refused)))
                continue
            edition = source.edition
            longer = edition.extended.to if edition.extended else source.period
            if edition.withdrawn or longer >= period:
                what = "bị thu hồi" if edition.withdrawn else f"được kéo dài sang {longer}"
                passed.append((f"{unit_id}/{series_id}", f"bản {source.period} đã {what}"))
                continue
            data = texts.get(source.data_path, archive.texts[source.data_path])
            draft = _drafted(archive, source, period, data)
            texts |= {draft.path: draft.text, source.data_path: draft.data}
            said += _summed_up(draft)
    if not texts:
        first = "; ".join(f"{name}: {reason}" for name, reason in passed[:10])
        more = f"; và {len(passed) - 10} bộ khác" if len(passed) > 10 else ""
        raise EditorError(f"không có bộ nào cần soạn cho {period.words} ({first}{more})")
    said += [f"bỏ qua {name}: {why}" for name, why in passed]
    said.append("Tiếp theo: sửa từng trang và dữ kiện; xem các chỗ khác bản trước bằng qcph diff;")
    said.append("khi hai bên đã ký: bỏ draft, ghi số, ngày, người ký, rồi chạy qcph seal.")
    return Edits(texts=texts, said=tuple(said))


# --- what to begin with ---


def _source(archive: Archive, unit_id: str, series_id: str, period: Period) -> Agreement:
    """The latest signed edition; EditorError says why it can't be renewed for the period."""
    unit = archive.units[UnitId(unit_id)]
    series = unit.series[series_id]
    path = page_path(unit_id, series_id, period)
    if there := series.editions.get(period):
        drafted = " (bản thảo)" if there.draft else ""
        raise EditorError(f"bản {unit_id}/{series_id}/{period}{drafted} đã có; không ghi đè")
    if path in archive.texts:
        raise EditorError(f"{path} đã có; không ghi đè")
    if unit.successor:
        raise EditorError(f'đơn vị "{unit_id}" đã có đơn vị kế tiếp "{unit.successor}"')
    if (life := unit.valid) and life.until and life.until.last < first_day(period):
        raise EditorError(f'đơn vị "{unit_id}" đã kết thúc hoạt động {life.until.words}')
    editions = archive.editions(unit_id, series_id)
    whole = [each.period for each in editions if each.whole]
    unread = [each for each in series.editions if each not in whole]
    signed = [each for each in editions if not each.facts.draft]
    if unread or not signed:
        why = "còn trang chưa đọc được, sửa trước đã" if unread else "chưa có bản nào đã ký"
        drafts = [each for each in unread if series.editions[each].draft]
        way = (
            f"; hay bỏ bản thảo (qcph discard {unit_id}/{series_id}/{drafts[0]})" if drafts else ""
        )
        raise EditorError(f"{unit_id}/{series_id}: {why}{way}")
    for other, edition in series.editions.items():
        if period.start < other.end and other.start < period.end:
            drafted = " (bản thảo)" if edition.draft else ""
            name = f"{unit_id}/{series_id}/{other}"
            raise EditorError(f"kỳ {period} chồng lên bản {name}{drafted}; xem lại kỳ")
    source = signed[-1]
    if period.start < source.period.end:
        raise EditorError(f"{period.words} phải sau bản mới nhất đã ký, {source.period}")
    if source.edition.text is TextState.REPORT_ONLY:
        raise EditorError(f"bản {source.period} chỉ có bài báo, không có lời văn để soạn tiếp")
    return source


def _drafted(archive: Archive, source: Agreement, period: Period, data: str) -> _Draft:
    turn = Turn(source.edition.kind, source.period, period)
    terms = terms_of(source.unit, period)
    path = page_path(source.unit_id, source.series_id, period)
    titles = [judged(line, turn, title=True) for line in source.page.title]
    clauses = [_Renewed(archive, terms, turn, each) for each in source.page.clauses]
    page = Page(
        title=tuple(map(changed, source.page.title, titles)),
        clauses=tuple(each.clause for each in clauses),
    )
    text = write(page)
    page = parse(text, path, lambda use: wording(use, archive.shared, terms)).page
    lines, cited = text.split("\n"), cite(page)
    notes = [
        note
        for number, (was, found) in enumerate(zip(source.page.title, titles, strict=True))
        for note in _noted(path, 1 + 2 * number, "tiêu đề", was, found)
    ]
    worded: list[str] = []
    for each, clause in zip(clauses, page.clauses, strict=True):
        place = cited[clause.id]
        for number, (was, found) in enumerate(each.mentions):
            line = clause.line + number + min(number, 1) if clause.rows else 0
            for note in _noted(path, line, place, was, found):
                ahead = len(clause.label.split()) if number else 0
                notes.append(
                    note if line else replace(note, line=_line(lines, clause, note, ahead))
                )
        worded += [f"{path}:{clause.line} ({place}): {said}" for said in each.said]
    key = ("series", source.series_id, "editions", str(period))
    value, of_facts = _facts(source, page, turn)
    duties = inherited(archive, source, page, turn)
    if duties.duties:
        value["duties"] = duties.duties
    later = sorted(str(each) for each in source.series.editions if each > period)
    data = put(data, source.data_path, key, value, before=later[0] if later else "")
    places = read(data, source.data_path, Unit).places
    for name, number, was, found in of_facts:
        inside = ("recipients", "lines", number) if name == "recipients" else (name, number)
        line = place_of(places, *key, *inside)[0]
        called = f"{FIELD_WORDS[name]}, dòng {number + 1}"
        notes += _noted(source.data_path, line, called, was, found)
    return _Draft(
        source=source, path=path, page=page, text=text, data=data, notes=notes, worded=worded,
        suspected=list(_carried(source, page, path, turn)), duties=duties,
        warned=list(_warned(source, turn)),
        to_write=list(_to_write(archive, source, page, turn)),
    )  # fmt: skip


class _Renewed:
    """A clause for the new period, its mentions text by text, and what to say of its wording."""

    def __init__(
        self, archive: Archive, terms: Mapping[str, str], turn: Turn, clause: Clause
    ) -> None:
        self.said: list[str] = []
        label = [replace(each, new="", why=_LABEL) for each in judged(clause.label, turn)]
        self.mentions = [(clause.label, label)]
        if clause.rows:
            cells = [[(cell, judged(cell, turn)) for cell in row] for row in clause.rows]
            rows = tuple(tuple(changed(*cell) for cell in row) for row in cells)
            text = fold(" ".join(cell for row in rows for cell in row))
            self.clause = replace(clause, rows=rows, text=text)
            self.mentions = [_joined(row) for row in cells]
            return
        text, use = clause.text, clause.shared
        if pinned := use:
            use = self._newest(archive, terms, pinned)
            text = fold(str(wording(use, archive.shared, terms)))
            if use == pinned and text != clause.text:
                self.said.append("từ ngữ của đơn vị cho kỳ này khác kỳ trước")
        of_basis = clause.kind is ClauseKind.BASIS
        found = judged(text, turn, title=clause.level == 1, basis=of_basis)
        if use:
            found = list(_kept_shared(archive, terms, use, text, found))
            new = {text[each.start : each.end]: each.new for each in found if each.new}
            filled = ((name, value, judged(value, turn)) for name, value in use.blanks)
            use = replace(use, blanks=tuple(_refilled(*blank, new) for blank in filled))
        self.clause = replace(clause, text=changed(text, found), shared=use)
        self.mentions.append((text, found))

    def _newest(self, archive: Archive, terms: Mapping[str, str], use: Shared) -> Shared:
        """The use with the newest wording, if all its blanks can be filled."""
        clause = archive.shared[use.id]
        last = newest(clause)
        if use.wording == str(last):
            return use
        fresh = newer(use, archive.shared, terms)
        if fresh is None:
            known = {*terms, *(name for name, _ in use.blanks)}
            empty = ", ".join(sorted(blanks(clause.wordings[last]) - known))
            why = f"chưa biết điền gì vào chỗ trống {empty}; giữ câu chữ {use.wording}"
            self.said.append(f"“{use.id}” có câu chữ mới {last} nhưng {why}")
            return use
        self.said.append(f"“{use.id}” lấy câu chữ mới nhất: {use.wording} → {last}")
        for name, value in use.blanks:
            if (name, value) not in fresh.blanks:
                gone = f"không còn chỗ trống {name}, trước điền “{value}”"
                self.said.append(f"câu chữ mới của “{use.id}” {gone}")
        return fresh


def _refilled(
    name: str, value: str, found: Sequence[Mention], new: Mapping[str, str]
) -> tuple[str, str]:
    """A blank of the call with what is new for its mentions in the whole text."""
    fresh = (replace(each, new=new.get(value[each.start : each.end], "")) for each in found)
    return name, changed(value, list(fresh))


def _kept_shared(
    archive: Archive, terms: Mapping[str, str], use: Shared, text: str, found: list[Mention]
) -> Iterator[Mention]:
    """Only what the call itself fills in is the page's to change."""
    marked = tuple((name, f"{_OPEN}{value}{_CLOSE}") for name, value in use.blanks)
    filled = fold(str(wording(replace(use, blanks=marked), archive.shared, terms)))
    own: list[bool] = []
    inside = False
    for letter in filled:
        if letter in (_OPEN, _CLOSE):
            inside = letter == _OPEN
        else:
            own.append(inside)
    certain = len(own) == len(text)
    ours = [certain and all(own[each.start : each.end]) for each in found]
    stay = {
        text[each.start : each.end]
        for each, called in zip(found, ours, strict=True)
        if called and not each.new
    }
    for each, called in zip(found, ours, strict=True):
        if not each.new or (called and text[each.start : each.end] not in stay):
            yield each
        else:
            yield replace(each, new="", why=f"là chữ của điều khoản dùng chung “{use.id}”")


def _facts(
    source: Agreement, page: Page, turn: Turn
) -> tuple[dict[str, object], list[tuple[str, int, str, list[Mention]]]]:
    """The data of the draft, and the mentions in each printed line that it keeps."""
    facts = source.facts
    found: list[tuple[str, int, str, list[Mention]]] = []

    def kept(name: str, lines: Sequence[str]) -> list[str]:
        own = [(name, number, line, judged(line, turn)) for number, line in enumerate(lines)]
        found.extend(own)
        return [changed(line, mentions) for _, _, line, mentions in own]

    value: dict[str, object] = {"kind": turn.kind.value, "draft": True}
    if facts.issuer:
        value["issuer"] = kept("issuer", facts.issuer)
    if facts.motto:
        value["motto"] = list(facts.motto)
    if place := facts.place:
        named = {"value": place.value} if place.value else {}
        value["place"] = {"printed": place.printed, **named}
    value["supersedes"] = _supersedes(page, turn)
    if block := facts.recipients:
        value["recipients"] = {"heading": block.heading, "lines": kept("recipients", block.lines)}
    return value, found


def inherited(archive: Archive, source: Agreement, page: Page, turn: Turn) -> Inherited:
    """What a new text takes over of what an edition says has to be done: each duty whose clause is
    there with the words that it quotes. Days were those of the old period, so none goes over.
    """
    kept: dict[str, object] = {}
    left: list[str] = []
    doubtful: list[str] = []
    cited = cite(page)
    for name, duty in source.facts.duties.items():
        clause = page.clause(duty.clause or "")
        text = clause.text if clause else ""
        turned = changed(duty.printed, judged(duty.printed, turn))
        printed = duty.printed if duty.printed in text else turned
        if duty.when.days:
            why = f"{duty.when.words} thuộc kỳ trước; kỳ này có thì ghi lại lúc mới"
        elif clause is None:
            why = f'ở đây không có điều khoản "{duty.clause}"'
        elif printed not in text:
            why = f'điều khoản "{clause.id}" ({cited[clause.id]}) không in những chữ ấy'
        else:
            found = judged(duty.what, turn)
            what = changed(duty.what, found)
            kept[name] = plain(replace(duty, what=what, printed=printed))
            doubtful += [
                f"“{what}” ({name}): “{duty.what[each.start : each.end]}” {each.why}"
                for each in found
                if each.why
            ]
            continue
        left.append(_left(name, duty, why))
    left += _left_shared(archive, source, page)
    return Inherited(duties=kept, left=tuple(left), doubtful=tuple(doubtful))


def _left_shared(archive: Archive, source: Agreement, page: Page) -> Iterator[str]:
    """The duties of the shared clauses that the old text used, and that do not come by themselves."""
    for owed in duties_of(source, archive.shared):
        was = owed.clause.shared if owed.clause and owed.shared else None
        clause = page.clause(owed.clause_id or "")
        if was is None:
            continue
        if clause is None:
            why = f'ở đây không có điều khoản "{owed.clause_id}"'
        elif clause.shared is None or clause.shared.id != was.id:
            why = f"ở đây viết lời riêng, không gọi “{was.id}”; còn việc ấy thì ghi vào `duties`"
        elif owed.printed not in clause.text:
            why = f"câu chữ {clause.shared.wording} của “{was.id}” không có những chữ ấy"
        else:
            continue
        yield _left(owed.id, owed, why)


def _left(name: str, duty: Duty | Owed, why: str) -> str:
    return f"“{duty.what}” ({name}), bản trước in “{duty.printed}”: {why}"


def _supersedes(page: Page, turn: Turn) -> dict[str, str]:
    """The old period, with the words of the new text that say so, where it says so."""
    for clause in page.clauses:
        if not clause.rows and (printed := replacing(clause.text, turn)):
            return {"period": str(turn.old), "clause": clause.id, "printed": printed}
    return {"period": str(turn.old)}


def _joined(cells: Iterable[tuple[str, list[Mention]]]) -> tuple[str, list[Mention]]:
    """The cells of a row as one text, to tell of."""
    text = ""
    found: list[Mention] = []
    for cell, mentions in cells:
        text += " | " if text else ""
        found += [replace(m, start=m.start + len(text), end=m.end + len(text)) for m in mentions]
        text += cell
    return text, found


# --- what is said ---


def _noted(path: str, line: int, cited: str, was: str, found: Sequence[Mention]) -> Iterator[_Note]:
    """The mentions of a text with their places in what it has become."""
    text, moved = changed(was, found), 0
    for each in found:
        start, printed = each.start + moved, was[each.start : each.end]
        end = start + len(each.new or printed)
        moved += end - start - len(printed)
        yield _Note(path, line, cited, text, start, end, printed, each.why)


def _line(lines: Sequence[str], clause: Clause, note: _Note, label: int) -> int:
    """The line of the file that a place in a clause stands on: writing keeps the words.

    `label` words stand before the text.
    """
    if clause.shared:
        return clause.line
    ahead = label + len(note.text[: note.start + 1].split())
    line = clause.line
    while (words := len(lines[line - 1].split())) < ahead:
        ahead, line = ahead - words, line + 1
    return line


def _windows(notes: Sequence[_Note]) -> str:
    """The words around the places of one text, with dots where words are left out."""
    text = notes[0].text
    ends = [0, *(each.end() for each in re.finditer(r"\S+", text))]
    starts = [*(each.start() for each in re.finditer(r"\S+", text)), len(text)]
    spans: list[list[int]] = []
    for note in notes:
        before = [each for each in starts if each <= note.start]
        after = [each for each in ends if each >= note.end]
        first, last = before[-_BEFORE - 1 :][0], after[:_AFTER][-1]
        if spans and first <= spans[-1][1]:
            spans[-1][1] = last
        else:
            spans.append([first, last])
    told = " … ".join(text[first:last].strip() for first, last in spans)
    return f"{'…' if spans[0][0] else ''}{told}{'…' if spans[-1][1] < len(text) else ''}"


def _lines_of(notes: Iterable[_Note]) -> Iterator[str]:
    """One line for the mentions that stand together and have one verdict."""

    def beside(note: _Note) -> tuple[str, int, str, str]:
        return note.path, note.line, note.cited, note.why

    for (path, line, cited, why), group in groupby(notes, key=beside):
        found = list(group)
        at = f"{path}:{line} ({cited})"
        if why:
            what = ", ".join(dict.fromkeys(f"“{note.was}”" for note in found))
            yield f"{at}: {what} {why}: {_windows(found)}"
        else:
            pairs = (f"{note.was} → {note.text[note.start : note.end]}" for note in found)
            yield f"{at}: {', '.join(dict.fromkeys(pairs))}: {_windows(found)}"


def _carried(source: Agreement, page: Page, path: str, turn: Turn) -> Iterator[str]:
    """The suspected mistakes of the old text that the draft still has."""
    kept = (FactName.TITLE, FactName.PLACE, FactName.RECIPIENTS)
    cited = cite(page)
    for each in source.facts.suspected:
        clause = page.clause(each.clause or "")
        if clause and (each.printed in clause.label or each.printed in clause.text):
            at = f"{path}:{clause.line} ({cited[clause.id]})"
        elif each.fact in kept:
            title = each.fact is FactName.TITLE
            at = (
                f"{path}:1 (tiêu đề)" if title else f"{source.data_path} ({FIELD_WORDS[each.fact]})"
            )
        else:
            continue
        # What was meant by a year was meant for the old period.
        meant = f", có lẽ là “{each.meant}”" if each.meant and not judged(each.meant, turn) else ""
        yield f"{at}: bản trước in “{each.printed}”{meant}; nên sửa trước khi ký. {each.why}"


def _warned(source: Agreement, turn: Turn) -> Iterator[str]:
    """What is unusual about the two periods."""
    edition = source.edition
    if turn.old.end - turn.old.start != turn.new.end - turn.new.start:
        yield f"kỳ {turn.new} dài khác kỳ {turn.old}: xem lại các chữ “năm học”, “giai đoạn”"
    gap = turn.new.start - turn.old.end - (not turn.old.school_year)
    if gap > 1:
        name = f"{source.unit_id}/{source.series_id}/{turn.new}"
        yield (
            f"kỳ {turn.new} cách bản mới nhất đã ký ({turn.old}) {gap} năm; "
            f"gõ nhầm kỳ thì bỏ bản thảo này: qcph discard {name}"
        )
    elif gap > 0:
        yield f"giữa {turn.old} và {turn.new} còn kỳ chưa có bản đã ký"
    if edition.extended:
        yield f"bản {turn.old} đã được kéo dài sang {edition.extended.to}; xem có cần bản mới không"
    if edition.withdrawn:
        yield f"bản {turn.old} đã bị thu hồi ({edition.withdrawn.date.words}); xem có nên soạn từ đó"


def _to_write(archive: Archive, source: Agreement, page: Page, turn: Turn) -> Iterator[str]:
    """What the signed text prints that the draft can't know."""
    upto = source.versions.index(source.version) + 1
    before = [
        each.facts for each in archive.versions(source) if each.version in source.versions[:upto]
    ]
    yield from still_to_write(before[::-1], FIELD_WORDS)
    supersedes = _supersedes(page, turn)
    if "printed" not in supersedes:
        say = "bản ký in câu nào nói vậy thì chép vào `printed`, không in thì bỏ `supersedes`"
        yield f"{FIELD_WORDS['supersedes']} {supersedes['period']}: {say}"


def _told(draft: _Draft) -> Iterator[str]:
    """Everything to review, the surest first."""
    source, data = draft.source, draft.source.data_path
    series = f"{source.unit_id}/{source.series_id}"
    old, new = f"{series}/{source.period}", draft.path.removeprefix("docs/don-vi/")[:-3]
    yield f"Soạn từ bản {old}" + (f", phiên bản {source.version}:" if source.versions[1:] else ":")
    for line in _lines_of(note for note in draft.notes if not note.why):
        yield f"đã thay: {line}"
    for line in _lines_of(note for note in draft.notes if note.why):
        yield f"để nguyên, hãy xem: {line}"
    for line in draft.worded:
        yield f"điều khoản dùng chung: {line}"
    for line in draft.warned:
        yield f"lưu ý: {line}"
    if draft.duties.duties:
        yield f"việc phải làm, mang theo từ bản trước: {', '.join(draft.duties.duties)}"
    for line in draft.duties.doubtful:
        yield f"việc phải làm, hãy xem: {line}"
    for line in draft.duties.left:
        yield f"việc phải làm, không mang theo: {line}"
    for line in draft.to_write:
        yield f"còn phải ghi vào {data} khi ký: {line}"
    for line in draft.suspected:
        yield f"nghi sai, mang theo từ bản trước: {line}"
    yield f"Tiếp theo: sửa {draft.path}; xem chỗ khác bản trước: qcph diff {old} {new}"
    yield f"Khi hai bên đã ký: bỏ dòng `draft: true` ở {data}, rồi chạy: qcph seal {new}"


def _summed_up(draft: _Draft) -> Iterator[str]:
    """The draft in a line, and every mention that was left."""
    left = [note for note in draft.notes if note.why]
    counts = {
        "chỗ đã thay": len(draft.notes) - len(left),
        "chỗ để nguyên": len(left),
        "lưu ý về điều khoản dùng chung": len(draft.worded),
        "chỗ nghi sai mang theo": len(draft.suspected),
        "việc phải làm mang theo": len(draft.duties.duties),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    yield f"{draft.path}: từ bản {draft.source.period}; {told or 'không có chỗ nào ghi năm'}"
    for line in _lines_of(left):
        yield f"  để nguyên, hãy xem: {line}"
    for line in draft.duties.doubtful:
        yield f"  việc phải làm, hãy xem: {line}"
    for line in draft.duties.left:
        yield f"  việc phải làm, không mang theo: {line}"
    for line in draft.warned:
        yield f"  lưu ý: {line}"
