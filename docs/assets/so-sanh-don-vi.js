// Where a reader picks one of many units: a combobox that narrows its list while he types.
// Hides: keys, opening and closing, folding of accents, how many are shown at once.
// Refuses: a text that is no unit's name; the field then says again what is picked.
const SHOWN = 50; // the others are a few letters away
const folded = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

// `field` is the wrapped input with its list; `picked` is called with the unit that a reader takes.
// The result offers units (`id`, `name`, `sample`) and shows one, or none.
export function unitPicker(field, picked) {
  const input = field.querySelector("input");
  const panel = field.querySelector(".pick-panel");
  const list = panel.querySelector("ul");
  const said = panel.querySelector("p");
  let units = [];
  let now = null;
  let fitting = []; // what the open list shows
  let active = -1;

  const name = () => now?.name ?? "";
  const found = (text) => {
    const words = folded(text).split(/\s+/).filter(Boolean);
    return units.filter((unit) => words.every((word) => unit.folded.includes(word)));
  };

  function activate(place) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const option = list.children[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function close() {
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function open() {
    // The name of what is picked asks for nothing: all units are offered.
    const all = found(input.value === name() ? "" : input.value);
    fitting = all.slice(0, SHOWN);
    activate(-1);
    list.replaceChildren(...fitting.map((unit, place) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(unit.name);
      if (unit.sample) {
        const mark = document.createElement("span");
        mark.className = "sample-mark";
        mark.textContent = "dữ liệu mẫu";
        option.append(" ", mark);
      }
      return option;
    }));
    if (!all.length) said.textContent = "Không có đơn vị nào khớp.";
    else if (all.length > SHOWN) said.textContent = `${all.length} đơn vị, đang hiện ${SHOWN}; gõ thêm để thu hẹp.`;
    else said.textContent = `${all.length} đơn vị, mũi tên lên xuống để chọn.`;
    panel.hidden = false;
    input.setAttribute("aria-expanded", String(fitting.length > 0));
    if (all.length && input.value !== name() && input.value.trim()) activate(0);
  }

  function take(unit) {
    close();
    if (unit) input.value = unit.name;
    if (!unit || unit.id === now?.id) {
      input.value = name();
      return;
    }
    now = unit;
    picked(unit);
  }

  input.addEventListener("input", open);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => { if (panel.hidden) open(); });
  // A text that says which unit is meant is taken, any other is given up.
  input.addEventListener("blur", () => {
    if (input.value === name()) return close();
    const meant = found(input.value);
    return take(input.value.trim() && meant.length === 1 ? meant[0] : null);
  });
  input.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const closed = panel.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (closed) open();
      const count = fitting.length;
      const by = event.key === "ArrowDown" ? 1 : -1;
      if (count && !(closed && active >= 0)) activate(active < 0 && by < 0 ? count - 1 : (active + by + count) % count);
    } else if (event.key === "Enter" && !closed) {
      take(fitting[active] ?? null);
    } else if (event.key === "Escape" && !closed) {
      take(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  // Focus stays in the field, so that nothing is given up before the click arrives.
  panel.addEventListener("pointerdown", (event) => event.preventDefault());
  panel.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const place = [...list.children].indexOf(target.closest("li"));
    if (place >= 0) take(fitting[place]);
  });

  return {
    offer(offered) {
      units = offered.map((unit) => ({ ...unit, folded: folded(unit.name) }));
      input.disabled = !units.length;
    },
    show(unit) {
      now = unit;
      if (document.activeElement !== input || panel.hidden) input.value = name();
    },
  };
}
