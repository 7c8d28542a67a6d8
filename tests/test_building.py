# Real builds of a small project: the four units of test_proposal.py with their edits, the site's
# own theme and configuration. A full build is one with an empty cache into an empty folder.
"""What is built from what was kept is what a full build gives, byte for byte."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event

import pytest
import yaml
from mkdocs.exceptions import Abort
from mkdocs.structure.pages import Page

from macros import checks, hooks
from macros.archive import loading, problems_in, read_beside, read_unit, snapshot
from macros.building import common, placed, units
from macros.building.build import build, check, prepare
from macros.building.drawn import Drawn
from macros.building.folder import Folder
from macros.building.live import Live
from macros.building.run import BrokenSourcesError, Project
from macros.building.served import Served
from macros.building.shell import Shell, UnknownScriptError
from macros.building.unit import Extract, Maker, facts_digest, pages_digest
from macros.problem import Severity
from tests.test_proposal import (
    EDITS,
    ORIGINAL,
    PICTURE,
    SOURCE,
    TOGETHER,
    drop,
    guided,
    raw,
    strange,
    sub,
)  # fmt: skip
from tests.test_review import BASE, OPEN, WORDING, Edit, copied, put

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2025, 3, 1)
HOME = (
    "# Trang chủ\n\n{{ overview() }}\n\n[Một bản](don-vi/truong-la/cong-doan/2025-2026/index.md)\n"
)
GUIDE = '# Hướng dẫn\n\n{{ clause("hop-giao-ban", "2024-2025", union="chi đoàn", management="nhà trường") }}\n'
# What editors do not change, but owners do.
OWNERS: dict[str, Edit] = {
    "configuration": sub("mkdocs.yml", "site_name: Quy chế", "site_name: Các quy chế"),
    "address": sub("mkdocs.yml", 'site_url: ""', "site_url: https://quy-che.example/a/"),
    "template": sub("overrides/404.html", "Không có trang này", "Trang này không có"),
    "style-edited": sub("docs/assets/qcph.css", ":root", "/* khác */ :root"),
    "home": sub("docs/index.md", "# Trang chủ", "# Trang đầu"),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with four units that has no errors."""
    root = tmp_path_factory.mktemp("building") / "project"
    shutil.copytree(BASE, root)
    for edit in (
        copied,
        strange,
        put("docs/index.md", HOME),
        put("docs/huong-dan/index.md", GUIDE),
        guided,
        raw(PICTURE, b"\x89PNG"),
        raw(SOURCE, ORIGINAL),
    ):
        edit(root)
    shutil.copytree(ROOT / "docs/assets", root / "docs/assets")
    shutil.copytree(ROOT / "overrides", root / "overrides")
    (root / "macros").symlink_to(ROOT / "macros")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = "nav: [index.md, don-vi/index.md, dieu-khoan/index.md, huong-dan/khac.md, huong-dan/index.md]\n"
    config = config[: config.index("\nnav:")] + "\n" + nav
    (root / "mkdocs.yml").write_text(config, encoding="utf-8")
    sub("data/units/truong-la.yml", "aliases: [truong-cu, truong-khac]", "aliases: [truong-cu]")(
        root
    )
    assert [] == [each.text() for each in problems_in(root) if each.severity is Severity.ERROR]
    return root


@pytest.fixture
def project(base: Path, tmp_path: Path) -> Path:
    """A copy of it to edit."""
    root = tmp_path / "project"
    shutil.copytree(base, root, symlinks=True)
    return root


def of(root: Path) -> Project:
    """The project in a folder, on a day that stays."""
    return replace(placed.project(root / "mkdocs.yml", hooks.make_shell), as_of=DAY)


def contents(site: Path) -> dict[str, bytes]:
    """Every file of a site."""
    paths = (path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in paths}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The files in which two sites differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def calls_of(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, of: Callable[..., str]
) -> list[str]:
    """What a function is called for from now on, as `of` tells it from the arguments."""
    found: list[str] = []
    plain = getattr(owner, name)

    def watched(*given: object, **how: object) -> object:
        found.append(of(*given))
        return plain(*given, **how)

    monkeypatch.setattr(owner, name, watched)
    return found


