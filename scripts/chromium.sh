#!/bin/sh
# Chromium for the browser tests: the system's, else by apt when root, else Playwright's own.
set -eu
bin=$1
# pdftotext reads the printed pages in the tests; without it that test is skipped.
if [ "$(id -u)" = 0 ] && ! command -v pdftotext >/dev/null 2>&1; then
  { apt-get update -qq && apt-get install -y -qq poppler-utils; } >/dev/null 2>&1 || true
fi
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
"$bin/python" - <<'PY' && exit 0
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not pathlib.Path(p.chromium.executable_path).exists())
PY
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq >/dev/null 2>&1 || true
  # Without a window it opens pages in two thirds of the time; not every Debian has it.
  for name in chromium-headless-shell chromium; do
    apt-get install -y -qq "$name" >/dev/null 2>&1 && exit 0
  done
fi
"$bin/playwright" install chromium >/dev/null 2>&1 && exit 0
echo "chromium: not found and could not be installed; install the package chromium and run make again." >&2
exit 1
