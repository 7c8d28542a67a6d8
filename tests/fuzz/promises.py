# What holds whatever an editor or an attacker writes. Hypothesis tries it in the normal suite
# (tests/test_hostile.py), atheris for longer (fuzz_*.py): both call these functions.
# Every text of the sources and every command line ends in Problems or an exit code, never in a
# traceback; and what has no error is published with no element or attribute of its own.
"""`page`, `data` and `command_line`: each takes bytes and fails where a promise is broken."""

from __future__ import annotations

import contextlib
import functools
import io
import re
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

from macros import checks, cli, grammar, keeping, review, telling
from macros.archive import load
from macros.clauses import terms_of, wording
from macros.model import Agreement, Archive, Glossary, Shared, SharedClause, TextState, Unit, UnitId
from macros.problem import Problem, Severity, as_json
from macros.reading import read
from macros.redline import ANY
from macros.render import Contact
from tests.whole_site import WholeSite

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "broken" / "base"
PAGE = "docs/don-vi/truong-thu/cong-doan/2024-2025.md"
DAY = date(2026, 11, 21)
CONTACT = Contact(edit="https://forge.example/edit/", report="mailto:van-thu@truong.example")
# What only the page without words (any two editions) and the head of a whole page have.
_OF_WHOLE_PAGES = frozenset({"<script", "<style", "<link", "<meta", "src=", "http-equiv="})
_OF_DIFF = _OF_WHOLE_PAGES - {"<script"}
# Where a page leads: its own site, what is configured, or nowhere.
_LEADS = ("../", "./", "#", "https://forge.example/edit/", "mailto:van-thu@truong.example")


