// The comparison of macros/compare.py and macros/words.py once more, for two editions that nobody
// compared before. Names, numbers and order of steps are theirs; tests/web/test_any_two.py holds
// both to the same kinds, flags and words: who changes the one changes the other.
// Hides: how clauses find each other, what counts as moved, which runs of words are readable.
// Refuses: to look for clauses split or merged: one part is amended, the other added or removed.

// Two clauses are one where their likeness (0 to 1) and what else speaks for it reach ALIKE.
const ALIKE = 0.6;
const SAME_ID = 0.1; // not more: units may number their ids, and then they mislead
const FAMILY = 2; // of headings the clauses below them say more than their own words
const SAME_PARENT = 0.1;
const SAME_NEIGHBOUR = 0.1;
const SAME_PLACE = SAME_PARENT + 2 * SAME_NEIGHBOUR;
const SHORT = 4; // two changes swallow no more common words than these between them
const LITTLE = 5; // texts with less than a fifth of their words in common stand one after the other

// A word is a syllable, or a number with the marks inside it; every other mark stands for itself.
const WORD = String.raw`\p{Nd}+(?:[.,/-]\p{Nd}+)*|[\p{L}\p{N}_\u0300-\u036f]+`;
const WORDS = new RegExp(WORD, "gu");
const TOKENS = new RegExp(String.raw`\s*(?:${WORD}|/\.|[^\p{L}\p{N}_\s])|\s+$`, "gu");
const BEGINS_WORD = /^\s*[\p{L}\p{N}]/u;

const range = (length) => [...Array(length).keys()];
const words = (text) => text.toLowerCase().match(WORDS) ?? [];
const bare = (text) => text.normalize("NFC").replace(/\s+/g, "");
const alike = (old, now) => old === now || bare(old) === bare(now);

// Writes each word as one number: numbers compare fast.
function letters() {
  const known = new Map();
  return (word) => known.get(word) ?? known.set(word, known.size).size - 1;
}

// Which of two lists comes first, by the first place where they differ.
function order(x, y) {
  for (let k = 0; k < x.length && k < y.length; k += 1) {
    if (x[k] !== y[k]) return x[k] < y[k] ? -1 : 1;
  }
  return x.length - y.length;
}

// How many tokens the first i of a and the first j of b have in common in order, for all i and j:
// at i * (b.length + 1) + j.
function commonLengths(a, b) {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = 1, at = width + 1; i <= a.length; i += 1, at += 1) {
    const token = a[i - 1];
    for (let j = 1; j < width; j += 1, at += 1) {
      if (token === b[j - 1]) lengths[at] = lengths[at - width - 1] + 1;
      else lengths[at] = Math.max(lengths[at - width], lengths[at - 1]);
    }
  }
  return lengths;
}

// How much two lists have in common, from 0 to 1.
export function likeness(a, b) {
  const both = a.length + b.length;
  return both ? 1 - (both - 2 * commonLengths(a, b).at(-1)) / both : 1;
}

// The runs of a longest common sequence, {a, b, size} in order. Of several such sequences it is the
// one that RapidFuzz finds: from the end back, leaving out a token of a wherever that costs nothing.
function commonRuns(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [i, j] = [a.length, b.length];
  while (i > start && j > start && a[i - 1] === b[j - 1]) { i -= 1; j -= 1; }
  const found = [{ a: i, b: j, size: a.length - i }];
  const lengths = commonLengths(a.slice(start, i), b.slice(start, j));
  const width = j - start + 1;
  while (i > start && j > start) {
    const at = (i - start) * width + (j - start);
    if (lengths[at] === lengths[at - width]) { i -= 1; continue; }
    if (lengths[at] === lengths[at - 1]) { j -= 1; continue; }
    const next = found.at(-1);
    if (next.a !== i || next.b !== j) found.push({ a: i, b: j, size: 0 });
    const run = found.at(-1);
    run.a = i -= 1; run.b = j -= 1; run.size += 1;
  }
  return [{ a: 0, b: 0, size: start }, ...found.reverse()].filter((run) => run.size);
}

// How well a run can begin or end before this token: best where a sentence does.
function border(text, place) {
  const mark = text[place - 1]?.at(-1);
  return place === 0 || place === text.length || ".;:!?…".includes(mark) ? 2 : Number(mark === ",");
}

