// The comparison of macros/compare.py and macros/words.py once more, for two editions that nobody
// compared before: names, numbers and order of steps are theirs, and tests/web/test_any_two.py
// holds both to the same kinds, flags and words. A change there is a change here.
// Hides: how clauses find each other, what counts as moved, which runs of words are readable.
// Refuses: the page and the network; and to look for clauses that were split or merged. Such a
// clause is amended here, and its other part added or removed.

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
const IS_WORD = /^\s*[\p{L}\p{N}]/u;

const range = (length) => [...Array(length).keys()];
const words = (text) => text.toLowerCase().match(WORDS) ?? [];
const bare = (text) => text.normalize("NFC").replace(/\s+/g, "");
const alike = (old, now) => old === now || bare(old) === bare(now);

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
  for (let i = 1; i <= a.length; i += 1) {
    const token = a[i - 1];
    for (let j = 1, at = i * width + 1; j < width; j += 1, at += 1) {
      const above = lengths[at - width];
      const left = lengths[at - 1];
      lengths[at] = token === b[j - 1] ? lengths[at - width - 1] + 1 : above > left ? above : left;
    }
  }
  return lengths;
}

// How much two lists have in common, from 0 to 1.
export function likeness(a, b) {
  const both = a.length + b.length;
  return both ? 1 - (both - 2 * commonLengths(a, b).at(-1)) / both : 1;
}

// The longest runs of tokens that stand in both texts, in order: {a, b, size}.
function commonRuns(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [i, j] = [a.length, b.length];
  while (i > start && j > start && a[i - 1] === b[j - 1]) { i -= 1; j -= 1; }
  const found = [{ a: i, b: j, size: a.length - i }];
  const lengths = commonLengths(a.slice(start, i), b.slice(start, j));
  const width = j - start + 1;
  let at = lengths.length - 1;
  while (i > start && j > start) {
    if (lengths[at] === lengths[at - 1]) { j -= 1; at -= 1; }
    else if (lengths[at] === lengths[at - width]) { i -= 1; at -= width; }
    else {
      i -= 1; j -= 1; at -= width + 1;
      const next = found.at(-1);
      if (next.a === i + 1 && next.b === j + 1) Object.assign(next, { a: i, b: j, size: next.size + 1 });
      else found.push({ a: i, b: j, size: 1 });
    }
  }
  found.push({ a: 0, b: 0, size: start });
  return found.reverse().filter((run) => run.size);
}

// How new is made of old, in runs that a person can read: "=" and "-" join to exactly the old text,
// "=" and "+" to the new one; "-" stands before "+".
export function runs(old, now) {
  if (old === now) return old ? [["=", old]] : [];
  if (!(old && now)) return old ? [["-", old]] : [["+", now]];
  // A space before each text makes its first word like any other.
  const [a, b] = [` ${old}`.match(TOKENS), ` ${now}`.match(TOKENS)];
  // Which of several longest alignments is found depends on what comes first: the lesser text.
  const commons = old < now
    ? new Alignment(a, b).commons
    : new Alignment(b, a).commons.map((each) => ({ a: each.b, b: each.a, size: each.size }));
  return unspaced(written(commons, a, b));
}

function written(commons, a, b) {
  return commons.flatMap((common, k) => {
    const after = commons[k + 1] ?? { a: a.length, b: b.length };
    return [
      ["=", a.slice(common.a, common.a + common.size).join("")],
      ["-", a.slice(common.a + common.size, after.a).join("")],
      ["+", b.slice(common.b + common.size, after.b).join("")],
    ].filter(([, text]) => text);
  });
}

// Take the space before either text away again.
function unspaced(spaced) {
  const [[op, first], [after, second], ...rest] = spaced;
  if (op === "=") return [[op, first.slice(1)], ...spaced.slice(1)];
  const gap = after === "=" ? " " : ""; // both began with the word after this run
  return [[op, first.slice(1) + gap], [after, second.slice(1)], ...rest];
}

