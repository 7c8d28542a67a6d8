# MkDocs events: joins the publication to MkDocs and decides nothing itself.
# Agreements never pass through Markdown or Jinja: their pages enter MkDocs empty and get their
# HTML and contents list from `render`.
"""Hooks of mkdocs.yml (`hooks:`)."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import escape
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents

from macros.archive import load
from macros.checks import check
from macros.git import head
from macros.problem import Severity
from macros.publish import Publication, build_record
from macros.render import Contact, SitePage

AS_OF = "QCPH_AS_OF"
_pages: dict[str, SitePage] = {}


def as_of_day(root: Path) -> date:
    """The day for which states are told: QCPH_AS_OF, else the commit's, else today."""
    if named := os.environ.get(AS_OF):
        return date.fromisoformat(named)
    commit = head(root)
    return commit.day if commit else date.today()


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read and check the sources; nothing is built from sources with errors."""
    # MkDocs stamps sitemap.xml.gz; no page may change because of an unrelated commit.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    root = Path(config.config_file_path).parent
    loaded = load(root)
    problems = sorted({*loaded.problems, *check(loaded.archive)})
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        told = "\n".join(problem.text() for problem in errors)
        raise Abort(f"Không dựng trang vì có {len(errors)} lỗi:\n{told}")
    edit = ""
    if config.repo_url and config.edit_uri:
        edit = config.repo_url.rstrip("/") + "/" + config.edit_uri.lstrip("/")
    contact = Contact(edit=edit, report=config.extra.get("report_url") or "")
    config.extra["publication"] = Publication(loaded.archive, as_of_day(root), contact)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Agreements leave as Markdown and come back as pages at their public addresses."""
    publication: Publication = config.extra["publication"]
    for file in [file for file in files if file.src_uri.startswith("don-vi/")]:
        files.remove(file)
    _pages.clear()
    for page in publication.pages():
        uri = f"{page.address}index.md"
        _pages[uri] = page
        made = File.generated(config, uri, content="")
        made.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(made)
    for address, content in publication.files():
        files.append(File.generated(config, address, content=content))
    return files


@event_priority(100)
def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """Give a generated page its metadata, before any plugin looks at it."""
    made = _pages.get(page.file.src_uri)
    if made is None:
        return markdown
    page.meta = {
        # Material prints these as they are.
        "title": str(escape(made.title)),
        "description": str(escape(made.description)),
        "document": bool(made.source),
        "hide": ["navigation"] if made.contents else ["navigation", "toc"],
        "render_macros": False,
        "search": {"exclude": not made.searchable},
    }
    page.edit_url = None
    if config.site_url and made.canonical:
        page.canonical_url = config.site_url.rstrip("/") + "/" + made.canonical
    return ""


@event_priority(-100)
def on_page_content(html: str, *, page: Page, **_: Any) -> str:
    """Put in what `render` made."""
    made = _pages.get(page.file.src_uri)
    if made is None:
        return html
    page.toc = _contents(made)
    return made.html


def on_post_build(config: MkDocsConfig) -> None:
    """Write build.json; without a site address there is nothing for a sitemap to say."""
    site = Path(config.site_dir)
    if not config.site_url:
        for name in ("sitemap.xml", "sitemap.xml.gz"):
            (site / name).unlink(missing_ok=True)
    publication: Publication = config.extra["publication"]
    commit = head(Path(config.config_file_path).parent)
    record = build_record(
        site, commit.id if commit else None, commit.time if commit else None, publication.as_of
    )
    (site / "build.json").write_bytes(record)


def _contents(page: SitePage) -> TableOfContents:
    top: list[Any] = []
    path: list[AnchorLink] = []
    for line in page.contents:
        link = AnchorLink(str(escape(line.title)), line.id, line.level)
        while path and path[-1].level >= line.level:
            path.pop()
        (path[-1].children if path else top).append(link)
        path.append(link)
    return TableOfContents(top)
