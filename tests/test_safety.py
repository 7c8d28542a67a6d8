# The doors of hand-written pages, letters, file names and sizes; attacks over all doors at once are
# in tests/hostile/. The walls behind `check` are tried here one by one, without it.
"""What sources may not do, and the sandbox and sanitiser that stand behind the checks."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, TemplateError

import macros
from macros.archive import load, problems_of
from macros.grammar import parse
from macros.limits import cut_short, paths, too_heavy, too_large
from macros.links import Lines, LiteralHtml, in_html, rendered
from macros.model import Archive, Glossary
from macros.problem import Problem, Severity
from macros.reading import read
from macros.safety import ELEMENTS, MACROS, Sandbox, check, is_address, sanitised

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/huong-dan/trang.md"
BY_HAND = sorted(
    path
    for path in ROOT.glob("docs/**/*.md")
    if path.relative_to(ROOT).parts[1] not in ("don-vi", "assets")
)


def told(text: str, path: str = PAGE) -> list[str]:
    """Place and code of what is unsafe in one text."""
    archive = Archive(units={}, agreements=(), texts={path: text})
    return [f"{p.line}:{p.column} {p.code}" for p in sorted(check(archive))]


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# --- macros ---

# What would read files, run code or burn the machine if it were run.
TEMPLATES = [
    "{{ config }}",
    "{{ page }}",
    "{{ page.meta }}",
    "{{ files }}",
    "{{ navigation }}",
    "{{ environment }}",
    "{{ plugin }}",
    "{{ macros }}",
    "{{ extra }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ context() }}",
    "{{ macros_info() }}",
    "{{ now() }}",
    '{{ fix_url("x") }}',
    "{{ lipsum() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler('a') }}",
    "{{ joiner() }}",
    "{{ namespace() }}",
    "{{ dict() }}",
    "{{ range(10**9) }}",
    "{{ 7 * 7 }}",
    "{{ 'a' * 10**9 }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ config.theme.get_env().from_string('x').render() }}",
    "{{ clause.__globals__ }}",
    "{{ clause }}",
    "{{ clause.__globals__('a', 'b') }}",
    "{{ overview()|attr('x') }}",
    "{{ overview()|map('x') }}",
    "{{ overview()|format }}",
    "{{ overview()|safe }}",
    "{{ overview() ~ config }}",
    "{{ overview(config) }}",
    "{{ overview(*config) }}",
    "{{ overview(**config) }}",
    "{{ overview()[0] }}",
    "{{ overview() if 1 }}",
    "{{ overview() is defined }}",
    "{{ 'text' }}",
    "{% set a = 1 %}",
    "{% for a in 'ab' %}{% for b in 'ab' %}{% endfor %}{% endfor %}",
    "{% if 1 %}a{% endif %}",
    "{% import 'mkdocs.yml' as a %}",
    "{% from 'mkdocs.yml' import a %}",
    "{% include 'index.md' %}",
    "{% extends 'index.md' %}",
    "{% block a %}{% endblock %}",
    "{% macro a() %}{% endmacro %}",
    "{% call overview() %}{% endcall %}",
    "{% filter upper %}{% endfilter %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% do config %}",
    "{% unknown %}",
    "{% raw %}a",
    "{{",
    "{{ " + "(" * 5000,
    "{{ a" + " + a" * 5000 + " }}",
]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda text: text[:40])
def test_only_documented_calls_pass(template):
    """Everything of Jinja but the documented calls is told, also between good ones."""
    found = told(f"# A\n\n{template}\n")

    assert [code[:2] for code in found] == ["3:"]
    assert [code[-4:] for code in found] == ["S103"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda text: text[:40])
def test_the_sandbox_runs_nothing_else(template):
    """What the check would tell does not compile, whatever names a plugin has put in."""
    sandbox = Sandbox(undefined=StrictUndefined, loader=object())
    sandbox.globals.update(config={"a": 1}, range=range, overview=lambda *_, **__: "x")

    with pytest.raises((TemplateError, RecursionError)):
        sandbox.from_string(template).render()


def test_documented_calls_pass():
    """The documented macros, `raw` and text are untouched, in the check and in the sandbox."""
    text = (
        '# A\n\n{{ clause("a", "b") }} {{ clause("a", "b", union="c") }}\n\n{{ overview() }}\n'
        "\n{% raw %}{{ config }}{% endraw %} { } % # {# a #}\n"
    )
    sandbox = Sandbox(comment_start_string="{##", comment_end_string="##}")
    sandbox.globals.update(clause=lambda *given, **blanks: f"{given}{blanks}", overview=lambda: "o")

    assert told(text) == []
    assert sandbox.from_string(text).render() == (
        "# A\n\n('a', 'b'){} ('a', 'b'){'union': 'c'}\n\no\n\n{{ config }} { } % # {# a #}"
    )


def test_the_sandbox_offers_the_documented_macros_alone():
    """After a page's preparation no variable, filter, test or other global is left."""
    plugin = SimpleNamespace(
        env=Sandbox(),
        variables={"config": 1, "files": 2, "page": 3},
        page=SimpleNamespace(meta={"clause": "x"}),
    )
    plugin.env.globals.update(context=1, now=2, clause=3, overview=4)
    plugin.env.filters.update(pretty=str)
    macros.on_pre_page_macros(plugin)

    assert sorted(plugin.env.globals) == sorted(MACROS)
    assert (plugin.env.filters, plugin.env.tests, plugin.env.loader) == ({}, {}, None)
    assert plugin.variables == {"page": SimpleNamespace(meta={})}


