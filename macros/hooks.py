# MkDocs events: joins the publication to MkDocs and decides nothing itself.
# Agreements never pass through Markdown or Jinja: their pages enter MkDocs empty, and as each is
# written it gets its HTML and contents list from `render` and the theme's frame around them.
# Hand-written pages do; what comes out of Markdown is sanitised before the theme has it.
"""Hooks of mkdocs.yml (`hooks:`)."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import jinja2
import mkdocs_macros.plugin
from markupsafe import escape
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import write_file
from mkdocs.utils.templates import TemplateContext, url_filter

from macros import git
from macros.archive import load, problems_of
from macros.cache import Cache
from macros.exchange.documents import documents, results
from macros.links import LiteralHtml
from macros.markup import OVERVIEW, SitePage, seen, up_from
from macros.problem import Severity
from macros.publish import Publication
from macros.render import Contact
from macros.safety import Sandbox, sanitised
from macros.search import Written, search_files, sections
from macros.serving import (
    HASHED,
    inline_scripts,
    listed,
    named_by_content,
    policy,
    source_of,
    unknown_script,
)
from macros.site import RECORD, build_record

AS_OF = "QCPH_AS_OF"
# A template that is the page's content and nothing else.
FILLED = "filled.html"
# What a hand-written page may declare at its top (S104).
_DECLARED = ("hide", "search")
_BUILT_FROM = ("docs", "data", "macros", "overrides", "deploy", "mkdocs.yml", "requirements.lock")
# What servers are told is code, and comes from where the code is.
_DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
_ASSETS = "assets/"


def as_of_day(root: Path) -> date:
    """The day for which states are told: QCPH_AS_OF, else the commit's, else today."""
    if named := os.environ.get(AS_OF):
        return date.fromisoformat(named)
    commit = git.head(root)
    return commit.day if commit else date.today()


@dataclass
class _Build:
    """What one build knows: `make` by page file, the page being written, the frames so far."""

    theme: jinja2.Environment = field(default_factory=partial(jinja2.Environment, autoescape=True))
    make: dict[str, Callable[[], SitePage]] = field(default_factory=dict)
    frames: dict[tuple[object, ...], list[str]] = field(default_factory=dict)
    now: SitePage | None = None
    serving: bool = False
    names: dict[str, str] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)


_build = _Build()


def on_startup(*, command: str, **_: Any) -> None:
    """`serve` puts a script of its own into each page, so there no page carries a policy."""
    _build.serving = command == "serve"


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read and check the sources; nothing is built from sources with errors."""
    # MkDocs stamps sitemap.xml.gz; no page may change because of an unrelated commit.
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    root = Path(config.config_file_path).parent
    loaded = load(root)
    errors = [each for each in problems_of(loaded) if each.severity is Severity.ERROR]
    if errors:
        told = "\n".join(seen(problem).text() for problem in errors)
        raise Abort(f"Không dựng trang vì có {len(errors)} lỗi:\n{told}")
    edit = ""
    if config.repo_url and config.edit_uri:
        edit = config.repo_url.rstrip("/") + "/" + config.edit_uri.lstrip("/")
    contact = Contact(edit=edit, report=config.extra.get("report_url") or "")
    publication = Publication(loaded.archive, as_of_day(root), contact)
    offered = config.extra.get("downloads", True)
    found = tuple(documents(loaded.archive.agreements, publication.pairs)) if offered else ()
    publication.offers(each.address for each in found)
    config.extra["publication"], config.extra["documents"] = publication, found
    config.extra["policy"] = "" if _build.serving else policy(_accepted(), in_page=True)
    config.markdown_extensions.append(f"{LiteralHtml.__module__}:{LiteralHtml.__qualname__}")
    # The plugin makes its environment after this, under the name that it finds then.
    mkdocs_macros.plugin.Environment = Sandbox  # type: ignore[attr-defined,assignment]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Agreements leave as Markdown and come back as pages at their public addresses."""
    publication: Publication = config.extra["publication"]
    for file in [file for file in files if file.src_uri.startswith("don-vi/")]:
        files.remove(file)
    _build.make, _build.frames, _build.now, _build.written = {}, {}, None, {}
    for address, make in publication.pages().items():
        uri = f"{address}index.md"
        _build.make[uri] = make
        made = File.generated(config, uri, content="")
        made.inclusion = InclusionLevel.NOT_IN_NAV
        files.append(made)
    _name_assets(files, config.docs_dir)
    config.extra_javascript = [
        _build.names.get(str(script), script) for script in config.extra_javascript
    ]
    return files


