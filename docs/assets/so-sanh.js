// The page where any two editions are picked and compared, in the reader's browser.
// Hides: which editions there are, how their texts are fetched, and the page made of a comparison;
// it is built as macros/templates/comparison.html is, so that both look alike.
// Refuses: to compare (compare.js does), and to write markup: texts go in as text.
import { compareAgreements, likeness } from "./compare.js";

const SIDES = ["old", "new"];
const SIDE_WORDS = { old: "Trước", new: "Sau" };
// As in macros/redline.py; a moved clause whose words stay is "moved".
const EVENTS = {
  same: "giữ nguyên", amended: "sửa", added: "thêm", removed: "bỏ", moved: "chuyển chỗ",
};
const FIELDS = {
  title: ["Tiêu đề", (text) => text.title],
  number: ["Số", (text) => [text.number?.printed]],
  place: ["Địa danh", (text) => [text.place?.printed]],
  date: ["Ngày", (text) => [text.date?.printed]],
  issued_by: ["Ban hành kèm", (text) => [text.issued_by?.printed]],
  supersedes: ["Thay thế", (text) => [text.supersedes?.printed]],
  signatories: ["Người ký", (text) => text.signatories.map((each) =>
    [each.capacity, each.title, each.name].filter(Boolean).join(" "))],
  recipients: ["Nơi nhận", (text) => text.recipients],
};
const VIEWS = { inline: "Trong dòng", beside: "Hai cột", changes: "Chỉ chỗ khác" };

const all = (selector, within) => [...within.querySelectorAll(selector)];
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const seriesOf = (id) => id.split("/").slice(0, 2).join("/");
const name = (edition) => `${edition.unit}, ${edition.words}`;

function make(tag, properties = {}, ...children) {
  const { data, ...own } = properties;
  const made = Object.assign(document.createElement(tag), own);
  Object.assign(made.dataset, data);
  made.append(...children.flat());
  return made;
}

