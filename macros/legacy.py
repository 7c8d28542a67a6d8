# Faults that converting and scanning leave in Vietnamese text, each with a proposal.
# Hides: the tables of the two old fonts, what a Vietnamese syllable is, which words stand together.
# Refuses: to correct anything by itself; to call a mistake what no table, no syllable and no known
# pair of words speaks for. Dashes and quotes that look alike are as printed and no faults.
"""`faults(text)`: what is suspected, where, and what is proposed; `repaired` applies proposals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

from macros.postings import forms


class Sure(StrEnum):
    """How sure a proposal is; the value is the word for people."""

    SURE = "chắc"
    LIKELY = "có lẽ"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A suspected fault: `text[start:end]` is `found`; `why` is a Vietnamese sentence."""

    start: int
    end: int
    found: str
    proposed: str
    why: str
    sure: Sure


def faults(text: str) -> tuple[Fault, ...]:
    """What is suspected in a text, in its order; no two faults overlap.

    Where several say something of one place, the one told is the one to mend first: repairing and
    asking again tells what is left. Every proposal differs from what was found.
    """
    found: list[Fault] = []
    used = bytearray(len(text))
    for look in (_old_fonts, _misread, _lost_horn, _apart, _spaces, _glued, _dates, _accents, _d):
        for fault in look(text):
            if not any(used[fault.start : fault.end]):
                used[fault.start : fault.end] = b"\1" * (fault.end - fault.start)
                found.append(fault)
    return tuple(sorted(found))


def repaired(text: str, faults: Iterable[Fault]) -> str:
    """The text with the proposals in place of what was found.

    Raises ValueError where a fault is not of this text or overlaps another one.
    """
    pieces, end = [], 0
    for fault in sorted(faults):
        if fault.start < end or text[fault.start : fault.end] != fault.found:
            raise ValueError(f"not a fault of this text: {fault}")
        pieces += [text[end : fault.start], fault.proposed]
        end = fault.end
    return "".join((*pieces, text[end:]))


# --- what a syllable is ---

