"""The built site as files: addresses, bytes, words, links."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from macros.archive import load
from macros.model import TextState
from tests.conftest import Once

from .conftest import AS_OF, ROOT, build, copy_project

VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Read(HTMLParser):
    """Links, ids, inline styles and the text of each clause of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.styles: list[str] = []
        self.clauses: dict[str, str] = {}
        self.document = ""
        self._open: list[tuple[str, bool, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(found["id"] or "")
        self.links += [value for name in ("href", "src") if (value := found.get(name))]
        self.styles += [tag] if "style" in found or tag == "style" else []
        if tag not in VOID:
            shown = "popover" not in found and tag != "button"
            classes = (found.get("class") or "").split()
            self._open.append((tag, shown, found["id"] or "" if "clause" in classes else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.handle_data(" ")
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not all(shown for _, shown, _ in self._open):
            return
        if any(tag == "article" for tag, _, _ in self._open):
            self.document += data
        if clause := next((clause for _, _, clause in reversed(self._open) if clause), None):
            self.clauses[clause] = self.clauses.get(clause, "") + data


def html_pages(site: Path) -> dict[str, str]:
    """Every page by its address."""
    return {
        path.relative_to(site).as_posix().removesuffix("index.html"): path.read_text("utf-8")
        for path in sorted(site.rglob("*.html"))
    }


def digests(site: Path) -> dict[str, str]:
    """The digest of every file of a site."""
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def test_public_addresses_exist(site: Path) -> None:
    """Every address that the design promises for what we hold is there."""
    expected = {"index.html", "404.html", "build.json", "don-vi/index.html"}
    for agreement in load(ROOT).archive.agreements:
        unit = f"don-vi/{agreement.unit_id}/"
        series = f"{unit}{agreement.series_id}/"
        expected |= {f"{unit}index.html", f"{series}index.html"}
        expected |= {f"{agreement.address}index.html", f"{agreement.address}agreement.json"}
        expected |= {f"{agreement.address}nguon/{s.file}" for s in agreement.facts.source}
    expected.add("don-vi/truong-mau/cong-doan/2025-2026/ban/goc/index.html")

    assert [name for name in sorted(expected) if not (site / name).is_file()] == []


def test_each_clause_is_published_character_for_character(site: Path) -> None:
    """What a reader sees of a clause is its label and text and nothing else."""
    for agreement in load(ROOT).archive.agreements:
        read = Read((site / agreement.address / "index.html").read_text("utf-8"))
        expected = {c.id: f"{c.label} {c.text}".strip() for c in agreement.page.clauses}

        assert expected == {key: " ".join(text.split()) for key, text in read.clauses.items()}


def test_report_stands_word_for_word(site: Path) -> None:
    """The page of a report holds each paragraph and has no clause."""
    only = [
        agreement
        for agreement in load(ROOT).archive.agreements
        if agreement.edition.text is TextState.REPORT_ONLY
    ]
    assert len(only) == 1
    read = Read((site / only[0].address / "index.html").read_text("utf-8"))
    shown = " ".join(read.document.split())

    missing = [text for text in only[0].page.report if text not in shown]

    assert missing == []
    assert read.clauses == {}


def test_agreement_json_holds_the_contract(site: Path) -> None:
    """Absent facts are null, clauses come in reading order, keys are those of the contract."""
    path = site / "don-vi/th-binh-hoa-2/cong-doan/2021-2022/agreement.json"
    found = json.loads(path.read_text("utf-8"))

    assert list(found) == [
        *("schema", "unit", "series", "period", "version", "versions", "kind", "text", "draft"),
        *(
            "sample",
            "issuer",
            "motto",
            "title",
            "number",
            "place",
            "date",
            "issued_by",
            "valid_from",
            "valid_to",
        ),
        *("supersedes", "superseded_by", "sides", "signatories", "recipients_heading"),
        *("recipients", "clauses", "report", "source", "seal", "record", "extended", "withdrawn"),
        *("entered_on", "duties"),
    ]
    assert (found["number"], found["date"], found["place"]) == (None, None, None)
    assert found["issued_by"]["date"]["value"] == "2021-10"
    assert found["signatories"][0] == {
        "side": "union",
        "capacity": "T/M BCH CĐCS",
        "title": "CHỦ TỊCH",
        "name": "Lê Thị Bích Nguyệt",
        "lines": ["T/M BCH CĐCS", "CHỦ TỊCH", "Lê Thị Bích Nguyệt"],
    }
    assert set(found["clauses"][0]) == {"id", "parent", "kind", "label", "text", "rows", "shared"}
    assert found["seal"] == {
        "form": 1,
        "since": "2026-11-21",
        "sha256": "56ea7f7d851c938138b1bcc98f507dd079a3f24be34f73a917ca54354eedf5ba",
    }
    assert found["sample"] is False


def test_all_links_lead_somewhere(site: Path) -> None:
    """Each relative link and anchor exists; links to other hosts are only those configured."""
    pages = {address: Read(html) for address, html in html_pages(site).items()}
    broken = []
    for address, read in pages.items():
        for link in read.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if not link.startswith(("mailto:van-thu@", "https://forge.example/", "data:")):
                    broken.append((address, link))
                continue
            if address == "404.html":
                continue
            target, anchor = urldefrag(urljoin(f"http://x/{address}", link))
            name = unquote(urlsplit(target).path.lstrip("/")).removesuffix("index.html")
            if name in pages:
                if anchor and anchor not in pages[name].ids and not anchor.startswith("__"):
                    broken.append((address, link))
            elif not (site / name).is_file():
                broken.append((address, link))

    assert broken == []


def test_ids_are_unique_and_nothing_is_styled_inline(site: Path) -> None:
    """No page has an id twice, a style attribute or a style element."""
    faults = []
    for address, html in html_pages(site).items():
        read = Read(html)
        twice = {each for each in read.ids if read.ids.count(each) > 1}
        faults += [(address, twice, read.styles)] if twice or read.styles else []

    assert faults == []


def test_commit_time_and_digests_stand_in_build_json_alone(site: Path) -> None:
    """build.json names the as-of day and the digest of every other file."""
    record = json.loads((site / "build.json").read_text("utf-8"))
    found = digests(site)
    del found["build.json"]

    assert (record["as_of"], record["files"]) == (AS_OF, found)
    for address, html in html_pages(site).items():
        assert AS_OF not in html, address


def test_sample_data_says_so_on_every_page(site: Path) -> None:
    """Each page that shows the sample unit says that it is sample data."""
    silent = [
        address
        for address, html in html_pages(site).items()
        if "Trường Mẫu" in html.split('class="md-content"')[1] and "dữ liệu mẫu" not in html.lower()
    ]
    assert silent == []


def test_real_counts_leave_samples_out(site: Path) -> None:
    """The list and the home page count five real units."""
    assert "Kho có 5 đơn vị" in (site / "don-vi/index.html").read_text("utf-8")
    assert "của 5 đơn vị" in (site / "index.html").read_text("utf-8")


GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]


def _committed(folder: Path) -> None:
    project = copy_project(folder / "project")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*GIT, *command], cwd=project, check=True)
    kept = str(folder / "cache")
    build(project, folder / "site", PYTHONHASHSEED="0", TZ="UTC", QCPH_CACHE=kept)


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "77"},
    ],
    ids=["kiritimati", "los-angeles"],
)
def test_same_input_gives_same_bytes(
    once: Once, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Time zone, locale, hash seed, folder and an unrelated commit change no byte of the site."""
    first = once("committed", _committed)
    second = tmp_path / "elsewhere" / "b"
    subprocess.run([*GIT, "clone", "-q", str(first / "project"), str(second)], check=True)
    (second / "CONTRIBUTING.md").write_text("changed\n", encoding="utf-8")
    subprocess.run([*GIT, "commit", "-qam", "two"], cwd=second, check=True)
    # Nothing that the first build kept: all is made again.
    build(second, tmp_path / "site", QCPH_CACHE=str(tmp_path / "cache"), **environment)
    one, two = digests(first / "site"), digests(tmp_path / "site")

    assert one.pop("build.json") != two.pop("build.json")
    assert one == two


def test_every_full_text_is_offered_as_pdf_and_word(site: Path) -> None:
    """Each agreement's page leads to both files, each comparison's to both; they are what they say."""
    told = []
    for each in load(ROOT).archive.agreements:
        page = site / each.address
        links = Read((page / "index.html").read_text(encoding="utf-8")).links
        files = [link for link in links if link.endswith((".pdf", ".docx"))]
        full = each.edition.text is TextState.FULL
        told.append((each.path, len(files) == (2 if full else 0)))
        for link in files:
            data = (site / urljoin(each.address, link)).read_bytes()
            assert data.startswith(b"%PDF-1.7" if link.endswith(".pdf") else b"PK")
    for page in sorted(site.glob("don-vi/*/*/so-sanh/*/index.html")):
        links = Read(page.read_text(encoding="utf-8")).links
        files = [link for link in links if link.endswith((".pdf", ".docx"))]
        told.append(
            (page.as_posix(), [True, True] == [(page.parent / link).exists() for link in files])
        )

    assert [] == [path for path, holds in told if not holds]


def test_files_are_made_again_only_where_their_text_changed(once: Once, tmp_path: Path) -> None:
    """A second build makes none; an edit of one agreement those of it and of its comparisons; and
    a build without what was kept gives the same bytes.
    """
    shutil.copytree(once("committed", _committed), tmp_path, dirs_exist_ok=True)
    project, kept = tmp_path / "project", tmp_path / "cache"

    def held() -> set[str]:
        """What is kept, but for what was written where."""
        names = {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()}
        return {name for name in names if not name.startswith(("placed/", "spare/"))}

    def built(site: Path) -> None:
        build(project, site, QCPH_CACHE=str(kept))

    first = held()
    built(tmp_path / "site")
    assert first == held()
    assert {"pdf", "docx"} <= {each.partition("/")[0] for each in first}
    page = project / "docs/don-vi/truong-mau/cong-doan/2026-2027.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(
        text.replace("có trách nhiệm thực hiện./.", "cùng thực hiện./.", 1),
        encoding="utf-8",
        newline="\n",
    )
    assert text != page.read_text(encoding="utf-8")
    built(tmp_path / "site")
    fresh = held() - first
    assert {"pdf": 2, "docx": 2} == {
        kind: sum(each.startswith(kind) for each in fresh) for kind in ("pdf", "docx")
    }
    shutil.rmtree(kept)
    built(tmp_path / "again")

    def digests(place: Path) -> dict[str, str]:
        return dict(json.loads((place / "build.json").read_text(encoding="utf-8"))["files"])

    assert digests(tmp_path / "site") == digests(tmp_path / "again")
