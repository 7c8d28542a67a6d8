# Promise 2: the past stands still. Rules of seals and records, and of what a change may not do.
# Hides: which edit moved what was sealed, and which kind of record fits what was done.
# Refuses: to judge a page that could not be read whole (what it lacks may only be unread), and to
# tell again what reading has told.
"""`check(archive)`: V105–V109. `since(base, archive)`: V111–V115, what only a change can break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from macros.citing import cite
from macros.compare import Change, ChangeKind, compare
from macros.foreign import is_word, original_text
from macros.matter import beyond_form, counts, other_matter, replaced
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Edition,
    Facts,
    LaterVersion,
    PartialDate,
    Period,
    RecordKind,
    SourceRole,
    TextState,
    Unit,
    UnitId,
    versions_of,
)
from macros.problem import EditorError, Problem, Severity
from macros.reading import FIELD_WORDS, VALUE_WORDS, place_of
from macros.seal import FORM, Moved, canonical, moved, pieces
from macros.verbatim import distance
from macros.words import alike, runs

Key = tuple[str | int, ...]
Misfit = tuple[str, str]  # what a version did against its kind, and what to do

# Problems that only a command can mend; they don't keep commands from running.
MENDED = ("V108",)

_SHOWN = 3  # of many versions so many are named
_SIGNED_WAYS = (RecordKind.AMEND, RecordKind.REPLACE, RecordKind.CORRECT)
_FACT_WORDS = {**FIELD_WORDS, "title": "tiêu đề"}
_ON = (
    "Hai bên thay đổi nội dung: qcph amend, thay cả văn bản: qcph replace; "
    "sai thể thức: qcph correct; ta chép sai: qcph transcribe."
)
_BACK = f"Viết lại đúng như khi niêm phong (chữ cũ: qcph check --base main). {_ON}"


def check(archive: Archive) -> Iterator[Problem]:
    """Every problem of seals and records."""
    yield from _broken_seals(archive)
    for agreement in archive.agreements:
        yield from _sealing(archive, agreement)
        facts = agreement.facts
        if isinstance(facts, LaterVersion):
            yield from _agreed(archive, agreement, facts)
            yield from _kind(archive, agreement, facts)


def since(base: Archive, archive: Archive) -> Iterator[Problem]:
    """What a change from `base` to `archive` did and may not do.

    Both may lack units and wordings that are the same in both.
    """
    homes = {alias: unit_id for unit_id, unit in archive.units.items() for alias in unit.aliases}
    homes |= {unit_id: unit_id for unit_id in archive.units}  # no alias takes a unit's own id
    pages = {each.path: each for each in archive.agreements}
    kept = {(each.data_path, each.data_key): each for each in archive.agreements}
    for was in base.agreements:
        home = homes.get(was.unit_id, was.unit_id)
        path = was.path.replace(f"docs/don-vi/{was.unit_id}/", f"docs/don-vi/{home}/", 1)
        if was.facts.seal:
            yield from _sealed_since(base, archive, was, home, pages.get(path), path)
            if now := kept.get((f"data/units/{home}.yml", was.data_key)):
                yield from _fate_since(archive, was, now)
            if path in pages:
                yield from _facts_since(archive, was, pages[path])
        elif now := kept.get((f"data/units/{home}.yml", was.data_key)):
            yield from _entry_since(archive, was, now)
        if path in pages:
            yield from _ids_gone(was, pages[path])
    yield from _wordings_since(base, archive)
    yield from _ids_reused(base, archive)


def _broken_seals(archive: Archive) -> Iterator[Problem]:
    """V105 a sealed version that is no longer as sealed; what many versions use is told once."""
    found: dict[tuple[str, int, int, str], list[tuple[Agreement, Moved]]] = {}
    for agreement in archive.agreements:
        seal = agreement.facts.seal
        if seal and seal.form == FORM and agreement.whole and _has_text(agreement):
            for piece in moved(agreement, archive):
                at = place_of(archive.places.get(piece.path, {}), *piece.key or ())
                line, column = at if piece.key is not None else (piece.line, 1)
                own = "" if _is_common(piece) else f"{agreement.path} {piece.part}"
                found.setdefault((piece.path, line, column, own), []).append((agreement, piece))
    for (path, line, column, own), several in found.items():
        agreement, piece = several[0]
        if own:
            message, hint = f"{_sealed_name(agreement)} {_told(agreement, piece)}", _BACK
        else:
            uses = dict.fromkeys(f"{_sealed_name(a)}, {_part(a, m.part)}" for a, m in several)
            what = _common(path, piece.key or ())
            message = f"{what} khác với khi niêm phong; dùng ở {_several(uses)}"
            hint = "Viết lại đúng như cũ; cách viết mới thì ghi cho một kỳ mới, bên cạnh cái cũ."
        yield Problem(path, line, column, "V105", message, hint)


def _is_common(piece: Moved) -> bool:
    """Whether what was edited belongs to many versions."""
    return piece.key is not None and piece.key[0] in ("wordings", "terms", "sides")


def _common(path: str, key: Key) -> str:
    if key[0] == "wordings":
        shared_id = path.rpartition("/")[2].removesuffix(".yml")
        return f'câu chữ "{key[1]}" của "{shared_id}"'
    name = f' "{key[1]}"' if len(key) > 1 else ""
    return f"cách gọi{name}" if key[0] == "terms" else "các bên"


def _told(agreement: Agreement, piece: Moved) -> str:
    part = _part(agreement, piece.part)
    return {
        "changed": f"có {part} khác với khi niêm phong",
        "added": f"có {part} mà khi niêm phong chưa có",
        "gone": f"không còn {part}",
        "order": f"có {part} không còn đứng ở chỗ cũ",
    }.get(piece.how, "có dấu niêm phong đã bị sửa, không còn khớp với văn bản")


def _part(agreement: Agreement, part: str) -> str:
    """A clause or fact as readers call it."""
    if part.startswith("."):
        return _FACT_WORDS.get(part[1:], part[1:])
    clause = agreement.page.clause(part)
    return f'điều khoản "{part}"' + (f" ({cite(agreement.page)[clause.id]})" if clause else "")


def _sealing(archive: Archive, agreement: Agreement) -> Iterator[Problem]:
    """V108 a version that lacks its seal, or has one too early; V109 a seal that can't be one."""
    facts, name = agreement.facts, _name(agreement)
    signed = [version for version, each in _all(agreement.edition) if not each.draft]
    if seal := facts.seal:
        if seal.form != FORM:
            message = f"mẫu niêm phong {seal.form} không có; chỉ có mẫu {FORM}"
            yield _fact(archive, agreement, ("seal", "form"), "V109", message, _ANEW)
        if not _has_text(agreement):
            message = f"{name} chỉ có bài báo (text: report-only), không niêm phong được"
            yield _fact(archive, agreement, ("seal",), "V109", message, "Bỏ trường `seal`.")
        if seal.since.day is None:
            message = f"niêm phong cần một ngày trọn vẹn, ở đây chỉ có {seal.since.words}"
            hint = "Ghi cả năm, tháng, ngày, như 2025-10-01."
            yield _fact(archive, agreement, ("seal", "since"), "V109", message, hint)
        if facts.draft:
            message = f"{name} là bản thảo mà đã niêm phong"
            hint = "Bỏ `seal` khi còn sửa; bỏ `draft` khi hai bên đã ký."
            yield _fact(archive, agreement, ("seal",), "V108", message, hint)
    elif not facts.draft and _has_text(agreement) and any(v != AS_SIGNED for v in signed):
        last = agreement.version == signed[-1]
        why = "" if last else ", và kỳ này đã có phiên bản sau"
        message = f"{name} đã ký mà chưa niêm phong{why}"
        hint = f"{'Xong thì chạy' if last else 'Chạy'}: qcph seal {agreement.name}"
        yield _fact(archive, agreement, (), "V108", message, hint)
    if facts.draft and agreement.version == AS_SIGNED and signed:
        message = f"{name} còn là bản thảo mà đã có phiên bản sau ({signed[0]})"
        hint = "Bỏ `draft` nếu đã ký; nếu chưa thì phiên bản sau cũng là bản thảo."
        yield _fact(archive, agreement, ("draft",), "V108", message, hint)


