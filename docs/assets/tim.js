// The search engine: window.qcphSearch = {open(base, begun), search(query, {filters, limit, offset})}.
// Hides: the files below tim/ (macros/postings.py and macros/search.py write them), what a query
// means, and the order of what is found. Refuses: to draw anything, and to ask another host.
// Why the index is ours, and what the files hold: docs/ky-thuat/quyet-dinh/0020-tim-kiem.md.
(() => {
"use strict";

const AROUND = "", ALL = "*"; // lists of words that say where a record stands; of all forms
const WORD = /[\p{L}\p{N}]+/gu;
const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
const MARKS = /\p{Mn}/gu;
const MOST = 24; // words of a query
const FILES = 3; // files that one beginning of a word may ask for
const NEAR = 4; // words tried in place of a misspelt one
const PROVED = 100; // further results that are read to prove a phrase
const TURNS = 2; // times that a search begins again when the site was published anew
const FEW = 3; // fewer results than these: look for misspelt words too
const ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(" ");
const PARTS = new Set("phan chuong muc dieu khoan diem doan tiet bang".split(" "));
const FIRST = 35, BACKSLASH = 92, SURROGATES = 0xd800, SURROGATES_END = 0xe000; // in the column
const RUNS = 1, BITS = 2; // ways in which a list is written; the third is gaps
// How a record holds a word, from worst to best.
const NO = 0, MISSPELT = 1, BEGINS_AROUND = 2, BEGINS = 3, STANDS = 4, FOLDED = 5, EXACT = 6;

let site = null; // what open() read
let home = null; // where the last open() read it

// What was read is of two builds of the site.
class Stale extends Error {}

function forms(word) {
  const letters = word.toLowerCase().normalize("NFD");
  const accented = letters.replace(TONES, "");
  return {
    folded: accented.replace(MARKS, "").replaceAll("đ", "d"),
    accented: accented.normalize("NFC") + (letters.match(TONES) ?? []).join(""),
  };
}

const wordsOf = (text) => Array.from(text.normalize("NFC").matchAll(WORD), (found) => forms(found[0]));
const range = (length) => Array.from({ length }, (_, place) => place);

// --- files ---

function number(bytes, at) {
  let value = 0, factor = 1, byte;
  do {
    byte = bytes[at.now++];
    value += (byte & 127) * factor;
    factor *= 128;
  } while (byte > 127);
  return value;
}

const decoder = new TextDecoder();

function text(bytes, at) {
  const size = number(bytes, at);
  return decoder.decode(bytes.subarray(at.now, (at.now += size)));
}

// The records of a list: for each run that has it the run's number, the size and way of what
// follows, and the records counted from the run's first, which `runs` has.
function list(bytes, runs) {
  const at = { now: 0 }, found = [];
  while (at.now < bytes.length) {
    const first = runs[number(bytes, at)], head = number(bytes, at);
    const end = at.now + (head >> 2);
    if ((head & 3) === BITS) {
      const base = first + number(bytes, at);
      for (let place = base; at.now < end; place += 8) {
        const byte = bytes[at.now++];
        for (let bit = 0; bit < 8; bit++) if (byte >> bit & 1) found.push(place + bit);
      }
    } else {
      for (let next = first; at.now < end; next++) {
        next += number(bytes, at);
        const last = (head & 3) === RUNS ? next + number(bytes, at) : next;
        for (; next < last; next++) found.push(next);
        found.push(next);
      }
    }
  }
  return found;
}

// `begun`: the answer, where it was asked for already.
async function fetched(address, kind, begun) {
  const answer = await (begun ?? fetch(site.base + "tim/" + address, { cache: "no-cache" }));
  if (answer.status === 404) throw new Stale(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return kind === "json" ? answer.json() : new Uint8Array(await answer.arrayBuffer());
}

// What leads to a file names its content, of which its first four bytes are a digest: what is there
// in its place is of another build, or is no such file.
function checked(bytes, digest) {
  const own = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (own !== digest.slice(0, 8)) throw new Stale(digest);
  return bytes.subarray(4);
}

function remembered(address, make) {
  const { memory } = site;
  if (!memory.has(address)) {
    const made = make();
    memory.set(address, made);
    made.catch(() => memory.delete(address));
  }
  return memory.get(address);
}

// The entries of a file in the order of their keys: [key, its lists' bytes].
function entries(folder, place) {
  const [, digest] = filesOf(folder)[place], file = `${folder}/${digest}.bin`;
  return remembered(file, async () => {
    const bytes = checked(await fetched(file), digest);
    const at = { now: 0 }, found = [];
    let key = "";
    while (at.now < bytes.length) {
      const shared = number(bytes, at);
      key = [...key].slice(0, shared).join("") + text(bytes, at);
      const size = number(bytes, at);
      found.push([key, bytes.subarray(at.now, (at.now += size))]);
    }
    return found;
  });
}

function decoded(bytes, { runs }) {
  const at = { now: 0 }, found = new Map();
  while (at.now < bytes.length) {
    const form = text(bytes, at), size = number(bytes, at);
    found.set(form, list(bytes.subarray(at.now, (at.now += size)), runs));
  }
  return found;
}

// All files of words or of pairs in order: [first key, digest].
const filesOf = (folder) => folder === "chu" ? site.contents.words : site.contents.pairs;

// The last file whose first key is not after `key`.
function fileOf(folder, key) {
  const files = filesOf(folder);
  let low = 0, high = files.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (files[middle][0] <= key) low = middle + 1; else high = middle;
  }
  return low - 1;
}

const NONE = new Map();

// The lists of a key by form; empty where no record has it.
async function lists(folder, key) {
  const place = fileOf(folder, key);
  if (place < 0) return NONE;
  const own = site;
  return remembered(`${folder}:${key}`, async () => {
    const found = (await entries(folder, place)).find((entry) => entry[0] === key);
    return found ? decoded(found[1], own) : NONE;
  });
}

// The lists of all keys that begin so.
async function beginning(folder, start) {
  if (folder === "chu" && start.length < 3) return [await lists("chu", `${start}*`)];
  const first = Math.max(fileOf(folder, start), 0);
  const last = Math.min(fileOf(folder, `${start}\uffff`), first + FILES - 1);
  const own = site;
  const files = await Promise.all(range(last - first + 1).map((place) => entries(folder, first + place)));
  return files.flat().filter(([key]) => key.startsWith(start)).map(([, bytes]) => decoded(bytes, own));
}

// --- opening ---

// `begun`: the answer to a request for the contents, where that was made already.
async function open(base, begun) {
  if (site?.base === base) return site.ready;
  home = base;
  site = { base, memory: new Map() };
  const own = site;
  own.ready = read(own, begun).catch((failed) => {
    if (site === own) site = null;
    throw failed;
  });
  return own.ready;
}

// The number that a letter of the column stands for (macros/search.py, _letter).
function sortOf(letter) {
  const code = letter.codePointAt(0);
  return code - FIRST - (code > BACKSLASH) - (code > SURROGATES ? SURROGATES_END - SURROGATES : 0);
}

async function read(own, begun) {
  const contents = await fetched("muc-luc.json", "json", begun);
  own.contents = contents;
  own.sort = Uint32Array.from(contents.column, sortOf);
  own.size = own.sort.length;
  own.row = new Uint32Array(own.size);
  own.group = new Uint32Array(own.size);
  own.rows = [];
  own.runs = [];
  let record = 0, group = -1, segment = 0, run = 0;
  // Records that share a unit, a series and its years; `start` is the first record of their texts.
  const row = (count, known) => {
    for (const end = record + count; record < end; record++) {
      own.row[record] = own.rows.length;
      own.group[record] = group += contents.sorts[own.sort[record]][0];
    }
    own.rows.push(known);
  };
  const begin = () => {
    if (segment++ === run) {
      run += contents.runs[own.runs.length];
      own.runs.push(record);
    }
    return record;
  };
  contents.units.forEach(([id, , , sample, digest, rows], unit) => {
    const start = begin(), texts = `${id}/${digest}`;
    row(1, { texts, start, unit, name: ["", "", ""], years: -1, sample: 0, itself: true });
    for (const [name, years, count] of rows) {
      row(count, { texts, start, unit, name: contents.names[name], years, sample });
    }
  });
  for (const [folder, digest, sample, name, years, count] of contents.others) {
    const start = begin();
    row(count, { texts: `${folder}/${digest}`, start, unit: -1, name: contents.names[name], years, sample });
  }
  own.common = contents.common.split(" ");
  own.known = new Set(own.common);
  const now = new Date();
  own.today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  own.shorts = new Map();
  for (const [short, long] of contents.short) {
    const key = wordsOf(short).map((word) => word.folded).join(" ");
    const full = wordsOf(long).map((word) => word.folded);
    if (key && full.length) own.shorts.set(key, full);
  }
  own.one = [...own.shorts.keys()].filter((key) => !key.includes(" ")).sort((x, y) => y.length - x.length);
  own.traits = new Map();
}

// --- what a query means ---

// A misspelling of one key, or Telex and VNI keys that were taken for letters.
function nearest(word) {
  if (word.length < 3 || /^\d+$/.test(word)) return [];
  const typed = word.replace(/dd/g, "d").replace(/([aeo])\1/g, "$1").replace(/w/g, "").replace(/\d/g, "");
  const found = new Set([typed, typed.replace(/[sfrxj]$/, "")].filter((each) => each !== word && site.known.has(each)));
  for (const each of site.common) {
    if (found.size >= NEAR) break;
    if (each !== word && oneKey(word, each)) found.add(each);
  }
  return [...found];
}

// Whether one letter was left out, put in, changed, or two neighbours exchanged.
function oneKey(a, b) {
  if (Math.abs(a.length - b.length) > 1 || b.length < 2) return false;
  let start = 0, ends = 0;
  while (start < a.length && a[start] === b[start]) start++;
  while (ends < Math.min(a.length, b.length) - start && a.at(-1 - ends) === b.at(-1 - ends)) ends++;
  const x = a.slice(start, a.length - ends), y = b.slice(start, b.length - ends);
  return x.length <= 1 && y.length <= 1 || x.length === 2 && y.length === 2 && x === y[1] + y[0];
}

// What an abbreviation stands for, or null; CBGV is read as CB and GV.
function inFull(words) {
  const whole = site.shorts.get(words.join(" "));
  if (whole || words.length > 1) return whole ?? null;
  const joined = partsOf(words[0]);
  return joined.length ? joined.flatMap((part) => site.shorts.get(part)) : null;
}

// The abbreviations that a word is joined of, the longest that leave no rest; none if any rest is
// left. Found from the word's end, so that no word takes long.
function partsOf(word) {
  const fitting = new Map([[word.length, ""]]), found = [];
  for (let start = word.length - 1; start >= 0; start--) {
    const part = site.one.find((each) => fitting.has(start + each.length) && word.startsWith(each, start));
    if (part) fitting.set(start, part);
  }
  for (let start = 0; fitting.get(start); start += found.at(-1).length) found.push(fitting.get(start));
  return found;
}

// The parts of a query, all of which a record must have. A part is one word, words that stand
// together (`strict`: as they are typed), or the number of a clause.
function parsed(query) {
  const parts = [], typed = query.normalize("NFC").slice(0, 400);
  const pieces = typed.split(/["“”„]/);
  pieces.forEach((piece, place) => {
    const found = [...piece.matchAll(WORD)].map((each) => ({
      ...forms(each[0]), start: each.index, end: each.index + each[0].length,
    }));
    const last = place === pieces.length - 1;
    // A quotation that is still being typed is one too.
    if (place % 2) {
      if (found.length) parts.push({ words: found, strict: true, begins: last && ends(piece) });
      return;
    }
    for (const run of runs(found, piece)) {
      const digits = run.length > 1 && run.some((word) => /\d/.test(word.folded));
      const at = last && run.at(-1) === found.at(-1) && ends(piece);
      if (digits) parts.push({ words: run, together: true, begins: at });
      else parts.push(...plain(run, at));
    }
  });
  return addresses(parts).slice(0, MOST).map((part) => ({
    ...part, typing: part.begins && part.words.length === 1 && part.words[0].accented === part.words[0].folded,
  }));
}

const ends = (piece) => /[\p{L}\p{N}]$/u.test(piece);

// Words without white space between them: `474/QCPH-MNHS-CT`.
function runs(words, piece) {
  const found = [];
  for (const word of words) {
    const before = found.at(-1)?.at(-1);
    if (before && !/\s/.test(piece.slice(before.end, word.start))) found.at(-1).push(word);
    else found.push([word]);
  }
  return found;
}

function plain(run, last) {
  const long = inFull(run.map((word) => word.folded));
  if (long) return [{ words: run, long, begins: last && run.length === 1 }];
  return run.map((word) => ({ words: [word], long: inFull([word.folded]), begins: last && word === run.at(-1) }));
}

// `khoản 2`, `mục I`, `điểm a`: a name of a part with its number.
function addresses(parts) {
  const found = [];
  for (const part of parts) {
    const before = found.at(-1);
    const [name, label] = [before?.words.at(-1).folded, part.words[0].folded];
    if (before?.words.length === 1 && part.words.length === 1 && !part.strict && !before.strict && PARTS.has(name)
      && (/^\d{1,3}$/.test(label) || /^[a-z]$/.test(label) || ROMAN.includes(label))) {
      found.pop();
      const other = ROMAN.includes(label) ? String(ROMAN.indexOf(label) + 1) : ROMAN[label - 1];
      found.push({ words: [...before.words, ...part.words], address: true, other });
    } else found.push(part);
  }
  return found;
}

// --- finding ---

function put(into, numbers, how) {
  for (const each of numbers ?? []) if (into[each] < how) into[each] = how;
}

// How each record holds a word.
async function holding(word, begins, near) {
  const how = new Uint8Array(site.size);
  const [own, others, further] = await Promise.all([
    lists("chu", word.folded),
    begins ? beginning("chu", word.folded) : [],
    Promise.all(near.map((each) => lists("chu", each))),
  ]);
  const accented = word.accented !== word.folded;
  for (const [form, numbers] of own) {
    if (form === AROUND) put(how, numbers, STANDS);
    else put(how, numbers, !accented || form === word.accented ? EXACT : FOLDED);
  }
  for (const other of others) {
    for (const [form, numbers] of other) put(how, numbers, form === AROUND ? BEGINS_AROUND : BEGINS);
  }
  for (const other of further) {
    for (const numbers of other.values()) put(how, numbers, MISSPELT);
  }
  return how;
}

const both = (one, other) => {
  const within = new Set(other);
  return one.filter((each) => within.has(each));
};

// Records in whose text (or around it) words stand one after another, as far as pairs can tell.
async function together(words, begins) {
  const pairs = range(words.length - 1).map((place) => `${words[place]} ${words[place + 1]}`);
  const found = await Promise.all(pairs.map(async (pair, place) => {
    const last = begins && place === pairs.length - 1;
    const all = last ? await beginning("cap", pair) : [await lists("cap", pair)];
    return [ALL, AROUND].map((form) => [...new Set(all.flatMap((each) => each.get(form) ?? []))]);
  }));
  return [0, 1].map((side) => found.map((each) => each[side]).reduce(both));
}

// How each record holds a part of the query.
async function answered(part, near) {
  const folded = part.words.map((word) => word.folded);
  if (part.words.length === 1) {
    const how = await holding(part.words[0], part.begins, near);
    if (part.long) await phrase(how, part.long, false, FOLDED);
    return how;
  }
  const how = new Uint8Array(site.size);
  if (part.address) {
    const [name, ...labels] = [...folded, part.other].filter(Boolean);
    for (const label of labels) {
      const [[within, around], [, own]] = await Promise.all([together([name, label]), together([`tai${name}`, label])]);
      put(how, within, BEGINS);
      put(how, around, STANDS);
      put(how, own, EXACT);
    }
    return how;
  }
  await phrase(how, folded, part.begins, EXACT);
  if (part.long) await phrase(how, part.long, false, FOLDED);
  if (!part.strict) return how;
  // Within quotation marks an accent that was typed must be there.
  const marked = part.words.filter((word, place) => word.accented !== word.folded && !(part.begins && place === part.words.length - 1));
  for (const word of marked) {
    const own = await lists("chu", word.folded);
    const having = new Uint8Array(site.size);
    put(having, own.get(word.accented), 1);
    put(having, own.get(AROUND), 1);
    for (let each = 0; each < site.size; each++) if (!having[each]) how[each] = NO;
  }
  return how;
}

async function phrase(how, words, begins, value) {
  if (words.length === 1) {
    const own = await holding({ folded: words[0], accented: words[0] }, begins, []);
    for (let each = 0; each < site.size; each++) if (own[each]) put(how, [each], Math.min(value, own[each]));
    return;
  }
  const [within, around] = await together(words, begins);
  put(how, within, value);
  put(how, around, STANDS);
}

// For each record how many neighbours of the query are neighbours in its text (2) or around it (1).
async function neighbours(parts, nears) {
  const sum = new Uint8Array(site.size);
  await Promise.all(range(Math.max(parts.length - 1, 0)).map(async (place) => {
    const [one, other] = [parts[place], parts[place + 1]];
    if (one.words.length + other.words.length > 2) return;
    const own = new Uint8Array(site.size);
    const heads = [one.words[0].folded, ...nears[place]], tails = [other.words[0].folded, ...nears[place + 1]];
    await Promise.all(heads.flatMap((head) => tails.map(async (tail) => {
      const begins = other.begins && tail === tails[0];
      const found = begins ? await beginning("cap", `${head} ${tail}`) : [await lists("cap", `${head} ${tail}`)];
      for (const each of found) {
        put(own, each.get(ALL), 2);
        put(own, each.get(AROUND), 1);
      }
    })));
    for (let each = 0; each < site.size; each++) sum[each] += own[each];
  }));
  // A part that is an address or a phrase has its words together.
  return sum;
}

// Which records have all words of a query without accents just so: `ban` before `bàn`.
async function asTyped(parts) {
  const all = new Uint8Array(site.size);
  const words = parts.filter((part) => part.words.length === 1).map((part) => part.words[0]);
  if (words.length < parts.length || words.some((word) => word.accented !== word.folded)) return all;
  const found = await Promise.all(words.map(async (word) => (await lists("chu", word.folded)).get(word.folded) ?? []));
  put(all, found.reduce(both), 1);
  return all;
}

// --- what is known of a record ---

const KINDS = { unit: 2, heading: 2, agreement: 1, shared: 1, clause: 0, page: 0 };
const RANK = { current: 6, coming: 5, past: 4, replaced: 3, draft: 2, withdrawn: 1 };

function standingOn(line) {
  const { lines, standings } = site.contents;
  if (line < 0) return null;
  const now = lines[line].filter(([day]) => day <= site.today).at(-1) ?? lines[line][0];
  return standings[now[1]];
}

// The row of a record.
const rowOf = (record) => site.rows[site.row[record]];

// The years of a record with what holds of them today; one value for all records alike.
function traits(record) {
  const row = rowOf(record), { sorts } = site.contents;
  const key = ((row.years + 1) * sorts.length + site.sort[record]) * 2 + row.sample;
  let known = site.traits.get(key);
  if (!known) site.traits.set(key, known = traitsOf(row, sorts[site.sort[record]]));
  return known;
}

function traitsOf({ years, sample }, [, number, length, places]) {
  const own = places.map((place) => site.contents.years[years][place]);
  const kind = site.contents.kinds[number];
  const standings = own.map(([, , line]) => standingOn(line)?.[0]).filter(Boolean);
  const rank = kind === "unit" ? 7 : kind === "shared" ? 4 : Math.max(0, ...standings.map((each) => RANK[each]));
  const year = Math.max(1900, ...own.map(([period]) => Number(period.slice(-4))));
  const tail = [
    [sample ? 0 : 1, 2], [KINDS[kind], 4], [rank, 8], [Math.min(year - 1900, 511), 512],
  ].reduce((sum, [value, size]) => sum * size + value, 0);
  return {
    kind, length, places, tail, sample: sample === 1, page: kind === "page",
    alone: kind === "unit" || kind === "agreement",
    period: [...new Set(own.map(([period]) => period))],
    status: [...new Set(sample ? ["sample"] : standings)],
  };
}

const unitOf = (record) => site.contents.units[rowOf(record).unit] ?? null;

// The values of a record for the facets, in their order.
function values(record) {
  const row = rowOf(record), known = traits(record);
  if (!row.values) {
    const unit = unitOf(record), [, counterpart] = row.name;
    const type = unit && site.contents.types[unit[2]][0];
    row.values = [unit ? [type] : [], unit ? [unit[0]] : [], counterpart ? [counterpart] : []];
  }
  return [...row.values, known.period, known.status];
}

const FACETS = ["type", "unit", "counterpart", "period", "status"];

function labels() {
  const { types, counterparts, standings, units } = site.contents;
  return {
    type: new Map(types), unit: new Map(units.map(([id, name]) => [id, name])),
    counterpart: new Map(counterparts), period: new Map(),
    status: new Map([...standings, ["sample", "Dữ liệu mẫu"]]),
  };
}

// --- order ---

// Exact accents, then words together, then agreements before the guide, then words in the text
// itself, then real before made up, headings, what holds now, the newest, the shortest.
function score(record, { parts, held, neighbours, asTyped, address }) {
  let near = 0, exact = 0, whole = 0, within = 0;
  for (let place = 0; place < held.length; place++) {
    const how = held[place][record];
    if (how === MISSPELT) near++;
    if (how >= STANDS) whole++;
    if (how === EXACT || how === FOLDED || how === BEGINS) within++;
    // A word that is still being typed is not yet as it will be.
    if ((how === EXACT || how === STANDS) && !parts[place].typing) exact++;
    // The clause of that number before those below it.
    if (how === EXACT && parts[place].address) exact++;
  }
  const known = traits(record);
  let points = (MOST - near) * 32 + exact;
  points = points * 64 + neighbours[record];
  points = points * 2 + (known.page ? 0 : 1);
  points = points * 32 + whole;
  points = points * 32 + within;
  points = points * 2 + asTyped[record];
  points = points * 32768 + known.tail;
  return points * 4 + (address ? 0 : 3 - known.length);
}

async function candidates(parts, misspelt) {
  const nears = parts.map((part) => misspelt && part.words.length === 1 ? nearest(part.words[0].folded) : []);
  const [held, beside, typed] = await Promise.all([
    Promise.all(parts.map((part, place) => answered(part, nears[place]))),
    neighbours(parts, nears),
    asTyped(parts),
  ]);
  const address = parts.some((part) => part.address);
  const found = { parts, neighbours: beside, asTyped: typed, address, held, nears, records: [] };
  for (let record = 0; record < site.size; record++) {
    let worst = EXACT, within = address;
    for (const how of held) {
      if (how[record] < worst) worst = how[record];
      within ||= how[record] !== STANDS && how[record] !== BEGINS_AROUND;
    }
    if (worst === NO) continue;
    // Words that only say where a record stands find the unit and its agreements, not each clause.
    if (within || traits(record).alone) found.records.push(record);
  }
  return found;
}

// --- marks ---

// Where the words of the query stand in a text, as [start, end].
function marksIn(text, { parts, nears, held }, record) {
  const tokens = Array.from(text.matchAll(WORD), (each) => ({
    ...forms(each[0]), start: each.index, end: each.index + each[0].length,
  }));
  const marks = [];
  const take = (first, last) => { for (let at = first; at <= last; at++) marks.push([tokens[at].start, tokens[at].end]); };
  const fits = (word, token, begins) => token.folded === word || begins && token.folded.startsWith(word);
  const sequence = (words, begins, strict) => {
    for (let at = 0; at + words.length <= tokens.length; at++) {
      const same = words.every((word, place) => {
        const token = tokens[at + place];
        if (!fits(word.folded, token, begins && place === words.length - 1)) return false;
        return !strict || word.accented === word.folded || token.accented === word.accented || begins && place === words.length - 1;
      });
      if (same) take(at, at + words.length - 1);
    }
  };
  const wanted = new Set(parts.flatMap((part) => part.words.map((word) => word.folded)));
  parts.forEach((part, place) => {
    if (part.words.length > 1) sequence(part.words, part.begins, part.strict);
    else {
      const [word] = part.words;
      const own = tokens.map((token, at) => [token, at]).filter(([token]) => token.folded === word.folded);
      const just = own.filter(([token]) => token.accented === word.accented);
      const shown = word.accented !== word.folded && just.length ? just : own;
      shown.forEach(([, at]) => take(at, at));
      const how = held?.[place]?.[record];
      if (how === BEGINS || how === undefined && part.begins && !own.length) sequence(part.words, true);
      if (how === MISSPELT) for (const near of nears[place]) sequence([{ folded: near, accented: near }]);
    }
    if (part.long) sequence(part.long.map((folded) => ({ folded, accented: folded })));
  });
  tokens.forEach((token, at) => {
    const long = inFull([token.folded]);
    if (long?.filter((word) => wanted.has(word)).length > 1) take(at, at);
  });
  marks.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  return marks.filter((mark, place) => !place || mark[0] >= marks[place - 1][1]);
}

// Whether the words within quotation marks really stand so: pairs of neighbours can't tell of three
// words, nor of accents.
function proved({ parts, held }, shown, record) {
  return parts.every((part, place) => {
    if (!part.strict || part.words.length < 2 || held[place][record] === STANDS) return true;
    return marksIn(`${shown.title}. ${shown.text}`, { parts: [part] }).length > 0;
  });
}

// --- answers ---

async function shownOf(record) {
  const { texts: address, start } = rowOf(record), { together: size } = site.contents;
  const place = record - start, file = `loi/${address}-${Math.floor(place / size)}.json`;
  const texts = await remembered(file, () => fetched(file, "json"));
  if (!texts[place % size]) throw new Stale(file);
  const [id, title, path, words] = texts[place % size];
  return { id, title, path, text: words };
}

// All records of one clause: its years, those of the shown wording first among equals.
function yearsOf(record, id) {
  const row = rowOf(record), { years, units } = site.contents;
  const [series] = row.name;
  if (row.itself || !series) {
    return [{ period: "", version: "", status: "", label: "", href: row.itself ? `don-vi/${id}/` : id }];
  }
  const places = new Set();
  let first = record;
  while (first && site.group[first - 1] === site.group[record]) first--;
  for (; first < site.size && site.group[first] === site.group[record]; first++) {
    traits(first).places.forEach((place) => places.add(place));
  }
  return [...places].sort((x, y) => x - y).map((place) => {
    const [period, version, line] = years[row.years][place];
    const [status, label] = standingOn(line) ?? ["", ""];
    const base = row.unit < 0 ? `dieu-khoan/${series}/#cau-chu-${period}`
      : `don-vi/${units[row.unit][0]}/${series}/${period}/${version ? `ban/${version}/` : ""}${id ? `#${id}` : ""}`;
    return { period, version, status, label, href: base, shown: traits(record).places.includes(place) };
  });
}

async function result(record, found) {
  const shown = await shownOf(record);
  if (!proved(found, shown, record)) return null;
  const unit = unitOf(record), known = traits(record);
  const [, counterpart, series] = rowOf(record).name;
  const years = yearsOf(record, shown.id);
  // The newest year that says it in the words that are shown stands in front.
  const front = years.find((year) => year.shown) ?? years[0];
  return {
    kind: known.kind, id: shown.id, unit: unit?.[1] ?? "", unitId: unit?.[0] ?? "", series, counterpart,
    path: shown.path, title: shown.title, text: shown.text, sample: known.sample,
    years: [front, ...years.filter((year) => year !== front)],
    marks: { text: marksIn(shown.text, found, record), title: marksIn(shown.title, found, record) },
  };
}

// The best record of each group that the filters let through, best first, and what facets count:
// each facet as if nothing were chosen in it.
function chosen(found, filters) {
  const wanted = FACETS.map((facet) => filters[facet]?.length ? new Set(filters[facet]) : null);
  const best = [], counts = FACETS.map(() => new Map());
  let group = -1, last = null, number = 0;
  for (const record of found.records) {
    const own = values(record);
    let failed = -1, failures = 0;
    for (let facet = 0; facet < FACETS.length; facet++) {
      if (wanted[facet] && !own[facet].some((value) => wanted[facet].has(value))) {
        failed = facet;
        failures++;
      }
    }
    if (failures > 1) continue;
    if (site.group[record] !== group) {
      group = site.group[record];
      last = null;
      number++;
    }
    for (let facet = 0; facet < FACETS.length; facet++) {
      if (failures && failed !== facet) continue;
      for (const value of own[facet]) {
        let count = counts[facet].get(value);
        if (!count) counts[facet].set(value, count = { count: 0, number: 0 });
        if (count.number === number) continue;
        count.number = number;
        count.count++;
      }
    }
    if (failures) continue;
    // Where nothing was typed, units stand before agreements.
    const points = found.held.length ? score(record, found) : Number(traits(record).kind === "unit");
    if (!last) best.push(last = { points, record });
    else if (points > last.points) Object.assign(last, { points, record });
  }
  const named = labels();
  const facets = Object.fromEntries(FACETS.map((facet, place) => [facet,
    [...counts[place]].map(([value, { count }]) => ({ value, label: named[facet].get(value) ?? value, count }))
      .sort((x, y) => facet === "period" ? (x.value < y.value ? 1 : -1) : y.count - x.count || (x.label < y.label ? -1 : 1))]));
  return { best, facets };
}

// The first so many of them in order; the others are not sorted.
function firstOf(best, many) {
  const points = Float64Array.from(best, (each) => -each.points).sort();
  const least = -(points[Math.min(many, points.length) - 1] ?? 0);
  return best.filter((each) => each.points >= least).sort((x, y) => y.points - x.points || x.record - y.record);
}

// Nothing typed but filters chosen: the units and agreements that they leave.
function everything() {
  const records = range(site.size).filter((record) => ["unit", "agreement"].includes(traits(record).kind));
  return { records, parts: [], held: [], nears: [] };
}

async function asked(query, { filters = {}, limit = 10, offset = 0 }) {
  const parts = parsed(query);
  const filtered = FACETS.some((facet) => filters[facet]?.length);
  const none = { total: 0, sure: true, groups: [], facets: Object.fromEntries(FACETS.map((facet) => [facet, []])) };
  if (!parts.length && !filtered) return none;
  let found = parts.length ? await candidates(parts, false) : everything();
  const loose = parts.every((part) => part.words.length === 1);
  const few = new Set(found.records.map((record) => site.group[record])).size < (loose ? FEW : 1);
  if (parts.length && few) found = await candidates(parts, true);
  const { best, facets } = chosen(found, filters);
  const strict = parts.some((part) => part.strict && part.words.length > 1);
  const ordered = firstOf(best, offset + limit + (strict ? PROVED : 0));
  const good = [];
  let at = 0, dropped = 0;
  // Without a phrase to prove, what stands before the offset need not be read.
  if (!strict) at = offset;
  while (good.length < limit + (strict ? offset : 0) && at < Math.min(ordered.length, offset + limit + PROVED)) {
    const next = ordered.slice(at, at += strict ? offset + limit - good.length : limit);
    const made = await Promise.all(next.map(({ record }) => result(record, found)));
    const proven = made.filter(Boolean);
    dropped += made.length - proven.length;
    good.push(...proven);
  }
  const groups = good.slice(strict ? offset : 0, (strict ? offset : 0) + limit);
  // A phrase is proved on the texts that were read; of the others only its pairs are known.
  const sure = !strict || at >= best.length;
  return { total: groups.length || offset ? best.length - dropped : 0, sure, groups, facets };
}

async function search(query, options = {}) {
  const started = performance.now();
  if (home === null) throw new Error("open() first");
  for (let left = TURNS; ; left--) {
    const ready = open(home), own = site;
    let stale, opened = false;
    try {
      await ready;
      opened = true;
      const answer = await asked(query, options);
      // Another search opened the site again meanwhile: this answer may be of both.
      stale = new Stale();
      if (site === own) return { ...answer, took: performance.now() - started };
    } catch (failed) {
      if (!(failed instanceof Stale) && (site === own || !opened)) throw failed;
      stale = failed;
    }
    if (!left) throw stale;
    if (site === own) site = null;
  }
}

window.qcphSearch = { open, search };
})();