def _name_assets(files: Files, docs_dir: str) -> None:
    """Put the digest of each asset into its name: what is below assets/ never changes."""
    assets = [file for file in files if file.src_uri.startswith(_ASSETS)]
    ours = {file.src_uri: file for file in assets if file.src_dir == docs_dir}
    for file in assets:
        if file.src_uri not in ours and not HASHED.search(file.src_uri):
            files.remove(file)  # the theme's, for languages that the search does not have
    found = named_by_content({name: file.content_bytes for name, file in ours.items()})
    _build.names = {name: public for name, (public, _) in found.items()}
    for name, (public, data) in found.items():
        ours[name].dest_uri = public
        ours[name].content_bytes = data


def on_env(env: jinja2.Environment, **_: Any) -> jinja2.Environment:
    """Keep the theme's environment: frames are rendered in it; assets have their public names."""
    _build.theme = env
    env.filters["url"] = _url
    return env


@jinja2.pass_context
def _url(context: TemplateContext, value: object) -> str:
    """The theme's filter for addresses, which here knows the public names of assets."""
    return url_filter(context, _build.names.get(str(value), str(value)))


# Texts in generated pages are escaped, so this is an attribute.
_ASSET = re.compile(r'(?<==")((?:\.\./)*)(assets/[\w./-]+)(?=")')


def _with_public_names(made: SitePage) -> SitePage:
    """A generated page with the public names of the assets that it asks for."""
    if _ASSETS not in made.html:
        return made
    html = _ASSET.sub(lambda found: found[1] + _build.names.get(found[2], found[2]), made.html)
    return replace(made, html=html)


@event_priority(100)
def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """Keep generated pages away from the macros, and from templates that would run for each."""
    if page.file.src_uri not in _build.make:
        page.meta = {name: page.meta[name] for name in _DECLARED if name in page.meta}
        return markdown
    page.meta = {"render_macros": False}
    if not page.parent and page.file.inclusion is InclusionLevel.NOT_IN_NAV:
        page.meta["template"] = FILLED
    return ""


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """What a hand-written page may hold, its overview put in; its titles are text."""
    if page.file.src_uri in _build.make:
        return html
    page.title = _as_text(page.title or "")
    _as_texts(page.toc)
    html = sanitised(html)
    if not (page.meta.get("search") or {}).get("exclude"):
        title = unescape(page.title)
        _build.written[page.url] = Written(page.url, title, sections(html, title))
    if OVERVIEW in html:
        publication: Publication = config.extra["publication"]
        glance = publication.glance(up_from(page.url))
        html = html.replace(f"<p>{OVERVIEW}</p>", glance).replace(OVERVIEW, "")
    return html


def _as_text(title: str) -> str:
    """A title that is text in the theme, which prints it as it is."""
    return str(escape(unescape(title)))


def _as_texts(contents: Iterable[AnchorLink]) -> None:
    for link in contents:
        link.title, link.id = _as_text(link.title), str(escape(link.id))
        _as_texts(link.children)


def on_page_context(
    context: TemplateContext, *, page: Page, config: MkDocsConfig, **_: Any
) -> TemplateContext:
    """Make the page: alone where the theme's template follows, else in its frame."""
    make = _build.make.get(page.file.src_uri)
    _build.now = made = _with_public_names(make()) if make else None
    if made is None:
        return context
    # Material prints title and description as they are.
    page.meta = {
        **page.meta,
        "title": str(escape(made.title)),
        "description": str(escape(made.description)),
        "document": bool(made.source),
        "hide": ["navigation"] if made.contents else ["navigation", "toc"],
    }
    page.edit_url = None
    if config.site_url and made.canonical:
        page.canonical_url = config.site_url.rstrip("/") + "/" + made.canonical
    page.toc = _contents(made)
    page.content = made.html
    if page.meta.get("template") == FILLED:
        page.content = _in_frame(page, made, context, config)
    return context


def on_post_page(output: str, *, page: Page, **_: Any) -> str:
    """Let go of a page once it is written: thousands of them would fill the memory."""
    if _build.now:
        page.content, page.toc = None, TableOfContents([])
    return output


