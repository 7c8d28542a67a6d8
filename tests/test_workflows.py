# Workflows can't be run here; what they run can. So: linters and rules over the files, and the
# three programs in scripts/ tried with real repositories, processes and a server on loopback.
"""Pull requests on a forge: what their jobs may do, whose code runs, who is asked."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import subprocess
import sys
import sysconfig
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from macros.cli import cli

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SCRIPTS = Path(sysconfig.get_path("scripts"))
PULL_REQUEST = ("check.yml", "report.yml")
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def run(*command: str | Path, at: Path, check: bool = False) -> subprocess.CompletedProcess[str]:
    """A program and what it says."""
    return subprocess.run(
        [str(each) for each in command], cwd=at, check=check,
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


def workflow(path: Path) -> dict[Any, Any]:
    """A workflow file; YAML reads its key `on` as true."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in found.items()}


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in workflow(path)["jobs"].values() for step in job["steps"]]


def gitlab() -> dict[str, Any]:
    return yaml.safe_load(read(".gitlab-ci.yml"))


def commands() -> list[str]:
    """Every command line that a forge runs for us."""
    found = [step["run"] for path in WORKFLOWS for step in steps(path) if "run" in step]
    for job in gitlab().values():
        if isinstance(job, dict):
            found += job.get("before_script", []) + job.get("script", [])
    return [line for command in found for line in command.splitlines()]


# The linters.


def test_zizmor_finds_nothing():
    """The strictest view of the workflow linter, without the network, has nothing to say."""
    done = run(
        SCRIPTS / "zizmor", "--offline", "--no-progress", "--persona", "auditor", ".github", at=ROOT
    )

    assert (0, True) == (done.returncode, "No findings to report" in done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", WORKFLOWS),
        ("vendor.gitlab-ci", [".gitlab-ci.yml"]),
    ],
    ids=["github", "timeouts", "gitlab"],
)
def test_files_fit_their_schema(schema, files):
    """Each file has the form that its forge documents."""
    done = run(SCRIPTS / "check-jsonschema", "--builtin-schema", schema, *files, at=ROOT)

    assert "ok -- validation done\n" == done.stdout + done.stderr