// What two lists of tokens have in common as a person would say it, in order: the first run begins
// both texts and the last ends both, with no tokens where need be.
function alignment(a, b) {
  const written = letters();
  const commons = commonRuns(Int32Array.from(a, written), Int32Array.from(b, written));
  const [first, last] = [{ a: 0, b: 0, size: 0 }, { a: a.length, b: b.length, size: 0 }];
  if (!commons.length || commons[0].a || commons[0].b) commons.unshift(first);
  const end = commons.at(-1);
  if (end.a + end.size !== a.length || end.b + end.size !== b.length) commons.push(last);
  const [inA, inB] = [a, b].map((tokens) => {
    let count = 0;
    return [0, ...tokens.map((token) => (count += Number(BEGINS_WORD.test(token))))];
  });
  const weight = (run) => inA[run.a + run.size] - inA[run.a];
  // How many words stand between, in the text that has more.
  const gap = (before, after) =>
    Math.max(inA[after.a] - inA[before.a + before.size], inB[after.b] - inB[before.b + before.size]);

  // Give up what is common but short, and shorter than the changes on both sides of it.
  for (let place = -1; place;) {
    place = 0;
    let least = SHORT + 1;
    for (let k = 1; k < commons.length - 1; k += 1) {
      const own = weight(commons[k]);
      const between = Math.min(gap(commons[k - 1], commons[k]), gap(commons[k], commons[k + 1]));
      if (own < least && own <= between) [least, place] = [own, k];
    }
    if (place) commons.splice(place, 1);
  }
  const kept = commons.reduce((sum, run) => sum + weight(run), 0);
  // One text after the other where little is left.
  if (LITTLE * kept < Math.min(inA.at(-1), inB.at(-1))) return [first, last];
  for (let k = 1; k < commons.length; k += 1) {
    const [before, after] = [commons[k - 1], commons[k]];
    const open = () => before.a + before.size < after.a && before.b + before.size < after.b;
    // Take equal words at the ends of a change out of it: giving up may leave some.
    while (open() && a[before.a + before.size] === b[before.b + before.size]) before.size += 1;
    while (open() && a[after.a - 1] === b[after.b - 1]) { after.a -= 1; after.b -= 1; after.size += 1; }
    // Let what was only put in, or only left out, begin and end where a sentence does.
    const side = before.a + before.size === after.a ? "b" : "a";
    if (side === "a" && before.b + before.size !== after.b) continue;
    const text = side === "a" ? a : b;
    const [from, to] = [before[side] + before.size, after[side]];
    const keeps = [k > 1 ? 1 : 0, k < commons.length - 1 ? 1 : 0];
    let [back, ahead, best, by] = [0, 0, -1, 0];
    while (before.size - back > keeps[0] && text[from - back - 1] === text[to - back - 1]) back += 1;
    while (after.size - ahead > keeps[1] && text[from + ahead] === text[to + ahead]) ahead += 1;
    for (let step = -back; step <= ahead; step += 1) {
      const fits = border(text, from + step) + border(text, to + step);
      if (fits >= best) [best, by] = [fits, step];
    }
    before.size += by; after.a += by; after.b += by; after.size -= by;
  }
  return commons;
}

// How the new text is made of the old one, in runs that a person can read: "=" and "-" join to
// exactly the old text, "=" and "+" to the new one; "-" stands before "+".
export function runs(old, now) {
  if (old === now) return old ? [["=", old]] : [];
  if (!(old && now)) return old ? [["-", old]] : [["+", now]];
  // A space before each text makes its first word like any other.
  const [a, b] = [` ${old}`.match(TOKENS), ` ${now}`.match(TOKENS)];
  // Which of several longest alignments is found depends on what comes first: the lesser text.
  const commons = old < now ? alignment(a, b)
    : alignment(b, a).map((run) => ({ a: run.b, b: run.a, size: run.size }));
  const spaced = commons.flatMap((common, k) => {
    const after = commons[k + 1] ?? { a: a.length, b: b.length };
    return [
      ["=", a.slice(common.a, common.a + common.size).join("")],
      ["-", a.slice(common.a + common.size, after.a).join("")],
      ["+", b.slice(common.b + common.size, after.b).join("")],
    ].filter(([, text]) => text);
  });
  const [first, second] = spaced; // the space goes again
  first[1] = first[1].slice(1);
  if (first[0] === "=") return spaced;
  if (second[0] === "=") first[1] += " "; // both began with the word after this run
  second[1] = second[1].slice(1);
  return spaced;
}