// The address of a comparison; slashes stay readable.
function query(chosen) {
  const given = SIDES.filter((side) => chosen[side]);
  return `?${given.map((side) => `${side}=${encodeURI(chosen[side].id)}`).join("&")}`;
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// How a clause is called: the labels above it and its own, `II › 2 › a)`; where it has none, or one
// that many have (a dash), its first words.
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

// The runs of one side or of both. White space before a marked run stands outside the mark.
function marked(words, marks) {
  return words.filter(([op]) => op === "=" || marks.includes(op)).flatMap(([op, text]) => {
    const said = text.trimStart();
    if (op === "=" || !said) return [text];
    return [text.slice(0, text.length - said.length), make(op === "+" ? "ins" : "del", {}, said)];
  });
}

// Labels before the words: one where both sides have the same, else the old and the new.
function labels(change, marks) {
  const [old, now] = [change.was?.label ?? "", change.is?.label ?? ""];
  const one = !change.was || !change.is || old === now;
  const shown = one ? [now || old]
    : [marks.includes("-") && old && make("del", {}, old), marks.includes("+") && now && make("ins", {}, now)];
  const parts = shown.filter(Boolean);
  const gaps = parts.flatMap((part, k) => (k ? [" ", part] : [part]));
  return parts.length ? [make("span", { className: "label" }, gaps), " "] : [];
}

const written = (change, marks) => [...labels(change, marks), ...marked(change.words, marks)];

// The changes with their clauses and names; those that a reader looks for are numbered from 1.
function numbered(texts, changes) {
  const byId = SIDES.map((side) => new Map(texts[side].clauses.map((clause) => [clause.id, clause])));
  const names = SIDES.map((side) => called(texts[side].clauses));
  let count = 0;
  return changes.map((change) => {
    const event = change.kind === "same" && change.moved ? "moved" : change.kind;
    return {
      ...change,
      event,
      number: event === "same" ? 0 : (count += 1),
      was: byId[0].get(change.old[0]),
      is: byId[1].get(change.new[0]),
      oldName: names[0].get(change.old[0]),
      newName: names[1].get(change.new[0]),
      said: EVENTS[event] + (change.moved && event !== "moved" ? ", chuyển chỗ" : ""),
    };
  });
}

function table(className, heads, rows) {
  const head = make("tr", {}, heads.map((text) => make("th", { scope: "col" }, text)));
  const made = make("table", { className }, make("thead", {}, head), make("tbody", {}, rows));
  return make("div", { className: "table-wrap" }, made);
}

function factsTable(texts) {
  const rows = Object.values(FIELDS).flatMap(([title, lines]) => {
    const [old, now] = SIDES.map((side) => lines(texts[side]).filter(Boolean));
    if (old.join("\n") === now.join("\n")) return [];
    const cell = (className, said) =>
      make("td", { className }, (said.length ? said : ["không có"]).map((line) => make("span", {}, line)));
    return [make("tr", {}, make("th", { scope: "row" }, title), cell("old", old), cell("new", now))];
  });
  if (!rows.length) return [];
  const heads = ["Dữ kiện", "Trước", "Sau"];
  return [make("h2", { id: "du-kien" }, "Dữ kiện khác nhau"), table("redline facts-table", heads, rows)];
}

function changesTable(changes) {
  const rows = changes.filter((change) => change.number).map((change) => {
    const side = (className, clause, mark) => {
      const said = clause ? written(change, mark) : [];
      return make("td", { className }, clause?.kind === "heading" ? make("b", {}, said) : said);
    };
    const what = make("td", { className: `kind-${change.event}` }, change.said);
    if (change.moved && change.oldName !== change.newName) {
      what.append(make("small", {}, `từ ${change.oldName}`));
    }
    const link = make("a", { href: `#thay-doi-${change.number}` }, change.newName ?? change.oldName);
    return make("tr", { data: { kind: change.event } },
      make("th", { scope: "row" }, link), what, side("old", change.was, "-"), side("new", change.is, "+"));
  });
  return table("redline words", ["Điều khoản", "Thay đổi", "Trước", "Sau"], rows);
}

// One clause in the text: what happened to it, then its words in line and, hidden, side by side.
function section(change, pages) {
  const heading = (change.is ?? change.was).kind === "heading" ? " heading" : "";
  const made = make("section", { className: `change change-${change.event}${heading}` });
  const what = make("p", { className: "what" });
  const to = (side, text) => make("a", { href: `${pages[side]}#${change[side][0]}` }, text);
  if (change.number) {
    Object.assign(made, { id: `thay-doi-${change.number}`, tabIndex: -1 });
    const number = make("a", { className: "number", href: `#${made.id}` }, String(change.number));
    what.append(number, ` ${capital(change.said)} · `);
  }
  what.append(change.is ? to("new", change.newName) : to("old", change.oldName));
  if (change.was && change.is && change.oldName !== change.newName) {
    what.append(" · trước là ", to("old", change.oldName));
  }
  made.append(what, make("p", { className: "both" }, written(change, "-+")));
  if (change.number) {
    const side = (className, clause, mark, none) =>
      make("p", { className }, clause ? written(change, mark) : make("i", {}, none));
    made.append(make("div", { className: "beside" },
      side("old", change.was, "-", "chưa có"), side("new", change.is, "+", "không còn")));
  }
  return made;
}

// Buttons above the text: the three views of it, and steps from change to change.
function readerBar(text, result) {
  const views = make("div", { className: "views", role: "group", ariaLabel: "Cách xem" });
  for (const [view, words] of Object.entries(VIEWS)) {
    const button = make("button", { type: "button", ariaPressed: String(view === "inline") }, words);
    button.addEventListener("click", () => {
      text.dataset.view = view;
      for (const other of views.children) other.ariaPressed = String(other === button);
    });
    views.append(button);
  }
  const changes = all(".change[id]", text);
  const output = make("output", { ariaLive: "polite" }, `– / ${changes.length}`);
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
  const button = (by, sign, ariaLabel) => {
    const made = make("button", { type: "button", ariaLabel }, sign);
    made.addEventListener("click", () => step(by));
    return made;
  };
  const steps = make("div", { className: "steps", role: "group", ariaLabel: "Đi tới từng thay đổi" },
    button(-1, "‹", "Thay đổi trước (phím p)"), output, button(1, "›", "Thay đổi sau (phím n)"));
  const linked = () => {
    const place = changes.findIndex((change) => `#${change.id}` === location.hash);
    if (place >= 0) show(place);
    return place >= 0 ? changes[place] : null;
  };
  // These serve the comparison that is shown, and no longer.
  const { signal } = (readerBar.served = (readerBar.served?.abort(), new AbortController()));
  addEventListener("hashchange", linked, { signal });
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !"np".includes(event.key)) return;
    if (event.target.closest?.("input:not([type=radio]), select, textarea")) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the theme goes to the next page on these keys
    step(event.key === "n" ? 1 : -1);
  }, { signal, capture: true });
  return { bar: make("div", { className: "reader" }, views, steps), linked };
}

