# The project is that of tests/broken/base, with a second clause in it that uses a term of the unit.
"""Seals, records, and what a change may not do to the past."""

import re
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros import checks, keeping
from macros.archive import load
from macros.editing import edition_named, put
from macros.matter import beyond_form, counts
from macros.seal import sealed
from macros.verbatim import distance
from macros.words import runs
from tests.test_broken import BASE, ROOT, commit, run

UNIT = "data/units/truong-thu.yml"
SHARED = "data/clauses/hop-giao-ban.yml"
SOURCE = "data/sources/truong-thu.txt"
PAGE = "docs/don-vi/truong-thu/cong-doan/2024-2025.md"
LATER = "docs/don-vi/truong-thu/cong-doan/2024-2025.2025-02-10.md"
NEXT = "docs/don-vi/truong-thu/cong-doan/2025-2026.md"
EDITION = "truong-thu/cong-doan/2024-2025"
FIRST = ("series", "cong-doan", "editions", "2024-2025")
DAY = (*FIRST, "versions", "2025-02-10")
BOTH = {"management": "Nguyễn Văn A", "union": "Trần Thị B"}
Texts = dict[str, str | None]

GOOD = {path: (BASE / path).read_text(encoding="utf-8") for path in (UNIT, SHARED, SOURCE, PAGE)}
GOOD[PAGE] = GOOD[PAGE].replace(', union="Công đoàn"', "")
GOOD[UNIT] = put(GOOD[UNIT], UNIT, ("terms",), {"union": {"2024-2025": "Công đoàn"}})


def changed(texts: Texts, path: str, old: str, new: str) -> Texts:
    """The project with some words of a file replaced, which must stand there."""
    assert old in (texts[path] or "")
    return {**texts, path: texts[path].replace(old, new)}


def facts(texts: Texts, key: tuple[str, ...], value: object) -> Texts:
    """The project with a fact of the unit."""
    return {**texts, UNIT: put(texts[UNIT], UNIT, key, value)}


def lay(root: Path, texts: Texts) -> Path:
    """The project on the disk; what has no text is taken away."""
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            (root / path).unlink()
        else:
            (root / path).write_text(text, encoding="utf-8", newline="\n")
    (root / "docs").mkdir(exist_ok=True)
    return root


def seal(texts: Texts, *names: str) -> Texts:
    """The project with these versions sealed; with none named the only one."""
    with tempfile.TemporaryDirectory() as folder:
        archive = load(lay(Path(folder), texts)).archive
    for name in names or (EDITION,):
        version = edition_named(archive, name)
        own = sealed(version, archive, date(2024, 10, 1))
        value = {
            "form": own.form,
            "since": str(own.since),
            "sha256": own.sha256,
            "parts": own.parts,
        }
        texts = facts(texts, (*version.data_key, "seal"), value)
    return texts


def with_later(
    texts: Texts, kind: str, page: str, agreed: object = None, **others: object
) -> Texts:
    """The project with a later version, the facts of the first one, and a record of that kind."""
    record = {"kind": kind, "what": "Sửa khoản 2.", "why": "Hai bên thống nhất.", "agreed": agreed}
    if agreed is None:
        record["agreed"] = {} if kind == "transcribe" else BOTH
    signatures = [
        {"side": "management", "lines": ["HIỆU TRƯỞNG", "Nguyễn Văn A"]},
        {"side": "union", "lines": ["CHỦ TỊCH", "Trần Thị B"]},
    ]
    own = {
        "record": record,
        "place": {"printed": "Xã Thử,"},
        "date": {"printed": "ngày 20 tháng 9 năm 2024"},
        "signatures": signatures,
        **others,
    }
    return facts({**texts, LATER: page}, DAY, own)


def told(texts: Texts) -> list[str]:
    """What the rules of keeping find: `path: code message`."""
    with tempfile.TemporaryDirectory() as folder:
        archive = load(lay(Path(folder), texts)).archive
    return [f"{p.path}: {p.code} {p.message}" for p in keeping.check(archive)]


def codes(texts: Texts) -> list[str]:
    """Their codes."""
    return [each.split(": ")[1][:4] for each in told(texts)]


# --- V105: what was sealed stands still ---

SEALED = seal(GOOD)
OF_EDITION = f"bản {EDITION} (niêm phong ngày 01/10/2024)"


