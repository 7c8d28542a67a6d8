# One site with every attack that may be published (tests/hostile/, `expect: inert`): each becomes a
# unit of its own beside the real ones, with its own shared clause and hand-written page.
"""All attacks at once in the built site: nothing foreign stands in a page, and nothing runs."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page

from macros.serving import inline_scripts
from tests.conftest import Once
from tests.fuzz.promises import known
from tests.hostile.laying import BASE, NAMES, cases, lay

from .conftest import build, copy_project, serving
from .test_build import html_pages

INERT = [case for case in cases() if case.inert]
# Elements with which a text could do something.
_ACTIVE = ("iframe", "object", "embed", "base", "frame", "math", "template", "audio", "video")
_SCHEME = re.compile(r"[\s\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.\x00-\x20-]*):")
_TYPED = (
    "<script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>", "onerror hacked",
    '" onmouseover="window.hacked=1', "script window", "{{ 7*7 }}", "constructor", "__proto__",
    "+(", "^1~9", "*:*", "\\", "hacked" * 200,
)  # fmt: skip


def own(name: str) -> str:
    """What a case is called in the site."""
    return f"ca-{name}"


def into(project: Path, tmp: Path) -> dict[str, str]:
    """Put all inert cases into a project; the long forms of abbreviations of all of them."""
    longer: dict[str, str] = {}
    for case in INERT:
        laid, name = lay(case, tmp / case.name), own(case.name)
        call = re.compile(r"""(clause\(["'])hop-giao-ban""")
        for path in sorted(laid.rglob("*")):
            at = path.relative_to(laid).as_posix()
            base = BASE / at
            if path.is_dir() or at.startswith("data/sources/truong-thu"):
                continue
            if path.suffix == ".png":
                shutil.copyfile(path, project / at)
                continue
            text = call.sub(rf"\g<1>{name}", path.read_bytes().decode())
            if at == NAMES["G"]:
                longer = {**yaml.safe_load(text)["abbreviations"], **longer}
                continue
            if at.startswith("docs/huong-dan/") and base.exists():
                if path.read_bytes() == base.read_bytes() or not at.endswith("index.md"):
                    continue
                text = text.replace("van-ban.md#nhan", "van-ban.md")
            new = at.replace("truong-thu", name).replace("hop-giao-ban.yml", f"{name}.yml")
            new = new.replace("huong-dan/index.md", f"huong-dan/{name}.md")
            target = project / new.replace("sources/goc", f"sources/{name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.replace("goc.txt", f"{name}.txt").encode())
    return longer


def _attacked(folder: Path) -> None:
    project = copy_project(folder / "project")
    longer = into(project, folder / "laid")
    glossary = project / NAMES["G"]
    known_ = yaml.safe_load(glossary.read_text("utf-8"))["abbreviations"]
    text = yaml.safe_dump({"abbreviations": {**known_, **longer}}, allow_unicode=True)
    glossary.write_text(text, encoding="utf-8")
    config = project / "mkdocs.yml"
    text = config.read_text("utf-8") + "\nnot_in_nav: |\n  /huong-dan/ca-*.md\n"
    config.write_text(text, encoding="utf-8")
    shutil.rmtree(folder / "laid")
    build(project, folder / "site")


@pytest.fixture(scope="session")
def hostile_site(once: Once) -> Path:
    """The real project with all attacks in it, built."""
    return once("hostile", _attacked) / "site"


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def marks(html: str) -> set[str]:
    """`<p` and `p class=` of every element: what a page is made of."""
    return {
        mark
        for tag, attributes in Elements(html).found
        for mark in (f"<{tag}", *(f"{tag} {name}=" for name in attributes))
    }


def of_cases(site: Path) -> dict[str, str]:
    """The pages that show a text of a case."""
    pages = html_pages(site)
    return {at: html for at, html in pages.items() if "hacked" in html or "/ca-" in at}


def test_every_attack_is_in_the_site(hostile_site: Path) -> None:
    """The site was built with all of them, so what follows is about each."""
    pages = html_pages(hostile_site)
    missing = [
        case.name for case in INERT if f"don-vi/{own(case.name)}/cong-doan/2024-2025/" not in pages
    ]
    assert missing == []
    assert len(of_cases(hostile_site)) > 3 * len(INERT)


def test_pages_are_made_of_nothing_foreign(hostile_site: Path, site: Path) -> None:
    """Elements and attributes are those of the site without the attacks; scripts are the same."""
    clean = set().union(*map(marks, html_pages(site).values()))
    of_templates = {mark.removeprefix("<") for mark in known()}
    listed_ = {script for html in html_pages(site).values() for script in inline_scripts(html)}
    faults = []
    for address, html in html_pages(hostile_site).items():
        foreign = {
            mark
            for mark in marks(html) - clean
            if not {mark.removeprefix("<")} | set(mark.split(" ")[-1:]) & of_templates
        }
        scripts = set(inline_scripts(html)) - listed_
        faults += [(address, foreign, scripts)] if foreign or scripts else []
        for tag, attributes in Elements(html).found:
            if tag in _ACTIVE or any(name.startswith("on") for name in attributes):
                faults.append((address, tag, attributes))
            if "style" in attributes or (tag == "meta" and "refresh" in attributes.values()):
                faults.append((address, tag, attributes))

    assert faults == []


def test_links_lead_to_no_foreign_place(hostile_site: Path) -> None:
    """No address of a page has a scheme or host that is not ours or configured."""
    foreign = {
        (address, name, value)
        for address, html in of_cases(hostile_site).items()
        for _, attributes in Elements(html).found
        for name in ("href", "src", "action", "formaction", "data-redirect", "data-own", "poster")
        if (value := attributes.get(name, "")) and not value.startswith("data:image/svg+xml")
        if _SCHEME.match(value) or value.lstrip().startswith(("//", "\\"))
    }
    assert foreign == set()


def test_head_says_each_title_as_text(hostile_site: Path) -> None:
    """<title> and the description end where ours end, whatever a name holds."""
    for address, html in of_cases(hostile_site).items():
        head = html.partition("</head>")[0]

        assert (1, 1) == (head.count("<title>"), head.count("</title>")), address
        assert "<script>window" not in html, address


def test_search_texts_are_those_of_the_clauses(hostile_site: Path) -> None:
    """The index holds a text as agreement.json does: nothing in it is taken for HTML already."""
    texts = [
        json.loads(path.read_text("utf-8"))
        for path in sorted(hostile_site.glob("tim/loi/ca-*/**/*.json"))
    ]
    shown = {line for records in texts for record in records for line in record}

    assert len(texts) >= len(INERT)
    assert any("<img" in line for line in shown)
    for path in sorted(hostile_site.glob("don-vi/ca-*/*/*/agreement.json")):
        for clause in json.loads(path.read_text("utf-8"))["clauses"]:
            text = (
                f"{clause['label']} {clause['text']}"
                if clause["kind"] == "heading"
                else clause["text"]
            )
            assert text.strip() in shown


# --- Chromium ---

_WATCH = """
window.__seen = [];
const note = (what) => window.__seen.push(`${what} ${location.pathname}`);
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
  window[name] = () => { note(name); return null; };
}
Object.defineProperty(window, "hacked", { set: () => note("hacked"), get: () => undefined });
document.addEventListener("securitypolicyviolation", (event) =>
  note(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# Everything a reader can do on a page without leaving it.
_TOUCH = """() => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  const all = [...document.querySelectorAll(".md-content *")];
  for (const each of all) {
    for (const kind of ["mouseover", "mouseenter", "focus", "focusin", "pointerdown", "keyup"]) {
      each.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    if (each.closest("[role=search]")) continue;  // its button leads to another page
    if (each.matches("button:not([data-print], [data-copy])")) each.click();
    else if (each.click && !each.closest("a, form, label, button")) each.click();
  }
  return window.__seen;
}"""


class Watched:
    """A browser that opens pages of the hostile site and notes all that should not happen."""

    def __init__(self, chromium: Browser, root: str) -> None:
        self.root = root
        self.faults: list[str] = []
        self.context = chromium.new_context(locale="vi-VN")
        self.context.add_init_script(_WATCH)
        self.context.on("request", self._asked)
        self.context.on("dialog", lambda dialog: self.faults.append(f"dialog {dialog.message}"))
        self.context.on("page", lambda _: None)
        self.page = self.context.new_page()

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.root, "data:image/svg+xml", "blob:")):
            self.faults.append(f"asked {request.url}")

    def open(self, address: str) -> Page:
        self.page.goto(self.root + address)
        return self.page

    def touch(self) -> None:
        self.faults += self.page.evaluate(_TOUCH)

    def seen(self) -> list[str]:
        self.faults += self.page.evaluate("window.__seen")
        return sorted(set(self.faults))


@pytest.fixture(scope="module")
def hostile_root(hostile_site: Path) -> Iterator[str]:
    """The hostile site on loopback; what its pages' own policy stops is noted all the same."""
    with serving(hostile_site) as root:
        yield root


@pytest.fixture
def watched(chromium: Browser, hostile_root: str) -> Iterator[Watched]:
    found = Watched(chromium, hostile_root)
    yield found
    found.context.close()


# The pages go through the browser in so many tests, so that no worker has them all.
_PARTS = 6


@pytest.mark.browser
def test_the_watch_sees_what_runs(watched: Watched) -> None:
    """The tests below can fail: a payload that is put into a page is noted."""
    page = watched.open("huong-dan/")
    page.evaluate(
        """() => {
          const made = document.createElement("div");
          made.innerHTML = "<img src=x onerror=window.hacked=1><b onclick=alert(1)>b</b>";
          document.querySelector(".md-content").append(made);
        }"""
    )
    watched.touch()
    page.wait_for_timeout(200)

    assert any(each.startswith(("hacked", "alert", "script-src")) for each in watched.seen()), (
        watched.faults
    )


@pytest.mark.browser
@pytest.mark.parametrize("part", range(_PARTS))
def test_nothing_runs_on_any_page(watched: Watched, hostile_site: Path, part: int) -> None:
    """Each page is opened and touched all over: no script of a text, no dialog, no other host."""
    session = watched.context.new_cdp_session(watched.page)
    session.send("Network.enable")
    session.send("Network.setBlockedURLs", {"urls": ["*.woff2", "*.css", "*.svg"]})
    series = re.compile(r"don-vi/[^/]+/cong-doan/$")  # that shows an edition's text
    pages = [
        address
        for address, html in of_cases(hostile_site).items()
        if "hacked" in html and not series.fullmatch(address)
    ][part::_PARTS]
    assert len(pages) > len(INERT) / _PARTS
    for address in pages:
        watched.open(address)
        watched.touch()
        watched.faults += watched.page.evaluate("window.__seen")

    assert [] == watched.seen()


@pytest.mark.browser
def test_nothing_runs_in_the_search(watched: Watched) -> None:
    """Payloads typed into the search and found by it are shown as text."""
    page = watched.open("")
    tags: set[str] = set()
    box = page.locator(".find-input")
    box.fill("quy chế")  # the index comes with the first search
    page.locator(".find [role=option]").first.wait_for()
    for typed in ("quy chế", *_TYPED):
        box.fill(typed)
        page.wait_for_timeout(400)
        tags |= set(
            page.evaluate(
                """() => [...document.querySelectorAll(".find-panel *")]
                  .filter(each => !each.closest("svg"))
                  .flatMap(each => [each.localName, ...each.getAttributeNames()])"""
            )
        )
    found = page.locator(".find-panel").inner_text()

    assert [] == watched.seen()
    assert not tags & {*_ACTIVE, "script", "img", "style", "onerror", "onmouseover", "onclick"}
    assert tags, found


@pytest.mark.browser
@pytest.mark.parametrize("name", ["ten", "dia-ban", "loai", "chu", "q", "h"])
def test_nothing_runs_in_a_filter(watched: Watched, name: str) -> None:
    """What an address gives a filter is text."""
    path = "dieu-khoan/" if name == "chu" else "don-vi/"
    for typed in ("%3Cimg%20src=x%20onerror=window.hacked=1%3E", "%22onfocus=alert(1)%20x=%22"):
        watched.open(f"{path}?{name}={typed}#{typed}")
        watched.touch()
        watched.page.wait_for_timeout(100)

    assert [] == watched.seen()


_EDITIONS = [f"{own(name)}/cong-doan/2024-2025" for name in ("yaml-ten-don-vi", "yaml-nguoi-ky")]
_ASKED = [
    f"?old={_EDITIONS[0]}&new={_EDITIONS[1]}",
    "?old={0}/cong-doan/2024-2025&new={0}/cong-doan/2025-2026".format(own("yaml-ly-do-va-so-sanh")),
    "?old=%3Cimg%20src=x%20onerror=window.hacked=1%3E&new=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "?old=javascript:window.hacked=1&new=javascript:window.hacked=1",
    "?old=//evil.example/x/y&new=https://evil.example/x/y",
    "?old=../../../x&new=..%2f..%2fx",
    "?old=__proto__&new=constructor",
    "?__proto__[old]=x&constructor.prototype.old=y",
    "?old=%E0%A4%A&new=%00",
    f"?old={'a' * 5000}&new={'b/' * 2000}",
    f"?old={_EDITIONS[0]}&new={_EDITIONS[1]}#%3Cimg%20src=x%20onerror=window.hacked=1%3E",
]


@pytest.mark.browser
@pytest.mark.parametrize("asked", _ASKED, ids=lambda asked: asked[:60])
def test_nothing_runs_where_any_two_are_compared(watched: Watched, asked: str) -> None:
    """Whatever an address asks for, the page shows texts as text and asks no other host."""
    page = watched.open(f"so-sanh/{asked}")
    page.wait_for_load_state("networkidle")
    watched.touch()
    page.wait_for_timeout(100)

    assert [] == watched.seen()
    assert 0 == page.locator("[data-any] script, [data-any] img, [data-any] iframe").count()


_PAYLOAD = "<img src=x onerror=window.hacked=1>"
_JSON: list[Any] = [
    None, [], {}, "x", 1, [None], [[]], [{}], [{"id": _PAYLOAD, "unit": _PAYLOAD}],
    [{"id": "a/b/c", "unit": 1, "series": {}, "words": [], "address": "javascript:window.hacked=1"}],
    [
        {
            "id": f"{unit}/b/{_PAYLOAD}", "unit": _PAYLOAD, "series": _PAYLOAD, "words": _PAYLOAD,
            "period": _PAYLOAD, "address": address, "text": "full", "sample": False,
            "built": {f"a/b/{_PAYLOAD}": "javascript:window.hacked=1"},
        }
        for unit, address in (("a", "javascript:window.hacked=1"), ("c", "//evil.example/"))
    ],
    {"units": [[_PAYLOAD, _PAYLOAD, 0, -1, 0, 1]]},
    {
        "editions": [
            {
                "id": f"{_ASKED[0][5:].partition('&')[0]}", "unit": _PAYLOAD, "series": _PAYLOAD,
                "words": _PAYLOAD, "period": _PAYLOAD, "address": "javascript:window.hacked=1",
                "text": "full", "sample": False, "built": {"a": "javascript:window.hacked=1"},
            }
        ]
    },
]  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("given", _JSON, ids=lambda given: json.dumps(given)[:40])
@pytest.mark.parametrize("file", ["units.json", "editions.json", "agreement.json"])
def test_nothing_runs_from_a_hostile_file(watched: Watched, file: str, given: Any) -> None:
    """Should a file of the site hold what it never does, its texts are still text."""
    watched.context.route(f"**/{file}", lambda route: route.fulfill(json=given))
    asked = f"?old=a/b/{_PAYLOAD}&new=c/b/{_PAYLOAD}" if file == "units.json" else _ASKED[0]
    page = watched.open(f"so-sanh/{asked}")
    page.wait_for_load_state("networkidle")
    watched.touch()
    page.wait_for_timeout(100)
    links = page.evaluate("[...document.querySelectorAll('[data-any] a')].map(each => each.href)")

    assert [] == watched.seen()
    assert [] == [each for each in links if each and not each.startswith(watched.root)]