class Builder:
    """Builds a project again and again from what was kept, in two ways: into a folder with what
    stayed in it, and into new folders with what stayed linked. Each time the live site is asked
    for files, before the builds and after them.
    """

    def __init__(self, root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.folder, self.environment = root, folder, monkeypatch
        self.served = Folder(folder / "served")
        self.linked = Folder(folder / "0")
        self.live: Live | None = None
        self.count = 0

    def kept(self) -> Path:
        """The cache of the builds that follow each other."""
        return self.folder / "cache"

    def again(self) -> bool:
        """Build in both ways; False where the sources have errors."""
        self.environment.setenv("QCPH_CACHE", str(self.kept()))
        self.count += 1
        fresh = Folder(self.folder / str(self.count), self.linked.path, self.linked.files)
        served = Folder(self.served.path, own=self.served.left())
        try:
            live = Live.of(of(self.root), self.live)
        except (BrokenSourcesError, Abort):  # MkDocs refuses what leads out of its navigation
            with pytest.raises((BrokenSourcesError, Abort)):
                build(of(self.root), served)
            return False
        some = random.Random(self.count).sample(
            sorted(self.served.files), len(self.served.files) // 4
        )
        told = {path: data for path in some if (data := live.file(path)) is not None}
        build(of(self.root), served)
        build(of(self.root), fresh)
        site = contents(served.path)
        assert [] == differing(told, {path: site[path] for path in some if path in site})
        assert [] == [path for path in site if live.file(path) != site[path]]
        live.close()
        self.live = live
        shutil.rmtree(self.linked.path, ignore_errors=True)
        self.served, self.linked = served, fresh
        return True

    def full(
        self, name: str = "full", taken: Callable[[str], bool] = lambda _kind: False
    ) -> dict[str, bytes]:
        """What a full build gives. `taken`: kinds of results that are no matter of a test, and are
        not made anew for it.
        """
        shutil.rmtree(self.folder / name, ignore_errors=True)
        cache = self.folder / name / "cache"
        for kind in self.kept().iterdir():
            if kind.is_dir() and taken(kind.name):
                shutil.copytree(kind, cache / kind.name)
        self.environment.setenv("QCPH_CACHE", str(cache))
        folder = Folder(self.folder / name / "site")
        build(of(self.root), folder)
        found = contents(folder.path)
        assert folder.digests().keys() == found.keys()
        return found


def of_mkdocs(kind: str) -> bool:
    """Whether results of a kind are made by MkDocs, or a template that was compiled."""
    return kind in ("shell", "content", "dressed", "around", "template")


def of_units(kind: str) -> bool:
    """Whether results of a kind are not made by MkDocs."""
    return kind != "spare" and (kind == "template" or not of_mkdocs(kind))


@pytest.fixture
def builder(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    """A builder that has built the project once."""
    builder = Builder(project, tmp_path / "built", monkeypatch)
    assert builder.again()
    return builder


def steps(seed: int) -> Iterator[tuple[str, Edit]]:
    """Edits in a random order, each of them in one of three."""
    chance = random.Random(seed // 3)
    every = [(name, edit) for name, edit in sorted({**EDITS, **OWNERS}.items())]
    chance.shuffle(every)
    # What git is told does not concern a build, and what stops a build is tried by `check`.
    yield from every[seed % 3 :: 3]


@pytest.mark.parametrize("seed", range(3))
def test_after_any_edit_as_a_full_build(seed: int, builder: Builder, tmp_path: Path):
    """Text, data, shared wordings, glossary, templates, configuration, files that come, go and are
    renamed: what is kept changes no byte. Where an edit breaks the sources the site stays.
    """
    told: list[str] = []
    for name, edit in steps(seed):
        if name in ("page-unwatched", "page-hidden"):
            continue
        before = tmp_path / "before"
        shutil.rmtree(before, ignore_errors=True)
        shutil.copytree(builder.root, before, symlinks=True)
        was = contents(builder.served.path)
        with contextlib.suppress(FileNotFoundError):  # an edit before took it away
            edit(builder.root)
        if not builder.again():
            assert [] == differing(was, contents(builder.served.path)), name
            shutil.rmtree(builder.root)
            shutil.copytree(before, builder.root, symlinks=True)
            continue
        told.append(name)
        full = builder.full()
        assert [] == differing(full, contents(builder.served.path)), (name, told)
        assert [] == differing(full, contents(builder.linked.path)), (name, told)
    assert len(told) >= 5, told


def test_served_while_edited(builder: Builder):
    """Whoever asks while the sources are read again gets a file of the site before or after, and
    waits for what takes long; where the sources have errors the site stays, and is told whole.
    """
    served = Served(lambda before: Live.of(of(builder.root), before))
    sites = [builder.full()]
    told: list[tuple[str, bytes | None]] = []
    ended = Event()

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        while not ended.is_set():
            path = chance.choice(sorted(sites[0]))
            told.append((path, served.file(path)))

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask, seed) for seed in range(4)]
        try:
            for name in ("near", "another-is-nearer"):
                WORDINGS[name](builder.root)
                served.again()
                sites.append(builder.full(taken=of_mkdocs))
            put("data/clauses/ung-ho.yml", "title: [")(builder.root)
            with pytest.raises(BrokenSourcesError):
                served.again()
            assert [] == differing(sites[-1], {path: served.file(path) for path in sites[-1]})
        finally:
            ended.set()
        assert [] == [each.result() for each in asking if each.result()]
    assert len(told) > 100
    assert [] == [path for path, data in told if data not in {site.get(path) for site in sites}]
    served.close()


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("overrides/main.html", "{{ 1 }}\n{% block", r"^overrides/main\.html:2: khuôn"),
        ("overrides/404.html", "{{ nothing.at_all }}", "^overrides/: khuôn"),
        ("mkdocs.yml", "nav: [", r"mkdocs\.yml.*line 1"),
    ],
)
def test_what_mkdocs_cannot_read_is_told(path: str, text: str, told: str, builder: Builder):
    """A wrong template or configuration stops a build as a mistake with its place does."""
    (builder.root / path).write_text(text, encoding="utf-8")
    with pytest.raises(Abort) as refused:
        build(of(builder.root), Folder(builder.folder / "refused"))
    assert re.search(told, str(refused.value), re.DOTALL), refused.value


def test_what_is_given_up_is_not_made(builder: Builder):
    """Work that nobody waits for is not given to processes."""
    live = Live.of(of(builder.root)).apart()
    live.give_up()
    with pytest.raises(CancelledError):
        list(units.in_batches(live._run, list("abcd"), _nothing, few=0))
    live.close()


