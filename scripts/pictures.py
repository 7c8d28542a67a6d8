"""Takes the pictures of the guide page about Word: docs/assets/huong-dan/*.png.

python scripts/pictures.py, on a machine with Chromium, LibreOffice and poppler's pdftoppm; the
school is that of the guide's own worked example.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from macros.archive import load  # noqa: E402
from macros.compare import compare  # noqa: E402
from macros.exchange.revisions import redline_docx  # noqa: E402
from macros.exchange.wordfile import agreement_docx  # noqa: E402
from tests.test_guide_examples import next_year, school  # noqa: E402

PICTURES = ROOT / "docs/assets/huong-dan"


def main() -> None:
    """Take all of them."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        work = Path(folder)
        school(work)
        (old,) = load(work).archive.agreements
        new = next_year(old)
        word(work, "trong-word", agreement_docx(new), crop=620)
        word(
            work,
            "dau-sua",
            redline_docx(old, new, compare(old.page, new.page, ids_decide=True)),
            crop=760,
        )
        found = shutil.which("chromium") or shutil.which("chromium-headless-shell")
        chromium = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        page(chromium, work)
        chromium.close()


def word(work: Path, name: str, data: bytes, *, crop: int) -> None:
    """The first page of a Word file, as a program for such files shows it."""
    (work / f"{name}.docx").write_bytes(data)
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "pdf", "--outdir", work, work / f"{name}.docx"],
        check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(
        ["pdftoppm", "-r", "72", "-png", "-singlefile", "-f", "1", "-l", "1", "-H", str(crop),
         work / f"{name}.pdf", PICTURES / name], check=True,
    )  # fmt: skip


def page(chromium: Browser, work: Path) -> None:
    """The head of an agreement's page with its buttons."""
    site = work / "site"
    subprocess.run([sys.executable, "-m", "macros", "build", "--site", site], cwd=ROOT, check=True)
    handler = partial(SimpleHTTPRequestHandler, directory=site)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    shown = chromium.new_page(viewport={"width": 1000, "height": 900}, color_scheme="light")
    address = f"http://127.0.0.1:{server.server_port}/don-vi/truong-mau/cong-doan/2025-2026/"
    shown.goto(address)
    shown.wait_for_timeout(500)
    actions = shown.locator(".actions").first.bounding_box()
    title = shown.locator(".about h1").bounding_box()
    if actions is None or title is None:
        raise SystemExit("the page has no actions")
    top = actions["y"] - 60
    shown.screenshot(
        path=PICTURES / "tai-ve.png", full_page=True,
        clip={"x": 0, "y": top, "width": 1000, "height": actions["height"] + 150},
    )  # fmt: skip
    server.shutdown()


if __name__ == "__main__":
    main()