# What the files say.


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned(path):
    """Each action is named by a whole commit, with its version beside it."""
    named = re.findall(r"uses: *(.*)", path.read_text(encoding="utf-8"))
    loose = [each for each in named if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", each)]

    assert [] == loose


def test_one_action_has_one_commit():
    """All files use the same commit of an action."""
    named = re.findall(
        r"uses: *(\S+)@(\S+)", "".join(each.read_text("utf-8") for each in WORKFLOWS)
    )

    assert len(dict(named)) == len(set(named))


def test_images_are_pinned():
    """GitLab's image is named by its digest, and without a host."""
    image = gitlab()["default"]["image"]

    assert re.fullmatch(r"python:[\w.-]+@sha256:[0-9a-f]{64}", image)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_is_allowed_by_default(path):
    """The file grants nothing, each job names what it needs, and checkouts keep no token."""
    jobs = workflow(path)["jobs"].values()
    kept = [
        step
        for step in steps(path)
        if step.get("uses", "").startswith("actions/checkout@")
        and step["with"].get("persist-credentials") is not False
    ]

    assert {} == workflow(path)["permissions"]
    assert [] == [job["name"] for job in jobs if "permissions" not in job]
    assert [] == kept


@pytest.mark.parametrize("name", PULL_REQUEST)
def test_jobs_of_pull_requests_hold_nothing(name):
    """A pull request's jobs read the repository and no more: no secret, no token, no write."""
    text = read(f".github/workflows/{name}")
    found = workflow(ROOT / ".github/workflows" / name)
    granted = [job["permissions"] for job in found["jobs"].values()]

    assert {"pull_request": None} == found["on"]
    assert [] == [each for each in granted if each not in ({}, {"contents": "read"})]
    assert not re.search(r"secrets|github\.token|_TOKEN", text)


def test_no_workflow_gives_foreign_code_rights():
    """`pull_request_target` is nowhere; the one that may write never has a pull request's files."""
    on = {path.name: set(workflow(path)["on"]) for path in WORKFLOWS}
    taken = [step for step in steps(ROOT / ".github/workflows/comment.yml") if "uses" in step]
    refs = [step["with"] for step in taken if step["uses"].startswith("actions/checkout@")]

    assert {
        "check.yml": {"pull_request"},
        "report.yml": {"pull_request"},
        "comment.yml": {"workflow_run"},
        "publish.yml": {"push", "schedule", "workflow_dispatch"},
    } == on
    assert [{"persist-credentials": False}] == refs


def test_the_comment_waits_for_the_report():
    """The comment follows each finished run of the workflow that makes the report, by its name."""
    followed = workflow(ROOT / ".github/workflows/comment.yml")["on"]["workflow_run"]
    name = workflow(ROOT / ".github/workflows/report.yml")["name"]

    assert {"workflows": [name], "types": ["completed"]} == followed


def test_newer_commits_end_older_runs():
    """All but a deployment under way are ended by a newer run."""
    cancels = {path.name: workflow(path)["concurrency"]["cancel-in-progress"] for path in WORKFLOWS}

    assert {"publish.yml": False} == {name: each for name, each in cancels.items() if not each}


def test_the_gate_waits_for_all():
    """`required` needs every other job and runs even when one fails."""
    jobs = workflow(ROOT / ".github/workflows/check.yml")["jobs"]
    gate = jobs.pop("required")

    assert (sorted(jobs), "always()") == (sorted(gate["needs"]), gate["if"])
    assert " ".join(["success"] * len(jobs)) in gate["steps"][0]["run"]


OURS = (
    "make ",
    ".venv/bin/python -m macros ",
    ".venv/bin/python -m pytest ",
    ".venv/bin/python scripts/proposal.py ",
    "python3 scripts/comment.py ",
    # without make, on Windows
    "python -m pip install --quiet --require-hashes -r requirements.lock",
    "python -m pip install --quiet --no-deps --no-build-isolation -e .",
    "python -m macros ",
    "python -m pytest ",
    "ruff check .",
    "ruff format --check .",
    "mypy",
    # wiring
    'test "$RESULTS" = ',
    "apt-get update -qq && apt-get install -y -qq --no-install-recommends git make",
    'git worktree add --detach goc "$CI_MERGE_REQUEST_DIFF_BASE_SHA"',
    "cd goc",
    'test "$(git ls-files Makefile kho-tam)" = Makefile',
    'mkdir -p -m 700 "$QCPH_CACHE"',
    'touch "$QCPH_CACHE.truoc"',
    'find "$QCPH_CACHE" -type f ! -newer "$QCPH_CACHE.truoc" -delete',
)


def test_forges_run_only_our_commands():
    """Each command line is one of ours, and no value of the forge is pasted into it."""
    plain = [re.sub(r"^sh scripts/limited\.sh \d+ \d+ ", "", line) for line in commands()]

    assert [] == [line for line in plain if not line.startswith(OURS)]
    assert [] == [line for line in plain if "${{" in line]


def test_only_the_main_branch_has_what_was_kept():
    """A pull request's jobs neither read nor write what earlier builds kept; of the others each can
    read it, and one on each forge writes it.
    """
    uses = {path.name: [step.get("uses", "") for step in steps(path)] for path in WORKFLOWS}
    kept = {
        name: [used.split("@")[0] for used in each if used.startswith("actions/cache")]
        for name, each in uses.items()
    }
    jobs = {name: job for name, job in gitlab().items() if isinstance(job, dict)}
    with_cache = [name for name, job in jobs.items() if job.get("extends") == ".kept"]
    main = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"

    assert {"publish.yml": ["actions/cache/restore", "actions/cache"]} == {
        name: each for name, each in kept.items() if each
    }
    assert ["part", "pages"] == with_cache
    assert [".kept", "part"] == [name for name, job in jobs.items() if "cache" in job]
    assert {"policy": "pull"} == jobs["part"]["cache"]
    assert [{"if": main}] == jobs[".kept"]["rules"]
    assert [{"if": f"$QCPH_PARTS && {main}"}] == jobs["part"]["rules"]
    # A file of the repository would be believed in its place.
    assert [] == [
        name
        for name in with_cache
        if 'test "$(git ls-files Makefile kho-tam)" = Makefile' != jobs[name]["script"][0]
    ]


def test_parts_are_of_one_day_and_one_place():
    """On each forge parts and the whole are made for the same day, and kept in the same folder."""
    builds = [line for line in commands() if "--as-of" in line]
    days = {line.partition("--as-of ")[2] for line in builds}
    folders = {
        step["with"]["path"]
        for step in steps(ROOT / ".github/workflows/publish.yml")
        if "kho-tam" in str(step.get("with"))
    } | {
        step["env"]["QCPH_CACHE"]
        for step in steps(ROOT / ".github/workflows/publish.yml")
        if "env" in step
    }

    assert (4, 1, {"${{ runner.temp }}/kho-tam"}) == (len(builds), len(days), folders)


@linux
def test_a_part_sends_what_it_made_alone(tmp_path):
    """What was kept before a part was made is taken out of what it hands on."""
    (line,) = {line for line in commands() if line.startswith("find ")}
    kept = tmp_path / "kho-tam"
    for name, age in (("part/aa/old", 3600), ("part/ab/new", -1)):
        (kept / name).parent.mkdir(parents=True)
        (kept / name).write_bytes(b"x")
        os.utime(kept / name, (time.time() - age,) * 2)
    (tmp_path / "kho-tam.truoc").touch()
    subprocess.run(["sh", "-c", line], env={**os.environ, "QCPH_CACHE": str(kept)}, check=True)

    assert ["new"] == [path.name for path in kept.rglob("*") if path.is_file()]


def test_named_commands_exist():
    """Each target of make and each command of ours that a forge names is there."""
    text = "\n".join(commands())
    targets = set(" ".join(re.findall(r"^make ([a-z ]+)$", text, re.MULTILINE)).split())
    known = set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))

    assert set() == targets - known
    assert set() == set(re.findall(r"-m macros ([a-z]+)", text)) - set(cli.commands)