_ANEW = "Bỏ trường `seal` rồi chạy qcph seal; đừng viết niêm phong bằng tay."


def _agreed(archive: Archive, agreement: Agreement, facts: LaterVersion) -> Iterator[Problem]:
    """V106 a record that does not name who agreed for exactly the two sides."""
    record, key = facts.record, ("record", "agreed")
    called = VALUE_WORDS[record.kind]
    for side in record.agreed:
        if record.kind is RecordKind.TRANSCRIBE:
            message = f'{called} không cần bên nào đồng ý, vì là lỗi của ta; ở đây có "{side}"'
            yield _fact(archive, agreement, (*key, side), "V106", message, "Bỏ trường `agreed`.")
        elif side not in agreement.sides:
            message = f'"{side}" không phải là một bên của bộ này'
            hint = f"Hai bên: {', '.join(agreement.sides)}."
            yield _fact(archive, agreement, (*key, side), "V106", message, hint)
    lacking = [side for side in agreement.sides if side not in record.agreed]
    if record.kind in _SIGNED_WAYS and lacking and not facts.draft:
        message = f"{called} cần cả hai bên đồng ý; chưa ghi ai đồng ý cho {', '.join(lacking)}"
        hint = f"Ghi vào `agreed`: {lacking[0]}: họ tên, chức danh, hay biên bản nào."
        yield _fact(archive, agreement, key, "V106", message, hint)


