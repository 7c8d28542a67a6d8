"""Sealing and the ways on from a seal, from the command line down to the published pages."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from macros import ways
from macros.archive import load, problems_in, write
from macros.cli import cli
from macros.model import AS_SIGNED, PartialDate, Period, RecordKind, Side
from macros.problem import EditorError
from macros.seal import digest
from tests.whole_site import WholeSite

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "tests/broken/base"
EDITION = "truong-thu/cong-doan/2024-2025"
FOLDER = "docs/don-vi/truong-thu/cong-doan"
PAGE = f"{FOLDER}/2024-2025.md"
DATA = "data/units/truong-thu.yml"
SOURCE = "data/sources/truong-thu.txt"
DAY = date(2024, 10, 1)
LATER = date(2025, 2, 16)
BOTH = {Side.MANAGEMENT: "Nguyễn Văn A", Side.UNION: "Trần Thị B"}
RECORD = ("--what", "Thử.", "--why", "Vì thử.")
AGREED = ("--agreed", "union=Trần Thị B", "--agreed", "management=Nguyễn Văn A")


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of one signed agreement that has no seal and no original of its text."""
    root = Path(shutil.copytree(BASE, tmp_path / "du-an"))
    edit(root, DATA, re.compile(r"        source:\n(?:        .*\n)+"), "")
    return root


@pytest.fixture
def sealed(project) -> Path:
    """The same project, sealed."""
    assert 0 == run(project, "seal", "--date", DAY, EDITION).exit_code
    return project


def edit(root: Path, path: str, old: str | re.Pattern, new: str) -> None:
    """Edit a file as a person would; what is to be replaced stands there once."""
    text = (root / path).read_text(encoding="utf-8")
    parts = old.split(text) if isinstance(old, re.Pattern) else text.split(old)
    assert 2 == len(parts), f"{old} stands {len(parts) - 1} times in {path}"
    (root / path).write_text(new.join(parts), encoding="utf-8", newline="\n")


def run(root: Path, command: str, *arguments: object) -> Result:
    """A command on a project."""
    return CliRunner().invoke(cli, [command, "--root", str(root), *map(str, arguments)])


def signed_facts(root: Path) -> None:
    """Fill the facts of the new version as printed, and take away its draft mark."""
    edit(root, DATA, "            draft: true\n", """\
            date:
              printed: ngày 16 tháng 02 năm 2025
              value: 2025-02-16
            signatures:
            - side: management
              lines: [HIỆU TRƯỞNG, Nguyễn Văn A]
            - side: union
              lines: [CHỦ TỊCH, Trần Thị B]
""")  # fmt: skip


def opened(root: Path, kind: RecordKind, day: date = LATER) -> None:
    """Open a new version and sign it."""
    agreed = {} if kind is RecordKind.TRANSCRIBE else BOTH
    archive = load(root).archive
    edits = ways.open_version(archive, EDITION, kind, day, what="Thử.", why="Vì.", agreed=agreed)
    write(root, edits, archive.texts)
    if kind in (RecordKind.AMEND, RecordKind.REPLACE):
        signed_facts(root)
    else:
        edit(root, DATA, "            draft: true\n", "")