def test_a_page_calls_so_often():
    """Calls are counted, because each puts in what may be long."""
    call = '{{ clause("a", "b") }}\n\n'

    assert told("# A\n\n" + call * MACROS["clause"]) == []
    assert told("# A\n\n" + call * (MACROS["clause"] + 3)) == ["203:1 S103"]
    assert told("# A\n\n" + "{{ overview() }}\n\n" * 2) == ["5:1 S103"]


# --- front matter ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nsearch: {exclude: true}\nhide: [navigation, toc]\n---\n\n# A\n", []),
        ("# A\n\n---\ntitle: a\n---\n", []),
        ("---\ntitle: a\n---\n\n# A\n", ["2:1 S104"]),
        ("--- \nrender_macros: false\n---\n", ["2:1 S104"]),
        ("---\nclause: a\noverview: b\n---\n", ["2:1 S104", "3:1 S104"]),
        ("---\na: &a [*a]\n---\n", ["2:1 S104"]),
        ("---\n!!python/object/apply:os.system [id]\n---\n", ["2:1 S104"]),
        ("---\nsearch: {exclude: true, boost: 9}\n---\n", ["2:1 S104"]),
        ("---\nhide: [toc]\n", ["1:1 S104"]),
        ("---\nhide: [toc]\n...\n", ["1:1 S104", "3:1 S104"]),
        ("title: a\n\n# A\n", ["1:1 S104"]),
        ("   Title: a\nb\n", ["1:1 S104"]),
    ],
)
def test_declarations(text, expected):
    """A page declares what our own pages need, in the form in which they do, or it is told."""
    assert expected == told(text)


