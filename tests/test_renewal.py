"""The command `new`: next year's draft, and what an editor is told to look at."""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import load, problems_in
from macros.clauses import wording
from macros.cli import cli
from macros.grammar import _escape, parse
from macros.mentions import Turn, judged
from macros.model import Agreement, Archive, Kind, Period, SharedClause, Unit
from macros.problem import Severity
from macros.reading import read
from macros.renewal import renew
from tests.golden import HERE, Golden

ROOT = Path(__file__).resolve().parent.parent
SERIES = "truong-thu/cong-doan"
SIGNED = {"kind": "regulation"}
PAGE = "# QUY CHẾ PHỐI HỢP\n\nNăm học 2024-2025\n\n**1.** Một. {#mot}\n"


def new(root: Path, *arguments: str) -> Result:
    """The command with these arguments, in this process."""
    return CliRunner().invoke(cli, ["new", *arguments, "--root", str(root)])


def real(tmp_path: Path) -> Path:
    """A copy of the project's agreements and data."""
    shutil.copytree(ROOT / "docs/don-vi", tmp_path / "docs/don-vi")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def project(
    root: Path, pages: dict[str, str], editions: dict[str, dict], unit: dict | None = None,
    clauses: dict[str, dict] | None = None,
) -> Path:  # fmt: skip
    """A project with one unit: its pages by period, and its facts."""
    series = {"cong-doan": {"counterpart": "union", "editions": editions}}
    whole = {
        "names": [{"name": "Trường Thử"}], "type": "primary", "sample": True,
        "sides": {"management": "Nhà trường", "union": "Công đoàn"}, **(unit or {}),
        "series": series,
    }  # fmt: skip
    files = {f"docs/don-vi/{SERIES}/{period}.md": text for period, text in pages.items()}
    files["data/units/truong-thu.yml"] = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False)
    for name, clause in (clauses or {}).items():
        files[f"data/clauses/{name}.yml"] = yaml.safe_dump(clause, allow_unicode=True)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def files(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def said(result: Result, start: str) -> list[str]:
    """The lines that begin so, without that beginning and the path."""
    lines = [line for line in result.output.split("\n") if line.startswith(start)]
    return [re.sub(r"^.*?: ([^ ]+:\d+ )?", "", line, count=1) for line in lines]


def errors(root: Path) -> list[str]:
    """What keeps the project from being published."""
    return [each.text() for each in problems_in(root) if each.severity is Severity.ERROR]


# --- the real agreements ---


@pytest.mark.parametrize(
    ("series", "old", "period"),
    [
        ("mn-hoa-sua/chi-doan", "2024-2025", "2025-2026"),
        ("so-gddt-ha-noi/cong-doan-nganh", "2019-2020", "2020-2021"),
        ("th-binh-hoa-2/cong-doan", "2021-2022", "2022-2023"),
        ("tt-hoa-nhap-dak-nong/cong-doan", "2024-2025", "2025-2026"),
        ("truong-mau/cong-doan", "2025-2026.2026-02-16", "2027-2028"),
    ],
)
def test_real_agreements(series: str, old: str, period: str, tmp_path: Path, golden: Golden):
    """What is printed, and what of the page and the data is new, is what an officer would want."""
    root = real(tmp_path)
    unit = series.partition("/")[0]
    data = root / f"data/units/{unit}.yml"
    before = data.read_text(encoding="utf-8")
    own = set(errors(root))
    result = new(root, series, period)
    pages = [root / f"docs/don-vi/{series}/{name}.md" for name in (old, period)]
    texts = [*(page.read_text(encoding="utf-8") for page in pages), before]
    texts.append(data.read_text(encoding="utf-8"))
    changes = [
        line
        for one, other in (texts[:2], texts[2:])
        for line in difflib.unified_diff(one.split("\n"), other.split("\n"), n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]

    assert (0, set()) == (result.exit_code, set(errors(root)) - own)
    golden(HERE / f"renewal/{unit}.txt", "\n".join([result.stdout, *changes, ""]))


def test_every_unit(tmp_path: Path, golden: Golden):
    """With --all each series that lacks the period gets its draft, and the others are named."""
    root = real(tmp_path)
    result = new(root, "--all", "2025-2026")

    assert 0 == result.exit_code, result.output
    golden(HERE / "renewal/all.txt", result.stdout)


def test_all_when_nothing_is_to_do(tmp_path: Path):
    """With --all and nothing to do it says why, and writes nothing."""
    root = real(tmp_path)
    assert 0 == new(root, "--all", "2025-2026").exit_code
    before = files(root)
    again = new(root, "--all", "2025-2026")

    assert 2 == again.exit_code
    assert "không có bộ nào cần soạn cho năm học 2025-2026" in again.stderr
    assert "mn-hoa-sua/chi-doan: bản mn-hoa-sua/chi-doan/2025-2026 (bản thảo) đã có" in again.stderr
    assert before == files(root)


def test_twice(tmp_path: Path):
    """The second time it refuses, and leaves every byte alone."""
    root = project(tmp_path, {"2024-2025": PAGE}, {"2024-2025": SIGNED})
    first = new(root, SERIES, "2025-2026")
    before = files(root)
    second = new(root, SERIES, "2025-2026")

    assert (0, 2) == (first.exit_code, second.exit_code)
    assert (
        "2025-2026 (bản thảo) đã có; không ghi đè. "
        f"Soạn lại từ đầu thì bỏ nó trước (qcph discard {SERIES}/2025-2026)"
    ) in second.stderr
    assert before == files(root)


# --- what is refused ---

REPORT = "# Bài báo\n\nHai bên ký kết.\n"
DRAFT = {**SIGNED, "draft": True}
REFUSED = [
    ("an unknown series", "truong-thu/cong-daon", "2025-2026", {}, {}, 'Có phải "truong-thu/cong-doan"?'),
    ("an unknown unit", "xyz", "2025-2026", {}, {}, "Viết <đơn vị>/<bộ>"),
    ("the same period", SERIES, "2024-2025", {}, {}, "truong-thu/cong-doan/2024-2025 đã có"),
    ("an earlier period", SERIES, "2022-2023", {}, {}, "phải sau bản mới nhất đã ký, 2024-2025"),
    ("one that begins too soon", SERIES, "2024-2027", {}, {},
     "kỳ 2024-2027 chồng lên bản truong-thu/cong-doan/2024-2025; xem lại kỳ"),
    ("only drafts", SERIES, "2025-2026", {"2024-2025": DRAFT}, {}, "chưa có bản nào đã ký"),
    ("a report", SERIES, "2025-2026", {"2024-2025": {**SIGNED, "text": "report-only"}}, {},
     "chỉ có bài báo"),
    ("a unit that has ended", SERIES, "2025-2026", {}, {"valid": {"until": "2025-07"}},
     "đã kết thúc hoạt động tháng 07/2025"),
    ("no period", SERIES, "2025", {}, {}, "không có dạng 2024-2025"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("series", "period", "editions", "unit", "told"), [r[1:] for r in REFUSED],
    ids=[r[0] for r in REFUSED],
)  # fmt: skip
def test_refused(series, period, editions, unit, told, tmp_path: Path):
    """What can't be renewed is one line with the reason, and nothing is written."""
    editions = editions or {"2024-2025": SIGNED}
    page = REPORT if "text" in editions["2024-2025"] else PAGE
    root = project(tmp_path, {"2024-2025": page}, editions, unit)
    before = files(root)
    result = new(root, series, period)

    assert 2 == result.exit_code, result.output
    assert told in result.stderr
    assert before == files(root)


@pytest.mark.parametrize(
    ("period", "told"),
    [
        ("2026-2028", "kỳ 2026-2028 chồng lên bản truong-thu/cong-doan/2027-2028 (bản thảo)"),
        ("2027-2030", "kỳ 2027-2030 chồng lên bản truong-thu/cong-doan/2027-2028 (bản thảo)"),
        ("2026-2027", ""),
        ("2028-2029", ""),
    ],
)
def test_no_period_lies_over_another(period, told, tmp_path: Path):
    """A period that has a year in common with an edition of the series is refused, drafts too."""
    pages = {"2024-2025": PAGE, "2027-2028": PAGE}
    root = project(tmp_path, pages, {"2024-2025": SIGNED, "2027-2028": DRAFT})
    before = files(root)
    result = new(root, SERIES, period)

    assert bool(told) == (result.exit_code == 2) == (before == files(root))
    assert told in result.stderr


def test_a_broken_draft_is_named(tmp_path: Path):
    """Where a draft can't be read, the command that takes it away is named."""
    pages = {"2024-2025": PAGE, "2027-2028": f"{PAGE}\n**2.** Hai.\n"}
    root = project(tmp_path, pages, {"2024-2025": SIGNED, "2027-2028": DRAFT})
    result = new(root, SERIES, "2025-2026")

    assert 2 == result.exit_code
    assert f"hay bỏ bản thảo (qcph discard {SERIES}/2027-2028)" in result.stderr


@pytest.mark.parametrize(
    ("period", "told"),
    [
        ("2025-2026", []),
        ("2026-2027", ["giữa 2024-2025 và 2026-2027 còn kỳ chưa có bản đã ký"]),
        ("2062-2063", [
            ("kỳ 2062-2063 cách bản mới nhất đã ký (2024-2025) 37 năm; gõ nhầm kỳ thì bỏ bản thảo "
             f"này: qcph discard {SERIES}/2062-2063")
        ]),
    ],
)  # fmt: skip
def test_a_gap_is_told(period, told, tmp_path: Path):
    """A year that is left out is remarked; many years may be a slip, so the way back is told."""
    root = project(tmp_path, {"2024-2025": PAGE}, {"2024-2025": SIGNED})

    assert told == said(new(root, SERIES, period), "lưu ý")


def test_what_an_earlier_version_printed(tmp_path: Path):
    """What the newest version does not print is asked for where an earlier version printed it."""
    valid = {"value": "2024-09-20", "clause": "mot", "printed": "Một"}
    later = {"record": {"kind": "amend", "what": "Thử.", "why": "Thử.",
                        "agreed": {"management": "Nguyễn Văn A", "union": "Trần Thị B"}},
             "number": {"printed": "Số: 2"}}  # fmt: skip
    facts = {**SIGNED, "number": {"printed": "Số: 1"}, "valid_from": valid,
             "versions": {"2025-02-16": later}}  # fmt: skip
    pages = {"2024-2025": PAGE, "2024-2025.2025-02-16": PAGE.replace("Một", "Hai")}
    result = new(project(tmp_path, pages, {"2024-2025": facts}), SERIES, "2025-2026")

    assert 0 == result.exit_code, result.output
    assert [
        "số, ký hiệu (bản trước in “Số: 2”)",
        "ngày (kho không có của bản trước)",
        "chữ ký (kho không có của bản trước)",
        "hiệu lực từ (một phiên bản trước đó in “Một”)",
    ] == said(result, "còn phải ghi")[:4]


DUTY = {"clause": "mot", "who": ["union"], "what": "Họp", "printed": "họp", "when": "every-month"}
MEETING = "Hai bên họp mỗi tháng, đầu năm học 2024-2025 và trong tháng 10/2024."


@pytest.mark.parametrize(
    ("duty", "kept", "told"),
    [
        ({}, {}, "việc phải làm, mang theo từ bản trước: hop"),
        ({"in_turn": True, "who": ["management", "union"]}, {}, "mang theo từ bản trước: hop"),
        ({"printed": "đầu năm học 2024-2025", "when": "year-start"},
         {"printed": "đầu năm học 2025-2026"}, "mang theo từ bản trước: hop"),
        ({"what": "Họp trong năm học 2024-2025"}, {"what": "Họp trong năm học 2025-2026"}, ""),
        ({"what": "Họp tháng 10/2024"}, {},
         "việc phải làm, hãy xem: “Họp tháng 10/2024” (hop): “tháng 10/2024” là tháng cụ thể"),
        ({"printed": "trong tháng 10/2024", "when": "2024-10"}, None,
         ("việc phải làm, không mang theo: “Họp” (hop), bản trước in “trong tháng 10/2024”: "
          "tháng 10/2024 thuộc kỳ trước; kỳ này có thì ghi lại lúc mới")),
        ({"when": "2024-11/2025-02"}, None, "từ tháng 11/2024 đến tháng 02/2025 thuộc kỳ trước"),
        ({"clause": "hop-giao-ban", "printed": "mỗi tuần"}, None,
         ("việc phải làm, không mang theo: “Họp” (hop), bản trước in “mỗi tuần”: "
          'điều khoản "hop-giao-ban" (khoản 2) không in những chữ ấy')),
        ({"clause": "hop-giao-ban", "printed": "dự giao ban"}, {}, "mang theo từ bản trước: hop"),
    ],
)  # fmt: skip
def test_duties_go_over(duty, kept, told, tmp_path: Path):
    """A duty goes over with what of it speaks of the period; what can't is told with its words."""
    page = f"{PAGE.replace('Một.', MEETING)}\n**2.** {{{{ clause('hop-giao-ban', '2024-2025') }}}} {{#hop-giao-ban}}\n"
    wordings = {
        "2024-2025": "Công đoàn dự giao ban mỗi tuần.",
        "2025-2026": "Công đoàn dự giao ban.",
    }
    shared = {
        "title": "Giao ban", "wordings": wordings,
        "duties": {
            "tuan": {"who": ["union"], "what": "Giao ban", "printed": "mỗi tuần", "when": "every-week"},
            "du": {"who": ["union"], "what": "Dự", "printed": "dự giao ban", "when": "regularly"},
        },
    }  # fmt: skip
    held = {**DUTY, **duty}
    facts = {**SIGNED, "entered_on": "2024-10-01", "duties": {"hop": held}}
    root = project(tmp_path, {"2024-2025": page.replace("'", '"')}, {"2024-2025": facts},
                   clauses={"hop-giao-ban": shared})  # fmt: skip
    result = new(root, SERIES, "2025-2026")
    data = yaml.safe_load((root / "data/units/truong-thu.yml").read_text(encoding="utf-8"))
    made = data["series"]["cong-doan"]["editions"]["2025-2026"]
    every = new(root, "--all", "2026-2027")

    assert (0, []) == (result.exit_code, errors(root)), result.output
    assert ({} if kept is None else {"hop": {**held, **kept}}) == made.get("duties", {})
    assert "entered_on" not in made
    assert told in result.stdout
    assert (
        "việc phải làm, không mang theo: “Giao ban” (hop-giao-ban.tuan), bản trước in “mỗi tuần”: "
        "câu chữ 2025-2026 của “hop-giao-ban” không có những chữ ấy"
    ) in result.stdout
    assert "hop-giao-ban.du" not in result.stdout
    assert told.partition(": “")[2] in every.stdout


def test_a_unit_with_a_successor(tmp_path: Path):
    """A unit that another one continues gets no new draft: alone it is refused, with --all named."""
    unit = {"successor": "truong-moi"}
    root = project(tmp_path, {"2024-2025": PAGE}, {"2024-2025": SIGNED}, unit)
    other = (root / "data/units/truong-thu.yml").read_text(encoding="utf-8")
    moved = other.replace("successor: truong-moi\n", "")
    (root / "data/units/truong-moi.yml").write_text(moved, encoding="utf-8")
    shutil.copytree(root / "docs/don-vi/truong-thu", root / "docs/don-vi/truong-moi")
    alone = new(root, SERIES, "2025-2026")
    every = new(root, "--all", "2025-2026")

    assert (2, 0) == (alone.exit_code, every.exit_code)
    assert 'đã có đơn vị kế tiếp "truong-moi"' in alone.stderr
    assert ['đơn vị "truong-thu" đã có đơn vị kế tiếp "truong-moi"'] == said(every, "bỏ qua")


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ({"withdrawn": {"date": "2025-03", "evidence": "QĐ"}}, "bản 2024-2025 đã bị thu hồi"),
        ({"extended": {"to": "2025-2026", "evidence": "CV"}}, "được kéo dài sang 2025-2026"),
    ],
)
def test_asked_for_by_name(extra, why, tmp_path: Path):
    """A withdrawn or prolonged edition is passed over with --all, and renewed when it is asked for."""
    root = project(tmp_path, {"2024-2025": PAGE}, {"2024-2025": {**SIGNED, **extra}})
    every, alone = new(root, "--all", "2025-2026"), new(root, SERIES, "2025-2026")

    assert (2, 0) == (every.exit_code, alone.exit_code)
    assert why in every.stderr
    assert why in said(alone, "lưu ý")[0]


def test_a_page_without_facts(tmp_path: Path):
    """A page that already lies where the draft would go stops the command."""
    pages = {"2024-2025": PAGE, "2025-2026": PAGE}
    root = project(tmp_path, pages, {"2024-2025": SIGNED})
    before = files(root)
    result = new(root, SERIES, "2025-2026")

    assert 2 == result.exit_code
    assert f"docs/don-vi/{SERIES}/2025-2026.md đã có; không ghi đè" in result.stderr
    assert before == files(root)


def test_a_broken_page(tmp_path: Path):
    """Nothing is made from a page with errors; they are told."""
    broken = f"{PAGE}\n**2.** Hai.\n"
    root = project(tmp_path, {"2024-2025": broken}, {"2024-2025": SIGNED})
    before = files(root)
    result = new(root, SERIES, "2025-2026")

    assert 2 == result.exit_code
    assert "2024-2025.md:7:12: G103" in result.stdout + result.stderr
    assert "còn trang chưa đọc được" in result.stderr
    assert before == files(root)


def test_a_full_disk(tmp_path: Path):
    """Where the disk refuses the second file, the first one is gone again."""
    pytest.importorskip("resource")
    facts = {
        **SIGNED,
        "recipients": {"heading": "Nơi nhận:", "lines": [f"- {n}" * 9 for n in range(99)]},
    }
    root = project(tmp_path, {"2024-2025": PAGE}, {"2024-2025": facts})
    before = files(root)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
        "sys.argv = ['qcph', *sys.argv[1:]]; from macros.cli import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-B", "-c", code, "new", SERIES, "2025-2026", "--root", root],
        capture_output=True, cwd=ROOT, encoding="utf-8",
    )  # fmt: skip

    assert 2 == ran.returncode, ran.stderr
    assert "không ghi được" in ran.stderr
    assert before == files(root)