def _kind(archive: Archive, agreement: Agreement, facts: LaterVersion) -> Iterator[Problem]:
    """V107 a version that did something else than its record says."""
    if facts.draft:
        return
    signed = [version for version, each in _all(agreement.edition) if not each.draft]
    before = signed[: signed.index(agreement.version)][-1:]
    old = next((each for each in archive.versions(agreement) if each.version in before), None)
    if old is None or not (old.whole and agreement.whole and _has_text(agreement)):
        return
    kind = facts.record.kind
    if kind is RecordKind.TRANSCRIBE:
        found = _no_transcription(archive, old, agreement)
    elif canonical(old) == canonical(agreement):
        found = "không khác gì bản trước", "Chép văn bản mới vào trang."
    else:
        changes = compare(old.page, agreement.page, ids_decide=True).changes
        rule = {RecordKind.AMEND: _no_amendment, RecordKind.CORRECT: _no_correction}.get(kind)
        found = rule(agreement, changes) if rule else None
        if not found and kind is RecordKind.CORRECT:
            found = _no_correction_of_facts(old, agreement)
    if found:
        message = f"{_name(agreement)} ghi là {VALUE_WORDS[kind]} nhưng {found[0]}"
        again = f"ghi lại `draft: true`, rồi bỏ nó (qcph discard {agreement.name})"
        hint = f"{found[1]} Làm lại từ đầu: {again}."
        yield _fact(archive, agreement, ("record", "kind"), "V107", message, hint)


def _no_amendment(_: Agreement, changes: Iterable[Change]) -> Misfit | None:
    """Contents stand in the clauses: what changes only labels and facts is form."""
    if any(change.kind is not ChangeKind.SAME or change.moved for change in changes):
        return None
    return "không đổi lời của điều khoản nào", f"Loại hợp là {_CORRECT}."


def _no_correction(agreement: Agreement, changes: Iterable[Change]) -> Misfit | None:
    """What a correction may not do: it mends form only (Nghị định 30/2020/NĐ-CP, Điều 18)."""
    done = [(change, said) for change in changes if (said := _content(change))]
    if not done:
        return None
    change, said = done[0]
    clause = (change.new or change.old)[0]
    more = f" và {len(done) - 1} điều khoản khác cũng vậy" if done[1:] else ""
    return f"{said} {_part(agreement, clause.id)}{more}", _ONLY_FORM


def _no_correction_of_facts(old: Agreement, new: Agreement) -> Misfit | None:
    """The same of what is printed outside the clauses: what the text is called, and who signed."""
    before, after = dict(pieces(old)), dict(pieces(new))
    for part in (".title", ".issued_by", ".signatures"):
        was, now = (
            " ".join(cell for row in each[part] for cell in row[1:]) for each in (before, after)
        )
        done = runs(was, now)
        if counts(done) or beyond_form(done):
            return f"{_part(new, part)} đổi: {_turned(was, now)}", _ONLY_FORM
    return None


_CORRECT = "`correct` (đính chính)"
_AMEND = "`amend` (sửa đổi, bổ sung), hay `replace` (thay thế) nếu đó là toàn văn bản mới"
_ONLY_FORM = (
    "Đính chính chỉ được sửa nhãn, số, ngày, địa danh, nơi nhận; trong lời, tiêu đề và chữ ký chỉ "
    "được sửa dấu câu, chữ hoa, chữ dính, một chữ viết hai lần liền, chữ sai dấu, sai một ký tự hay "
    f"lẫn i với y. Ở đây loại hợp là {_AMEND}."
)


