# A project's site in its place, and what stood there before.
# Hides: by what the files of the last two sites are known again.
# Refuses: to know MkDocs: who asks for a site says what makes the shell, if one must be made.
"""`build_to(project, target)`: a whole site, put in its place when all went well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from macros import git
from macros.archive import Beside, Snapshot
from macros.building.build import build
from macros.building.folder import Folder, Left
from macros.building.run import Project
from macros.building.shell import Kept, Shell
from macros.building.version import version
from macros.cache import Cache
from macros.site import RECORD, build_record, placing

AS_OF = "QCPH_AS_OF"
_BUILT_FROM = ("docs", "data", "macros", "overrides", "deploy", "mkdocs.yml", "requirements.lock")
_ROOT = Path(__file__).resolve().parent.parent.parent
# What servers are told is code, and comes from where the code is.
DEPLOY = _ROOT / "deploy"


def as_of_day(root: Path) -> date:
    """The day for which states are told: QCPH_AS_OF, else the commit's, else today."""
    if named := os.environ.get(AS_OF):
        return date.fromisoformat(named)
    commit = git.head(root)
    return commit.day if commit else date.today()


def project(
    config: Path,
    make_shell: Callable[[Path, Snapshot, Beside, Kept], Shell],
    *,
    serving: bool = False,
) -> Project:
    """What a configuration file is about; `make_shell` is called where the shell is not kept."""
    return Project(
        root=config.parent,
        config=config,
        as_of=as_of_day(config.parent),
        make_shell=partial(make_shell, config),
        seen=(config.parent / "overrides", DEPLOY),
        serving=serving,
    )


def build_to(own: Project, target: Path) -> None:
    """Build the site, and put it in its place when all went well.

    Raises as `build` does where the sources or their pages are at fault, NotPlacedError and
    EditorError as `placing` does.
    """
    cache = Cache.of_user()
    place = Path(os.path.realpath(target))
    key = (version(), os.fsencode(place))
    # The site in its place, and the one before, in the spare folder.
    kept: tuple[Left, Left] | None = cache.load("placed", key, tuple)
    before, older = kept or (Left(), Left())
    with placing(place, cache.spare((os.fsencode(place),)), before.others) as fresh:
        if fresh.is_dir() and not older.files:  # nobody knows what lies there
            shutil.rmtree(fresh)
        folder = Folder(fresh, place, before.files, older if fresh.is_dir() else Left())
        build(own, folder)
        folder.write(RECORD, record(own, folder))
        left = folder.left()
    cache.store("placed", key, (left, before))
    cache.tidy()


def record(own: Project, files: Folder) -> bytes:
    """The build.json of a site that was built of a project."""
    commit = git.head(own.root)
    return build_record(
        files.digests(), commit.id if commit else None, commit.time if commit else None,
        own.as_of, dirty=_dirty(own.config) if commit else None,
    )  # fmt: skip


def _dirty(config: Path) -> bool | None:
    """Whether what is built is not what the commit holds: sources, code or configuration."""
    if config.parent.resolve() != _ROOT or config.name != "mkdocs.yml":
        return True
    return git.is_changed(config.parent, _BUILT_FROM)
