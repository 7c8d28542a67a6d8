# The seal of signed versions, and the ways on from it: each a new version beside the old ones.
# Hides: which facts a new version takes over, and what an editor does next.
# Refuses: to touch a sealed version, to mix the kinds, and to seal or open half of what was asked.
"""Sealing, and what may follow: amend, replace, correct, transcribe, extend, withdraw.

`discard` takes a draft away again, whether it is an edition or a version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from macros.citing import cite
from macros.compare import FIELDS, compare, fact_changes
from macros.editing import Edits, drop, edition_named, plain, put, still_to_write
from macros.foreign import is_word, original_text
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Facts,
    LaterVersion,
    PartialDate,
    Period,
    RecordKind,
    Seal,
    Side,
    SourceRole,
    TextState,
    UnitId,
    leading_of,
    page_path,
    versions_of,
)
from macros.problem import EditorError, nearest
from macros.reading import FIELD_WORDS
from macros.seal import sealed
from macros.verbatim import differences

_WIDTH = 80
_MOST_TOLD = 7  # changes of a version
_SAME = (RecordKind.CORRECT, RecordKind.TRANSCRIBE)
_WHEN_SIGNED = "bỏ dòng `draft: true` khi xong."
# What stays, whatever the new text says: the letterhead, and what has to be done until the editor
# tells otherwise. Then what only a text that says the same keeps.
_ALWAYS = ("issuer", "motto", "place", "recipients", "duties")
_SAME_TEXT = ("number", "date", "issued_by", "valid_from", "valid_to", "signatures", "suspected")
_ANEW = "xóa các dòng `seal:` vừa ghi, sửa, rồi niêm phong lại."
_ORDER = (
    "issuer", "motto", "number", "place", "date", "issued_by", "valid_from", "valid_to",
    "signatures", "recipients", "source", "suspected", "duties",
)  # fmt: skip
_RULES = {
    RecordKind.AMEND: "sửa đổi, bổ sung: chỉ đổi những điều hai bên đã thống nhất, phần còn lại "
    "để nguyên từng chữ",
    RecordKind.REPLACE: "thay thế: trang là toàn văn bản mới; điều khoản nào còn thì giữ mã cũ",
    RecordKind.CORRECT: "đính chính: chỉ thể thức, kỹ thuật trình bày, chữ viết sai; không đổi "
    "nội dung",
    RecordKind.TRANSCRIBE: "sửa lỗi chép: chỉ sửa chỗ ta chép khác bản gốc; không sửa lỗi của bản "
    "gốc",
}


def seal(
    archive: Archive, names: Sequence[str], day: date,
    *, today: date, as_printed: bool = False,
) -> Edits:  # fmt: skip
    """Seal the named versions from `day` on, or all signed ones that have no seal yet.

    `as_printed`: also those that print no date or no signature. A version whose data don't say when
    it came into the archive came in on that day. All of them or none: EditorError where one can't
    be sealed, where there is none, or where the day is none to seal on.
    """
    if day > today:
        raise EditorError(
            f"{_words(day)} còn ở sau hôm nay ({_words(today)}); niêm phong thì ghi ngày làm"
        )
    chosen = list(dict.fromkeys(_key(edition_named(archive, name)) for name in names))
    by_key = {_key(each): each for each in archive.agreements}
    versions = [by_key[key] for key in chosen] if names else list(_unsealed(archive))
    if not versions:
        return Edits(done="Mọi bản đã ký đều đã niêm phong; không có gì để làm.")
    texts: dict[str, str] = {}
    said: list[str] = []
    for each in versions:
        _sealable(each)
        _in_time(each, day)
        if not as_printed:
            _filled(each)
        mark = sealed(each, archive, day)
        path = each.data_path
        text = texts.get(path, archive.texts[path])
        if each.facts.entered_on is None:
            text = put(text, path, (*each.data_key, "entered_on"), str(day), before="versions")
        key = (*each.data_key, "seal")
        texts[path] = put(text, path, key, plain(mark), before="versions", width=_WIDTH)
        said += _told(archive, each, mark)
    said.append("Kiểm tra bất cứ lúc nào: qcph check. Cách tự tính lại dấu: huong-dan/niem-phong/.")
    done = f"Đã niêm phong {len(versions)} bản. Từ nay sửa một chữ là phép kiểm tra báo."
    return Edits(texts=texts, done=done, said=tuple(said))


def open_version(
    archive: Archive, name: str, kind: RecordKind, day: date,
    *, what: str, why: str, agreed: Mapping[Side, str],
) -> Edits:  # fmt: skip
    """A draft of a new version of that day, beside the sealed one that stands now.

    It begins as a copy of that one's page, with the printed facts that such a text keeps. Raises
    EditorError where there is no sealed version to go on from, or the record is not whole.
    """
    old = edition_named(archive, name)
    _open(old, archive)
    _later(old, day)
    record: dict[str, Any] = {
        "kind": kind.value,
        "what": _line("what", what),
        "why": _line("why", why),
    }
    if who := _agreed(old, kind, agreed):
        record |= {"agreed": who}
    if kind is RecordKind.TRANSCRIBE:
        _parts_from_source(old, archive)
    facts = {"draft": True, "record": record, **_taken_over(old.facts, kind)}
    page = page_path(old.unit_id, old.series_id, old.period, str(day))
    key = (*_edition_key(old), "versions", str(day))
    data = put(archive.texts[old.data_path], old.data_path, key, facts)
    new = f"{old.edition_name}.{day}"
    fill = "" if kind in _SAME else "điền những dữ kiện kể dưới đây như in; "
    before = [each.facts for each in reversed(archive.versions(old))]
    lacking = () if kind in _SAME else still_to_write(before, FIELD_WORDS)
    return Edits(
        texts={page: archive.texts[old.path], old.data_path: data},
        said=(
            f"Phiên bản {new} còn là bản thảo, chép từ {old.name}.",
            f"  1. Sửa {page}. Đây là {_RULES[kind]}.",
            f"  2. Ở {old.data_path}, mục {day} của `versions`: {fill}{_WHEN_SIGNED}",
            f"  3. Chạy: qcph seal {new} (lệnh này tự kiểm tra trước khi ghi)",
            *(f"còn phải ghi vào {old.data_path} khi ký: {line}" for line in lacking),
            *_duties_told(old.facts),
            f"Mở nhầm thì bỏ bản thảo này: qcph discard {new}",
        ),
    )


def discard(archive: Archive, name: str, *, unsealed: bool = False) -> Edits:
    """Take a draft away: its page and its entry in the data, and what holds nothing else.

    `unsealed`: or a signed text that was taken in by mistake and never sealed. Raises EditorError for what was signed or sealed, and for a draft that something else needs.
    """
    unit_id, series_id, period, version = _declared(archive, name)
    series = archive.units[unit_id].series[series_id]
    edition, own = series.editions[period], f"{unit_id}/{series_id}/{period}"
    later = {
        str(day): each for day, each in sorted(edition.versions.items(), key=lambda e: str(e[0]))
    }
    facts: Facts = later.get(version, edition)
    path = f"data/units/{unit_id}.yml"
    if facts.seal:
        raise EditorError(
            f"bản {name} đã niêm phong, không bỏ được; văn bản đổi thì mở phiên bản mới"
        )
    if not facts.draft and not unsealed:
        drafts = [f"{own}.{day}" for day, each in later.items() if each.draft]
        hint = "nhập nhầm thì bỏ bằng: qcph discard --unsealed"
        hint = f"bản thảo của kỳ này là {drafts[-1]}" if drafts else hint
        raise EditorError(f"bản {name} đã ký, không phải bản thảo; {hint}")
    if version == AS_SIGNED and later:
        raise EditorError(f"bản {name} còn phiên bản sau ({', '.join(later)}); bỏ nó trước")
    key: tuple[str, ...] = ("series", series_id, "editions", str(period))
    if version != AS_SIGNED:
        key, own = (*key, "versions", version), f"{own}.{version}"
    unit = archive.units[unit_id]
    if version == AS_SIGNED and len(series.editions) == 1:
        key = key[:2]  # a series has at least one edition, a unit at least one series
    alone = key[2:] == () and len(unit.series) == 1
    texts: dict[str, str | None] = {path: None if alone else drop(archive.texts[path], path, key)}
    page = page_path(unit_id, series_id, period, version)
    if page in archive.texts:
        texts[page] = None
    others = {
        source.file
        for each in archive.agreements
        if each.path != page
        for source in each.facts.source
    }
    left = [f"data/sources/{each.file}" for each in facts.source if each.file not in others]
    what = "bản thảo " if facts.draft else "bản "
    return Edits(
        texts=texts,
        done=f"Đã bỏ {what}{own}.",
        said=tuple(f"bản gốc còn đó, không bản nào dùng nữa: {each}" for each in left),
    )


def discardable(archive: Archive, paths: Collection[str]) -> Iterator[str]:
    """The drafts whose pages are among these files, as `discard` names them."""
    for each in archive.agreements:
        if each.facts.draft and each.path in paths and not each.facts.seal:
            own = each.edition_name
            yield own if each.version == AS_SIGNED else f"{own}.{each.version}"


def extend(archive: Archive, name: str, to: Period, evidence: str) -> Edits:
    """Record that an edition was prolonged; EditorError where it can't be or was already."""
    of = _signed(edition_named(archive, name))
    if there := of.edition.extended:
        raise EditorError(
            f"bản {of.edition_name} đã ghi kéo dài sang {there.to.words} ({there.evidence}); "
            f"sửa ở {of.data_path} nếu ghi nhầm"
        )
    if to.end <= of.period.end:
        raise EditorError(f"{to.words} không sau {of.period.words}; kéo dài phải sang kỳ sau")
    held = of.unit.series[of.series_id].editions
    after = [
        each for each in held if of.period < each and each.start < to.end and not held[each].draft
    ]
    if after:
        raise EditorError(
            f"kho đã có bản {of.edition_name.rpartition('/')[0]}/{min(after)}; bản "
            f"{of.period.words} không kéo dài qua bản sau nó được"
        )
    value = {"to": str(to), "evidence": _line("evidence", evidence)}
    return _noted(archive, of, "extended", value, f"kéo dài sang {to.words}")


