# mkdocs-macros: the macros that editors may call in hand-written pages (guide, home).
# Agreements do not pass through here: `grammar` reads `clause()` in them itself.
"""The macros of the site: `clause(id, wording, **blanks)` and `overview()`."""

from __future__ import annotations

from typing import Any

from macros.clauses import wording
from macros.markup import up_from
from macros.model import Shared


def define_env(env: Any) -> None:
    """Called by mkdocs-macros once for each build."""

    @env.macro  # type: ignore[untyped-decorator]
    def clause(clause_id: str, period: str, **blanks: str) -> str:
        """The wording of a shared clause made for a period, its blanks filled from the call."""
        use = Shared(id=clause_id, wording=period, blanks=tuple(sorted(blanks.items())))
        found = wording(use, env.conf["extra"]["publication"].archive.shared, {})
        if isinstance(found, str):
            return found
        code, message, hint = found
        raise ValueError(f"{code} {message}. {hint}")

    @env.macro  # type: ignore[untyped-decorator]
    def overview() -> str:
        """The latest year at a glance."""
        publication = env.conf["extra"]["publication"]
        return str(publication.glance(up_from(env.page.url)))