def test_a_sealed_version_as_it_was_is_clean():
    """A seal over what is printed finds nothing while nothing is edited."""
    assert [] == told(SEALED)


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (PAGE, "từ ngày ký", "từ hôm nay",
         f'{PAGE}: V105 {OF_EDITION} có điều khoản "hieu-luc" (khoản 2 mục I) khác với khi niêm phong'),
        (PAGE, "**2.**", "**3.**",
         f'{PAGE}: V105 {OF_EDITION} có điều khoản "hieu-luc" (khoản 3 mục I) khác với khi niêm phong'),
        (PAGE, "QUY CHẾ PHỐI HỢP", "QUY CHẾ",
         f"{PAGE}: V105 {OF_EDITION} có tiêu đề khác với khi niêm phong"),
        (PAGE, "\n**2.**", "\nThêm. {#them}\n\n**2.**",
         f'{PAGE}: V105 {OF_EDITION} có điều khoản "them" (đoạn 1 mục I) mà khi niêm phong chưa có'),
        (PAGE, "**2.** Quy chế này có hiệu lực từ ngày ký. {#hieu-luc}\n", "",
         f'{PAGE}: V105 {OF_EDITION} không còn điều khoản "hieu-luc"'),
        (UNIT, "printed: Xã Thử,", "printed: Xã Mẫu,",
         f"{UNIT}: V105 {OF_EDITION} có địa danh khác với khi niêm phong"),
        (UNIT, "lines: [CHỦ TỊCH, ", "lines: [TM. CHỦ TỊCH, ",
         f"{UNIT}: V105 {OF_EDITION} có chữ ký khác với khi niêm phong"),
        (UNIT, "        signatures:", "        number: {printed: 'Số: 9'}\n        signatures:",
         f"{UNIT}: V105 {OF_EDITION} có số, ký hiệu mà khi niêm phong chưa có"),
        (UNIT, "2024-2025: Công đoàn", "2024-2025: CĐCS",
         (f'{UNIT}: V105 cách gọi "union" khác với khi niêm phong; dùng ở {OF_EDITION}, '
          'điều khoản "hop-giao-ban" (khoản 1 mục I)')),
        (UNIT, "  union: Công đoàn\n", "  women: Nữ công\n  union: Công đoàn\n", None),
        (SHARED, "được dự", "được mời dự",
         (f'{SHARED}: V105 câu chữ "2024-2025" của "hop-giao-ban" khác với khi niêm phong; '
          f'dùng ở {OF_EDITION}, điều khoản "hop-giao-ban" (khoản 1 mục I)')),
        (SHARED, "wordings:", 'wordings:\n  2025-2026: "{Union} được mời."', None),
        (PAGE, '"2024-2025")', '"2024-2025", union="CĐCS")',
         (f'{PAGE}: V105 {OF_EDITION} có điều khoản "hop-giao-ban" (khoản 1 mục I) '
          "khác với khi niêm phong")),
    ],
)  # fmt: skip
def test_what_moved_is_told_where_it_was_edited(path, old, new, expected):
    """The message names edition, clause or fact, and the file that moved it."""
    found = told(changed(SEALED, path, old, new))

    assert ([expected] if expected else []) == found


def test_clauses_in_another_order():
    """Nothing but the order changed: the clause is told that no longer stands in its place."""
    one, two = (f"**{n}.** Điều thứ {n}. {{#dieu-{n}}}\n" for n in (7, 8))
    texts = seal({**GOOD, PAGE: f"{GOOD[PAGE]}\n{one}\n{two}"})
    found = told({**texts, PAGE: f"{GOOD[PAGE]}\n{two}\n{one}"})

    assert 1 == len(found)
    assert found[0].endswith("(khoản 8 mục I) không còn đứng ở chỗ cũ")


def test_an_altered_seal_is_told_at_the_seal():
    """A digest that fits nothing, beside parts that fit: the seal itself was edited."""
    digest = re.search(r"sha256: '?(\w+)'?\s+parts", SEALED[UNIT])[1]
    expected = f"{UNIT}: V105 {OF_EDITION} có dấu niêm phong đã bị sửa, không còn khớp với văn bản"

    assert [expected] == told(changed(SEALED, UNIT, digest, digest[::-1]))


def test_one_edited_wording_is_one_problem():
    """A wording that five sealed versions use is told once, with three of them and a count."""
    texts: Texts = dict(GOOD)
    periods = [f"{year}-{year + 1}" for year in range(2024, 2029)]
    for period in periods[1:]:
        key = (*FIRST[:3], period)
        texts = facts(texts, key, {"kind": "regulation"})
        texts[PAGE.replace("2024-2025", period)] = texts[PAGE]
    texts = seal(texts, *(f"truong-thu/cong-doan/{period}" for period in periods))
    found = told(changed(texts, SHARED, "được dự", "được mời dự"))

    assert 1 == len(found)
    assert found[0].startswith(f'{SHARED}: V105 câu chữ "2024-2025" của "hop-giao-ban"')
    assert 3 == found[0].count("bản truong-thu")
    assert found[0].endswith("; và 2 chỗ nữa")


def test_a_page_with_mistakes_is_not_judged():
    """What a page lacks may only be unread: its own mistakes come first."""
    assert [] == told(changed(SEALED, PAGE, " {#hieu-luc}", ""))


