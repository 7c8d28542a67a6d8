# Word files made for tests, part by part, so that a test shows the XML that it is about.
"""`docx(p("…"), tbl(…), numbering=…)`: the bytes of a .docx; the rest makes its pieces."""

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SPACES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "w": W,
        "r": OFFICE,
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
RULED = "".join(
    f'<w:{side} w:val="single" w:sz="4"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
BY = 'w:author="Nguyễn Văn A" w:date="2024-09-05T00:00:00Z"'


def t(text: str) -> str:
    """Letters as they are, in the element that holds them."""
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>'


def r(text: str, form: str = "") -> str:
    """A run; a text that begins with `<` is XML. `form`: its properties."""
    inside = text if text.startswith("<") else t(text)
    return f"<w:r><w:rPr>{form}</w:rPr>{inside}</w:r>"


def p(*runs: str, style: str = "", num: tuple[int, int | None] | None = None, form: str = "",
      mark: str = "") -> str:  # fmt: skip
    """A paragraph of runs (XML or text). `num`: list and level; `mark`: of its own end."""
    said = f'<w:pStyle w:val="{style}"/>' if style else ""
    if num:
        depth = "" if num[1] is None else f'<w:ilvl w:val="{num[1]}"/>'
        said += f'<w:numPr>{depth}<w:numId w:val="{num[0]}"/></w:numPr>'
    said += form + (f"<w:rPr>{mark}</w:rPr>" if mark else "")
    inside = "".join(each if each.startswith("<") else r(each) for each in runs)
    return f"<w:p><w:pPr>{said}</w:pPr>{inside}</w:p>"


def ins(*runs: str, key: int = 1, tag: str = "ins") -> str:
    """Inserted runs."""
    inside = "".join(each if each.startswith("<") else r(each) for each in runs)
    return f'<w:{tag} w:id="{key}" {BY}>{inside}</w:{tag}>'


def gone(text: str, key: int = 2) -> str:
    """A deleted run."""
    deleted = f'<w:delText xml:space="preserve">{escape(text)}</w:delText>'
    return f'<w:del w:id="{key}" {BY}><w:r>{deleted}</w:r></w:del>'


def marked(tag: str, key: int = 3) -> str:
    """The mark of a tracked change on a paragraph's end or a table's row."""
    return f'<w:{tag} w:id="{key}" {BY}/>'


def field(code: str, result: str) -> str:
    """A field as Word writes it: begin, code, result, end."""
    begin, middle, end = (
        r(f'<w:fldChar w:fldCharType="{step}"/>') for step in ("begin", "separate", "end")
    )
    return begin + r(f"<w:instrText>{code}</w:instrText>") + middle + r(result) + end


def box(*blocks: str) -> str:
    """A text box in both its forms, as Word writes it."""
    inside = f"<w:txbxContent>{''.join(blocks)}</w:txbxContent>"
    return r(
        '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic>'
        f"<a:graphicData><wps:wsp><wps:txbx>{inside}</wps:txbx></wps:wsp></a:graphicData>"
        "</a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape>"
        f"<v:textbox>{inside}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>"
    )


def tc(*blocks: str, form: str = "") -> str:
    """A cell of blocks (XML or text)."""
    inside = "".join(each if each.startswith("<") else p(each) for each in blocks) or p()
    return f"<w:tc><w:tcPr>{form}</w:tcPr>{inside}</w:tc>"


def tr(*cells: str, form: str = "") -> str:
    """A row of cells (XML or text)."""
    inside = "".join(each if each.startswith("<w:tc>") else tc(each) for each in cells)
    return f"<w:tr><w:trPr>{form}</w:trPr>{inside}</w:tr>"


def tbl(*rows: Iterable[str] | str, ruled: bool = False, style: str = "") -> str:
    """A table of rows, each XML or a sequence of cells."""
    form = f'<w:tblStyle w:val="{style}"/>' if style else ""
    form += f"<w:tblBorders>{RULED}</w:tblBorders>" if ruled else ""
    inside = "".join(each if isinstance(each, str) else tr(*each) for each in rows)
    return f"<w:tbl><w:tblPr>{form}</w:tblPr>{inside}</w:tbl>"


def lvl(depth: int, form: str, text: str, start: int = 1, more: str = "") -> str:
    """A level of a list."""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'{more}<w:lvlText w:val="{escape(text)}"/></w:lvl>'
    )