# --- the body ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <b>b</b>", ["3:3 S101", "3:7 S101"]),
        ("<script>x</script>", ["3:1 S101", "3:10 S101"]),
        ("<div markdown>\n\n</div>", ["3:1 S101", "5:1 S101"]),
        ("<!-- a -->", ["3:1 S101"]),
        ("`<b>` and 1 < 2\n\n    <b>\n\n```html\n<b>\n```", []),
        ("a {: onclick=x() }", []),  # that is text: attributes stand at a line's end or below
        ("*a*{: onclick=x() }", ["3:7 S105"]),
        ("a\n{: style='color:red' }", ["4:4 S105"]),
        ("## A {: data-redirect=x #a }", ["3:9 S105"]),
        ("## A {#__config}", ["3:8 S105"]),
        ("## __search", ["3:4 S105"]),
        ("a\n{ .md-overlay }", ["4:4 S105"]),
        ("```{.python onclick=x}\na\n```", []),  # no fence of code in this form: text
        ("!!! mermaid\n    a", ["3:5 S105"]),
        ("[a](b.md){: target=_blank }", ["3:13 S105"]),
        ("[a](b.md){: href=javascript:x }", ["3:18 S106"]),
        ("![a](a.png){: srcset=x }", ["3:15 S105"]),
        ("[a](javascript:x)", ["3:5 S106"]),
        ("[a](&#106;avascript:x)", ["3:1 S106"]),
        ("[a][b]\n\n[b]: JAVASCRIPT:x", ["5:6 S106"]),
        ("<javascript:x>", ["3:1 S101"]),
        ("[a](vbscript:x) [b](file:///etc/passwd)", ["3:5 S106", "3:21 S106"]),
        ("[a](/\\noi-khac.example)", ["3:5 S106"]),
        ("![a](anh.svg)", ["3:6 S106"]),
        ("![a](../don-vi/a.png)", ["3:6 S106"]),
        ("![a](/a.png)", ["3:6 S106"]),
        ("![a](a.png) ![b](../assets/kien-truc.svg)", []),
        ("- " * 1000 + "a", ["1:1 S112"]),
    ],
)
def test_body(text, expected):
    """What Markdown makes of a page has known elements, attributes and addresses only."""
    assert expected == told(f"# A\n\n{text}\n")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a.md", True),
        ("../a/b.md#c", True),
        ("#c", True),
        ("?a=b", True),
        ("", True),
        ("https://a.example/b?c#d", True),
        ("HTTP://a.example", True),
        ("mailto:a@b.example", True),
        ("tel:+8424", True),
        ("javascript:x", False),
        ("JavaScript:x", False),
        ("java\tscript:x", False),
        ("java\nscript:x", False),
        ("\x01javascript:x", False),
        (" javascript:x", False),
        ("data:text/html,x", False),
        ("blob:x", False),
        ("view-source:x", False),
        ("//a.example", False),
        ("/\\a.example", False),
        ("\\\\a.example", False),
        ("https:\\\\a.example", False),
    ],
)
def test_addresses(address, expected):
    """Where a link may lead, as browsers read it."""
    assert is_address(address) is expected


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<a href="javascript:alert(1)">a</a>',
    '<a href="jav&#x09;ascript:alert(1)">a</a>',
    '<a href="&#1;javascript:alert(1)">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<a href="//noi-khac.example">a</a>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<base href='https://noi-khac.example/'>",
    "<meta http-equiv=refresh content='0;url=https://noi-khac.example'>",
    "<link rel=stylesheet href=x>",
    "<style>@import 'x'</style>",
    "<p style='position:fixed'>a</p>",
    "<form action=x><button formaction='javascript:alert(1)'>a</button></form>",
    "<details open ontoggle=alert(1)>a</details>",
    "<h1 id=__config>{}</h1>",
    "<pre class=mermaid>a</pre>",
    "<p data-redirect=x>a</p>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<input type=text autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<!--><script>alert(1)</script>-->",
    "<xmp><p title='</xmp><script>alert(1)</script>'></xmp>",
    "<img src='https://noi-khac.example/a.png'>",
    "<img srcset='https://noi-khac.example/a.png'>",
]


def assert_known(html: str) -> None:
    """No element or attribute beyond those of the lists, read as a browser's parser would."""
    names = "class id href src title alt start align open type disabled checked".split()
    for tag, attributes in Elements(html).found:
        assert tag in ELEMENTS
        assert set(attributes) <= set(names)
        assert is_address(attributes.get("href") or "")
        assert not re.match("[a-z]+:|//", attributes.get("src") or "")
        assert not (attributes.get("id") or "").startswith("_")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_sanitiser_takes_away_what_could_act(payload):
    """What no check has seen leaves the sanitiser without anything that acts."""
    assert_known(sanitised(f"<p>a</p>{payload}<p>b</p>"))