// What two lists of tokens have in common, in order. The first of `commons` begins both texts and
// the last ends both, with no tokens where need be.
class Alignment {
  constructor(a, b) {
    this.a = a;
    this.b = b;
    this.commons = commonRuns(a, b);
    const [first, last] = [{ a: 0, b: 0, size: 0 }, { a: a.length, b: b.length, size: 0 }];
    if (!this.commons.length || this.commons[0].a || this.commons[0].b) this.commons.unshift(first);
    const end = this.commons.at(-1);
    if (end.a + end.size !== a.length || end.b + end.size !== b.length) this.commons.push(last);
    this.counts = [a, b].map((tokens) => {
      let count = 0;
      return [0, ...tokens.map((token) => (count += IS_WORD.test(token)))];
    });
    this.absorb();
    const kept = this.commons.reduce((sum, common) => sum + this.weight(common), 0);
    if (LITTLE * kept < Math.min(...this.counts.map((count) => count.at(-1)))) {
      this.commons = [first, last]; // one text after the other
      return;
    }
    for (let k = 1; k < this.commons.length; k += 1) {
      this.tighten(this.commons[k - 1], this.commons[k]);
      this.slide(this.commons[k - 1], this.commons[k]);
    }
  }

  weight(common) {
    return this.counts[0][common.a + common.size] - this.counts[0][common.a];
  }

  // How many words stand between, in the text that has more.
  gap(before, after) {
    const [a, b] = this.counts;
    return Math.max(a[after.a] - a[before.a + before.size], b[after.b] - b[before.b + before.size]);
  }

  // Give up what is common but short, and shorter than the changes on both sides of it.
  absorb() {
    for (;;) {
      let [least, place] = [SHORT + 1, 0];
      for (let k = 1; k < this.commons.length - 1; k += 1) {
        const [before, common, after] = this.commons.slice(k - 1, k + 2);
        const weight = this.weight(common);
        const gaps = Math.min(this.gap(before, common), this.gap(common, after));
        if (weight < least && weight <= gaps) [least, place] = [weight, k];
      }
      if (!place) return;
      this.commons.splice(place, 1);
    }
  }

  // Take equal words at the ends of a change out of it: giving up may leave some.
  tighten(before, after) {
    const { a, b } = this;
    const open = () => before.a + before.size < after.a && before.b + before.size < after.b;
    while (open() && a[before.a + before.size] === b[before.b + before.size]) before.size += 1;
    while (open() && a[after.a - 1] === b[after.b - 1]) {
      after.a -= 1; after.b -= 1; after.size += 1;
    }
  }

  // Let what was only put in, or only left out, begin and end where a sentence does.
  slide(before, after) {
    const side = before.a + before.size === after.a ? "b" : "a";
    if (side === "a" && before.b + before.size !== after.b) return;
    const text = this[side];
    const [start, end] = [before[side] + before.size, after[side]];
    const kept = [Number(before !== this.commons[0]), Number(after !== this.commons.at(-1))];
    let [back, ahead] = [0, 0];
    while (before.size - back > kept[0] && text[start - back - 1] === text[end - back - 1]) back += 1;
    while (after.size - ahead > kept[1] && text[start + ahead] === text[end + ahead]) ahead += 1;
    let [best, by] = [-1, 0];
    for (let step = -back; step <= ahead; step += 1) {
      const fits = border(text, start + step) + border(text, end + step);
      if (fits >= best) [best, by] = [fits, step];
    }
    before.size += by;
    after.a += by; after.b += by; after.size -= by;
  }
}

// How well a run can begin or end before this token.
function border(text, place) {
  const mark = text[place - 1]?.at(-1);
  return place === 0 || place === text.length || ".;:!?…".includes(mark) ? 2 : Number(mark === ",");
}

// The clauses of agreement.json by their places; no place is null.
class Text {
  constructor(clauses) {
    this.clauses = clauses;
    this.words = clauses.map((clause) => words(clause.text));
    this.placeOf = new Map();
    this.parents = [];
    this.before = []; // the sibling before and the one after
    this.after = clauses.map(() => null);
    const last = new Map();
    clauses.forEach((clause, place) => {
      const parent = this.placeOf.get(clause.parent) ?? null;
      const sibling = last.get(parent) ?? null;
      if (sibling !== null) this.after[sibling] = place;
      this.parents.push(parent);
      this.before.push(sibling);
      if (!this.placeOf.has(clause.id)) this.placeOf.set(clause.id, place);
      last.set(parent, place);
    });
    this.sizes = clauses.map(() => 0); // how many clauses belong to each
    this.ends = range(clauses.length); // the last of them
    for (const place of range(clauses.length).reverse()) {
      const parent = this.parents[place];
      if (parent === null) continue;
      this.sizes[parent] += this.sizes[place] + 1;
      this.ends[parent] = Math.max(this.ends[parent], this.ends[place]);
    }
    // Puts texts in an order: what could turn out otherwise with them exchanged runs in that one.
    this.key = clauses.flatMap((c) => [c.text, c.label, c.id, c.parent ?? "", Number(this.heading(c))]);
  }

