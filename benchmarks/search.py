"""How much the search fetches and how fast it answers, beside Material's own search.

    python benchmarks/search.py [sizes] [--material-up-to N]

For each size of the seeded corpus (benchmarks/corpus.py), in one run: the index is made (CPU
seconds, peak memory, files, bytes). Then one unit of the largest group is made again while all other
pieces are read from disk (CPU seconds; in brackets those in which the groups become files). Then
Chromium asks on loopback. Bytes are those of all files fetched from the first key to the first
result, the scripts of search box and engine included and nothing compressed; the answer is cold.
Warm is the median and the worst from the last key to the results when other queries have been asked
before: typed afresh letter by letter, each prefix asked. Material gets the same Markdown files,
builds them with its search plugin, and is asked the same in its own search box.
"""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import build
import corpus
from playwright.sync_api import Page, sync_playwright
from readers import chromium

QUERIES = [
    "cong doan", "thi dua khen thuong", "hội nghị viên chức", "khoản 2 mục I số 00012",
    '"thi đua"', "trach nhiem hieu truong", "tham hoi om dau",
]  # fmt: skip
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
INDEX = """
import datetime, pickle, resource, sys, time
from pathlib import Path
from macros.archive import load
from macros.search import groups, index_files, merged, other_segments, search_files, shared_texts
from macros.search import unit_segment
from macros.usage import Usage

archive, day, clock = load(Path(sys.argv[1])).archive, datetime.date(2026, 11, 21), time.process_time
before, count, size = clock(), 0, 0
for address, data in search_files(archive, day, []):
    path = Path(sys.argv[2], address)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    count, size = count + 1, size + len(data)
whole = clock() - before
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

# What a build keeps on disk; then one unit of the largest group is made again.
kept, runs = Path(sys.argv[1], "kept"), groups(archive.units)
kept.mkdir()
short = archive.glossary.abbreviations
for place, run in enumerate(runs):
    segments = {name: unit_segment(archive, name, day) for name in run}
    for name, segment in segments.items():
        (kept / name).write_bytes(pickle.dumps(segment))
    (kept / str(place)).write_bytes(pickle.dumps(merged(list(segments.values()))))
others = merged(other_segments(short, shared_texts(Usage(archive)), []))
read = lambda name: pickle.loads((kept / name).read_bytes())
edited = max(runs, key=len)
before = clock()
segments = [unit_segment(archive, edited[0], day), *(read(name) for name in edited[1:])]
made = [merged(segments) if run is edited else read(str(place)) for place, run in enumerate(runs)]
joining = clock()
for _ in index_files(short, [*made, others]):
    pass
print(f"{whole:.1f} {peak:.0f} {count} {size / 1e6:.1f} {clock() - before:.2f} {clock() - joining:.2f}")
"""
# From the next key to the first change of Material's list.
WATCH = """() => {
  addEventListener("keydown", () => { window.key = performance.now(); }, {capture: true, once: true});
  new MutationObserver(() => { window.drawn ??= performance.now() - window.key; })
    .observe(document.querySelector(".md-search-result"), {childList: true, subtree: true});
}"""
# What readers get with the engine on every page that they search from.
BOX = ("tim.js", "tim-kiem.js", "tim-ket-qua.js", "tim-kiem.css")


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A folder on loopback, nothing compressed."""
    handler = functools.partial(_Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def counted(page: Page) -> list[int]:
    """Fills with the size of each file that the page fetches."""
    sizes: list[int] = []
    page.on("response", lambda got: sizes.append(int(got.headers.get("content-length", 0))))
    return sizes


def ours(browser, folder: Path, size: int) -> str:  # type: ignore[no-untyped-def]
    """Index and ask; a row of the table."""
    corpus.make(folder, size)
    site = folder / "site"
    made = subprocess.run(
        [sys.executable, "-c", INDEX, str(folder), str(site)],
        env={"PYTHONPATH": str(corpus.ROOT), "PYTHONUTF8": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    cpu, peak, files, total, edited, joined = made.stdout.split()
    assets = corpus.ROOT / "docs/assets"
    shutil.copy(assets / "tim.js", site)
    (site / "index.html").write_text("<!doctype html><title>tim</title>", encoding="utf-8")
    scripts = sum((assets / name).stat().st_size for name in BOX)
    bytes_, cold, warm = [], [], []
    with serving(site) as address:
        for query in QUERIES:
            page = browser.new_page()
            page.goto(address)
            page.add_script_tag(path=str(assets / "tim.js"))
            sizes = counted(page)
            asked = (
                "q => qcphSearch.open(location.href).then(() => qcphSearch.search(q, {limit: 8}))"
            )
            started = time.perf_counter()
            page.evaluate(asked, query)
            cold.append((time.perf_counter() - started) * 1000)
            bytes_.append(scripts + sum(sizes))
            page.close()
        page = browser.new_page()
        page.goto(address)
        page.add_script_tag(path=str(assets / "tim.js"))
        page.evaluate("() => qcphSearch.open(location.href)")
        for query in ["nha truong", *QUERIES]:
            for end in range(1, len(query) + 1):
                took = page.evaluate(
                    "q => qcphSearch.search(q, {limit: 8}).then(r => r.took)", query[:end]
                )
            warm.append(took)
        page.close()
    return (
        f"| {size} | this | {cpu} | {edited} ({joined}) | {peak} | {files} | {total} | {max(bytes_) / 1000:.0f} "
        f"| {statistics.median(cold):.0f} | {statistics.median(warm[1:]):.0f} / {max(warm[1:]):.0f} |"
    )


def material(browser, folder: Path, size: int) -> str:  # type: ignore[no-untyped-def]
    """Build plain Material with its search and ask its search box; a row of the table."""
    corpus.make(folder, size)
    (folder / "docs/index.md").write_text("# Plain\n", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(build.PLAIN, encoding="utf-8")
    cost = build.measure([sys.executable, "-m", "mkdocs", "build", "-q"], folder)
    index = folder / "site/search/search_index.json"
    documents = len(json.loads(index.read_bytes())["docs"])
    bytes_, cold, warm = [], [], []
    result = ".md-search-result__item"
    with serving(folder / "site") as address:
        for query in ("công đoàn", "thi đua khen thưởng"):
            page = browser.new_page()
            page.set_default_timeout(120_000)
            sizes = counted(page)
            started = time.perf_counter()
            page.goto(address)
            page.keyboard.press("/")
            page.locator(".md-search__input").press_sequentially(query)
            page.locator(result).first.wait_for(state="attached")
            cold.append((time.perf_counter() - started) * 1000)
            bytes_.append(sum(sizes))
            page.locator(".md-search__input").fill("")
            page.locator(".md-search__input").press_sequentially("công đoà")
            page.wait_for_timeout(5000)
            page.evaluate(WATCH)
            page.locator(".md-search__input").press_sequentially("n")
            page.wait_for_function("() => window.drawn")
            warm.append(page.evaluate("() => window.drawn"))
            page.close()
    return (
        f"| {size} | Material ({documents} parts) | {cost.cpu:.1f} (whole build) | | {cost.memory:.0f} | 1 "
        f"| {index.stat().st_size / 1e6:.1f} | {max(bytes_) / 1000:.0f} | {statistics.median(cold):.0f} "
        f"| {statistics.median(warm):.0f} / {max(warm):.0f} |"
    )


def main() -> None:
    """Measure each size and print the table."""
    given = sys.argv[1:]
    most = (
        int(given.pop(given.index("--material-up-to") + 1)) if "--material-up-to" in given else 1000
    )
    sizes = [int(each) for each in given if each.isdigit()] or [100, 1000, 5000]
    print(
        "| agreements | search | index CPU s | after an edit (joining) | peak MB | files | MB | kB to first result | cold ms | warm ms median / worst |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for size in sizes:
            for measured in (ours, *([material] if size <= most else [])):
                with tempfile.TemporaryDirectory() as name:
                    print(measured(browser, Path(name), size), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
