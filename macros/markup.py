# The only place that escapes: one Jinja environment with autoescape for every page of the house,
# and texts for terminals and for the Markdown of a forge.
# Refuses: undefined names in templates, and addresses that name a host. To print a character that
# can't be seen, or to let a text write Markdown of its own.
"""What all generated pages are made of: templates, the page as a value, and texts made harmless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

import jinja2
from markupsafe import Markup, escape

from macros.model import ClauseId
from macros.problem import Problem
from macros.words import Run

ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("macros"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
# Stands in a hand-written page until Markdown and the sanitiser are done; no source may hold these
# characters (S102).
OVERVIEW = "\ufff9overview\ufffb"
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"))


# Where something is put into a page after it was made; no source may hold these characters (S102).
_HOLE = re.compile("\x02([^\x03]*)\x03")


def hole(name: str) -> str:
    """A place in a page for which `filled` has the rest."""
    return f"\x02{name}\x03"


def filled(html: str, values: Mapping[str, str]) -> str:
    """A page with its holes filled; KeyError for one without a value."""
    return _HOLE.sub(lambda found: values[found[1]], html)


# The way to the site's root in a row that was made before it is known how deep its page stands.
UP = hole("up")


def placed(rows: Iterable[str], up: str) -> Markup:
    """Rows on a page from which that is the way to the site's root."""
    return Markup("".join(rows).replace(UP, up))  # noqa: S704 each was made by a template


def capital(text: str) -> str:
    """With its first letter large and the others as they are."""
    return text[:1].upper() + text[1:]


ENVIRONMENT.filters["capitalize_first"] = capital


@dataclass(frozen=True, slots=True)
class Contents:
    """A line of the contents list; `level` counts from 2, as headings do."""

    id: str
    title: str
    level: int


# What readers call the files that other programs open, by their ending.
_PROGRAMS = {"pdf": "PDF", "docx": "Word"}


def with_programs(files: Iterable[str]) -> list[tuple[str, str]]:
    """Each file's name with what readers call its kind."""
    return [(name, _PROGRAMS[name.rpartition(".")[2]]) for name in files]


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A page below the theme: `address` ends in `/` and is relative to the site's root.

    `source` is the file that it shows; `canonical` the address that search engines shall keep
    where two pages show one text.
    """

    address: str
    title: str
    description: str
    html: str
    contents: tuple[Contents, ...] = ()
    source: str = ""
    canonical: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the edition before has at a clause: shown beside it, opened by the reader."""

    kind: str
    text: Markup
    spans: str
    reason: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What changed since the edition before, for the page of an agreement.

    `sentences` pair a sentence with a link; links that begin with `#` stay on the page, others
    are addresses from the site's root. `more`: how many changes the sentences leave out.
    """

    name: str
    address: str
    sentences: tuple[tuple[str, str], ...]
    notes: Mapping[ClauseId, Note]
    more: int


def up_from(address: str) -> str:
    """The way from a page to the site's root: `../../`, or `./`."""
    return "../" * address.count("/") or "./"


@lru_cache(maxsize=8)
def abbreviations(shorts: tuple[str, ...]) -> re.Pattern[str] | None:
    """What finds the abbreviations of a glossary in a text, of two at one place the longer."""
    if not shorts:
        return None
    longest_first = sorted(shorts, key=lambda short: (-len(short), short))
    return re.compile(rf"(?<![\w/&-])({'|'.join(map(re.escape, longest_first))})(?![\w&/])")


def shown(text: str) -> str:
    """A text as a terminal may have it: what can't be seen or would be obeyed is spelled out."""
    return "".join(
        f"\\u{ord(each):04x}" if unicodedata.category(each) in _UNSEEN else each for each in text
    )


def seen(problem: Problem) -> Problem:
    """A problem as a terminal or a forge may have it: it quotes what an editor wrote, and a file's
    name may hold what is no character at all.
    """
    return replace(
        problem,
        path=shown(problem.path), message=shown(problem.message), hint=shown(problem.hint),
    )  # fmt: skip


# A forge makes links of @name, #12, !12, ~label, %1, $1, &1, GH-12 and addresses, pictures of
# :name: and colours of {+ +} even where they are escaped, unless something stands between.
_OBEYED = re.compile(
    r"(?<=[@#!~%$^])(?=[\w\"])|(?<=&amp;)(?=\w)|(?<=[Gg][Hh])(?=-\d)|(?<=:)(?=//)|(?<=www)(?=\.)"
    r"|(?<=:)(?=[\w+-]+:)|(?<=[{\[])(?=[-+])"
)


def escaped(text: str) -> str:
    """A text that Markdown shows as it is within a line, also on a forge."""
    text = shown(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"[\\`*_~\[\]$]", r"\\\g<0>", text)
    return _OBEYED.sub("<!-- -->", text).replace("|", "&#124;")


def begun(markdown: str) -> str:
    """Markdown that begins a line: no heading and no item of a list."""
    return re.sub(r"^(\d{0,9})([-+=#.)])(?=[\s\-=#]|$)", r"\1\\\2", markdown)


# By what becomes of a run of words.
_RUNS = {"=": "%s", "-": "<del>%s</del>", "+": "<ins>%s</ins>"}


def redlined(runs: Iterable[Run]) -> Markup:
    """Runs of words in HTML, what goes and what comes marked."""
    # `Markup.format` is ten times as slow, and a year's comparison has a hundred runs.
    told = "".join(_RUNS[op] % escape(text) for op, text in runs)
    return Markup(told)  # noqa: S704 each run is escaped


def struck(written: Iterable[Run]) -> str:
    """Runs of words in Markdown, which reads no marks inside a word: they enclose whole ones."""
    pieces = groupby(_whole(written), key=lambda piece: piece[0])
    texts = ((mark, escaped(" ".join(word for _, word in words))) for mark, words in pieces)
    return " ".join(f"{mark}{text}{mark}" for mark, text in texts)


def _whole(written: Iterable[Run]) -> Iterator[tuple[str, str]]:
    """Each word between white space, with the mark of what happened to it."""
    old = new = ""
    for op, text in [*written, ("=", " ")]:
        for piece in re.findall(r"\s+|\S+", text):
            if op != "=" or not piece.isspace():
                old += piece if op != "+" else ""
                new += piece if op != "-" else ""
                continue
            before, after = old.split(), new.split()
            tail: list[str] = []
            while before and after and before[0] == after[0]:
                yield "", before.pop(0)
                after.pop(0)
            while before and after and before[-1] == after[-1]:
                tail.insert(0, before.pop())
                after.pop()
            yield from (("~~", word) for word in before)
            yield from (("**", word) for word in after)
            yield from (("", word) for word in tail)
            old = new = ""
