"""The real site, built once and served on loopback the way a web server does, and Chromium."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from mimetypes import guess_type
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

from macros.markup import SitePage
from tests.conftest import Once

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2026-11-21"
# The first has no window: it opens a page in two thirds of the time, and draws the same.
CHROMIUM = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)
# A window of Chromium makes pages of its own for suggestions below an address bar that nobody sees
# here; they took as long as the page under test. The last such switch replaces Playwright's own,
# so what that names stands here again.
WITHOUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "AimEnabled"),
    *("TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying"),
    *("PreconnectToSearch", "msForceBrowserSignIn"),
)
FLAGS = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def copy_project(to: Path) -> Path:
    """The files that git tracks or would track, as they are in the working tree."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).exists():
            target = to / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target, follow_symlinks=False)
    return to


def build(project: Path, site: Path, **environment: str) -> None:
    """Build a project with its own code; the test fails with what the command said."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "macros", "build", "--as-of", AS_OF),
            *("--config", str(project / "mkdocs.yml"), "--site", str(site)),
        ],
        cwd=project,
        # MkDocs' plugins open files without naming UTF-8; only our own code is held to that.
        env={
            **os.environ,
            "PYTHONWARNDEFAULTENCODING": "",
            "PYTHONPATH": str(project),
            **environment,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def _configured(folder: Path) -> None:
    project = copy_project(folder / "project")
    config = (project / "mkdocs.yml").read_text(encoding="utf-8")
    config = config.replace('report_url: ""', "report_url: mailto:van-thu@truong.example")
    forge = "repo_url: https://forge.example/nhom/quy-che\nedit_uri: edit/main/docs/\n"
    (project / "mkdocs.yml").write_text(forge + config, encoding="utf-8")
    build(project, folder / "site")


@pytest.fixture(scope="session")
def site(once: Once) -> Path:
    """The site of this working tree, with the links of a forge and of an office configured."""
    return once("site", _configured) / "site"


@functools.cache
def _compressed(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Sends text compressed and the 404 page, as a web server does."""

    def send_head(self):  # type: ignore[no-untyped-def]
        path = Path(self.translate_path(self.path))
        status = 200
        if path.is_dir():
            path /= "index.html"
        if not path.exists():
            path, status = Path(self.directory) / "404.html", 404
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in {".html", ".css", ".js", ".json", ".svg", ".txt"}:
            data = _compressed(path, path.stat().st_mtime_ns)
            self.send_header("Content-Encoding", "gzip")
        else:
            data = path.read_bytes()
        if status == 200 and "/assets/" in self.path:  # its digest is in its name
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A folder on loopback; yields the address of its root."""
    handler = functools.partial(_Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def address(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site below a sub-path, so that nothing can rely on standing at a host's root."""
    mount = tmp_path_factory.mktemp("mount")
    (mount / "quy-che").symlink_to(site)
    with serving(mount) as root:
        yield f"{root}quy-che/"


@pytest.fixture(scope="session")
def site_at_root(site: Path) -> Iterator[str]:
    """The site at a host's root."""
    with serving(site) as root:
        yield root


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


# What holds is counted and not told element by element.
_AXE = {"resultTypes": ["violations"]}


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds serious or critical: the rule, and the first elements that break it."""
    return [
        (each["id"], [node["html"][:160] for node in each["nodes"]][:3])
        for each in Axe().run(page, options=_AXE).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def too_wide(page: Page, *widths: int) -> list[int]:
    """The widths of the window, as it is and then as it is made, that the page does not fit."""
    found = []
    for width in (page.viewport_size["width"], *widths):
        page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
        shown, needed = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
        assert shown == width
        if needed > width:
            found.append(width)
    return found


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Opener]:
    """Open a page of the site; at the end no script failed and no other host was asked.

    `routes` answers for the server: what Playwright's `route` takes, from the first request on.
    """
    contexts = []
    faults: list[str] = []

    def opened(
        path: str,
        *,
        width: int = 1280,
        scheme: str = "light",
        routes: Mapping[Any, Callable[[Route], None]] = MappingProxyType({}),
        **options: object,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            color_scheme=scheme,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{path}: {error}"))
        page.on(
            "console",
            lambda said: (
                said.type in ("error", "warning") and faults.append(f"{path}: {said.text}")
            ),
        )
        page.on(
            "request",
            lambda asked: (
                not asked.url.startswith((address, "data:", "blob:"))
                and faults.append(f"{path}: asked {asked.url}")
            ),
        )
        for pattern, answer in routes.items():
            page.route(pattern, answer)
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def framed(open_page: Opener, address: str) -> Callable[..., Page]:
    """Open an address at which pages stand that were made for a test, in the frame of a page of the
    site; the other pages, and the files beside them, are there too.
    """

    def opening(
        path: str, frame_of: str, pages: Mapping[str, Callable[[], SitePage]],
        files: Mapping[str, bytes], **how: object,
    ) -> Page:  # fmt: skip
        page = open_page(frame_of, **how)
        html = page.request.get(page.url).text()
        # The frame serves pages of every depth.
        html = re.sub(r'(?<==")(?:\.\./)+', lambda _: address, html)
        before, after = re.split(r'(?s)(?<=md-content__inner md-typeset">).*(?=</article>)', html)

        def answer(route: Route) -> None:
            asked = route.request.url.partition("?")[0].removeprefix(address)
            if asked in files:
                route.fulfill(body=files[asked], content_type=guess_type(asked)[0])
            elif asked in pages:
                route.fulfill(
                    body=before + pages[asked]().html + after,
                    content_type="text/html; charset=utf-8",
                )
            else:
                route.fallback()

        page.route("**/*", answer)
        page.goto(address + path)
        return page

    return opening
