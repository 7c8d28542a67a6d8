"""The build command under kills, full disks and wrong places; `verify` with real commits."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from macros.site import digests, read_record
from tests.conftest import Once

from .conftest import AS_OF, ROOT

GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
GUIDE = "docs/huong-dan/index.md"
PAGE = "docs/don-vi/truong-thu/cong-doan/2024-2025.md"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="promised on Linux only")


def project(to: Path) -> Path:
    """A project with our code and one agreement: it builds in two seconds."""
    shutil.copytree(ROOT / "tests/broken/base", to)
    for name in ("macros", "overrides", "deploy", "docs/assets"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.lock", ".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, to)
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = "nav:\n- index.md\n- huong-dan/index.md\n- huong-dan/van-ban.md\n"
    config = config[: config.index("\nnav:\n") + 1] + nav
    (to / "mkdocs.yml").write_text(config, encoding="utf-8")
    (to / "docs/index.md").write_text("# Quy chế\n\n{{ overview() }}\n", encoding="utf-8")
    return to


def add(path: Path, text: str) -> None:
    """Write more at the end of a file."""
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def environment(project: Path) -> dict[str, str]:
    """So that a command runs the project's own code."""
    return {**os.environ, "PYTHONWARNDEFAULTENCODING": "", "PYTHONPATH": str(project)}


def build_of(project: Path, site: Path) -> list[str]:
    """The build command of a project."""
    config = str(project / "mkdocs.yml")
    command = [sys.executable, "-m", "macros", "build", "--as-of", AS_OF]
    return [*command, "--config", config, "--site", str(site)]


def build(project: Path, site: Path) -> tuple[int, list[str]]:
    """Build a project: exit code and what was said on the error stream."""
    done = subprocess.run(
        build_of(project, site), cwd=project, env=environment(project),
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines()


def verify(project: Path, site: Path, *options: str) -> tuple[int, list[str]]:
    """What verify, as it is now, says of a site of a project, and its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "macros", "verify", *options, "--root", str(project), str(site)],
        cwd=ROOT, env=environment(ROOT), capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    return done.returncode, done.stdout.splitlines() + done.stderr.splitlines()


def whole(site: Path) -> dict[str, str]:
    """The digests of a site that is what its own record says."""
    found = digests(site)
    assert found == read_record(site).files
    return found


def commit(project: Path, words: str) -> str:
    """Commit everything; the commit's id."""
    if not (project / ".git").exists():
        subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=project, check=True)
    subprocess.run([*GIT, "add", "-A"], cwd=project, check=True)
    subprocess.run([*GIT, "commit", "-qm", words], cwd=project, check=True)
    return head(project)


