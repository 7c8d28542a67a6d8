"""What can be found, and the files that say so; tests/web/test_search.py asks the engine itself."""

import json
import pickle
import random
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from macros.archive import load
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Clause,
    ClauseId,
    ClauseKind,
    Edition,
    Glossary,
    Kind,
    Page,
    Period,
    Series,
    SeriesId,
    SharedClause,
    Side,
    Unit,
    UnitId,
    UnitName,
    UnitType,
)
from macros.search import (
    FOLDER,
    Section,
    Written,
    groups,
    index_files,
    merged,
    other_segments,
    search_files,
    sections,
    shared_texts,
    text_files,
    unit_segment,
)
from macros.usage import Usage

ROOT = Path(__file__).parent.parent
DAY = date(2026, 11, 21)
GUIDE = Written("huong-dan/", "Hướng dẫn", (Section("di-tiep", "Đi tiếp", "Viết bản mới."),))


def made(written=(GUIDE,)):
    """The index of this repository's archive."""
    return dict(search_files(load(ROOT).archive, DAY, written))


def texts(files, folder):
    """All records of a unit: id, title, path, text."""
    return [
        tuple(each) for address in addresses(files, folder) for each in json.loads(files[address])
    ]


def addresses(files, folder):
    """Where the texts of a unit are, or of what is no unit's."""
    return sorted(each for each in files if fnmatchcase(each, f"{FOLDER}loi/{folder}/*.json"))


def test_the_same_input_gives_the_same_bytes():
    """Twice read and twice filed, nothing differs."""
    assert made() == made()


def test_a_record_says_where_a_clause_stands():
    """The path begins with the outermost; the title is the heading above."""
    found = texts(made(), "mn-hoa-sua")

    expected = ("chi-bo-lanh-dao", "Những vấn đề chung:", "mục I, khoản 2")
    assert expected in [each[:3] for each in found]


def test_equal_wordings_of_several_years_are_one_record():
    """Each record of a clause has a wording of its own, and its years."""
    files = made()
    contents = json.loads(files[f"{FOLDER}muc-luc.json"])
    wordings = texts(files, "truong-mau")

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
    *_, (_, digest, *_) = json.loads(files[f"{FOLDER}muc-luc.json"])["others"]

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


# --- in pieces ---

WORDS = "công đoàn thi đua khen thưởng họp giao ban CB viên chức quỹ phúc lợi tổ trưởng".split()


def small_unit(chance, unit_id):
    """A unit with up to three years of two clauses, of which one may have no text."""
    unit = Unit(
        names=(UnitName(name=f"Trường {unit_id.replace('-', ' ')}"),),
        type=chance.choice(list(UnitType)),
        sides={Side.MANAGEMENT: "Nhà trường", Side.UNION: "Công đoàn"},
        series={
            "cong-doan": Series(
                counterpart=Side.UNION,
                editions={
                    Period(year, year + 1): Edition(
                        kind=Kind.REGULATION, draft=chance.random() < 0.1
                    )
                    for year in range(2023, chance.randint(2024, 2026))
                },
            )
        },
        sample=chance.random() < 0.1,
    )
    return unit, tuple(
        Agreement(
            unit_id=unit_id,
            unit=unit,
            series_id=SeriesId("cong-doan"),
            period=period,
            version=AS_SIGNED,
            page=Page(
                title=("QUY CHẾ PHỐI HỢP",),
                clauses=tuple(
                    Clause(
                        id=ClauseId(f"dieu-{number}"),
                        kind=ClauseKind.CLAUSE,
                        label=f"{number}.",
                        text=" ".join(chance.choices(WORDS, k=6)),
                    )
                    for number in (1, 2)
                ),
            ),
            path="",
        )
        for period in unit.series["cong-doan"].editions
        if chance.random() < 0.9
    )


def small_units(chance, count):
    """So many of them by id."""
    names = [UnitId(f"don-vi-{chance.randrange(10**6)}") for _ in range(count)]
    return {name: small_unit(chance, name) for name in sorted(names)}


def small_archive(units):
    """An archive of these units, with a shared clause that nobody uses."""
    return Archive(
        units={name: unit for name, (unit, _) in sorted(units.items())},
        agreements=tuple(each for _, (_, own) in sorted(units.items()) for each in own),
        shared={"hop": SharedClause(title="Họp", wordings={Period(2024, 2025): "{Union} họp."})},
        glossary=Glossary(abbreviations={"CB": "cán bộ"}),
    )


