# MkDocs events: MkDocs makes the shell of the site, `building` all else; this joins them and decides
# nothing itself.
# Agreements never pass through MkDocs. It renders the pages that people wrote, and for each kind of
# generated page one with places in it, the frame. What comes out of Markdown is sanitised before
# the theme has it.
"""Hooks of mkdocs.yml (`hooks:`), and `make_shell`."""

from __future__ import annotations

import os
import posixpath
import sys
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import jinja2
import mkdocs_macros.plugin
from markupsafe import escape
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import write_file
from mkdocs.utils.templates import TemplateContext, url_filter

from macros.archive import Beside, Snapshot, read_beside, snapshot
from macros.building.build import build, check
from macros.building.folder import Folder
from macros.building.placed import DEPLOY, project, record
from macros.building.run import BrokenSourcesError
from macros.building.shell import (
    CANONICAL,
    CONTENT,
    CONTENTS,
    DEEPEST,
    DESCRIPTION,
    FEED,
    FIRST,
    TITLE,
    Kept,
    Kind,
    Shell,
    UnknownScriptError,
    frame,
    pieces,
)
from macros.building.unit import Compiled
from macros.cache import Cache
from macros.limits import is_by_hand
from macros.links import LiteralHtml, linked
from macros.markup import OVERVIEW
from macros.problem import Severity
from macros.render import Contact
from macros.safety import Sandbox, sanitised
from macros.search import Written, sections
from macros.serving import HASHED, listed, named_by_content, policy
from macros.site import RECORD

# What a hand-written page may declare at its top (S104).
_DECLARED = ("hide", "search")
_ASSETS = "assets/"
# Generated pages that stand in the navigation.
_IN_NAV = ("don-vi/", "dieu-khoan/", "lich/", "tinh-hinh/")
_FRAMES = "khung"
# What a page has when Markdown is done with it.
_READ = ("title", "meta", "content", "toc", "present_anchor_ids")
# That, the anchors that it has links to, by page, and what is filed of it for the search.
_Read = tuple[dict[str, Any], dict[str, dict[str, str]], Written | None]


def make_shell(
    config: Path, found: Snapshot, beside: Beside, kept: Kept, *, serving: bool = False
) -> Shell:
    """Run MkDocs on those hand-written pages of a snapshot that are not kept as they are now.
    Raises Abort as MkDocs does, also where the configuration or a template cannot be read.
    """
    with _readable(config.parent), tempfile.TemporaryDirectory(prefix="qcph-") as folder:
        loaded = load_config(str(config), site_dir=f"{folder}/site", strict=True)
        loaded.docs_dir = _by_hand(loaded.docs_dir, f"{folder}/docs")
        loaded.extra["sources"] = _Sources(found, beside, kept)
        loaded.plugins.on_startup(command="serve" if serving else "build", dirty=False)
        before = list(sys.path)  # mkdocs-macros puts the project first, for processes after it too
        try:
            mkdocs_build(loaded)
        finally:
            sys.path[:] = before
            loaded.plugins.on_shutdown()
        return _shell(loaded)


@contextmanager
def _readable(root: Path) -> Iterator[None]:
    """Abort, with the place, where what MkDocs reads besides pages cannot be read."""
    try:
        yield
    except ConfigurationError as wrong:
        raise Abort(str(wrong)) from None
    except jinja2.TemplateSyntaxError as wrong:
        place = (
            f"{os.path.relpath(wrong.filename, root)}:{wrong.lineno}: " if wrong.filename else ""
        )
        raise Abort(f"{place}khuôn của giao diện sai: {wrong.message}") from None
    except jinja2.TemplateError as wrong:
        raise Abort(f"overrides/: khuôn của giao diện sai: {wrong}") from None


def _by_hand(docs: str, place: str) -> str:
    """A folder that shows docs/ without the thousands of files of units, each of which MkDocs would
    look at only to leave it out; docs/ itself where a disk has no links.
    """
    try:
        Path(place).mkdir()
        for each in Path(docs).iterdir():
            if each.name != "don-vi":
                Path(place, each.name).symlink_to(each)
    except OSError:
        return docs
    return place


@dataclass(frozen=True, repr=False)
class _Sources:
    """What is built from; without a representation, because mkdocs-macros writes down all that
    stands in `extra`. `alone`: MkDocs was started by itself.
    """

    found: Snapshot
    beside: Beside
    kept: Kept
    alone: bool = False