def files(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def wrong(root: Path) -> list[str]:
    return [problem.text() for problem in problems_in(root)]


def page_of(root: Path, address: str) -> str:
    """A published page, its tags as they are."""
    pages = WholeSite(load(root).archive, date(2025, 3, 1)).pages()
    return pages[address]().html


# --- sealing ---


def test_seal_then_check(project):
    """A seal is written into the data, told with its digest, and from then on check holds it."""
    page, data = (project / PAGE).read_bytes(), (project / DATA).read_text(encoding="utf-8")

    result = run(project, "seal", "--date", DAY, EDITION)

    held = load(project).archive.agreements[0]
    mark = digest(held)[:12]
    assert (0, digest(held)) == (result.exit_code, held.facts.seal.sha256)
    assert PartialDate(2024, 10, 1) == held.facts.seal.since
    assert [
        "Đã niêm phong 1 bản. Từ nay sửa một chữ là phép kiểm tra báo.",
        f"đã sửa: {DATA}",
        f"{EDITION}: niêm phong từ ngày 01/10/2024, dấu {mark}…; ngày ấy cũng ghi là ngày vào kho",
        "Kiểm tra bất cứ lúc nào: qcph check. Cách tự tính lại dấu: huong-dan/niem-phong/.",
    ] == result.output.splitlines()
    assert "Không có lỗi nào.\n" == run(project, "check").output
    now = (project / DATA).read_text(encoding="utf-8")
    assert now.startswith(data)
    assert max(map(len, now.splitlines())) <= 120
    assert page == (project / PAGE).read_bytes()

    edit(project, PAGE, "có hiệu lực từ ngày ký", "có hiệu lực từ ngày ký,")
    broken = run(project, "check")
    assert (1, True) == (broken.exit_code, f"{PAGE}:11:1: V105" in broken.output)


def test_a_sealed_version_says_when_it_came_in(project):
    """The day of the seal is the day on which the text came in, where no other day is told."""
    said = "        entered_on: 2024-09-25\n"
    edit(project, DATA, "        kind: regulation\n", f"        kind: regulation\n{said}")

    told = run(project, "seal", "--date", DAY, EDITION).output

    assert "2024-09-25" == str(load(project).archive.agreements[0].facts.entered_on)
    assert (False, 1) == (
        "ngày vào kho" in told,
        (project / DATA).read_text(encoding="utf-8").count("entered_on"),
    )


def test_each_version_comes_in_on_its_own_day(sealed):
    """A new version is a draft without a day, and gets that of its own seal; the first keeps its."""
    opened(sealed, RecordKind.CORRECT)
    edit(sealed, f"{FOLDER}/2024-2025.2025-02-16.md", "**2.** Quy chế", "**3.** Quy chế")
    assert None is load(sealed).archive.agreements[1].facts.entered_on

    result = run(sealed, "seal", "--date", "2025-02-20", f"{EDITION}.2025-02-16")

    assert 0 == result.exit_code, result.output
    days = [str(each.facts.entered_on) for each in load(sealed).archive.agreements]
    assert ["2024-10-01", "2025-02-20"] == days


@pytest.mark.parametrize("kind", RecordKind)
def test_a_new_version_has_the_duties_of_the_one_before(sealed, kind):
    """All duties go over as they are, days too: it is the same period; its editor is told which."""
    edit(sealed, DATA, "        seal:\n", """\
        duties:
          danh-gia:
            clause: hieu-luc
            who: [management, union]
            in_turn: true
            what: Cùng đánh giá
            printed: có hiệu lực
            when: 2024-11/2025-02
          hop:
            clause: hieu-luc
            who: [union]
            what: Họp
            printed: từ ngày ký
            when: every-3-months
        seal:
""")  # fmt: skip
    if kind is RecordKind.TRANSCRIBE:
        text = "QUY CHẾ PHỐI HỢP\n"
        (sealed / SOURCE).write_text(text, encoding="utf-8", newline="\n")
        edit(sealed, DATA, "        duties:\n", f"""\
        source:
        - role: text
          file: {Path(SOURCE).name}
          sha256: {hashlib.sha256(text.encode()).hexdigest()}
        duties:
""")  # fmt: skip
    archive = load(sealed).archive
    agreed = {} if kind is RecordKind.TRANSCRIBE else BOTH

    edits = ways.open_version(archive, EDITION, kind, LATER, what="a", why="b", agreed=agreed)
    write(sealed, edits, archive.texts)

    old, new = load(sealed).archive.agreements
    assert (2, old.facts.duties) == (len(old.facts.duties), new.facts.duties)
    assert "việc phải làm chép theo: danh-gia, hop; điều khoản đổi thì sửa `duties`" in edits.said


def test_seal_stands_before_the_later_versions(project):
    """The seal of the text as signed is written before the versions that came later."""
    edit(project, DATA, "          name: Trần Thị B\n",
         "          name: Trần Thị B\n        # các bản sau\n        versions: {}\n")  # fmt: skip

    assert 0 == run(project, "seal", EDITION).exit_code

    lines = (project / DATA).read_text(encoding="utf-8").splitlines()
    assert ["        # các bản sau", "        versions: {}"] == lines[-2:]
    assert lines.index("        seal:") < len(lines) - 2


def test_all_seals_every_signed_version_once(project):
    """--all seals each signed version of every unit, and has nothing left to do the second time."""
    for name in ("mot", "hai"):
        shutil.copyfile(project / DATA, project / f"data/units/truong-{name}.yml")
        shutil.copytree(project / "docs/don-vi/truong-thu", project / f"docs/don-vi/truong-{name}")
    edit(project, "data/units/truong-mot.yml", "kind: regulation\n",
         "kind: regulation\n        draft: true\n")  # fmt: skip

    result = run(project, "seal", "--all", "--date", DAY)

    assert 0 == result.exit_code
    assert {"truong-thu": True, "truong-hai": True, "truong-mot": False} == {
        each.unit_id: each.facts.seal is not None for each in load(project).archive.agreements
    }
    again = run(project, "seal", "--all")
    assert (0, True) == (again.exit_code, "Mọi bản đã ký đều đã niêm phong" in again.output)


def test_a_name_twice_seals_once(project):
    """A version named twice, with and without its version, gets one seal."""
    result = run(project, "seal", EDITION, f"{EDITION}.goc")

    assert (0, 1) == (result.exit_code, result.output.count("niêm phong từ"))


def test_one_refused_seals_none(sealed):
    """Where one of the named versions can't be sealed, no file changes."""
    shutil.copyfile(sealed / DATA, sealed / "data/units/truong-hai.yml")
    shutil.copytree(sealed / "docs/don-vi/truong-thu", sealed / "docs/don-vi/truong-hai")
    edit(sealed, "data/units/truong-hai.yml", re.compile(r"        seal:\n(?:          .*\n)+"), "")
    before = files(sealed)

    result = run(sealed, "seal", "truong-hai/cong-doan/2024-2025", EDITION)

    assert (2, before) == (result.exit_code, files(sealed))
    assert "đã niêm phong từ ngày 01/10/2024; không niêm phong lại" in result.output


def test_what_can_not_be_sealed(project):
    """A draft, a report, a page with mistakes and a record without both sides are refused."""
    archive = load(project).archive
    only = archive.agreements[0]

    def refused(name: str = EDITION, **edition: object) -> str:
        whole = edition.pop("whole", True)
        made = replace(only.edition, **edition)
        series = replace(only.series, editions={only.period: made})
        unit = replace(only.unit, series={only.series_id: series})
        versions = tuple(
            replace(only, unit=unit, version=version, whole=whole)
            for version in (AS_SIGNED, *map(str, made.versions))
        )
        with pytest.raises(EditorError) as told:
            ways.seal(replace(archive, agreements=versions), [name], DAY, today=DAY)
        return str(told.value)

    record = {"kind": "amend", "what": "Thử.", "why": "Vì.", "agreed": {"union": "Trần Thị B"}}
    assert f"bản {EDITION} còn là bản thảo; ký rồi bỏ dòng `draft: true` ở {DATA}" in refused(
        draft=True
    )
    assert f"bản {EDITION} chỉ có bài báo" in refused(text="report-only")
    assert f"trang {PAGE} còn chỗ sai; chạy qcph check" in refused(whole=False)
    later = {PartialDate(2025, 2, 16): {"record": record}}
    edition = type(only.edition)(kind="regulation", versions=later)
    assert (
        f"hồ sơ của bản {EDITION}.2025-02-16 chưa ghi ai đồng ý cho bên management (Nhà trường); "
        f"thêm vào `record`, `agreed` ở {DATA}"
    ) == refused(f"{EDITION}.2025-02-16", versions=edition.versions)
    assert 'không có bản "x"' in refused("x")


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        (r"        date:\n(?:          .*\n)+", "ngày; số, ký hiệu"),
        (r"        signatures:\n(?:        [- ] .*\n)+", "chữ ký; số, ký hiệu"),
        (r"        date:\n(?:.*\n)+", "ngày; chữ ký; số, ký hiệu"),
    ],
    ids=["no date", "no signature", "neither"],
)
def test_what_was_not_filled_in_is_not_sealed(project, gone, missing):
    """A version without a date or a signature is refused, with what it lacks, or sealed as printed."""
    edit(project, DATA, re.compile(gone), "")
    before = files(project)

    named, every = run(project, "seal", EDITION), run(project, "seal", "--all")

    assert (2, 2, before) == (named.exit_code, every.exit_code, files(project))
    assert named.output == every.output
    assert named.output.splitlines()[-1] == (
        f"Error: dữ kiện của bản {EDITION} chưa có: {missing}. Điền như in vào {DATA}, "
        "kỳ 2024-2025, rồi chạy lại; văn bản quả thật không in những điều ấy thì thêm --as-printed "
        f"(qcph seal --as-printed {EDITION})"
    )  # fmt: skip
    assert 2 == run(project, "seal", "--all", "--as-printed").exit_code
    assert before == files(project)
    assert 0 == run(project, "seal", "--as-printed", EDITION).exit_code
    assert load(project).archive.agreements[0].facts.seal


