"""Files from outside become editions: page, facts, original, ids of last year; or nothing at all."""

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from macros.archive import load, problems_in
from macros.cli import run
from macros.editing import put
from macros.exchange import incoming
from macros.exchange.wordfile import agreement_docx
from macros.intake import Wanted, take_in
from macros.problem import Severity
from tests.word_files import docx, p

ROOT = Path(__file__).parent.parent
SOURCES = {
    "000_46c9ba5516c9198f.txt": "tt-hoa-nhap-dak-nong/cong-doan/2024-2025",
    "001_9b9e5e5f855d3800.txt": "th-binh-hoa-2/cong-doan/2021-2022",
    "002_51488acdfc4b7d6c.txt": "mn-hoa-sua/chi-doan/2024-2025",
    "003_06d40c2900d0393d.txt": "phong-gddt-huyen/lien-doan-lao-dong/2018-2020",
    "004_9dc286ae06ae1748.txt": "so-gddt-ha-noi/cong-doan-nganh/2019-2020",
}
# What no file says, and people added: which mistakes are suspected, which place is a region, what
# the sides are called here, what has to be done, when it came in, since when it is sealed.
ADDED = ("suspected", "duties", "entered_on", "seal")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A project without agreements."""
    for name in ("docs/don-vi", "data/units", "data/sources", "data/clauses"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copyfile(ROOT / "data/glossary.yml", tmp_path / "data/glossary.yml")
    return tmp_path


@pytest.fixture
def sample(empty: Path) -> Path:
    """A project with the sample unit's four first years and the shared clauses."""
    shutil.copytree(ROOT / "data/clauses", empty / "data/clauses", dirs_exist_ok=True)
    shutil.copytree(ROOT / "docs/don-vi/truong-mau", empty / "docs/don-vi/truong-mau")
    shutil.copyfile(ROOT / "data/units/truong-mau.yml", empty / "data/units/truong-mau.yml")
    assert 0 == run(["discard", "--root", str(empty), "truong-mau/cong-doan/2026-2027"])
    return empty


def errors(root: Path) -> list[str]:
    """What `check` calls an error."""
    return [each.text() for each in problems_in(root) if each.severity is Severity.ERROR]