// The clauses of agreement.json by their places; null is no place.
class Text {
  constructor(clauses, written) {
    this.clauses = clauses;
    this.words = clauses.map((clause) => Int32Array.from(words(clause.text), written));
    this.placeOf = new Map();
    this.parents = [];
    this.before = []; // the sibling before and the one after
    this.after = clauses.map(() => null);
    this.heading = clauses.map((clause) => clause.kind === "heading");
    this.sizes = clauses.map(() => 0); // how many clauses belong to each
    this.ends = range(clauses.length); // the last of them
    const last = new Map();
    clauses.forEach((clause, place) => {
      const parent = this.placeOf.get(clause.parent) ?? null;
      const sibling = last.get(parent) ?? null;
      if (sibling !== null) this.after[sibling] = place;
      this.parents.push(parent);
      this.before.push(sibling);
      if (!this.placeOf.has(clause.id)) this.placeOf.set(clause.id, place);
      last.set(parent, place);
      for (const above of this.above(place)) {
        this.sizes[above] += 1;
        this.ends[above] = place;
      }
    });
    // Puts texts in an order: what could turn out otherwise with them exchanged runs in that one.
    this.key = clauses.flatMap((c, k) => [c.text, c.label, c.id, c.parent ?? "", this.heading[k]]);
  }

  // What a clause belongs to, from its parent up.
  above(place) {
    const parent = this.parents[place];
    return parent === null ? [] : [parent, ...this.above(parent)];
  }
}

// Which clauses of two texts are one: {a, b}, their places; null on the side where there is none.
function matching(a, b, idsDecide) {
  const pairs = new Map();
  const free = [a, b].map((text) => new Set(range(text.clauses.length)));
  const pair = (i, j) => { pairs.set(i, j); free[0].delete(i); free[1].delete(j); };
  // Both absent, or a pair; or, as in compare.py, one without a pair and none.
  const paired = (i, j) => (i === null ? j === null : (pairs.get(i) ?? null) === j);

  // What the pairs that stand below two headings say for their being one.
  function family() {
    const below = new Map();
    const count = (key) => below.set(key, (below.get(key) ?? 0) + 1);
    for (const [i, j] of pairs) {
      for (const one of a.above(i)) for (const other of b.above(j)) count(`${one} ${other}`);
    }
    return (i, j) => (FAMILY * 2 * (below.get(`${i} ${j}`) ?? 0)) / (a.sizes[i] + b.sizes[j] || 1);
  }

  // What the places of two clauses say for their being one.
  function samePlace(i, j) {
    const siblings = paired(a.parents[i], b.parents[j]);
    let score = siblings ? SAME_PARENT : 0;
    for (const [one, other] of [[a.before[i], b.before[j]], [a.after[i], b.after[j]]]) {
      if (paired(one, other) && (siblings || one !== null)) score += SAME_NEIGHBOUR;
    }
    return score;
  }

  // Pair free clauses, those first for which most speaks; at last those at equal heights.
  function pairLikest(headings, placeCounts) {
    const [rows, columns] = [a, b].map((text, side) =>
      [...free[side]].filter((place) => text.heading[place] === headings));
    const ofFamily = headings ? family() : () => 0;
    // RapidFuzz compares with a bound of single precision.
    const least = headings ? 0 : Math.fround(ALIKE - SAME_ID - placeCounts * SAME_PLACE);
    const found = [];
    for (const i of rows) {
      for (const j of columns) {
        const [m, n] = [a.words[i].length, b.words[j].length];
        // Nothing has more in common with another text than it has words.
        if (2 * Math.min(m, n) < (least - 0.01) * (m + n)) continue;
        const like = likeness(a.words[i], b.words[j]);
        if (like < least) continue;
        let score = like + ofFamily(i, j);
        if (a.clauses[i].id === b.clauses[j].id) score += SAME_ID;
        if (placeCounts) score += samePlace(i, j);
        const height = Math.abs(i * b.clauses.length - j * a.clauses.length);
        if (score >= ALIKE) found.push([-score, height, i, j]);
      }
    }
    for (const [, , i, j] of found.sort(order)) if (free[0].has(i) && free[1].has(j)) pair(i, j);
  }

  if (idsDecide) {
    for (const [id, i] of a.placeOf) if (b.placeOf.has(id)) pair(i, b.placeOf.get(id));
  } else {
    const steps = [[false, false], [true, false], [false, true], [true, true]];
    for (const [headings, placeCounts] of steps) pairLikest(headings, placeCounts);
  }
  return [
    ...[...pairs].map(([i, j]) => ({ a: i, b: j })),
    ...[...free[0]].map((i) => ({ a: i, b: null })),
    ...[...free[1]].map((j) => ({ a: null, b: j })),
  ];
}