def test_a_date_in_the_decision_is_a_date(project):
    """A regulation that is dated by the decision that issued it needs no date of its own."""
    edit(project, DATA, re.compile(r"        date:\n(?:          .*\n)+"), """\
        issued_by:
          printed: (Ban hành kèm theo Quyết định ngày 20 tháng 9 năm 2024)
          date: {printed: ngày 20 tháng 9 năm 2024, value: 2024-09-20}
""")  # fmt: skip

    early = run(project, "seal", "--date", "2024-09-19", EDITION)

    assert 2 == early.exit_code
    assert "trước ngày của bản" in early.output
    assert 0 == run(project, "seal", "--date", DAY, EDITION).exit_code


def test_the_day_of_a_seal(project):
    """A seal is neither of a day that has not come nor of one before the version's own."""
    archive = load(project).archive

    def refused(day: date, today: date = DAY) -> str:
        with pytest.raises(EditorError) as told:
            ways.seal(archive, [EDITION], day, today=today)
        return str(told.value)

    assert (
        "ngày 02/10/2024 còn ở sau hôm nay (ngày 01/10/2024); niêm phong thì ghi ngày làm"
    ) == refused(date(2024, 10, 2))
    assert (
        f"niêm phong ngày 19/09/2024, trước ngày của bản {EDITION} (ngày 20/09/2024); "
        "xem lại --date"
    ) == refused(date(2024, 9, 19))
    assert ways.seal(archive, [EDITION], date(2024, 9, 20), today=DAY).texts
    assert 2 == run(project, "seal", "--date", "2199-01-01", EDITION).exit_code