_VOWELS = "aăâeêioôơuưy"
_TONES = "\u0300\u0301\u0309\u0303\u0323"  # huyền, sắc, hỏi, ngã, nặng
_LOWER = "".join(normalize("NFC", v + tone) for v in _VOWELS for tone in ("", *_TONES))
_LETTERS = frozenset(_LOWER + _LOWER.upper() + "đĐ")
_WORD = re.compile(r"[^\W\d_]+")
_RHYMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu y yêm yên yêng yêt yêu
    o oc oi om on ong op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt
    oe oen oeo oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uơ uân uâng uât uây uê uêch uênh
    uy uya uych uyên uyêt uyn uynh uyt uyu
    ư ưa ưc ưi ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
    """.split()
)
_AFTER_Q = frozenset(
    """
    ua uac uach uai uan uang uanh uao uat uau uay uăc uăm uăn uăng uăp uăt uân uâng uât uây
    ue uen ueo uet uê uên uêt uêch uênh uy uya uyên uyêt uyt uynh uych uyn uyp ui uit uơ uôc uơt
    """.split()
)
_AFTER_GI = _RHYMES | {"", "n", "êc", "êng", "êt", "êm"}  # gì, gìn, giếc, giêng, giết
_ONSET = re.compile(r"(ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnprstvx])?(.*)")
_LONGEST = 7  # letters of a syllable
_SOFT = tuple("eêiy")
_STOPPED_TONES = ("\u0301", "\u0323")


def is_syllable(word: str) -> bool:
    """Whether a word can be a Vietnamese syllable, in any case, as NFC."""
    if len(word) > 2 * _LONGEST:
        return False
    bare, tone = _toneless(word.lower())
    stopped = bare.endswith(("c", "ch", "p", "t"))  # these take two tones only
    if len(tone) > 1 or (stopped and tone not in _STOPPED_TONES):
        return False
    match = _ONSET.fullmatch(bare)
    if not match:
        return False
    onset, rhyme = match[1] or "", match[2]
    if onset == "qu":
        return f"u{rhyme}" in _AFTER_Q
    if onset == "gi":
        return rhyme in _AFTER_GI
    if onset in ("k", "gh", "ngh"):
        return rhyme in _RHYMES and rhyme.startswith(_SOFT)
    if onset in ("c", "g", "ng") and rhyme.startswith(_SOFT):
        return onset == "g" and rhyme in ("i", "in")  # gì, gìn
    return rhyme in _RHYMES


def _toneless(word: str) -> tuple[str, str]:
    letters = normalize("NFD", word)
    tone = "".join(each for each in letters if each in _TONES)
    return normalize("NFC", "".join(each for each in letters if each not in _TONES)), tone


def _like(model: str, word: str) -> str:
    """The word in the case of the model."""
    if model.isupper() and (len(model) > 1 or len(word) == 1):
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


# --- two old fonts: their bytes, read as Latin-1 ---

_TCVN3_LOWER = (
    "aµ¸¶·¹" "¨»¾¼½Æ" "©ÇÊÈÉË" "eÌÐÎÏÑ" "ªÒÕÓÔÖ" "i×ÝØÜÞ"
    "oßãáâä" "«åèæçé" "¬êíëìî" "uïóñòô" "\xadõøö÷ù" "yúýûüþ"
)  # fmt: skip
# Capitals with a tone have no codes of their own: a font of capitals shows the small ones so.
TCVN3: Mapping[str, str] = {
    **{own: code for own, code in zip(_LOWER, _TCVN3_LOWER, strict=True) if own != code},
    "đ": "®",
    **dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True)),
}
_VNI_TONES = "øùûõï"
_VNI_HAT, _VNI_BREVE = "âàáåãä", "êèéúüë"
_VNI_LOWER = {
    **{own: own for own in _VOWELS},
    **{f"{v}{t}": f"{v}{m}" for v in "aeouy" for t, m in zip(_TONES, _VNI_TONES, strict=True)},
    **{f"{v}{t}": f"{w}{m}" for v, w in ("ơô", "ưö") for t, m in zip(_TONES, _VNI_TONES, strict=True)},
    **{f"{v}{t}": f"{w}{m}" for v, w in ("âa", "êe", "ôo") for t, m in zip(("", *_TONES), _VNI_HAT, strict=True)},
    **{f"ă{t}": f"a{m}" for t, m in zip(("", *_TONES), _VNI_BREVE, strict=True)},
    **{f"i{t}": m for t, m in zip(_TONES, "ìíæóò", strict=True)},
    "ơ": "ô", "ư": "ö", "y\u0323": "î", "đ": "ñ",
}  # fmt: skip
VNI: Mapping[str, str] = {
    normalize("NFC", case(own)): case(code)
    for own, code in _VNI_LOWER.items()
    for case in (str.lower, str.upper)
    if own != code
}
_FROM_TCVN3 = str.maketrans({code: own for own, code in TCVN3.items()})
_FROM_VNI = {code: own for own, code in VNI.items()}
_FROM_VNI |= {code.capitalize(): own for code, own in _FROM_VNI.items() if own.isupper()}
_VNI_CODE = re.compile("|".join(sorted(map(re.escape, _FROM_VNI), key=len, reverse=True)))
# Letters that both fonts use and no Vietnamese text in Unicode has.
_STRANGE = frozenset("".join((*TCVN3.values(), *VNI.values()))) - _LETTERS
_LEGACY_WORD = re.compile(rf"(?:[^\W\d_]|[{re.escape(''.join(sorted(_STRANGE)))}])+")
_BULLETS = tuple("·§¨")  # where they stand alone; other fonts have their bullets there
_WHY_FONT = "Chữ của phông {}, bị đọc như phông thường."


def from_tcvn3(text: str) -> str:
    """Text in the TCVN3 (ABC) font as Unicode. Words among capitals are capitals."""
    words = [*_LEGACY_WORD.finditer(text)]
    plain = ["".join(each for each in word[0] if each.isascii()) for word in words]
    pieces, end = [], 0
    for at, word in enumerate(words):
        if word[0] in _BULLETS:
            continue
        done = word[0].translate(_FROM_TCVN3)
        own = plain[at]
        near = [own] if len(own) > 1 else [e for e in plain[max(0, at - 1) : at + 2] if len(e) > 1]
        if near and all(map(str.isupper, near)) and (own.isupper() or not own):
            done = done.upper()
        pieces += [text[end : word.start()], done]
        end = word.end()
    return "".join((*pieces, text[end:]))


def from_vni(text: str) -> str:
    """Text in the VNI font as Unicode."""
    return _VNI_CODE.sub(lambda code: _FROM_VNI[code[0]], text)


def _old_fonts(text: str) -> Iterator[Fault]:
    """Lines of an old font; in a line that has Unicode's letters too, the words of one.

    In a text of which most lines with accents are of one font, the others without Unicode's own
    letters are of it too.
    """
    lines = [*re.finditer(r"[^\r\n]+", text)]
    said = {line: font for line in lines if (font := _font(line[0]))}
    common = Counter(said.values()).most_common(1)
    accented = sum(not line[0].isascii() for line in lines)
    for line in lines:
        font = said.get(line)
        if font is None and common and 2 * common[0][1] > accented and not _modern(line[0]):
            font = common[0][0]
        if font and not _modern(line[0]):
            yield from _whole(line, font)
        elif not line[0].isascii():
            yield from _mixed(line)


def _whole(line: re.Match[str], font: str) -> Iterator[Fault]:
    old = line[0].rstrip()
    new = _FONTS[font](old)
    if "\xad" not in old:
        new = repaired(new, _lost_horn(new))
    if new != old:
        yield Fault(line.start(), line.start() + len(old), old, new, _WHY_FONT.format(font), Sure.SURE)  # fmt: skip


def _mixed(line: re.Match[str]) -> Iterator[Fault]:
    for word in _LEGACY_WORD.finditer(line[0]):
        old = word[0]
        if _modern(old) or _STRANGE.isdisjoint(old) or len(old) < 2:
            continue
        for font, convert in _FONTS.items():
            new = convert(old)
            if is_syllable(new) and not new.isascii():
                at = line.start() + word.start()
                yield Fault(at, at + len(old), old, new, _WHY_FONT.format(font), Sure.LIKELY)
                break


def _modern(text: str) -> bool:
    """Whether it has letters of Vietnamese that Latin-1 lacks."""
    return any(each > "\xff" and each in _LETTERS for each in normalize("NFC", text))


def _font(line: str) -> str | None:
    """The font whose table makes syllables of a line's words where they are none yet."""
    if _STRANGE.isdisjoint(line) or _modern(line):
        return None
    best: tuple[int, str] | None = None
    for font, convert in _FONTS.items():
        old = _LEGACY_WORD.findall(line)
        new = [convert(word) for word in old]
        changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        good = sum(_readable(b) for _, b in changed)
        already = sum(is_syllable(a) for a, _ in changed)
        strange = any(not _STRANGE.isdisjoint(a) and len(a) > 1 for a, _ in changed)
        if strange and 4 * good >= 3 * len(changed) and good > already:
            best = max(best or (0, ""), (good, font))
    return best[1] if best else None