# --- what a draft takes over ---


def test_a_later_draft_does_not_count(tmp_path: Path):
    """The latest signed edition is renewed, and the data stand in the order of the periods."""
    pages = {"2024-2025": PAGE, "2027-2028": PAGE.replace("Một", "Hai")}
    root = project(tmp_path, pages, {"2024-2025": SIGNED, "2027-2028": DRAFT})
    result = new(root, SERIES, "2025-2026")
    unit = load(root).archive.units["truong-thu"]

    assert 0 == result.exit_code, result.output
    assert ["2024-2025", "2025-2026", "2027-2028"] == list(
        map(str, unit.series["cong-doan"].editions)
    )
    assert f"Soạn từ bản {SERIES}/2024-2025" in result.output


def test_facts(tmp_path: Path):
    """The head and the recipients stay; number, date, signatures, seal and versions do not."""
    signature = {"side": "union", "lines": ["CHỦ TỊCH", "Trần Thị B"]}
    facts = {
        "kind": "regulation", "issuer": ["TRƯỜNG THỬ"], "motto": ["Độc lập"],
        "number": {"printed": "Số: 1", "value": "1"}, "place": {"printed": "Xã Thử,"},
        "date": {"printed": "ngày 20 tháng 9 năm 2024", "value": "2024-09-20"},
        "valid_from": {"value": "2024-09-20", "clause": "mot", "printed": "Một"},
        "signatures": [signature], "suspected": [{"clause": "mot", "printed": "Một", "why": "Thử."}],
        "recipients": {"heading": "Nơi nhận:", "lines": ["- Lưu: hồ sơ năm học 2024-2025;", "- VT."]},
    }  # fmt: skip
    root = project(tmp_path, {"2024-2025": PAGE}, {"2024-2025": facts})
    result = new(root, SERIES, "2025-2026")
    data = (root / "data/units/truong-thu.yml").read_text(encoding="utf-8")
    expected = {
        "kind": "regulation", "draft": True, "issuer": ["TRƯỜNG THỬ"], "motto": ["Độc lập"],
        "place": {"printed": "Xã Thử,"}, "supersedes": {"period": "2024-2025"},
        "recipients": facts["recipients"],
    }  # fmt: skip

    assert 0 == result.exit_code, result.output
    made = yaml.safe_load(data)["series"]["cong-doan"]["editions"]
    assert expected == made["2025-2026"]
    assert facts["recipients"] == made["2024-2025"]["recipients"]
    told = re.search(
        r"để nguyên, hãy xem: data/units/truong-thu.yml:(\d+) \(nơi nhận", result.output
    )
    assert told
    assert "hồ sơ năm học 2024-2025" in data.split("\n")[int(told[1]) - 1]
    assert int(told[1]) > data.split("\n").index("      2025-2026:")
    assert ["bản trước in “Một”; nên sửa trước khi ký. Thử."] == [
        each.partition("(khoản 1): ")[2] for each in said(result, "nghi sai")
    ]


