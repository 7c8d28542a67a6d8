"""The processes that make units."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# A line is written at once: unbuffered, `print` tells its end apart, and lines of two run together.
BUILD = r"""
import os, sys, time
from pathlib import Path
from macros.building.run import Run
from macros.building.units import in_batches

def work(maker, batch):
    os.write(1, f"{os.getpid()}\n".encode())
    time.sleep(600)
    return batch

if __name__ == "__main__":
    run = Run.of(Path(sys.argv[1]))
    with run.ended:
        list(in_batches(run, range(200), work, few=0))
"""


def runs(process: int) -> bool:
    """Whether there is such a process, and it did not end."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except FileNotFoundError:
        return False
    return state.split()[0] not in "ZX"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to see processes in")
@pytest.mark.skipif(os.cpu_count() == 1, reason="with one core there are no other processes")
def test_a_killed_build_leaves_no_process_behind(tmp_path: Path) -> None:
    """Nobody can tell them to end, so they see it themselves."""
    script = tmp_path / "build.py"
    script.write_text(BUILD, encoding="utf-8")
    (tmp_path / "project").mkdir()
    command = [sys.executable, str(script), str(tmp_path / "project")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QCPH_CACHE": str(tmp_path / "cache")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", env=environment
    ) as build:
        assert build.stdout
        workers = [int(build.stdout.readline()) for _ in range(2)]
        assert all(runs(worker) for worker in workers)
        build.kill()
    until = time.monotonic() + 240
    while any(runs(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.1)

    assert not [worker for worker in workers if runs(worker)]


@pytest.mark.skipif(os.cpu_count() == 1, reason="with one core there are no other processes")
def test_a_build_that_is_told_to_end_ends_in_order(tmp_path: Path) -> None:
    """Nothing is left behind that Python would warn of, though it is told twice."""
    script = tmp_path / "build.py"
    script.write_text(
        "from macros import cli\n" + BUILD.replace("600", "0.3").replace(
            "run = Run", "cli.end_in_order()\n    run = Run"
        ), encoding="utf-8",
    )  # fmt: skip
    (tmp_path / "project").mkdir()
    command = [sys.executable, str(script), str(tmp_path / "project")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QCPH_CACHE": str(tmp_path / "cache")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment
    ) as build:
        assert build.stdout
        build.stdout.readline()  # both are at work
        build.stdout.readline()
        build.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        build.send_signal(signal.SIGTERM)
        try:
            _, said = build.communicate(timeout=240)
        finally:
            build.kill()

    assert -signal.SIGINT == build.returncode  # so Python tells of Ctrl-C
    assert 1 == said.count("KeyboardInterrupt")
    assert "resource_tracker" not in said


@pytest.mark.skipif(os.cpu_count() == 1, reason="with one core there are no other processes")
def test_processes_have_our_code_wherever_they_begin(tmp_path: Path) -> None:
    """In a working directory of others lie modules of others, with names that ours have too."""
    script = tmp_path / "bin" / "build.py"
    script.parent.mkdir()
    script.write_text(BUILD.replace("os.getpid()", "sys.modules['macros'].__file__")
        .replace("time.sleep(600)", "pass"), encoding="utf-8")  # fmt: skip
    theirs = tmp_path / "project"
    for name in ("macros", "macros/building", "yaml", "multiprocessing"):
        (theirs / name).mkdir(parents=True)
        (theirs / name / "__init__.py").write_text(
            "print('theirs', flush=True)\n", encoding="utf-8"
        )
    command = [sys.executable, str(script), str(theirs)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QCPH_CACHE": str(tmp_path / "cache")}
    run = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=environment, cwd=theirs, check=True
    )

    assert {str(ROOT / "macros/__init__.py")} == {*run.stdout.split("\n")} - {""}
    assert "" == run.stderr