@dataclass(repr=False)
class _Build:
    """What one run of MkDocs knows. `pages`: all that belong to the site, with how they do; by path
    below docs/, `read` is what Markdown made now of a hand-written page, `html` a page as the theme
    rendered it; `outline`: a digest of what pages show of each other; `around`: a shell without
    hand-written pages.
    """

    kept: Kept = field(default_factory=Kept)
    theme: jinja2.Environment = field(default_factory=partial(jinja2.Environment, autoescape=True))
    kinds: dict[str, Kind] = field(default_factory=dict)
    frames: dict[Kind, list[str]] = field(default_factory=dict)
    serving: bool = False
    names: dict[str, str] = field(default_factory=dict)
    pages: list[tuple[Page, InclusionLevel]] = field(default_factory=list)
    read: dict[str, _Read] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    html: dict[str, str] = field(default_factory=dict)
    outline: bytes = b""
    around: Shell | None = None


_build = _Build()


def on_startup(*, command: str, **_: Any) -> None:
    """`serve` puts a script of its own into each page, so there no page carries a policy."""
    global _build  # noqa: PLW0603 MkDocs knows hooks as functions of a module
    _build = _Build(serving=command == "serve")


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Nothing is built from sources with errors."""
    global _build  # noqa: PLW0603 MkDocs knows hooks as functions of a module
    # MkDocs stamps sitemap.xml.gz; no page may change because of an unrelated commit.
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    root = Path(config.config_file_path).parent
    if "sources" not in config.extra:  # MkDocs was started by itself
        problems = check(root)
        if any(each.severity is Severity.ERROR for each in problems):
            raise Abort(str(BrokenSourcesError(problems)))
        found = snapshot(root)
        config.extra["sources"] = _Sources(found, read_beside(found), Kept(), alone=True)
    # A server builds again and again. MkDocs loads this file as a module of its own: who started
    # it finds the state here.
    _build = config.extra["run"] = _Build(config.extra["sources"].kept, serving=_build.serving)
    config.extra["policy"] = "" if _build.serving else policy(_accepted(), in_page=True)
    config.markdown_extensions.append(f"{LiteralHtml.__module__}:{LiteralHtml.__qualname__}")
    config.theme.get_env = partial(_theme, config.theme.get_env)  # type: ignore[method-assign]
    # The plugin makes its environment after this, under the name that it finds then.
    mkdocs_macros.plugin.Environment = Sandbox  # type: ignore[attr-defined,assignment]
    return config


def _theme(of: Callable[[], jinja2.Environment]) -> jinja2.Environment:
    """The theme's environment, which lists no template that MkDocs would leave out by its folder."""
    env = of()
    if isinstance(env.loader, jinja2.FileSystemLoader):
        env.loader = _Templates(env.loader.searchpath)
    return env