CLAUSES = {
    "hop": {
        "title": "Họp",
        "wordings": {
            "2022-2023": "{Union} dự họp; nhiệm vụ năm học {year}.",
            "2024-2025": "{Union} được dự mọi cuộc họp của {management}.",
        },
    }
}
CALL = PAGE.replace("Một.", '{{ clause("hop", "2022-2023", union="Chi đoàn", year="2024-2025") }}')


def test_newest_wording(tmp_path: Path):
    """A shared clause gets its newest wording, with what the call fills as far as that has it."""
    unit = {"terms": {"management": {"2022-2023": "Nhà trường"}}}
    root = project(tmp_path, {"2024-2025": CALL}, {"2024-2025": SIGNED}, unit, CLAUSES)
    result = new(root, SERIES, "2025-2026")
    page = (root / f"docs/don-vi/{SERIES}/2025-2026.md").read_text(encoding="utf-8")

    assert 0 == result.exit_code, result.output
    assert '**1.** {{ clause("hop", "2024-2025", union="Chi đoàn") }} {#mot}' in page
    assert [
        "(khoản 1): “hop” lấy câu chữ mới nhất: 2022-2023 → 2024-2025",
        "(khoản 1): câu chữ mới của “hop” không còn chỗ trống year, trước điền “2024-2025”",
    ] == said(result, "điều khoản dùng chung")