def _fitting(old: Agreement, new: Agreement) -> str:
    """The kind that fits what a version did, for one that mends no typing of ours."""
    if canonical(old) == canonical(new):
        return "Không cần phiên bản này."
    changes = compare(old.page, new.page, ids_decide=True).changes
    kind = _AMEND if any(map(_content, changes)) else _CORRECT
    return f"Văn bản đã ký mà đổi thì loại hợp là {kind}."


def _content(change: Change) -> str:
    """What a change does to the contents; empty where it is one of form only."""
    if change.kind not in (ChangeKind.SAME, ChangeKind.AMENDED):
        verbs = {ChangeKind.ADDED: "thêm", ChangeKind.REMOVED: "bỏ", ChangeKind.SPLIT: "tách"}
        return verbs.get(change.kind, "gộp")
    if change.moved:
        return "chuyển chỗ"
    if counts(change.words):
        return "đổi con số trong"
    if found := beyond_form(change.words):
        was, now = (_cut(each.strip()) for each in found)
        if was and now:
            return f"đổi “{was}” thành “{now}” ở"
        return f"bỏ “{was}” ở" if was else f"thêm “{now}” vào"
    return ""


def _no_transcription(archive: Archive, old: Agreement, new: Agreement) -> Misfit | None:
    """What keeps a version from being our own typing mistake mended."""
    held, kept = (
        {(s.file, s.sha256) for s in each.facts.source if s.role is SourceRole.TEXT}
        for each in (old, new)
    )
    if not held & kept:
        said = "không còn nguồn `text` nào của bản trước (cùng tệp, cùng mã băm)"
        return said, _fitting(old, new)
    for file, _ in sorted(held & kept):
        try:
            text = original_text(file, archive.sources[file])
        except (KeyError, UnicodeDecodeError, EditorError):
            text = None
        if text is None:
            return None  # told with the source
        before, after = (distance(each, text, word=is_word(file)) for each in (old, new))
        if before == (0, 0):
            return f"bản trước đã đúng từng chữ với data/sources/{file}", _fitting(old, new)
        if after >= before:
            hint = f"Chép lại đúng bản gốc. {_fitting(old, new)}"
            return f"không gần data/sources/{file} hơn bản trước", hint
    return None


def _sealed_since(
    base: Archive, archive: Archive, was: Agreement, home: str, now: Agreement | None, path: str
) -> Iterator[Problem]:
    """V111 a sealed page edited or gone; V112 a seal that is another one or gone."""
    data = f"data/units/{home}.yml"
    line, column = place_of(archive.places.get(data, {}), *was.data_key)
    text, name = archive.texts.get(path), _sealed_name(was)
    readable = home in archive.units or data not in archive.texts
    facts = _facts_of(archive.units.get(UnitId(home)), was)
    if facts is None and readable:
        message = f"{name} không còn được khai báo"
        yield Problem(data, line, column, "V111", message, _UNDO)
    elif text is None:
        yield Problem(data, line, column, "V111", f"trang của {name} không còn", _UNDO)
    elif (before := base.texts[was.path]) != text:
        lines, rows = before.split("\n"), text.split("\n")
        pairs = zip(lines, rows, strict=False)
        at = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), min(len(lines), len(rows)))
        said = _rewritten(was, now) if now and now.whole and was.whole else ""
        message = f"trang của {name} đã bị sửa{said and f': {said}'}"
        yield Problem(path, at, 1, "V111", message, f"{_UNDO} {_ON}")
    if facts and facts.seal != was.facts.seal:
        what = "đã đổi" if facts.seal else "đã bị bỏ"
        line, column = place_of(archive.places.get(data, {}), *was.data_key, "seal")
        message = f"niêm phong của {name} {what} mà không có phiên bản mới"
        yield Problem(data, line, column, "V112", message, f"Lấy lại niêm phong cũ. {_ON}")