@given(st.data())
def test_any_edit_of_what_was_sealed_is_found(data):
    """Wherever letters come into a text, wording, term or printed fact, V105 names the file."""
    path, sentence = data.draw(
        st.sampled_from(
            [
                (PAGE, "Quy chế này có hiệu lực từ ngày ký."),
                (PAGE, "QUY ĐỊNH CHUNG"),
                (PAGE, "Năm học 2024-2025"),
                (SHARED, "được dự các cuộc họp giao ban."),
                (UNIT, "2024-2025: Công đoàn"),
                (UNIT, "printed: ngày 20 tháng 9 năm 2024"),
                (UNIT, "lines: [HIỆU TRƯỞNG"),
            ]
        )
    )
    start = sentence.rfind(": ") + 2 if ": " in sentence else 1
    at = data.draw(st.integers(start, len(sentence)))
    letters = data.draw(st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyạặ", min_size=1, max_size=5))
    start += sentence[start:].startswith("[")
    at = max(at, start)
    found = told(changed(SEALED, path, sentence, f"{sentence[:at]}{letters}{sentence[at:]}"))

    assert [f"{path}: V105"] == [each[: len(path) + 6] for each in found]


HARMLESS = [
    (PAGE, "{#hieu-luc}", "{#hieu-luc-cua-quy-che}"),
    (PAGE, "có hiệu lực", "có\nhiệu lực"),
    (UNIT, "value: 2024-09-20", "value: 2024-09"),
    (UNIT, "        valid_from:", "        draft: false\n        valid_from:"),
    (UNIT, "          title: CHỦ TỊCH\n", ""),
    (UNIT, "        signatures:",
     "        suspected:\n        - {clause: hieu-luc, printed: ký, why: Thử.}\n        signatures:"),
    (UNIT, "        signatures:", "        reasons: {hieu-luc: Thử.}\n        signatures:"),
    (UNIT, "- name: Trường Thử", "- name: Trường Thử Mới"),
    (UNIT, "management: Nhà trường", "management: Ban Giám hiệu"),
    (SHARED, "title: Dự họp giao ban", "title: Giao ban"),
]  # fmt: skip


@given(st.sets(st.sampled_from(HARMLESS)))
def test_what_was_not_signed_moves_no_seal(edits):
    """Ids, line ends, values, notes and names that no text prints change nothing, in any mixture."""
    texts = SEALED
    for path, old, new in sorted(edits):
        if old in texts[path]:
            texts = changed(texts, path, old, new)

    assert [] == told(texts)


# --- V106 to V109: records ---

THIRD = "\n**3.** Hai bên họp liên tịch hằng quý. {#hop-lien-tich}\n"
AMENDED = GOOD[PAGE] + THIRD


@pytest.mark.parametrize(
    ("kind", "agreed", "draft", "expected"),
    [
        ("amend", BOTH, False, []),
        ("replace", BOTH, False, []),
        ("amend", {"union": "Trần Thị B"}, False, ["chưa ghi ai đồng ý cho management"]),
        ("replace", {}, False, ["chưa ghi ai đồng ý cho management, union"]),
        ("amend", {**BOTH, "women": "Trần Thị B"}, False,
         ['"women" không phải là một bên của bộ này']),
        ("amend", {}, True, []),
        ("amend", {"women": "Trần Thị B"}, True, ['"women" không phải là một bên của bộ này']),
        ("transcribe", {"union": "Trần Thị B"}, True, ['ở đây có "union"']),
        ("transcribe", {}, True, []),
    ],
)  # fmt: skip
def test_who_agreed(kind, agreed, draft, expected):
    """V106: exactly the two sides, none for a transcription; a draft may still lack them."""
    texts = with_later(GOOD, kind, AMENDED, agreed, **({"draft": True} if draft else {}))
    found = [each.split("; ")[-1] for each in told(texts) if " V106 " in each]

    assert expected == [each.split(" V106 ")[-1] for each in found]


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        ("amend", "từ ngày ký", "từ năm sau", ""),
        ("amend", "ký. {#hieu-luc}\n", f"ký. {{#hieu-luc}}\n{THIRD}", ""),
        ("amend", "", "", "không khác gì bản trước"),
        ("amend", "**2.**", "**3.**", "không đổi lời của điều khoản nào"),
        ("replace", "**2.**", "**3.**", ""),
        ("replace", "", "", "không khác gì bản trước"),
        ("correct", "", "", "không khác gì bản trước"),
        ("correct", "**2.**", "**3.**", ""),
        ("correct", "QUY CHẾ PHỐI HỢP", "QUY CHẾ PHÔI HỢP", ""),
        ("correct", "QUY CHẾ PHỐI HỢP", "QUY CHẾ PHỐI HỢP CÔNG TÁC", "tiêu đề đổi: thêm “CÔNG TÁC”"),
        ("correct", "Năm học 2024-2025", "Năm học 2034-2035", "tiêu đề đổi: “2024-2025” thành"),
        ("correct", "hiệu lực từ ngày ký", "hiệu lực, từ ngày Ký", ""),
        ("correct", "có hiệu lực", "có hiệụ lực", ""),
        ("correct", "từ ngày ký", "kể từ ngày ký", "thêm “kể” vào"),
        ("correct", "từ ngày ký", "từ ngày 1 ký", "đổi con số trong"),
        ("correct", "có hiệu lực", "không có hiệu lực", "thêm “không” vào"),
        ("correct", "từ ngày ký", "từ năm học sau", "đổi “ngày ký” thành “năm học sau” ở"),
        ("correct", "có hiệu lực từ", "có", "bỏ “hiệu lực từ” ở"),
        ("correct", "ký. {#hieu-luc}\n", f"ký. {{#hieu-luc}}\n{THIRD}", "thêm"),
        ("correct", "Căn cứ Luật Công đoàn; {#luat-cong-doan}\n", "", "bỏ"),
    ],
)  # fmt: skip
def test_the_kind_fits_what_was_done(kind, old, new, said):
    """V107: an amendment changes a clause's words, a correction only their form."""
    page = GOOD[PAGE].replace(old, new, 1)
    texts = seal(with_later(GOOD, kind, page), f"{EDITION}.goc", f"{EDITION}.2025-02-10")
    found = [each.partition(" nhưng ")[2] for each in told(texts)]

    assert bool(said) == bool(found)
    assert all(each.startswith(said) for each in found)