def test_a_wording_that_nothing_fills(tmp_path: Path):
    """Where the newest wording has a blank that nothing fills the old one stays; its blanks turn."""
    root = project(tmp_path, {"2024-2025": CALL}, {"2024-2025": SIGNED}, None, CLAUSES)
    result = new(root, SERIES, "2025-2026")
    page = (root / f"docs/don-vi/{SERIES}/2025-2026.md").read_text(encoding="utf-8")

    assert 0 == result.exit_code, result.output
    assert 'clause("hop", "2022-2023", union="Chi đoàn", year="2025-2026")' in page
    assert "chưa biết điền gì vào chỗ trống management; giữ câu chữ 2022-2023" in result.output
    assert "(khoản 1): 2024-2025 → 2025-2026" in said(result, "đã thay")[1]


def test_years_in_a_wording(tmp_path: Path):
    """A year in the wording itself is not the page's to change; it is told."""
    clauses = {"hop": {"title": "Họp", "wordings": {"2024-2025": "Nhiệm vụ năm học 2024-2025."}}}
    call = PAGE.replace("Một.", '{{ clause("hop", "2024-2025") }}')
    root = project(tmp_path, {"2024-2025": call}, {"2024-2025": SIGNED}, None, clauses)
    result = new(root, SERIES, "2025-2026")

    assert 0 == result.exit_code, result.output
    assert "“2024-2025” là chữ của điều khoản dùng chung “hop”" in said(result, "để nguyên")[0]