def test_a_later_version_is_not_sealed_before_its_day(sealed):
    """The day that a version stands for counts as well as the one that it prints."""
    opened(sealed, RecordKind.CORRECT)

    result = run(sealed, "seal", "--date", "2025-02-15", f"{EDITION}.2025-02-16")

    assert (2, True) == (result.exit_code, "(ngày 16/02/2025); xem lại --date" in result.output)


def test_a_wrong_record_is_seen(sealed):
    """Sealing a later version tells what differs from the one before, beside what its record says."""
    opened(sealed, RecordKind.AMEND)
    lines = "".join(f"\n**{n}.** Điều thứ {n}. {{#dieu-{n}}}\n" for n in range(3, 11))
    page = sealed / f"{FOLDER}/2024-2025.2025-02-16.md"
    page.write_text(page.read_text(encoding="utf-8") + lines, encoding="utf-8")

    result = run(sealed, "seal", "--date", "2025-02-20", EDITION)

    assert 0 == result.exit_code, result.output
    told = result.output.splitlines()[2:-1]
    assert told[0].startswith(f"{EDITION}.2025-02-16: niêm phong từ ngày 20/02/2025, dấu ")
    assert [
        "  hồ sơ ghi: Thử.",
        "  so với bản trước (goc), máy thấy:",
        *(f"    Thêm khoản {n} mục I: “Điều thứ {n}.”." for n in range(3, 10)),
        f"    và 2 chỗ khác; xem hết: qcph diff {EDITION}.goc {EDITION}.2025-02-16",
        "  Hồ sơ ghi sai thì sửa trước khi gửi: xóa các dòng `seal:` vừa ghi, sửa, rồi niêm phong lại.",
    ] == told[1:]


# --- a draft is taken away again ---


@pytest.mark.parametrize("kind", ["amend", "correct"])
def test_a_discarded_version_leaves_nothing(sealed, kind):
    """A version that was opened and discarded leaves every byte as it was."""
    before = files(sealed)
    assert 0 == run(sealed, kind, "--date", LATER, *RECORD, *AGREED, EDITION).exit_code
    page = f"{FOLDER}/2024-2025.2025-02-16.md"
    (sealed / page).write_text("hỏng\n", encoding="utf-8")

    result = run(sealed, "discard", f"{EDITION}.2025-02-16")

    assert [
        f"Đã bỏ bản thảo {EDITION}.2025-02-16.", f"đã sửa: {DATA}", f"đã xóa: {page}",
    ] == result.output.splitlines()  # fmt: skip
    assert before == files(sealed)


def test_a_discarded_edition_leaves_nothing(sealed):
    """A draft of `new` that is discarded leaves every byte as it was."""
    before = files(sealed)
    assert 0 == run(sealed, "new", "truong-thu/cong-doan", "2062-2063").exit_code

    result = run(sealed, "discard", "truong-thu/cong-doan/2062-2063")

    assert (0, before) == (result.exit_code, files(sealed))


def test_a_draft_without_its_page_is_discarded(sealed):
    """Where somebody deleted the page by hand, the entry in the data can still be dropped."""
    before = files(sealed)
    run(sealed, "amend", "--date", LATER, *RECORD, *AGREED, EDITION)
    (sealed / f"{FOLDER}/2024-2025.2025-02-16.md").unlink()

    assert 0 == run(sealed, "discard", f"{EDITION}.2025-02-16").exit_code
    assert before == files(sealed)


