# Which files beside its page an agreement and a comparison are offered as, and of what each is made.
# Hides: their names, and the key under which a file that was made once is kept.
# Refuses: reports, which are no agreements; a PDF with a character that its fonts lack.
"""The PDF and Word files of agreements and comparisons, made only when their input changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from functools import cache, cached_property, partial
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path

from macros import citing, compare, labels, layout, markup, model, redline, words
from macros.exchange import revisions, typeset, wordfile, wordml
from macros.model import AS_SIGNED, Agreement, Clause, TextState
from macros.redline import Pair

# All code that a result depends on.
MAKERS = (
    citing,
    compare,
    labels,
    layout,
    markup,
    model,
    redline,
    revisions,
    typeset,
    wordfile,
    wordml,
    words,
)
_PDF, _DOCX = "pdf", "docx"


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the site: its address, and how it is made of agreements."""

    address: str
    kind: str
    # Out of the representation, which would hold whole agreements: mkdocs-macros takes that of all
    # that stands in MkDocs' configuration, and so a build once held each text many times over.
    of: tuple[_Text, ...] = field(repr=False)
    make: Callable[[], bytes] = field(repr=False)

    @property
    def key(self) -> tuple[bytes, ...]:
        """What a result is kept under: all that it depends on. Nothing is laid out for it."""
        return (made_with(), *(each.digest for each in self.of))


class _Text:
    """What is asked of an agreement for each file that it stands in, answered once."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement

    @cached_property
    def digest(self) -> bytes:
        return hashlib.sha256(repr(_known(self.agreement)).encode()).digest()

    @cached_property
    def can_be_set(self) -> bool:
        return typeset.can_set(self.agreement)


def documents(agreements: Iterable[Agreement], pairs: Iterable[Pair]) -> Iterator[Document]:
    """Every file that is offered, in the order of agreements and comparisons.

    `agreements` are those of one unit or of many, and hold both sides of every pair. What a unit's
    documents are depends on these, on `made_with()` and on nothing else.
    """
    texts: dict[str, _Text] = {}
    for each in agreements:
        if each.edition.text is TextState.FULL:
            own = texts[each.path] = _Text(each)
            name = each.address + _name(each)
            if own.can_be_set:
                yield Document(f"{name}.{_PDF}", _PDF, (own,), partial(typeset.agreement_pdf, each))
            yield Document(f"{name}.{_DOCX}", _DOCX, (own,), partial(wordfile.agreement_docx, each))
    for pair in pairs:
        name = f"{pair.address}so-sanh-{_name(pair.new)}"
        both = texts[pair.old.path], texts[pair.new.path]
        if all(each.can_be_set for each in both):
            yield Document(f"{name}.{_PDF}", _PDF, both, partial(typeset.comparison_pdf, pair))
        redline_docx = partial(revisions.redline_docx, pair.old, pair.new, pair.comparison)
        yield Document(f"{name}.{_DOCX}", _DOCX, both, redline_docx)


def _name(of: Agreement) -> str:
    """What the file is called where it is saved: one name in the whole archive."""
    later = "" if of.version == AS_SIGNED and of.newest else f"-{of.version}"
    return f"{of.unit_id}-{of.series_id}-{of.period}{later}"


def _known(of: Agreement) -> tuple[object, ...]:
    """All of an agreement that a file can depend on; not the lines that its clauses stand on."""
    unit, page = of.unit, of.page
    return (
        of.path, page.title, page.report, [_of_clause(each) for each in page.clauses],
        of.facts, of.versions, of.newest, of.edition.reasons, of.edition.kind,
        unit.names, unit.sample, dict(of.sides), of.series_id, of.period, of.version,
    )  # fmt: skip


_of_clause = attrgetter(*(each.name for each in fields(Clause) if each.compare))


@cache
def made_with() -> bytes:
    """A digest of what every document depends on besides: code, templates, fonts, Typst."""
    files = [Path(module.__file__ or "") for module in MAKERS]
    files += sorted(path for folder in typeset.DATA for path in folder.iterdir() if path.is_file())
    digest = hashlib.sha256(version("typst").encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()