def test_one_blank_in_two_places(tmp_path: Path):
    """A blank that fills two places turns only where both plainly mean this period."""
    words = "Kế hoạch năm học {x} của trường; việc trong năm học {x}."
    clauses = {"hop": {"title": "Họp", "wordings": {"2024-2025": words}}}
    call = '{{ clause("hop", "2024-2025", x="2024-2025") }}'
    pages = {"2024-2025": PAGE.replace("Một.", call)}
    root = project(tmp_path, pages, {"2024-2025": SIGNED}, None, clauses)
    result = new(root, SERIES, "2025-2026")

    assert 0 == result.exit_code, result.output
    assert call in (root / f"docs/don-vi/{SERIES}/2025-2026.md").read_text(encoding="utf-8")
    assert 2 == len(said(result, "để nguyên"))


def test_two_series_of_one_unit(tmp_path: Path):
    """With --all two drafts of one unit both stand in its data."""
    root = project(tmp_path, {"2024-2025": PAGE}, {"2024-2025": SIGNED})
    data = root / "data/units/truong-thu.yml"
    text = data.read_text(encoding="utf-8")
    own = text[text.index("  cong-doan:") :]
    data.write_text(text + own.replace("cong-doan:", "cong-doan-khac:"), encoding="utf-8")
    pages = root / "docs/don-vi/truong-thu"
    shutil.copytree(pages / "cong-doan", pages / "cong-doan-khac")
    result = new(root, "--all", "2025-2026")

    assert 0 == result.exit_code, result.output
    assert [2, 2] == [
        len(each.editions) for each in load(root).archive.units["truong-thu"].series.values()
    ]