def test_what_can_not_be_discarded(project):
    """What was signed or sealed, or holds later versions, stays as it is."""

    def refused(name: str = EDITION) -> str:
        before = files(project)
        result = run(project, "discard", name)
        assert (2, before) == (result.exit_code, files(project))
        return result.output.splitlines()[-1].removeprefix("Error: ")

    signed = f"bản {EDITION} đã ký, không phải bản thảo; "
    assert f"{signed}nhập nhầm thì bỏ bằng: qcph discard --unsealed" == refused()
    draft = "kind: regulation\n        draft: true\n"
    run(project, "seal", EDITION)
    assert refused().startswith(f"bản {EDITION} đã niêm phong, không bỏ được; ")
    run(project, "amend", "--date", LATER, *RECORD, *AGREED, EDITION)
    assert refused(f"{EDITION}.goc").startswith(f"bản {EDITION}.goc đã niêm phong")
    edit(project, DATA, re.compile(r"        seal:\n(?:          .*\n)+"), "")
    assert f"{signed}bản thảo của kỳ này là {EDITION}.2025-02-16" == refused()
    edit(project, DATA, "kind: regulation\n", draft)
    assert f"bản {EDITION}.goc còn phiên bản sau (2025-02-16); bỏ nó trước" == refused(
        f"{EDITION}.goc"
    )
    assert 'không có bản "truong-thu/cong-doan/2042-2025". Có phải' in refused(
        "truong-thu/cong-doan/2042-2025"
    )


def test_a_draft_that_stops_a_command_is_named(sealed):
    """Where a draft's mistakes stop a command, the command that takes the draft away is named."""
    run(sealed, "new", "truong-thu/cong-doan", "2025-2026")
    (sealed / f"{FOLDER}/2025-2026.md").write_text("# A\n\nB.\n", encoding="utf-8")

    result = run(sealed, "extend", "--to", "2025-2026", "--evidence", "Biên bản.", EDITION)

    assert 1 == result.exit_code
    assert "bỏ đi cũng được: qcph discard truong-thu/cong-doan/2025-2026\n" in result.output


# --- a new version, from end to end ---


@pytest.mark.parametrize("kind", ["amend", "replace"])
def test_new_contents(sealed, kind):
    """Amended or replaced: a draft beside the sealed text, edited, sealed; both stay readable."""
    page, data = (sealed / PAGE).read_bytes(), (sealed / DATA).read_text(encoding="utf-8")
    old = load(sealed).archive.agreements[0]
    new = f"{FOLDER}/2024-2025.2025-02-16.md"

    result = run(sealed, kind, "--date", LATER, *RECORD, *AGREED, EDITION)

    assert (0, [f"đã tạo: {new}", f"đã sửa: {DATA}"]) == (
        result.exit_code, result.output.splitlines()[:2],
    )  # fmt: skip
    assert f"qcph seal {EDITION}.2025-02-16" in result.output
    assert page == (sealed / PAGE).read_bytes() == (sealed / new).read_bytes()
    assert (sealed / DATA).read_text(encoding="utf-8").startswith(data)
    assert [] == wrong(sealed)
    draft = load(sealed).archive.agreements[1]
    assert (True, None, None, (), old.facts.place) == (
        draft.facts.draft, draft.facts.number, draft.facts.date, draft.facts.signatures,
        draft.facts.place,
    )  # fmt: skip
    assert BOTH == draft.facts.record.agreed
    assert ("Thử.", "Vì thử.") == (draft.facts.record.what, draft.facts.record.why)
    assert "Phiên bản mới nhất đã ký vẫn là" in page_of(sealed, draft.address)

    edit(
        sealed, new, "Quy chế này có hiệu lực", "Hai bên họp mỗi tháng một lần; quy chế có hiệu lực"
    )
    signed_facts(sealed)
    assert 0 == run(sealed, "seal", "--date", "2025-02-20", f"{EDITION}.2025-02-16").exit_code
    assert "Không có lỗi nào.\n" == run(sealed, "check").output

    archive = load(sealed).archive
    first, second = archive.agreements
    assert (old.facts.seal, digest(old)) == (first.facts.seal, digest(first))
    assert (f"don-vi/{EDITION}/ban/goc/", f"don-vi/{EDITION}/") == (first.address, second.address)
    publication = WholeSite(archive, date(2025, 3, 1))
    pages, written = publication.pages(), dict(publication.files())
    compared = "don-vi/truong-thu/cong-doan/so-sanh/2024-2025.goc--2024-2025.2025-02-16/"
    assert {first.address, second.address, compared} <= pages.keys()
    assert "Hai bên họp mỗi tháng một lần" in pages[compared]().html
    assert digest(first) == json.loads(written[f"{first.address}agreement.json"])["seal"]["sha256"]
    assert {
        "kind": kind, "what": "Thử.", "why": "Vì thử.",
        "agreed": {"management": "Nguyễn Văn A", "union": "Trần Thị B"},
    } == json.loads(written[f"{second.address}agreement.json"])["record"]  # fmt: skip