@given(st.lists(st.sampled_from([*PAYLOADS, *"<>\"'=/ &;a\n", "<p ", "</", "<!--", "]]>"])))
def test_the_sanitiser_holds_for_any_mixture(pieces):
    """However pieces of attacks are put together, only known elements come out."""
    assert_known(sanitised("".join(pieces)))


@given(st.lists(st.sampled_from([*PAYLOADS, *"<>[]()*_`#{}:|!\n ", "\n\n", "{: ", " }", "    "])))
def test_markdown_makes_no_element_of_raw_html(pieces):
    """In any page, what stands as HTML comes out as text: no element is made by it."""
    found = rendered("".join(pieces)).elements or ()

    assert {tag for tag, _ in found} <= ELEMENTS | {"div"}


@pytest.mark.parametrize("page", BY_HAND, ids=lambda path: path.stem)
def test_the_sanitiser_keeps_our_own_pages(page):
    """Every page of the guide keeps all its elements, attributes and words."""
    html = in_html(page.read_text(encoding="utf-8"), LiteralHtml())
    before, after = Elements(html), Elements(sanitised(html))

    assert (before.found, before.text) == (after.found, after.text)


def test_the_sanitiser_keeps_what_the_theme_dresses():
    """Notes, folds, tables, tasks, keys, marks of changes and code stay as they are."""
    html = in_html(
        '# A {#a}\n\n!!! note "B"\n    c\n\n??? tip "D"\n    e\n\n| a | b |\n|:-:|--:|\n| c | d |\n'
        "\n- [x] f\n- [ ] g\n\n++ctrl+a++ {++h++} {--i--} {==j==}\n\n3. k\n\nl\n:   m\n"
        "\n```python\nx = 1  # n\n```\n\n![o](p.png \"q\") [r](s.md 't')\n",
        LiteralHtml(),
    )
    before, after = Elements(html), Elements(sanitised(html))
    spelled = [(tag, {k: v or "" for k, v in found.items()}) for tag, found in before.found]

    assert (spelled, before.text) == (after.found, after.text)
    assert {"details", "th", "input", "kbd", "ins", "del", "mark", "ol", "dl", "img"} <= {
        tag for tag, _ in after.found
    }


def test_places_are_found_in_order():
    """Equal words have their own places one after the other; entities are found by their line."""
    lines = Lines("[a](b) `[a](c)`\n\n[a](b)\n\n```\n[a](b)\n```\n[x](&#98;&#99;)\n")

    assert [lines.of("b"), lines.of("b"), lines.of("bc")] == [(1, 5), (3, 5), (8, 1)]


# --- letters ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Công đoàn Ươm Ỹ ﬁ ª µg Å", []),
        ("Правда α β Ω 中文 ไทย", []),
        ("α-amylase, 5 µm, x²", []),
        ("Cоng", ["1:2 S107"]),
        ("Сông đoàn, Сông", ["1:1 S107", "1:12 S107"]),
        ("Bαn", ["1:2 S107"]),
        ("ΑBC", ["1:1 S107"]),
        ("ＡＢＣ", ["1:1 S107"]),
        ("𝐀𝐁", ["1:1 S107"]),
        ("Ꭺb", ["1:1 S107"]),
        ("Ðiều, ðoàn, Ɖiều", ["1:1 S117", "1:7 S117", "1:13 S117"]),
        ("Ð", []),
    ],
)
def test_letters(text, expected):
    """A letter of another alphabet in a Latin word is told; words of that alphabet are not."""
    assert expected == told(text, "docs/don-vi/a.md")


def test_sources_of_the_project_have_no_false_alarm():
    """No text of the five real units and of the guide is unsafe, and none has a strange letter."""
    codes = {problem.code for problem in problems_of(load(ROOT))}

    assert not {code for code in codes if code.startswith("S")}


