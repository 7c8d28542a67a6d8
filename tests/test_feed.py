"""Feeds: what other programs read in them, and that a text is never more than a text."""

import random
import subprocess
import sys
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from macros.exchange.feed import Entry, atom, entry_id

ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "data/atom.rng"))
SITE = "https://quyche.example.vn/kho/"
ENTRY = Entry(
    name="truong-mau/cong-doan/2024-2025/goc",
    day=date(2026, 11, 21),
    title="Quy chế phối hợp với Công đoàn, năm học 2024-2025",
    author="Trường Mẫu",
    address="don-vi/truong-mau/cong-doan/2024-2025/",
    sentences=(
        ("Sửa khoản 2 mục III.", "don-vi/truong-mau/cong-doan/2024-2025/#hoi-nghi-lien-tich"),
        ("Bỏ khoản 5 mục IV.", ""),
    ),
)
LATER = replace(
    ENTRY, name="truong-mau/cong-doan/2024-2025/2026-11-22", day=date(2026, 11, 22),
    address="don-vi/truong-mau/cong-doan/2024-2025/ban/2026-11-22/", sentences=(),
)  # fmt: skip
# What a text may hold to become more than a text.
HOSTILE = {
    "mark": "<script>alert(1)</script>",
    "picture": '<img src=x onerror="alert(1)">',
    "end of element": "</title></entry><entry><title>lẻn</title>",
    "end of section": "]]><!--",
    "escaped": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "twice escaped": "&amp;lt;b&amp;gt;",
    "attribute": '" onmouseover="alert(1)',
    "entity": "&xxe; &#0; &nbsp;",
    "instruction": "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>",
}
texts = st.text(max_size=30) | st.sampled_from(list(HOSTILE.values()))
many = st.lists(
    st.builds(
        Entry,
        name=st.from_regex(r"[a-z-]{1,8}/[a-z]{1,4}", fullmatch=True),
        day=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
        title=texts,
        author=texts,
        address=st.sampled_from(["", "don-vi/a/", "don-vi/a/b/2024-2025/"]),
        sentences=st.lists(st.tuples(texts, st.sampled_from(["", "don-vi/a/#b"]))).map(tuple),
        sample=st.booleans(),
    ),
    unique_by=lambda entry: entry.name,
    max_size=5,
)


def feed(*entries: Entry, site_url: str = SITE) -> bytes:
    """What comes of these entries."""
    return atom(
        entries, title="Bản mới trong kho", site_url=site_url, address="ban-moi.atom",
        alternate="don-vi/",
    )  # fmt: skip


def one_line(text: str) -> str:
    """A text as a feed has it: white space folded, a mark where XML has no character."""
    folded = " ".join(text.split())
    return "".join(
        each if each >= " " and not "\ud800" <= each <= "\udfff" and each not in "\ufffe\uffff"
        else "\N{REPLACEMENT CHARACTER}"
        for each in folded
    )  # fmt: skip


def check(data: bytes) -> etree._Element:
    """A feed that the schema and the sentences of RFC 4287 accept."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    SCHEMA.assertValid(root)
    entries = root.findall(f"{ATOM}entry")
    for each in [root, *entries]:
        links = [(link.get("rel"), link.get("href")) for link in each.findall(f"{ATOM}link")]
        assert 1 == sum(rel == "alternate" for rel, _ in links)
        assert all(href.startswith("https://") for _, href in links)
        assert each.findtext(f"{ATOM}id").startswith("urn:uuid:")
    for each in entries:
        assert each.find(f"{ATOM}author") is not None
    ids = [each.text for each in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    return root


class Seen(HTMLParser):
    """The elements of a piece of HTML, and their texts."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))
        if tag == "li":
            self.texts.append("")

    def handle_data(self, data):
        self.texts[-1] += data

    def handle_comment(self, data):
        self.tags.append((f"!{data}", []))

    handle_decl = handle_pi = unknown_decl = handle_comment