def test_the_page_tells_seal_and_record(sealed):
    """A version's page shows its seal, what it changed, why, who agreed, and the one before."""
    opened(sealed, RecordKind.AMEND)
    first, second = load(sealed).archive.agreements

    old, new = (" ".join(page_of(sealed, each.address).split()) for each in (first, second))

    assert "Từ ngày 01/10/2024 <small>dấu <span" in old
    assert (
        f'>{digest(first)[:12]}…</span> <a href="../../../../../../huong-dan/niem-phong/">' in old
    )
    assert (
        'Đây là bản ký lần đầu. Phiên bản mới nhất của kỳ này là <a href="../../../../../../don-vi/'
        f'{EDITION}/">bản sửa đổi, bổ sung ngày 16/02/2025</a>.'
    ) in old
    assert '<dd class="absent">Chưa niêm phong</dd>' in new
    assert (
        "<dt>Vì sao có bản sửa đổi, bổ sung ngày 16/02/2025</dt><dd>Vì."
        " <small>Nhà trường đồng ý: Nguyễn Văn A</small> <small>Công đoàn đồng ý: Trần Thị B</small>"
    ) in new
    compared = 'so-sanh/2024-2025.goc--2024-2025.2025-02-16/" aria-label="Khác gì phiên bản trước: '
    assert '<span class="did">Thử. <a href="' in new
    assert compared in new
    assert '<span class="quiet">niêm phong ngày 01/10/2024</span>' in new
    assert '<span class="quiet">chưa niêm phong' in old


def test_correct(sealed):
    """A correction keeps all printed facts, and a slip of the pen is all that it mends."""
    new = f"{FOLDER}/2024-2025.2025-02-16.md"
    assert 0 == run(sealed, "correct", "--date", LATER, *RECORD, *AGREED, EDITION).exit_code
    first, second = load(sealed).archive.agreements
    assert (first.facts.date, first.facts.signatures, first.facts.valid_from) == (
        second.facts.date, second.facts.signatures, second.facts.valid_from,
    )  # fmt: skip
    edit(sealed, DATA, "            draft: true\n", "")
    edit(sealed, new, "QUY ĐỊNH CHUNG", "QUI ĐỊNH CHUNG")

    assert 0 == run(sealed, "seal", f"{EDITION}.2025-02-16").exit_code
    assert [] == wrong(sealed)


def test_transcribe(sealed):
    """Our own typing mistake is mended in a version of its own, and only against the original."""
    with pytest.raises(EditorError, match="không có bản gốc dạng chữ"):
        opened(sealed, RecordKind.TRANSCRIBE)
    with_source = (BASE / DATA).read_text(encoding="utf-8").partition("        source:\n")[2]
    edit(sealed, DATA, "        seal:\n", f"        source:\n{with_source}        seal:\n")
    with pytest.raises(EditorError, match="đã đúng từng chữ với bản gốc"):
        opened(sealed, RecordKind.TRANSCRIBE)


def test_transcribe_mends(project):
    """A sealed text that parts from its original is followed by one that does not."""
    edit(project, PAGE, "QUY ĐỊNH CHUNG", "QUY ĐINH CHUNG")
    assert 0 == run(project, "seal", EDITION).exit_code
    with_source = (BASE / DATA).read_text(encoding="utf-8").partition("        source:\n")[2]
    edit(project, DATA, "        seal:\n", f"        source:\n{with_source}        seal:\n")
    assert ["V101"] == [problem.code for problem in problems_in(project)]

    ran = run(project, "transcribe", "--date", LATER, *RECORD, EDITION)
    assert (0, ["V101"]) == (ran.exit_code, [each.code for each in problems_in(project)])
    edit(project, f"{FOLDER}/2024-2025.2025-02-16.md", "QUY ĐINH CHUNG", "QUY ĐỊNH CHUNG")
    edit(project, DATA, "            draft: true\n", "")

    assert 0 == run(project, "seal", f"{EDITION}.2025-02-16").exit_code
    assert [] == wrong(project)
    first, second = load(project).archive.agreements
    assert first.facts.source == second.facts.source
    assert ({}, True) == (second.facts.record.agreed, second.newest)