def head(project: Path) -> str:
    """The id of the newest commit."""
    told = subprocess.run(
        [*GIT, "rev-parse", "HEAD"],
        cwd=project,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return told.stdout.strip()


def _published(folder: Path) -> None:
    ours = project(folder / "a")
    commit(ours, "one")
    assert (0, []) == build(ours, folder / "www/site")


@pytest.fixture
def ours(once: Once, tmp_path: Path) -> Path:
    """A project of one commit; its site stands in `www/site` beside it."""
    shutil.copytree(once("published", _published), tmp_path, dirs_exist_ok=True)
    return tmp_path / "a"


# --- all or nothing ---


@on_linux
def test_killed_at_random_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in each tenth of a build and often around the swap, old or new stands whole."""
    monkeypatch.setenv("QCPH_CACHE", str(tmp_path / "cache"))  # what is killed is its own alone
    seed = random.randrange(10**9)
    print("seed", seed)  # noqa: T201 shown when it fails
    chance = random.Random(seed)
    projects = [project(tmp_path / "a"), project(tmp_path / "b")]
    add(projects[1] / GUIDE, "\nMột câu nữa.\n")
    sites = []
    for each in projects:
        assert (0, []) == build(each, tmp_path / f"{each.name}-site")
        sites.append(whole(tmp_path / f"{each.name}-site"))
    folder = tmp_path / "www"
    began = time.monotonic()
    assert (0, []) == build(projects[0], folder / "site")
    takes = time.monotonic() - began
    record = folder / "site/build.json"

    def begun() -> bool:
        return True

    def built() -> bool:
        return (folder / "site.new/site/build.json").exists()

    def swapped() -> bool:
        return record.stat().st_ino != old

    # One moment in each part, so that few of them reach everywhere: the whole build and a little
    # more, the tenth of a second in which the new site comes in, and right after.
    moments = [(begun, takes * 1.1 * (part + chance.random()) / 10) for part in range(10)]
    moments += [(built, 0.1 * (part + chance.random()) / 5) for part in range(5)]
    moments += [(swapped, 0), (swapped, 0.02 * chance.random())]

    ended = []
    for reached, moment in moments:
        other = projects[1 - sites.index(whole(folder / "site"))]
        old = record.stat().st_ino
        worker = subprocess.Popen(
            build_of(other, folder / "site"), cwd=other, env=environment(other),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while not reached() and worker.poll() is None:
            time.sleep(0.001)
        time.sleep(moment)
        worker.kill()
        worker.wait()
        ended.append(whole(folder / "site") == sites[projects.index(other)])

        assert whole(folder / "site") in sites

    assert 0 < sum(ended) < len(ended)
    assert (0, []) == build(projects[0], folder / "site")
    assert whole(folder / "site") == sites[0]
    assert ["site"] == [path.name for path in folder.iterdir()]


def broken_page(project: Path) -> None:
    """An agreement with a paragraph that has no id."""
    add(project / PAGE, "\nĐoạn chưa có mã.\n")


def broken_link(project: Path) -> None:
    """A page of the guide that is not in the nav: MkDocs warns, and a warning stops a build."""
    (project / "docs/huong-dan/lac.md").write_text("# Lạc\n\n[x](#khong-co)\n", encoding="utf-8")


def broken_code(project: Path) -> None:
    """A bug in the last thing that a build does."""
    add(
        project / "macros/hooks.py",
        "\n\ndef on_post_build(config):\n    raise RuntimeError('bug')\n",
    )


@pytest.mark.parametrize("breaks", [broken_page, broken_link, broken_code])
def test_a_failing_build_leaves_the_old_site(
    ours: Path, tmp_path: Path, breaks: Callable[[Path], None]
) -> None:
    """Wherever a build fails the old site keeps every byte, and nothing is left beside it."""
    before, record = whole(tmp_path / "www/site"), (tmp_path / "www/site/build.json").read_bytes()
    breaks(ours)

    code, _ = build(ours, tmp_path / "www/site")

    assert 1 == code
    assert before == whole(tmp_path / "www/site")
    assert record == (tmp_path / "www/site/build.json").read_bytes()
    assert ["site"] == [path.name for path in (tmp_path / "www").iterdir()]


def test_two_builds_at_once(tmp_path: Path) -> None:
    """The second build says that another is at work; the first ends well."""
    ours = project(tmp_path / "a")
    first = subprocess.Popen(
        build_of(ours, tmp_path / "www/site"), cwd=ours, env=environment(ours),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    while not (tmp_path / "www/site.new/qcph-build.lock").exists():
        time.sleep(0.001)
    os.kill(first.pid, signal.SIGSTOP)  # it is at work until the second has ended
    second = build(ours, tmp_path / "www/site")
    os.kill(first.pid, signal.SIGCONT)
    _, said = first.communicate()

    site = tmp_path / "www/site"
    assert (1, [f"Một lệnh build khác đang ghi vào {site}; đợi nó xong."]) == second
    assert (0, b"") == (first.returncode, said)
    assert whole(site)


Mounted = Callable[[str], None]


def mount(*arguments: str) -> str:
    """What mount complains of; empty when it did it."""
    try:
        done = subprocess.run(
            ["mount", *arguments], capture_output=True, text=True, encoding="utf-8"
        )
    except OSError as failed:
        return str(failed)
    return done.stderr or ("" if done.returncode == 0 else "mount failed")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own that can be made small or read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if refused := mount("-t", "tmpfs", "-o", "size=100m", "tmpfs", str(folder)):
        pytest.skip(f"no tmpfs can be mounted here: {refused.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@on_linux
def test_a_full_disk(ours: Path, tmp_path: Path, disk: Path) -> None:
    """Where the new site does not fit one line says so, the old site stands, the room is given back."""
    shutil.copytree(tmp_path / "www/site", disk / "site")
    before = whole(disk / "site")
    add(ours / GUIDE, "\nMột câu nữa.\n")
    room = os.statvfs(disk)
    used = (room.f_blocks - room.f_bfree) * room.f_frsize
    for part in (0, 0.5, 0.97):  # nothing, assets, most pages
        assert "" == mount("-o", f"remount,size={used + int(used * part)}", str(disk))

        code, said = build(ours, disk / "site")

        assert (1, 1) == (code, len(said)), said
        assert "đĩa đã đầy" in said[0]
        assert said[0].endswith("Trang cũ vẫn nguyên.")
        assert before == whole(disk / "site")
        assert ["site"] == [path.name for path in disk.iterdir()]
    assert "" == mount("-o", "remount,size=100m", str(disk))
    assert (0, []) == build(ours, disk / "site")
    assert before != whole(disk / "site")


@on_linux
def test_a_read_only_disk(ours: Path, tmp_path: Path, disk: Path) -> None:
    """Where nothing can be written one line says so and the old site stands."""
    shutil.copytree(tmp_path / "www/site", disk / "site")
    before = whole(disk / "site")
    assert "" == mount("-o", "remount,ro", str(disk))

    code, said = build(ours, disk / "site")

    assert (1, 1) == (code, len(said)), said
    assert "ổ đĩa này chỉ cho đọc" in said[0]
    assert before == whole(disk / "site")


@on_linux
def test_a_place_that_is_a_disk(tmp_path: Path, disk: Path) -> None:
    """The root of a file system can't be swapped: one line says to take a folder in it."""
    code, said = build(project(tmp_path / "a"), disk)

    assert (1, 1) == (code, len(said)), said
    assert "gốc của một ổ đĩa (mount)" in said[0]
    assert [] == list(disk.iterdir())


@on_linux
def test_no_permission(ours: Path, tmp_path: Path) -> None:
    """Who may not write there gets one line, and the old site stands."""
    before = whole(tmp_path / "www/site")
    (tmp_path / "www").chmod(0o555)
    as_others = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []

    done = subprocess.run(
        [*as_others, *build_of(ours, tmp_path / "www/site")], cwd=ours, env=environment(ours),
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    (tmp_path / "www").chmod(0o755)

    said = done.stderr.splitlines()
    assert (1, 1) == (done.returncode, len(said)), done.stderr
    assert "không có quyền" in said[0]
    assert before == whole(tmp_path / "www/site")


# --- provenance ---


def test_verify(ours: Path, tmp_path: Path) -> None:
    """A site is the same as its commit rebuilt, also when the branch has gone on."""
    site = tmp_path / "www/site"
    record = read_record(site)

    assert (head(ours), False, AS_OF) == (record.commit, record.dirty, str(record.as_of))
    same = verify(ours, site)
    assert (0, "Trang giống từng byte khi dựng lại.") == (same[0], same[1][-1]), same

    add(ours / GUIDE, "\nMột câu nữa.\n")
    add(ours / "requirements.lock", "# khác\n")
    add(ours / "macros/__init__.py", "raise SystemExit('this code is of another commit')\n")
    commit(ours, "two")
    (ours / "docs/huong-dan/chua-commit.md").write_text("# Lạc\n", encoding="utf-8")
    later = verify(ours, site)
    assert (0, "Trang giống từng byte khi dựng lại.") == (later[0], later[1][-1]), later
    assert "Lưu ý: requirements.lock của commit ấy khác requirements.lock ở đây." in later[1]


def test_verify_finds_a_forged_site(ours: Path, tmp_path: Path) -> None:
    """Who changes a page and its digest, or the record, is found by the rebuild."""
    site = tmp_path / "www/site"
    add(site / "index.html", "<!-- thêm -->")
    (site / "404.html").unlink()
    record = json.loads((site / "build.json").read_text(encoding="utf-8"))
    record["files"] = digests(site)
    record["time"] = "2020-01-01T00:00:00+00:00"
    record["packages"]["mkdocs"] = "0.1"
    (site / "build.json").write_text(json.dumps(record), encoding="utf-8")

    code, said = verify(ours, site)

    assert 0 == verify(ours, site, "--quick")[0]
    assert (1, ["thiếu: 404.html", "khác: index.html", "khác: build.json (time)"]) == (
        code,
        [line for line in said if line.startswith(("khác", "thiếu", "thừa"))],
    )
    assert any(
        line.startswith("Lưu ý: Trang được dựng với mkdocs 0.1, máy này có") for line in said
    )


def test_verify_tells_uncommitted_work(ours: Path, tmp_path: Path) -> None:
    """A site built from files that no commit holds says so itself, and is not called the same."""
    add(ours / GUIDE, "\nMột câu nữa.\n")
    assert (0, []) == build(ours, tmp_path / "site")

    code, said = verify(ours, tmp_path / "site")

    assert (True, 1) == (read_record(tmp_path / "site").dirty, code)
    assert "khác: huong-dan/index.html" in said
    assert "khác: build.json (dirty)" in said


def test_verify_runs_no_stranger_s_code(ours: Path, tmp_path: Path) -> None:
    """A record that names a commit outside the branch is refused and nothing of it is run."""
    site = tmp_path / "www/site"
    subprocess.run([*GIT, "checkout", "-qb", "la"], cwd=ours, check=True)
    mark = tmp_path / "was-run"
    add(ours / "macros/__init__.py", f"open({str(mark)!r}, 'w').close()\n")
    strange = commit(ours, "strange")
    subprocess.run([*GIT, "checkout", "-q", "main"], cwd=ours, check=True)
    record = json.loads((site / "build.json").read_text(encoding="utf-8"))
    for named in (strange, "0" * 40):
        record["commit"] = named
        (site / "build.json").write_text(json.dumps(record), encoding="utf-8")

        code, said = verify(ours, site)

        assert (1, True) == (code, f"commit {named} không nằm trong nhánh" in said[-1]), said
        assert not mark.exists()


@pytest.mark.parametrize(
    ("path", "dirty"),
    [
        ("docs/huong-dan/lac.txt", True),
        ("data/sources/x.txt", False),
        ("docs/site/x.txt", True),  # git ignores it, a build does not
        ("macros/__pycache__/x.pyc", False),
        ("README.md", False),
        ("tests/x.py", False),
    ],
)
def test_what_makes_a_tree_dirty(tmp_path: Path, path: str, dirty: bool) -> None:
    """Whatever can change a byte of the site counts, and nothing else."""
    from macros.building.placed import _BUILT_FROM
    from macros.git import is_changed

    ours = project(tmp_path / "a")
    if path.startswith("data/"):
        (ours / path).write_text("x", encoding="utf-8")
    commit(ours, "one")
    (ours / path).parent.mkdir(parents=True, exist_ok=True)
    (ours / path).write_text("x", encoding="utf-8")

    assert dirty is is_changed(ours, _BUILT_FROM)