def _fate_since(archive: Archive, was: Agreement, now: Agreement) -> Iterator[Problem]:
    """V112 what a sealed version's record says, or what became of its edition, told otherwise."""
    data = now.data_path
    told: list[tuple[str, tuple[str, ...], object, object]] = []
    if isinstance(was.facts, LaterVersion) and isinstance(now.facts, LaterVersion):
        told.append(("hồ sơ", (*was.data_key, "record"), was.facts.record, now.facts.record))
    own = was.data_key[:4]
    old, new = was.edition, now.edition
    told.append(("loại văn bản", (*own, "kind"), old.kind, new.kind))
    if was.facts.entered_on:
        days = was.facts.entered_on, now.facts.entered_on
        told.append(("ngày vào kho", (*was.data_key, "entered_on"), *days))
    if old.extended:
        told.append(("việc kéo dài", (*own, "extended"), old.extended, new.extended))
    if old.withdrawn:
        told.append(("việc thu hồi", (*own, "withdrawn"), old.withdrawn, new.withdrawn))
    for what, key, before, after in told:
        if before != after:
            line, column = place_of(archive.places.get(data, {}), *key)
            message = f"{what} của {_sealed_name(was)} {'đã đổi' if after else 'đã bị bỏ'}"
            hint = "Lấy lại như cũ: điều đã ghi về một bản niêm phong thì không viết lại."
            yield Problem(data, line, column, "V112", message, hint)


def _entry_since(archive: Archive, was: Agreement, now: Agreement) -> Iterator[Problem]:
    """V112 (warning) a signed version, not sealed yet, that came into the archive on another day."""
    before, after = was.facts.entered_on, now.facts.entered_on
    if was.facts.draft or now.facts.draft or before is None or before == after:
        return
    done = f"đã đổi, trước là {before.words}" if after else f"({before.words}) đã bị bỏ"
    message = f"ngày vào kho của {_name(was)} {done}"
    hint = "Ngày ấy đã báo cho người theo dõi tin mới; chỉ đổi khi ghi nhầm."
    found = _fact(archive, now, ("entered_on",), "V112", message, hint)
    yield replace(found, severity=Severity.WARNING)


def _rewritten(was: Agreement, now: Agreement) -> str:
    """What an edit did to the clauses of a page, in the words that stood and stand there."""
    before, after = cite(was.page), cite(now.page)
    changes = compare(was.page, now.page, ids_decide=True).changes
    done = [each for each in changes if each.event != "same" or each.renumbered]
    said = [each.sentence(before, after).removesuffix(".") for each in done]
    if was.page.title != now.page.title:
        said.insert(
            0, f"Sửa tiêu đề: {_turned(*map(' / '.join, (was.page.title, now.page.title)))}"
        )
    return _several(said) or "chỉ chỗ xuống dòng, dấu cách hay mã"


def _facts_since(archive: Archive, was: Agreement, now: Agreement) -> Iterator[Problem]:
    """V111 a printed fact of a sealed version edited."""
    printed = dict(pieces(now))
    for name, rows in pieces(was):
        if name.startswith(".") and name != ".title" and rows != printed[name]:
            old, new = (
                " / ".join(cell for row in each for cell in row[1:])
                for each in (rows, printed[name])
            )
            message = f"{_part(now, name)} của {_sealed_name(was)} đã bị sửa: {_turned(old, new)}"
            hint = f"Lấy lại dòng cũ. {_ON}"
            yield _fact(archive, now, (name[1:],), "V111", message, hint)


def _turned(old: str, new: str) -> str:
    """What was changed in a text: the words that stood and stand there, of the first few places."""
    said = []
    for each in replaced(runs(old, new)):
        was, now = (_cut(part.strip()) for part in each)
        if was and now:
            said.append(f"“{was}” thành “{now}”")
        else:
            said.append(f"bỏ “{was}”" if was else f"thêm “{now}”")
    return _several(said) or "chỉ dấu cách"


_UNDO = "Bản đã niêm phong thì trang của nó không sửa, không bỏ: lấy lại tệp cũ."


def _wordings_since(base: Archive, archive: Archive) -> Iterator[Problem]:
    """V113 a wording in use that was edited or taken away."""
    users: dict[tuple[str, str], dict[str, None]] = {}
    for was in base.agreements:
        for clause in was.page.clauses:
            if (use := clause.shared) and not was.facts.draft:
                users.setdefault((use.id, use.wording), {})[_name(was)] = None
    for (shared_id, period), names in sorted(users.items()):
        path = f"data/clauses/{shared_id}.yml"
        before, after = (_template(each, shared_id, period) for each in (base, archive))
        unread = path in archive.texts and shared_id not in archive.shared
        if before is not None and before != after and not unread:
            line, column = place_of(archive.places.get(path, {}), "wordings", period)
            what = "đã bị bỏ" if after is None else f"đã bị sửa: {_turned(before, after)}"
            message = f'câu chữ "{period}" của "{shared_id}" {what}; đang dùng ở {_several(names)}'
            hint = "Lấy lại câu cũ; cách viết mới thì thêm thành câu chữ của một kỳ mới."
            yield Problem(path, line, column, "V113", message, hint)