def files(root: Path) -> dict[str, bytes]:
    """Every file of a project."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(("file", "edition"), SOURCES.items())
def test_the_sources_import_themselves(empty: Path, file: str, edition: str):
    """By the command alone a source becomes what is committed: text, kinds, nesting, facts."""
    unit_id, series, _ = edition.split("/")
    committed = load(ROOT).archive
    (known,) = committed.editions(unit_id, series)
    report = ["--report"] if file.startswith("003") else []
    name = ["--unit-name", known.unit.name]
    said = run(["import", "--root", str(empty), "--as", edition, *name, *report,
                str(ROOT / "data/sources" / file)])  # fmt: skip
    (made,) = load(empty).archive.editions(unit_id, series)

    assert (0, []) == (said, errors(empty))
    assert known.page.title == made.page.title
    assert known.page.report == made.page.report
    place = {clause.id: n for n, clause in enumerate(known.page.clauses)}
    own = {clause.id: n for n, clause in enumerate(made.page.clauses)}
    assert [
        (c.kind, c.label, c.text, c.level, place.get(c.parent or "")) for c in known.page.clauses
    ] == [(c.kind, c.label, c.text, c.level, own.get(c.parent or "")) for c in made.page.clauses]
    assert facts_of(ROOT, edition, place) == facts_of(empty, edition, own)


def facts_of(root: Path, edition: str, place: dict[str, int]) -> dict[str, object]:
    """The facts of an edition in its data file, clauses by their place."""
    unit_id, series, period = edition.split("/")
    data = yaml.safe_load((root / f"data/units/{unit_id}.yml").read_text(encoding="utf-8"))
    facts = data["series"][series]["editions"][period]
    kept = {key: value for key, value in facts.items() if key not in ADDED}
    for value in kept.values():
        if isinstance(value, dict) and "clause" in value:
            value["clause"] = place[value["clause"]]
    for source in kept["source"]:
        source.pop("file")
    return {"type": data["type"], "counterpart": data["series"][series]["counterpart"], **kept}


def test_word_brings_last_years_ids(sample: Path, capsys):
    """A new year's Word file gets the ids of last year's clauses, and the comparison is printed."""
    known = load(ROOT).archive.editions("truong-mau", "cong-doan")[-1]
    file = sample / "moi.docx"
    file.write_bytes(agreement_docx(known))
    code = run(["import", "--root", str(sample), "--draft", "--as",
                "truong-mau/cong-doan/2026-2027", str(file)])  # fmt: skip
    made = load(sample).archive.editions("truong-mau", "cong-doan")[-1]
    printed = capsys.readouterr().out

    assert (0, []) == (code, errors(sample))
    assert [c.text for c in known.page.clauses] == [c.text for c in made.page.clauses]
    lost = {
        a.id for a, b in zip(known.page.clauses, made.page.clauses, strict=True) if a.id != b.id
    }
    # Nothing of their words stayed from one year to the next.
    assert {"trao-doi-van-ban", "tham-gia-hoi-dong", "bao-cao-ket-qua"} == lost
    assert "truong-mau/cong-doan/2025-2026.2026-02-16 → truong-mau/cong-doan/2026-2027" in printed
    assert made.facts.draft


def test_the_word_file_is_kept_and_held_to(sample: Path):
    """The original lies in data/sources/, and a page that parts from it is an error."""
    file = sample / "moi.docx"
    file.write_bytes(docx(
        p("QUY CHẾ PHỐI HỢP"), p("Năm học 2026-2027"), p("Căn cứ Luật Công đoàn;"),
        p("I. QUY ĐỊNH CHUNG"), p("1. Hai bên họp mỗi quý một lần."), p("2. Hai bên tôn trọng nhau."),
    ))  # fmt: skip
    assert 0 == run(
        ["import", "--root", str(sample), "--as", "truong-mau/cong-doan/2026-2027", str(file)]
    )
    (source,) = load(sample).archive.editions("truong-mau", "cong-doan")[-1].facts.source
    page = sample / "docs/don-vi/truong-mau/cong-doan/2026-2027.md"
    page.write_text(
        page.read_text(encoding="utf-8").replace("mỗi quý", "mỗi tháng"), encoding="utf-8"
    )

    assert ("text", hashlib.sha256(file.read_bytes()).hexdigest()) == (source.role, source.sha256)
    assert ["V101"] == [line.split()[1] for line in errors(sample)]


def duties(root: Path, edition: str) -> dict[str, dict[str, object]]:
    """What has to be done under an edition, as its data say."""
    unit_id, series, period = edition.split("/")
    data = yaml.safe_load((root / f"data/units/{unit_id}.yml").read_text(encoding="utf-8"))
    return data["series"][series]["editions"][period].get("duties", {})


def test_next_years_text_has_last_years_duties(empty: Path, tmp_path_factory, capsys):
    """A duty goes over where its clause and the words that it quotes are there; its day does not."""
    page = (
        "QUY CHẾ PHỐI HỢP\n\nNăm học {}\n\nI. CHUNG\n\n1. Hai bên họp liên tịch 3 tháng một lần.\n\n"
        "2. Đầu năm học {} hai bên cùng ký kế hoạch.\n\n3. Hai bên gặp nhau {}.\n"
    )
    folder = tmp_path_factory.mktemp("in")
    edition = "th-moi/cong-doan/{}".format
    for period, last in (("2026-2027", "mỗi tháng"), ("2027-2028", "mỗi quý")):
        (folder / f"{period}.txt").write_text(page.format(period, period, last), encoding="utf-8")
    name = ["--unit-name", "Trường Tiểu học Mới"]
    first = ["--root", str(empty), "--as", edition("2026-2027"), *name]
    assert 0 == run(["import", *first, str(folder / "2026-2027.txt")])
    clauses = [each.id for each in load(empty).archive.agreements[0].page.clauses]
    rows = {
        "hop": (1, "3 tháng một lần", "every-3-months"), "ky": (2, "Đầu năm học 2026-2027", "year-start"),
        "gap": (3, "mỗi tháng", "every-month"), "tong-ket": (1, "họp liên tịch", "2027-05"),
    }  # fmt: skip
    held = {
        name: {"clause": clauses[at], "who": ["union"], "what": f"Việc {name}", "printed": printed, "when": when}
        for name, (at, printed, when) in rows.items()
    }  # fmt: skip
    path = "data/units/th-moi.yml"
    text = (empty / path).read_text(encoding="utf-8")
    key = ("series", "cong-doan", "editions", "2026-2027", "duties")
    (empty / path).write_text(put(text, path, key, held), encoding="utf-8")
    capsys.readouterr()

    second = ["--root", str(empty), "--as", edition("2027-2028")]
    assert 0 == run(["import", *second, str(folder / "2027-2028.txt")])

    turned = {**held["ky"], "printed": "Đầu năm học 2027-2028"}
    told = [each for each in capsys.readouterr().out.splitlines() if "Việc phải làm" in each]
    assert ({"hop": held["hop"], "ky": turned}, []) == (
        duties(empty, edition("2027-2028")),
        errors(empty),
    )
    assert [
        "Việc phải làm, mang theo từ bản 2026-2027: hop, ky.",
        (
            "Việc phải làm, không mang theo: “Việc gap” (gap), bản trước in “mỗi tháng”: điều khoản "
            f'"{clauses[3]}" (khoản 3 mục I) không in những chữ ấy.'
        ),
        (
            "Việc phải làm, không mang theo: “Việc tong-ket” (tong-ket), bản trước in “họp liên tịch”: "
            "tháng 05/2027 thuộc kỳ trước; kỳ này có thì ghi lại lúc mới."
        ),
    ] == told


def test_a_signed_text_comes_in_on_the_day(empty: Path):
    """The day of the import stands in the data of what is signed, of a report too; a draft has none."""
    file = empty / "moi.txt"
    file.write_text(DAMAGED, encoding="utf-8")
    manuscript, data = incoming.read_file(file)
    archive = load(empty).archive

    def taken(**how: bool) -> dict[str, object]:
        wanted = Wanted(
            edition="th-moi/cong-doan/2026-2027", unit_name="Trường", day=date(2026, 11, 21), **how
        )
        edits = take_in(archive, manuscript, "moi.txt", data, wanted)
        text = edits.texts["data/units/th-moi.yml"]
        return yaml.load(text, yaml.BaseLoader)["series"]["cong-doan"]["editions"]["2026-2027"]

    assert ["kind", "entered_on"] == list(taken())[:2]
    assert "2026-11-21" == taken()["entered_on"] == taken(report=True)["entered_on"]
    assert "entered_on" not in taken(draft=True)


DAMAGED = "QUY CHẾ PHỐI HỢP\n\nNăm học 2026-2027\n\nI. CHUNG\n\n1. Thông nhất phốihợp công tác.\n\n2. Hai bên họp.\n"


def test_faults_are_told_and_left(sample: Path, capsys):
    """What looks like a fault of converting is told with a proposal; the text stays as it came."""
    file = sample / "moi.txt"
    file.write_text(DAMAGED, encoding="utf-8")
    code = run(
        ["import", "--root", str(sample), "--as", "truong-mau/cong-doan/2026-2027", str(file)]
    )
    printed = capsys.readouterr().out
    made = load(sample).archive.editions("truong-mau", "cong-doan")[-1]

    assert 0 == code
    assert "“Thông” → “Thống”" in printed or "“Thông nhất” → “Thống nhất”" in printed
    assert "“phốihợp” → “phối hợp”" in printed
    assert "--repair" in printed
    assert ["Thông nhất phốihợp công tác.", "Hai bên họp."] == [
        c.text for c in made.page.clauses[-2:]
    ]
    assert "text" == made.facts.source[0].role


def test_repair_applies_what_is_proposed(sample: Path, capsys):
    """With --repair the proposals are applied and listed; the original is no longer held against it."""
    file = sample / "moi.txt"
    file.write_text(DAMAGED, encoding="utf-8")
    code = run(["import", "--root", str(sample), "--repair", "--as",
                "truong-mau/cong-doan/2026-2027", str(file)])  # fmt: skip
    printed = capsys.readouterr().out
    made = load(sample).archive.editions("truong-mau", "cong-doan")[-1]

    assert (0, []) == (code, errors(sample))
    assert "Đã sửa 2 chỗ theo đề nghị" in printed
    assert "Thống nhất phối hợp công tác." == made.page.clauses[-2].text
    assert "file" == made.facts.source[0].role


WRONG = [
    (["--as", "truong-mau/cong-doan/2025-2026"], "kho đã có bản truong-mau/cong-doan/2025-2026"),
    (["--as", "th-moi/cong-doan/2026-2027"], "--unit-name"),
    (["--as", "truong-mau"], "không phải tên một bản"),
    (["--as", "truong-mau/cong-doan/2027-2026"], "năm sau phải lớn hơn"),
    (["--as", "truong-mau/hoi-dong/2026-2027"], "với bên nào"),
    (["--as", "a/b/2026-2027", "--as", "a/b/2027-2028"], "có 1 tệp mà 2 lần --as"),
]


@pytest.mark.parametrize(("options", "said"), WRONG)
def test_what_can_not_be_taken_in_writes_nothing(
    sample: Path, tmp_path_factory, capsys, options, said
):
    """One line says why, and no byte of the project changes."""
    file = tmp_path_factory.mktemp("in") / "moi.txt"
    file.write_text(DAMAGED, encoding="utf-8")
    before = files(sample)
    code = run(["import", "--root", str(sample), *options, str(file)])

    assert 2 == code
    assert said in capsys.readouterr().err
    assert before == files(sample)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.docx", "PK\x03\x04 cut", "a.docx"),
        ("a.pdf", "%PDF-1.7 nothing", "a.pdf"),
        ("a.docx", "%PDF-1.7 nothing", "thật ra là PDF"),
        ("a.txt", "", "a.txt"),
        ("a.exe", "MZ", "a.exe"),
        ("a.txt", "\xff\xfeh", "a.txt"),
    ],
)
def test_broken_files_write_nothing(sample: Path, tmp_path_factory, capsys, name, data, said):
    """A file that can't be read is one line with its name."""
    file = tmp_path_factory.mktemp("in") / name
    file.write_bytes(data.encode("latin-1"))
    before = files(sample)
    code = run(
        ["import", "--root", str(sample), "--as", "truong-mau/cong-doan/2026-2027", str(file)]
    )

    assert 2 == code
    assert said in capsys.readouterr().err
    assert before == files(sample)