def _nothing(_maker: Maker, batch: Sequence[str]) -> list[str]:
    return [*batch]


def test_serving_on_and_on_keeps_no_more(builder: Builder):
    """What is asked of units on each build is kept for the sources as they are, not once for each
    edit of a shared wording.
    """
    sizes, live = [], None
    for number in range(4):
        put("data/clauses/ung-ho.yml", _clause("Ủng hộ", SUPPORT.format(f"{number} lần.")))(
            builder.root
        )
        live = Live.of(of(builder.root), live)
        other = live.apart()
        for lot in other.slow():
            other.make(lot)
        live.take_over(other)
        assert live.file("don-vi/index.html")
        held = [
            kept
            for each in live._run.at_hand.values()
            for kept in (each.kept.values() if hasattr(each, "kept") else [each])
        ]
        sizes.append(sum(map(len, held)))
        other.close()
        live.close()
    assert 1 == len({*sizes[1:]}), sizes


def _clause(title: str, words: str) -> str:
    return f'title: {title}\nwordings:\n  2024-2025: "{words}"\n'


PLACE = "docs/don-vi/truong-khac/cong-doan/2025-2026.md"
SUPPORT = "Nhà trường hỗ trợ kinh phí phong trào {}"
# One after the other: which clause of a text answers to which shared one goes to and fro.
WORDINGS: dict[str, Edit] = {
    "near": put("data/clauses/ung-ho.yml", _clause("Ủng hộ", SUPPORT.format("hằng năm."))),
    "another-is-nearer": put(
        "data/clauses/ho-tro.yml",
        _clause("Hỗ trợ", SUPPORT.format("5.000.000 đồng mỗi năm học, nếu có.")),
    ),
    "the-first-prints-it": put(
        "data/clauses/ung-ho.yml",
        _clause("Ủng hộ", SUPPORT.format("5.000.000 đồng mỗi năm học.")),
    ),
    "title": sub("data/clauses/ho-tro.yml", "Hỗ trợ\n", "Hỗ trợ phong trào\n"),
    "blank": sub("data/clauses/ho-tro.yml", "Nhà trường hỗ", "{Management} hỗ"),
    "term": sub("data/units/mam-non-thu.yml", "Nhà trường", "Trường mầm non"),
    "used": sub(
        PLACE, SUPPORT.format("5.000.000 đồng mỗi năm học."), '{{ clause("ho-tro", "2024-2025") }}'
    ),
    "as-a-basis": put(
        "data/clauses/ho-tro.yml", _clause("Hỗ trợ", "Căn cứ phong trào mỗi năm học:")
    ),
    "as-it-was": put(
        "data/clauses/ho-tro.yml",
        _clause("Hỗ trợ", SUPPORT.format("5.000.000 đồng mỗi năm học.")),
    ),
    "as-a-heading": sub(
        PLACE, "## **II.** ĐIỀU KHOẢN THI HÀNH", '## **II.** {{ clause("ho-tro", "2024-2025") }}'
    ),
    "not-as-a-clause": sub(
        PLACE, '**2.** {{ clause("ho-tro", "2024-2025") }}', "**2.** Việc khác, mỗi năm học."
    ),
    "far": put("data/clauses/ung-ho.yml", _clause("Ủng hộ", "Không giống gì cả.")),
    "used-by-nobody": sub(PLACE, '{{ clause("ho-tro", "2024-2025") }}', "ĐIỀU KHOẢN THI HÀNH"),
    "away": drop("data/clauses/ho-tro.yml"),
}


def test_after_any_wording_as_a_full_build(builder: Builder):
    """Shared clauses come, take each other's place, are used as headings and no more, and go; each
    unit is told of anew only what that changes, and tells what it tells after a full build.
    """
    for name, edit in WORDINGS.items():
        edit(builder.root)
        assert builder.again(), name
        full = builder.full(taken=of_mkdocs)
        assert [] == differing(full, contents(builder.served.path)), name
        assert [] == differing(full, contents(builder.linked.path)), name


def test_after_a_wording_no_page_is_parsed_again(builder: Builder, monkeypatch: pytest.MonkeyPatch):
    """What is read of a unit's own files is kept, and the words of shared clauses are put into it."""
    for name in ("another-is-nearer", "used"):
        WORDINGS[name](builder.root)
    assert builder.again()
    parsed = calls_of(monkeypatch, loading, "parse", lambda _text, path, *_: path)
    put("data/clauses/ho-tro.yml", _clause("Hỗ trợ", SUPPORT.format("khi cần, mỗi năm học.")))(
        builder.root
    )
    assert builder.again()
    assert PLACE not in parsed
    # As a basis it has another part in the page: read once more, and from then on known so.
    for words, again in (("phong trào", True), ("các phong trào", False)):
        parsed.clear()
        basis = _clause("Hỗ trợ", f"Căn cứ {words} mỗi năm học:")
        put("data/clauses/ho-tro.yml", basis)(builder.root)
        assert builder.again()
        assert again is (PLACE in parsed)
    put(PLACE, (builder.root / PLACE).read_text(encoding="utf-8") + "\n")(builder.root)
    assert builder.again()
    assert PLACE in parsed
    monkeypatch.undo()

    assert [] == differing(builder.full(taken=of_mkdocs), contents(builder.served.path))


