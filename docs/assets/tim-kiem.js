// The search box of every page: a combobox that shows what is found while the reader types.
// Hides: keys, opening and closing, which answer is the newest. What a result looks like is in
// tim-ket-qua.js, which is fetched with the engine when the reader goes to the box, not before.
const form = document.querySelector("form.find");
const input = form.querySelector(".find-input");
const panel = form.querySelector(".find-panel");
const said = form.querySelector(".find-said");
const live = form.querySelector(".find-live");
const list = form.querySelector("[role=listbox]");
const after = form.querySelector(".find-after");
const clear = form.querySelector(".find-clear");
const opener = document.querySelector(".find-open");
const SHOWN = 8;
const PAUSE = 60; // ms without a key before a search
const SILENCE = 500; // and before it is read aloud, so that no key is talked over
const HOW = "Gõ tên đơn vị, lời trong điều khoản, số hiệu; có dấu hay không đều được.";

let asked = 0; // the number of the newest question; older answers are dropped
let timer = 0;
let telling = 0;
let active = -1;
let modules = null;

// All that a search begins with is asked for at once, and not each by the one before: over a slow
// line that is three ways there and back.
function results() {
  if (!modules) {
    const contents = fetch(new URL("../tim/muc-luc.json", form.action), { cache: "no-cache" });
    const own = modules = Promise.all([import("./tim-ket-qua.js"), import("./tim.js")]).then(([found]) => {
      // Where the line broke meanwhile another start may be under way.
      if (modules === own) found.ready(contents).catch(failed);
      return found;
    });
    const failed = () => { if (modules === own) modules = null; };
    for (const each of [contents, own]) each.catch(failed);
  }
  return modules;
}
const options = () => [...list.children];
const onPhone = () => getComputedStyle(opener).display !== "none";

// What makes it a combobox is true only with this script.
input.setAttribute("role", "combobox");
input.setAttribute("aria-autocomplete", "list");
input.setAttribute("aria-controls", list.id);
input.setAttribute("aria-expanded", "false");

function show() {
  panel.hidden = !input.value.trim() && !form.classList.contains("open");
  input.setAttribute("aria-expanded", String(!panel.hidden && list.children.length > 0));
}

function activate(place) {
  options()[active]?.setAttribute("aria-selected", "false");
  active = place;
  const option = options()[active];
  if (!option) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function draw(words, items, rest) {
  said.textContent = words;
  clearTimeout(telling);
  telling = setTimeout(() => {
    live.textContent = items.length ? `${words}, mũi tên lên xuống để chọn` : words;
  }, SILENCE);
  list.replaceChildren(...items);
  after.replaceChildren(...rest);
  activate(-1);
  show();
}

async function ask() {
  const number = (asked += 1);
  const query = input.value.trim();
  clear.hidden = !input.value;
  if (!query) {
    draw(HOW, [], []);
    return;
  }
  try {
    const { base, find, drawn, advice, counted, make } = await results();
    const found = await find(query, { limit: SHOWN });
    if (number !== asked) return;
    const all = `${base}tim-kiem/?${new URLSearchParams({ q: query })}`;
    const items = found.groups.map((group, place) => drawn(group, `__tim-${place}`));
    if (!items.length) {
      draw(`Không có kết quả cho “${query}”.`, [], [advice(query)]);
      return;
    }
    const more = make("a", { class: "find-all", href: all }, `Mở trang kết quả: xem tất cả, lọc theo đơn vị, kỳ`);
    draw(counted(found), items, [more]);
  } catch (failed) {
    if (number !== asked) return;
    modules = null;
    draw("Không mở được tìm kiếm. Kiểm tra đường truyền rồi tải lại trang.", [], []);
    console.info(failed);
  }
}

function open() {
  form.classList.toggle("open", onPhone());
  input.focus();
  input.select();
  if (input.value.trim()) ask();
  else draw(HOW, [], []);
}

function close() {
  clearTimeout(timer);
  clearTimeout(telling);
  live.textContent = "";
  asked += 1;
  form.classList.remove("open");
  panel.hidden = true;
  input.setAttribute("aria-expanded", "false");
  activate(-1);
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});
input.addEventListener("focus", () => {
  results();
  if (panel.hidden && input.value.trim()) ask();
});
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // the key belongs to the letter being written
  const count = list.children.length;
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
    event.preventDefault();
    if (panel.hidden) show();
    // One place more than there are options: the box itself, where nothing is chosen.
    const step = event.key === "ArrowDown" ? 1 : -1;
    activate(((active + 1 + step + count + 1) % (count + 1)) - 1);
  } else if (event.key === "Enter" && active >= 0 && !panel.hidden) {
    event.preventDefault();
    options()[active].click();
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (!panel.hidden) {
      const phone = form.classList.contains("open");
      close();
      if (phone) opener.focus();
    } else if (input.value) {
      form.reset();
    } else {
      input.blur();
    }
  }
});
form.addEventListener("reset", () => setTimeout(() => {
  input.focus();
  ask();
}));
form.addEventListener("submit", (event) => {
  if (!input.value.trim()) event.preventDefault();
});
form.addEventListener("focusout", (event) => {
  if (!form.classList.contains("open") && !form.contains(event.relatedTarget)) close();
});
// A press on what can't be focused would take the focus out of the box and close it.
panel.addEventListener("mousedown", (event) => {
  if (!event.target.closest("a, button")) event.preventDefault();
});
panel.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // The same page, another clause: the browser only moves, so the box has to go.
  if (link.pathname === location.pathname) setTimeout(close);
});
form.querySelector(".find-close").addEventListener("click", () => {
  close();
  opener.focus();
});
for (const link of document.querySelectorAll("[data-find]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}

// Going back from a result must not bring the open box back.
addEventListener("pagehide", close);

const ownPage = document.querySelector("[data-search]");
addEventListener("keydown", (event) => {
  const writing = event.target.closest?.("input, select, textarea, [contenteditable]");
  const slash = event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey;
  const letter = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!slash && !letter) return;
  event.preventDefault();
  const own = ownPage?.querySelector("input[name=q]");
  if (own) own.select();
  else open();
});

if (ownPage) {
  // The page has what was asked in its address: what the search begins with is under way before.
  const engine = location.search ? results().catch(() => {}) : null;
  Promise.all([import("./tim-trang.js"), engine]).then(([page]) => page.start());
}
if (new URLSearchParams(location.search).has("tim")) import("./tim-dau.js");