def test_a_correction_moves_nothing():
    """A clause in another place is another content."""
    page = GOOD[PAGE] + "\n## **II.** KHÁC {#khac}\n\nĐoạn hai. {#doan-hai}\n"
    line = "**2.** Quy chế này có hiệu lực từ ngày ký. {#hieu-luc}\n"
    old = with_later({**GOOD, PAGE: page}, "correct", page.replace(line, "") + "\n" + line)
    found = told(seal(old, f"{EDITION}.goc", f"{EDITION}.2025-02-10"))

    assert ["V107"] == [each.split(": ")[1][:4] for each in found]
    assert "chuyển chỗ" in found[0]


def test_the_version_before_is_the_last_signed_one():
    """A draft between two signed versions is not what the later one is judged against."""
    texts = with_later(GOOD, "amend", AMENDED)
    middle = {"record": {"kind": "amend", "what": "Thử.", "why": "Thử."}, "draft": True}
    texts = facts(texts, (*FIRST, "versions", "2025-01-05"), middle)
    texts[LATER.replace("2025-02-10", "2025-01-05")] = AMENDED
    texts = seal(texts, f"{EDITION}.goc", f"{EDITION}.2025-02-10")

    assert [] == told(texts)


SAME_SOURCE = [{"role": "text", "file": "truong-thu.txt", "sha256": "98d0d709ab776b983db82f826135402e406724cb974c9633355375f281ca0e5a"}]  # fmt: skip
MISTYPED = GOOD[PAGE].replace("Quy chế này", "Quy chế nầy")


@pytest.mark.parametrize(
    ("first", "later", "source", "said"),
    [
        (MISTYPED, GOOD[PAGE], SAME_SOURCE, ""),
        (GOOD[PAGE].replace("hiệu lực", "hiệulực"), GOOD[PAGE], SAME_SOURCE, ""),
        (MISTYPED.replace("Luật", "Lụat"), MISTYPED, SAME_SOURCE, ""),
        (GOOD[PAGE], GOOD[PAGE], SAME_SOURCE, "bản trước đã đúng từng chữ"),
        (GOOD[PAGE], MISTYPED, SAME_SOURCE, "bản trước đã đúng từng chữ"),
        (MISTYPED, MISTYPED.replace("Luật", "Lụat"), SAME_SOURCE, "không gần"),
        (MISTYPED, MISTYPED, SAME_SOURCE, "không gần"),
        (MISTYPED, GOOD[PAGE], [], "không còn nguồn `text` nào"),
        (MISTYPED, GOOD[PAGE], [{**SAME_SOURCE[0], "sha256": "0" * 64}], "không còn nguồn"),
    ],
)  # fmt: skip
def test_a_transcription_comes_closer_to_its_source(first, later, source, said):
    """V107: the same source, the version before parts from it, and this one parts less."""
    texts = with_later({**GOOD, PAGE: first}, "transcribe", later, source=source)
    found = told(seal(texts, f"{EDITION}.goc", f"{EDITION}.2025-02-10"))

    assert bool(said) == bool(found)
    assert all(
        f" V107 bản {EDITION}.2025-02-10 ghi là sửa lỗi chép nhưng {said}" in f for f in found
    )


@pytest.mark.parametrize(
    ("draft", "source", "expected"),
    [
        (False, SAME_SOURCE, []),
        (True, SAME_SOURCE, ["V101"]),
        (False, [], ["V101"]),
    ],
)
def test_a_mended_version_is_not_held_to_its_source(draft, source, expected):
    """V101 falls silent where the signed next version mends the typing beside the same source."""
    texts = with_later({**GOOD, PAGE: MISTYPED}, "transcribe", GOOD[PAGE], source=source)
    texts = facts(texts, (*DAY, "draft"), draft)
    with tempfile.TemporaryDirectory() as folder:
        archive = load(lay(Path(folder), texts)).archive

    assert expected == [each.code for each in checks.sources(archive)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (GOOD[PAGE], (0, 0)),
        (GOOD[PAGE].replace("hiệu lực", "hiệulực"), (0, 1)),
        (MISTYPED, (2, 0)),
        (GOOD[PAGE].replace("từ ngày ký", "ngày ký"), (2, 0)),
        (GOOD[PAGE].replace("Luật", "Lụat"), (4, 0)),
    ],
)
def test_distance(page, expected):
    """Characters to put in or take out, or where only spaces differ, how many places."""
    with tempfile.TemporaryDirectory() as folder:
        archive = load(lay(Path(folder), {**GOOD, PAGE: page})).archive

    assert expected == distance(archive.agreements[0], GOOD[SOURCE])


