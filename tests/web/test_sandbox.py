# The walls behind `check`: here the project's own check of hand-written pages is taken out, so that
# everything it would refuse reaches MkDocs. What the whole does is in test_hostile.
"""Hand-written pages that no check has seen: nothing of them runs, and nothing foreign comes out."""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import Once

from .conftest import AS_OF, build, copy_project, serving

PAGE = "huong-dan/xau"
SCRIPT = "<script>window.hacked=1</script>"
IMAGE = "<img src=x onerror=window.hacked=1>"
BODY = f"""---
title: "</title>{SCRIPT}"
description: "\\">{SCRIPT}"
template: redirect.html
location: "javascript:window.hacked=1"
render_macros: false
hide: [toc]
---

# Một `{SCRIPT}` &lt;/title&gt;&lt;script&gt;window.hacked=1&lt;/script&gt; {IMAGE} {{: data-toc-label='{SCRIPT}' }}

## Hai &lt;img src=x onerror=window.hacked=1&gt; {{: #__config onclick=window.hacked=1 }}

{SCRIPT}

{IMAGE}

<svg onload=window.hacked=1></svg>

<div markdown="1">
**đậm** {IMAGE}
</div>

Chữ *nghiêng*{{: onclick=window.hacked=1 style=position:fixed }} [liên kết](javascript:window.hacked=1)
[ba](van-ban.md){{: href=javascript:window.hacked=1 target=_blank }}
![hình](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+) <iframe srcdoc="{SCRIPT}"></iframe>

Một đoạn.
{{: .mermaid data-redirect=../../index.html }}

!!! note "{IMAGE}"
    {SCRIPT}

| a | b |
|:-:|---|
| {IMAGE} | c |

{{{{ overview() }}}}
"""
RUN = "window.hacked"
# Each would leave a file behind, read one, or never end.
TEMPLATES = {
    "chay": "{{ config.theme.get_env().from_string('x').render() }}",
    "doc": "{% include 'index.md' %}",
    "lap": "{% for a in range(10**9) %}{% endfor %}",
    "lop": "{{ clause.__globals__ }}",
    "tinh": "{{ 'a' * 10**9 }}",
}


# Where pages are checked.
UNCHECKED = {
    "macros/building/whole.py": (
        "    for path, text in beside.texts.items():\n"
        "        yield from kept(path, partial(_unsafe, path, text))\n"
    ),
    "macros/building/unit.py": ", *safety.check(archive)",
}


def unchecked(to: Path) -> Path:
    """The project without the check of hand-written pages and of calls in them."""
    project = copy_project(to)
    for name, call in UNCHECKED.items():
        code = (project / name).read_text(encoding="utf-8")
        assert call in code
        (project / name).write_text(code.replace(call, ""), encoding="utf-8")
    config = project / "mkdocs.yml"
    text = config.read_text(encoding="utf-8") + "\nnot_in_nav: |\n  /huong-dan/xau*.md\n"
    config.write_text(text, encoding="utf-8")
    return project


def _with_the_page(folder: Path) -> None:
    project = unchecked(folder / "project")
    (project / f"docs/{PAGE}.md").write_text(BODY, encoding="utf-8")
    build(project, folder / "site")


@pytest.fixture(scope="module")
def built(once: Once) -> Path:
    """The site with the hostile page."""
    return once("sandbox", _with_the_page) / "site"


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text of its title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.title = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "title":
            self.title += data


def test_page_holds_nothing_foreign(built: Path) -> None:
    """The page has elements and attributes of the guide and of the overview, and what is listed."""
    kinds = ("index.html", "huong-dan/index.html", "huong-dan/van-ban/index.html", "404.html")
    pages = ((built / kind).read_text(encoding="utf-8") for kind in kinds)
    known = {(tag, name) for html in pages for tag, has in Elements(html).found for name in has}
    known |= {("th", "align"), ("td", "align"), ("img", "alt")}
    found = Elements((built / PAGE / "index.html").read_text(encoding="utf-8")).found

    assert {(tag, name) for tag, has in found for name in has} - known == set()
    assert not {"iframe", "object", "embed", "base", "frame"} & {tag for tag, _ in found}
    for tag, has in found:
        assert RUN not in "".join(has.get(name, "") for name in ("href", "src")), has
        assert has.get("id") != "__config" or tag == "script"


def test_titles_are_text(built: Path) -> None:
    """A heading's words stand as words in the title, in the header and in the list of contents."""
    html = (built / PAGE / "index.html").read_text(encoding="utf-8")
    head = html.partition("</head>")[0]

    assert (1, 1) == (head.count("<title>"), head.count("</title>"))
    assert SCRIPT not in html
    assert IMAGE not in html
    assert "Một" in Elements(head).title


def test_declarations_have_no_effect(built: Path) -> None:
    """No declaration of the page names its template, its description or where it leads."""
    html = (built / PAGE / "index.html").read_text(encoding="utf-8")

    assert "http-equiv" not in html.partition("<body")[0].replace('http-equiv="Content-Sec', "")
    # render_macros did not switch the macros off; the overview stands only where it stands alone
    assert 1 == html.count('class="overview"')
    assert "\ufff9" not in html


@pytest.mark.browser
def test_nothing_runs(built: Path, chromium: Browser) -> None:
    """In Chromium, without any policy of a server's, no attack of the page has run."""
    with serving(built) as root:
        page = chromium.new_page(bypass_csp=True)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{root}{PAGE}/")
        page.wait_for_load_state("networkidle")
        for element in page.query_selector_all(".md-content em, .md-content h2, .md-content p"):
            element.dispatch_event("click")

        assert page.evaluate("window.hacked") is None
        assert page.url == f"{root}{PAGE}/"
        assert [url for url in asked if not url.startswith((root, "data:", "blob:"))] == []
        page.close()


def _with_templates(folder: Path) -> None:
    project = unchecked(folder / "project")
    for name, template in TEMPLATES.items():
        text = f"# A\n\n{template}\n"
        (project / f"docs/{PAGE}-{name}.md").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "macros", "build", "--as-of", AS_OF),
            *("--config", str(project / "mkdocs.yml"), "--site", str(folder / "site")),
        ],
        cwd=project,
        env={**os.environ, "PYTHONWARNDEFAULTENCODING": "", "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    (folder / "said").write_text(done.stdout + done.stderr, encoding="utf-8")


@pytest.fixture(scope="module")
def refused(once: Once) -> tuple[Path, str]:
    """The folder of a build of templates that no check has seen, and what it said."""
    folder = once("templates", _with_templates)
    return folder, (folder / "said").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_do_not_run(refused: tuple[Path, str], name: str) -> None:
    """What is no documented call does not compile: the build names the page and publishes nothing."""
    folder, said = refused

    assert f"xau-{name}" in said
    assert not (folder / "site").exists()