PARTS = """# QUYẾT ĐỊNH

Về việc ban hành Quy chế năm học 2024-2025

**Điều 1.** Ban hành kèm theo Quyết định này Quy chế phối hợp năm học 2024-2025.
Câu thứ hai, trong năm học 2024-2025. {#ban-hanh}

# QUY CHẾ PHỐI HỢP NĂM HỌC 2024-2025 {#quy-che}

**Năm 2024.** Một. {#nhan}

| Việc | Khi nào |
|---|---|
| Họp | tháng 10/2024 |
| Nhiệm vụ năm học 2024-2025 | cả năm |
{#bang}
"""


def test_lines(tmp_path: Path):
    """Titles, second parts, labels, table cells and later sentences are told at their own lines."""
    root = project(tmp_path, {"2024-2025": PARTS}, {"2024-2025": SIGNED})
    result = new(root, SERIES, "2025-2026")
    lines = (root / f"docs/don-vi/{SERIES}/2025-2026.md").read_text(encoding="utf-8").split("\n")
    found = re.findall(r"(đã thay|hãy xem): \S+?:(\d+) \(", result.output)
    where = [("để" if "xem" in what else "thay", lines[int(line) - 1]) for what, line in found]

    assert [
        ("thay", "Về việc ban hành Quy chế năm học 2025-2026"),
        (
            "thay",
            "**Điều 1.** Ban hành kèm theo Quyết định này Quy chế phối hợp năm học 2025-2026.",
        ),
        ("thay", "Câu thứ hai, trong năm học 2025-2026. {#ban-hanh}"),
        ("thay", "# QUY CHẾ PHỐI HỢP NĂM HỌC 2025-2026 {#quy-che}"),
        ("thay", "| Nhiệm vụ năm học 2025-2026 | cả năm |"),
        ("để", "**Năm 2024.** Một. {#nhan}"),
        ("để", "| Họp | tháng 10/2024 |"),
    ] == where


