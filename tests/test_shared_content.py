"""The shared clauses of docs/ and data/: word for word what was signed, and literal text."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from macros.archive import load, problems_in
from macros.model import Agreement, Archive, Clause, SourceRole, TextState
from macros.verbatim import differences
from tests.whole_site import WholeSite

ROOT = Path(__file__).resolve().parents[1]
BASE = ROOT / "tests/broken/base"
PAGE = "docs/don-vi/truong-thu/cong-doan/2024-2025.md"


@pytest.fixture(scope="module")
def archive() -> Archive:
    """Everything that docs/ and data/ hold."""
    return load(ROOT).archive


def uses(archive: Archive, *, sample: bool) -> list[tuple[Agreement, Clause]]:
    """Each clause written through a shared one, of sample units or of real ones."""
    return [
        (agreement, clause)
        for agreement in archive.agreements
        if agreement.unit.sample == sample
        for clause in agreement.page.clauses
        if clause.shared
    ]


def project(tmp_path: Path) -> Path:
    """A small project of our own that can be changed."""
    return Path(shutil.copytree(BASE, tmp_path / "project"))


def test_real_pages_print_their_sources(archive: Archive) -> None:
    """With its shared clauses filled, every real text is still its source character for character."""
    found = {}
    for agreement in archive.agreements:
        if agreement.unit.sample or agreement.edition.text is not TextState.FULL:
            continue
        for source in agreement.facts.source:
            if source.role is SourceRole.TEXT:
                text = archive.sources[source.file].decode("utf-8-sig")
                found[agreement.path] = list(differences(agreement, text))

    assert len(found) >= 4
    assert [] == [each for told in found.values() for each in told]


def test_real_units_share(archive: Archive) -> None:
    """What two real agreements print alike is one wording that both pages call."""
    shared: dict[str, set[str]] = {}
    for agreement, clause in uses(archive, sample=False):
        assert clause.shared
        shared.setdefault(f"{clause.shared.id} {clause.shared.wording}", set()).add(
            agreement.unit_id
        )
    hoa, so, dak = "th-binh-hoa-2", "so-gddt-ha-noi", "tt-hoa-nhap-dak-nong"

    assert shared["phong-trao-thi-dua 2019-2020"] == {hoa, so}
    assert shared["xa-hoi-hoa-dan-so 2019-2020"] == {hoa, so}
    assert shared["noi-dung-phoi-hop 2019-2020"] == {hoa, so}
    assert shared["to-chuc-thuc-hien 2019-2020"] == {hoa, so, dak}


def test_a_changed_wording_is_told_where_it_was_signed(tmp_path: Path) -> None:
    """One letter of a used wording, and each page that has a source says that it parts from it."""
    for folder in ("docs", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = tmp_path / "data/clauses/phong-trao-thi-dua.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("đẩy mạnh", "đẩy mạn"), encoding="utf-8")
    told = {problem.path for problem in problems_in(tmp_path) if problem.code == "V101"}

    assert told == {
        "docs/don-vi/so-gddt-ha-noi/cong-doan-nganh/2019-2020.md",
        "docs/don-vi/th-binh-hoa-2/cong-doan/2021-2022.md",
    }


def test_the_sample_shows_every_way_of_sharing(archive: Archive) -> None:
    """Ten shared clauses and more, wordings and a term that change, a heading, a filled blank."""
    wordings: dict[str, set[str]] = {}
    headings: dict[str, set[str]] = {}
    for _, clause in uses(archive, sample=True):
        assert clause.shared
        wordings.setdefault(clause.shared.id, set()).add(clause.shared.wording)
        if clause.level:
            headings.setdefault(clause.shared.id, set()).add(clause.text)
    changing = {clause_id for clause_id, periods in wordings.items() if len(periods) > 1}
    called = {
        clause.shared.id
        for _, clause in uses(archive, sample=True)
        if clause.shared and clause.shared.blanks
    }

    assert len(wordings) >= 10
    assert changing >= {"hop-giao-ban", "nguyen-tac-phoi-hop", "ban-bac-truoc", "doi-thoai"}
    assert called >= {"gui-du-thao", "tham-hoi"}
    assert headings == {
        "to-chuc-thuc-hien": {"TỔ CHỨC THỰC HIỆN"},
        "trach-nhiem-chinh-quyen": {"TRÁCH NHIỆM CỦA NHÀ TRƯỜNG", "TRÁCH NHIỆM CỦA HIỆU TRƯỞNG"},
    }


def test_a_resolved_text_is_literal(tmp_path: Path) -> None:
    """What fills a blank is no mark and no HTML: it is printed as it was written."""
    root = project(tmp_path)
    page = root / PAGE
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace('union="Công đoàn"', 'union="<b>A</b> & **B** #c"'), "utf-8")
    archive = load(root).archive
    clause = archive.agreements[0].page.clause("hop-giao-ban")
    pages = WholeSite(archive, date(2025, 1, 1)).pages()
    html = str(pages[archive.agreements[0].address]().html)

    assert clause
    assert clause.text == "<b>A</b> & **B** #c được dự các cuộc họp giao ban."
    assert "&lt;b&gt;A&lt;/b&gt; &amp; **B** #c được dự" in html
    assert "<b>A" not in html


def test_a_wording_with_marks_stops_publication(tmp_path: Path) -> None:
    """A wording with HTML, a label or an id of its own is an error at its line."""
    root = project(tmp_path)
    path = root / "data/clauses/hop-giao-ban.yml"
    path.write_text(
        'title: Dự họp\nwordings:\n  2024-2025: "**1.** {Union} <b>họp</b> {#hop}"\n', "utf-8"
    )
    found = [(each.path, each.line, each.code) for each in problems_in(root) if each.code == "C106"]

    assert found == [("data/clauses/hop-giao-ban.yml", 3, "C106")] * 4
