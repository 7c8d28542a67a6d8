# The command line: printing and exit codes. All else stands below.
# Exit codes: 0 done, 1 problems in the sources, 2 wrong use. A bug is a traceback, never caught.
"""`python -m macros COMMAND` (also `qcph`): check, build, serve, schema."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from macros.archive import load, schemas
from macros.checks import check as check_archive
from macros.problem import Problem, Severity, as_json

ROOT = Path(__file__).resolve().parent.parent


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Kiểm tra, dựng và xem trang quy chế phối hợp."""


@cli.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    help="text cho người đọc, github để đánh dấu trên pull request, json cho chương trình.",
)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="Thư mục chứa docs/ và data/ (mặc định: dự án này).",
)
@click.argument("paths", nargs=-1)
def check(form: str, root: Path, paths: Sequence[str]) -> None:
    """Kiểm tra docs/ và data/, in mọi chỗ sai.

    PATHS: chỉ in những chỗ sai trong các tệp này (kiểm tra vẫn xem cả kho).
    """
    problems = problems_in(root)
    if paths:
        kept = {Path(path).as_posix().removeprefix("./") for path in paths}
        problems = tuple(problem for problem in problems if problem.path in kept)
    report(problems, form)
    sys.exit(1 if errors_in(problems) else 0)


def problems_in(root: Path) -> tuple[Problem, ...]:
    """All problems of the sources below `root`, sorted by place."""
    loaded = load(root)
    return tuple(sorted({*loaded.problems, *check_archive(loaded.archive)}))


def errors_in(problems: Sequence[Problem]) -> int:
    """How many problems stop publication."""
    return sum(problem.severity is Severity.ERROR for problem in problems)


def report(problems: Sequence[Problem], form: str) -> None:
    """Print problems; as text with a last line that counts them."""
    if form == "json":
        click.echo(as_json(problems))
        return
    for problem in problems:
        click.echo(problem.github() if form == "github" else problem.text())
    if form == "text":
        errors = errors_in(problems)
        warnings = len(problems) - errors
        click.echo(f"{errors} lỗi, {warnings} cảnh báo." if problems else "Không có lỗi nào.")


@cli.command()
@click.option("--check", "only", is_flag=True, help="Chỉ nói tệp nào đã cũ, không ghi.")
def schema(only: bool) -> None:
    """Ghi JSON Schema của các tệp trong data/ (cho VS Code)."""
    stale = [
        path
        for path, text in schemas().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if not only:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(schemas()[path], encoding="utf-8")
        click.echo(f"{'đã cũ' if only else 'đã ghi'}: {path}")
    sys.exit(1 if only and stale else 0)


def main() -> None:
    """Entry point of the console script."""
    cli(prog_name="qcph")
