// The page tim-kiem/: one search with its facets, all of it in the address.
// Hides: how facets, address and results hang together. Refuses: to search, rank or count.
import { advice, counted, find, listed, make } from "./tim-ket-qua.js";

const root = document.querySelector("[data-search]");
const one = (selector) => root.querySelector(selector);
const [form, facets, list, status, after] =
  ["form", ".facet-list", ".hits", ".status", ".after"].map(one);
const input = form.elements.q;
const title = document.title;
const SHOWN = 20;
const PAUSE = 120;
const FEW = 8; // values of a facet that stand open
const MOST = 100; // values of a facet that are listed at all
// In the address, in the engine, for the reader.
const FACETS = [
  ["loai", "type", "Loại đơn vị"],
  ["don-vi", "unit", "Đơn vị"],
  ["ben", "counterpart", "Bên phối hợp"],
  ["ky", "period", "Kỳ"],
  ["tinh-trang", "status", "Tình trạng"],
];
const CLEAR = "Bỏ mọi điều kiện lọc";

let asked = 0;
let timer = 0;
let chosen = new Map(); // by name in the address the chosen values
let opened = new Set(); // facets whose further values are shown

const picked = () => [...chosen.values()].some((values) => values.length);

function read() {
  const given = new URLSearchParams(location.search);
  input.value = given.get("q") ?? "";
  chosen = new Map(FACETS.map(([name]) => [name, [...new Set(given.getAll(name).filter(Boolean))]]));
}

function address() {
  const query = new URLSearchParams();
  if (input.value.trim()) query.set("q", input.value.trim());
  for (const [name, values] of chosen) for (const value of values) query.append(name, value);
  const text = query.toString();
  return text ? `?${text}` : location.pathname;
}

function choice(name, { value, label, count }) {
  const box = make("input", { type: "checkbox", name, value });
  box.checked = chosen.get(name).includes(value);
  return make("label", {}, box, " ", make("span", {}, label), " ", make("small", {}, count.toLocaleString("vi")));
}

function facet([name, key, words], counts) {
  const own = chosen.get(name);
  const known = counts[key] ?? [];
  // A chosen value stays in sight where nothing is left of it.
  const lost = own.filter((value) => !known.some((each) => each.value === value));
  const rows = [...lost.map((value) => ({ value, label: value, count: 0 })), ...known];
  if (rows.length < 2 && !own.length) return [];
  const first = rows.filter((each, place) => place < FEW || own.includes(each.value));
  const rest = rows.filter((each) => !first.includes(each)).slice(0, MOST);
  const made = make("fieldset", {}, make("legend", {}, words), first.map((each) => choice(name, each)));
  if (rest.length) {
    const further = make("details", { open: opened.has(name) }, make("summary", {}, `Còn ${rows.length - first.length} nữa`),
      rest.map((each) => choice(name, each)));
    further.addEventListener("toggle", () => opened[further.open ? "add" : "delete"](name));
    if (rows.length > first.length + rest.length) {
      further.append(make("p", { class: "quiet" }, "Gõ thêm chữ vào ô tìm để thu hẹp."));
    }
    made.append(further);
  }
  return [made];
}

// Draw the facets anew without taking the focus from the box that was just ticked.
function drawFacets(counts) {
  const at = document.activeElement;
  const held = facets.contains(at) && at.type === "checkbox" ? [at.name, at.value] : null;
  facets.replaceChildren(...FACETS.flatMap((each) => facet(each, counts)));
  if (picked()) {
    const button = make("button", { type: "button", class: "action" }, CLEAR);
    button.addEventListener("click", () => {
      for (const [name] of FACETS) chosen.set(name, []);
      changed();
      input.focus();
    });
    facets.append(button);
  }
  if (held) {
    [...facets.querySelectorAll("input")].find((box) => box.name === held[0] && box.value === held[1])?.focus();
  }
  const number = [...chosen.values()].flat().length;
  one(".facets > summary").textContent = number ? `Lọc (${number} điều kiện)` : "Lọc";
}

// The years of a result, one of the chosen periods in front.
function asChosen(years) {
  const front = years.find((year) => chosen.get("ky").includes(year.period)) ?? years[0];
  return [front, ...years.filter((year) => year !== front)];
}

async function show(offset = 0) {
  const number = (asked += 1);
  const query = input.value.trim();
  document.title = query ? `“${query}” – ${title}` : title;
  if (!query && !picked()) {
    status.textContent = "Gõ tên đơn vị, lời trong điều khoản, số hiệu; có dấu hay không đều được.";
    list.replaceChildren();
    after.replaceChildren();
    facets.replaceChildren();
    one(".facets").hidden = true;
    return;
  }
  const filters = Object.fromEntries(FACETS.map(([name, key]) => [key, chosen.get(name)]));
  let found;
  try {
    found = await find(query, { filters, limit: SHOWN, offset });
  } catch (failed) {
    if (number === asked) status.textContent = "Không mở được tìm kiếm. Kiểm tra đường truyền rồi tải lại trang.";
    console.info(failed);
    return;
  }
  if (number !== asked) return;
  const rows = found.groups.map((group) => listed({ ...group, years: asChosen(group.years) }));
  if (offset) {
    list.append(...rows);
    rows[0]?.querySelector("a").focus();
  } else {
    list.replaceChildren(...rows);
  }
  one(".facets").hidden = !found.total && !picked();
  drawFacets(found.facets ?? {});
  const reached = offset + rows.length;
  status.textContent = found.total ? counted(found) : `Không có kết quả cho “${query}”.`;
  after.replaceChildren();
  if (!found.total) after.append(advice(query, picked()));
  if (rows.length && reached < found.total) {
    const more = make("button", { type: "button", class: "action" }, `Xem thêm (${(found.total - reached).toLocaleString("vi")})`);
    more.addEventListener("click", () => show(reached));
    after.append(more);
  }
}

// `typing`: letters do not each become a step of the way back.
function changed(typing = false) {
  clearTimeout(timer);
  history[typing ? "replaceState" : "pushState"](null, "", address());
  show();
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(changed, PAUSE, true);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  changed(true);
});
facets.addEventListener("change", ({ target }) => {
  const own = chosen.get(target.name).filter((value) => value !== target.value);
  chosen.set(target.name, target.checked ? [...own, target.value] : own);
  changed();
});
addEventListener("popstate", () => {
  read();
  show();
});

const wide = matchMedia("(min-width:60em)");
const unfold = () => { one(".facets").open = wide.matches; };
wide.addEventListener("change", unfold);
unfold();
read();
if (!input.value && wide.matches) input.focus();
export const start = show;