class Kept:
    """A build that keeps segments by unit and groups by their segments, as bytes."""

    def __init__(self):
        self._segments, self._groups = {}, {}
        self.made = []

    def changed(self, unit_id):
        """The sources of a unit are not what they were."""
        self._segments.pop(unit_id, None)

    def files(self, archive):
        """Every file of the index; of each unit only its own part of the archive is used."""
        self.made = []
        files, found = {}, []
        for ids in groups(archive.units):
            for name in ids:
                if name not in self._segments:
                    own = tuple(each for each in archive.agreements if each.unit_id == name)
                    alone = replace(archive, units={name: archive.units[name]}, agreements=own)
                    self._segments[name] = pickle.dumps(unit_segment(alone, name, DAY))
            key = tuple(self._segments[name] for name in ids)
            segments = [pickle.loads(each) for each in key]
            if key not in self._groups:
                self._groups[key] = pickle.dumps(merged(segments))
                self.made.append(ids)
            files |= {address: data for each in segments for address, data in text_files(each)}
            found.append(pickle.loads(self._groups[key]))
        short = archive.glossary.abbreviations
        others = other_segments(short, shared_texts(Usage(archive)), [GUIDE])
        files |= {address: data for each in others for address, data in text_files(each)}
        return files | dict(index_files(short, [*found, merged(others)]))


@pytest.mark.parametrize(("seed", "count"), [(1, 0), (2, 30), (3, 90)])
def test_pieces_that_were_kept_give_the_same_bytes(seed, count):
    """After each edit, what was kept and what is made anew are together what one build makes."""
    chance = random.Random(seed)
    units = small_units(chance, count)
    kept = Kept()
    for turn in range(6):
        archive = small_archive(units)
        assert kept.files(archive) == dict(search_files(archive, DAY, [GUIDE]))
        assert turn == 0 or len(kept.made) <= 3
        name = chance.choice(sorted(units)) if units and chance.random() < 0.7 else None
        if name and chance.random() < 0.3:
            del units[name]
        else:
            name = name or UnitId(f"don-vi-{chance.randrange(10**6)}")
            units[name] = small_unit(chance, name)
        kept.changed(name)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 64, 65, 1000])
def test_groups_have_all_units_in_order(count):
    """None is lost, none stands twice, none is too large."""
    names = [f"truong-{number:04}" for number in range(count)]
    found = groups(reversed(names))

    assert [name for group in found for name in group] == names
    assert all(0 < len(group) <= 64 for group in found)
    assert len(found) >= count // 64


def test_a_unit_that_goes_changes_few_groups():
    """The others are what they were, wherever it stood."""
    names = [f"truong-{number:04}" for number in range(300)]
    whole = set(groups(names))
    changed = [len(set(groups(name for name in names if name != gone)) - whole) for gone in names]

    assert max(changed) <= 3
    assert sum(changed) <= 1.5 * len(names)


def test_the_day_changes_nothing_before_a_state_changes():
    """Two days of one school year have the same index; after it the contents tell other states."""
    archive = small_archive(small_units(random.Random(7), 9))
    before, after, later = (
        dict(search_files(archive, day, [GUIDE]))
        for day in (date(2025, 5, 30), date(2025, 5, 31), date(2025, 6, 1))
    )
    differing = [address for address in before if before[address] != later.get(address)]

    assert before == after
    assert differing == [f"{FOLDER}muc-luc.json"]


def test_a_file_has_another_address_where_it_has_another_content():
    """What leads to the files of words is the digest of each; what did not change stays there."""
    edited = Section("di-tiep", "Đi tiếp", "Viết bản hay.")
    one, other = made(), made((Written("huong-dan/", "Hướng dẫn", (edited,)),))
    words = {address for address in one if fnmatchcase(address, f"{FOLDER}c[ha][up]/*.bin")}
    contents = json.loads(one[f"{FOLDER}muc-luc.json"])

    assert words == {
        f"{FOLDER}{folder}/{digest}.bin"
        for folder, files in (("chu", contents["words"]), ("cap", contents["pairs"]))
        for _, digest in files
    }
    assert all(one[address][:4].hex() == address[-16:-8] for address in words)
    assert all(one[address] == other[address] for address in words & other.keys())
    assert len(words - other.keys()) < len(words) / 2