class _Templates(jinja2.FileSystemLoader):
    """The theme's templates; of 14,000 icons the names are not asked one by one."""

    def list_templates(self) -> list[str]:
        found = set()
        for place in self.searchpath:
            for folder, folders, files in os.walk(place):
                folders[:] = [name for name in folders if not name.startswith(".")]
                found |= {Path(folder, name).relative_to(place).as_posix() for name in files}
        return sorted(found)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Agreements leave; in come the frames, and what hand-written pages link to."""
    found: Snapshot = config.extra["sources"].found
    for file in [file for file in files if file.src_uri.startswith("don-vi/")]:
        files.remove(file)
    for uri, kind in _kinds():
        _build.kinds[uri] = kind
        made = File.generated(config, uri, content="")
        made.inclusion = InclusionLevel.NOT_IN_NAV  # where the navigation names it, it is there
        files.append(made)
    texts = {
        path.removeprefix("docs/"): data.decode("utf-8", "replace")
        for path, data in found.texts.items()
        if is_by_hand(path)
    }
    for target in sorted(linked(texts)):
        if target not in files.src_uris and target.startswith(_IN_NAV):
            made = File.generated(config, target, content="")
            made.inclusion = InclusionLevel.EXCLUDED  # not made here, but its address is known
            files.append(made)
    _name_assets(files, config.docs_dir)
    config.extra_javascript = [
        _build.names.get(str(script), script) for script in config.extra_javascript
    ]
    return files


def _kinds() -> Iterator[tuple[str, Kind]]:
    """The pages that MkDocs renders with places in them."""
    for address in _IN_NAV:
        yield f"{address}index.md", Kind(address.count("/"), False, False, address)
    for depth in range(1, DEEPEST + 1):
        for contents in (False, True):
            for document in (False, True):
                name = f"{_FRAMES}-{depth}-{contents:d}{document:d}"
                folders = posixpath.join(name, *["x"] * (depth - 1))
                yield f"{folders}/index.md", Kind(depth, contents, document)


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


def on_nav(nav: Navigation, *, files: Files, **_: Any) -> Navigation:
    """Frames have no text, and what is kept of a page's text is taken over. MkDocs passes by what
    is not included in the site, and knows it nevertheless.
    """
    pages = files.documentation_pages()
    _build.pages = [(file.page, file.inclusion) for file in pages if file.page]
    for page, _inclusion in _build.pages:
        file = page.file
        if file.src_uri in _build.kinds:
            page.markdown = page.content = ""
            page.present_anchor_ids = set()
        elif read := _build.kept.load("content", tuple, file.src_uri):
            attributes, links, written = read
            vars(page).update(attributes)
            page.links_to_anchors = {files.src_uris[uri]: link for uri, link in links.items()}
            if written:
                _build.written[file.src_uri] = written
        else:
            continue
        file.inclusion = InclusionLevel.EXCLUDED
    return nav


def on_env(
    env: jinja2.Environment, *, config: MkDocsConfig, files: Files, **_: Any
) -> jinja2.Environment:
    """Each page has its content and its title: what the theme made of the same before is taken
    over. Frames are rendered in the theme's environment; assets have their public names there.
    """
    run, kept = _build, _build.kept
    for page, _inclusion in run.pages:
        if page.file.inclusion is not InclusionLevel.EXCLUDED:
            uri = page.file.src_uri
            links = {to.src_uri: link for to, link in (page.links_to_anchors or {}).items()}
            attributes = {name: getattr(page, name) for name in _READ}
            run.read[uri] = attributes, links, run.written.get(uri)
    told = [(page.url, page.title, page.meta) for page, _ in run.pages]
    run.outline = sha256(repr(told).encode()).digest()
    run.around = kept.load("around", Shell, outline=run.outline)
    for page, inclusion in run.pages:
        file = page.file
        html = kept.load("dressed", str, file.src_uri, run.outline)
        if html:
            run.html[file.src_uri] = html
        made = run.around if file.src_uri in run.kinds else html
        file.inclusion = InclusionLevel.EXCLUDED if made else inclusion
    if run.around:
        for file in files:
            if not file.is_documentation_page():
                file.inclusion = InclusionLevel.EXCLUDED
        config.theme.static_templates.clear()
        config.extra_templates = []
    run.theme = env
    env.bytecode_cache = Compiled(Cache.of_user())
    env.filters["url"] = _url
    return env


@jinja2.pass_context
def _url(context: TemplateContext, value: object) -> str:
    """The theme's filter for addresses, which here knows the public names of assets."""
    return url_filter(context, _build.names.get(str(value), str(value)))


@event_priority(100)
def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """Of what stands at a hand-written page's top, only what it may declare."""
    page.meta = {name: page.meta[name] for name in _DECLARED if name in page.meta}
    return markdown


def on_page_content(html: str, *, page: Page, **_: Any) -> str:
    """What a hand-written page may hold; its titles are text."""
    page.title = _as_text(page.title or "")
    _as_texts(page.toc)
    html = sanitised(html)
    if not (page.meta.get("search") or {}).get("exclude"):
        title = unescape(page.title)
        _build.written[page.file.src_uri] = Written(
            page.url, title, sections(html.replace(OVERVIEW, ""), title)
        )
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
    """Put places into a frame."""
    kind = _build.kinds.get(page.file.src_uri)
    if kind is None:
        return context
    page.meta = {
        **page.meta,
        "title": TITLE,
        "description": DESCRIPTION,
        "document": kind.document,
        "feed": FEED if config.site_url else "",
        "hide": ["navigation"] if kind.contents else ["navigation", "toc"],
    }
    page.edit_url = None
    page.canonical_url = CANONICAL if config.site_url else None
    page.content = CONTENT
    page.toc = TableOfContents([AnchorLink(CONTENTS, FIRST, 2)] if kind.contents else [])
    return context


def on_post_page(output: str, *, page: Page, **_: Any) -> str:
    """Take the page; for a frame MkDocs writes none."""
    kind = _build.kinds.get(page.file.src_uri)
    if kind is None:
        _build.html[page.file.src_uri] = output
        return output
    _build.frames[kind] = frame(output)
    return ""