def withdraw(archive: Archive, name: str, day: PartialDate, evidence: str) -> Edits:
    """Record that an edition was withdrawn; EditorError where it can't be or was already."""
    of = _signed(edition_named(archive, name))
    if there := of.edition.withdrawn:
        raise EditorError(
            f"bản {of.edition_name} đã ghi thu hồi {there.date.words} ({there.evidence}); "
            f"sửa ở {of.data_path} nếu ghi nhầm"
        )
    signed = of.edition.date.value if of.edition.date else None
    if signed and day.last < signed.first:
        raise EditorError(f"thu hồi {day.words}, trước khi ký ({signed.words}); xem lại ngày")
    value = {"date": str(day), "evidence": _line("evidence", evidence)}
    return _noted(archive, of, "withdrawn", value, f"thu hồi {day.words}")


def _key(of: Agreement) -> tuple[str, ...]:
    return (of.unit_id, *of.data_key)


def _edition_key(of: Agreement) -> tuple[str, ...]:
    return of.data_key[:4]


def _words(day: date) -> str:
    return PartialDate(day.year, day.month, day.day).words


def _declared(archive: Archive, name: str) -> tuple[UnitId, str, Period, str]:
    """A version that a unit declares, also one whose page can't be read, named as for a command."""
    known: dict[str, tuple[UnitId, str, Period, str]] = {}
    for unit_id, unit in archive.units.items():
        for series_id, series in unit.series.items():
            for period, edition in series.editions.items():
                own = f"{unit_id}/{series_id}/{period}"
                for version in versions_of(edition):
                    known[f"{own}.{version}"] = (unit_id, series_id, period, version)
                known[own] = (unit_id, series_id, period, leading_of(edition))
    if name in known:
        return known[name]
    hint = nearest(name, known) or "Viết <đơn vị>/<bộ>/<kỳ>, như truong-mau/cong-doan/2024-2025."
    raise EditorError(f'không có bản "{name}". {hint}')


