"""What a newcomer meets first: each thing that is missing is said in one clear line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

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
        f"Dùng sai lệnh: cổng {port} đang bận; chọn cổng khác: make serve PORT={port + 1}. "
        "Xem: qcph --help\n"
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
