# The line is slow by Chrome's own profile, so what is measured is mostly weight and round trips,
# and far less the machine; each page is opened in a browser that has nothing yet.
"""What readers load and how long they wait, on sites of few and of many agreements side by side.

    python benchmarks/readers.py [5 1000 5000] [--sites FOLDER] [--runs 3] [--json FILE]

The site of N agreements is FOLDER/N; what is missing there is built from the corpus (corpus.py).
nginx serves it with the configuration in deploy/nginx (gzip, level 6, while it is asked), headless
Chromium reads it over the line that Chrome's developer tools call "Slow 4G": 562.5 ms a request,
1.44 Mbit/s down, 675 kbit/s up. Nothing is kept from one page to the next, the processor is not
slowed. A second table tells which pages and files grow with the archive.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import build
import corpus
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

# "Slow 4G" of Chrome's developer tools: the targets 150 ms, 1.6 Mbit/s, 750 kbit/s, with the
# factors that make up for the emulation's place above the transport (3.75 and 0.9).
SLOW_4G = {
    "offline": False,
    "latency": 150 * 3.75,
    "downloadThroughput": 1_600_000 / 8 * 0.9,
    "uploadThroughput": 750_000 / 8 * 0.9,
}
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--no-first-run"),
]
# With a window first, as the figures were taken; the tests have the other order.
CHROMIUM = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "chromium-headless-shell",
)
SEARCHED = "hoi nghi vien chuc"
# When the browser first had what the page is about, from the start of the navigation.
WATCH = """selector => {
  const look = () => {
    if (document.querySelector(selector)) window.stands = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}"""
TIMES = """() => ({
  painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
  parsed: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
  stands: window.stands,
})"""
# From so many bytes on growing is worth telling.
_TOLD = 20_000
_UNIT = f"don-vi/{corpus.unit_id(0)}/"
_SERIES = f"{_UNIT}cong-doan/"
_ANY = _SERIES.removeprefix("don-vi/")


@dataclass(frozen=True)
class Kind:
    """A page that readers open, and what stands on it once its text can be read."""

    name: str
    address: str
    stands: str = "main h1, article h1, h1"


KINDS = (
    Kind("home", ""),
    Kind("units", "don-vi/"),
    Kind("unit", _UNIT),
    Kind("agreement", f"{_SERIES}2024-2025/"),
    Kind("comparison", f"{_SERIES}so-sanh/2023-2024--2024-2025/"),
    Kind("shared clauses", "dieu-khoan/"),
    Kind("shared clause", f"dieu-khoan/{list(corpus.shared_clauses())[-1]}/"),
    Kind(
        "any two",
        f"so-sanh/?old={_ANY}2022-2023&new={_ANY}2025-2026",
        "#bang-so-sanh",
    ),
    Kind("search page", "tim-kiem/"),
)


@dataclass(frozen=True)
class Load:
    """What one page cost a reader.

    `wire`: bytes as they came, headers included; `text`: seconds until the text was painted, the
    deferred scripts had run and what the page is about stood there.
    """

    requests: int
    wire: int
    painted: float
    text: float


# --- serving ---


@contextmanager
def nginx(site: Path) -> Iterator[str]:
    """A site behind nginx as deploy/ configures it, at the root of a host on loopback."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("nginx is missing: sh scripts/nginx.sh")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    deploy = corpus.ROOT / "deploy/nginx"
    with tempfile.TemporaryDirectory(prefix="qcph-nginx-") as name:
        home = Path(name)
        (home / "snippets").mkdir()
        shutil.copy(deploy / "maps.conf", home)
        shutil.copy(deploy / "site.conf", home / "snippets/qcph.conf")
        server = (deploy / "server.conf").read_text(encoding="utf-8")
        for key, value in (("listen", f"127.0.0.1:{port}"), ("root", str(site))):
            server = re.sub(rf"^( *{key} )[^;]+;", rf"\g<1>{value};", server, flags=re.MULTILINE)
        (home / "server.conf").write_text(server, encoding="utf-8")
        folders = "".join(
            f"{each}_temp_path {home}/{each};\n"
            for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""
        (home / "nginx.conf").write_text(
            f"{user}daemon off;\npid {home}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{folders}"
            "include maps.conf;\ninclude server.conf;\n}\n",
            encoding="utf-8",
        )
        log = home / "error.log"
        command = [program, "-p", str(home), "-c", "nginx.conf", "-e", str(log)]
        running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            while True:
                if running.poll() is not None:
                    raise SystemExit(f"nginx: {log.read_text(encoding='utf-8')}")
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=5).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/"
        finally:
            running.terminate()
            running.wait()


# --- reading ---


class _Traffic:
    """What came over the line since the page was opened."""

    def __init__(self, line: CDPSession) -> None:
        self.asked: set[str] = set()
        self.wire = 0
        line.on("Network.requestWillBeSent", self._sent)
        line.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict) -> None:
        if event["request"]["url"].startswith("http"):
            self.asked.add(event["requestId"])

    def _finished(self, event: dict) -> None:
        self.wire += int(event["encodedDataLength"])