def test_pages_of_a_shared_clause_are_drawn_where_it_is_told_of(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
):
    """What is told of one shared clause leaves the pages of the others as they were drawn."""
    for name in ("near", "another-is-nearer"):
        WORDINGS[name](builder.root)
    assert builder.again()
    names = {path.stem for path in (builder.root / "data/clauses").glob("*.yml")}
    drawn = calls_of(monkeypatch, common, "clause_pages", lambda _usage, name, *_: name)
    for edit, told in (
        (sub(PLACE, "Nhà trường hỗ trợ", "Hiệu trưởng hỗ trợ"), {"ho-tro"}),
        (WORDINGS["title"], {"ho-tro"}),
        (WORDINGS["far"], {"ung-ho"}),
        (sub("data/units/truong-khac.yml", "- name: Trường", "- name: Ngôi trường"), names),
    ):
        drawn.clear()
        edit(builder.root)
        assert builder.again()
        assert told == {*drawn}
    monkeypatch.undo()

    assert len(names) > 2
    assert [] == differing(builder.full(taken=of_mkdocs), contents(builder.served.path))


@pytest.mark.parametrize("names", [*((name,) for name in EDITS), *TOGETHER], ids="+".join)
def test_check_as_the_whole_way(
    names: tuple[str, ...], project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """`check` tells from what it kept what reading all anew tells."""
    if {"page-unwatched", "page-hidden"} & {*names}:
        pytest.skip("what git is told does not concern it")
    monkeypatch.setenv("QCPH_CACHE", str(tmp_path / "cache"))
    assert problems_in(project) == check(project)
    for name in names:
        EDITS[name](project)
        assert problems_in(project) == check(project)
    assert problems_in(project) == check(project)


def test_what_is_wrong_in_files_alone_is_kept_with_them(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """After another wording it is told again without a look at it; what is wrong by the words is
    looked for.
    """
    monkeypatch.setenv("QCPH_CACHE", str(tmp_path / "cache"))
    sub(PLACE, "**2.** Nhà trường", "**5.** Nhà trường")(project)
    path = project / "data/units/truong-khac.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    duty = {"who": ["union"], "what": "Họp", "when": "regularly"}
    duty |= {"clause": "hop-giao-ban", "printed": "họp giao ban, sơ kết"}
    data["series"]["cong-doan"]["editions"]["2025-2026"]["duties"] = {"hop": duty}
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    asked = calls_of(
        monkeypatch, checks, "check_files", lambda archive: " ".join(sorted(archive.units))
    )

    def told() -> set[tuple[str, str]]:
        asked.clear()
        found = check(project)
        assert problems_in(project) == found
        return {(each.path, each.code) for each in found}

    before = told()
    assert "truong-khac" in asked
    sub(WORDING, "giao ban, sơ kết", "giao ban, tổng kết")(project)
    after = told()

    assert "truong-khac" not in asked
    assert {(PLACE, "G201")} <= before & after
    assert {("data/units/truong-khac.yml", "R106")} == after - before


def test_check_of_units_of_which_nothing_is_known(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What is known of one is what is known of another; they are told apart by name."""
    monkeypatch.setenv("QCPH_CACHE", str(tmp_path / "cache"))
    for name in ("trong", "trong-khac"):
        put(f"docs/don-vi/{name}/tep.md", "Lời.\n")(project)
        assert problems_in(project) == check(project)
        drop(f"docs/don-vi/{name}")(project)
    assert problems_in(project) == check(project)


# Pages in which something is wrong, and what moves, mends and breaks that; one after the other.
GUIDE_PAGE = "docs/huong-dan/ba.md"
ASKING: dict[str, Edit] = {
    "nothing wrong": put(GUIDE_PAGE, "# Ba\n\nMột câu.\n"),
    "text": sub(GUIDE_PAGE, "Một câu.", "Một câu khác."),
    "link to nothing": sub(GUIDE_PAGE, "Một câu", "[Hai](hai.md) Một câu"),
    "a line above it": sub(GUIDE_PAGE, "# Ba", "# Ba\n\nThêm một câu."),
    "page comes": put("docs/huong-dan/hai.md", "# Hai\n\n## Mục A {#muc-a}\n"),
    "link to a heading": sub(GUIDE_PAGE, "hai.md", "hai.md#muc-a"),
    "heading gone": sub("docs/huong-dan/hai.md", "{#muc-a}", "{#muc-b}"),
    "heading back": sub("docs/huong-dan/hai.md", "{#muc-b}", "{#muc-a}"),
    "link to a clause": sub(
        GUIDE_PAGE, "hai.md#muc-a", "../don-vi/truong-la/cong-doan/2025-2026/index.md#khong-co"
    ),
    "link to a unit": sub(GUIDE_PAGE, "/cong-doan/2025-2026/index.md#khong-co", "/index.md"),
    "link to another with a question": sub(
        GUIDE_PAGE, "../don-vi/truong-la/index.md", "../don-vi/mam-non-thu/index.md?x=1"
    ),
    "unknown call": sub(GUIDE_PAGE, "Một câu", '{{ clause("khong-co", "2024-2025") }} Một câu'),
    "a line above the call": sub(GUIDE_PAGE, "# Ba", "# Ba\n\nThêm nữa."),
    "clause comes": put("data/clauses/khong-co.yml", _clause("Mới", "Lời.")),
    "call gone": sub(GUIDE_PAGE, '{{ clause("khong-co", "2024-2025") }}', ""),
    "not written as a call": sub(GUIDE_PAGE, "Một câu", "{{ clause( Một câu"),
    "no call": sub(GUIDE_PAGE, "{{ clause(", ""),
    "page unreadable": raw("docs/huong-dan/hai.md", b"# Hai \xff\n"),
    "page gone": drop("docs/huong-dan/hai.md"),
}


def test_check_of_pages_as_the_whole_way(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What pages ask of each other is looked at again where one asks something else, and what is
    wrong in them stands where it stands now.
    """
    monkeypatch.setenv("QCPH_CACHE", str(tmp_path / "cache"))
    told = {}
    for name, edit in ASKING.items():
        edit(project)
        whole = problems_in(project)
        assert whole == check(project), name
        assert whole == check(project), name
        told[name] = {(each.code, each.line) for each in whole if each.path == GUIDE_PAGE}

    assert {("R201", 3)} == told["link to nothing"]
    assert {("R201", 5)} == told["a line above it"]
    assert {("R202", 5)} == told["heading gone"] == told["link to a clause"]
    assert set() == told["text"] == told["page comes"] == told["heading back"]
    assert set() == told["link to a unit"] == told["link to another with a question"]
    assert {("C101", 5)} == told["unknown call"]
    assert {("C101", 7)} == told["a line above the call"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_check_of_a_folder_whose_name_is_no_text(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It is told, as the whole way tells it."""
    monkeypatch.setenv("QCPH_CACHE", str(tmp_path / "cache"))
    folder = os.fsencode(project) + b"/docs/don-vi/a\xff"
    os.mkdir(folder)  # noqa: PTH102 no path can be made of it
    Path(os.fsdecode(folder), "x.md").write_text("# A\n", encoding="utf-8")

    assert problems_in(project) == check(project) == check(project)
    assert "R101" in {each.code for each in check(project)}


@pytest.mark.parametrize(
    ("edit", "asked"),
    [
        (sub("docs/don-vi/truong-la/cong-doan/2025-2026.md", "5.000.000", "6.000.000"), ["truong-la"]),
        (sub("docs/huong-dan/khac.md", "# Khác", "# Khác\n\nThêm một câu."), []),
        (OWNERS["style-edited"], []),
        (OWNERS["configuration"], []),
        (sub("data/glossary.yml", "abbreviations:", "abbreviations:\n  XYZW: không ai viết"), []),
        (sub("data/glossary.yml", "abbreviations:", "abbreviations:\n  Mầm: chồi"), ["mam-non-thu"]),
    ],
    ids=["text", "guide", "style", "configuration", "unused-entry", "used-entry"],
)  # fmt: skip
def test_what_an_edit_does_not_touch_is_not_made_again(
    edit: Edit, asked: list[str], builder: Builder, monkeypatch: pytest.MonkeyPatch
):
    """After an edit in one unit no other is read; after one of the theme, none is."""
    read = calls_of(monkeypatch, Maker, "made_anew", lambda _maker, unit, *_: unit)
    edit(builder.root)
    own = of(builder.root)
    if asked:
        own = replace(own, make_shell=lambda *_: pytest.fail("the shell was made again"))
    build(own, Folder(builder.served.path, own=builder.served.left()))
    monkeypatch.undo()

    assert asked == read
    assert [] == differing(builder.full(taken=of_mkdocs), contents(builder.served.path))


def test_after_an_edit_pages_of_neighbours_are_not_filled_again(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
):
    """What is kept of neighbours in one file does not go with the edit of one of them."""
    filled = calls_of(monkeypatch, Drawn, "own", lambda drawn, *_: drawn.front.address)
    page = builder.root / "docs/don-vi/truong-la/cong-doan/2025-2026.md"
    for amount in ("5.000.000", "6.000.000"):
        filled.clear()  # the live site kept what it had asked, and after it comes the first build
        text = re.sub(r"[56]\.000\.000", amount, page.read_text(encoding="utf-8"))
        page.write_text(text, encoding="utf-8")
        build(of(builder.root), Folder(builder.served.path, own=builder.served.left()))
        again = [*filled]
    monkeypatch.undo()

    assert ["don-vi/truong-la/"] == again
    assert [] == differing(builder.full(taken=of_mkdocs), contents(builder.served.path))


def together(*edits: Edit) -> Edit:
    """Several edits as one."""

    def edit(root: Path) -> None:
        for each in edits:
            each(root)

    return edit


# A guide of pages that show, name and lead to each other, and edits of it, one after the other.
PAGES = {
    "docs/huong-dan/index.md": f"{GUIDE}\n## Ví dụ {{#vi-du}}\n\n[Hai](hai.md#muc-a) ![Hình](hinh.png)\n",
    "docs/huong-dan/mot.md": "# Một {#mot}\n\n## Mục A {#muc-a}\n\n[Hai](hai.md#muc-a)\n",
    "docs/huong-dan/hai.md": "# Hai {#hai}\n\n## Mục A {#muc-a}\n\n[Một](mot.md#muc-a)\n",
    "docs/huong-dan/ba.md": "# Ba {#ba}\n\nMột câu.\n",
}
ON_PAGES: dict[str, Edit] = {
    "text": sub("docs/huong-dan/ba.md", "Một câu.", "Một câu khác, và [hai](hai.md)."),
    "heading": sub("docs/huong-dan/ba.md", "và", "và\n\n## Mục mới {#muc-moi}\n\n"),
    "title": sub("docs/huong-dan/hai.md", "# Hai", "# Hai & nữa"),
    "front matter": sub("docs/huong-dan/ba.md", "# Ba", "---\nsearch: {exclude: true}\n---\n\n# Ba"),
    "call": sub("docs/huong-dan/ba.md", "## Mục mới", '{{ clause("khac", "2025-2026") }}\n\n## Mục mới'),
    "wording": sub("data/clauses/khac.yml", "Lời.", "Lời khác."),
    "agreement": sub("docs/huong-dan/ba.md", "Một câu", "[Bản](../don-vi/truong-la/index.md). Một câu"),
    "picture": raw("docs/huong-dan/hinh-hai.png", b"\x89PNG hai"),
    "picture shown": sub("docs/huong-dan/ba.md", "Một câu", "![Hình](hinh-hai.png) Một câu"),
    "another picture": raw("docs/huong-dan/hinh-hai.png", b"\x89PNG ba"),
    "style": sub("docs/assets/qcph.css", ":root", "/* khác */ :root"),
    "order": sub("mkdocs.yml", "huong-dan/mot.md, huong-dan/hai.md", "huong-dan/hai.md, huong-dan/mot.md"),
    "named": sub("mkdocs.yml", "huong-dan/mot.md", "Tên khác: huong-dan/mot.md"),
    "page": together(
        put("docs/huong-dan/bon.md", "# Bốn\n\n[Ba](ba.md#muc-moi)\n"),
        sub("mkdocs.yml", "huong-dan/ba.md", "huong-dan/ba.md, huong-dan/bon.md"),
    ),
    "renamed": together(
        drop("docs/huong-dan/bon.md"),
        put("docs/huong-dan/nam.md", "# Bốn\n\n[Ba](ba.md#muc-moi)\n"),
        sub("mkdocs.yml", "huong-dan/bon.md", "huong-dan/nam.md"),
    ),
    "gone": together(
        drop("docs/huong-dan/nam.md"), sub("mkdocs.yml", ", huong-dan/nam.md", "")
    ),
    "as before": sub("docs/huong-dan/hai.md", "# Hai & nữa", "# Hai"),
}  # fmt: skip


@pytest.fixture
def guide(builder: Builder) -> Builder:
    """A builder that has built the project with these pages."""
    for path, text in PAGES.items():
        put(path, text)(builder.root)
    raw("docs/huong-dan/hinh.png", b"\x89PNG")(builder.root)
    clause = 'title: Khác\nwordings:\n  2025-2026: "Lời."\n'
    put("data/clauses/khac.yml", clause)(builder.root)
    names = ", ".join(path.removeprefix("docs/") for path in PAGES)
    sub("mkdocs.yml", "huong-dan/index.md]", names + "]")(builder.root)
    assert builder.again()
    return builder


def test_after_any_edit_of_hand_written_pages_as_a_full_build(
    guide: Builder, monkeypatch: pytest.MonkeyPatch
):
    """Titles stand on other pages, texts do not: only a page with another text passes through
    Markdown, and after each edit every byte is that of a full build.
    """
    read = calls_of(monkeypatch, Page, "render", lambda page, *_: page.file.src_uri)
    passed = {}
    for name, edit in ON_PAGES.items():
        edit(guide.root)
        read.clear()
        assert guide.again(), name
        passed[name] = [*read]
        full = guide.full(taken=of_units)
        assert [] == differing(full, contents(guide.served.path)), name

    alone = ("text", "heading", "front matter", "call", "wording", "agreement", "picture shown")
    of_one = {"title": ["huong-dan/hai.md"]} | {name: ["huong-dan/ba.md"] for name in alone}
    assert of_one == {name: passed[name] for name in of_one}
    assert all(len(passed[name]) > 1 for name in ("picture", "another picture", "style", "order"))


def test_a_link_to_what_an_edit_took_away(guide: Builder):
    """A page that stayed as it is leads nowhere now: nothing is published, today or tomorrow."""
    was = contents(guide.served.path)
    sub("docs/huong-dan/hai.md", "{#muc-a}", "{#muc-b}")(guide.root)
    assert not guide.again()
    assert not guide.again()
    assert [] == differing(was, contents(guide.served.path))
    sub("docs/huong-dan/hai.md", "{#muc-b}", "{#muc-a}")(guide.root)
    assert guide.again()
    assert [] == differing(guide.full(), contents(guide.served.path))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": shutil.rmtree,
    "half": lambda cache: [path.unlink() for path in sorted(cache.rglob("*"))[::2] if path.is_file()],
    "cut": lambda cache: [
        path.write_bytes(path.read_bytes()[:-3]) for path in sorted(cache.rglob("*")) if path.is_file()
    ],
    "empty": lambda cache: [path.write_bytes(b"") for path in sorted(cache.rglob("*")) if path.is_file()],
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_cache_may_go_at_any_time(damage: str, builder: Builder):
    """Deleted, half deleted, cut: the next build is right."""
    DAMAGES[damage](builder.kept())
    sub(OPEN, "giao ban", "giao ban tuần")(builder.root)
    assert builder.again()

    full = builder.full()
    assert [] == differing(full, contents(builder.served.path))
    assert [] == differing(full, contents(builder.linked.path))


def test_a_new_theme_around_what_is_partly_lost(builder: Builder):
    """Whatever piece of what was drawn is gone is drawn again, and no other file is written: also
    where it is seen only as the unit is put into the site.
    """
    lost = [("listed", b""), ("front", b""), ("pages", b""), ("files", b""), ("docx", b"")]
    lost += [(kind, b"x") for kind, _ in lost]
    for number, (kind, damaged) in enumerate(lost):
        for path in (each for each in (builder.kept() / kind).rglob("*") if each.is_file()):
            path.write_bytes(damaged) if damaged else path.unlink()
        sub("mkdocs.yml", "site_name: ", f"site_name: {number} ")(builder.root)
        before = others(builder.served.path)
        assert builder.again()
        assert before == others(builder.served.path), kind

        full = builder.full()
        assert [] == differing(full, contents(builder.served.path)), kind
        assert [] == differing(full, contents(builder.linked.path)), kind


def others(site: Path) -> dict[str, int]:
    """The files of units that are no pages, with their place on the disk."""
    paths = (path for path in (site / "don-vi").rglob("*") if path.is_file())
    return {str(path): path.stat().st_ino for path in paths if path.suffix != ".html"}


@pytest.mark.parametrize("address", ["don-vi/truong-la/cong-doan/", "don-vi/truong-la/"])
def test_a_page_with_a_foreign_script_changes_nothing(
    address: str, builder: Builder, monkeypatch: pytest.MonkeyPatch
):
    """Whatever else was edited: what readers have is as it was."""
    before = contents(builder.served.path)
    plain = Shell.approve

    def approve(self: Shell, html: str, of: str) -> None:
        plain(self, f"{html}<script>x</script>" if of == address else html, of)

    monkeypatch.setattr(Shell, "approve", approve)
    sub(OPEN, "giao ban", "giao ban tuần")(builder.root)
    sub("docs/don-vi/truong-la/cong-doan/2025-2026.md", "5.000.000", "6.000.000")(builder.root)
    with pytest.raises(UnknownScriptError, match=address):
        builder.again()

    assert [] == differing(before, contents(builder.served.path))


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root writes everywhere")
def test_a_cache_that_cannot_be_written(builder: Builder):
    """It costs time, never a build."""
    shutil.rmtree(builder.kept())
    builder.kept().parent.chmod(0o555)
    try:
        assert builder.again()
    finally:
        builder.kept().parent.chmod(0o755)


def test_a_file_of_the_site_that_was_changed_is_written_again(builder: Builder):
    """Whoever changed a file in the site's folder: the next build has what it should have."""
    name = "don-vi/truong-la/index.html"
    for folder in (builder.served.path, builder.linked.path):
        (folder / name).write_text("đã sửa tay", encoding="utf-8")
        (folder / "404.html").unlink()
    assert builder.again()

    full = builder.full()
    assert [] == differing(full, contents(builder.served.path))
    assert [] == differing(full, contents(builder.linked.path))


def test_branches_share_the_cache(builder: Builder):
    """Back and forth between two states of the sources: each time the site of that state."""
    page = builder.root / OPEN
    texts = [page.read_text(encoding="utf-8")]
    texts.append(texts[0].replace("5.000.000", "7.000.000"))
    sites = []
    for text in texts:
        page.write_text(text, encoding="utf-8")
        sites.append(builder.full())
    for number in (0, 1, 0, 1):
        page.write_text(texts[number], encoding="utf-8")
        assert builder.again()
        assert [] == differing(sites[number], contents(builder.served.path))


@pytest.mark.parametrize("shards", [1, 3])
def test_shards_are_one_site(
    shards: int, builder: Builder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Parts made apart, each with a cache of its own, and put into one cache: the site is the one
    that one machine builds, its search too, and no unit is made again.
    """
    full = builder.full()
    together = tmp_path / "together"
    made = 0
    for shard in range(1, shards + 1):
        own = tmp_path / f"shard-{shard}"
        monkeypatch.setenv("QCPH_CACHE", str(own))
        made += prepare(of(builder.root), shard, shards)
        shutil.copytree(own, together, dirs_exist_ok=True)
    monkeypatch.setenv("QCPH_CACHE", str(together))
    monkeypatch.setattr(Maker, "made_anew", lambda *_, **__: pytest.fail("made again"))
    folder = Folder(tmp_path / "site")
    build(of(builder.root), folder)

    assert 4 == made
    assert [] == differing(full, contents(folder.path))


def test_a_shard_with_errors_is_refused(builder: Builder):
    """Only the shard that has the unit tells of them."""
    raw(OPEN, b"# QUY\n\nA {#a}\n\nB {#a}\n")(builder.root)
    refused = []
    for shard in (1, 2, 3, 4):
        try:
            prepare(of(builder.root), shard, 4)
        except BrokenSourcesError as broken:
            refused.append(
                {each.path for each in broken.problems if each.severity is Severity.ERROR}
            )

    assert [{OPEN}] == refused


def test_days_change_only_what_they_turn(builder: Builder):
    """On another day of the same states no page changes; after a turning day only its unit's do."""
    days = [date(2025, 3, 1), date(2025, 3, 2), date(2025, 6, 1)]
    sites = []
    for day in days:
        folder = Folder(builder.folder / str(day))
        builder.environment.setenv("QCPH_CACHE", str(builder.kept()))
        build(replace(of(builder.root), as_of=day), folder)
        own = Folder(builder.folder / f"{day}-full")
        builder.environment.setenv("QCPH_CACHE", str(builder.folder / f"{day}-cache"))
        build(replace(of(builder.root), as_of=day), own)
        sites.append(contents(folder.path))
        assert [] == differing(contents(own.path), sites[-1])

    assert [] == differing(sites[0], sites[1])
    changed = differing(sites[1], sites[2])
    assert any(name.startswith("don-vi/truong-la/") for name in changed)
    assert not [name for name in changed if re.match("assets/|huong-dan/", name)]


def test_no_address_of_this_machine_is_kept(builder: Builder, tmp_path: Path):
    """A project that moved to another folder finds what was kept."""
    other = tmp_path / "elsewhere"
    shutil.copytree(builder.root, other, symlinks=True)
    builder.environment.setenv("QCPH_CACHE", str(builder.kept()))
    own = replace(of(other), make_shell=functools.partial(pytest.fail, "the shell was made again"))
    folder = Folder(tmp_path / "moved")
    build(own, folder)

    assert [] == differing(contents(builder.served.path), contents(folder.path))


def test_sites_that_take_each_other_s_place(builder: Builder, tmp_path: Path):
    """The command's way: each new site begins with the one before the last, whatever became of it
    meanwhile, and the site in its place stays as it is until then.
    """
    config, site = builder.root / "mkdocs.yml", tmp_path / "site"
    builder.environment.setenv("QCPH_AS_OF", str(DAY))
    cache = builder.kept()
    places = {str(number): f"Hai bên cùng họp lần {number}." for number in range(6)}
    page = builder.root / "docs/don-vi/truong-la/cong-doan/2025-2026.md"
    text = page.read_text(encoding="utf-8")
    for number, words in places.items():
        builder.environment.setenv("QCPH_CACHE", str(cache))
        before = contents(site) if site.exists() else {}
        linked = [path for path in site.rglob("*.html") if before]
        page.write_text(text.replace("5.000.000", f"{number}.000.000"), encoding="utf-8")
        spare = [path for path in cache.glob("spare/*/*") if path.is_dir()]
        if number == "3":  # what lies there is another's
            (spare[0] / "la.html").write_text("lạ", encoding="utf-8")
            (spare[0] / "404.html").unlink()  # it may be a link to the one in the site
            (spare[0] / "404.html").write_text("lạ", encoding="utf-8")
        if number == "4":
            shutil.rmtree(cache / "placed")
        held = {path: path.open("rb") for path in linked}
        placed.build_to(placed.project(config, hooks.make_shell), site)
        assert all(
            file.read() == before[path.relative_to(site).as_posix()] for path, file in held.items()
        ), words
        for file in held.values():
            file.close()
        assert [] == [
            each for each in differing(builder.full(), contents(site)) if each != "build.json"
        ]
        assert ["site"] == [path.name for path in tmp_path.glob("site*")]


def test_a_build_that_is_refused_leaves_all_as_it_was(builder: Builder, tmp_path: Path):
    """The site stays, and the next build begins with the same files as the refused one."""
    own, site = of(builder.root), tmp_path / "site"
    builder.environment.setenv("QCPH_CACHE", str(builder.kept()))
    page = builder.root / OPEN
    text = page.read_bytes()
    for number in range(2):
        page.write_bytes(text + b"\n" * number)
        placed.build_to(own, site)
    was = contents(site)
    (spare,) = (path for path in builder.kept().glob("spare/*/*") if path.is_dir())
    begun = contents(spare)
    raw(OPEN, b"# QUY\n\nA {#a}\n\nB {#a}\n")(builder.root)
    with pytest.raises(BrokenSourcesError, match=OPEN):
        placed.build_to(own, site)

    assert [] == differing(was, contents(site))
    assert [] == differing(begun, contents(spare))


def test_equal_extracts_have_one_digest(builder: Builder):
    """Whatever a process has read before; else all that is told of many units is made again."""
    found = snapshot(builder.root)
    beside = read_beside(found)
    unit = "truong-thu"
    one, other = (read_unit(found.units[unit], unit, beside).archive for _ in range(2))
    extracts = [Extract(each.units[unit], each.agreements) for each in (one, other)]
    copied = pickle.loads(pickle.dumps(extracts[1]))

    assert 1 == len({facts_digest(each.unit) for each in (*extracts, copied)})
    assert 1 == len({pages_digest(each.agreements) for each in (*extracts, copied)})


def test_what_left_the_sources_leaves_the_site(builder: Builder):
    """Pages and folders of a unit that is gone are gone."""
    drop("docs/don-vi/truong-la")(builder.root)
    drop("data/units/truong-la.yml")(builder.root)
    put("docs/index.md", HOME.replace("truong-la", "truong-thu"))(builder.root)
    assert builder.again()

    assert not (builder.served.path / "don-vi/truong-la").exists()
    assert not (builder.served.path / "don-vi/truong-cu").exists()
    assert [] == differing(builder.full(), contents(builder.served.path))
