// The page where any two editions are picked and compared, in the reader's browser.
// Hides: which units and editions there are, how they and their texts are fetched (first the units, of
// each that is picked its editions, of two editions their texts), and the page made of a comparison:
// it is built as macros/templates/comparison.html is, so that both look and work alike.
// Refuses: to compare (compare.js does), and to write markup: texts go in as text.
import { compareAgreements, likeness } from "./compare.js";
import { unitPicker } from "./so-sanh-don-vi.js";

const SIDES = { old: "Trước", new: "Sau" };
// As in macros/redline.py; a moved clause whose words stay is "moved".
const EVENTS = {
  same: "giữ nguyên", amended: "sửa", added: "thêm", removed: "bỏ", moved: "chuyển chỗ",
};
const FACTS = {
  "Tiêu đề": (text) => text.title,
  "Số": (text) => [text.number?.printed],
  "Địa danh": (text) => [text.place?.printed],
  "Ngày": (text) => [text.date?.printed],
  "Ban hành kèm": (text) => [text.issued_by?.printed],
  "Thay thế": (text) => [text.supersedes?.printed],
  "Người ký": (text) => text.signatories.map((each) =>
    [each.capacity, each.title, each.name].filter(Boolean).join(" / ")),
  "Nơi nhận": (text) => text.recipients,
};
const LONGEST = 200; // letters of an address that are set against those of all units
const TRY_AGAIN = "Kiểm tra đường truyền rồi thử lại.";
const VIEWS = { inline: "Trong dòng", beside: "Hai cột", changes: "Chỉ chỗ khác" };
const SAMPLE = " Đơn vị, người và văn bản mẫu do trang web đặt ra để minh họa, không có thật.";
const LIMITS = "Tính ngay trong trình duyệt, không tìm chỗ tách và gộp: một khoản tách làm hai hiện là"
  + " sửa và thêm, hai khoản gộp làm một hiện là sửa và bỏ.";
const TWO_SERIES = " Hai bản thuộc hai bộ quy chế, nên điều khoản được ghép theo lời và vị trí.";

const sides = Object.keys(SIDES);
const all = (selector, within) => [...within.querySelectorAll(selector)];
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const idOf = (edition) => edition.id;
const unitOf = (id) => id.split("/")[0];
const seriesOf = (edition) => edition.id.split("/").slice(0, 2).join("/");
const nameOf = (edition) => `${edition.unit}, ${edition.words}`;

function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat());
  return made;
}