@contextmanager
def reader(browser: Browser) -> Iterator[tuple[Page, _Traffic]]:
    """A page of a browser that has nothing yet, at the end of a slow line."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN")
    page = context.new_page()
    page.set_default_timeout(300_000)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_4G)
    yield page, _Traffic(line)
    context.close()


def opened(browser: Browser, root: str, kind: Kind) -> Load:
    """Open a page, cold, and wait until nothing more comes."""
    with reader(browser) as (page, traffic):
        page.add_init_script(f"({WATCH})({json.dumps(kind.stands)})")
        page.goto(root + kind.address, wait_until="load")
        page.wait_for_function("() => window.stands")
        page.wait_for_load_state("networkidle")
        times = page.evaluate(TIMES)
        text = max(times.values())
        return Load(len(traffic.asked), traffic.wire, times["painted"] / 1000, text / 1000)


def searched(browser: Browser, root: str) -> Load:
    """Search from the home page, its first words: from the first key to the first result.

    `painted` is that time; `text` that of a second query in the same page.
    """
    with reader(browser) as (page, traffic):
        page.goto(root, wait_until="networkidle")
        page.keyboard.press("/")
        before = len(traffic.asked), traffic.wire
        times = []
        for words in (SEARCHED, "tham hoi om dau"):
            page.get_by_role("combobox").first.fill("")
            page.get_by_role("option").first.wait_for(state="hidden")
            started = time.perf_counter()
            page.keyboard.type(words)
            page.get_by_role("option").first.wait_for(state="visible")
            times.append(time.perf_counter() - started)
            page.wait_for_load_state("networkidle")
            if len(times) == 1:
                requests, wire = len(traffic.asked) - before[0], traffic.wire - before[1]
        return Load(requests, wire, *times)


def median(loads: Sequence[Load]) -> Load:
    """The middle of several, figure by figure."""
    rows = zip(*(asdict(each).values() for each in loads), strict=True)
    requests, wire, painted, text = (statistics.median(row) for row in rows)
    return Load(int(requests), int(wire), painted, text)


# --- what grows ---


@dataclass(frozen=True)
class Grown:
    """Files of one kind: how many, and the largest: bytes as it lies, and as gzip -6 sends it."""

    count: int = 0
    largest: int = 0
    sent: int = 0

    def with_file(self, path: Path) -> Grown:
        """The same with one file more."""
        size = path.stat().st_size
        if size <= self.largest:
            return Grown(self.count + 1, self.largest, self.sent)
        return Grown(self.count + 1, size, len(gzip.compress(path.read_bytes(), 6)))

    def grew(self, before: Grown) -> bool:
        """Whether it is worth telling."""
        more = self.count > before.count + 1
        return more or self.largest > max(_TOLD, 1.2 * before.largest)

    def __str__(self) -> str:
        if not self.count:
            return "–"
        return f"{self.count}: {self.largest / 1000:.0f} / {self.sent / 1000:.0f}"


def growing(sites: Sequence[Path]) -> dict[str, list[Grown]]:
    """Of files that are not a unit's own, those that are more or larger in the last site: by
    address, folders below the first written as `*`, how many each site has and its largest.
    """
    found: dict[str, list[Grown]] = {}
    for number, site in enumerate(sites):
        for path in sorted(site.rglob("*")):
            *folders, name = path.relative_to(site).parts
            if not path.is_file() or folders[:1] == ["assets"] or _is_own(folders):
                continue
            if path.suffix not in {".html", ".json", ".xml"}:
                name = f"*{path.suffix}"
            place = "/".join([*folders[:1], *("*" for _ in folders[1:]), name])
            row = found.setdefault(place, [Grown() for _ in sites])
            row[number] = row[number].with_file(path)
    return {place: row for place, row in found.items() if row[-1].grew(row[0])}


def _is_own(folders: Sequence[str]) -> bool:
    return folders[:1] == ["don-vi"] and len(folders) > 1 and folders[1] != "loai"


# --- telling ---


def site_of(size: int, folder: Path) -> Path:
    """The built site of so many agreements."""
    site = folder / str(size)
    if not (site / "index.html").exists():
        with tempfile.TemporaryDirectory(prefix="qcph-bench-") as name:
            project = Path(name) / "project"
            corpus.project(project, size)
            config = build.configured(project, "usual.yml", build.USUAL)
            command = [sys.executable, "-m", "macros", "build", "--as-of", corpus.AS_OF]
            command += ["--config", str(config), "--site", str(site)]
            build.measure(command, project, {"QCPH_CACHE": f"{name}/cache"})
    return site


def main() -> None:
    """Measure every page on every site and print both tables."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("sizes", nargs="*", type=int, default=[5, 1000, 5000])
    asked.add_argument("--sites", type=Path, help="where the built sites are, or are to be put")
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--json", type=Path, help="keep every figure in this file")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="qcph-sites-") as name:
        folder = given.sites.resolve() if given.sites else Path(name)
        sites = [site_of(size, folder) for size in given.sizes]
        found = loads(sites, given.runs)
        sizes = [f"{size:,}" for size in given.sizes]
        print("Requests, kB on the line, seconds to the first paint / to text that can be used:\n")
        print("| page | " + " | ".join(sizes) + " |\n|" + "---|" * (len(sizes) + 1))
        for kind, row in found.items():
            told = (
                f"{each.requests}, {each.wire / 1000:.0f} kB, {each.painted:.2f} / {each.text:.2f}"
                for each in row
            )
            print(f"| {kind} | " + " | ".join(told) + " |")
        print("\nWhat grows: how many files, the largest in kB as it lies / compressed:\n")
        print("| file | " + " | ".join(sizes) + " |\n|" + "---|" * (len(sizes) + 1))
        grown = growing(sites)
        for file, row in grown.items():
            print(f"| `{file}` | " + " | ".join(map(str, row)) + " |")
        if given.json:
            kept = {
                "commit": build.Run().commit,
                "date": build.Run().date,
                "sizes": given.sizes,
                "loads": {kind: [asdict(each) for each in row] for kind, row in found.items()},
                "growing": {file: [asdict(each) for each in row] for file, row in grown.items()},
            }
            given.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def chromium() -> str | None:
    """The path of this machine's Chromium; None for Playwright's own."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def loads(sites: Sequence[Path], runs: int) -> dict[str, list[Load]]:
    """By kind of page what it costs on each site: the median of several runs, sites in turn."""
    found: dict[str, list[list[Load]]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for run in range(runs):
            for number, site in enumerate(sites):
                print(f"run {run + 1}: {site}", file=sys.stderr)
                with nginx(site) as root:
                    for kind in KINDS:
                        row = found.setdefault(kind.name, [[] for _ in sites])
                        row[number].append(opened(browser, root, kind))
                    row = found.setdefault("search, first / next result", [[] for _ in sites])
                    row[number].append(searched(browser, root))
        browser.close()
    return {kind: [median(each) for each in row] for kind, row in found.items()}


if __name__ == "__main__":
    main()