# --- sealing ---


def _unsealed(archive: Archive) -> Iterator[Agreement]:
    for each in archive.agreements:
        full = each.edition.text is TextState.FULL
        if full and not each.facts.draft and each.facts.seal is None:
            yield each


def _sealable(of: Agreement) -> None:
    name, facts = of.name, of.facts
    if of.edition.text is TextState.REPORT_ONLY:
        raise EditorError(f"bản {name} chỉ có bài báo, không có văn bản để niêm phong")
    if facts.seal:
        raise EditorError(
            f"bản {name} đã niêm phong từ {facts.seal.since.words}; không niêm phong lại"
        )
    if facts.draft:
        raise EditorError(
            f"bản {name} còn là bản thảo; ký rồi bỏ dòng `draft: true` ở {of.data_path} mới niêm phong"
        )
    if not of.whole:
        raise EditorError(f"trang {of.path} còn chỗ sai; chạy qcph check, sửa xong rồi niêm phong")
    if isinstance(facts, LaterVersion) and facts.record.kind is not RecordKind.TRANSCRIBE:
        missing = [
            f"{side} ({who})" for side, who in of.sides.items() if side not in facts.record.agreed
        ]
        if missing:
            raise EditorError(
                f"hồ sơ của bản {name} chưa ghi ai đồng ý cho bên {' và bên '.join(missing)}; "
                f"thêm vào `record`, `agreed` ở {of.data_path}"
            )


