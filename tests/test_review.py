"""The command `report`: what a pull request does, for people who read no diffs."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from macros.cli import cli
from macros.compare import compare
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Clause,
    ClauseId,
    ClauseKind,
    Glossary,
    Page,
    Period,
    SeriesId,
    Shared,
    SharedClause,
    Unit,
    UnitId,
)
from macros.problem import Problem, Severity
from macros.review import Review, tell
from macros.telling import changes_json
from tests.golden import HERE, Golden
from tests.test_diff import GFM, NASTY, Reader, git

ROOT = Path(__file__).resolve().parent.parent
BASE = HERE / "review/base"
OURS = set("h2 h3 p strong s ul li blockquote details summary code".split())
SEALED = "docs/don-vi/truong-thu/cong-doan/2024-2025.md"
OPEN = "docs/don-vi/truong-thu/cong-doan/2025-2026.md"
FACTS = "data/units/truong-thu.yml"
WORDING = "data/clauses/hop-giao-ban.yml"
Edit = Callable[[Path], object]


def report(root: Path, revisions: str = "HEAD..", form: str = "markdown") -> Result:
    """The command on a project."""
    return CliRunner().invoke(cli, ["report", revisions, "--root", str(root), "--format", form])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of tests/golden/review/base/, committed."""
    root = tmp_path_factory.mktemp("review") / "base"
    shutil.copytree(BASE, root)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    return root


@pytest.fixture
def project(repository: Path, tmp_path: Path) -> Path:
    """A copy of it to edit."""
    return shutil.copytree(repository, tmp_path / "project")