@pytest.mark.parametrize(
    ("sealed_ones", "edit", "expected"),
    [
        ((), None, ["V108", "V108"]),
        ((".goc",), None, ["V108"]),
        ((".2025-02-10",), None, ["V108"]),
        ((".goc", ".2025-02-10"), None, []),
        ((".goc", ".2025-02-10"), ((*DAY, "draft"), True), ["V108"]),
        ((".goc",), ((*DAY, "draft"), True), []),
        ((), ((*DAY, "draft"), True), []),
        ((".2025-02-10",), ((*FIRST, "draft"), True), ["V108"]),
        ((".goc", ".2025-02-10"), ((*FIRST, "seal", "form"), 2), ["V109"]),
        ((".goc", ".2025-02-10"), ((*FIRST, "seal", "since"), "2024-10"), ["V109"]),
    ],
)
def test_seals_stand_where_they_must(sealed_ones, edit, expected):
    """V108: signed versions beside others are sealed, drafts are not; V109: a seal of our form."""
    texts = seal(
        with_later(GOOD, "amend", AMENDED), *(EDITION + v for v in sealed_ones or (".goc",))
    )
    if not sealed_ones:
        texts = with_later(GOOD, "amend", AMENDED)

    assert expected == codes(facts(texts, *edit) if edit else texts)


def test_a_report_bears_no_seal():
    """V109: what has no text of its own has nothing to seal; and V105 does not judge it."""
    unit = SEALED[UNIT].replace("kind: regulation", "kind: regulation\n        text: report-only")
    report = "# BÀI BÁO\n\nHai bên ký quy chế.\n"

    assert ["V109"] == codes({**SEALED, UNIT: unit, PAGE: report})


# --- what is a slip of form ---


@pytest.mark.parametrize(
    ("old", "new", "slip"),
    [
        ("Nhà trường tổ chức", "Nhà trường, tổ chức", True),
        ("nhà trường", "Nhà Trường", True),
        ("giao ban", "giaoban", True),
        ("thực hịên", "thực hiện", True),
        ("giao bang định kỳ", "giao ban định kỳ", True),
        ("phối hợp hợp với", "phối hợp với", True),
        ("phối hợp với", "phối hợp tốt với", False),
        ("hỗ trợ hai mươi triệu đồng", "hỗ trợ hai triệu đồng", False),
        ("Phó Hiệu trưởng chủ trì", "Hiệu trưởng chủ trì", False),
        ("cán bộ được dự họp", "cán bộ không được dự họp", False),
        ("cán bộ không được dự họp", "cán bộ được dự họp", False),
        ("họp ba tháng một lần", "họp hai tháng một lần", False),
        ("họp mỗi nam", "họp mỗi năm", True),
        ("họp năm lần", "họp tám lần", False),
        ("nhà trường sẽ chi", "nhà trường phải chi", False),
        ("nhà trường chi", "nhà trường và công đoàn chi", False),
        ("họp mỗi tháng", "họp mỗi quý", False),
        ("từ ngày kí", "từ ngày ký", True),
        ("Qui chế", "Quy chế", True),
        ("đúng kì hạn", "đúng ký hạn", False),
        ("điểm i khoản 2", "điểm y khoản 2", False),
        ("từ ngày ký", "từ ngày ký", True),
    ],
)
def test_slips_of_form(old, new, slip):
    """Marks, capitals, one letter, a word written twice; a word more or less is content."""
    assert slip == (beyond_form(runs(old, new)) is None)
    assert slip == (beyond_form(runs(new, old)) is None)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("họp 3 lần", "họp 3 lần,", False),
        ("ngày 30/8/2024", "ngày 30-8-2024", False),
        ("họp 3 lần", "họp 4 lần", True),
        ("1,5 giờ", "15 giờ", True),
        ("họp", "họp 3 lần", True),
    ],
)
def test_numbers(old, new, expected):
    """A changed number is content, how a date is parted is not."""
    assert expected == counts(runs(old, new))


# --- check --base: a change against what was ---


def against(tmp_path: Path, before: Texts, after: Texts) -> list[str]:
    """What `check --base HEAD` prints of the codes that only it can tell: `path:line: code`."""
    lay(tmp_path, before)
    commit(tmp_path)
    gone = {path: None for path in before if path not in after}
    lay(tmp_path, {**after, **gone})
    result = run("check", "--base", "HEAD", "--root", tmp_path)

    assert result.exit_code in (0, 1), result.output
    return re.findall(r"^(\S+:\d+):\d+: (V11\d)", result.output, re.MULTILINE)