  heading(clause) {
    return clause.kind === "heading";
  }

  // What a clause belongs to, from its parent up.
  above(place) {
    const parent = this.parents[place];
    return parent === null ? [] : [parent, ...this.above(parent)];
  }
}

// Which clauses of two texts are one. i is a place in the first text, j in the second.
class Matching {
  constructor(a, b, idsDecide) {
    this.a = a;
    this.b = b;
    this.pairs = new Map();
    this.free = [a, b].map((text) => new Set(range(text.clauses.length)));
    if (idsDecide) {
      for (const [id, i] of a.placeOf) if (b.placeOf.has(id)) this.pair(i, b.placeOf.get(id));
    } else {
      for (const placeCounts of [false, true]) {
        for (const headings of [false, true]) this.pairLikest(headings, placeCounts);
      }
    }
  }

  matches() {
    return [
      ...[...this.pairs].map(([a, b]) => ({ a, b })),
      ...[...this.free[0]].map((a) => ({ a, b: null })),
      ...[...this.free[1]].map((b) => ({ a: null, b })),
    ];
  }

  pair(i, j) {
    this.pairs.set(i, j);
    this.free[0].delete(i);
    this.free[1].delete(j);
  }

  // Pair free clauses, those first for which most speaks; at last those at equal heights.
  pairLikest(headings, placeCounts) {
    const { a, b } = this;
    const [rows, columns] = [a, b].map((text, side) =>
      [...this.free[side]].filter((place) => text.heading(text.clauses[place]) === headings));
    const family = headings ? this.family() : new Map();
    const least = headings ? 0 : ALIKE - SAME_ID - placeCounts * SAME_PLACE;
    const found = [];
    for (const i of rows) {
      for (const j of columns) {
        const sizes = [a.words[i].length, b.words[j].length];
        // No text has more in common with another than it has words.
        if (2 * Math.min(...sizes) < (least - 0.001) * (sizes[0] + sizes[1])) continue;
        const alikeness = likeness(a.words[i], b.words[j]);
        if (alikeness < least) continue;
        let score = alikeness + (family.get(`${i} ${j}`) ?? 0);
        if (a.clauses[i].id === b.clauses[j].id) score += SAME_ID;
        if (placeCounts) score += this.samePlace(i, j);
        const height = Math.abs(i * b.clauses.length - j * a.clauses.length);
        if (score >= ALIKE) found.push([-score, height, i, j]);
      }
    }
    for (const [, , i, j] of found.sort(order)) {
      if (this.free[0].has(i) && this.free[1].has(j)) this.pair(i, j);
    }
  }

  // What the pairs that stand below two headings say for their being one.
  family() {
    const below = new Map();
    for (const [i, j] of this.pairs) {
      for (const one of this.a.above(i)) {
        for (const other of this.b.above(j)) {
          const key = `${one} ${other}`;
          const [n, both] = below.get(key) ?? [0, this.a.sizes[one] + this.b.sizes[other]];
          below.set(key, [n + 1, both]);
        }
      }
    }
    return new Map([...below].map(([key, [n, both]]) => [key, (FAMILY * 2 * n) / both]));
  }

  // What the places of two clauses say for their being one.
  samePlace(i, j) {
    const { a, b } = this;
    const siblings = this.paired(a.parents[i], b.parents[j]);
    let score = siblings ? SAME_PARENT : 0;
    for (const [one, other] of [[a.before[i], b.before[j]], [a.after[i], b.after[j]]]) {
      if (this.paired(one, other) && (siblings || one !== null)) score += SAME_NEIGHBOUR;
    }
    return score;
  }

  // Both absent, or a pair.
  paired(i, j) {
    return i === null ? j === null : this.pairs.get(i) === j;
  }
}