def _in_time(of: Agreement, day: date) -> None:
    """EditorError where the day is before the version's own."""
    facts = of.facts
    by = facts.issued_by.date if facts.issued_by else None
    days = [each.value for each in (facts.date, by) if each and each.value]
    days += [PartialDate.parse(of.version)] if of.version != AS_SIGNED else []
    for own in days:
        if day < own.first:
            raise EditorError(
                f"niêm phong {_words(day)}, trước ngày của bản {of.name} ({own.words}); "
                "xem lại --date"
            )


def _filled(of: Agreement) -> None:
    """EditorError where the data lack what signed texts print: a date, or any signature."""
    facts = of.facts
    dated = facts.date or (facts.issued_by and facts.issued_by.date)
    parts = {"date": dated, "signatures": facts.signatures, "number": facts.number}
    missing = [FIELD_WORDS[name] for name, part in parts.items() if not part]
    if not dated or not facts.signatures:
        where = f"mục {of.version} của `versions`" if of.version != AS_SIGNED else f"kỳ {of.period}"
        raise EditorError(
            f"dữ kiện của bản {of.name} chưa có: {'; '.join(missing)}. Điền như in vào "
            f"{of.data_path}, {where}, rồi chạy lại; văn bản quả thật không in những điều ấy thì "
            f"thêm --as-printed (qcph seal --as-printed {of.name})"
        )


def _told(archive: Archive, of: Agreement, mark: Seal) -> Iterator[str]:
    facts = of.facts
    entered = "" if facts.entered_on else "; ngày ấy cũng ghi là ngày vào kho"
    yield f"{of.name}: niêm phong từ {mark.since.words}, dấu {mark.sha256[:12]}…{entered}"
    before = [each for each in archive.versions(of) if not each.facts.draft]
    before = before[: before.index(of)]
    if not isinstance(facts, LaterVersion) or not before:
        return
    old = before[-1]
    yield f"  hồ sơ ghi: {facts.record.what}"
    yield f"  so với bản trước ({old.version}), máy thấy:"
    changes = compare(old.page, of.page, ids_decide=True).changes
    cited = cite(old.page), cite(of.page)
    told = [each.sentence(*cited) for each in changes if each.event != "same" or each.renumbered]
    if fields := [FIELDS[each.field].lower() for each in fact_changes(old, of)]:
        told.append(f"Dữ kiện khác: {', '.join(fields)}.")
    yield from (f"    {line}" for line in told[:_MOST_TOLD])
    if told[_MOST_TOLD:]:
        yield f"    và {len(told) - _MOST_TOLD} chỗ khác; xem hết: qcph diff {old.name} {of.name}"
    if not told:
        yield "    không khác chữ nào"
    yield f"  Hồ sơ ghi sai thì sửa trước khi gửi: {_ANEW}"


# --- new versions ---


def _open(old: Agreement, archive: Archive) -> None:
    """EditorError unless a new version may stand beside this one."""
    name = old.edition_name
    if old.edition.text is TextState.REPORT_ONLY:
        raise EditorError(f"bản {name} chỉ có bài báo, không có văn bản để sửa")
    drafts = [each for each in archive.versions(old) if each.facts.draft]
    later = [each for each in drafts if each.version != AS_SIGNED]
    if later:
        raise EditorError(
            f"đã có phiên bản {later[-1].name} còn là bản thảo; làm xong, hay bỏ nó "
            f"(qcph discard {later[-1].name}), rồi mới mở phiên bản khác"
        )
    if drafts:
        raise EditorError(f"bản {name} còn là bản thảo: sửa thẳng trang {drafts[0].path}")
    if not old.newest:
        raise EditorError(
            f"{old.name} không phải phiên bản mới nhất; phiên bản mới chỉ mở từ {name}"
        )
    if old.facts.seal is None:
        raise EditorError(
            f"bản này chưa niêm phong: sửa thẳng trang {old.path}; nếu đó đúng là bản đã ký thì "
            f"niêm phong trước: qcph seal {old.name}"
        )
    if not old.whole:
        raise EditorError(f"trang {old.path} còn chỗ sai; chạy qcph check, sửa xong rồi chạy lại")