# --- names ---


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("docs/index.md docs/huong-dan/a_b.2.md data/sources/qd-474.pdf docs/assets/X.JS", {}),
        ("docs/.DS_Store", {}),
        ("docs/huong-dan/A.md", {"docs/huong-dan/A.md": "S113"}),
        ("docs/huong-dan/con.md", {"docs/huong-dan/con.md": "S113"}),
        ("docs/huong-dan/a./b.md", {"docs/huong-dan/a./b.md": "S113"}),
        ("docs/AUX/a.md", {"docs/AUX/a.md": "S113"}),
        ("data/units/lpt1.yml", {"data/units/lpt1.yml": "S113"}),
        ("docs/huong-dan/aux.b.md", {"docs/huong-dan/aux.b.md": "S113"}),
        ("data/sources/đ.txt", {"data/sources/đ.txt": "S113"}),
        (f"docs/huong-dan/{'a' * 200}.md", {f"docs/huong-dan/{'a' * 200}.md": "S113"}),
        (
            "docs/huong-dan/a.md docs/huong-dan/A.md docs/huong-dan/a/index.md",
            {"docs/huong-dan/A.md": "S114", "docs/huong-dan/a/index.md": "S114"},
        ),
        ("data/sources/a.txt data/sources/A.TXT", {"data/sources/A.TXT": "S114"}),
        ("docs/don-vi/a docs/don-vi/a.", {"docs/don-vi/a.": "S114"}),
        (
            "docs/huong-dan/\u1eaf.md docs/huong-dan/a\u0306\u0301.md",
            {
                "docs/huong-dan/\u1eaf.md": "S113",
                "docs/huong-dan/a\u0306\u0301.md": "S114",
            },
        ),
        ("docs/huong-dan/a.html", {"docs/huong-dan/a.html": "S115"}),
        ("docs/huong-dan/a.markdown", {"docs/huong-dan/a.markdown": "S115"}),
        (
            "docs/huong-dan/a.svg docs/ky-thuat/a.js",
            {
                "docs/huong-dan/a.svg": "S115",
                "docs/ky-thuat/a.js": "S115",
            },
        ),
        (
            "docs/don-vi.md docs/so-sanh/a.md docs/robots.txt docs/dieu-khoan/a.md",
            {
                "docs/don-vi.md": "S115",
                "docs/so-sanh/a.md": "S115",
                "docs/robots.txt": "S115",
                "docs/dieu-khoan/a.md": "S115",
            },
        ),
        (
            "docs/huong-dan/.a.md data/.b docs/.git/config",
            {
                "docs/huong-dan/.a.md": "S115",
                "data/.b": "S115",
                "docs/.git/config": "S115",
            },
        ),
        (
            "data/sources/a.exe data/sources/a.svg data/schema/a.py data/sources/a",
            {
                "data/sources/a.exe": "S115",
                "data/sources/a.svg": "S115",
                "data/schema/a.py": "S115",
                "data/sources/a": "S115",
            },
        ),
    ],
)
def test_names(names, expected):
    """Which files belong into docs/ and data/, and what they may be called on any disk."""
    assert expected == {problem.path: problem.code for problem in paths(names.split())}


def test_a_program_is_told_where_the_disk_knows(tmp_path):
    """A file marked as executable is told, unless the disk says so of every file."""
    for name in ("docs/index.md", "docs/huong-dan/index.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# A\n", encoding="utf-8")
    if os.name == "nt":
        pytest.skip("Windows has no such mark")
    (tmp_path / "docs/index.md").chmod(0o755)

    assert [(p.path, p.code) for p in load(tmp_path).problems] == [("docs/index.md", "S115")]
    (tmp_path / "docs/huong-dan/index.md").chmod(0o755)
    assert load(tmp_path).problems == ()