# --- what is refused ---

REFUSED = [
    ("a day before signing", "amend", ["--date", "2024-09-19", *AGREED],
     "ngày 19/09/2024 trước khi ký bản gốc (ngày 20/09/2024); xem lại ngày"),
    ("one side", "amend", ["--date", LATER, *AGREED[:2]],
     "chưa ghi ai đồng ý cho bên management (Nhà trường); ghi mỗi bên một lần: --agreed BÊN=AI"),
    ("no side", "correct", ["--date", LATER],
     "chưa ghi ai đồng ý cho bên management (Nhà trường) và bên union (Công đoàn); "),
    ("another side", "replace", ["--date", LATER, *AGREED, "--agreed", "staff=Trần Thị B"],
     'bên "staff" không thuộc bộ quy chế này; có: management, union'),
    ("a side in vain", "transcribe", ["--date", LATER, *AGREED],
     "sửa lỗi chép không đổi điều hai bên đã ký, nên không ghi --agreed"),
    ("nothing said", "amend", ["--date", LATER, *AGREED, "--why", " "], "--why: cần một dòng chữ"),
    ("a control character", "amend", ["--date", LATER, *AGREED, "--what", "a\x1bb"],
     "--what: cần một dòng chữ"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "given", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_records_that_are_not_whole(sealed, kind, given, said):
    """A record that lacks something is told, and no file changes."""
    before = files(sealed)

    result = run(sealed, kind, *RECORD, *given, EDITION)

    assert (2, before) == (result.exit_code, files(sealed))
    assert said in result.output


def test_where_no_version_can_be_opened(project):
    """No seal yet, a draft already open, an older version, a draft edition, a report: each is told."""

    def refused(name: str = EDITION, day: date = LATER) -> str:
        with pytest.raises(EditorError) as told:
            ways.open_version(load(project).archive, name, RecordKind.AMEND, day,
                              what="Thử.", why="Vì.", agreed=BOTH)  # fmt: skip
        return str(told.value)

    assert f"bản này chưa niêm phong: sửa thẳng trang {PAGE}; " in refused()
    run(project, "seal", EDITION)
    run(project, "amend", "--date", LATER, *RECORD, *AGREED, EDITION)
    assert (
        f"đã có phiên bản {EDITION}.2025-02-16 còn là bản thảo; làm xong, hay bỏ nó "
        f"(qcph discard {EDITION}.2025-02-16), rồi mới mở phiên bản khác"
    ) == refused()
    signed_facts(project)
    assert f"{EDITION}.goc không phải phiên bản mới nhất" in refused(f"{EDITION}.goc")
    assert "bản này chưa niêm phong: sửa thẳng trang" in refused()
    archive = load(project).archive
    write(project, ways.seal(archive, [EDITION], LATER, today=LATER), archive.texts)
    assert "ngày 16/02/2025 không sau phiên bản trước (ngày 16/02/2025)" in refused(day=LATER)
    edit(
        project,
        DATA,
        "        kind: regulation\n",
        "        kind: regulation\n        draft: true\n",
    )
    assert f"bản {EDITION} còn là bản thảo: sửa thẳng trang {PAGE}" in refused()
    edit(project, DATA, "        draft: true\n", "        text: report-only\n")
    assert f"bản {EDITION} chỉ có bài báo, không có văn bản để sửa" in refused()


def test_a_third_version_follows_the_second(sealed):
    """A later version is opened from the one before it, whose page it copies."""
    opened(sealed, RecordKind.AMEND)
    edit(
        sealed, f"{FOLDER}/2024-2025.2025-02-16.md", "Quy chế này", "Hai bên họp mỗi tháng; quy chế"
    )
    assert 0 == run(sealed, "seal", EDITION).exit_code

    result = run(sealed, "amend", "--date", "2025-03-01", *RECORD, *AGREED, EDITION)

    assert 0 == result.exit_code
    second, third = (
        (sealed / f"{FOLDER}/2024-2025.{day}.md").read_bytes()
        for day in ("2025-02-16", "2025-03-01")
    )
    assert second == third
    assert ("goc", "2025-02-16", "2025-03-01") == load(sealed).archive.agreements[0].versions


# --- extended and withdrawn ---


def test_extend_and_withdraw(sealed):
    """Both are written beside the edition's facts, leave the seal alone, and show on the page."""
    given = ("--evidence", "Biên bản: số 1 # ngày 20/8/2025", EDITION)
    extended = run(sealed, "extend", "--to", "2025-2026", *given)
    withdrawn = run(sealed, "withdraw", "--date", "2025-12", *given)

    only = load(sealed).archive.agreements[0]
    assert (0, 0, []) == (extended.exit_code, withdrawn.exit_code, wrong(sealed))
    assert (Period(2025, 2026), given[1]) == (
        only.edition.extended.to, only.edition.extended.evidence,
    )  # fmt: skip
    assert (PartialDate(2025, 12), given[1]) == (
        only.edition.withdrawn.date, only.edition.withdrawn.evidence,
    )  # fmt: skip
    page = page_of(sealed, only.address)
    assert "Đã kéo dài sang năm học 2025-2026, rồi thu hồi tháng 12/2025" in page
    assert f"<small>Kéo dài: {given[1]}</small> <small>Thu hồi: {given[1]}</small>" in page

    before = files(sealed)
    again = run(sealed, "extend", "--to", "2026-2027", *given)
    assert (2, True) == (again.exit_code, "đã ghi kéo dài sang năm học 2025-2026" in again.output)
    again = run(sealed, "withdraw", "--date", "2026-01-01", *given)
    assert (2, True) == (again.exit_code, "đã ghi thu hồi tháng 12/2025" in again.output)
    assert before == files(sealed)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["extend", "--to", "2024-2025"], "năm học 2024-2025 không sau năm học 2024-2025"),
        (["extend", "--to", "2023-2024"], "năm học 2023-2024 không sau năm học 2024-2025"),
        (["withdraw", "--date", "2024-09-19"], "thu hồi ngày 19/09/2024, trước khi ký"),
        (["extend", "--to", "2025"], '"2025" không có dạng 2024-2025'),
        (["withdraw", "--date", "2025-13"], 'không có ngày "2025-13" trong lịch'),
        (["extend", "--to", "2025-2026", "--evidence", "\t"], "--evidence: cần một dòng chữ"),
    ],
)
def test_notes_that_can_not_be(project, given, said):
    """A period that is not later, a day before signing and an empty evidence change nothing."""
    before = files(project)

    result = run(project, *given[:1], "--evidence", "Biên bản.", *given[1:], EDITION)

    assert (2, before) == (result.exit_code, files(project))
    assert said in result.output