def test_several_years(tmp_path: Path):
    """A programme of several years goes on in the next ones; another length is remarked."""
    page = "# CHƯƠNG TRÌNH PHỐI HỢP\n\nGiai đoạn 2018 - 2020\n\n**1.** Một. {#mot}\n"
    root = project(tmp_path, {"2018-2020": page}, {"2018-2020": {"kind": "programme"}})
    other = project(tmp_path / "b", {"2018-2020": page}, {"2018-2020": {"kind": "programme"}})
    result, longer = new(root, SERIES, "2021-2023"), new(other, SERIES, "2021-2025")
    text = (root / f"docs/don-vi/{SERIES}/2021-2023.md").read_text(encoding="utf-8")

    assert (0, 0) == (result.exit_code, longer.exit_code), result.output
    assert page.replace("2018 - 2020", "2021 - 2023") == text
    assert [] == said(result, "lưu ý")
    assert ["kỳ 2021-2025 dài khác kỳ 2018-2020: xem lại các chữ “năm học”, “giai đoạn”"] == said(
        longer, "lưu ý"
    )


# --- what holds for any text ---

WORDS = st.sampled_from(
    "nhiệm vụ năm học 2024-2025|trong năm học 2024 – 2025|Kế hoạch năm học 2024-2025|đã|họp. Và|“|”|a)"
    "|thay thế Quy chế năm học 2023-2024|tháng 11/2024|* sao|# rào|{#|<b>|1. Một|\\ gạch|- và".split(
        "|"
    )
)
TEXTS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
LABELS = st.sampled_from(
    ["", "**1.** ", "**a)** ", "**-** ", "## **I.** ", "### ", "**Năm 2024.** "]
)


