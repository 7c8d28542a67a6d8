"""Names that change with the content, scripts in pages, and the policy."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.serving import (
    HASHED,
    inline_scripts,
    listed,
    named_by_content,
    policy,
    source_of,
    unknown_script,
)

ASSETS = {
    "assets/site.css": b'@font-face{src:url(fonts/a.woff2) format("woff2")} a{b:url(data:x)}',
    "assets/fonts/a.woff2": b"\x00\xff",
    "assets/page.js": b'import { x } from "./lib.js";\nfetch("./other.json");\n',
    "assets/lib.js": b"export const x = 1;\n",
}


def test_assets_name_each_other_by_public_names():
    """A style names its fonts, a script what it imports, as they are published; all else stays."""
    found = named_by_content(ASSETS)
    font, lib = found["assets/fonts/a.woff2"][0], found["assets/lib.js"][0]

    assert re.fullmatch(r"assets/fonts/a\.[0-9a-f]{8}\.woff2", font)
    assert found["assets/site.css"][1].decode() == (
        f'@font-face{{src:url({font.removeprefix("assets/")}) format("woff2")}} a{{b:url(data:x)}}'
    )
    assert found["assets/page.js"][1].decode() == (
        f'import {{ x }} from "./{lib.removeprefix("assets/")}";\nfetch("./other.json");\n'
    )
    assert all(HASHED.search(public) for public, _ in found.values())


@given(changed=st.sampled_from(sorted(ASSETS)), data=st.binary(min_size=1).map(bytes.hex))
def test_what_changes_gets_another_name(changed, data):
    """A change renames its own asset and those that name it, and no other."""
    names = {"assets/fonts/a.woff2": {"assets/site.css"}, "assets/lib.js": {"assets/page.js"}}
    before = named_by_content(ASSETS)
    after = named_by_content({**ASSETS, changed: ASSETS[changed] + data.encode()})
    renamed = {name for name in ASSETS if before[name][0] != after[name][0]}

    assert {changed, *names.get(changed, ())} == renamed


def test_circle_of_assets_is_told():
    """No name can hold the digest of what holds that name."""
    circle = {"a.js": b'import "./b.js";', "b.js": b'import "./a.js";'}
    with pytest.raises(ValueError, match=re.escape("a.js → b.js → a.js")):
        named_by_content(circle)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>no script</p>", []),
        ("<script>a=1</script>", ["a=1"]),
        ("<SCRIPT>\na=1</ScRiPt>", ["\na=1"]),
        ("<script>a</script><script type=module>b</script>", ["a", "b"]),
        ('<script data-src="x">a</script>', ["a"]),
        ('<script src="a.js"></script>', []),
        ("<script async SRC=a.js></script>", []),
        ('<script id="c" type="application/json">{}</script>', []),
        ('<script type="application/ld+json">{}</script>', []),
        ('<script type="application/jsonp">a</script>', ["a"]),
        ("<script>never ends", ["never ends"]),
        ("<svg><script>a</script></svg>", ["a"]),
    ],
)
def test_scripts_in_a_page(html: str, expected: list[str]):
    """Scripts that stand in the page are found, however written; files and data are none."""
    assert expected == list(inline_scripts(html))


def test_script_is_named_as_browsers_do():
    """The digest is that of the specification's own example."""
    assert source_of("doSomething();") == "'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='"


def test_list_has_comments():
    """A line may say whose script it is."""
    text = "# ours\n\nsha256-a+/=  # Material\nsha256-b\n"

    assert ("'sha256-a+/='", "'sha256-b'") == listed(text)


def test_policy_allows_listed_scripts_and_nothing_written_in_pages():
    """The list stands in script-src; a page can't say who frames it; nothing is 'unsafe-…'."""
    header = policy(["'sha256-a'"])
    page = policy(["'sha256-a'"], in_page=True)

    assert "script-src 'self' 'sha256-a'" in header.split("; ")
    assert "frame-ancestors 'none'" in header.split("; ")
    assert [part for part in header.split("; ") if "frame" not in part] == page.split("; ")
    assert "unsafe" not in header


def test_message_names_page_script_and_way():
    """The beginning of the script is shown harmlessly, and what to add is spelled out."""
    said = unknown_script("a/b.html", "alert(\n 'x\u202e'); " + "y" * 80)

    assert said.startswith(
        "a/b.html: trong trang có đoạn mã JavaScript chưa được chấp nhận: \"alert( 'x\\u202e'); yyy"
    )
    assert "y" * 60 not in said
    assert source_of("alert(\n 'x\u202e'); " + "y" * 80)[1:-1] in said
