# mkdocs-macros: the macros that editors may call in hand-written pages (guide, home).
# Agreements do not pass through here: `grammar` reads `clause()` in them itself.
# Refuses: every other name, filter and template; `safety` has the list and the sandbox.
"""The macros of the site: `clause(id, wording, **blanks)` and `overview()`."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from macros.clauses import call, wording
from macros.markup import OVERVIEW

_MARKS = re.compile(r"[\\`*_{}\[\]<>&#|+~^=$@:]")


def define_env(env: Any) -> None:
    """Called by mkdocs-macros once for each build."""

    @env.macro  # type: ignore[untyped-decorator]
    def clause(clause_id: str, period: str, **blanks: str) -> str:
        """The wording of a shared clause made for a period, its blanks filled from the call."""
        shared = env.conf["extra"]["sources"].beside.shared
        found = wording(call(clause_id, period, blanks), shared, {})
        if isinstance(found, str):
            # Literal also for Markdown, which reads the page after this.
            return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", found)
        code, message, hint = found
        raise ValueError(f"{code} {message}. {hint}")  # `check` tells it with its place before

    @env.macro  # type: ignore[untyped-decorator]
    def overview() -> str:
        """The latest year at a glance."""
        return OVERVIEW


def on_pre_page_macros(env: Any) -> None:
    """Called by mkdocs-macros before each page: all that it offers pages is taken away."""
    env.env.clear()
    env.variables.clear()
    env.variables["page"] = SimpleNamespace(meta={})