def test_a_folder_goes_on_after_a_broken_file(sample: Path, tmp_path_factory, capsys):
    """Names of files and folders say which edition each is; what failed is named at the end."""
    folder = tmp_path_factory.mktemp("in")
    (folder / "truong-mau/cong-doan").mkdir(parents=True)
    text = DAMAGED.replace("2026-2027", "2027-2028")
    (folder / "truong-mau_cong-doan_2026-2027.txt").write_text(DAMAGED, encoding="utf-8")
    (folder / "truong-mau/cong-doan/2027-2028.txt").write_text(text, encoding="utf-8")
    (folder / "truong-mau/cong-doan/2028-2029.docx").write_bytes(b"broken")
    (folder / "truong-mau/cong-doan/~$28-2029.docx").write_bytes(b"Word's own")
    (folder / "ghi-chu.xyz").write_bytes(b"?")
    code = run(["import", "--root", str(sample), str(folder)])
    out, err = capsys.readouterr()
    editions = load(sample).archive.editions("truong-mau", "cong-doan")

    assert 1 == code
    assert ["2026-2027", "2027-2028"] == [str(each.period) for each in editions[-2:]]
    assert "(2/3)" in out
    assert "Đã nhập 2 tệp; 1 tệp chưa:" in err
    assert "2028-2029.docx" in err.splitlines()[-1]