def _readable(word: str) -> bool:
    return is_syllable(word) or _with_horn(word) is not None


_FONTS: Mapping[str, Callable[[str], str]] = {"TCVN3": from_tcvn3, "VNI": from_vni}


# --- what stands together ---

# Pairs of words that this field uses, and some that are only here because they are no mistakes.
_PAIRS_TEXT = """
    an toàn; ban hành; ban chấp; ban bạc; bàn bạc; bảo vệ; bảo hiểm; bảo đảm; báo cáo; bí thư;
    biên bản; biện pháp; bình đẳng; bổ sung; bổ nhiệm; bố trí; bồi dưỡng; bộ phận; cá nhân;
    cải thiện; cải tiến; cán bộ; căn cứ; cấp trên; cấp dưới; cơ bản; cơ quan; cơ sở; cơ chế;
    cộng hòa; cộng đồng; cộng tác; công tác; công bằng; công chức; công dân; công đoàn; công đoạn;
    công khai; công nhân; công nhận; công việc; công văn; cung cấp; cùng cấp; cuối năm; cuối tháng; cuộc họp;
    chăm lo; chăm sóc; chấp hành; chất lượng; chế độ; chi bộ; chi đoàn; chi phí; chi tiêu; chỉ đạo;
    chỉ tiêu; chỉ thị; chí minh; chính đáng; chính đảng; chính quyền; chính sách; chính trị;
    chủ đề; chủ động; chủ nghĩa; chủ nhiệm; chủ tịch; chủ trì; chủ trương; chu kỳ; chữ ký;
    chuẩn bị; chức năng; chức vụ; chương trình; chuyên đề; chuyên môn; dân chủ; dân số; diễn đàn;
    dự thảo; đại biểu; đại diện; đại hội; đảm bảo; đánh giá; đào tạo; đạo đức; đăng ký; đẩy mạnh;
    đầu năm; đầu tháng; đất nước; đề nghị; đề xuất; địa phương; điển hình; điều chỉnh; điều khoản;
    điều kiện; điều lệ; định kỳ; đoàn kết; đoàn thể; đoàn viên; độc lập; đóng góp; đối thoại;
    đối tượng; đội ngũ; đời sống; đồng chí; động viên; đơn vị; đường lối; đường dây; gia đình;
    gia định; giai cấp; giai đoạn; giải pháp; giải quyết; giám đốc; giám hiệu; giám sát; giảng dạy;
    giáo dục; giáo viên; giao ban; góp ý; gương mẫu; hạnh phúc; hàng năm; hàng quý; hàng tháng;
    hằng năm; hằng quý; hằng tháng; hành chính; hiệu lực; hiệu phó; hiệu quả; hiệu trưởng;
    hình thức; hoàn cảnh; hoàn thành; hoạn nạn; hoạt động; học kỳ; học sinh; học tập; hỗ trợ;
    hồ chí; hội đồng; hội nghị; hội thảo; hội thi; hội nhập; hợp đồng; hợp pháp; hợp tác; hướng dẫn;
    hưởng ứng; kế hoạch; kết hợp; kết quả; kịp thời; kiểm tra; kiến nghị; kiêm nhiệm; kinh nghiệm;
    kinh phí; kinh tế; kỷ cương; kỷ luật; kỷ niệm; kỹ năng; khả năng; khẩu hiệu; khen thưởng;
    khiếu nại; khó khăn; khoa học; lãnh đạo; lành mạnh; lao động; lề lối; liên đoàn; liên quan;
    liên tịch; lối sống; lợi ích; luật định; mầm non; mẫu mực; minh bạch; mối quan; môi trường;
    mục đích; mục tiêu; năng lực; năng lượng; nâng bậc; nâng cao; nâng lương; năm học; nề nếp;
    nếp sống; nội bộ; nội dung; nội quy; nơi nhận; nông thôn; nữ công; ngân sách; nghề nghiệp;
    nghị định; nghị quyết; nghĩa vụ; nghiên cứu; nghiêm túc; nghiệp vụ; nguyên tắc; nguyện vọng;
    người lao; nhà giáo; nhà nước; nhà trường; nhân dân; nhân đạo; nhân viên; nhận thức; nhiệm vụ;
    ốm đau; phát động; phát huy; phát triển; pháp luật; phân cấp; phân công; phân tích; phẩm chất; phấn đấu;
    phê bình; phó giám; phó hiệu; phong cách; phong trào; phối hợp; phổ biến; phổ cập; phổ thông;
    phụ nữ; phụ trách; phù hợp; phúc lợi; phương hướng; phương pháp; phương tiện; quan điểm;
    quan hệ; quan tâm; quán triệt; quản lý; quản trị; quần chúng; quốc gia; quốc tế; quy chế;
    quy định; quy hoạch; quy trình; quyền hạn; quyền lợi; quyết định; rèn luyện; rút kinh; sáng kiến;
    sáng tạo; sắp xếp; sinh hoạt; sở thích; sơ kết; sử dụng; sư phạm; sửa đổi; sức khỏe; tạo điều;
    tăng cường; tập hợp; tập huấn; tập thể; tệ nạn; tiên phong; tiên tiến; tiền lương; tiến độ;
    tiểu học; tiếp tục; tiếp thu; tiêu biểu; tiêu chuẩn; tiêu cực; tinh thần; tình hình; tình nghĩa;
    tình thân; tích cực; toàn diện; toàn thể; tổ chức; tổ trưởng; tố cáo; tôn trọng; tổng hợp;
    tổng kết; tuyên truyền; tuyển dụng; tư tưởng; tự do; từ thiện; tương trợ; thay thế; tham gia;
    tham mưu; tham quan; thảo luận; thành lập; thành niên; thành phố; thành tích; thành viên;
    thanh niên; thanh tra; thăm hỏi; thẩm quyền; thể dục; thể thao; theo dõi; thi đua; thi hành;
    thiết bị; thiết thực; thỏa thuận; thỏa ước; thống kê; thống nhất; thông báo; thông qua;
    thông tin; thông tư; thời gian; thời hạn; thư ký; thủ trưởng; thủ đô; thuận lợi; thực hiện;
    thực tế; thương vụ; thường trực; thường vụ; thường xuyên; trách nhiệm; trao đổi; triển khai;
    trình độ; trong sạch; trọng tâm; trung học; trung tâm; truyền thông; truyền thống; trường học;
    trường hợp; trực thuộc; trực tiếp; ủng hộ; ủy ban; ủy viên; vai trò; văn bản; văn hóa;
    văn minh; văn nghệ; văn phòng; vận động; vật chất; vệ sinh; viên chức; việt nam; vững mạnh;
    xã hội; xây dựng; xếp loại; xuất sắc; xử lý; ý kiến; ý thức; yêu cầu
"""
_Pair = tuple[str, str]
_PAIRS: Mapping[_Pair, _Pair] = {
    (forms(a)[1], forms(b)[1]): (a, b) for a, b in (pair.split() for pair in _PAIRS_TEXT.split(";"))
}
_FOLDED: dict[_Pair, list[_Pair]] = {}
for _pair in _PAIRS.values():
    _FOLDED.setdefault((forms(_pair[0])[0], forms(_pair[1])[0]), []).append(_pair)


