"""The theme around generated pages."""

from __future__ import annotations

import pytest

from macros.building.shell import CONTENT, TITLE, Kind, Shell, UnknownScriptError
from macros.markup import SitePage
from macros.serving import source_of


def shell(*scripts: str) -> Shell:
    """One whose only frame is a title and the content."""
    return Shell(
        files={}, frames={Kind(1, False, False): ["<title>", TITLE, "</title>", CONTENT]},
        leaf=(), branch=(), names={}, written=(), addresses=(), scripts=scripts,
    )  # fmt: skip


def page(html: str) -> SitePage:
    return SitePage(address="don-vi/", title="Đơn vị", description="", html=html)


def test_page_stands_in_its_frame():
    made = shell().page(page("<p>Điều 1</p>"))

    assert "<title>Đơn vị</title><p>Điều 1</p>" == made.decode()


@pytest.mark.parametrize(
    "html",
    [
        "<script>a</script>",
        "<p>Đ</p><SCRIPT\ntype=module>a</sCript>",
        "<scrIpt>never ends",
        "<svg><script/>a</script></svg>",
    ],
)
def test_foreign_script_in_content_is_refused(html: str):
    with pytest.raises(UnknownScriptError, match="don-vi/"):
        shell().approve(html, "don-vi/")


@pytest.mark.parametrize(
    "html",
    [
        "<p>Điều 1</p>",
        "<p>&lt;script&gt;</p>",
        '<script type="application/json">{}</script>',
        '<script src="a.js"></script>',
        "<script>known</script>",
    ],
)
def test_other_content_is_accepted(html: str):
    shell(source_of("known")).approve(html, "don-vi/")