def abstract(key: int, *levels: str) -> str:
    """A list, before anything uses it."""
    return f'<w:abstractNum w:abstractNumId="{key}">{"".join(levels)}</w:abstractNum>'


def num(key: int, of: int, starts: Mapping[int, int] | None = None, more: str = "") -> str:
    """A use of a list; `starts`: where its levels begin anew."""
    anew = "".join(
        f'<w:lvlOverride w:ilvl="{depth}"><w:startOverride w:val="{at}"/></w:lvlOverride>'
        for depth, at in (starts or {}).items()
    )
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{of}"/>{anew}{more}</w:num>'


def style(key: str, inside: str = "", *, based: str = "", kind: str = "paragraph",
          named: str = "", default: bool = False) -> str:  # fmt: skip
    """A style; `inside`: its properties."""
    first = ' w:default="1"' if default else ""
    parent = f'<w:basedOn w:val="{based}"/>' if based else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{key}"{first}><w:name w:val="{named or key}"/>'
        f"{parent}{inside}</w:style>"
    )


def numbered_by(key: int | None = None, depth: int | None = None) -> str:
    """The properties of a style that numbers."""
    level = "" if depth is None else f'<w:ilvl w:val="{depth}"/>'
    listed = "" if key is None else f'<w:numId w:val="{key}"/>'
    return f"<w:pPr><w:numPr>{level}{listed}</w:numPr></w:pPr>"


def part(root: str, inside: str) -> bytes:
    """An XML part."""
    return f"{DECLARED}<w:{root} {SPACES}>{inside}</w:{root}>".encode()


def document(*blocks: str) -> bytes:
    """The part that holds the text."""
    return part("document", f"<w:body>{''.join(blocks)}</w:body>")


def relation(kind: str, target: str, key: str = "", *, outside: bool = False) -> str:
    """One relationship."""
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="{key or kind}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'


def relations(inside: str) -> bytes:
    """A part of relationships."""
    space = f"{PACKAGE}/relationships"
    return f'{DECLARED}<Relationships xmlns="{space}">{inside}</Relationships>'.encode()


def members(*blocks: str, links: str = "", **parts: str) -> dict[str, bytes]:
    """The members of a .docx by name: its blocks and parts (`numbering="<w:num …/>"`).

    Parts: numbering, styles, footnotes, endnotes, comments, header, footer.
    """
    roots = {"header": "hdr", "footer": "ftr"}
    sections = "".join(
        f'<w:{each}Reference w:type="default" r:id="{each}"/>' for each in roots if each in parts
    )
    types = "".join(
        f'<Override PartName="/word/{each}.xml" ContentType="{MAIN_TYPE.replace("document", each)}"/>'
        for each in parts
    )
    types = (
        f'{DECLARED}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
        'Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{MAIN_TYPE}"/>{types}</Types>'
    )
    linked = "".join(relation(each, f"{each}.xml") for each in parts) + links
    return {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": relations(relation("officeDocument", "word/document.xml")),
        "word/document.xml": document(*blocks, f"<w:sectPr>{sections}</w:sectPr>"),
        "word/_rels/document.xml.rels": relations(linked),
        **{f"word/{each}.xml": part(roots.get(each, each), parts[each]) for each in parts},
    }


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip that is the same on every day."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in files.items():
            archive.writestr(zipfile.ZipInfo(each), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def docx(*blocks: str, links: str = "", **parts: str) -> bytes:
    """A Word file of these blocks (XML or text) and parts; see `members`."""
    whole = [each if each.startswith("<") else p(each) for each in blocks]
    return zipped(members(*whole, links=links, **parts))