def _known(a: str, b: str) -> bool:
    return (forms(a)[1], forms(b)[1]) in _PAIRS


class _Word(NamedTuple):
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def _words(text: str) -> list[_Word]:
    return [_Word(word.start(), word[0]) for word in _WORD.finditer(text)]


def _neighbours(text: str) -> Iterator[tuple[_Word, _Word]]:
    """Words with only white space between them."""
    for a, b in pairwise(_words(text)):
        if text[a.end : b.start].isspace():
            yield a, b


def _by_pairs(text: str, variants: Callable[[str], Iterable[str]]) -> dict[_Word, str]:
    """Words whose variant makes a known pair with a neighbour where what is printed makes none."""
    done: dict[_Word, str] = {}
    for a, b in _neighbours(text):
        ways = [(x, y) for x in variants(a.text) for y in variants(b.text) if _known(x, y)]
        if len(ways) == 1 and not _known(a.text, b.text):
            for word, new in zip((a, b), ways[0], strict=True):
                if new != word.text:
                    done.setdefault(word, new)
    return done


def _each(words: Mapping[_Word, str], why: str, sure: Sure) -> Iterator[Fault]:
    for word, new in words.items():
        yield Fault(word.start, word.end, word.text, new, why, sure)


# --- Unicode that was read as VNI: `Cơng đồn`; and TCVN3 whose ư got lost: `đợc`, `trờng` ---