def test_content_is_handled_under_limits():
    """Whatever reads a proposal's content with our code has limits of time and memory."""
    own = ("check.yml", "report.yml")
    lines = [
        step.get("run", "") for name in own for step in steps(ROOT / ".github/workflows" / name)
    ]
    lines += gitlab()["content"]["script"] + gitlab()["report"]["script"]
    lines += gitlab()["preview"]["script"]
    loose = [line for line in lines if ".venv/bin/python -m macros" in line]

    assert 6 == len(loose)
    assert [] == [line for line in loose if not line.startswith("sh scripts/limited.sh ")]


CODE = (
    "macros/cli.py mkdocs.yml overrides/main.html requirements.lock requirements.in Makefile"
    " .github/workflows/check.yml .github/CODEOWNERS .gitlab/CODEOWNERS .gitlab-ci.yml"
    " deploy/nginx.conf scripts/proposal.py docs/assets/qcph.js data/schema/unit.json"
    " tests/conftest.py docs/index.md docs/huong-dan/duyet.md pyproject.toml .ci/run"
).split()
CONTENT = (
    "docs/don-vi/a/b/2024-2025.md data/units/a.yml data/glossary.yml data/sources/a.txt".split()
)


def owners(path: str, lines: list[tuple[str, list[str]]]) -> list[str]:
    """The owners of a file by the last line that fits, as both forges read the lines we use."""
    found = []
    for pattern, named in lines:
        own = pattern.lstrip("/")
        deep = fnmatch.fnmatchcase(path, f"{own}*") and pattern.endswith("/")
        flat = fnmatch.fnmatchcase(path, own) and (
            "/" not in pattern or path.count("/") == own.count("/")
        )
        if deep or flat:
            found = named
    return sorted(found)


def github_owners(path: str) -> list[str]:
    lines = [line.split() for line in read(".github/CODEOWNERS").splitlines()]
    return owners(path, [(line[0], line[1:]) for line in lines if line and line[0] != "#"])


def gitlab_sections() -> dict[str, list[tuple[str, list[str]]]]:
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for line in read(".gitlab/CODEOWNERS").splitlines():
        if section := re.fullmatch(r"\[.+\] (@\S+)", line):
            found[section[1]] = []
        elif line and not line.startswith("#"):
            found[section_name(found)].append((line, [section_name(found)]))
    return found


