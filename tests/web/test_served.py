"""The site behind Debian's nginx with the configuration in deploy/: headers, and Chromium."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import material
import pytest
from playwright.sync_api import Page, expect

from macros.serving import HASHED, inline_scripts, listed, policy, source_of
from tests.conftest import Once

from .conftest import ROOT, build, copy_project, serving
from .test_browser import HOA_SUA, KINDS, SAMPLE

pytestmark = pytest.mark.browser

DEPLOY = ROOT / "deploy"
BELOW = "/quy-che/"
# The headers that are ours to say; a server adds others.
OURS = (
    *("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"),
    *("Permissions-Policy", "Cross-Origin-Opener-Policy", "Cache-Control", "Content-Disposition"),
)
FOREVER = "public, max-age=31536000, immutable"
ANY = f"so-sanh/?old={SAMPLE.removeprefix('don-vi/')}2023-2024&new=mn-hoa-sua/chi-doan/2024-2025"
EVERY_KIND = {
    **KINDS,
    "comparison": f"{SAMPLE}so-sanh/2023-2024--2024-2025/",
    "any-two": "so-sanh/",
    "any-two-picked": ANY,
    "shared": "dieu-khoan/",
    "shared-clause": "dieu-khoan/hop-giao-ban/",
    "missing": "khong/co/trang-nay/",
}


# --- nginx ---


@dataclass(frozen=True)
class Served:
    """The site at an address, and where its files are."""

    root: str
    path: str
    files: Path

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """The answer for an address below the site's root."""
        connection = http.client.HTTPConnection(self.root.removeprefix("http://"), timeout=20)
        connection.request("GET", self.path + path, headers=headers)
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer


def program() -> str:
    """Where nginx is; without it a run in CI fails, any other is skipped."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None and os.environ.get("CI"):
        pytest.fail("nginx is missing: scripts/nginx.sh")
    return found or pytest.skip("nginx is missing: scripts/nginx.sh")


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def changed(text: str, **instead: str) -> str:
    """A configuration as its comments tell to change it."""
    for name, value in instead.items():
        text, count = re.subn(rf"^( *{name} )[^;]+;", rf"\g<1>{value};", text, flags=re.MULTILINE)
        assert (name, count) == (name, 1)
    return text


def _for_a_path(folder: Path) -> None:
    project = copy_project(folder / "project")
    config = (project / "mkdocs.yml").read_text(encoding="utf-8")
    address = f"https://truong.example{BELOW}"
    config = config.replace('site_url: ""', f"site_url: {address}")
    (project / "mkdocs.yml").write_text(config, encoding="utf-8")
    build(project, folder / "site")


@pytest.fixture(scope="session")
def site_below(once: Once) -> Path:
    """The site as it is built for a sub-path of another site."""
    return once("below", _for_a_path) / "site"


@pytest.fixture(scope="session")
def nginx(
    site: Path, site_below: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Served]]:
    """nginx with the files of deploy/nginx/, at a host's root and below a path of another site."""
    command = program()
    home = tmp_path_factory.mktemp("nginx")
    ports = {"root": free_port(), "below": free_port()}
    (home / "snippets").mkdir()
    shutil.copy(DEPLOY / "nginx/maps.conf", home / "maps.conf")
    shutil.copy(DEPLOY / "nginx/site.conf", home / "snippets/qcph.conf")
    server = (DEPLOY / "nginx/server.conf").read_text(encoding="utf-8")
    server = changed(server, listen=f"127.0.0.1:{ports['root']}", root=str(site))
    (home / "server.conf").write_text(server, encoding="utf-8")
    below = (DEPLOY / "nginx/subpath.conf").read_text(encoding="utf-8")
    (home / "subpath.conf").write_text(changed(below, alias=f"{site_below}/"), encoding="utf-8")
    temporary = "".join(
        f"{name}_temp_path {home}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (home / "nginx.conf").write_text(
        f"{user}daemon off;\npid {home}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}"
        f"include maps.conf;\ninclude server.conf;\n"
        f"server {{ listen 127.0.0.1:{ports['below']}; include subpath.conf; }}\n}}\n",
        encoding="utf-8",
    )
    log = home / "error.log"
    process = subprocess.Popen([command, "-p", str(home), "-c", "nginx.conf", "-e", str(log)])
    try:
        for port in ports.values():
            wait_for(port, process, log)
        yield {
            "root": Served(f"http://127.0.0.1:{ports['root']}", "/", site),
            "below": Served(f"http://127.0.0.1:{ports['below']}", BELOW, site_below),
        }
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until nginx answers; the test fails with what nginx said where it ends instead."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(log.read_text(encoding="utf-8"))