// The filter of the table by kind.
function kindsForm(counts, total, rows) {
  const choice = (value, words, count) => make("label", {},
    make("input", { type: "radio", name: "loai", value, checked: !value }), ` ${words} (${count})`);
  const kinds = counts.filter(([event]) => event !== "same");
  const form = make("form", { className: "kinds", ariaLabel: "Lọc theo loại thay đổi" },
    choice("", "Tất cả", total), kinds.map(([event, count]) => choice(event, EVENTS[event], count)));
  form.addEventListener("change", (event) => {
    for (const row of rows) row.hidden = Boolean(event.target.value) && row.dataset.kind !== event.target.value;
  });
  return form;
}

function sentence(counts, total) {
  if (!total) return "Không điều khoản nào khác.";
  return `Đã so sánh: ${counts.map(([event, count]) => `${count} ${EVENTS[event]}`).join(", ")}.`;
}

function notes(chosen, texts, built) {
  const note = (className, ...said) => make("p", { className, role: "note" }, ...said);
  const found = [];
  if (SIDES.some((side) => chosen[side].sample || texts[side].sample)) {
    found.push(note("notice sample-notice", make("b", {}, "Dữ liệu mẫu."),
      " Đơn vị, người và văn bản mẫu do trang web đặt ra để minh họa, không có thật."));
  }
  const limits = ["Tính ngay trong trình duyệt: chỗ ", make("b", {}, "tách"), " và ", make("b", {}, "gộp"),
    " không được tìm; một khoản tách làm hai hiện là sửa và thêm, hai khoản gộp làm một hiện là sửa và bỏ."];
  if (built) limits.push(" ", make("a", { href: built }, "Mở trang so sánh dựng sẵn"), ", nơi có tìm cả hai.");
  if (seriesOf(chosen.old.id) !== seriesOf(chosen.new.id)) {
    limits.push(" Hai bản thuộc hai bộ quy chế, nên điều khoản được ghép theo lời và vị trí.");
  }
  return [...found, note("notice limits", ...limits)];
}