// What must move to put a family of matches in b's order: the fewest; of several such choices the
// one with the fewest words, then with the lowest ids, both counted in both texts.
function outside(family, a, b) {
  const lengths = family.map((match) => a.words[match.a].length + b.words[match.b].length);
  const ids = family.map((match) =>
    [a.clauses[match.a], b.clauses[match.b]].map((c) => [c.id, c.text]).sort(order).flat());
  const byIds = range(family.length).sort((k, m) => order(ids[k], ids[m]));
  // One number weighs all three: how many stay, their words, and as bits their ids.
  const base = lengths.reduce((sum, length) => sum + length, 1);
  const better = (one, other) => (other.weight > one.weight ? other : one);
  const best = [];
  family.forEach((match, k) => {
    const held = best.filter((_, m) => family[m].b < match.b).reduce(better, { weight: 0n, stay: [] });
    const own = (BigInt(base + lengths[k]) << BigInt(family.length)) + (1n << BigInt(byIds.indexOf(k)));
    best.push({ weight: held.weight + own, stay: [...held.stay, match] });
  });
  const { stay } = best.reduce(better);
  return family.filter((match) => !stay.includes(match));
}

// What has another parent, or stands outside the longest common order of its siblings.
function movers(a, b, matches, ofA, ofB) {
  const [families, found] = [new Map(), []];
  const both = matches.filter((match) => match.a !== null && match.b !== null);
  for (const match of both.sort((one, other) => one.a - other.a)) {
    const [one, other] = [a.parents[match.a], b.parents[match.b]];
    const parent = one === null ? null : ofA.get(one);
    if (parent !== (other === null ? null : ofB.get(other))) found.push(match);
    else families.set(parent, [...(families.get(parent) ?? []), match]);
  }
  for (const family of families.values()) {
    if (family.some((match, k) => k && family[k - 1].b > match.b)) found.push(...outside(family, a, b));
  }
  return found;
}

// What changed from one edition's clauses to another's, as changes.json says it: each clause of both
// in one change, in the reading order of the new text, with what was removed where it stood.
// idsDecide (within a series): clauses of one id are matched whatever they say, and no others;
// without it (between series) ids are a hint beside likeness and place.
export function compareAgreements(oldClauses, newClauses, idsDecide) {
  const written = letters();
  const [a, b] = [new Text(oldClauses, written), new Text(newClauses, written)];
  const matches = order(a.key, b.key) <= 0 ? matching(a, b, idsDecide)
    : matching(b, a, idsDecide).map((match) => ({ a: match.b, b: match.a }));
  const ofA = new Map(matches.map((match) => [match.a, match]));
  const ofB = new Map(matches.map((match) => [match.b, match]));
  const moved = new Set(movers(a, b, matches, ofA, ofB));

  // Where a clause that is only in a stood: the place in b that it would follow.
  function stood(place) {
    for (let sibling = a.before[place]; sibling !== null; sibling = a.before[sibling]) {
      const match = ofA.get(sibling);
      if (match.b !== null && !moved.has(match)) return b.ends[match.b];
    }
    const parent = a.parents[place];
    return parent === null ? -1 : ofA.get(parent).b ?? stood(parent);
  }

  const placed = matches.map((match) =>
    match.b === null ? [stood(match.a), match.a, match] : [match.b, -1, match]);
  return placed.sort(order).map(([, , match]) => {
    const [old, now] = [a.clauses[match.a], b.clauses[match.b]];
    const same = old && now && alike(old.text, now.text);
    return {
      kind: !old ? "added" : !now ? "removed" : same ? "same" : "amended",
      moved: moved.has(match),
      renumbered: Boolean(old && now) && old.label !== now.label,
      old: old ? [old.id] : [],
      new: now ? [now.id] : [],
      words: runs(old?.text ?? "", now?.text ?? ""),
    };
  });
}