def _later(old: Agreement, day: date) -> None:
    given = PartialDate(day.year, day.month, day.day)
    if old.version != AS_SIGNED:
        before = PartialDate.parse(old.version)
        if day <= before.first:
            raise EditorError(
                f"{given.words} không sau phiên bản trước ({before.words}); "
                "phiên bản mới phải có ngày sau"
            )
    signed = old.edition.date.value if old.edition.date else None
    if signed and day < signed.first:
        raise EditorError(f"{given.words} trước khi ký bản gốc ({signed.words}); xem lại ngày")


def _agreed(old: Agreement, kind: RecordKind, agreed: Mapping[Side, str]) -> dict[str, str]:
    sides = old.sides
    if kind is RecordKind.TRANSCRIBE:
        if agreed:
            raise EditorError("sửa lỗi chép không đổi điều hai bên đã ký, nên không ghi --agreed")
        return {}
    for side in agreed:
        if side not in sides:
            raise EditorError(f'bên "{side}" không thuộc bộ quy chế này; có: {", ".join(sides)}')
    missing = [f"{side} ({called})" for side, called in sides.items() if side not in agreed]
    if missing:
        raise EditorError(
            f"chưa ghi ai đồng ý cho bên {' và bên '.join(missing)}; "
            "ghi mỗi bên một lần: --agreed BÊN=AI"
        )
    return {side.value: _line("agreed", agreed[side]) for side in sides}


def _parts_from_source(old: Agreement, archive: Archive) -> None:
    texts = [
        (text, is_word(source.file))
        for source in old.facts.source
        if source.role is SourceRole.TEXT and source.file in archive.sources
        if (text := original_text(source.file, archive.sources[source.file])) is not None
    ]
    name = old.name
    if not texts:
        raise EditorError(
            f"bản {name} không có bản gốc dạng chữ (`source` với vai trò text), nên không biết "
            "chỗ nào chép sai; chữ in sai thì dùng qcph correct"
        )
    if not any(True for text, word in texts for _ in differences(old, text, word=word)):
        raise EditorError(
            f"bản {name} đã đúng từng chữ với bản gốc, không có lỗi chép; "
            "chữ in sai thì dùng qcph correct"
        )


def _duties_told(facts: Facts) -> Iterator[str]:
    if facts.duties:
        yield f"việc phải làm chép theo: {', '.join(facts.duties)}; điều khoản đổi thì sửa `duties`"


def _taken_over(facts: Facts, kind: RecordKind) -> dict[str, Any]:
    names = {*_ALWAYS, *(_SAME_TEXT if kind in _SAME else ())}
    names |= {"source"} if kind is RecordKind.TRANSCRIBE else set()
    parts = ((name, getattr(facts, name)) for name in _ORDER if name in names)
    return {name: plain(part) for name, part in parts if part}


# --- notes on the whole edition ---


def _signed(of: Agreement) -> Agreement:
    if of.edition.draft:
        raise EditorError(
            f"bản {of.edition_name} còn là bản thảo, chưa có gì để kéo dài hay thu hồi"
        )
    return of


def _noted(archive: Archive, of: Agreement, name: str, value: dict[str, str], words: str) -> Edits:
    path = of.data_path
    key = (*_edition_key(of), name)
    text = put(archive.texts[path], path, key, value, before="versions")
    said = (
        f"Đã ghi ở {path}: {of.edition_name} {words}.",
        f"Căn cứ: {value['evidence']}",
        "Niêm phong của bản ấy không đổi. Xem lại: qcph check.",
    )
    return Edits(texts={path: text}, said=said)


def _line(option: str, text: str) -> str:
    """One line of visible words, as data hold it."""
    line = " ".join(text.split())
    if not line or not line.isprintable():
        raise EditorError(f"--{option}: cần một dòng chữ")
    return line