def test_a_paragraph_belongs_where_it_did(sample: Path):
    """A paragraph without a label that took a khoản up again last year does so this year."""
    known = load(ROOT).archive.editions("truong-mau", "cong-doan")[-1]
    file = sample / "moi.docx"
    file.write_bytes(agreement_docx(known))
    run(["import", "--root", str(sample), "--as", "truong-mau/cong-doan/2026-2027", str(file)])
    made = load(sample).archive.editions("truong-mau", "cong-doan")[-1]
    parents = {clause.id: clause.parent for clause in known.page.clauses}

    assert [] == [
        (clause.id, clause.parent)
        for clause in made.page.clauses
        if clause.id in parents and clause.parent != parents[clause.id]
    ]


def test_a_mistaken_import_is_undone(empty: Path, tmp_path_factory, capsys):
    """What was taken in by mistake goes again, also the only edition of a new unit; a draft as it
    is, a signed text with --unsealed.
    """
    file = tmp_path_factory.mktemp("in") / "moi.txt"
    file.write_text(DAMAGED, encoding="utf-8")
    edition = "th-moi/cong-doan/2026-2027"
    name = ["--unit-name", "Trường Tiểu học Mới"]
    for draft, more in ((["--draft"], []), ([], ["--unsealed"])):
        assert 0 == run(["import", "--root", str(empty), "--as", edition, *name, *draft, str(file)])
        if not draft:
            assert 2 == run(["discard", "--root", str(empty), edition])
        assert 0 == run(["discard", "--root", str(empty), *more, edition])
        assert [] == [path for path in files(empty) if "th-moi" in path and "sources" not in path]
    assert "bản gốc còn đó" in capsys.readouterr().out