def section_name(found: dict[str, Any]) -> str:
    return list(found)[-1]


@pytest.mark.parametrize("path", CODE)
def test_code_is_owned_by_programmers(path):
    """On both forges code needs the programmers, and them alone."""
    asked = [owner for owner, lines in gitlab_sections().items() if owners(path, lines)]

    assert ["@to-chuc/ky-thuat"] == github_owners(path) == asked


@pytest.mark.parametrize("path", CONTENT)
def test_content_is_owned_by_both_sides(path):
    """On both forges content is of both sides; GitLab asks each of them."""
    asked = [owner for owner, lines in gitlab_sections().items() if owners(path, lines)]

    assert ["@to-chuc/chinh-quyen", "@to-chuc/cong-doan"] == github_owners(path) == asked


def test_owned_paths_exist():
    """No line names what is not there; deploy/ may still come."""
    named = [line.split()[0] for line in read(".github/CODEOWNERS").splitlines() if line[:1] == "/"]
    named += [pattern for lines in gitlab_sections().values() for pattern, _ in lines]
    missing = {each for each in named if not list(ROOT.glob(each.strip("/")))}

    assert set() == missing - {"/deploy/"}
    assert not (ROOT / "CODEOWNERS").exists()  # GitLab would read it first


def test_every_file_has_an_owner():
    """Whatever is committed has an owner on GitLab too, where there is no line for all."""
    files = run("git", "ls-files", "-z", at=ROOT, check=True).stdout.split("\0")[:-1]
    sections = gitlab_sections().values()
    free = [path for path in files if not any(owners(path, lines) for lines in sections)]

    assert [] == free


@pytest.mark.parametrize(
    ("github", "gitlab_template", "asked"),
    [
        (
            ".github/pull_request_template.md",
            "Default.md",
            ("**Đơn vị:**", "**Kỳ:**", "**Nguồn:**"),
        ),
        (".github/PULL_REQUEST_TEMPLATE/chuong-trinh.md", "Chuong-trinh.md", ("`make test`",)),
    ],
    ids=["content", "code"],
)
def test_both_templates_are_on_both_forges(github, gitlab_template, asked):
    """Content and code have a template each, the same on both forges but for the way to the other."""

    def body(path: str) -> list[str]:
        return [line for line in read(path).splitlines() if "Sửa chương trình" not in line]

    assert body(github) == body(f".gitlab/merge_request_templates/{gitlab_template}")
    assert [] == [each for each in asked if each not in read(github)]
    assert "- [ ]" in read(github)


# Whose code runs: scripts/proposal.py.

BASE = {
    "macros/cli.py": "ours\n",
    "mkdocs.yml": "ours\n",
    "Makefile": "ours\n",
    "scripts/setup.sh": "ours\n",
    "docs/assets/qcph.js": "ours\n",
    "docs/index.md": "old\n",
    "docs/don-vi/truong/cong-doan/2024-2025.md": "old\n",
    "docs/don-vi/truong/cong-doan/2023-2024.md": "removed\n",
    "data/units/truong.yml": "old\n",
}
HOSTILE = {
    "macros/cli.py": "hostile\n",
    "macros/new.py": "hostile\n",
    "mkdocs.yml": "hostile\n",
    "Makefile": "hostile\n",
    "scripts/setup.sh": "hostile\n",
    ".gitattributes": "* text eol=crlf\n",
    "docs/assets/qcph.js": "hostile\n",
    "docs/assets/new.js": "hostile\n",
    "docs/.gitattributes": "* text eol=crlf export-ignore ident\n",
    "docs/index.md": "new $Id$\n",
    "docs/don-vi/truong/cong-doan/2024-2025.md": "new\n",
    "data/units/truong.yml": "new\n",
    "data/units/moi.yml": "new\n",
    "hooks/::error::x": "hostile\n",
}


def git(*arguments: str | Path, at: Path) -> str:
    """What git says."""
    names = "-c user.name=A -c user.email=a@example.edu.vn -c init.defaultBranch=main"
    return run("git", *names.split(), *arguments, at=at, check=True).stdout.strip()