_RELATIVE = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._/-]*)?(?:#.*)?")


class Seen(HTMLParser):
    """What a page is made of: `<p`, `class=` …, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.marks: set[str] = set()
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.marks |= {f"<{tag}", *(f"{name}=" for name, _ in attrs)}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_comment(self, data: str) -> None:
        self.marks.add(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.marks.add(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.marks.add(f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        self.marks.add(f"<![{data}")


@functools.cache
def base() -> Archive:
    """The good project of tests/broken, without originals: any text may stand in its page."""
    loaded = load(BASE).archive
    unit = loaded.units[UnitId("truong-thu")]
    series = unit.series["cong-doan"]
    editions = {
        period: replace(edition, source=(), valid_from=None)
        for period, edition in series.editions.items()
    }
    unit = replace(unit, series={"cong-doan": replace(series, editions=editions)})
    only = replace(loaded.agreements[0], unit=unit)
    return replace(loaded, units={UnitId("truong-thu"): unit}, agreements=(only,), sources={})


@functools.cache
def known() -> frozenset[str]:
    """The elements and attributes that our templates write around what editors wrote."""
    found: set[str] = set()
    for path in (ROOT / "macros" / "templates").glob("*.html"):
        text = re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text(encoding="utf-8"))
        found |= Seen(text).marks | {f"{name}=" for name in re.findall(r"\s([a-z-]+)=\"", text)}
    publication = WholeSite(load(ROOT).archive, DAY, CONTACT)
    for make in publication.pages().values():
        found |= Seen(make().html).marks
    return frozenset(found) - _OF_WHOLE_PAGES | {f"<h{level}" for level in range(2, 7)}


def told(problems: tuple[Problem, ...]) -> bool:
    """Write the problems in every form; whether one of them is an error."""
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.code
        assert problem.message
        assert "\n" not in problem.github()
    as_json(problems).encode()
    "".join(problem.text() for problem in problems).encode()
    return any(problem.severity is Severity.ERROR for problem in problems)


def published(archive: Archive) -> None:
    """Make every page and file of an archive: no foreign element, attribute or address."""
    publication = WholeSite(archive, DAY, CONTACT)
    pages = [make() for address, make in publication.pages().items() if address != ANY]
    for html in [*(p.html for p in pages), publication.lists.glance("./")]:
        seen = Seen(html)
        assert not seen.marks - known(), seen.marks - known()
        foreign = [link for link in seen.links if not _stays(link)]
        assert not foreign, foreign
    for _, content in publication.files():
        assert isinstance(content, bytes)


def _stays(link: str) -> bool:
    """Whether a link stays on the site: relative, or one that is configured."""
    return link.startswith(_LEADS) or bool(_RELATIVE.fullmatch(link))


def _resolve(archive: Archive, of: Agreement) -> grammar.Resolve:
    terms = terms_of(of.unit, of.period)

    def resolve(use: Shared) -> str | tuple[str, str, str]:
        return wording(use, archive.shared, terms)

    return resolve


def _with_page(archive: Archive, of: Agreement, text: str) -> tuple[Archive, tuple[Problem, ...]]:
    """The archive with a text in place of one page, and all that is wrong with it."""
    report = of.edition.text is TextState.REPORT_ONLY
    parsed = grammar.parse(text, of.path, _resolve(archive, of), report=report)
    if not parsed.problems and not report:
        again = grammar.parse(grammar.write(parsed.page), of.path, _resolve(archive, of))
        assert again.page == parsed.page
    now = replace(of, page=parsed.page, whole=not parsed.problems)
    agreements = tuple(now if each is of else each for each in archive.agreements)
    made = replace(archive, agreements=agreements, texts={**archive.texts, of.path: text})
    return made, (*parsed.problems, *checks.check(made), *keeping.check(made))


def as_a_forge_reads(markdown: str) -> None:
    """Markdown of ours shows texts as text: no picture, no link, no element but those that fold."""
    html = _FORGE.render(markdown.replace("<!-- -->", ""))
    seen = Seen(html)
    assert not seen.marks - _OF_FORGES, seen.marks - _OF_FORGES
    assert not [link for link in seen.links if not link.startswith("#")], seen.links


_FORGE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_OF_FORGES = frozenset(
    f"<{tag}"
    for tag in (
        "h1 h2 h3 h4 p ul ol li strong em s code pre blockquote table thead tbody tr th td hr br"
        " details summary"
    ).split()
)


def page(given: bytes) -> None:
    r"""Any text as a page of an agreement (or, after a first byte \x01, as a hand-written one)."""
    text = given.decode("utf-8", "ignore").replace("\r\n", "\n")
    before = base()
    if text[:1] == "\x01":
        archive = replace(before, texts={**before.texts, "docs/huong-dan/index.md": text[1:]})
        told(checks.check(archive))
        return
    archive, problems = _with_page(before, before.agreements[0], text)
    bad = told(problems)
    sides = [telling.Text(name="a", page=each.agreements[0].page) for each in (before, archive)]
    telling_ = telling.tell(*sides)
    assert not Seen(telling_.html()).marks - known() - _OF_DIFF
    as_a_forge_reads(telling_.markdown())
    assert not any("\x1b" in part for line in telling_.lines() for _, part in line)
    as_a_forge_reads(review.tell(before, archive, problems).markdown())
    if not bad:
        published(archive)


_KINDS = (Unit, SharedClause, Glossary)


def data(given: bytes) -> None:
    """Any YAML as a data file; the first byte says as which."""
    kind = _KINDS[given[0] % 3] if given else Unit
    text = given[1:].decode("utf-8", "ignore")
    before = base()
    if kind is Unit:
        path = "data/units/truong-thu.yml"
        unit = read(text, path, Unit)
        bad = told(unit.problems)
        assert bad == (unit.value is None)
        if unit.value is None:
            return
        archive = replace(before, units={UnitId("truong-thu"): unit.value}, agreements=())
        archive = replace(archive, agreements=tuple(_agreements(archive, unit.value)))
        places = {**before.places, path: unit.places}
    elif kind is SharedClause:
        path = "data/clauses/hop-giao-ban.yml"
        shared = read(text, path, SharedClause)
        bad = told(shared.problems)
        assert bad == (shared.value is None)
        if shared.value is None:
            return
        archive = replace(before, shared={"hop-giao-ban": shared.value})
        places = {**before.places, path: shared.places}
    else:
        path = "data/glossary.yml"
        glossary = read(text, path, Glossary)
        bad = told(glossary.problems)
        assert bad == (glossary.value is None)
        if glossary.value is None:
            return
        archive = replace(before, glossary=glossary.value)
        places = {**before.places, path: glossary.places}
    archive = replace(archive, places=places, texts={**archive.texts, path: text})
    problems: tuple[Problem, ...] = ()
    for each in archive.agreements:
        archive, problems = _with_page(archive, each, archive.texts[PAGE])
    bad = told((*problems, *checks.check(archive), *keeping.check(archive)))
    as_a_forge_reads(review.tell(before, archive, problems).markdown())
    if not bad:
        published(archive)


def _agreements(archive: Archive, unit: Unit) -> list[Agreement]:
    """A version for each that the facts name, all with the text of the base."""
    own = archive.texts[PAGE]
    page_ = base().agreements[0].page
    assert own
    return [
        Agreement(
            unit_id=UnitId("truong-thu"), unit=unit, series_id=series_id, period=period,
            version=version, page=page_, path=f"docs/don-vi/truong-thu/{series_id}/{period}.md",
        )
        for series_id, series in list(unit.series.items())[:3]
        for period, edition in list(series.editions.items())[:3]
        for version in ("goc", *map(str, list(edition.versions)[:2]))
    ]  # fmt: skip


# Never in a fuzzer: they build and serve for seconds, or write outside the project given.
_NOT_RUN = ("build", "serve", "verify", "schema")


def command_line(given: bytes) -> None:
    """Any arguments, one a line, and after an empty line a file of the project: path, then bytes."""
    head, _, rest = given.replace(b"\0", b"").partition(b"\n\n")
    name, _, content = rest.partition(b"\n")
    command, *others = head.decode("utf-8", "surrogateescape").split("\n")
    if command in _NOT_RUN or any(_outside(each) for each in others):
        return
    with tempfile.TemporaryDirectory(prefix="qcph-fuzz-") as folder:
        root = Path(shutil.copytree(BASE, Path(folder, "p")))
        _put(root, name, content)
        own = ["--root", str(root)] if command in cli.cli.commands else []
        code, said = ran([command, *own, *others])
    assert code in (0, 1, 2), code
    assert code != 2 or said.strip()
    assert "\x1b" not in said


def _outside(argument: str) -> bool:
    """Whether an argument names a place outside the project that is made for one run."""
    return argument.startswith(("/", "~", "--r", "--s", "--c")) or ".." in Path(argument).parts


def ran(arguments: list[str]) -> tuple[int, str]:
    """A command line in this process: its exit code and all that it printed, as UTF-8 takes it."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = cli.run(arguments)
        out.flush()
    return code, out.buffer.getvalue().decode()


def _put(root: Path, name: bytes, content: bytes) -> None:
    """Lay a file into the project, where its name can be one."""
    path = root / name.decode("utf-8", "surrogateescape").lstrip("/")
    if not name or b"\0" in name or ".." in path.parts or not path.name or path.is_dir():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError:  # a name that this disk does not take, or below a file
        return