function start(root) {
  const one = (selector) => root.querySelector(selector);
  const here = (address) => new URL(root.dataset.up + address, location.href).href;
  const [form, problems, status, result] = [".pickers", ".problems", ".status", ".result"].map(one);
  const pageTitle = document.title;
  const chosen = { old: null, new: null };
  const texts = new Map(); // what was fetched, by address
  let editions = [];
  let turn = 0; // only the last comparison that was asked for is shown

  const text = (edition) => {
    const { address } = edition;
    if (!texts.has(address)) {
      const asked = fetched(here(`${address}agreement.json`));
      asked.catch(() => texts.delete(address)); // so that it can be tried again
      texts.set(address, asked);
    }
    return texts.get(address);
  };

  function problem(said, again) {
    const button = make("button", { type: "button", className: "action" }, "Thử lại");
    button.addEventListener("click", () => { problems.replaceChildren(); again(); });
    problems.append(make("p", { className: "notice" }, said, ...(again ? [" ", button] : [])));
  }

  const picker = (side, part) => one(`[data-side="${side}"] [data-part="${part}"]`);

  // Fill the three lists of a side: what can be chosen, and what is.
  function fill(side) {
    const now = chosen[side];
    const among = now ? editions.filter((each) => seriesOf(each.id) === seriesOf(now.id)) : [];
    const ofUnit = now ? editions.filter((each) => each.unit === now.unit) : [];
    const put = (part, options, value) => {
      const select = picker(side, part);
      select.replaceChildren(...options);
      select.value = value;
      select.disabled = !options.length;
    };
    const option = (value, words) => make("option", { value }, words);
    const units = (sample) =>
      [...new Set(editions.filter((each) => Boolean(each.sample) === sample).map((each) => each.unit))]
        .sort((x, y) => x.localeCompare(y, "vi")).map((unit) => option(unit, unit));
    const samples = units(true);
    put("unit", [
      ...(now ? [] : [option("", "– chọn đơn vị –")]), ...units(false),
      ...(samples.length ? [make("optgroup", { label: "Dữ liệu mẫu" }, samples)] : []),
    ], now?.unit ?? "");
    const series = new Map(ofUnit.map((each) => [seriesOf(each.id), each.series]));
    put("series", [...series].map(([id, words]) => option(id, words)), now ? seriesOf(now.id) : "");
    put("period", among.toReversed().map((each) => option(each.id, capital(each.words))), now?.id ?? "");
    one("[data-swap]").disabled = !SIDES.some((each) => chosen[each]);
  }

  // What a picked unit or series stands for: its newest edition, but not the one on the other side.
  function pick(side, fits) {
    const other = chosen[side === "old" ? "new" : "old"];
    const found = editions.filter(fits).reverse();
    const ofSeries = found.filter((each) => seriesOf(each.id) === seriesOf(found[0].id));
    return ofSeries.find((each) => each !== other) ?? found[0];
  }

  async function show() {
    const own = (turn += 1);
    result.hidden = one("[data-for-result]").hidden = true;
    document.title = pageTitle;
    if (!SIDES.every((side) => chosen[side])) {
      status.textContent = "Hãy chọn cả hai bản.";
      return;
    }
    status.textContent = "Đang tải hai bản …";
    const loaded = await Promise.allSettled(SIDES.map((side) => text(chosen[side])));
    if (own !== turn) return;
    problems.replaceChildren();
    const failed = SIDES.filter((_, k) => loaded[k].status === "rejected");
    if (failed.length) {
      status.textContent = "";
      const which = [...new Set(failed.map((side) => name(chosen[side])))].join("; ");
      problem(`Không tải được văn bản: ${which}. Kiểm tra đường truyền rồi thử lại.`, show);
      return;
    }
    draw({ old: loaded[0].value, new: loaded[1].value });
  }

  function draw(both) {
    const idsDecide = seriesOf(chosen.old.id) === seriesOf(chosen.new.id);
    const changes = numbered(both, compareAgreements(both.old.clauses, both.new.clauses, idsDecide));
    const counts = Object.keys(EVENTS)
      .map((event) => [event, changes.filter((change) => change.event === event).length])
      .filter(([, count]) => count);
    const total = changes.filter((change) => change.number).length;
    const pages = Object.fromEntries(SIDES.map((side) => [side, here(chosen[side].address)]));
    const built = chosen.new.built?.[chosen.old.id] ?? chosen.old.built?.[chosen.new.id];
    const pair = SIDES.flatMap((side, k) => [
      `${k ? " · " : ""}${SIDE_WORDS[side]}: `, make("a", { href: pages[side] }, name(chosen[side])),
      both[side].draft ? " (bản thảo)" : "",
    ]);
    const body = make("div", { className: "text words", data: { view: "inline" } },
      changes.map((change) => section(change, pages)));
    const { bar, linked } = readerBar(body, result);
    const changed = total ? changesTable(changes) : make("p", {}, "Không điều khoản nào khác.");
    result.replaceChildren(
      make("p", { className: "pair" }, pair),
      ...notes(chosen, both, built && here(built)),
      make("ul", { className: "counts", ariaLabel: "Số điều khoản theo loại thay đổi" },
        counts.map(([event, count]) => make("li", {}, make("b", {}, String(count)), ` ${EVENTS[event]}`))),
      ...factsTable(both),
      make("h2", { id: "bang-so-sanh" }, "Bảng so sánh"),
      ...(total ? [kindsForm(counts, total, all("tr[data-kind]", changed))] : []),
      changed,
      make("h2", { id: "toan-van" }, "Toàn văn với các chỗ thay đổi"), bar, body,
    );
    one("[data-link]").href = new URL(query(chosen), location.href).href;
    status.textContent = sentence(counts, total);
    document.title = `${name(chosen.old)} so với ${name(chosen.new)} – ${pageTitle}`;
    result.hidden = one("[data-for-result]").hidden = false;
    linked()?.scrollIntoView({ block: "center" });
  }

  function chose() {
    SIDES.forEach(fill);
    problems.replaceChildren();
    history.replaceState(null, "", query(chosen));
    show();
  }

  form.addEventListener("change", (event) => {
    const { side } = event.target.closest("[data-side]").dataset;
    const { part } = event.target.dataset;
    const { value } = event.target;
    const of = { unit: (each) => each.unit, series: (each) => seriesOf(each.id), period: (each) => each.id };
    chosen[side] = pick(side, (each) => of[part](each) === value);
    chose();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  one("[data-swap]").addEventListener("click", () => {
    [chosen.old, chosen.new] = [chosen.new, chosen.old];
    chose();
  });
  one("[data-copy]").addEventListener("click", async ({ target }) => {
    const words = target.textContent;
    const done = await navigator.clipboard?.writeText(one("[data-link]").href).then(() => true, () => false);
    target.textContent = done ? "Đã chép" : "Không chép được";
    setTimeout(() => { target.textContent = words; }, 1600);
  });

  // What the address names, or why not and what is nearest to it.
  function given(rows) {
    const asked = new URLSearchParams(location.search);
    for (const side of SIDES) {
      const id = asked.get(side)?.replace(/\/+$/, "");
      chosen[side] = editions.find((each) => each.id === id) ?? null;
      if (!id || chosen[side]) continue;
      const report = rows.some((each) => each.id === id);
      const said = [report ? `Bản “${id}” chỉ có bài báo, không có điều khoản để so sánh.`
        : `Kho không có bản “${id}”.`];
      const like = (edition) => likeness([...edition.id], [...id]);
      const [nearest] = [...editions].sort((x, y) => like(y) - like(x));
      if (nearest) {
        const other = side === "old" ? "new" : "old";
        const kept = { [side]: nearest, [other]: { id: asked.get(other) } };
        if (!asked.get(other)) delete kept[other];
        said.push(" Gần nhất: ", make("a", { href: query(kept) }, name(nearest)), ".");
      }
      problem(said.length ? make("span", {}, said) : said);
    }
  }

  async function load() {
    status.textContent = "Đang tải danh sách các bản …";
    let rows;
    try {
      rows = await fetched(here("so-sanh/danh-sach.json"));
    } catch {
      status.textContent = "";
      problem("Không tải được danh sách các bản. Kiểm tra đường truyền rồi thử lại.", load);
      return;
    }
    editions = rows.filter((each) => each.text === "full");
    given(rows);
    SIDES.forEach(fill);
    const asked = problems.firstChild;
    await show();
    if (asked && !problems.contains(asked)) problems.prepend(asked);
  }

  load();
}

const root = document.querySelector("[data-any]");
if (root) start(root);