def commit(at: Path, files: dict[str, str]) -> str:
    """Put files into a repository, and take away what is not among content any more."""
    for path, text in files.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_bytes(text.encode())
    git("add", "--all", at=at)
    git("commit", "-qm", "x", at=at)
    return git("rev-parse", "HEAD", at=at)


@pytest.fixture
def repositories(tmp_path):
    """`goc` with the base branch and `de-nghi`, a clone of it, to be changed."""
    (tmp_path / "goc").mkdir()
    git("init", "-q", at=tmp_path / "goc")
    commit(tmp_path / "goc", BASE)
    git("clone", "-q", "goc", "de-nghi", at=tmp_path)
    return tmp_path / "goc", tmp_path / "de-nghi"


def proposal(at: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, ROOT / "scripts/proposal.py", *arguments, at=at)


def tree(at: Path) -> dict[str, str]:
    """All files of a working tree."""
    paths = [path for path in at.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {path.relative_to(at).as_posix(): path.read_bytes().decode() for path in paths}


def is_taken(path: str) -> bool:
    return path.startswith(("docs/", "data/")) and not path.startswith("docs/assets/")


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_code_is_of_the_base_branch(repositories, forge):
    """A pull request that changes everything gets its docs/ and data/ in, byte for byte, no more."""
    base, head = repositories
    (head / "docs/don-vi/truong/cong-doan/2023-2024.md").unlink()
    commit(head, HOSTILE)
    if forge == "gitlab":
        git("worktree", "add", "-q", "--detach", "goc", "HEAD^1", at=head)
        base = head / "goc"

    done = proposal(base, ".." if forge == "gitlab" else "../de-nghi", "HEAD^1", "HEAD")

    code = {path: text for path, text in BASE.items() if not is_taken(path)}
    assert (0, "") == (done.returncode, done.stderr)
    assert tree(base) == code | {path: text for path, text in HOSTILE.items() if is_taken(path)}
    assert git("rev-parse", "refs/qcph/base", at=base) == git("rev-parse", "HEAD^1", at=head)


def test_left_out_code_is_named(repositories):
    """The log says which files were not used, on lines that no forge takes for its commands."""
    base, head = repositories
    commit(head, HOSTILE)

    lines = proposal(base, "../de-nghi", "HEAD^1", "HEAD").stdout.splitlines()

    code = sorted(path for path in HOSTILE if not is_taken(path))
    assert f"Đề nghị còn sửa {len(code)} tệp chương trình, ở đây không dùng tới:" == lines[0]
    assert [f"- {path}" for path in code] == sorted(lines[1:])


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("docs/don-vi/truong/bi-mat.md", "120000"),
        ("data/sources/bi-mat.txt", "120000"),
        ("docs", "120000"),
        ("data", "100644"),
        ("data/kho-khac", "160000"),
    ],
)
def test_shortcuts_are_refused(repositories, path, mode):
    """A symlink, a submodule, or a file in a folder's place is told at its place; nothing is written."""
    base, head = repositories
    git("rm", "-rq", "--cached", "--ignore-unmatch", path, at=head)
    target = (
        git("hash-object", "-w", "--stdin", at=head)
        if mode != "160000"
        else git("rev-parse", "HEAD", at=head)
    )
    git("update-index", "--add", "--cacheinfo", f"{mode},{target},{path}", at=head)
    git("commit", "-qm", "x", at=head)

    done = proposal(base, "../de-nghi", "HEAD^1", "HEAD")

    assert (1, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith(f"::error file={path},line=1,col=1,title=R103::")
    assert BASE == tree(base)


def test_executables_lose_their_bit(repositories):
    """No file of a proposal can be run."""
    base, head = repositories
    page = "docs/don-vi/truong/cong-doan/2024-2025.md"
    git("update-index", "--chmod=+x", page, at=head)
    git("commit", "-qm", "x", at=head)

    proposal(base, "../de-nghi", "HEAD^1", "HEAD")

    assert not (base / page).stat().st_mode & 0o111


def test_check_and_report_read_what_was_put(tmp_path):
    """After that, check names the line of a mistake in the proposal, against the right base."""
    source = ROOT / "tests/broken/base"
    files = {
        path.relative_to(source).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.relative_to(source).parts[0] in ("docs", "data")
    }
    (tmp_path / "goc").mkdir()
    git("init", "-q", at=tmp_path / "goc")
    commit(tmp_path / "goc", files)
    git("clone", "-q", "goc", "de-nghi", at=tmp_path)
    page = next(path for path in files if path.startswith("docs/don-vi/"))
    commit(tmp_path / "de-nghi", {page: files[page] + "\nChưa có mã.\n"})

    proposal(tmp_path / "goc", "../de-nghi", "HEAD^1", "HEAD")
    arguments = (
        "check",
        "--format",
        "github",
        "--base",
        "refs/qcph/base",
        "--root",
        tmp_path / "goc",
    )
    done = run(sys.executable, "-m", "macros", *arguments, at=ROOT)

    line = files[page].count("\n") + 2
    assert 1 == done.returncode
    assert f"::error file={page},line={line},col=12,title=G103::" in done.stdout


# Limits: scripts/limited.sh.


def limited(seconds: int, kilobytes: int, program: str) -> int:
    command = (
        "sh",
        "scripts/limited.sh",
        str(seconds),
        str(kilobytes),
        sys.executable,
        "-c",
        program,
    )
    return run(*command, at=ROOT).returncode


@linux
@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("raise SystemExit(7)", 7),
        ("import time; time.sleep(60)", 124),
        ("import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)", -9),
        ("bytearray(600_000_000)", 1),
    ],
    ids=["passes-on", "too-long", "deaf", "too-much"],
)
def test_limits_hold(program, code):
    """A command keeps its exit code, and is ended when it takes too long or too much."""
    found = limited(1, 500_000, program) if code != 7 else limited(60, 500_000, program)

    assert code == (-9 if found in (137, -9) else found)