// The address of a comparison, by the ids of its sides; slashes stay readable.
function query(ids) {
  const written = (id) => encodeURIComponent(id).replaceAll("%2F", "/");
  return `?${sides.filter((side) => ids[side]).map((side) => `${side}=${written(ids[side])}`).join("&")}`;
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// How clauses are called: by the labels above them and their own, `II › 2 › a)`; one without label,
// or with one that many have (a dash), by its first words.
function called(clauses) {
  const byId = new Map(clauses.map((clause) => [clause.id, clause]));
  const labelled = (clause) => /[\p{L}\p{N}]/u.test(clause.label);
  const own = (clause) => {
    if (labelled(clause)) return clause.label.replace(/\.$/, "");
    const words = clause.text.split(" ");
    return `“${words.slice(0, 6).join(" ")}${words.length > 6 ? " …" : ""}”`;
  };
  const above = (clause) => {
    const parent = byId.get(clause.parent);
    return parent ? [...above(parent), ...(labelled(parent) ? [own(parent)] : [])] : [];
  };
  return new Map(clauses.map((clause) => [clause.id, [...above(clause), own(clause)].join(" › ")]));
}

// The changes with their clauses and names; those that a reader looks for are numbered from 1.
function numbered(texts, changes) {
  const [olds, news] = sides.map((side) => new Map(texts[side].clauses.map((each) => [each.id, each])));
  const [oldNames, newNames] = sides.map((side) => called(texts[side].clauses));
  let count = 0;
  return changes.map((change) => {
    const event = change.kind === "same" && change.moved ? "moved" : change.kind;
    return {
      ...change,
      event,
      said: EVENTS[event] + (change.moved && event !== "moved" ? ", chuyển chỗ" : ""),
      number: event === "same" ? 0 : (count += 1),
      oldClause: olds.get(change.old[0]),
      newClause: news.get(change.new[0]),
      oldName: oldNames.get(change.old[0]),
      newName: newNames.get(change.new[0]),
    };
  });
}

// The words of a change with the marks of one side or of both, behind its label or labels.
function marked(change, marks) {
  const shown = (runs) => runs
    .filter(([op, text]) => text && (op === "=" || marks.includes(op)))
    .map(([op, text]) => (op === "=" ? text : make(op === "+" ? "ins" : "del", {}, text)));
  const [old, now] = [change.oldClause?.label ?? "", change.newClause?.label ?? ""];
  const label = shown(change.renumbered ? [["-", old], ["+", now]] : [["=", now || old]]);
  if (label.length > 1) label.splice(1, 0, " ");
  return [...(label.length ? [make("span", { class: "label" }, label), " "] : []), ...shown(change.words)];
}

function table(className, heads, rows) {
  const head = make("tr", {}, heads.map((text) => make("th", { scope: "col" }, text)));
  const made = make("table", { class: className }, make("thead", {}, head), make("tbody", {}, rows));
  return make("div", { class: "table-wrap" }, made);
}

function factsTable(texts) {
  const rows = Object.entries(FACTS).flatMap(([title, lines]) => {
    const [old, now] = sides.map((side) => lines(texts[side]).filter(Boolean));
    if (old.join("\n") === now.join("\n")) return [];
    const cell = (side, said) =>
      make("td", { class: side }, (said.length ? said : ["không có"]).map((line) => make("span", {}, line)));
    return [make("tr", {}, make("th", { scope: "row" }, title), cell("old", old), cell("new", now))];
  });
  if (!rows.length) return [];
  return [make("h2", { id: "du-kien" }, "Dữ kiện khác nhau"),
    table("redline facts-table", ["Dữ kiện", "Trước", "Sau"], rows)];
}

function changesTable(changes) {
  const rows = changes.filter((change) => change.number).map((change) => {
    const cell = (className, clause, mark) => {
      const said = clause ? marked(change, mark) : [];
      return make("td", { class: className }, clause?.kind === "heading" ? make("b", {}, said) : said);
    };
    const what = make("td", { class: `kind-${change.event}` }, change.said);
    if (change.moved && change.oldName !== change.newName) {
      what.append(make("small", {}, `từ ${change.oldName}`));
    }
    const link = make("a", { href: `#thay-doi-${change.number}` }, change.newName ?? change.oldName);
    return make("tr", { "data-kind": change.event }, make("th", { scope: "row" }, link), what,
      cell("old", change.oldClause, "-"), cell("new", change.newClause, "+"));
  });
  return table("redline words", ["Điều khoản", "Thay đổi", "Trước", "Sau"], rows);
}

// One clause in the text: what happened to it, then its words in line and, hidden, side by side.
function section(change, pages) {
  const { number, oldClause, newClause, oldName, newName } = change;
  const heading = (newClause ?? oldClause).kind === "heading" ? " heading" : "";
  const made = make("section", { class: `change change-${change.event}${heading}` });
  const what = make("p", { class: "what" });
  const link = (side, text) => make("a", { href: `${pages[side]}#${change[side][0]}` }, text);
  if (number) {
    made.id = `thay-doi-${number}`;
    made.tabIndex = -1;
    what.append(make("a", { class: "number", href: `#${made.id}` }, String(number)), ` ${capital(change.said)} · `);
  }
  what.append(newClause ? link("new", newName) : link("old", oldName));
  if (newClause && oldClause && oldName !== newName) what.append(" · trước là ", link("old", oldName));
  if (number || change.renumbered) made.append(what);
  made.append(make("p", { class: "both" }, marked(change, "-+")));
  if (number) {
    const side = (name, clause, mark, none) =>
      make("p", { class: name }, clause ? marked(change, mark) : make("i", {}, none));
    made.append(make("div", { class: "beside" },
      side("old", oldClause, "-", "chưa có"), side("new", newClause, "+", "không còn")));
  }
  return made;
}

// The filter of the table by kind.
function kindsForm(counts, total, rows) {
  const choice = (value, words, count) => {
    const input = make("input", { type: "radio", name: "loai", value });
    input.checked = !value;
    return make("label", {}, input, ` ${words} (${count})`);
  };
  const kinds = counts.filter(([event]) => event !== "same");
  const form = make("form", { class: "kinds", "aria-label": "Lọc theo loại thay đổi" },
    choice("", "Tất cả", total), kinds.map(([event, count]) => choice(event, EVENTS[event], count)));
  form.addEventListener("change", ({ target }) => {
    for (const row of rows) row.hidden = Boolean(target.value) && row.dataset.kind !== target.value;
  });
  return form;
}

// Above the text: its three views, and steps from change to change. `signal` ends them.
function readerBar(text, signal) {
  const views = make("div", { class: "views", role: "group", "aria-label": "Cách xem" });
  for (const [view, words] of Object.entries(VIEWS)) {
    const button = make("button", { type: "button", "aria-pressed": String(view === "inline") }, words);
    button.addEventListener("click", () => {
      text.dataset.view = view;
      for (const other of views.children) other.setAttribute("aria-pressed", String(other === button));
    });
    views.append(button);
  }
  const changes = all(".change[id]", text);
  const output = make("output", { "aria-live": "polite" }, `– / ${changes.length}`);
  let at = -1;
  const show = (place) => {
    at = place;
    output.textContent = `${at + 1} / ${changes.length}`;
    changes.forEach((change, k) => change.classList.toggle("here", k === at));
  };
  const step = (by) => {
    if (!changes.length) return;
    show((at + by + changes.length + (at < 0 && by < 0 ? 1 : 0)) % changes.length);
    history.replaceState(null, "", `${location.search}#${changes[at].id}`);
    changes[at].scrollIntoView({ block: "center" });
    changes[at].focus({ preventScroll: true });
  };
  const button = (by, sign, label) => {
    const made = make("button", { type: "button", "aria-label": label }, sign);
    made.addEventListener("click", () => step(by));
    return made;
  };
  const linked = () => {
    const place = changes.findIndex((change) => `#${change.id}` === location.hash);
    if (place >= 0) show(place);
    return changes[place];
  };
  addEventListener("hashchange", linked, { signal });
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || (event.key !== "n" && event.key !== "p")) return;
    if (event.target.closest?.("input:not([type=radio]), select, textarea")) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the theme goes to the next page on these keys
    step(event.key === "n" ? 1 : -1);
  }, { signal, capture: true });
  const steps = make("div", { class: "steps", role: "group", "aria-label": "Đi tới từng thay đổi" },
    button(-1, "‹", "Thay đổi trước (phím p)"), output, button(1, "›", "Thay đổi sau (phím n)"));
  return { bar: make("div", { class: "reader" }, views, steps), linked };
}

