# Which files beside its page an agreement and a comparison are offered as, and of what each is made.
# Hides: their names, and the key under which a file that was made once is kept.
# Refuses: reports, which are no agreements; a PDF with a character that its fonts lack.
"""The PDF and Word files of agreements and comparisons, made only when their input changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

from macros import citing, compare, layout, redline, words
from macros.exchange import revisions, typeset, wordfile, wordml
from macros.model import AS_SIGNED, Agreement, TextState
from macros.redline import Pair

_PDF, _DOCX = "pdf", "docx"


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the site: its address, what a result is kept under, and how it is made."""

    address: str
    kind: str
    key: tuple[bytes, ...]
    make: Callable[[], bytes]


def documents(agreements: Iterable[Agreement], pairs: Iterable[Pair]) -> Iterator[Document]:
    """Every file that is offered, in the order of agreements and comparisons."""
    for each in agreements:
        if each.edition.text is TextState.FULL:
            key = _key(_known(each))
            name = each.address + _name(each)
            if typeset.can_set(each):
                yield Document(f"{name}.{_PDF}", _PDF, key, partial(typeset.agreement_pdf, each))
            yield Document(f"{name}.{_DOCX}", _DOCX, key, partial(wordfile.agreement_docx, each))
    for pair in pairs:
        key = _key((_known(pair.old), _known(pair.new), pair.address))
        name = f"{pair.address}so-sanh-{_name(pair.new)}"
        if typeset.can_set(pair.old) and typeset.can_set(pair.new):
            yield Document(f"{name}.{_PDF}", _PDF, key, partial(typeset.comparison_pdf, pair))
        redline_docx = partial(revisions.redline_docx, pair.old, pair.new, pair.comparison)
        yield Document(f"{name}.{_DOCX}", _DOCX, key, redline_docx)


def _name(of: Agreement) -> str:
    """What the file is called where it is saved: one name in the whole archive."""
    later = "" if of.version == AS_SIGNED and of.newest else f"-{of.version}"
    return f"{of.unit_id}-{of.series_id}-{of.period}{later}"


def _known(of: Agreement) -> tuple[object, ...]:
    """All of an agreement that a file can depend on."""
    unit = of.unit
    return (
        of.path, of.page, of.facts, of.versions, of.newest, of.edition.reasons, of.edition.kind,
        unit.names, unit.sample, dict(of.sides), of.series_id, of.period, of.version,
    )  # fmt: skip


def _key(known: tuple[object, ...]) -> tuple[bytes, ...]:
    return _made_with(), repr(known).encode()


@cache
def _made_with() -> bytes:
    """What every result depends on besides: code, templates, fonts, Typst."""
    modules = (citing, compare, layout, redline, revisions, typeset, wordfile, wordml, words)
    files = [Path(module.__file__ or "") for module in modules]
    files += sorted(path for folder in typeset.DATA for path in folder.iterdir() if path.is_file())
    digest = hashlib.sha256(version("typst").encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()