# --- sizes ---


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("docs/don-vi/a/b/2024-2025.md", 500_000),
        (PAGE, 100_000),
        ("data/units/a.yml", 1_000_000),
        ("data/sources/a.txt", 1_000_000),
        ("data/sources/a.pdf", 20_000_000),
    ],
)
def test_sizes(path, most):
    """Each kind of file may have so many bytes and not one more."""
    assert too_large(path, most) is None
    assert getattr(too_large(path, most + 1), "code", None) == "S108"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (PAGE, "a" * 9_999 + "\n", None),
        (PAGE, "a\n" + "b" * 10_001 + "\n", "2 S109"),
        ("data/units/a.yml", "b" * 10_001, "1 S109"),
        (PAGE, "# A\n\n" + "[" * 100 + "\n", None),
        (PAGE, "# A\n\n" + "[<" * 50 + "[\n", "3 S110"),
        ("docs/don-vi/a.md", "# A\n\n" + "[" * 101 + "\n", None),
        (PAGE, "# A\n\n" + ("[" * 90 + "\n\n") * 17, "35 S110"),
        (PAGE, "# A\n\n\n\n" + "Một câu.\n" * 1200, "5 S111"),
        (PAGE, "![a](b.png)\n\n" * 51, "1 S110"),
        (PAGE, "# A\n\n&#99999999;\n", "3 S110"),
        (PAGE, "# A\n\n&#xfffffff;\n", "3 S110"),
        (PAGE, "# A\n\n&#1234567; &#x10FFFF;\n", None),
    ],
)
def test_weights(path, text, expected):
    """A text that would take long to read is told before it is read."""
    found = too_heavy(path, text)

    assert expected == (found and f"{found.line} {found.code}")


def test_large_files_are_not_read(tmp_path):
    """A file over its limit is told alone, and nothing of it reaches the archive."""
    for name in (
        "docs/huong-dan/a.md",
        "data/units/a.yml",
        "data/sources/a.txt",
        "data/sources/b.pdf",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        with (tmp_path / name).open("wb") as file:
            file.truncate(30_000_000)
    loaded = load(tmp_path)

    assert [p.code for p in loaded.problems] == ["S108"] * 4
    assert (loaded.archive.texts, loaded.archive.sources) == ({}, {})


def test_data_files_end_somewhere():
    """A data file with endless names or mistakes is told once it is enough."""
    many = "".join(f"  k{number}: 5\n" for number in range(60_000))
    wrong = "".join(f"  k{number}: 5\n" for number in range(2000))
    again = "a: b\n" * 60_000

    assert "S110" in {p.code for p in read(f"abbreviations:\n{many}", "a.yml", Glossary).problems}
    assert "S110" in {p.code for p in read(again, "a.yml", Glossary).problems}
    assert len(read(f"abbreviations:\n{wrong}", "a.yml", Glossary).problems) == 1000


def test_endless_mistakes_are_cut_short():
    """Of each file the first 200 mistakes are told and the rest counted, as grave as they are."""
    slight = [Problem("a", n, 1, "S117", "x", severity=Severity.WARNING) for n in range(1, 203)]
    grave = [Problem("b", n, 1, "S107", "x") for n in range(1, 205)]
    told_ = list(cut_short([*slight, *grave, Problem("c", 1, 1, "S101", "x")]))
    rest = [problem for problem in told_ if problem.code == "S116"]

    assert [(p.path, p.line, p.severity.value) for p in rest] == [
        ("a", 201, "warning"),
        ("b", 201, "error"),
    ]
    assert [re.findall(r"\d+", p.message) for p in rest] == [["2"], ["4"]]
    assert len(told_) == 200 + 1 + 200 + 1 + 1


# Each would take minutes if any pattern looked at it twice for each of its characters.
LONG = [
    "**",
    "{#",
    "{# ",
    "{{ clause(",
    "|",
    "# ",
    "- ",
    "\\",
    "<a ",
    "  ",
    "a",
    "а",
    "```",
    "{%",
    "[",
    "ð",
]


@pytest.mark.parametrize("piece", LONG)
@pytest.mark.parametrize(
    "form", ["{0}", "{{{{ clause({0}x {{#a}}", "# A\n\n{0} {{#a}}\n", "---\n{0}"]
)
def test_long_lines_are_read_once(piece, form):
    """Half a megabyte of any mark is read to its end: a test that hangs has failed."""
    text = form.format(piece * (500_000 // len(piece)))
    parse(text, "a.md", lambda _: "")
    told(text[:100_000] if piece == "[" else text, "docs/don-vi/a.md")
    Lines(text).of("x")

    assert too_heavy(PAGE, text)
