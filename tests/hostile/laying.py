# One file beside this one for each attack, laid over tests/broken/base (whose original is left
# out, so that any text may stand in the page). What a file says:
#   door, why   where it comes in, and what it would gain there
#   expect      codes that `check` must tell; `inert`: no error, and nothing of it runs; for a
#               command its exit code
#   remove, files, bytes, encode, link, copy   whole files: text, hex, an encoding, shortcuts, copies
#   prepend, append, cut, replace, replace_all, replace_after, repeat, repeat_after_title
#   run, git    commands of ours before `replace_after`; whether all of it is committed then
#   command     arguments; `--root` and the project follow the first
# Short names of paths are those of NAMES; "@goc.txt" is the digest of that file in data/sources.
"""The hostile cases as values, and `lay`, which makes the project that one describes."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.fuzz import promises
from tests.test_broken import commit

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "broken" / "base"
NAMES = {
    "P": "docs/don-vi/truong-thu/cong-doan/2024-2025.md",
    "U": "data/units/truong-thu.yml",
    "C": "data/clauses/hop-giao-ban.yml",
    "G": "data/glossary.yml",
    "H": "docs/huong-dan/index.md",
}


@dataclass(frozen=True)
class Case:
    """One attack."""

    name: str
    door: str
    why: str
    expect: Any
    does: dict[str, Any]

    @property
    def inert(self) -> bool:
        return self.expect == "inert"

    @property
    def command(self) -> list[str]:
        return self.does.get("command", [])


def cases() -> list[Case]:
    """Every case, by name."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        does = yaml.safe_load(path.read_text(encoding="utf-8"))
        head = {key: does.pop(key, None) for key in ("door", "why", "expect")}
        found.append(Case(name=path.stem, does=does, **head))
    return found


def lay(case: Case, root: Path) -> Path:
    """A project in `root`: the good base without its original, with the attack over it."""
    shutil.copytree(BASE, root)
    _cut(root, root / NAMES["U"], ["        source:\n", "END"])
    for name in case.does.get("remove", ()):
        (root / NAMES.get(name, name)).unlink()
    for verb, do in _VERBS.items():
        for name, what in case.does.get(verb, {}).items():
            target = root / NAMES.get(name, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            do(root, target, what)
        if verb == "copy":
            for arguments in case.does.get("run", ()):
                code, said = ran(arguments, root)
                assert code == 0, said
    for path in root.glob("data/units/*.yml"):
        _digests(path, root / "data" / "sources")
    if case.does.get("git"):
        commit(root)
    return root


def ran(arguments: list[str], root: Path) -> tuple[int, str]:
    """A command on the project: its exit code and all that it printed."""
    command, *others = arguments
    own = [] if command in ("build", "verify") else ["--root", str(root)]
    return promises.ran([command, *own, *others])


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _replace(_: Path, path: Path, pairs: dict[str, str]) -> None:
    text = _text(path)
    for old, new in pairs.items():
        assert old in text, f"{path} has no {old!r}"
        text = text.replace(old, new, 1)
    _write(path, text)


def _cut(_: Path, path: Path, ends: list[str]) -> None:
    """Leave out from one text to the next; `END` is the end of the file."""
    before, mark, rest = _text(path).partition(ends[0])
    assert mark, f"{path} has no {ends[0]!r}"
    _write(path, before + ("" if ends[1] == "END" else ends[1] + rest.partition(ends[1])[2]))


def _repeat(_: Path, path: Path, parts: tuple[str, str, int, str]) -> None:
    """Append a beginning, a part so and so often (`@` in it counts) and an end."""
    begin, part, times, end = parts
    many = "".join(part.replace("@", str(number)) for number in range(times))
    before = _text(path) if path.exists() and not begin.startswith("abbreviations") else ""
    _write(path, f"{before}{begin}{many}{end}")


def _under_title(_: Path, path: Path, parts: tuple[str, int]) -> None:
    first, end, rest = _text(path).partition("\n")
    _write(path, f"{first}{end}\n{parts[0] * parts[1]}\n{rest}")


def _encode(_: Path, path: Path, encoding: str) -> None:
    path.write_bytes(_text(path).encode(encoding))


def _link(_: Path, path: Path, aim: str) -> None:
    """A shortcut; what was there goes beside it, and `BESIDE` leads to it."""
    beside = path.with_name(f".{path.name}")
    if path.exists():
        path.rename(beside)
    path.symlink_to(beside if aim == "BESIDE" else aim)


def _digests(path: Path, sources: Path) -> None:
    data = path.read_bytes()
    for source in sources.glob("*") if sources.is_dir() else ():
        if source.is_file():
            digest = hashlib.sha256(source.read_bytes()).hexdigest()
            data = data.replace(f"@{source.name}".encode(), digest.encode())
    path.write_bytes(data)


_VERBS = {
    "files": lambda _, path, text: _write(path, text),
    "bytes": lambda _, path, hexed: path.write_bytes(bytes.fromhex(hexed)),
    "prepend": lambda _, path, text: _write(path, text + _text(path)),
    "append": lambda _, path, text: _write(path, _text(path) + text),
    "cut": _cut,
    "replace": _replace,
    "replace_all": lambda _, path, pair: _write(path, _text(path).replace(*pair)),
    "repeat": _repeat,
    "repeat_after_title": _under_title,
    "copy": lambda root, path, to: shutil.copyfile(path, root / to),
    "replace_after": _replace,
    "encode": _encode,
    "link": _link,
}
