"""What a newcomer meets first: each thing that is missing is said in one clear line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from .web.conftest import copy_project

ROOT = Path(__file__).resolve().parents[1]
NOWHERE = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_RETRIES": "0",
    "PIP_NO_CACHE_DIR": "1",
}


def setup(python: str, venv: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up script as make does."""
    return subprocess.run(
        ["sh", "scripts/setup.sh", python, str(venv)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def fake_python(folder: Path, script: str) -> str:
    """A program that stands in for an interpreter of the machine."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            'case "$*" in *version_info*) exit 1;; esac; echo Python 3.9.2',
            "setup: Python 3.9.2 is too old; Python 3.11.5 or newer is needed.",
        ),
        (
            'case "$*" in *ensurepip*) exit 1;; esac',
            "setup: this Python cannot make virtual environments;",
        ),
    ],
    ids=["too-old", "without-venv"],
)
def test_unfit_python_is_named(tmp_path: Path, script: str, said: str) -> None:
    """A Python that cannot serve is refused with what is needed."""
    done = setup(fake_python(tmp_path, script), tmp_path / "venv")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1


def test_missing_python_is_said(tmp_path: Path) -> None:
    """Without any Python one line says what to install."""
    done = setup("no-such-python", tmp_path / "venv")

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Python not found" in done.stderr


def test_missing_network_is_said(tmp_path: Path) -> None:
    """Without a network one line says so, and nothing is marked as ready."""
    done = setup(sys.executable, tmp_path / "venv", **NOWHERE)

    assert done.returncode == 1
    assert done.stderr.startswith("setup: the package index cannot be reached;")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "venv/ready").exists()


def test_busy_port_is_said() -> None:
    """A port in use is answered with one line that proposes another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "macros", "serve", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Không làm được: cổng {port} đang bận; chọn cổng khác: make serve PORT={port + 1}.\n"
    )


def test_lock_names_no_index() -> None:
    """The lock has a digest for every package and no address."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    assert "://" not in lock
    assert lock.count("==") <= lock.count("--hash=sha256:")


def test_make_help_has_a_line_for_each_target() -> None:
    """`make help` explains every target that a person calls."""
    done = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    named = {line.split()[0] for line in done.stdout.splitlines()}

    assert {"serve", "test", "build", "check", "lint", "format", "lock", "bench", "help"} <= named


def test_serve_survives_a_broken_edit(tmp_path: Path) -> None:
    """A wrong edit is told in Vietnamese and does not end the server; mended, the site follows."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    project = copy_project(tmp_path / "project")
    data = project / "data/units/mn-hoa-sua.yml"
    good = data.read_text(encoding="utf-8")
    log = tmp_path / "log"
    with log.open("w", encoding="utf-8") as said:
        serving = subprocess.Popen(
            [sys.executable, "-m", "macros", "serve", "--port", str(port)],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(project), "PYTHONUNBUFFERED": "1"},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}/don-vi/mn-hoa-sua/"
        wait_for(lambda: "Hoa Sữa" in page(address))
        data.write_text(good.replace("kind: regulation", "kind: regulaton"), encoding="utf-8")
        wait_for(lambda: "Chưa dựng lại được" in log.read_text(encoding="utf-8"))
        data.write_text(good.replace("- name: Trường", "- name: TRƯỜNG"), encoding="utf-8")
        wait_for(lambda: "TRƯỜNG Mầm non Hoa Sữa" in page(address))
        assert refused(f"{address.rpartition('/don-vi')[0]}/livereload/../mkdocs.yml") == 404
        for name, wrong in (("overrides/main.html", "{% block"), ("mkdocs.yml", "nav: [")):
            path, before = project / name, len(log.read_text(encoding="utf-8"))
            right = path.read_text(encoding="utf-8")
            path.write_text(f"{right}\n{wrong}", encoding="utf-8")
            wait_for(partial(says, log, "Chưa dựng lại được", before))
            assert "TRƯỜNG Mầm non Hoa Sữa" in page(address)
            path.write_text(right, encoding="utf-8")
            wait_for(partial(says, log, "Đã dựng lại", before))
        assert "Traceback" not in log.read_text(encoding="utf-8")
    finally:
        serving.terminate()
        serving.wait(timeout=20)


def page(address: str) -> str:
    """What is served there; empty while nothing is."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def says(log: Path, words: str, since: int) -> bool:
    """Whether words stand in a file behind so many letters."""
    return words in log.read_text(encoding="utf-8")[since:]


def refused(address: str) -> int:
    """The status with which an address is refused."""
    with pytest.raises(urllib.error.HTTPError) as found:
        urllib.request.urlopen(address, timeout=5)
    with found.value as answer:
        return answer.code


def wait_for(true: Callable[[], bool], seconds: int = 90) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.3)


def test_build_spares_a_folder_that_is_no_site(tmp_path: Path) -> None:
    """A folder with other files in it is refused and left as it is."""
    (tmp_path / "note.txt").write_text("giữ lại", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "macros", "build", "--site", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )

    assert done.returncode == 2
    assert "không phải một trang đã dựng" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