@pytest.fixture(params=["root", "below"])
def served(nginx: dict[str, Served], request: pytest.FixtureRequest) -> Served:
    """The site at a host's root, and below a path."""
    return nginx[request.param]


# --- headers ---


def rules() -> list[tuple[str, dict[str, str]]]:
    """What deploy/_headers says: patterns of addresses, and the headers of each."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in (DEPLOY / "_headers").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            name, _, value = line.strip().partition(": ")
            assert name not in found[-1][1], line
            found[-1][1][name] = value
        else:
            found.append((line, {}))
    return found


def by_static_host(path: str) -> dict[str, str]:
    """The headers that a static host sends for an address: no two rules may say the same."""
    told: dict[str, str] = {}
    for pattern, headers in rules():
        expression = re.sub(r":[a-z]+", "[^/]+", re.escape(pattern)).replace(r"\*", ".*")
        if re.fullmatch(expression, path):
            assert told.keys().isdisjoint(headers), path
            told |= headers
    return told


def addresses(site: Path) -> list[str]:
    """Every address of a site, below its root."""
    names = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    own = [re.sub(r"(^|/)index\.html$", r"\1", name) for name in names if name != "_headers"]
    return sorted(own)


def test_both_kinds_of_servers_say_the_same(nginx):
    """For every address of the site nginx sends the headers that deploy/_headers names."""
    served = nginx["root"]
    faults = []
    for path in addresses(served.files):
        answer = served.get(path)
        said = {name: value for name in OURS if (value := answer.getheader(name)) is not None}
        if (answer.status, said) != (200, by_static_host(f"/{path}")):
            faults.append((path, answer.status, said))

    assert faults == []


def test_a_path_changes_no_header(nginx):
    """Below a path of another site every address has the headers that it has at a root."""
    below, root = nginx["below"], nginx["root"]
    faults = []
    for path in addresses(below.files):
        answer = below.get(path)
        if path.endswith(("sitemap.xml", "sitemap.xml.gz", "atom.xml")):
            continue  # only a site that knows its address has them
        said, expected = (
            [each.getheader(name) for name in (*OURS, "Content-Type", "Vary")]
            for each in (answer, root.get(path))
        )
        if (answer.status, said) != (200, expected):
            faults.append((path, answer.status, said, expected))

    assert faults == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ("text/html; charset=utf-8", "no-cache", None)),
        (HOA_SUA, ("text/html; charset=utf-8", "no-cache", None)),
        (f"{HOA_SUA}agreement.json", ("application/json; charset=utf-8", "no-cache", None)),
        ("build.json", ("application/json; charset=utf-8", "no-cache", None)),
        ("tim/muc-luc.json", ("application/json; charset=utf-8", "no-cache", None)),
        ("tim/chu/*.bin", ("application/octet-stream", "no-cache", None)),
        (f"{HOA_SUA}nguon/", ("text/html; charset=utf-8", "no-cache", None)),
        (
            f"{HOA_SUA}nguon/002_51488acdfc4b7d6c.txt",
            ("text/plain; charset=utf-8", "no-cache", "attachment"),
        ),
        ("assets/qcph.*.css", ("text/css; charset=utf-8", FOREVER, None)),
        ("assets/qcph.*.js", ("text/javascript; charset=utf-8", FOREVER, None)),
        ("assets/bieu-tuong.*.svg", ("image/svg+xml; charset=utf-8", FOREVER, None)),
        ("assets/fonts/tinos-latin-400-normal.*.woff2", ("font/woff2", FOREVER, None)),
        ("assets/javascripts/bundle.*.min.js", ("text/javascript; charset=utf-8", FOREVER, None)),
    ],
)
def test_each_kind_of_file_has_its_type_and_time(served, path, expected):
    """Pages and data are asked for again each time, what has a digest in its name never."""
    if "*" in path:
        path = next(served.files.glob(path)).relative_to(served.files).as_posix()
    answer = served.get(path)
    names = ("Content-Type", "Cache-Control", "Content-Disposition")

    assert (200, expected) == (answer.status, tuple(answer.getheader(name) for name in names))


def test_sitemap_has_its_type(nginx):
    """A site that knows its address has a sitemap, as XML in UTF-8."""
    answer = nginx["below"].get("sitemap.xml")

    assert "application/xml; charset=utf-8" == answer.getheader("Content-Type")
    assert b"https://truong.example/quy-che/don-vi/" in answer.body


def test_text_is_compressed_and_unchanged_pages_are_not_sent_again(served):
    """A page, a style and data travel compressed; a page that the reader has is answered with 304."""
    some = [
        next(served.files.glob(names)).relative_to(served.files).as_posix()
        for names in ("assets/qcph.*.css", "tim/chu/*.bin")
    ]
    for path in (HOA_SUA, f"{HOA_SUA}agreement.json", *some):
        answer = served.get(path, **{"Accept-Encoding": "gzip"})
        assert ("gzip", "Accept-Encoding") == (
            answer.getheader("Content-Encoding"),
            answer.getheader("Vary"),
        )
    again = served.get(HOA_SUA, **{"If-None-Match": served.get(HOA_SUA).getheader("ETag")})

    assert (304, "no-cache") == (again.status, again.getheader("Cache-Control"))
    assert again.getheader("Content-Security-Policy")


@pytest.mark.parametrize(
    "path", ["khong/co", "assets/qcph.00000000.css", "assets/", "don-vi/x/nguon/y.txt", "_x.php"]
)
def test_what_is_missing_is_told_safely_and_never_kept(served, path):
    """An address with no page has all headers, is asked for again, and is no download."""
    answer = served.get(path)
    said = {name: value for name in OURS if (value := answer.getheader(name)) is not None}

    assert (404, by_static_host("/404.html")) == (answer.status, said)
    assert "Không có trang này" in answer.body.decode()


def test_folder_without_slash_leads_to_its_page(served):
    """The way on names no host and no port: a server in front may have others."""
    answer = served.get("don-vi")

    assert (301, f"{served.path}don-vi/") == (answer.status, answer.getheader("Location"))


# --- names and scripts ---


def test_every_asset_has_its_digest_in_its_name(site):
    """What is kept for a year changes its name with its content; each public name is used."""
    names = [path.name for path in (site / "assets").rglob("*") if path.is_file()]

    assert [name for name in names if not HASHED.search(name)] == []
    ours = {"first", "qcph", "so-sanh", "so-sanh-don-vi", "compare", "tim"}
    ours |= {"tim-kiem", "tim-ket-qua", "tim-trang", "tim-dau"}
    assert ours == {path.name.partition(".")[0] for path in (site / "assets").glob("*.js")}


def test_list_policies_and_pages_agree(site):
    """The scripts in pages are those listed, and both kinds of servers have that policy."""
    scripts = listed((DEPLOY / "script-hashes.txt").read_text(encoding="utf-8"))
    pages = (path.read_text(encoding="utf-8") for path in site.rglob("*.html"))
    found = {source_of(script) for page in pages for script in inline_scripts(page)}
    maps = (DEPLOY / "nginx/maps.conf").read_text(encoding="utf-8")

    assert set(scripts) == found
    assert policy(scripts) == by_static_host("/")["Content-Security-Policy"]
    assert f'default "{policy(scripts)}";' in maps


HEAD = "{% block extrahead %}SCRIPT{% endblock %}"
OF_SOME = "{% if page and page.meta.document and not page.toc %}SCRIPT{% endif %}"


@pytest.mark.parametrize(
    ("template", "where", "told"),
    [
        ("main.html", HEAD, "404.html"),
        ("main.html", HEAD.replace("SCRIPT", OF_SOME), "khung"),
        ("partials/toc-item.html", "{% if not page %}SCRIPT{% endif %}", "khung"),
    ],
    ids=["in all pages", "in some that are made", "in a line of contents"],
)
def test_unknown_script_stops_the_build(tmp_path, template, where, told):
    """A new script in a page: nothing is published, and the message names page, script and way."""
    project = copy_project(tmp_path / "project")
    path = project / "overrides" / template
    if not path.exists():
        shutil.copy(Path(material.__file__).parent / "templates" / template, path)
    script = where.replace("SCRIPT", "<script>alert('a \u202e b')</script>")
    path.write_text(path.read_text("utf-8") + script, "utf-8")
    with pytest.raises(AssertionError) as failed:
        build(project, tmp_path / "site")
    said = str(failed.value)

    assert f"{told}: trong trang có đoạn mã JavaScript chưa được chấp nhận: " in said
    assert "alert('a" in said
    assert "\u202e" not in said
    assert source_of("alert('a \u202e b')")[1:-1] in said
    assert "deploy/script-hashes.txt" in said
    assert not (tmp_path / "site").exists()


def test_build_puts_headers_for_static_hosts_into_the_site(site):
    """What such a host reads is the file in deploy/, byte for byte."""
    assert (DEPLOY / "_headers").read_bytes() == (site / "_headers").read_bytes()


# --- Chromium ---

Watched = Callable[..., Page]


@pytest.fixture
def watched(chromium, served) -> Iterator[Watched]:
    """Open an address; at the end no policy was broken and the console said nothing."""
    contexts = []
    faults: list[str] = []

    def opened(path: str, **options: object) -> Page:
        # Nothing is there; and a drawing opened by itself has Chromium ask for /favicon.ico.
        missing = path.startswith("khong/") or path.endswith(".svg")

        def told(said) -> None:
            if said.type in ("error", "warning") and not (missing and "404" in said.text):
                faults.append(f"{path}: {said.text}")

        context = chromium.new_context(locale="vi-VN", **options)
        contexts.append(context)
        context.expose_function("violated", lambda what: faults.append(f"{path}: {what}"))
        context.add_init_script(
            """addEventListener("securitypolicyviolation", (event) => violated(
              `${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));"""
        )
        context.on("page", lambda page: page.on("console", told))
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{path}: {error}"))
        page.goto(served.root + served.path + path)
        page.wait_for_load_state("networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_page_kind_keeps_the_policy(watched, kind):
    """Opened, scrolled, switched to the other theme and printed, no page kind breaks the policy."""
    path = EVERY_KIND[kind]
    page = watched(path)
    page.keyboard.press("End")
    before = page.evaluate("document.body.dataset.mdColorScheme")
    page.locator("form[data-md-component=palette] label:visible").first.click()
    assert before != page.evaluate("document.body.dataset.mdColorScheme")
    for button in page.locator("[data-print]:visible").all():
        button.click()
    page.emulate_media(media="print")
    page.emulate_media(media="screen")
    page.reload()
    assert before != page.evaluate("document.body.dataset.mdColorScheme")


def test_drawing_keeps_the_policy(watched, served):
    """A drawing opened by itself has its colours: they are attributes, not styles."""
    drawing = next(served.files.glob("assets/kien-truc.*.svg"))
    page = watched(drawing.relative_to(served.files).as_posix())

    assert page.locator("rect").nth(1).evaluate("box => getComputedStyle(box).fill") == (
        "rgb(241, 236, 227)"
    )


def test_styles_fonts_and_icons_arrive(watched):
    """The policy lets through what makes the page: our fonts, the theme's icons, the search."""
    page = watched(HOA_SUA)
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)"
    )
    fetched = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")

    assert any("Tinos" in family for family in loaded)
    assert [name for name in fetched if "/assets/" in name and not HASHED.search(name)] == []


def test_search_keeps_the_policy(watched):
    """Box, page and marks work, and a result opens at its clause."""
    page = watched("")
    page.keyboard.press("/")
    page.keyboard.type("hop giao ban hoa sua")
    found = page.locator(".find-panel a[href*='/mn-hoa-sua/'][href$='#hop-giao-ban']").first
    expect(found).to_be_visible(timeout=20000)
    page.keyboard.press("Enter")
    hit = page.locator(".hits a[href*='/mn-hoa-sua/'][href$='#hop-giao-ban']").first
    hit.click()
    expect(page).to_have_url(re.compile(r"hop-giao-ban"))
    expect(page.locator("#hop-giao-ban mark.found").first).to_be_visible()


def test_menu_keeps_the_policy(watched):
    """On a phone the menu opens, and leads on."""
    page = watched("", viewport={"width": 390, "height": 844})
    page.locator("label.md-header__button[for='__drawer']").click()
    page.locator(".md-sidebar--primary").get_by_text("Đơn vị", exact=True).click()
    page.wait_for_load_state("networkidle")


def test_tools_of_a_clause_keep_the_policy(watched):
    """The buttons at a clause, and the notes beside it."""
    page = watched(HOA_SUA, permissions=["clipboard-read", "clipboard-write"])
    page.locator("#hieu-luc").hover()
    page.get_by_role("button", name="Chép liên kết").click()
    page.get_by_role("button", name="Chép trích dẫn").click()
    assert "khoản 3 mục IV" in page.evaluate("navigator.clipboard.readText()")


def test_views_of_a_comparison_keep_the_policy(watched):
    """Every view of a built comparison, and of two editions picked by hand."""
    for path in (EVERY_KIND["comparison"], ANY):
        page = watched(path)
        for name in ("Hai cột", "Chỉ chỗ khác", "Trong dòng"):
            page.get_by_role("button", name=name).click()
        expect(page.locator(".redline, .text").first).to_be_attached()
    page.get_by_role("button", name="Đổi hai bên").click()
    page.wait_for_load_state("networkidle")


def test_lists_keep_the_policy(watched):
    """The filters of both lists."""
    for path, name in (("don-vi/", "q"), ("dieu-khoan/", "chu")):
        page = watched(path)
        field = page.locator(f"form.filters [name='{name}'], form.filters input").first
        field.fill("giao ban")
        page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(
    ("put", "directive"),
    [
        ("document.head.append(made('script', { text: 'ran = 1' }))", "script-src-elem"),
        ("document.head.append(made('script', { src: ELSEWHERE }))", "script-src-elem"),
        ("document.body.innerHTML = '<img src=x onerror=\"ran = 1\">'", "script-src-attr"),
        ("location = 'javascript:ran=1'", "script-src-elem"),
        ("setTimeout(() => eval('ran = 1'))", "script-src"),
        ("document.body.innerHTML = '<p style=\"color: red\">'", "style-src-attr"),
        ("document.body.innerHTML = '<style>*{}</style>'", "style-src-elem"),
        ("document.body.append(made('img', { src: ELSEWHERE }))", "img-src"),
        ("document.body.append(made('iframe', { src: '/' }))", "frame-src"),
        ("document.head.append(made('base', { href: ELSEWHERE }))", "base-uri"),
        ("fetch(ELSEWHERE).catch(() => 0)", "connect-src"),
    ],
)
def test_policy_stops_what_a_page_must_not_do(chromium, nginx, put, directive):
    """Script put into a page, in whatever way, does not run, and is reported."""
    page = chromium.new_page()
    page.goto(f"{nginx['root'].root}/{HOA_SUA}")
    broken = page.evaluate(
        f"""() => new Promise((broken) => {{
          const ELSEWHERE = "https://x.example/a";
          const made = (tag, what) => Object.assign(document.createElement(tag), what);
          addEventListener("securitypolicyviolation", (event) => broken(event.effectiveDirective));
          {put};
          setTimeout(broken, 5000, "nothing");
        }})"""
    )

    assert (directive, "undefined") == (broken, page.evaluate("typeof ran"))
    page.close()


def test_no_other_site_may_frame_a_page(chromium, nginx, site_at_root, tmp_path):
    """A page in another page's frame stays empty; from a server without our headers it would not."""
    frames = {"ours": f"{nginx['root'].root}/", "bare": site_at_root}
    html = "".join(f'<iframe name="{name}" src="{url}"></iframe>' for name, url in frames.items())
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    page = chromium.new_page()
    with serving(tmp_path) as other:
        page.goto(other)
        shown = {name: "Quy chế" in page.frame(name).content() for name in frames}
    page.close()

    assert {"ours": False, "bare": True} == shown