def on_post_build(config: MkDocsConfig) -> None:
    """Write the files that are no pages; build.json last, because it has their digests."""
    site = Path(config.site_dir)
    if not config.site_url:  # then there is nothing for a sitemap to say
        for name in ("sitemap.xml", "sitemap.xml.gz"):
            (site / name).unlink(missing_ok=True)
    publication: Publication = config.extra["publication"]
    for address, content in publication.files():
        write_file(content, str(site / address))
    cache = Cache(Path(config.config_file_path).parent / ".cache/qcph")
    for address, content in results(config.extra["documents"], cache.of):
        write_file(content, str(site / address))
    cache.tidy()
    written = list(_build.written.values())
    for address, content in search_files(publication.archive, publication.as_of, written):
        write_file(content, str(site / address))
    _refuse_unknown_scripts(site)
    write_file((_DEPLOY / "_headers").read_bytes(), str(site / "_headers"))
    config_file = Path(config.config_file_path)
    commit = git.head(config_file.parent)
    record = build_record(
        site, commit.id if commit else None, commit.time if commit else None,
        publication.as_of, dirty=_dirty(config_file) if commit else None,
    )  # fmt: skip
    write_file(record, str(site / RECORD))


def _accepted() -> tuple[str, ...]:
    return listed((_DEPLOY / "script-hashes.txt").read_text(encoding="utf-8"))


def _refuse_unknown_scripts(site: Path) -> None:
    """Publish no page with a script that the policy would have to allow and does not."""
    accepted = _accepted()
    unknown: dict[str, str] = {}
    for path in sorted(site.rglob("*.html")):
        for script in inline_scripts(path.read_text(encoding="utf-8")):
            if script not in unknown and source_of(script) not in accepted:
                unknown[script] = unknown_script(path.relative_to(site).as_posix(), script)
    if unknown:
        raise Abort("\n".join(unknown.values()))


def _dirty(config_file: Path) -> bool | None:
    """Whether what is built is not what the commit holds: sources, code or configuration."""
    ours = Path(git.__file__).resolve().parent.parent == config_file.parent.resolve()
    if not ours or config_file.name != "mkdocs.yml":
        return True
    return git.is_changed(config_file.parent, _BUILT_FROM)


# --- the theme's frame ---

# Places in a frame; characters that no source may contain (S102) mark them.
_TITLE, _DESCRIPTION, _CONTENT, _CANONICAL, _FIRST, _CONTENTS = (
    f"\x02{name}\x03"
    for name in ("title", "description", "content <h1", "canonical", "first", "contents")
)
_PLACE = re.compile("(\x02[a-z0-9< ]+\x03)")
_CONTENTS_LIST = re.compile(
    r'(<ul class="md-nav__list" data-md-component="toc"[^>]*>)(?:(?!</ul>).)*?'
    + _CONTENTS
    + r".*?(</ul>)",
    re.DOTALL,
)


def _in_frame(page: Page, made: SitePage, context: TemplateContext, config: MkDocsConfig) -> str:
    """The whole page: the theme rendered once for all pages alike, filled for this one.

    Pages are alike where they stand equally deep, have or lack a contents list, and wear a
    document's dress or not. A frame is proved on the page it is made from: filled, it must be
    what the theme itself renders there, white space aside.
    """
    alike = (made.address.count("/"), bool(made.contents), bool(made.source))
    if alike in _build.frames:
        return _filled(_build.frames[alike], page, made)
    stand_in = copy.copy(page)
    stand_in.meta = {**page.meta, "title": _TITLE, "description": _DESCRIPTION}
    stand_in.content = _CONTENT
    stand_in.canonical_url = _CANONICAL if config.site_url else None
    stand_in.toc = TableOfContents([AnchorLink(_CONTENTS, _FIRST, 2)] if made.contents else [])
    theme = _build.theme.get_template("main.html")
    html = theme.render({**context, "page": stand_in})
    _build.frames[alike] = _PLACE.split(_CONTENTS_LIST.sub(rf"\1\n{_CONTENTS}\n\2", html))
    filled = _filled(_build.frames[alike], page, made)
    rendered = theme.render({**context, "page": page})
    if filled.split() != rendered.split():
        raise PluginError(f"the theme's frame does not fit {made.address}")
    return filled


def _filled(frame: list[str], page: Page, made: SitePage) -> str:
    item = _build.theme.get_template("partials/toc-item.html")
    places = {
        _TITLE: page.meta["title"],
        _DESCRIPTION: page.meta["description"],
        _CONTENT: made.html,
        _CANONICAL: page.canonical_url or "",
        _FIRST: made.contents[0].id if made.contents else "",
        _CONTENTS: "\n".join(item.render(toc_item=link) for link in page.toc),
    }
    return "".join(places.get(part, part) for part in frame)


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