# What VNI makes of letters that it shares with Unicode.
_MISREAD = {"ơ": "ô", "ĩ": "ó", "ị": "ò", "ồ": "oà", "ố": "oá", "ỗ": "oã"}
_SPARED = re.compile("[ôóò]", re.IGNORECASE)


def _reread(word: str) -> list[str]:
    """A word, and what it may have been before it was read as VNI."""
    found = [word]
    for at, letter in enumerate(word[:_LONGEST]):
        if new := _MISREAD.get(letter.lower()):
            put = new.upper() if letter.isupper() and word.isupper() else _like(letter, new)
            found += [each for each in (word[:at] + put + word[at + 1 :],) if is_syllable(each)]
    return found


def _misread(text: str) -> Iterator[Fault]:
    """In lines in which none of the letters is left that such a reading spoils."""
    why = "Chữ Unicode bị đọc như phông VNI."
    whole = not _SPARED.search(text) and "ư" in text.lower()
    for line in re.finditer(r"[^\r\n]+", text):
        words = [] if _SPARED.search(line[0]) else _words(line[0])
        broken = {w: _reread(w.text)[1:] for w in words if not is_syllable(w.text)}
        if not any(broken.values()):
            continue
        done = _by_pairs(line[0], _reread)
        if whole:
            done |= {w: ways[0] for w, ways in broken.items() if len(ways) == 1}
        if any(word in done for word in broken):
            for fault in _each(done, why, Sure.LIKELY):
                yield _shifted(fault, line.start())