def sub(path: str, *pairs: tuple[str, str]) -> Edit:
    """Replace words of a file."""

    def edit(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        (root / path).write_text(text, encoding="utf-8", newline="\n")

    return edit


def sub_last(path: str, *pairs: tuple[str, str]) -> Edit:
    """Replace words of a file where they stand last: in the unit's data those of the last edition."""

    def edit(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        for old, new in pairs:
            before, found, after = text.rpartition(old)
            assert found
            text = f"{before}{new}{after}"
        (root / path).write_text(text, encoding="utf-8", newline="\n")

    return edit


def put(path: str, text: str) -> Edit:
    """Write a file."""

    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")

    return edit


def gone(path: str) -> Edit:
    """Take a file or folder away."""

    def edit(root: Path) -> None:
        target = root / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return edit


def run(*arguments: str) -> Edit:
    """A command of the house on the project."""

    def edit(root: Path) -> None:
        done = CliRunner().invoke(cli, [*arguments[:1], "--root", str(root), *arguments[1:]])
        assert done.exit_code == 0, done.output

    return edit


def renamed(root: Path) -> None:
    """The preschool has a new id and a new name, the old one leads to it."""
    (root / "docs/don-vi/mam-non-thu").rename(root / "docs/don-vi/mam-non-moi")
    (root / "data/units/mam-non-thu.yml").rename(root / "data/units/mam-non-moi.yml")
    sub(
        "data/units/mam-non-moi.yml",
        ("- name: Trường Mầm non Thử\n", ("- name: Trường Mầm non Thử\n- name: Trường Mầm non Mới\n"
         "  since: 2026-01-01\n")),
        ("sample: true\n", "sample: true\naliases: [mam-non-thu]\n"),
    )(root)  # fmt: skip


def copied(root: Path) -> None:
    """Another unit, with the texts of the first."""
    for path in (FACTS, SEALED, OPEN):
        text = (root / path).read_text(encoding="utf-8").replace("Trường Thử", "Trường Khác")
        text = re.sub(r"        seal:\n(          .*\n)+", "", text)
        put(path.replace("truong-thu", "truong-khac"), text)(root)


HOSTILE = (
    "</details></summary><script>alert(1)</script><img src=x onerror=y> @all #12 !3 &lt;b> "
    "![a](http://b.vn/c.png) [d](javascript:e) `f` ~~g~~ **h** | i :tada: GH-1 {+ j +} \u202ek"
)
_QUOTED = HOSTILE.replace("\u202e", "")  # an escape would be D104
_NEW = "**2.** Ban đại diện của hai bên họp mỗi quý một lần. {#ban-dai-dien}\n\n"
_DRAFT = """      2026-2027:
        kind: regulation
        draft: true
"""
SCENARIOS: dict[str, list[Edit]] = {
    "khong-doi": [],
    "sua-dieu-khoan": [
        sub(
            OPEN,
            ("5.000.000", "6.000.000"),
            ("## **II.**", f"{_NEW}## **II.**"),
            ("**2.** Nhà trường", "**3.** Nhà trường"),
            (("**1.** Cuối năm học hai bên cùng đánh giá kết quả; GV góp ý bằng văn bản. {#danh-gia}"
             "\n\n"), ""),
            ("# QUY CHẾ PHỐI HỢP\n", "# QUY CHẾ PHỐI HỢP CÔNG TÁC\n"),
        ),
        sub(FACTS, ("      2025-2026:\n        kind: regulation\n", ("      2025-2026:\n"
            "        kind: regulation\n        reasons:\n          kinh-phi: Giá cả đã tăng.\n"))),
        sub_last(FACTS, ("          danh-gia:\n            clause: danh-gia",
            "          hop:\n            in_turn: true\n            clause: ban-dai-dien"),
            ("Cùng đánh giá kết quả", "Ban đại diện của hai bên họp"), ("Cuối năm học", "mỗi quý một lần"),
            ("when: year-end", "when: every-3-months"), ("when: every-year", "when: year-start")),
    ],
    "chuyen-tach-gop": [
        sub(
            OPEN,
            ("**2.** Quy chế này có hiệu lực từ ngày ký. {#hieu-luc}\n", ""),
            ("## **I.** QUY", "**2.** Quy chế này có hiệu lực từ ngày ký. {#hieu-luc}\n\n## **I.** QUY"),
            ("cùng đánh giá kết quả; GV góp ý bằng văn bản. {#danh-gia}",
             "cùng đánh giá kết quả. {#danh-gia}\n\n**2.** GV góp ý bằng văn bản. {#gop-y}"),
            ("## **II.** ĐIỀU", "### **II.** ĐIỀU"),
        )
    ],
    "du-kien": [
        sub(
            FACTS,
            ('printed: "Số: 15/QC"\n          value: 15/QC', 'printed: "Số: 16/QC"\n          value: 16/QC'),
            ("ngày 22 tháng 9 năm 2025\n          value: 2025-09-22",
             "ngày 25 tháng 9 năm 2025\n          value: 2025-09-25"),
        ),
        run("seal", "--date", "2026-01-05", "truong-thu/cong-doan/2025-2026"),
    ],
    "ban-moi": [
        lambda root: put(OPEN.replace("2025-2026", "2026-2027"), (root / OPEN).read_text(
            encoding="utf-8").replace("2025-2026\n", "2026-2027\n").replace("5.000", "6.000"))(root),
        lambda root: put(FACTS, (root / FACTS).read_text(encoding="utf-8") + _DRAFT)(root),
    ],
    "phien-ban-moi": [
        run("amend", "--date", "2025-02-10", "--what", "Nâng mức hỗ trợ.", "--why", "Giá cả tăng.",
            "--agreed", "management=Nguyễn Văn A", "--agreed", "union=Trần Thị B",
            "truong-thu/cong-doan/2024-2025"),
        sub(SEALED.replace(".md", ".2025-02-10.md"), ("5.000.000", "7.000.000")),
    ],
    "niem-phong": [sub(SEALED, ("5.000.000", "9.000.000"))],
    "niem-phong-bi-bo": [
        lambda root: put(FACTS, re.sub(r"        seal:\n(          .*\n)+", "",
                         (root / FACTS).read_text(encoding="utf-8")))(root),
    ],
    "cau-chu": [sub(WORDING, ("họp giao ban của", "họp giao ban hằng tuần của"))],
    "cau-chu-moi": [
        sub(WORDING, ("  2025-2026:", '  2026-2027: "{Union} dự mọi cuộc họp."\n  2025-2026:')),
        sub(WORDING, ("title: Dự họp giao ban", "title: Họp giao ban")),
    ],
    "cach-goi": [sub("data/units/mam-non-thu.yml", ("2024-2025: Công đoàn", "2024-2025: Công đoàn cơ sở"))],
    "chu-viet-tat": [sub("data/glossary.yml", ("GV: giáo viên", "GV: giáo viên các cấp"), ("  CBGV", "  CB"))],
    "don-vi-doi-ten": [renamed],
    "don-vi-moi-va-bo": [copied, gone("docs/don-vi/mam-non-thu"), gone("data/units/mam-non-thu.yml")],
    "bo-mot-ban": [gone(SEALED), lambda root: put(FACTS, re.sub(
        r"      2024-2025:\n(        .*\n)+", "", (root / FACTS).read_text(encoding="utf-8"), count=1
    ))(root)],
    "tep-khac": [
        sub("docs/huong-dan/index.md", ("Cách dùng", "Cách xem")),
        put("docs/huong-dan/moi.md", "# Trang mới\n\nMột trang.\n"),
        put("data/sources/ban-goc.txt", "QUY CHẾ\n"),
        put("docs/huong-dan/hinh.png", "một hình\n"),
        sub(OPEN, ("hỗ trợ kinh phí", "hỗ trợ\nkinh phí")),
        sub("data/glossary.yml", ("abbreviations:", "# Chữ viết tắt\nabbreviations:")),
    ],
    "khong-doc-duoc": [
        sub(FACTS, ("type: primary", "type: primry")),
        sub("docs/don-vi/mam-non-thu/cong-doan/2025-2026.md", (" {#kinh-phi}", "")),
    ],
    "dung-chung-khong-doc-duoc": [
        sub(WORDING, ("title: Dự họp giao ban\n", "")),
    ],
    "cau-chu-va-trang": [
        sub(WORDING, ("họp giao ban, sơ kết", "họp giao ban, sơ kết, tổng kết")),
        sub(OPEN, ("hỗ trợ kinh phí", "hỗ trợ\nkinh phí")),
    ],
    "viec-phai-lam": [
        sub_last(
            FACTS,
            ("who: [management, union]\n            what: Cùng đánh giá kết quả",
             "who: [union, management]\n            what: Cùng đánh giá kết quả thực hiện"),
            ("who: [management]", "who: [management, union]\n            in_turn: true"),
            ("when: every-year", "when: every-6-months"),
        ),
        lambda root: put(FACTS, (root / FACTS).read_text(encoding="utf-8").replace(
            "          ho-tro:\n            clause: kinh-phi\n", "          kinh-phi:\n            clause: kinh-phi\n", 1
        ))(root),
    ],
    "viec-phai-lam-chung": [
        sub(WORDING, ("when: regularly", ("when: every-month\n  so-ket:\n    who: [management, union]\n"
            "    what: Họp sơ kết\n    printed: sơ kết\n    when: every-term"))),
    ],
    "viec-phai-lam-theo-cau-chu": [
        sub(WORDING, ("dự các cuộc họp giao ban của", "dự mọi buổi giao ban của")),
    ],
    "ngay-vao-kho": [
        sub(FACTS, ("entered_on: 2024-10-01", "entered_on: 2024-11-01"),
            ("        entered_on: 2025-10-01\n", "")),
    ],
    "nhieu-loi": [
        put(f"docs/don-vi/truong-thu/cong-doan/20{n}-20{n + 1}.md", "# A\n\nA. {#a}\n")
        for n in range(30, 42)
    ],
    "thu-dich": [
        sub(OPEN, ("5.000.000", re.sub(r"([<`*\[\]])", r"\\\1", HOSTILE)), ("# QUY CHẾ PHỐI HỢP", f"# {_QUOTED}")),
        sub_last(FACTS, ("what: Hỗ trợ kinh phí phong trào", f'what: "{_QUOTED}"'),
            ("printed: mỗi năm học", f'printed: "{_QUOTED}"'), ("when: every-year", "when: every-month")),
        sub(FACTS, ("- name: Trường Thử", f'- name: "{_QUOTED}"'.replace("\\u", "\\u"))),
        sub(FACTS, ("Xã Thử,", f"{HOSTILE.split(' @', maxsplit=1)[0]},")),
        sub(WORDING, ("title: Dự", f"title: '{_QUOTED.split(' |')[0]}' # "),
            ("what: Dự các cuộc họp giao ban", f"what: '{_QUOTED.split(' |')[0]}'")),
        put("docs/huong-dan/@all #1 ![a](b).md", f"# A\n\n{{{{ clause('{HOSTILE[:20]}', 'x') }}}}\n"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios(name: str, project: Path, golden: Golden):
    """What a change does is told as a reader would check it; a sound structure in any case."""
    for edit in SCENARIOS[name]:
        edit(project)
    result = report(project)
    told = result.stdout_bytes.decode()

    assert (0, "") == (result.exit_code, result.stderr)
    golden(HERE / f"review/{name}.md", told)
    assert OURS >= Reader(GFM.render(told)).elements


def test_hostile_words_do_nothing(project: Path):
    """No text of the sources mentions, links, shows a picture, or hides from its reader."""
    for edit in SCENARIOS["thu-dich"]:
        edit(project)
    told = report(project).stdout_bytes.decode()
    read = Reader(GFM.render(told))

    bare = re.sub(r"&#\d+;", "", told)

    assert not re.search(r"[@#!]\w|://|www\.|\u202e|<(?!/?(details|summary)>|!-- -->)", bare)
    assert "</details></summary><script>alert(1)</script>" in read.text()
    assert read.open == []


def test_json(project: Path, golden: Golden):
    """The same as data, with the changes as changes.json has them."""
    for name in ("sua-dieu-khoan", "cach-goi"):
        for edit in SCENARIOS[name]:
            edit(project)
    found = json.loads(report(project, form="json").stdout)
    own = next(each for each in found["agreements"] if each["own"])
    page = Page(clauses=(Clause(id=ClauseId("a"), kind=ClauseKind.CLAUSE, text="A."),))
    published = json.loads(changes_json(None, None, compare(page, page, ids_decide=True)))
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"

    golden(HERE / "review/sua-dieu-khoan.json", text)
    assert list(published["changes"][0]) == list(own["changes"][0])
    assert list(published["counts"]) == list(own["counts"])


def test_revisions(project: Path):
    """Two revisions are told like a revision and the files that are there."""
    for edit in SCENARIOS["niem-phong"]:
        edit(project)
    before = report(project).stdout
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "y")

    assert before == report(project, "HEAD~1..HEAD").stdout
    assert report(project, "HEAD..HEAD").stdout == report(project, "HEAD..").stdout
    assert "không có gì đổi" in report(project).stdout.lower()


@pytest.mark.parametrize("revisions", ["HEAD", "..HEAD", "HEAD...HEAD", "khong-co..HEAD", ".."])
def test_wrong_revisions(revisions: str, project: Path):
    """What is no pair of revisions is wrong use."""
    assert report(project, revisions).exit_code == 2


def test_the_real_project_in_a_change(tmp_path: Path):
    """With the project's own texts: one word of a page is one clause of one version."""
    for name in ("docs/don-vi", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "x")
    page = "docs/don-vi/truong-mau/cong-doan/2026-2027.md"
    sub(page, ("# QUY CHẾ", "# BẢN QUY CHẾ"))(tmp_path)
    found = json.loads(report(tmp_path, form="json").stdout)

    assert ["truong-mau/cong-doan/2026-2027"] == [a["agreement"] for a in found["agreements"]]
    assert ["title"] == [fact["field"] for fact in found["agreements"][0]["facts"]]
    assert ([], []) == (found["files"], found["causes"])


# --- under the limit ---

UNIT = {
    "names": ({"name": "Trường Thử"},), "type": "primary",
    "sides": {"management": "Nhà trường", "union": "Công đoàn"},
    "series": {"cong-doan": {"counterpart": "union", "editions": {"2024-2025": {"kind": "plan"}}}},
}  # fmt: skip
PERIOD = Period(2024, 2025)


def archive(pages: list[dict[str, str]], wording: str, **unit: object) -> Archive:
    """Units with one version each; the clause `chung` of each is the shared one."""
    shared = {"c": SharedClause(title="Chung", wordings={PERIOD: wording})}
    units = {UnitId(f"u{number}"): Unit(**{**UNIT, **unit}) for number in range(len(pages))}
    agreements = []
    for number, (unit_id, of) in enumerate(units.items()):
        texts = {**pages[number], "chung": wording}
        clauses = tuple(
            Clause(
                id=ClauseId(each), kind=ClauseKind.CLAUSE, text=text, label="-",
                shared=Shared(id="c", wording=str(PERIOD)) if each == "chung" else None,
            )
            for each, text in texts.items()
        )  # fmt: skip
        agreements.append(
            Agreement(
                unit_id=unit_id, unit=of, series_id=SeriesId("cong-doan"), period=PERIOD,
                version=AS_SIGNED, page=Page(title=("A",), clauses=clauses), path=f"docs/{unit_id}",
            )
        )  # fmt: skip
    return Archive(
        units=units, agreements=tuple(agreements), shared=shared, glossary=Glossary(),
        texts={f"docs/u{number}": str(page) for number, page in enumerate(pages)},
    )  # fmt: skip


WORDS = NASTY.filter(bool)
PAGES = st.dictionaries(st.sampled_from("a b c d e f g h".split()), WORDS, max_size=8)
EDITED = st.lists(st.tuples(PAGES, PAGES), min_size=1, max_size=4)
PROBLEMS = st.lists(
    st.builds(
        Problem, WORDS, st.just(1), st.just(1), st.sampled_from(["V111", "G103"]), WORDS, WORDS,
        st.sampled_from(Severity),
    ), max_size=30,
)  # fmt: skip


def review(edited: list[tuple[dict[str, str], dict[str, str]]], wordings: tuple[str, str],
           problems: list[Problem]) -> Review:  # fmt: skip
    """What is told of pages before and after, and of a wording before and after."""
    before, after = ([each[side] for each in edited] for side in (0, 1))
    return tell(archive(before, wordings[0]), archive(after, wordings[1]), problems)


@given(edited=EDITED, wordings=st.tuples(WORDS, WORDS), problems=PROBLEMS)
def test_every_changed_clause_is_told_once(edited, wordings, problems):
    """Each clause that was changed, added or removed stands in one change, or under one cause."""
    found = json.loads(review(edited, wordings, problems).json())
    told: Counter[tuple[str, str]] = Counter()
    for each in found["agreements"]:
        for change in each["changes"] if each["own"] else ():
            told.update((each["unit"]["id"], id_) for id_ in {*change["old"], *change["new"]})
    for cause in found["causes"]:
        for each in cause["agreements"]:
            told.update((each["agreement"].split("/")[0], id_) for id_ in each["clauses"])
    expected = {
        (f"u{number}", id_)
        for number, (old, new) in enumerate(edited)
        for id_ in {**old, **new}
        if "".join(old.get(id_, "").split()) != "".join(new.get(id_, "").split())
    }
    if "".join(wordings[0].split()) != "".join(wordings[1].split()):
        expected |= {(f"u{number}", "chung") for number in range(len(edited))}

    assert expected <= told.keys()
    assert set(told.values()) <= {1}


@settings(max_examples=30)
@given(
    edited=EDITED, wordings=st.tuples(WORDS, WORDS), problems=PROBLEMS,
    times=st.integers(1, 20), limit=st.integers(4000, 20_000),
)  # fmt: skip
def test_limit(edited, wordings, problems, times, limit):
    """However much there is to tell: within the limit, sound, and nothing left out in silence."""
    of = review(edited * times, wordings, problems * times)
    whole, cut = of.markdown(10**9), of.markdown(limit)
    read = Reader(GFM.render(cut))

    assert len(cut.encode("utf-16-le")) // 2 <= limit
    assert OURS >= read.elements
    assert cut.count("<details>") == cut.count("</details>") == cut.count("<summary>")
    assert (whole == cut) == ("Lời kể dài hơn một lời bình" not in cut)
    assert cut.startswith(f"## Thay đổi này làm gì\n\n{of.summary}\n")


@pytest.mark.parametrize("length", [5_000, 50_000])
def test_a_very_long_clause(length: int):
    """A text that fills a comment alone is named, not shown."""
    of = review([({"a": "x"}, {"a": "dài " * length})], ("a", "a"), [])

    assert "lời quá dài để kể ở đây" in of.markdown()
    assert len(of.markdown()) < 5_000


def test_a_change_without_a_cause_is_the_page_s_own():
    """What differs though neither page nor facts nor wordings were edited is told all the same."""
    before, after = (archive([{"a": text}], "c") for text in ("một", "hai"))
    found = tell(replace(before, texts={}), replace(after, texts={}), [])

    assert "1. Sửa" in found.markdown().replace("*", "")


def test_what_did_not_change_is_not_compared():
    """Hundreds of equal versions are passed over; one that differs is found among them."""
    pages = [{f"c{n}": f"Điều khoản {n} của trang." for n in range(40)} for _ in range(500)]
    edited = [(page, page) for page in pages]
    edited[123] = (pages[123], {**pages[123], "c7": "Khác."})
    found = json.loads(review(edited, ("a", "a"), []).json())

    assert ["u123/cong-doan/2024-2025"] == [each["agreement"] for each in found["agreements"]]
    assert ["c7"] == [id_ for c in found["agreements"][0]["changes"] for id_ in c["new"]]