function start(root) {
  const one = (selector) => root.querySelector(selector);
  const here = (address) => new URL(root.dataset.up + address, location.href).href;
  const [form, problems, status, result, after] =
    [".pickers", ".problems", ".status", ".result", "[data-after]"].map(one);
  const pageTitle = document.title;
  const chosen = { old: null, new: null };
  const fetching = new Map(); // what was fetched, by address
  const offered = { old: [], new: [] }; // of each side the editions of its unit
  const picked = { old: null, new: null }; // and the unit, known before its editions are
  let units = new Map();
  let shown = new AbortController(); // ends what the comparison before listens to
  const other = (side) => (side === "old" ? "new" : "old");
  const address = () => query({ old: chosen.old?.id, new: chosen.new?.id });

  function problem(said, again) {
    const made = make("p", { class: "notice" }, ...said);
    if (again) {
      const button = make("button", { type: "button", class: "action" }, "Thử lại");
      button.addEventListener("click", () => { made.remove(); again(); });
      made.append(" ", button);
    }
    problems.append(made);
  }

  function once(address) {
    if (!fetching.has(address)) {
      const asked = fetched(here(address));
      asked.catch(() => fetching.delete(address)); // so that it can be tried again
      fetching.set(address, asked);
    }
    return fetching.get(address);
  }

  const text = (edition) => once(`${edition.address}agreement.json`);

  // The editions of a unit; those without a text are among them.
  async function editionsOf({ id, name, sample }) {
    const { editions } = await once(`don-vi/${id}/editions.json`);
    return editions.map((each) => ({ ...each, id: String(each.id), unit: name, sample, words: String(each.period) }));
  }

  const comparable = (rows) => rows.filter((each) => each.text === "full");
  const nearest = (rows, id) => {
    const letters = [...id.slice(0, LONGEST)];
    const like = new Map(rows.map((each) => [each, likeness([...each.id], letters)]));
    return [...rows].sort((x, y) => like.get(y) - like.get(x))[0];
  };

  const pickers = Object.fromEntries(sides.map((side) =>
    [side, unitPicker(one(`[data-side="${side}"] .pick`), (unit) => pick(side, unit))]));

  // What a side shows: its unit, the series and periods to choose from, and what is chosen.
  function fill(side) {
    const now = chosen[side];
    const put = (part, options, value) => {
      const select = one(`[data-side="${side}"] [data-part="${part}"]`);
      select.replaceChildren(...options);
      select.value = value ?? "";
      select.disabled = !options.length;
    };
    const options = (rows, key, words) => [...new Map(rows.map((each) => [key(each), words(each)]))]
      .map(([value, said]) => make("option", { value }, said));
    const rows = now ? offered[side] : [];
    const alike = rows.filter((each) => seriesOf(each) === seriesOf(now)).reverse();
    pickers[side].show(picked[side]);
    put("series", options(rows, seriesOf, (each) => each.series), now && seriesOf(now));
    put("period", options(alike, idOf, (each) => capital(each.words)), now && idOf(now));
  }

  // A unit or a series stands for its newest edition, but not for the one on the other side.
  function newest(side, rows) {
    const found = [...rows].reverse();
    const first = found.filter((each) => seriesOf(each) === seriesOf(found[0]));
    return first.find((each) => each.id !== chosen[other(side)]?.id) ?? first[0] ?? null;
  }

  async function pick(side, unit) {
    problems.replaceChildren();
    picked[side] = unit;
    chosen[side] = null;
    status.textContent = "Đang tải các bản của đơn vị …";
    fill(side);
    one("[data-swap]").disabled = result.hidden = after.hidden = true;
    const rows = await editionsOf(unit).catch(() => null);
    if (picked[side] !== unit) return; // another one was picked meanwhile
    if (!rows) {
      status.textContent = "";
      problem([`Không tải được các bản của ${unit.name}. ${TRY_AGAIN}`], () => pick(side, unit));
      return;
    }
    offered[side] = comparable(rows);
    chosen[side] = newest(side, offered[side]);
    chose();
  }

  function draw(both) {
    const idsDecide = seriesOf(chosen.old) === seriesOf(chosen.new);
    const changes = numbered(both, compareAgreements(both.old.clauses, both.new.clauses, idsDecide));
    const total = changes.filter((change) => change.number).length;
    const counts = Object.keys(EVENTS)
      .map((event) => [event, changes.filter((change) => change.event === event).length])
      .filter(([, count]) => count);
    const pages = { old: here(chosen.old.address), new: here(chosen.new.address) };
    const pair = sides.map((side) => [side === "new" ? " · " : "", `${SIDES[side]}: `,
      make("a", { href: pages[side] }, nameOf(chosen[side])), both[side].draft ? " (bản thảo)" : ""]).flat();
    const limits = make("p", { class: "notice limits", role: "note" }, LIMITS, idsDecide ? "" : TWO_SERIES);
    const built = chosen.new.built?.[chosen.old.id] ?? chosen.old.built?.[chosen.new.id];
    if (built) limits.append(" ", make("a", { href: here(built) }, "Mở trang so sánh dựng sẵn"), ", nơi có tìm cả hai.");
    const sample = make("p", { class: "notice sample-notice", role: "note" }, make("b", {}, "Dữ liệu mẫu."), SAMPLE);
    const changed = total ? changesTable(changes) : make("p", {}, "Không điều khoản nào khác.");
    const body = make("div", { class: "text words", "data-view": "inline" },
      changes.map((change) => section(change, pages)));
    shown.abort();
    shown = new AbortController();
    const { bar, linked } = readerBar(body, shown.signal);
    result.replaceChildren(
      ...(sides.some((side) => both[side].sample) ? [sample] : []),
      make("p", { class: "pair" }, pair), limits,
      make("ul", { class: "counts", "aria-label": "Số điều khoản theo loại thay đổi" },
        counts.map(([event, count]) => make("li", {}, make("b", {}, String(count)), ` ${EVENTS[event]}`))),
      ...factsTable(both),
      make("h2", { id: "bang-so-sanh" }, "Bảng so sánh"),
      ...(total ? [kindsForm(counts, total, all("tr[data-kind]", changed))] : []), changed,
      make("h2", { id: "toan-van" }, "Toàn văn với các chỗ thay đổi"), bar, body,
    );
    one("[data-link]").href = address();
    document.title = `${nameOf(chosen.old)} so với ${nameOf(chosen.new)} – ${pageTitle}`;
    result.hidden = after.hidden = false;
    status.textContent = total
      ? `Đã so sánh: ${counts.map(([event, count]) => `${count} ${EVENTS[event]}`).join(", ")}.`
      : "Không điều khoản nào khác.";
    linked()?.scrollIntoView({ block: "center" });
  }

  async function show() {
    const wanted = sides.map((side) => chosen[side]);
    sides.forEach(fill);
    one("[data-swap]").disabled = !wanted.some(Boolean);
    result.hidden = after.hidden = true;
    document.title = pageTitle;
    if (!wanted.every(Boolean)) {
      status.textContent = wanted.some(Boolean) ? "Hãy chọn bản còn lại." : "Hãy chọn hai bản.";
      return undefined;
    }
    status.textContent = "Đang tải hai bản …";
    const loaded = await Promise.allSettled(wanted.map(text));
    if (wanted.some((edition, k) => edition !== chosen[sides[k]])) return undefined; // another pair was picked
    const failed = wanted.filter((_, k) => loaded[k].status === "rejected").map(nameOf);
    if (!failed.length) return draw({ old: loaded[0].value, new: loaded[1].value });
    status.textContent = "";
    return problem([`Không tải được văn bản: ${[...new Set(failed)].join("; ")}. ${TRY_AGAIN}`], show);
  }

  function chose() {
    problems.replaceChildren();
    history.replaceState(null, "", address());
    show();
  }

  // What the address names on a side; where there is no such edition, the nearest one is offered.
  async function given(side, ids) {
    const id = ids[side];
    const unit = units.get(unitOf(id));
    const close = unit ?? nearest([...units.values()].filter((each) => each.texts), unitOf(id));
    const rows = close ? await editionsOf(close) : [];
    const edition = rows.find((each) => each.id === id);
    if (edition?.text === "full") {
      [picked[side], offered[side], chosen[side]] = [unit, comparable(rows), edition];
      return;
    }
    if (edition) {
      problem([`${nameOf(edition)}: kho chỉ có bài báo, không có điều khoản để so sánh.`]);
      return;
    }
    const near = nearest(comparable(rows), id);
    const link = near && make("a", { href: query({ ...ids, [side]: near.id }) }, nameOf(near));
    problem([`Kho không có bản “${id}”.`, ...(link ? [" Gần nhất: ", link, "."] : [])]);
  }

  async function load() {
    status.textContent = "Đang tải danh sách đơn vị …";
    const again = (said) => {
      status.textContent = "";
      problem([`${said} ${TRY_AGAIN}`], load);
    };
    try {
      const list = await once("don-vi/units.json");
      units = new Map(list.units.map(([id, name, , , sample, texts]) =>
        [String(id), { id: String(id), name: String(name), sample: Boolean(sample), texts }]));
    } catch {
      return again("Không tải được danh sách đơn vị.");
    }
    const order = new Intl.Collator("vi");
    const pickable = [...units.values()].filter((unit) => unit.texts)
      .sort((x, y) => x.sample - y.sample || order.compare(x.name, y.name));
    for (const side of sides) pickers[side].offer(pickable);
    const asked = new URLSearchParams(location.search);
    const ids = Object.fromEntries(sides.map((side) => [side, asked.get(side)?.replace(/\/+$/, "")]));
    try {
      await Promise.all(sides.filter((side) => ids[side]).map((side) => given(side, ids)));
    } catch {
      return again("Không tải được các bản của đơn vị.");
    }
    return show();
  }

  form.addEventListener("change", ({ target }) => {
    const { side } = target.closest("[data-side]").dataset;
    const { part } = target.dataset;
    const rows = offered[side];
    if (part === "series") chosen[side] = newest(side, rows.filter((each) => seriesOf(each) === target.value));
    if (part === "period") chosen[side] = rows.find((each) => each.id === target.value);
    if (part !== "unit") chose();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  one("[data-swap]").addEventListener("click", () => {
    for (const each of [picked, offered, chosen]) [each.old, each.new] = [each.new, each.old];
    chose();
  });
  one("[data-copy]").addEventListener("click", async ({ target }) => {
    const words = target.textContent;
    const done = await navigator.clipboard?.writeText(one("[data-link]").href).then(() => true, () => false);
    target.textContent = done ? "Đã chép" : "Không chép được";
    setTimeout(() => { target.textContent = words; }, 1600);
  });
  load();
}

const root = document.querySelector("[data-any]");
if (root) start(root);