def _shifted(fault: Fault, by: int) -> Fault:
    return Fault(
        fault.start + by, fault.end + by, fault.found, fault.proposed, fault.why, fault.sure
    )


_HORN = re.compile("[ơờớởỡợ]", re.IGNORECASE)


def _with_horn(word: str) -> str | None:
    """`trường` for `trờng`, which is no syllable; nothing for what is one."""
    if is_syllable(word) or not _HORN.search(word):
        return None
    new = _HORN.sub(lambda o: ("Ư" if word.isupper() else "ư") + o[0].lower(), word, count=1)
    new = new.upper() if word.isupper() else new
    return new if is_syllable(new) else None


def _horned(word: str) -> list[str]:
    """A word, and what it may have been with the ư that is lost."""
    put = "Ư" if word.isupper() else "ư"
    new = [word[:at] + put + word[at:] for at in range(1, min(len(word), _LONGEST) + 1)]
    return [word, *(each for each in new if is_syllable(each))]


def _lost_horn(text: str) -> Iterator[Fault]:
    """Words that are no syllables without an ư; where every ư is lost, those of known pairs too."""
    done = {w: new for w in _words(text) if (new := _with_horn(w.text))}
    if done and "ư" not in text.lower():
        done |= {w: new for w, new in _by_pairs(text, _horned).items() if w not in done}
    return _each(done, "Mất chữ ư khi chuyển từ phông TCVN3.", Sure.LIKELY)


# --- letters, spaces, words ---


def _apart(text: str) -> Iterator[Fault]:
    for word in re.finditer(r"[\w\u0300-\u036f]+", text):
        new = normalize("NFC", word[0])
        if new != word[0]:
            why = "Dấu đứng rời khỏi chữ (Unicode tổ hợp)."
            yield Fault(word.start(), word.end(), word[0], new, why, Sure.SURE)


_SPACES = re.compile(
    "([\u00a0\u2000-\u200a\u202f\u205f\u3000]+)|[\u00ad\u200b-\u200d\u2060\ufeff]+"
)


def _spaces(text: str) -> Iterator[Fault]:
    for run in _SPACES.finditer(text):
        new, why = (" ", "Dấu cách đặc biệt.") if run[1] else ("", "Ký tự không nhìn thấy được.")
        yield Fault(run.start(), run.end(), run[0], new, why, Sure.SURE)


def _glued(text: str) -> Iterator[Fault]:
    for word in _words(text):
        whole = word.text
        if len(whole) < 4 or len(whole) > 14 or is_syllable(whole):
            continue
        cuts = [(whole[:at], whole[at:]) for at in range(2, len(whole) - 1)]
        ways = [pair for pair in cuts if all(map(is_syllable, pair))]
        known = [pair for pair in ways if _known(*pair)]
        if known or (len(ways) == 1 and not any(map(str.isascii, ways[0]))):
            new = " ".join((known or ways)[0])
            why = "Hai chữ dính nhau, có lẽ ở chỗ xuống dòng cũ."
            sure = Sure.SURE if known else Sure.LIKELY
            yield Fault(word.start, word.end, whole, new, why, sure)