@pytest.mark.parametrize("given", [["extend", "--to", "2025-2026"], ["withdraw", "--date", "2025"]])
def test_a_draft_has_nothing_to_note(project, given):
    """A draft can neither be prolonged nor withdrawn."""
    edit(project, DATA, "kind: regulation\n", "kind: regulation\n        draft: true\n")

    result = run(project, *given, "--evidence", "Biên bản.", EDITION)

    assert (2, True) == (result.exit_code, "còn là bản thảo, chưa có gì để" in result.output)


# --- files as people have them ---


@pytest.mark.parametrize("form", ["crlf", "mark", "no end", "comments"])
def test_only_the_new_lines_are_new(project, form):
    """Whatever the file's form, sealing adds lines and changes no other byte."""
    data = (project / DATA).read_bytes()
    data = {
        "crlf": data.replace(b"\n", b"\r\n"),
        "mark": b"\xef\xbb\xbf" + data,
        "no end": data.rstrip(b"\n"),
        "comments": b"# a: b\n" + data.replace(b"type:", b"\n  # loai\ntype:") + b"\n# het\n\n",
    }[form]
    (project / DATA).write_bytes(data)

    assert 0 == run(project, "seal", EDITION).exit_code

    now = (project / DATA).read_bytes()
    end = data.index(b"\n# het") if form == "comments" else len(data)
    assert data[:end] == now[:end]
    assert now.endswith(data[end:])
    assert (form == "crlf") == (b"\r\n" in now)
    assert form != "crlf" or now.count(b"\r\n") == now.count(b"\n")


def test_a_page_edited_meanwhile_is_not_overwritten(sealed):
    """What changed between reading and writing is kept, and nothing is written."""
    archive = load(sealed).archive
    edits = ways.extend(archive, EDITION, Period(2025, 2026), "Biên bản.")
    edit(sealed, DATA, "name: Trường Thử", "name: Trường Thử Hai")
    before = files(sealed)

    with pytest.raises(EditorError, match="vừa bị sửa trong lúc chạy"):
        write(sealed, edits, archive.texts)

    assert before == files(sealed)