NEW_EDITION = facts(GOOD, (*FIRST[:3], "2025-2026"), {"kind": "regulation", "draft": True})
REWORDED = changed(GOOD, SHARED, "được dự", "được mời dự")
TWO_SEALED = seal(with_later(GOOD, "amend", AMENDED), f"{EDITION}.goc", f"{EDITION}.2025-02-10")
DRAFT = facts(GOOD, (*FIRST, "draft"), True)
OTHER = "**2.** Thư viện mở cửa cả ngày thứ bảy cho học sinh. {#hop-giao-ban}"
CALL = '{{ clause("hop-giao-ban", "2024-2025") }}'


def entered(texts: Texts, day: str) -> Texts:
    """The project whose edition came into the archive on a day."""
    return facts(texts, (*FIRST, "entered_on"), day)


ENTERED = entered(GOOD, "2024-10-01")


def next_year(old: str, new: str, texts: Texts = NEW_EDITION) -> Texts:
    """The project with a page for the next year: the old one with some words replaced."""
    assert old in texts[PAGE]
    return {**texts, NEXT: texts[PAGE].replace(old, new)}


NEWER = changed(
    NEW_EDITION,
    SHARED,
    "wordings:",
    'wordings:\n  2025-2026: "Tổ trưởng nghe việc chung mỗi sáng thứ hai."',
)
TWICE = {**GOOD, PAGE: f"{GOOD[PAGE]}\n**3.** {CALL} {{#lap-lai}}\n"}
LONG_HEADING = "NHỮNG ĐIỀU HAI BÊN CÙNG LO"
LONG = changed(GOOD, PAGE, "QUY ĐỊNH CHUNG", LONG_HEADING)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # V111
        (SEALED, SEALED, []),
        (GOOD, changed(GOOD, PAGE, "ngày ký", "hôm nay"), []),
        (SEALED, changed(SEALED, PAGE, "ngày ký", "ngày\nký"), [(f"{PAGE}:11", "V111")]),
        (SEALED, changed(SEALED, PAGE, "ngày ký. {#hieu-luc}\n", "ngày ký. {#hieu-luc}\n\n"),
         [(f"{PAGE}:12", "V111")]),
        (TWO_SEALED, {**TWO_SEALED, LATER: None}, [(f"{UNIT}:38", "V111")]),
        (SEALED, {**SEALED, UNIT: None, PAGE: None}, [(f"{UNIT}:1", "V111")]),
        (TWO_SEALED, {**GOOD, LATER: None}, [(f"{UNIT}:12", "V111"), (f"{UNIT}:12", "V112")]),
        (SEALED, {**SEALED, UNIT: "names: ["}, []),
        (SEALED, changed(SEALED, UNIT, "printed: Xã Thử,", "printed: Xã Mẫu,"),
         [(f"{UNIT}:14", "V111")]),
        (GOOD, changed(GOOD, UNIT, "printed: Xã Thử,", "printed: Xã Mẫu,"), []),
        # V112
        (SEALED, changed(SEALED, UNIT, "since: 2024-10-01", "since: 2024-10-02"),
         [(f"{UNIT}:37", "V112")]),
        (SEALED, GOOD, [(f"{UNIT}:12", "V112")]),
        (GOOD, SEALED, []),
        (SEALED, {**TWO_SEALED}, []),
        (ENTERED, entered(ENTERED, "2024-10-02"), [(f"{UNIT}:37", "V112")]),
        (ENTERED, GOOD, [(f"{UNIT}:12", "V112")]),
        (ENTERED, {**ENTERED, **facts(ENTERED, (*FIRST, "draft"), True)}, []),
        (seal(ENTERED), entered(seal(ENTERED), "2024-10-02"), [(f"{UNIT}:37", "V112")]),
        (SEALED, entered(SEALED, "2024-10-02"), []),
        (GOOD, ENTERED, []),
        (facts(ENTERED, (*FIRST, "draft"), True), GOOD, []),
        # V113
        (GOOD, REWORDED, [(f"{SHARED}:3", "V113")]),
        (GOOD, changed(GOOD, SHARED, "2024-2025", "2023-2024"), [(f"{SHARED}:2", "V113")]),
        (GOOD, changed(GOOD, SHARED, "wordings:", "wordings:\n  2025-2026: Mới."), []),
        (DRAFT, {**DRAFT, SHARED: REWORDED[SHARED]}, []),
        (GOOD, {**GOOD, SHARED: "title: ["}, []),
        # V114
        (GOOD, changed(GOOD, PAGE, "{#hieu-luc}", "{#co-hieu-luc}"), [(f"{PAGE}:11", "V114")]),
        (DRAFT, changed(DRAFT, PAGE, "{#hieu-luc}", "{#co-hieu-luc}"), [(f"{PAGE}:11", "V114")]),
        (GOOD, changed(GOOD, PAGE, f"**1.** {CALL} {{#hop-giao-ban}}\n", ""),
         [(f"{PAGE}:7", "V114")]),
        (DRAFT, changed(DRAFT, PAGE, f"**1.** {CALL} {{#hop-giao-ban}}\n", ""), []),
        (GOOD, changed(GOOD, PAGE, " {#hieu-luc}", ""), []),
        (GOOD, next_year(f"**1.** {CALL} {{#hop-giao-ban}}\n", ""), []),
        # V115
        (GOOD, next_year(f"{CALL} {{#hop-giao-ban}}", f"{CALL} {{#du-giao-ban}}\n\n{OTHER}"),
         [(f"{NEXT}:11", "V115")]),
        (GOOD, next_year(CALL, "Thư viện mở cửa cả ngày thứ bảy cho học sinh."),
         [(f"{NEXT}:9", "V115")]),
        (GOOD, next_year(CALL, "Công đoàn cử người dự giao ban mỗi tháng một lần."), []),
        (GOOD, next_year(CALL, "Mỗi tháng Hiệu trưởng mời tổ trưởng tới họp giao ban."), []),
        (GOOD, next_year("QUY ĐỊNH CHUNG", "MỤC ĐÍCH, YÊU CẦU CỦA VIỆC PHỐI HỢP"), []),
        (GOOD, next_year(CALL, "Bỏ trống."), []),
        (GOOD, next_year(CALL, "Thư viện mở các cuộc thi đọc cho học sinh toàn trường."), []),
        (GOOD, next_year(f"{CALL} {{#hop-giao-ban}}", f"{CALL} {{#du-giao-ban}}\n\n"
         "**2.** Công đoàn được dự các cuộc họp chuyên môn. {#hop-giao-ban}"), []),
        (GOOD, next_year(CALL, '{{ clause("hop-giao-ban", "2025-2026") }}', NEWER), []),
        (TWICE, next_year(f"**1.** {CALL}", "**1.** Hiệu trưởng mời tổ trưởng tới giao ban.",
                          {**NEW_EDITION, PAGE: TWICE[PAGE]}), []),
        (LONG, next_year(LONG_HEADING, "LỀ LỐI LÀM VIỆC HẰNG NGÀY", {**NEW_EDITION, PAGE: LONG[PAGE]}),
         []),
        (DRAFT, changed(DRAFT, PAGE, f"**1.** {CALL}", OTHER.partition(" {")[0]),
         [(f"{PAGE}:9", "V115")]),
    ],
)  # fmt: skip
def test_what_a_change_may_not_do(tmp_path, before, after, expected):
    """`check --base` tells each thing that a change did to the past, at the place to look at."""
    assert expected == against(tmp_path, before, after)