_WHY_ACCENT = "Có lẽ sai dấu khi quét hay gõ chữ."
_DATE = re.compile(
    r"(?<=\d )[^\W\d_]+(?= (?:[.…]|\d))|\b[^\W\d_]+(?= \d{1,2}(?:[ /.-]+(?:th|\d)| năm|/\d{4}))"
)
_OF_DATES = {"thang": "tháng", "ngay": "ngày", "nam": "năm"}
# Words that stand beside any other: nothing is known of them from a neighbour.
_ANYWHERE = frozenset(
    """
    ai anh ấy ba bản bao bằng bất bị bố bốn các cả cái càng cần chỉ cho chỗ chưa có con còn cô cùng
    cũng của dài do dù dưới đã đang đâu đây đề để đến đều đi đó đôi đối đúng đủ đưa được gần gì giữa
    gồm hai hay hãy hết hoặc họ hơn kể khác khi không lại là lần lên lúc mà mình mọi mỗi mới một
    mười này nay năm nên nếu ngay nhau nhất như nhưng những nó nơi nữa ở phải qua quá ra rất rồi
    sau sao sáu sẽ số tại theo thêm thì tới trên trong trước từ từng tự và vào vẫn vậy về vì việc
    với vừa xong
    """.split()
)


def _dates(text: str) -> Iterator[Fault]:
    """`thảng` where a month stands, and the like."""
    for found in _DATE.finditer(text):
        word = found[0]
        meant = _OF_DATES.get(forms(word)[0])
        if meant and not word.isascii() and forms(word)[1] != forms(meant)[1]:
            new = _like(word, meant)
            yield Fault(found.start(), found.end(), word, new, _WHY_ACCENT, Sure.LIKELY)


def _accents(text: str) -> Iterator[Fault]:
    """A word that another accent makes half of a known pair, where what is printed is in none."""
    words = [*_neighbours(text)]
    known = {word for pair in words if _known(*(each.text for each in pair)) for word in pair}
    for a, b in words:
        ways = _FOLDED.get((forms(a.text)[0], forms(b.text)[0]), ())
        if len(ways) != 1 or {a, b} & known or (a.text + b.text).isascii():
            continue
        wrong = [
            (word, meant)
            for word, meant in zip((a, b), ways[0], strict=True)
            if forms(word.text)[1] != forms(meant)[1]
        ]
        if len(wrong) == 1 and wrong[0][0].text.lower() not in _ANYWHERE:
            ((word, meant),) = wrong
            new = _like(word.text, meant)
            yield Fault(word.start, word.end, word.text, new, _WHY_ACCENT, Sure.LIKELY)


_SHORT = re.compile(r"(?<!\w)[A-ZĐ][A-ZĐ&]+[A-ZĐ](?!\w)")
_SHORTS = "GD&ĐT SGDĐT PGDĐT KHHGĐ LĐLĐ CĐGD CĐCS HĐND TĐKT ĐTN ĐHĐB".split()


def _d(text: str) -> Iterator[Fault]:
    """Abbreviations with D for Đ: of the text's own that it has often, else of the field."""
    counted = Counter(_SHORT.findall(text))
    meant: dict[str, str] = {}
    own = (short for short, often in counted.most_common() if often > 2 and "Đ" in short)
    for short in (*own, *_SHORTS):
        meant.setdefault(_plain_d(short), short)
    for found in _SHORT.finditer(text):
        new = meant.get(_plain_d(found[0]), found[0])
        if "Đ" not in found[0] and new != found[0]:
            why = "Có lẽ chữ Đ bị quét thành D."
            yield Fault(found.start(), found.end(), found[0], new, why, Sure.LIKELY)


def _plain_d(short: str) -> str:
    return short.replace("Đ", "D").replace("&", "")