def test_another_program_reads_it():
    """What goes in comes out: ids, days, titles, authors, links and the list of sentences."""
    read = feedparser.parse(feed(ENTRY, LATER))
    new, old = read.entries

    assert not read.bozo
    assert "atom10" == read.version
    assert ("Bản mới trong kho", "vi") == (read.feed.title, read.feed.language)
    assert "2026-11-22T00:00:00+07:00" == read.feed.updated
    assert [
        ("alternate", "https://quyche.example.vn/kho/don-vi/"),
        ("self", "https://quyche.example.vn/kho/ban-moi.atom"),
    ] == [(link.rel, link.href) for link in read.feed.links]
    assert [entry_id(LATER.name), entry_id(ENTRY.name)] == [new.id, old.id]
    assert "2026-11-21T00:00:00+07:00" == old.published == old.updated
    assert (ENTRY.title, "Trường Mẫu") == (old.title, old.author)
    assert "https://quyche.example.vn/kho/don-vi/truong-mau/cong-doan/2024-2025/" == old.link
    assert "text/html" == old.content[0].type
    assert (
        '<ul><li><a href="https://quyche.example.vn/kho/don-vi/truong-mau/cong-doan/2024-2025/'
        '#hoi-nghi-lien-tich">Sửa khoản 2 mục III.</a></li><li>Bỏ khoản 5 mục IV.</li></ul>'
    ) == old.content[0].value
    assert "content" not in new


def test_ids_never_change():
    """What readers have kept as read stays read: these ids were given once and for all."""
    root = check(feed())

    assert "urn:uuid:d3dc0e7a-784c-5f6f-aed3-a4c65de4a1ad" == entry_id(ENTRY.name)
    assert "urn:uuid:1a3a897e-9951-55c6-9af1-e44868d6cfc2" == root.findtext(f"{ATOM}id")


def test_ids_do_not_hang_on_texts_or_on_the_place():
    """Another title, day or host: the same entry of the same feed."""
    changed = replace(ENTRY, title="Khác", day=date(2027, 1, 1), author="Khác", sentences=())
    here, there = check(feed(ENTRY)), check(feed(changed, site_url="https://khac.example"))

    assert [each.text for each in here.iter(f"{ATOM}id")] == [
        each.text for each in there.iter(f"{ATOM}id")
    ]


def test_an_empty_feed_is_a_feed():
    """A unit of which nothing came in has a feed too, and it doesn't ask the clock for its day."""
    root = check(feed())

    assert [] == root.findall(f"{ATOM}entry")
    assert "1970-01-01T00:00:00+00:00" == root.findtext(f"{ATOM}updated")
    assert not feedparser.parse(feed()).bozo


@pytest.mark.parametrize("site_url", ["https://a.example", "https://a.example/"])
def test_the_site_is_named_with_or_without_its_last_stroke(site_url):
    """Addresses begin with the site's address and one stroke."""
    root = check(feed(ENTRY, site_url=site_url))

    assert {"https://a.example/don-vi/", "https://a.example/ban-moi.atom"} == {
        link.get("href") for link in root.findall(f"{ATOM}link")
    }


def test_samples_say_so():
    """A sample has the word before its title and as its category; others have neither."""
    root = check(feed(replace(ENTRY, sample=True), LATER))
    true, sample = root.findall(f"{ATOM}entry")

    assert f"Dữ liệu mẫu: {ENTRY.title}" == sample.findtext(f"{ATOM}title")
    assert "Dữ liệu mẫu" == sample.find(f"{ATOM}category").get("term")
    assert LATER.title == true.findtext(f"{ATOM}title")
    assert true.find(f"{ATOM}category") is None


def test_the_newest_comes_first_whatever_the_order():
    """Entries stand by day, on one day by name; the order in which they are given says nothing."""
    days = [
        ENTRY,
        LATER,
        *(replace(ENTRY, name=f"truong-{each}/a/2024-2025/goc") for each in "cab"),
    ]
    names = [LATER.name, *(f"truong-{each}/a/2024-2025/goc" for each in "abc"), ENTRY.name]
    shuffled = random.Random(1).sample(days, len(days))

    assert feed(*days) == feed(*shuffled)
    assert [entry_id(name) for name in names] == [
        each.findtext(f"{ATOM}id") for each in check(feed(*days)).findall(f"{ATOM}entry")
    ]