def in_memory(title: str, clauses: list[tuple[str, str]], blank: str) -> tuple[Archive, Agreement]:
    """An archive of one agreement, whose last clause calls a shared one."""
    data = (
        "names:\n- name: Trường Thử\ntype: primary\nsides: {management: A, union: B}\nseries:\n"
        "  cong-doan:\n    counterpart: union\n    editions:\n      2024-2025:\n        kind: regulation\n"
    )
    unit = read(data, "data/units/truong-thu.yml", Unit).value
    assert unit
    shared = {"hop": SharedClause(title="Họp", wordings={
        Period(2022, 2023): "Cũ {x}.", Period(2024, 2025): "Mới trong năm học {x}."})}  # fmt: skip
    blocks = [f"# {_escape(title)}"]
    blocks += [
        f"{label}{_escape(text, start=not label)} {{#d{number}}}"
        for number, (label, text) in enumerate(clauses)
    ]
    blocks.append(f'{{{{ clause("hop", "2022-2023", x="{blank}") }}}} {{#hop}}')
    path = f"docs/don-vi/{SERIES}/2024-2025.md"
    text = "\n\n".join(blocks) + "\n"
    page = parse(text, path, lambda use: wording(use, shared, {})).page
    agreement = Agreement(
        unit_id="truong-thu", unit=unit, series_id="cong-doan", period=Period(2024, 2025),
        version="goc", page=page, path=path,
    )  # fmt: skip
    texts = {path: text, "data/units/truong-thu.yml": data}
    archive = Archive(
        units={"truong-thu": unit}, agreements=(agreement,), shared=shared, texts=texts
    )
    return archive, agreement


@given(TEXTS, st.lists(st.tuples(LABELS, TEXTS), max_size=6), st.sampled_from(["2024-2025", "a b"]))
def test_nothing_else_changes(title, clauses, blank):
    """Ids, their order, labels and nesting stay; of the words only pairs of years may differ."""
    archive, old = in_memory(title, clauses, blank)
    edits = renew(archive, SERIES, Period(2025, 2026))
    path = f"docs/don-vi/{SERIES}/2025-2026.md"
    made = parse(edits.texts[path], path, lambda use: wording(use, archive.shared, {}))
    data = edits.texts["data/units/truong-thu.yml"]

    def without_years(text: str) -> str:
        return re.sub(r"20\d\d(\s?[-–]\s?)20\d\d", r"\1", text)

    assert [(c.id, c.label, c.level, c.kind, c.parent) for c in old.page.clauses] == [
        (c.id, c.label, c.level, c.kind, c.parent) for c in made.page.clauses
    ]
    assert [without_years(c.text) for c in old.page.clauses[:-1]] == [
        without_years(c.text) for c in made.page.clauses[:-1]
    ]
    assert list(map(without_years, old.page.title)) == list(map(without_years, made.page.title))
    assert "2024-2025" == made.page.clauses[-1].shared.wording
    assert data.startswith(archive.texts["data/units/truong-thu.yml"])
    assert read(data, "x", Unit).value


@given(TEXTS, st.lists(st.tuples(LABELS, TEXTS), max_size=4))
def test_every_mention_is_told(title, clauses):
    """Each mention of the old text is told, at the line of the new file that has it."""
    archive, old = in_memory(title, clauses, "2024-2025")
    edits = renew(archive, SERIES, Period(2025, 2026))
    path = f"docs/don-vi/{SERIES}/2025-2026.md"
    lines = edits.texts[path].split("\n")
    turn = Turn(Kind.REGULATION, Period(2024, 2025), Period(2025, 2026))
    texts = [*old.page.title, *(t for c in old.page.clauses[:-1] for t in (c.label, c.text))]
    printed = {text[m.start : m.end] for text in texts for m in judged(text, turn)}
    told = "\n".join(edits.said)

    assert [] == [each for each in printed if each not in told]
    for line in edits.said:
        place = re.match(
            rf"(?:để nguyên, hãy xem|đã thay): {re.escape(path)}:(\d+) \([^)]*\)+: (.*)", line
        )
        if place and "(điều khoản dùng chung" not in line and "{{" not in lines[int(place[1]) - 1]:
            new = re.match(r"[^:]* → ([^:,]*)[,:]|“([^”]*)”", place[2])
            assert new
            assert (new[1] or new[2]) in lines[int(place[1]) - 1]
