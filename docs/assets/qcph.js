// What the page does in the reader's browser. Without it everything can still be read and linked to.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const today = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  // The element that the address names; none where the name can't be read.
  const named = () => {
    try {
      return location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    } catch {
      return null;
    }
  };
  // A list of [day, …] in order: the last one whose day has come.
  const reached = (json) => (json ? JSON.parse(json).filter(([day]) => day <= today).pop() : null);

  function states(root) {
    for (const badge of all("[data-timeline]", root)) {
      const entry = reached(badge.dataset.timeline);
      if (!entry) continue;
      const [, standing, words, reason] = entry;
      badge.className = `state state-${standing}`;
      badge.dataset.state = standing;
      badge.textContent = words;
      const said = badge.parentElement.querySelector(".reason");
      if (said) said.textContent = reason;
    }
    for (const moved of all("[data-moves]", root)) {
      const entry = reached(moved.dataset.moves);
      if (!entry) continue;
      moved.querySelector("a").href = entry[1];
      moved.hidden = false;
    }
    for (const sentence of all("[data-later]", root)) {
      const entry = reached(sentence.dataset.later);
      if (entry) sentence.textContent = entry[1];
    }
  }

  function redirect() {
    const target = document.querySelector("[data-redirect]");
    if (target) location.replace(target.dataset.redirect + location.hash);
  }

  // One toolbar for all clauses: it comes to the clause that is pointed at, focused or linked to.
  function clauseTools() {
    const agreement = document.querySelector(".agreement");
    if (!agreement || !document.querySelector(".clause")) return;
    const tools = document.createElement("div");
    tools.className = "clause-tools";
    const canonical = new URL(agreement.dataset.own, location.href);
    let clause = null;
    const button = (words, text) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = words;
      made.addEventListener("click", async () => {
        const done = await copy(text());
        made.textContent = done ? "Đã chép" : "Không chép được";
        setTimeout(() => { made.textContent = words; }, 1600);
      });
      return made;
    };
    const link = () => `${canonical.href}#${clause.id}`;
    tools.append(
      button("Chép liên kết", link),
      button("Chép trích dẫn", () => `${clause.dataset.cite}, ${agreement.dataset.citedAs} (${link()})`),
    );
    tools.setAttribute("role", "group");
    const show = (found) => {
      if (!found || found === clause) return;
      clause = found;
      tools.setAttribute("aria-label", `Chép ${clause.dataset.cite}`);
      clause.append(tools);
    };
    const of = (event) => event.target.closest?.(".clause");
    agreement.addEventListener("mouseover", (event) => {
      if (matchMedia("(hover: hover)").matches && !tools.contains(document.activeElement)) show(of(event));
    });
    agreement.addEventListener("focusin", (event) => show(of(event)));
    agreement.addEventListener("click", (event) => {
      if (event.target.closest(".anchor")) show(of(event));
    });
    const linked = () => {
      show(named()?.closest(".clause"));
    };
    addEventListener("hashchange", linked);
    linked();
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      field.className = "md-clipboard-field";
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  }

  function printing() {
    for (const button of all("[data-print]")) button.addEventListener("click", () => print());
    const foot = document.querySelector(".print-foot");
    if (!foot) return;
    const address = new URL(document.querySelector(".agreement").dataset.own, location.href).href;
    const day = `in ngày ${two(now.getDate())}/${two(now.getMonth() + 1)}/${now.getFullYear()}`;
    foot.textContent = `${address} · ${foot.dataset.version} · ${day}`;
    // Where the browser has page margin boxes the foot stands on every page, else at the end.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("@page { @bottom-center { content: 'x' } }");
    if (!sheet.cssRules[0]?.cssRules?.length) return;
    const root = document.documentElement;
    root.style.setProperty("--qc-foot", JSON.stringify(foot.textContent));
    root.classList.add("page-foot");
  }

  const plain = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

  const SHOWN = 100; // of a long list at a time

  // What a filter asks of a unit, from its card or from the list of all units.
  function fromCard(card) {
    const { name, type, region, counterpart } = card.dataset;
    const state = card.querySelector(".state").dataset.state;
    return { name: plain(name), type, region, counterpart, state, card: () => card };
  }

  // All series of the units in units.json: what a filter asks, and the card, made when it is shown.
  function fromList(list, root, form) {
    const up = root.dataset.up;
    const worded = (name) => new Map([...form.elements[name].options].map((each) => [each.value, each.text]));
    const [typeWords, stateWords] = [worded("loai"), worded("tinh-trang")];
    const blank = root.querySelector("template").content.firstElementChild;
    return list.units.flatMap(([id, name, type, region, sample, , ...series]) =>
      (sample ? [] : series).map(([key, side, called, period, title, states]) => {
        let [state, ...later] = list.states[states];
        for (; later.length && later[0] <= today; later = later.slice(2)) state = later[1];
        const [slug, place] = [list.types[type], list.regions[region] ?? ""];
        let card = null;
        const made = () => {
          card = blank.cloneNode(true);
          const [unit, edition] = all("a", card);
          unit.textContent = name;
          unit.href = `${up}don-vi/${id}/`;
          edition.textContent = list.titles[title];
          edition.href = `${unit.getAttribute("href")}${key}/${period}/`;
          const kind = [typeWords.get(slug), place, `với ${list.names[called]}`].filter(Boolean);
          card.querySelector(".unit-meta").textContent = kind.join(" · ");
          const badge = card.querySelector(".state");
          badge.className = `state state-${state}`;
          badge.textContent = stateWords.get(state);
          return card;
        };
        return {
          name: plain(name), type: slug, region: place, counterpart: list.sides[side], state,
          card: () => card ?? made(),
        };
      }));
  }

  function filters() {
    const root = document.querySelector("[data-units]");
    const form = root?.querySelector("form.filters");
    if (!form) return;
    const list = root.querySelector(".units-list");
    const more = root.querySelector(".more");
    const [none, said] = [root.querySelector(".none"), form.querySelector(".count")];
    const field = (name) => form.elements[name];
    const names = ["ten", "loai", "dia-ban", "ben", "tinh-trang"];
    const given = new URLSearchParams(location.search);
    for (const name of names) field(name).value = given.get(name) ?? "";
    const samples = all(".samples .unit-card", root).map(fromCard);
    // A long list is not in the page: it is fetched once, when the reader goes to the filter.
    let rows = root.dataset.list ? null : all(".unit-card", list).map(fromCard);
    const unfiltered = [...list.children];
    let loading = null;
    let shown = SHOWN;
    const load = () => (loading ??= fetch(root.dataset.list)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((found) => { rows = fromList(found, root, form); })
      .catch(() => { loading = null; }));

    const apply = async () => {
      const value = Object.fromEntries(names.map((name) => [name, field(name).value]));
      const active = names.filter((name) => value[name]);
      const query = new URLSearchParams(active.map((name) => [name, value[name]])).toString();
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
      const words = plain(value.ten);
      const fits = (row) =>
        row.name.includes(words) &&
        (!value.loai || value.loai === row.type) &&
        (!value["dia-ban"] || value["dia-ban"] === row.region) &&
        (!value.ben || value.ben === row.counterpart) &&
        (!value["tinh-trang"] || value["tinh-trang"] === row.state);
      for (const row of samples) row.card().hidden = !fits(row);
      if (!rows && active.length) {
        said.textContent = "Đang tải danh sách đơn vị …";
        await load();
        if (!rows) {
          said.textContent = "Không tải được danh sách đơn vị. Kiểm tra đường truyền rồi thử lại.";
          return;
        }
        if (names.some((name) => field(name).value !== value[name])) return; // asked again meanwhile
      }
      const found = (rows ?? []).filter(fits);
      if (root.dataset.list) {
        const cards = found.slice(0, shown).map((row) => row.card());
        list.replaceChildren(...(active.length ? cards : unfiltered));
        more.hidden = !active.length || found.length <= shown;
      } else {
        for (const row of rows) row.card().hidden = !fits(row);
      }
      none.hidden = found.length > 0 || !active.length;
      said.textContent = active.length ? `${found.length} kết quả` : "";
    };
    if (root.dataset.list) {
      form.addEventListener("focusin", load, { once: true });
      more.querySelector("button").addEventListener("click", async () => {
        const before = shown;
        shown += SHOWN;
        await apply();
        list.children[before]?.querySelector("a").focus();
      });
    }
    form.addEventListener("input", () => { shown = SHOWN; return apply(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    if (names.some((name) => field(name).value)) apply();
  }

  function sharedFilter() {
    const root = document.querySelector("[data-shared]");
    const form = root?.querySelector("form.filters");
    if (!form) return;
    const field = form.elements.chu;
    const list = root.querySelector(".units-list");
    const pages = root.querySelector(".pages");
    const carded = (card) =>
      [card, plain(all(".unit-name, .wording", card).map((each) => each.textContent).join(" ").replace(/[‹›]/g, ""))];
    const cards = all(".shared-card", list).map(carded);
    const here = cards.length;
    field.value = new URLSearchParams(location.search).get("chu") ?? "";
    // The list has pages where there are hundreds; filtering brings the others in once.
    let others = null;
    const load = () => (others ??= Promise.all(all("a", pages).map(async ({ href }) => {
      const answer = await fetch(href);
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return all(".shared-card", page).map((card) => {
        for (const link of all("a", card)) link.href = new URL(link.getAttribute("href"), href).href;
        return carded(document.adoptNode(card));
      });
    })).then((found) => { cards.push(...found.flat()); }));
    const apply = async () => {
      const asked = plain(field.value).split(/\s+/).filter(Boolean);
      history.replaceState(null, "", asked.length ? `?${new URLSearchParams({ chu: field.value })}` : location.pathname);
      let whole = true;
      if (asked.length && pages) {
        await load().catch(() => { others = null; whole = false; });
      }
      let count = 0;
      const now = plain(field.value).split(/\s+/).filter(Boolean);
      cards.forEach(([card, words], place) => {
        card.hidden = !now.every((word) => words.includes(word)) || (!now.length && place >= here);
        if (!card.hidden) count += 1;
        if (place >= here && !card.isConnected) list.append(card);
      });
      if (pages) pages.hidden = now.length > 0;
      root.querySelector(".none").hidden = count > 0;
      form.querySelector(".count").textContent =
        (now.length ? `${count} kết quả` : "") + (whole ? "" : " trong trang này; không tải được các trang khác");
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    if (field.value) apply();
  }

  // A comparison: three views of one text, a filter for its table, and steps from change to change.
  function comparison() {
    const root = document.querySelector("[data-comparison]");
    const text = root?.querySelector(".text");
    if (!text) return;
    for (const button of all("[data-view]", root.querySelector(".views"))) {
      button.addEventListener("click", () => {
        text.dataset.view = button.dataset.view;
        for (const other of all("[data-view]", button.parentElement)) {
          other.setAttribute("aria-pressed", String(other === button));
        }
      });
    }
    root.querySelector("form.kinds")?.addEventListener("change", (event) => {
      for (const row of all("tr[data-kind]", root)) {
        row.hidden = Boolean(event.target.value) && row.dataset.kind !== event.target.value;
      }
    });
    const changes = all(".change[id]", text);
    const output = root.querySelector(".steps output");
    let at = -1;
    const show = (place) => {
      at = place;
      output.textContent = `${at + 1} / ${changes.length}`;
      for (const change of changes) change.classList.toggle("here", change === changes[at]);
    };
    const step = (by) => {
      if (!changes.length) return;
      show((at + by + changes.length + (at < 0 && by < 0 ? 1 : 0)) % changes.length);
      history.replaceState(null, "", `#${changes[at].id}`);
      changes[at].scrollIntoView({ block: "center" });
      changes[at].focus({ preventScroll: true });
    };
    for (const button of all("[data-step]", root)) {
      button.addEventListener("click", () => step(Number(button.dataset.step)));
    }
    // The theme goes to the next page on n and p; on this page they go to the next change.
    addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target.closest?.("input, select, textarea") && event.target.type !== "radio") return;
      if (event.key !== "n" && event.key !== "p") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      step(event.key === "n" ? 1 : -1);
    }, true);
    const linked = () => {
      const target = named();
      const place = target ? changes.indexOf(target.closest(".change")) : -1;
      if (place >= 0) show(place);
    };
    addEventListener("hashchange", linked);
    linked();
  }

  // The times of a duty: which are now, and which comes next, by the reader's own day.
  function dutyTimes() {
    for (const list of all(".duties .times")) {
      const rows = all("li[data-from]", list);
      if (list.querySelector(".more")) continue; // which of those between it is, nobody can see here
      const now = rows.filter(({ dataset }) => dataset.from <= today && today <= dataset.to);
      const next = rows.find(({ dataset }) => dataset.from > today);
      const say = (row, words) => {
        const said = document.createElement("b");
        said.textContent = words;
        row.append(" ", said);
      };
      for (const row of now) say(row, "lúc này");
      if (next && !now.length) say(next, "sắp tới");
    }
    // Only browsers that do not open a fold for what is linked in it need this.
    const linked = () => {
      const fold = named()?.closest(".duties details:not([open])");
      if (!fold) return;
      fold.open = true;
      named().scrollIntoView();
    };
    addEventListener("hashchange", linked);
    linked();
  }

  // A calendar program subscribes to an address, so that is what is copied.
  function calendarAddresses() {
    for (const button of all("[data-copy-calendar]")) {
      const words = button.textContent;
      const file = button.parentElement.querySelector("[data-calendar-file]");
      button.addEventListener("click", async () => {
        button.textContent = (await copy(file.href)) ? "Đã chép" : "Không chép được";
        setTimeout(() => { button.textContent = words; }, 1600);
      });
    }
  }

  // The calendar of all units: what is due in a month, on a side, of units of a type or a name.
  function calendar() {
    const root = document.querySelector("[data-calendar]");
    const form = root?.querySelector("form.filters");
    if (!form) return;
    const names = ["ten", "loai", "ben", "thang"].filter((name) => form.elements[name]);
    const given = new URLSearchParams(location.search);
    for (const name of names) form.elements[name].value = given.get(name) ?? "";
    const rows = all(".due", root).map((row) => {
      const { type, sides, from, to } = row.dataset;
      const name = plain(row.querySelector(".due-unit").textContent);
      return { row, name, type, sides: sides.split(" "), from, to };
    });
    const groups = all(".due-group", root);
    const apply = () => {
      const asked = Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
      const active = names.filter((name) => asked[name]);
      const query = new URLSearchParams(active.map((name) => [name, asked[name]])).toString();
      history.replaceState(null, "", query ? `?${query}` : location.pathname + location.hash);
      const words = plain(asked.ten);
      let [count, samples] = [0, 0];
      for (const { row, name, type, sides, from, to } of rows) {
        row.hidden = !(
          name.includes(words) &&
          (!asked.loai || asked.loai === type) &&
          (!asked.ben || sides.includes(asked.ben)) &&
          (!asked.thang || (from <= asked.thang && asked.thang <= to))
        );
        if (row.hidden) continue;
        if (row.closest(".samples")) samples += 1;
        else count += 1;
      }
      for (const group of groups) {
        const shown = all(".due:not([hidden])", group).length;
        group.hidden = !shown;
        group.querySelector(".total").textContent = shown;
      }
      for (const part of all(".samples", root)) part.hidden = !part.querySelector(".due:not([hidden])");
      for (const list of all(".months", root)) list.hidden = active.length > 0;
      root.querySelector(".none").hidden = count + samples > 0;
      const said = `${count} kết quả${samples ? `, ${samples} dữ liệu mẫu` : ""}`;
      form.querySelector(".count").textContent = active.length ? said : "";
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    if (names.some((name) => form.elements[name].value)) apply();
  }

  // An explanation that opened on focus closes on Escape.
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement?.matches("abbr")) document.activeElement.blur();
  });

  // Where styles can't open a fold on a wide screen, the script does.
  function folds() {
    if (CSS.supports("selector(::details-content)") || !matchMedia("(min-width:45em)").matches) return;
    for (const fold of all(".more-facts, .few-duties")) fold.open = true;
  }

  states(document);
  folds();
  redirect();
  comparison();
  clauseTools();
  printing();
  filters();
  sharedFilter();
  dutyTimes();
  calendarAddresses();
  calendar();
})();
