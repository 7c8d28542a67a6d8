"""What can be found, and the files that say so; tests/web/test_search.py asks the engine itself."""

import json
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from macros.archive import load
from macros.search import FOLDER, Section, Written, search_files, sections

ROOT = Path(__file__).parent.parent
DAY = date(2026, 11, 21)
GUIDE = Written("huong-dan/", "Hướng dẫn", (Section("di-tiep", "Đi tiếp", "Viết bản mới."),))


def made(written=(GUIDE,)):
    """The index of this repository's archive."""
    return dict(search_files(load(ROOT).archive, DAY, written))


def texts(files, row):
    """All records of a row: id, title, path, text."""
    (first,) = addresses(files, row, "*-0")
    return json.loads(files[first])


def addresses(files, row, name="*"):
    """Where the texts of a row are."""
    return sorted(each for each in files if fnmatchcase(each, f"{FOLDER}loi/{row}/{name}.json"))


def test_the_same_input_gives_the_same_bytes():
    """Twice read and twice filed, nothing differs."""
    assert made() == made()


def test_a_record_says_where_a_clause_stands():
    """The path begins with the outermost; the title is the heading above."""
    found = texts(made(), "mn-hoa-sua/chi-doan")

    expected = ["chi-bo-lanh-dao", "Những vấn đề chung:", "mục I, khoản 2"]
    assert expected in [each[:3] for each in found]


def test_equal_wordings_of_several_years_are_one_record():
    """Each record of a clause has a wording of its own, and its years."""
    files = made()
    contents = json.loads(files[f"{FOLDER}muc-luc.json"])
    rows = [
        each
        for address in addresses(files, "truong-mau/cong-doan")
        for each in json.loads(files[address])
    ]
    wordings = [tuple(each) for each in rows]

    assert len(wordings) == len(set(wordings))
    assert max(len(places) for *_, places in contents["sorts"]) >= 3


def test_an_edit_leaves_the_texts_of_others_alone():
    """Without the guide the files of texts are what they were, save the guide's own."""
    one, other = made(), made(())
    differing = {
        address
        for address in one.keys() | other.keys()
        if "/loi/" in address and one.get(address) != other.get(address)
    }

    assert sorted(differing) == addresses(one, "_trang")


def test_changed_texts_have_another_address():
    """No address holds now this and now that; what contents say leads to the new one."""
    files = made((Written("huong-dan/", "Hướng dẫn", (Section("di-tiep", "Đi tiếp", "Viết."),)),))
    (address,) = addresses(files, "_trang")
    *_, (*_, digest) = json.loads(files[f"{FOLDER}muc-luc.json"])["rows"]

    assert address not in made()
    assert address == f"{FOLDER}loi/_trang/{digest}-0.json"


def test_a_page_is_cut_at_its_headings():
    """Each heading begins a section; signs beside headings and scripts are no text."""
    html = (
        '<h1 id="a">Một <a class="headerlink" href="#a">¶</a></h1><p>Lời <b>đầu</b>.</p>'
        '<script>x</script><h2 id="b">Hai &amp; ba</h2><ul><li>x</li><li>y</li></ul>'
    )
    expected = (Section("a", "Một", "Lời đầu."), Section("b", "Hai & ba", "x y"))

    assert sections(html, "Một") == expected


def test_what_stands_above_the_first_heading_is_kept():
    """It is found under the page's title."""
    assert sections("<p>Lời</p>", "Trang") == (Section("", "Trang", "Lời"),)