# Who speaks: scripts/comment.py.


class Forge(ThreadingHTTPServer):
    """As much of a forge on loopback as comments need; keeps what it was asked to write."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[str] = []
        self.written: list[tuple[str, str, str]] = []


class Handler(BaseHTTPRequestHandler):
    server: Forge

    def answer(self) -> None:
        path = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        own = path.path.removeprefix("/repos/to-chuc/kho/")
        self.server.asked.append(self.path)
        if self.command != "GET":
            body = json.loads(self.rfile.read(length))["body"]
            self.server.written.append((self.command, own, body))
        found = self.server.answers.get(own, {})
        if isinstance(found, list) and self.command == "GET":
            asked = parse_qs(path.query)
            start = (int(asked["page"][0]) - 1) * int(asked["per_page"][0])
            found = found[start : start + int(asked["per_page"][0])]
        data = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = answer  # noqa: N815 the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


SHA = "a" * 40
EVENT = {
    "repository": {"default_branch": "main"},
    "workflow_run": {
        "head_sha": SHA,
        "head_branch": "sửa & thêm",
        "head_repository": {"owner": {"login": "nguoi-la"}},
        "html_url": "https://forge.example/run/1",
    },
}
PAGES = [{"filename": "docs/don-vi/truong/cong-doan/2024-2025.md"}]


def posted(
    tmp_path: Path, report: bytes | None, *, files: Any = PAGES, comments: Any = (), newest: str = SHA,
    pulls: tuple[tuple[int, str], ...] = ((7, SHA),),
) -> tuple[list[tuple[str, str, str]], list[str]]:  # fmt: skip
    """What is written on the forge for a report, and what it was asked."""
    (tmp_path / "event.json").write_text(json.dumps(EVENT), encoding="utf-8")
    if report is not None:
        (tmp_path / "bao-cao.md").write_bytes(report)
    forge = Forge(
        {
            "pulls": [{"number": number, "head": {"sha": sha}} for number, sha in pulls],
            "pulls/7": {"head": {"sha": newest}},
            "pulls/7/files": list(files),
            "issues/7/comments": list(comments),
        }
    )
    threading.Thread(target=forge.serve_forever, daemon=True).start()
    environment = {
        **os.environ,
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_API_URL": f"http://127.0.0.1:{forge.server_port}",
        "GITHUB_REPOSITORY": "to-chuc/kho",
        "GITHUB_TOKEN": "x",
    }
    command = [sys.executable, "-I", ROOT / "scripts/comment.py", tmp_path / "bao-cao.md"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    forge.shutdown()
    forge.server_close()
    assert (0, "") == (done.returncode, done.stderr)
    return forge.written, forge.asked


def test_a_report_is_posted_on_its_pull_request(tmp_path):
    """The number comes from the forge, asked by the branch and commit of the run."""
    written, asked = posted(tmp_path, "Đổi 1 bản. #12 @ai".encode())

    method, path, body = written[0]
    assert [("POST", "issues/7/comments")] == [(method, path)]
    assert body.startswith("<!-- qcph: bao cao -->")
    assert body.endswith("\n\nĐổi 1 bản. #12 @ai")
    assert {"head": ["nguoi-la:sửa & thêm"], "base": ["main"], "state": ["open"]}.items() <= (
        parse_qs(urlsplit(asked[0]).query).items()
    )


def test_our_own_comment_is_renewed(tmp_path):
    """A later run writes over the machine's comment, never over a person's that looks like it."""
    same = "<!-- qcph: bao cao -->\n\ncũ"
    comments = [
        {"id": 1, "user": {"login": "nguoi-la"}, "body": same},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "khác"},
        {"id": 3, "user": {"login": "github-actions[bot]"}, "body": same},
    ]
    written, _ = posted(tmp_path, b"x", comments=comments)

    assert [("PATCH", "issues/comments/3")] == [each[:2] for each in written]


@pytest.mark.parametrize(
    "world",
    [
        {"pulls": ()},
        {"pulls": ((7, "b" * 40),)},
        {"pulls": ((7, SHA), (8, SHA))},
        {"newest": "b" * 40},
    ],
    ids=["none", "other-commit", "two", "newer-commit"],
)
def test_nothing_is_posted_without_one_right_pull_request(tmp_path, world):
    """A run whose commit is not the newest of exactly one open pull request says nothing."""
    assert [] == posted(tmp_path, b"x", **world)[0]


@pytest.mark.parametrize(
    "report",
    [None, b"", b"\xff\xfe", "ă".encode() * 65_001, b"a\0b"],
    ids=["missing", "empty", "not-utf-8", "too-long", "nul"],
)
def test_what_is_no_report_is_not_posted(tmp_path, report):
    """Of an artifact only plain text of a report's size goes through."""
    body = posted(tmp_path, report)[0][0][2]

    assert "⛔ **Chưa có báo cáo** cho commit này" in body
    assert len(body) < 1_000