// The matches of two texts as their readers meet them: what moved, and in which order.
class Reading {
  constructor(a, b, matches) {
    this.a = a;
    this.b = b;
    this.matches = matches;
    this.ofA = new Map(matches.map((match) => [match.a, match]));
    this.ofB = new Map(matches.map((match) => [match.b, match]));
    this.moved = new Set(this.movers());
  }

  // All changes in the reading order of b, with what is only in a where it stood.
  changes() {
    const place = ({ a, b }) => (b === null ? [this.stood(a), a] : [b, -1]);
    const placed = this.matches.map((match) => [...place(match), match]);
    return placed.sort(order).map(([, , match]) => this.change(match));
  }

  change(match) {
    const old = this.a.clauses[match.a];
    const now = this.b.clauses[match.b];
    const same = old && now && alike(old.text, now.text);
    return {
      kind: !old ? "added" : !now ? "removed" : same ? "same" : "amended",
      moved: this.moved.has(match),
      renumbered: Boolean(old && now) && old.label !== now.label,
      old: old ? [old.id] : [],
      new: now ? [now.id] : [],
      words: runs(old?.text ?? "", now?.text ?? ""),
    };
  }

  // Where a clause that is only in a stood: the place in b that it would follow.
  stood(place) {
    for (let above = place; above !== null;) {
      for (let sibling = this.a.before[above]; sibling !== null; sibling = this.a.before[sibling]) {
        const match = this.ofA.get(sibling);
        if (match.b !== null && !this.moved.has(match)) return this.b.ends[match.b];
      }
      above = this.a.parents[above];
      if (above !== null && this.ofA.get(above).b !== null) return this.ofA.get(above).b;
    }
    return -1;
  }

  // What has another parent, or stands outside the longest common order of its siblings.
  movers() {
    const families = new Map();
    const found = [];
    const both = this.matches.filter((match) => match.a !== null && match.b !== null);
    for (const match of both.sort((one, other) => one.a - other.a)) {
      const [one, other] = [this.a.parents[match.a], this.b.parents[match.b]];
      const parent = one === null ? null : this.ofA.get(one);
      if (parent !== (other === null ? null : this.ofB.get(other))) found.push(match);
      else if (families.has(parent)) families.get(parent).push(match);
      else families.set(parent, [match]);
    }
    for (const family of families.values()) {
      if (family.some((match, k) => k && family[k - 1].b > match.b)) found.push(...this.outside(family));
    }
    return found;
  }

  // What must move to put a family in b's order: the fewest; of several such choices the one with
  // the fewest words, then with the lowest ids, both counted in both texts.
  outside(family) {
    const lengths = family.map(({ a, b }) => this.a.words[a].length + this.b.words[b].length);
    const ids = family.map(({ a, b }) =>
      [this.a.clauses[a], this.b.clauses[b]].map((c) => [c.id, c.text]).sort(order).flat());
    const byIds = range(family.length).sort((k, m) => order(ids[k], ids[m]));
    // One number weighs all three: how many stay, their words, and as bits their ids.
    const base = lengths.reduce((sum, length) => sum + length, 1);
    const bits = BigInt(family.length);
    const best = [];
    const better = (one, other) => (other[0] > one[0] ? other : one);
    family.forEach((match, k) => {
      const held = best.filter((_, m) => family[m].b < match.b).reduce(better, [0n, []]);
      const weight = (BigInt(base + lengths[k]) << bits) + (1n << BigInt(byIds.indexOf(k)));
      best.push([held[0] + weight, [...held[1], match]]);
    });
    const [, stay] = best.reduce(better);
    return family.filter((match) => !stay.includes(match));
  }
}

// What changed from one edition's clauses to another's, as changes.json says it: the changes of all
// clauses, each exactly once. idsDecide (within a series): clauses of one id are matched whatever
// they say, and no others; without it ids are a hint beside likeness and place.
export function compareAgreements(oldClauses, newClauses, idsDecide) {
  const [a, b] = [new Text(oldClauses), new Text(newClauses)];
  const matches = order(a.key, b.key) <= 0
    ? new Matching(a, b, idsDecide).matches()
    : new Matching(b, a, idsDecide).matches().map((match) => ({ a: match.b, b: match.a }));
  return new Reading(a, b, matches).changes();
}
