// What is found, as readers see it: in the search box and on the page tim-kiem/.
// Hides: where the engine is (tim.js, window.qcphSearch), how a result is built and cut to length.
// Refuses: to search or rank, and to write markup: texts go in as text.
const LONGEST = 220; // letters of a text that a result shows
const BEFORE = 60; // of these, at most so many before the first marked word
const YEARS = 4;

// tim-kiem/ is the one address that every page knows.
export const base = new URL("..", document.querySelector("form.find").action).href;

let opened = null;

// The engine, ready to be asked; after a failure it is tried again. `begun`: the answer to a request
// for the index's contents, where that was made already.
export function ready(begun) {
  opened ??= import("./tim.js").then(() => window.qcphSearch.open(base, begun)).catch((failed) => {
    opened = null;
    throw failed;
  });
  return opened;
}

export async function find(query, { filters = {}, limit, offset = 0 }) {
  await ready();
  return window.qcphSearch.search(query, { filters, limit, offset });
}

export function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat());
  return made;
}

export const counted = ({ total, sure }) => `${sure ? "" : "khoảng "}${total.toLocaleString("vi")} kết quả`;

// Marks of which those with only white space between them are one.
function joined(text, marks = []) {
  const found = [];
  for (const [from, to] of marks) {
    const before = found.at(-1);
    if (before && !text.slice(before[1], from).trim()) before[1] = to;
    else found.push([from, to]);
  }
  return found;
}

// A text with its marked parts, from `start` to `end`.
function marked(text, marks, start = 0, end = text.length) {
  const parts = [];
  let at = start;
  for (const [from, to] of joined(text, marks)) {
    const [first, last] = [Math.max(from, at), Math.min(to, end)];
    if (first >= last) continue;
    parts.push(text.slice(at, first), make("mark", {}, text.slice(first, last)));
    at = last;
  }
  parts.push(text.slice(at, end));
  return parts.filter((part) => part !== "");
}

// The mark from which on most different words are found within what an excerpt shows.
function densest(text, marks) {
  let best = [0, 0];
  for (const [place] of marks) {
    const near = marks.filter(([from, to]) => from >= place && to <= place + LONGEST - BEFORE);
    const words = new Set(near.map(([from, to]) => text.slice(from, to).toLocaleLowerCase("vi")));
    if (words.size > best[0]) best = [words.size, place];
  }
  return best[1];
}

// A part of a long text with its marked words in sight, cut between words.
function excerpt(text, marks = []) {
  if (text.length <= LONGEST) return marked(text, marks);
  let start = 0;
  const first = densest(text, marks);
  if (first > BEFORE) start = text.indexOf(" ", first - BEFORE) + 1;
  if (start > first) start = first;
  let end = Math.min(text.length, start + LONGEST);
  if (end < text.length) {
    const space = text.lastIndexOf(" ", end);
    if (space > start) end = space;
  }
  return [start ? "… " : "", ...marked(text, marks, start, end), end < text.length ? " …" : ""].filter(Boolean);
}

// The words that were found, whole and as they are printed.
function forms(text, marks) {
  const letter = /[\p{L}\p{N}]/u;
  return joined(text, marks).map(([from, to]) => {
    let [first, last] = [from, to];
    while (first > 0 && letter.test(text[first - 1])) first -= 1;
    while (last < text.length && letter.test(text[last])) last += 1;
    return text.slice(first, last);
  });
}

// The address of a result, with the words that its page is to mark.
function address(href, { kind, title, text, marks }) {
  const url = new URL(href, base);
  // A title that only says where a clause stands holds no words of the clause.
  const words = forms(text, marks.text);
  if (!words.length && kind !== "unit") words.push(...forms(title, marks.title));
  const seen = new Map(words.map((word) => [word.toLocaleLowerCase("vi"), word]));
  if (seen.size) url.searchParams.set("tim", [...seen.values()].slice(0, 12).join("|"));
  return url.href;
}

// A version is named by its day, the first text of an edition `goc`.
const version = (name) => (name === "goc" ? "như đã ký" : `bản ${name.split("-").reverse().join("/")}`);
const words = (year) => year.period + (year.version ? ` (${version(year.version)})` : "");
const state = (year) => (year.label ? [make("span", { class: `state state-${year.status}` }, year.label), " "] : []);

function where(group) {
  const parts = group.kind === "unit" ? ["Đơn vị"] : [group.unit, group.series, group.path].filter(Boolean);
  if (!parts.length) parts.push("Trang");
  const path = parts.map((part, place) => (place ? [" › ", part] : [part])).flat();
  const sample = group.sample ? [" ", make("span", { class: "sample-mark" }, "Dữ liệu mẫu")] : [];
  return make("span", { class: "hit-path" }, path, sample);
}

function body(group) {
  const { title, text, marks } = group;
  const said = [];
  if (title) said.push(make("span", { class: "hit-title" }, marked(title, marks.title)));
  if (text && text !== title) said.push(make("span", { class: "hit-text" }, excerpt(text, marks.text)));
  return said;
}

// One result of the box: an option that leads to its clause in the newest year.
export function drawn(group, id) {
  const [newest, ...older] = group.years;
  const line = newest.period
    ? [make("span", { class: "hit-years" }, state(newest), words(newest),
      older.length ? `, ${older.slice(0, YEARS - 1).map(words).join(", ")}` : "",
      older.length >= YEARS ? " …" : "")]
    : [];
  return make("a", { role: "option", id, class: "hit", href: address(newest.href, group), tabindex: "-1", "aria-selected": "false" },
    where(group), body(group), line);
}

// One result of the page: the same, and a link to each of its years.
export function listed(group) {
  const [newest, ...older] = group.years;
  const link = make("a", { class: "hit-main", href: address(newest.href, group) }, where(group), body(group));
  if (!newest.period) return make("li", { class: "hit" }, link);
  const years = older.map((year) => [" ", make("a", { href: address(year.href, group), title: year.label }, words(year))]);
  return make("li", { class: "hit" }, link,
    make("p", { class: "hit-years" }, state(newest), words(newest),
      years.length ? [make("span", { class: "quiet" }, " · kỳ khác:"), ...years.flat()] : []));
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D");

// What to try where nothing was found.
export function advice(query, filtered = false) {
  const to = (words) => make("a", { href: `${base}tim-kiem/?${new URLSearchParams({ q: words })}` }, words);
  const words = query.replace(/["“”]/g, " ").split(/\s+/).filter(Boolean);
  const lines = [];
  if (filtered) lines.push(["Bỏ bớt điều kiện lọc."]);
  if (/["“”]/.test(query)) lines.push(["Bỏ dấu ngoặc kép: ", to(words.join(" "))]);
  if (words.length > 1) lines.push(["Bớt chữ: ", to(words.slice(0, -1).join(" ")), words.length > 2 ? [", ", to(words.slice(0, 2).join(" "))] : []].flat());
  if (plain(query) !== query.normalize("NFC")) lines.push(["Gõ không dấu: ", to(plain(words.join(" ")))]);
  lines.push(["Tìm theo đơn vị: ", make("a", { href: `${base}don-vi/?${new URLSearchParams({ ten: words.join(" ") })}` }, "danh sách đơn vị")]);
  return make("div", { class: "find-none" }, make("p", {}, "Hãy thử:"), make("ul", {}, lines.map((line) => make("li", {}, line))));
}