@linux
def test_a_shortcut_is_no_report(tmp_path):
    """An artifact that points elsewhere is not followed."""
    (tmp_path / "khac.md").write_text("bí mật", encoding="utf-8")
    (tmp_path / "bao-cao.md").symlink_to("khac.md")

    assert "bí mật" not in posted(tmp_path, None)[0][0][2]


def test_the_longest_report_fits(tmp_path):
    """With all that stands before it, the longest report stays under the forge's limit."""
    files = [*PAGES, *({"filename": f"macros/{number}.py"} for number in range(2_500))]
    body = posted(tmp_path, "ă".encode() * 65_000, files=files)[0][0][2]

    assert body.endswith("ă" * 65_000)
    assert len(body) < 65_536


@pytest.mark.parametrize(
    ("files", "code", "forged"),
    [
        (PAGES, 0, False),
        ([*PAGES, {"filename": "macros/cli.py"}, {"filename": "docs/assets/qcph.js"}], 2, False),
        ([{"filename": "docs/don-vi/x.md", "previous_filename": "mkdocs.yml"}], 1, False),
        ([*PAGES, {"filename": ".github/workflows/report.yml"}], 1, True),
        (PAGES * 3_000, 0, True),
    ],
    ids=["content", "code", "renamed", "workflows", "too-many"],
)
def test_code_in_a_pull_request_is_said(tmp_path, files, code, forged):
    """Changes of code are said aloud; where the report could be forged it is not posted."""
    body = posted(tmp_path, "lời báo cáo".encode(), files=files)[0][0][2]

    assert (f"Đề nghị này sửa {code} tệp chương trình" in body) == bool(code)
    assert ("Không đăng báo cáo" in body, "lời báo cáo" in body) == (forged, not forged)
