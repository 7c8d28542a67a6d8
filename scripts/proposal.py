# Hides: how a proposal's content comes under the code that is checked out here.
# Refuses: every byte of it outside docs/ and data/, docs/assets/ too; shortcuts and submodules.
# The content is read from git's objects as it is: no filter, no attribute of the proposal is obeyed.
"""`python scripts/proposal.py REPOSITORY BASE HEAD`, run in a checkout of the base branch.

Afterwards docs/ and data/ here are those of HEAD, but for docs/assets/; everything else stays as
it is here. The revisions, resolved in REPOSITORY, stand as `refs/qcph/base` and `refs/qcph/head`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from macros.git import Entry, contents, entries
from macros.problem import EditorError, Problem
from macros.telling import shown

CONTENT = ("docs", "data")
CODE = ("docs/assets",)  # styles and scripts of the site


def git(*arguments: str, at: Path) -> bytes:
    """What a git command prints. Raises CalledProcessError where it fails."""
    command = ["git", "-C", str(at), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def is_content(path: str) -> bool:
    """Whether a proposal's file is taken; all else is code."""
    own = path.startswith(tuple(f"{each}/" for each in CONTENT))
    return own and not f"{path}/".startswith(tuple(f"{each}/" for each in CODE))


def fetch(root: Path, repository: Path, revisions: dict[str, str]) -> None:
    """Bring revisions of another repository here, each under its name below refs/qcph/."""
    for name, revision in revisions.items():
        found = git(
            "rev-parse", "--verify", "--end-of-options", revision + "^{commit}", at=repository
        )
        git("update-ref", f"refs/qcph/{name}", found.decode().strip(), at=repository)
    where = str(repository.resolve())
    git("fetch", "--quiet", "--no-tags", where, "+refs/qcph/*:refs/qcph/*", at=root)


def write(root: Path, files: list[Entry]) -> None:
    """Put the files in the place of the content here, byte for byte, none executable."""
    for folder in CONTENT:
        for path in (root / folder).iterdir() if (root / folder).is_dir() else ():
            if path.relative_to(root).as_posix() in CODE:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        (root / folder).mkdir(exist_ok=True)
    for each, data in contents(root, files):
        (root / each.path).parent.mkdir(parents=True, exist_ok=True)
        (root / each.path).write_bytes(data)


def left_out(root: Path) -> list[str]:
    """The files that the proposal changes and that are not taken."""
    names = git(
        "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z",
        "refs/qcph/base", "refs/qcph/head", at=root,
    )  # fmt: skip
    paths = [os.fsdecode(each) for each in names.split(b"\0") if each]
    return [path for path in paths if not is_content(path)]


def main(arguments: list[str]) -> int:
    """Do it, and say what was left out; 1 where something can't be taken."""
    repository, base, head = arguments
    root = Path.cwd()
    fetch(root, Path(repository), {"base": base, "head": head})
    try:
        found = entries(root, "refs/qcph/head", CONTENT)
    except EditorError as refused:
        sys.stdout.write(f"::error::{shown(str(refused))}\n")
        return 1
    found = [each for each in found if is_content(each.path) or each.path in CONTENT]
    if odd := [each.path for each in found if not each.plain or each.path in CONTENT]:
        for path in odd:
            message = "đây là lối tắt (symlink) hay kho con, không phải tệp hay thư mục thật"
            problem = Problem(shown(path), 1, 1, "R103", message, "Thay bằng chính tệp đó.")
            sys.stdout.write(f"{problem.github()}\n")
        return 1
    write(root, found)
    if code := left_out(root):
        sys.stdout.write(f"Đề nghị còn sửa {len(code)} tệp chương trình, ở đây không dùng tới:\n")
        sys.stdout.writelines(f"- {shown(path)}\n" for path in code[:100])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