def test_two_entries_of_one_name_are_refused():
    """An id stands for one entry."""
    with pytest.raises(ValueError, match="two entries"):
        feed(ENTRY, replace(ENTRY, title="Khác"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_marks_in_texts_are_texts(text):
    """No text of a source becomes an element, in the feed or in what a reader makes of it."""
    own = replace(ENTRY, title=text, author=text, sentences=((text, ""), (text, "don-vi/a/#b")))
    (read,) = feedparser.parse(feed(own)).entries
    (entry,) = check(feed(own)).findall(f"{ATOM}entry")
    html = Seen(entry.findtext(f"{ATOM}content"))

    assert (text, text) == (
        entry.findtext(f"{ATOM}title"),
        entry.findtext(f"{ATOM}author/{ATOM}name"),
    )
    assert entry.find(f"{ATOM}title").get("type", "text") == "text"
    assert "text/plain" == read.title_detail.type
    assert [
        ("ul", []),
        ("li", []),
        ("li", []),
        ("a", [("href", "https://quyche.example.vn/kho/don-vi/a/#b")]),
    ] == html.tags
    assert [text, text] == html.texts


def test_an_address_stays_within_its_link():
    """Even an address that no page has ends neither its attribute nor its element."""
    address = 'x"><script>alert(1)</script>\n'
    own = replace(ENTRY, address=address, sentences=(("a", address),))
    (entry,) = check(feed(own)).findall(f"{ATOM}entry")
    html = Seen(entry.findtext(f"{ATOM}content"))

    assert ["ul", "li", "a"] == [tag for tag, _ in html.tags]
    assert ["a"] == html.texts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<updated>2026-11-22T00:00:00+07:00</updated>", ""),
        ("<id>", "<id>urn:x</id><id>"),
        ("T00:00:00+07:00", ""),
        ("+07:00", ""),
        ("<title>", "<entry/><title>"),
        (" href=", " address="),
        ('type="html"', 'type="htm"'),
        ("<name>Trường Mẫu</name>", ""),
        ("<entry>", "<entry><category/>"),
        ("<entry>", "<entry><duty/>"),
        ('xml:lang="vi"', 'xml:lang="tiếng Việt"'),
        (' xmlns="http://www.w3.org/2005/Atom"', ""),
    ],
)
def test_the_schema_refuses(old, new):
    """The schema that the other tests lean on sees each kind of mistake."""
    data = feed(ENTRY, LATER).decode()

    assert old in data
    assert not SCHEMA.validate(etree.fromstring(data.replace(old, new, 1).encode()))


@given(many)
def test_any_text_gives_a_feed(entries):
    """Whatever the texts hold, the feed is valid, and each text is read as it is."""
    read = check(feed(*entries)).findall(f"{ATOM}entry")
    expected = sorted(entries, key=lambda entry: (-entry.day.toordinal(), entry.name))

    assert [entry_id(entry.name) for entry in expected] == [
        each.findtext(f"{ATOM}id") for each in read
    ]
    for entry, each in zip(expected, read, strict=True):
        assert one_line(entry.author) == each.findtext(f"{ATOM}author/{ATOM}name")
        title = f"Dữ liệu mẫu: {entry.title}" if entry.sample else entry.title
        assert one_line(title) == each.findtext(f"{ATOM}title")
        html = Seen(each.findtext(f"{ATOM}content") or "")
        assert {"ul", "li", "a"} >= {tag for tag, _ in html.tags}
        assert [one_line(text) for text, _ in entry.sentences] == html.texts


@given(many)
def test_another_program_reads_any_feed(entries):
    """No text makes a feed that another program calls broken."""
    read = feedparser.parse(feed(*entries))

    assert not read.bozo
    assert len(entries) == len(read.entries)


def test_the_library_is_imported_only_when_a_feed_is_made():
    """Who doesn't make a feed doesn't wait for the library, nor does the command line."""
    code = "import sys, macros.cli, macros.exchange.feed; print('feedgenerator' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    )

    assert "False" == done.stdout.strip()
