"""What the search finds, asked in Chromium against the built site, as clerks would type it."""

import json
import random
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError

from macros.archive import load
from macros.model import Archive
from macros.search import Section, Written, _letter, groups, search_files
from tests.test_search import WORDS, small_archive, small_units
from tests.web.conftest import AS_OF, ROOT, serving

pytestmark = pytest.mark.browser

HOA_SUA = "don-vi/mn-hoa-sua/chi-doan/2024-2025/"
DAK_NONG = "don-vi/tt-hoa-nhap-dak-nong/cong-doan/2024-2025/"
BINH_HOA = "don-vi/th-binh-hoa-2/cong-doan/2021-2022/"
HA_NOI = "don-vi/so-gddt-ha-noi/cong-doan-nganh/2019-2020/"
HUYEN = "don-vi/phong-gddt-huyen/lien-doan-lao-dong/2018-2020/"
MAU = "don-vi/truong-mau/cong-doan/"

# What is typed, what must be found, and how far from the top it may stand.
TABLE = [
    # without accents
    ("thi dua khen thuong", f"{DAK_NONG}#tham-gia-hoi-dong", 1),
    ("phong trao thi dua", f"{HOA_SUA}#phong-trao-thi-dua", 1),
    ("trach nhiem cong doan", f"{DAK_NONG}#trach-nhiem-cong-doan", 3),
    ("dieu khoan thi hanh", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("hop giao ban", "dieu-khoan/hop-giao-ban/", 3),
    ("cuoc giao ban dinh ky", f"{HOA_SUA}#hop-giao-ban", 3),
    ("tham hoi om dau", f"{DAK_NONG}#van-hoa-the-thao", 1),
    ("tien phong thi dua", f"{HOA_SUA}#tien-phong-thi-dua", 3),
    ("luc luong xung kich", f"{HOA_SUA}#luc-luong-xung-kich", 1),
    ("dieu le doan", f"{HOA_SUA}#dieu-le-doan", 1),
    ("quan ly chuyen mon", f"{HOA_SUA}#quan-ly-chuyen-mon", 1),
    ("hoi nghi vien chuc", f"{HOA_SUA}#thong-qua-hoi-nghi", 1),
    ("cham lo doi song", f"{BINH_HOA}#cham-lo-doi-song", 3),
    ("long bien", HOA_SUA, 3),
    # with accents, with some, in capitals, decomposed
    ("điều khoản thi hành", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("ĐIỀU KHOẢN THI HÀNH", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("điều khoan thi hanh", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("thi đua khen thuong", f"{DAK_NONG}#tham-gia-hoi-dong", 1),
    ("trách nhiệm công đoàn", f"{DAK_NONG}#trach-nhiem-cong-doan", 3),
    ("lực lượng xung kích", f"{HOA_SUA}#luc-luong-xung-kich", 1),
    ("lu\u031b\u0323c lu\u031bo\u031b\u0323ng xung ki\u0301ch", f"{HOA_SUA}#luc-luong-xung-kich", 1),
    ("hòa nhập", "don-vi/tt-hoa-nhap-dak-nong/", 1),
    ("hoà nhập", "don-vi/tt-hoa-nhap-dak-nong/", 1),
    ("Chi Bộ lãnh đạo", f"{HOA_SUA}#chi-bo-lanh-dao", 3),
    # words in any order
    ("khen thuong thi dua hoi dong", f"{DAK_NONG}#tham-gia-hoi-dong", 3),
    ("xung kich luc luong", f"{HOA_SUA}#luc-luong-xung-kich", 1),
    # phrases
    ('"lực lượng xung kích"', f"{HOA_SUA}#luc-luong-xung-kich", 1),
    ('"luc luong xung kich"', f"{HOA_SUA}#luc-luong-xung-kich", 1),
    ('"xung kích lực lượng"', None, 0),
    ('"phong trào thi đua"', f"{HOA_SUA}#phong-trao-thi-dua", 1),
    ('"thì đua"', None, 0),
    ("“giao ban định kỳ”", f"{HOA_SUA}#hop-giao-ban", 3),
    # while typing
    ("luc luong xung ki", f"{HOA_SUA}#luc-luong-xung-kich", 1),
    ("dieu khoan thi ha", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("quan ly chuyen m", f"{HOA_SUA}#quan-ly-chuyen-mon", 1),
    ("hoa su", "don-vi/mn-hoa-sua/", 1),
    ("474/QC", HOA_SUA, 1),
    # one wrong key, Telex and VNI keys left in
    ("luc luong xunh kich", f"{HOA_SUA}#luc-luong-xung-kich", 1),
    ("dieu khaon thi hanh", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("quan ly chuyne mon", f"{HOA_SUA}#quan-ly-chuyen-mon", 1),
    ("trach nhiem cong daon", f"{DAK_NONG}#trach-nhiem-cong-doan", 3),
    ("phng trao thi dua", f"{HOA_SUA}#phong-trao-thi-dua", 3),
    ("ddieeuf khoanr thi hanhf", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("d9ie6u2 khoan3 thi hanh2", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    # abbreviations and what they stand for
    ("CBGVNV hoa sữa", HOA_SUA, 3),
    ("nơi nhận cán bộ giáo viên nhân viên hoa sữa", HOA_SUA, 3),
    ("UBND", f"{HA_NOI}#quyet-dinh-bo-giao-duc", 1),
    ("chăm lo đời sống CBGV", f"{HA_NOI}#cham-lo-doi-song", 3),
    ("cham lo doi song can bo giao vien", f"{HA_NOI}#cham-lo-doi-song", 3),
    ("MNHS", "don-vi/mn-hoa-sua/", 3),
    ("sở giáo dục và đào tạo hà nội", "don-vi/so-gddt-ha-noi/", 1),
    ("qcph hoa sua", HOA_SUA, 3),
    # numbers and symbols as printed
    ("474/QCPH-MNHS-CT", HOA_SUA, 1),
    ("474/qcph-mnhs-ct", HOA_SUA, 1),
    ("4064/KHLT-SGDDT-CĐN", HA_NOI, 1),
    ("4064/khlt-sgddt-cdn", HA_NOI, 1),
    ("05-CT/TW", f"{BINH_HOA}#hoc-tap-lam-theo", 1),
    ("05 ct tw", f"{BINH_HOA}#hoc-tap-lam-theo", 1),
    ("07/10/2024", HOA_SUA, 1),
    # addresses of clauses
    ("khoản 2 mục I hoa sữa", f"{HOA_SUA}#chi-bo-lanh-dao", 1),
    ("khoan 2 muc i hoa sua", f"{HOA_SUA}#chi-bo-lanh-dao", 1),
    ("hoa sua muc I khoan 2", f"{HOA_SUA}#chi-bo-lanh-dao", 1),
    ("mục IV hoa sữa", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("muc 4 hoa sua", f"{HOA_SUA}#dieu-khoan-thi-hanh", 1),
    ("khoản 3 mục IV hoa sữa", f"{HOA_SUA}#hieu-luc", 1),
    ("khoan 2 muc III dak nong", f"{DAK_NONG}#tham-gia-hoi-dong", 1),
    # units and agreements
    ("hoa sua", "don-vi/mn-hoa-sua/", 1),
    ("mn hoa sua", "don-vi/mn-hoa-sua/", 1),
    ("truong mam non hoa sua", "don-vi/mn-hoa-sua/", 1),
    ("binh hoa 2", "don-vi/th-binh-hoa-2/", 1),
    ("dak nong", "don-vi/tt-hoa-nhap-dak-nong/", 1),
    ("quy che phoi hop hoa sua 2024-2025", HOA_SUA, 1),
    ("hoa sua chi doan tien phong", f"{HOA_SUA}#vai-tro-chi-doan", 3),
    ("Phạm Thị Miên", HOA_SUA, 1),
    ("pham thi mien", HOA_SUA, 1),
    # the sample unit, shared clauses, the guide
    ("nguyen van a", MAU + "2025-2026/", 1),
    ("dự họp giao ban", "dieu-khoan/hop-giao-ban/", 1),
    ("niem phong va di tiep", "huong-dan/niem-phong/", 3),
]  # fmt: skip


@pytest.fixture(scope="module")
def ask(chromium, address, site):
    """The engine alone, on a page of the site without scripts."""
    page = chromium.new_page()
    page.goto(f"{address}build.json")
    name = next((site / "assets").glob("tim.*.js")).name
    page.add_script_tag(url=f"{address}assets/{name}")
    page.evaluate("base => qcphSearch.open(base)", address)

    def asked(query, **options):
        return page.evaluate(
            "([query, options]) => qcphSearch.search(query, options)", [query, options]
        )

    yield asked
    page.close()


def hrefs(found):
    """Where the results lead, in order."""
    return [group["years"][0]["href"] for group in found["groups"]]


def leads_to(href, expected):
    """Whether a result is the expected one; a page stands for its sections, an edition for itself."""
    whole_page = expected.startswith(("huong-dan/", "dieu-khoan/"))
    return href.startswith(expected) if whole_page else href == expected


@pytest.mark.parametrize(("query", "expected", "within"), [row for row in TABLE if row[2]])
def test_the_table_of_queries(ask, query, expected, within):
    """What is typed finds what is meant, as near to the top as the table says."""
    found = hrefs(ask(query, limit=8))

    places = [place for place, href in enumerate(found, 1) if leads_to(href, expected)]
    assert min(places, default=99) <= within, found


@pytest.mark.parametrize("query", [row[0] for row in TABLE if row[1] is None])
def test_what_is_nowhere_is_not_found(ask, query):
    """Words in quotation marks that stand nowhere so find nothing."""
    found = ask(query)

    assert found["total"] == 0
    assert found["groups"] == []


def test_a_long_phrase_says_whether_its_count_is_sure(ask):
    """All texts of a rare phrase were read; of a common one only the first were."""
    rare = ask('"lực lượng xung kích"', limit=10)
    words = ask("công đoàn", limit=1)

    assert (rare["sure"], rare["total"]) == (True, len(rare["groups"]))
    assert words["sure"]


def test_blanks_are_shown_as_what_they_stand_for(ask):
    """A shared wording names the side in each blank, as its page does."""
    texts = [each["text"] for each in ask("giao ban định kỳ")["groups"] if each["kind"] == "shared"]

    assert ["‹Công đoàn› được tham gia các cuộc giao ban định kỳ của ‹chính quyền›,"] == [
        text[: text.index(" các Hội nghị")] for text in texts
    ]


def test_years_of_a_clause_are_one_result(ask):
    """A clause that stood in several years is found once, the newest year in front."""
    found = ask('"thăm hỏi"', filters={"unit": ["truong-mau"]}, limit=20)

    hrefs_ = [group["years"][0]["href"] for group in found["groups"]]
    assert len(hrefs_) == len({href.rpartition("#")[2] for href in hrefs_})
    periods = [year["period"] for year in found["groups"][0]["years"]]
    assert periods[0] == "2025-2026"
    assert {"2022-2023", "2023-2024", "2024-2025"} <= set(periods)


def test_marks_stand_on_the_words_as_printed(ask):
    """A query without accents marks the accented words of the text."""
    group = ask("luc luong xung kich")["groups"][0]

    marked = [group["text"][start:end].lower() for start, end in group["marks"]["text"]]
    assert {"lực", "lượng", "xung", "kích"} <= set(marked)


def test_accents_that_were_typed_come_first(ask):
    """`bàn` finds the texts with `bàn` before those that have only `ban` or `bản`."""
    texts = [group["text"] for group in ask("bàn bạc", limit=30)["groups"]]

    exact = ["bàn bạc" in text.lower() for text in texts]
    assert exact == sorted(exact, reverse=True)
    assert any(exact)


def test_real_units_before_sample_data(ask):
    """Between records that match alike, sample data come last."""
    groups = ask('"giao ban"', limit=30)["groups"]
    samples = [group["sample"] for group in groups if group["kind"] != "page"]

    assert samples == sorted(samples)
    assert set(samples) == {True, False}


def test_facets_count_what_a_choice_would_leave(ask):
    """Choosing a value of a facet leaves as many results as the facet said."""
    found = ask("công đoàn", limit=1)

    for facet, values in found["facets"].items():
        for each in values:
            left = ask("công đoàn", limit=1, filters={facet: [each["value"]]})
            assert (facet, each["value"], left["total"]) == (facet, each["value"], each["count"])


def test_a_choice_does_not_hide_the_others_of_its_facet(ask):
    """The other values of a chosen facet keep their counts."""
    before = ask("công đoàn")["facets"]["unit"]
    after = ask("công đoàn", filters={"unit": [before[0]["value"]]})["facets"]["unit"]

    assert after == before


def test_further_results_go_on_where_the_first_ended(ask):
    """Two pages of ten are the first twenty."""
    whole = hrefs(ask("công đoàn", limit=20))

    assert hrefs(ask("công đoàn", limit=10)) + hrefs(ask("công đoàn", limit=10, offset=10)) == whole


def test_every_result_leads_to_a_place_that_exists(ask, site):
    """The pages of the results exist and have the clauses."""
    seen = {
        year["href"]
        for query in ("công đoàn", "chi đoàn", "họp", "quy chế", "lỗi")
        for group in ask(query, limit=200)["groups"]
        for year in group["years"]
    }
    missing = []
    for href in sorted(seen):
        address, _, place = href.partition("#")
        page = site / address / "index.html"
        if not page.exists() or (place and f'id="{place}"' not in page.read_text(encoding="utf-8")):
            missing.append(href)

    assert missing == []
    assert len(seen) > 100


SHORT = {"CB": "cán bộ", "CBG": "cán bộ góp", "GV": "giáo viên"}
TALES = [Section(f"so-{n}", f"Số {n}", f"Truyện thứ {n} của công đoàn") for n in range(40)]
SONGS = [Section(f"bai-{n}", f"Bài {n}", f"Ca dao thứ {n}") for n in range(30)]
STAFF = Section("nguoi", "Người", "Mọi cán bộ giáo viên đều đọc")


def publish(folder: Path, sections_: list[Section]) -> None:
    """Put the index of this repository and of one page in the place of what was served."""
    archive = load(ROOT).archive
    archive = replace(archive, glossary=replace(archive.glossary, abbreviations=SHORT))
    put(folder, archive, [Written("trang/", "Trang", tuple(sections_))])


def put(folder: Path, archive: Archive, pages: list[Written]) -> None:
    """Put the index of an archive in the place of what was served."""
    shutil.rmtree(folder / "tim", ignore_errors=True)
    for address, data in search_files(archive, date.fromisoformat(AS_OF), pages):
        (folder / address).parent.mkdir(parents=True, exist_ok=True)
        (folder / address).write_bytes(data)


@pytest.fixture
def served(chromium, tmp_path):
    """A folder with the index of a page of tales, and what opens an engine on it."""
    publish(tmp_path, [*TALES, STAFF])
    for name in ("index.html", "404.html"):
        (tmp_path / name).write_text("<!doctype html><title>x</title>", encoding="utf-8")
    with serving(tmp_path) as root:

        def opened():
            page = chromium.new_page()
            page.goto(root)
            page.add_script_tag(path=ROOT / "docs/assets/tim.js")
            page.evaluate("base => qcphSearch.open(base)", root)
            return page

        yield tmp_path, opened
        for context in chromium.contexts:
            for page in context.pages:
                if page.url.startswith(root):
                    page.close()


SEARCHES = """asked => Promise.all(asked.map(async ([query, offset]) => {
  const { took, ...found } = await qcphSearch.search(query, { offset });
  return found;
}))"""


@pytest.mark.parametrize(
    "asked",
    [
        [["truyện", 10]],
        [["truyện", 20], ["truyện", 10]],
        [["ca dao", 0], ["truyện", 10], ["công đoàn", 10], ["người", 0], ["quy chế", 0]],
    ],
)
def test_a_site_published_anew_is_opened_again(served, asked):
    """What was asked before and what was not: all is of the new build, also asked at once."""
    folder, opened = served
    page = opened()
    page.evaluate(SEARCHES, [["truyện", 0]])
    publish(folder, [*SONGS, *TALES[5:], STAFF])

    found = page.evaluate(SEARCHES, asked)

    assert found == opened().evaluate(SEARCHES, asked)
    assert all(each["groups"] for each in found)


def test_files_left_from_another_build_are_not_joined(served):
    """Where old files stay beside the new, an engine of the old build goes on with the old, also
    for words that it was not asked before; one that is opened now has the new.
    """
    folder, opened = served
    asked = [["truyện", 0], ["truyện", 10], ["công đoàn", 10], ["ca dao", 0]]
    page = opened()
    page.evaluate(SEARCHES, asked[:1])
    before = opened().evaluate(SEARCHES, asked)
    shutil.copytree(folder / "tim", folder / "cu")
    publish(folder, [*SONGS, *TALES, STAFF])
    for name in ("loi", "chu", "cap"):
        shutil.copytree(folder / "cu" / name, folder / "tim" / name, dirs_exist_ok=True)
    after = opened().evaluate(SEARCHES, asked)

    assert page.evaluate(SEARCHES, asked) == before
    assert after != before


@pytest.mark.parametrize("names", ["muc-luc.json", "chu/*.bin", "cap/*.bin"])
def test_what_is_no_file_of_the_index_is_not_read(served, names):
    """Where a server answers with a page in place of a file, the search fails and shows nothing."""
    folder, opened = served
    page = opened() if names != "muc-luc.json" else None
    for path in (folder / "tim").glob(names):
        path.write_text("<!doctype html><title>x</title>", encoding="utf-8")

    with pytest.raises(PlaywrightError):
        (page or opened()).evaluate(SEARCHES, [["công đoàn", 0]])


@pytest.mark.parametrize("more", [20, 60, 3_000, 60_000])
def test_records_of_many_sorts_are_known(served, more):
    """Whatever letter stands for the sort of a record: answers are the same."""
    folder, opened = served
    before = opened().evaluate(SEARCHES, [["công đoàn", 0]])
    path = folder / "tim/muc-luc.json"
    contents = json.loads(path.read_text(encoding="utf-8"))
    every = range(more + len(contents["sorts"]))
    letters = list(dict.fromkeys(_letter(number) for number in every))
    contents["column"] = "".join(letters[letters.index(each) + more] for each in contents["column"])
    contents["sorts"] = [[0, 0, 0, []]] * more + contents["sorts"]
    path.write_text(json.dumps(contents, ensure_ascii=False), encoding="utf-8")

    assert len(letters) == len(every)
    assert before[0]["groups"]
    assert before == opened().evaluate(SEARCHES, [["công đoàn", 0]])


def test_records_of_all_groups_are_found(served):
    """With many units every word finds exactly the clauses that have it in some year; and where
    only filters are chosen, units stand before their agreements.
    """
    folder, opened = served
    units = small_units(random.Random(5), 150)
    archive = small_archive(units)
    put(folder, archive, [])
    page = opened()
    clauses = [(each, clause) for each in archive.agreements for clause in each.page.clauses]

    assert len(groups(units)) > 3
    for word in WORDS:
        if word == "CB":
            continue
        found = page.evaluate("word => qcphSearch.search(word, {limit: 1000})", f"{word} ")
        shown = [each for each in found["groups"] if each["kind"] == "clause"]
        assert len(found["groups"]) == found["total"]
        assert all(word in each["text"].split() for each in shown)
        assert sorted((each["unitId"], each["id"]) for each in shown) == sorted(
            {(of.unit_id, clause.id) for of, clause in clauses if word in clause.text.split()}
        )
    everything = "type => qcphSearch.search('', {limit: 1000, filters: {type: [type]}})"
    for kind in ("primary", "college"):
        own = [name for name, (unit, _) in units.items() if unit.type == kind]
        found = hrefs(page.evaluate(everything, kind))
        assert found[: len(own)] == [f"don-vi/{name}/" for name in own]
        with_texts = [name for name in own if archive.editions(name, "cong-doan")]
        assert [href.split("/")[1] for href in found[len(own) :]] == with_texts


def test_joined_abbreviations_are_read_alike_by_both_halves(served):
    """`CBGV` is `CB` and `GV`, though `CBG` is an abbreviation too."""
    _, opened = served
    (found,) = opened().evaluate(SEARCHES, [["mọi CBGV đều đọc", 0]])

    assert "trang/#nguoi" in hrefs(found)