def _template(archive: Archive, shared_id: str, period: str) -> str | None:
    clause = archive.shared.get(shared_id)
    return clause.wordings.get(Period.parse(period)) if clause else None


def _ids_gone(was: Agreement, now: Agreement) -> Iterator[Problem]:
    """V114 a clause that lost its id while its text stands; in a signed version any id gone."""
    if was.page == now.page or not (was.whole and now.whole):
        return
    held = {clause.id for clause in was.page.clauses}
    fresh = [clause for clause in now.page.clauses if clause.id not in held]
    line = 1
    for clause in was.page.clauses:
        if kept := now.page.clause(clause.id):
            line = kept.line
        elif twin := next((each for each in fresh if alike(each.text, clause.text)), None):
            message = f'mã "{clause.id}" ({cite(now.page)[twin.id]}) đã bị đổi thành "{twin.id}"'
            hint = f"Mã đi theo điều khoản mãi mãi: ghi lại {{#{clause.id}}}."
            yield Problem(now.path, twin.line, 1, "V114", message, hint)
        elif not was.facts.draft:
            message = f'{_name(was)} không còn điều khoản "{clause.id}"'
            hint = "Trả lại đoạn ấy với mã của nó; bỏ một điều khoản thì qua qcph amend."
            yield Problem(now.path, line, 1, "V114", message, hint)


def _ids_reused(base: Archive, archive: Archive) -> Iterator[Problem]:
    """V115 an id that a series used for something else."""
    series: dict[tuple[str, str], list[Agreement]] = {}
    pages = {was.path: was.page for was in base.agreements}
    in_order = sorted(base.agreements, key=lambda a: (a.period, a.versions.index(a.version)))
    for was in in_order:
        if was.whole:
            series.setdefault((was.unit_id, was.series_id), []).append(was)
    for now in archive.agreements:
        known = series.get((now.unit_id, now.series_id), [])
        if not known or not now.whole or pages.get(now.path) == now.page:
            continue
        latest = [each for each in known if each.period < now.period][-1:]
        own = [each for each in known if each.path == now.path]
        in_use = {clause.id for each in latest + own for clause in each.page.clauses}
        earlier = [each.page for each in known]
        for clause in now.page.clauses:
            olds = [old for each in known if (old := each.page.clause(clause.id))]
            retired = clause.id not in in_use
            if olds and (said := other_matter(clause, olds, now.page, earlier, retired=retired)):
                message = f'mã "{clause.id}" đã là của một điều khoản khác: “{_cut(said)}”'
                hint = "Điều khoản mới cần mã mới: xóa mã này rồi chạy qcph ids."
                yield Problem(now.path, clause.line, 1, "V115", message, hint)


def _all(edition: Edition) -> list[tuple[str, Facts]]:
    """The facts of each version, the oldest first."""
    return [(version, _own(edition, version)) for version in versions_of(edition)]


def _own(edition: Edition, version: str) -> Facts:
    return edition if version == AS_SIGNED else edition.versions[PartialDate.parse(version)]


def _facts_of(unit: Unit | None, was: Agreement) -> Facts | None:
    """The facts that a unit now declares for a version that it had; None where it has none."""
    series = unit.series.get(was.series_id) if unit else None
    edition = series.editions.get(was.period) if series else None
    there = edition is not None and was.version in versions_of(edition)
    return _own(edition, was.version) if edition and there else None


def _has_text(agreement: Agreement) -> bool:
    return agreement.edition.text is TextState.FULL


def _name(agreement: Agreement) -> str:
    return f"bản {agreement.name}"


def _sealed_name(agreement: Agreement) -> str:
    seal = agreement.facts.seal
    return _name(agreement) + (f" (niêm phong {seal.since.words})" if seal else "")


def _several(names: Iterable[str]) -> str:
    """The first few of many, and how many more there are."""
    every = list(names)
    more = f"; và {len(every) - _SHOWN} chỗ nữa" if every[_SHOWN:] else ""
    return "; ".join(every[:_SHOWN]) + more


def _cut(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _fact(
    archive: Archive, agreement: Agreement, key: Key, code: str, message: str, hint: str
) -> Problem:
    places = archive.places.get(agreement.data_path, {})
    line, column = place_of(places, *agreement.data_key, *key)
    return Problem(agreement.data_path, line, column, code, message, hint)
