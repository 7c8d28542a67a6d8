# The only program that holds a token which may write. So: the standard library alone, nothing of
# a pull request is run, and of its words only a report of limited size goes through, as text.
# Refuses: to say a number or a commit that is not the forge's own; to post a report where the
# pull request changes .github/ and so could have written the report itself.
"""`python scripts/comment.py REPORT`: the comment on a pull request, made once and then renewed.

Reads what GitHub Actions gives to a `workflow_run`: GITHUB_EVENT_PATH, GITHUB_API_URL,
GITHUB_REPOSITORY; and GITHUB_TOKEN.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = "<!-- qcph: bao cao -->"
MOST = 65_000  # characters of a report; a comment may have 65,536
_PAGE = 100
_PAGES = 30  # the forge lists 3,000 files and no more
_BOT = "github-actions[bot]"


@dataclass(frozen=True, slots=True)
class Forge:
    """The forge's interface for one repository."""

    url: str
    token: str

    def ask(self, path: str, body: object = None, method: str = "GET") -> Any:
        """Answer of a request as JSON. Raises HTTPError where the forge refuses."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.github+json"}
        address = f"{self.url}/{path}"
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 GitHub's own
            return json.load(answer)

    def all(self, path: str, **query: str) -> list[Any]:
        """All items of a list; where there are more than the forge gives, as many as it gives."""
        found: list[Any] = []
        for page in range(1, _PAGES + 1):
            asked = urllib.parse.urlencode({**query, "per_page": _PAGE, "page": page})
            part = self.ask(f"{path}?{asked}")
            found += part
            if len(part) < _PAGE:
                break
        return found


def open_pull(forge: Forge, run: dict[str, Any], branch: str) -> int | None:
    """The open pull request to `branch` whose newest commit is that of the run, if there is one.

    A run for a fork names no pull request, so the forge is asked for that of its branch.
    """
    source = run.get("head_repository") or {}
    head = f"{(source.get('owner') or {}).get('login', '')}:{run['head_branch']}"
    pulls = forge.all("pulls", state="open", base=branch, head=head)
    numbers = [each["number"] for each in pulls if each["head"]["sha"] == run["head_sha"]]
    return numbers[0] if len(numbers) == 1 else None


def text_of(path: Path) -> str | None:
    """The report; None where it is not a plain UTF-8 file of the size that a report may have."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(file, "rb") as opened:
            plain = stat.S_ISREG(os.fstat(opened.fileno()).st_mode)
            raw = opened.read(4 * MOST + 1) if plain else b""
        text = raw.decode()
    except (OSError, UnicodeDecodeError):
        return None
    return text if text.strip() and len(text) <= MOST and "\0" not in text else None


def comment(report: str | None, paths: list[str], run: dict[str, Any]) -> str:
    """What is posted: whose words these are, then the report."""
    code = [each for each in paths if not each.startswith(("docs/", "data/"))]
    code += [each for each in paths if each.startswith("docs/assets/")]
    forged = len(paths) >= _PAGE * _PAGES or any(each.startswith(".github/") for each in paths)
    where = f"[lần chạy này]({run['html_url']})"
    lines = [MARK, f"Máy xem commit `{run['head_sha'][:12]}`; trang xem thử ở {where}."]
    if code:
        lines.append(
            f"> ⛔ **Đề nghị này sửa {len(code)} tệp chương trình.** "
            "Báo cáo không nói gì về chúng; người phụ trách chương trình phải duyệt."
        )
    if forged:
        lines.append(
            "> ⛔ **Không đăng báo cáo:** đề nghị sửa `.github/` hay sửa quá nhiều tệp, "
            "nên báo cáo có thể không do máy của kho viết."
        )
    elif report is None:
        lines.append(f"> ⛔ **Chưa có báo cáo** cho commit này; xem {where} để biết vì sao.")
    else:
        lines.append(report)
    return "\n\n".join(lines)


def main(report: Path) -> None:
    """Post, or say in one line why not."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    run, branch = event["workflow_run"], event["repository"]["default_branch"]
    repository = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}"
    forge = Forge(repository, os.environ["GITHUB_TOKEN"])
    number = open_pull(forge, run, branch)
    if number is None:
        sys.stdout.write("no open pull request of this commit to the default branch\n")
        return
    files = forge.all(f"pulls/{number}/files")
    paths = [
        each[name] for each in files for name in ("filename", "previous_filename") if name in each
    ]
    if forge.ask(f"pulls/{number}")["head"]["sha"] != run["head_sha"]:
        sys.stdout.write("the pull request has a newer commit\n")
        return
    body = {"body": comment(text_of(report), paths, run)}
    for each in forge.all(f"issues/{number}/comments"):
        if each["user"]["login"] == _BOT and each["body"].startswith(MARK):
            forge.ask(f"issues/comments/{each['id']}", body, "PATCH")
            return
    forge.ask(f"issues/{number}/comments", body, "POST")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