def with_fate(texts: Texts) -> Texts:
    """The project with its edition prolonged and then withdrawn."""
    prolonged = facts(texts, (*FIRST, "extended"), {"to": "2025-2026", "evidence": "Biên bản."})
    return facts(
        prolonged, (*FIRST, "withdrawn"), {"date": "2026-03-01", "evidence": "Quyết định."}
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (SEALED, changed(SEALED, UNIT, "kind: regulation", "kind: plan"), ["loại văn bản"]),
        (TWO_SEALED, facts(TWO_SEALED, (*DAY, "record", "what"), "Khác."), ["hồ sơ"]),
        (TWO_SEALED, facts(TWO_SEALED, (*DAY, "record", "kind"), "replace"), ["hồ sơ"]),
        (TWO_SEALED, facts(TWO_SEALED, (*DAY, "record", "agreed", "union"), "Khác"), ["hồ sơ"]),
        (with_fate(SEALED), SEALED, ["việc kéo dài", "việc thu hồi"]),
        (SEALED, with_fate(SEALED), []),
        (seal(ENTERED), SEALED, ["ngày vào kho"]),
        (ENTERED, entered(ENTERED, "2024-10-02"), ["(cảnh báo) ngày vào kho"]),
        (GOOD, changed(GOOD, UNIT, "kind: regulation", "kind: plan"), []),
    ],
)
def test_what_was_said_of_a_sealed_version_stands(tmp_path, before, after, told):
    """V112: its record, its kind, that it was prolonged or withdrawn, the day on which it came in,
    of which one without a seal is only warned; to add these is free.
    """
    lay(tmp_path, before)
    commit(tmp_path)
    lay(tmp_path, after)
    printed = run("check", "--base", "HEAD", "--root", tmp_path).output

    assert told == re.findall(r" V112 (.+?) của bản ", printed)


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (PAGE, "từ ngày ký", "từ hôm nay",
         f"trang của {OF_EDITION} đã bị sửa: Sửa khoản 2 mục I: “ngày ký” thành “hôm nay”"),
        (PAGE, "**2.**", "**3.**", (f"trang của {OF_EDITION} đã bị sửa: Giữ nguyên khoản 3 mục I; "
         "trước là khoản 2 mục I")),
        (PAGE, "từ ngày ký", "từ\nngày ký",
         f"trang của {OF_EDITION} đã bị sửa: chỉ chỗ xuống dòng, dấu cách hay mã"),
        (PAGE, "QUY CHẾ PHỐI HỢP\n", "QUY CHẾ\n",
         f"trang của {OF_EDITION} đã bị sửa: Sửa tiêu đề: bỏ “PHỐI HỢP”"),
        (UNIT, "ngày 20 tháng 9", "ngày 21 tháng 9",
         f"ngày của {OF_EDITION} đã bị sửa: “20” thành “21”"),
        (UNIT, "lines: [CHỦ TỊCH, ", "lines: [TM. BCH, CHỦ TỊCH, ",
         f"chữ ký của {OF_EDITION} đã bị sửa: thêm “TM. BCH /”"),
    ],
)  # fmt: skip
def test_what_stood_there_is_told(tmp_path, path, old, new, said):
    """V111 names what a sealed version said and what it says now: words, facts, or neither."""
    lay(tmp_path, SEALED)
    commit(tmp_path)
    lay(tmp_path, changed(SEALED, path, old, new))
    result = run("check", "--base", "HEAD", "--root", tmp_path)

    assert [said] == re.findall(r" V111 (.*)$", result.output, re.MULTILINE)