def test_all_who_signed_are_sides(empty: Path, tmp_path_factory):
    """A new unit has the sides of all signatures that its text prints."""
    file = tmp_path_factory.mktemp("in") / "moi.txt"
    signed = "BÍ THƯ CHI ĐOÀN\n\nNguyễn Văn A\n\nCHỦ TỊCH CÔNG ĐOÀN\n\nTrần Thị B\n\nHIỆU TRƯỞNG\n\nLê Văn C\n"
    file.write_text(f"{DAMAGED}\n{signed}", encoding="utf-8")
    code = run(["import", "--root", str(empty), "--as", "th-moi/cong-doan/2026-2027",
                "--unit-name", "Trường Tiểu học Mới", str(file)])  # fmt: skip

    assert 0 == code
    assert {"management", "union", "youth-union"} == set(load(empty).archive.units["th-moi"].sides)


def test_what_speaks_for_a_wrong_name_is_told(sample: Path, tmp_path_factory, capsys):
    """Another year in the title, a series that is new, a file that came in before."""
    file = tmp_path_factory.mktemp("in") / "moi.txt"
    file.write_text(DAMAGED, encoding="utf-8")
    run(["import", "--root", str(sample), "--as", "truong-mau/cong-doan/2028-2029", str(file)])
    first = capsys.readouterr().out
    run(["import", "--root", str(sample), "--as", "truong-mau/cong-doan-hai/2026-2027", str(file)])
    second = capsys.readouterr().out

    assert "tên văn bản in 2026-2027, mà nhập làm bản của kỳ 2028-2029" in first
    assert "Bộ mới của truong-mau: cong-doan-hai (đã có: cong-doan)" in second
    assert "tệp này đã là bản gốc của truong-mau/cong-doan/2028-2029" in second


def test_a_page_can_not_keep_letters_of_an_old_font(sample: Path, tmp_path_factory, capsys):
    """TCVN3 writes ư as a soft hyphen, which no page may hold: such a file comes in repaired."""
    file = tmp_path_factory.mktemp("in") / "moi.docx"
    line = "1. HiÖu tr\u00adëng vµ C«ng ®oµn phèi hîp thùc hiÖn."
    file.write_bytes(docx(p("QUY CHẾ PHỐI HỢP"), p("I. CHUNG"), p(line)))
    before = files(sample)
    edition = ["--as", "truong-mau/cong-doan/2026-2027"]
    code = run(["import", "--root", str(sample), *edition, str(file)])

    assert (2, before) == (code, files(sample))
    assert "--repair" in capsys.readouterr().err
    assert 0 == run(["import", "--root", str(sample), "--repair", *edition, str(file)])
    made = load(sample).archive.editions("truong-mau", "cong-doan")[-1]
    assert "Hiệu trưởng và Công đoàn phối hợp thực hiện." == made.page.clauses[-1].text