def on_post_build(config: MkDocsConfig) -> None:
    """Links of pages that were made before may lead to what is no more in one made now. Where MkDocs
    was started by itself: the rest of the site beside the shell.
    """
    files = Files(page.file for page, _ in _build.pages)
    for page, _inclusion in _build.pages:
        if page.file.inclusion is InclusionLevel.EXCLUDED:
            page.validate_anchor_links(files=files, log_level=config.validation.links.anchors)
    if not config.extra["sources"].alone:
        return
    site, path = Path(config.site_dir), Path(config.config_file_path)
    shell = _shell(config)
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        (site / name).unlink(missing_ok=True)
    own = replace(project(path, lambda *_: shell), keeping=False)
    folder = Folder(site)
    try:
        build(own, folder)
    except (BrokenSourcesError, UnknownScriptError) as refused:
        raise Abort(str(refused)) from None
    write_file(record(own, folder), str(site / RECORD))


def _shell(config: MkDocsConfig) -> Shell:
    """All that MkDocs has made, now or before. Only here it is known that nothing was wrong, so
    what was made now is kept from here on.
    """
    run: _Build = config.extra["run"]
    kept, files = run.kept, [page.file for page, _ in run.pages]
    by_hand = [file for file in files if file.src_uri not in run.kinds]
    pages = {file.dest_uri: run.html[file.src_uri].encode() for file in by_hand}
    around = run.around or _around(config, run, pages)
    written = tuple(run.written[file.src_uri] for file in by_hand if file.src_uri in run.written)
    shell = replace(
        around,
        files=dict(sorted({**around.files, **pages}.items())),
        written=written,
        addresses=[page.url for page, _ in run.pages if page.file.src_uri not in run.kinds],
    )
    _approve(shell)
    for uri, read in run.read.items():
        kept.store("content", read, uri)
    for file in by_hand:
        if file.inclusion is not InclusionLevel.EXCLUDED:
            kept.store("dressed", run.html[file.src_uri], file.src_uri, run.outline)
    if run.around is None:
        kept.store("around", around, outline=run.outline)
    return shell


def _around(config: MkDocsConfig, run: _Build, pages: Container[str]) -> Shell:
    """What MkDocs has written besides the hand-written pages, and the frames."""
    site = Path(config.site_dir)
    paths = (path for path in site.rglob("*") if path.is_file())
    files = {
        name: path.read_bytes()
        for path in paths
        if (name := path.relative_to(site).as_posix()) not in pages
        and not name.startswith("sitemap.xml")
    }
    files["_headers"] = (DEPLOY / "_headers").read_bytes()
    edit = ""
    if config.repo_url and config.edit_uri:
        edit = config.repo_url.rstrip("/") + "/" + config.edit_uri.lstrip("/")
    leaf, branch = _items(run.theme)
    return Shell(
        files=files,
        frames=run.frames,
        leaf=leaf,
        branch=branch,
        names=run.names,
        written=(),
        addresses=(),
        scripts=_accepted(),
        site_url=config.site_url or "",
        contact=Contact(
            edit=edit, report=config.extra.get("report_url") or "", feeds=bool(config.site_url)
        ),
        downloads=bool(config.extra.get("downloads", True)),
    )


def _approve(shell: Shell) -> None:
    """Hand-written pages, and all that is put around the others."""
    files = shell.files.items()
    pages = [(name, data.decode()) for name, data in files if name.endswith(".html")]
    pages += [(kind.address or _FRAMES, "".join(parts)) for kind, parts in shell.frames.items()]
    pages += [(_FRAMES, "".join(parts)) for parts in (shell.leaf, shell.branch)]
    unknown: dict[str, None] = {}
    for name, html in pages:
        try:
            shell.approve(html, name)
        except UnknownScriptError as found:
            unknown.setdefault(str(found))
    if unknown:
        raise Abort("\n".join(unknown))


def _items(theme: jinja2.Environment) -> tuple[list[str], list[str]]:
    """A line of the theme's contents list: alone, and with a place for lines below it."""
    item = theme.get_template("partials/toc-item.html")
    below = AnchorLink(CONTENTS, "x", 3)
    above = AnchorLink(TITLE, FIRST, 2)
    leaf = item.render(toc_item=above)
    above.children.append(below)
    whole, inner = item.render(toc_item=above), item.render(toc_item=below)
    if whole.count(inner) != 1:
        raise PluginError("the theme's lines of a contents list do not stand in each other")
    return pieces(leaf), pieces(whole.replace(inner, CONTENTS))


def _accepted() -> tuple[str, ...]:
    return listed((DEPLOY / "script-hashes.txt").read_text(encoding="utf-8"))