@pytest.mark.parametrize(
    ("kind", "old", "new", "fits"),
    [
        ("correct", "từ ngày ký", "từ năm học sau", "`amend`"),
        ("amend", "**2.**", "**3.**", "`correct`"),
        ("transcribe", "từ ngày ký", "từ năm học sau", "`amend`"),
        ("transcribe", "từ ngày ký", "từ ngày kí", "`correct`"),
        ("transcribe", "", "", "Không cần phiên bản này."),
    ],
)
def test_a_misfit_is_told_what_fits(tmp_path, kind, old, new, fits):
    """V107 says which kind fits what was done, and how to begin again."""
    source = SAME_SOURCE if kind == "transcribe" else []
    texts = with_later(GOOD, kind, GOOD[PAGE].replace(old, new, 1), source=source)
    archive = load(lay(tmp_path, seal(texts, f"{EDITION}.goc", f"{EDITION}.2025-02-10"))).archive
    hints = [each.hint for each in keeping.check(archive) if each.code == "V107"]

    assert 1 == len(hints)
    assert fits in hints[0]
    assert hints[0].endswith(f"bỏ nó (qcph discard {EDITION}.2025-02-10).")


def test_ids_swapped_are_told_both(tmp_path):
    """Two clauses that exchanged their ids: each id now belongs to the other's text."""
    ids = {"{#hop-giao-ban}": "{#hieu-luc}", "{#hieu-luc}": "{#hop-giao-ban}"}
    page = re.sub(r"\{#(hop-giao-ban|hieu-luc)\}", lambda found: ids[found[0]], GOOD[PAGE])

    assert [(f"{PAGE}:9", "V115"), (f"{PAGE}:11", "V115")] == against(
        tmp_path, GOOD, {**GOOD, PAGE: page}
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Thư viện mở cửa cả ngày thứ bảy cho học sinh.", True),
        ("Thư viện mở các cuộc thi đọc cho học sinh toàn trường.", True),
        ("Công đoàn được dự các cuộc họp giao ban hằng tuần.", False),
        ("Mỗi tháng Hiệu trưởng mời tổ trưởng tới nghe giao ban.", False),
    ],
)
def test_an_id_out_of_use_is_not_given_away(tmp_path, text, told):
    """A clause that a later edition dropped keeps its id: only what it was about may take it."""
    dropped = next_year(f"**1.** {CALL} {{#hop-giao-ban}}\n", "")
    after = facts(dropped, (*FIRST[:3], "2026-2027"), {"kind": "regulation", "draft": True})
    page = NEXT.replace("2025-2026", "2026-2027")
    after[page] = GOOD[PAGE].replace(CALL, text)

    assert ([(f"{page}:9", "V115")] if told else []) == against(tmp_path, dropped, after)


def test_the_sample_unit_never_reused_an_id():
    """Five years of amended clauses, some with a tenth of their words left: none is taken for it."""
    archive = load(ROOT).archive
    years = [each for each in archive.agreements if each.unit_id == "truong-mau"]

    for number in range(1, len(years)):
        base = replace(archive, agreements=tuple(years[:number]))
        assert [] == [each for each in keeping.since(base, archive) if each.code == "V115"]
    assert len(years) > 4


def test_a_unit_with_a_new_address_keeps_its_past(tmp_path):
    """Sealed pages that moved with their unit, its old address among `aliases`, are not gone."""
    moved = {path.replace("truong-thu", "truong-moi"): text for path, text in SEALED.items()}
    moved["data/units/truong-moi.yml"] += "aliases: [truong-thu]\n"

    assert [] == against(tmp_path, SEALED, {**moved, SOURCE: SEALED[SOURCE]})


def test_a_message_names_who_uses_a_wording(tmp_path):
    """The message of an edited wording names the versions that use it."""
    lay(tmp_path, GOOD)
    commit(tmp_path)
    lay(tmp_path, REWORDED)
    result = run("check", "--base", "HEAD", "--root", tmp_path)

    assert f'"hop-giao-ban" đã bị sửa: thêm “mời”; đang dùng ở bản {EDITION}\n' in result.output
