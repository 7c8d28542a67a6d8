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

  function filters() {
    const root = document.querySelector("[data-units]");
    const form = root?.querySelector("form.filters");
    if (!form) return;
    const list = root.querySelector(".units-list");
    const field = (name) => form.elements[name];
    const names = ["ten", "loai", "dia-ban", "ben", "tinh-trang"];
    const given = new URLSearchParams(location.search);
    for (const name of names) field(name).value = given.get(name) ?? "";
    let loading = null;

    // With many units the list is split into pages by type; filtering brings them all in once.
    const more = () => (loading ??= (async () => {
      const waiting = (root.dataset.more ?? "").split(" ").filter(Boolean);
      const seen = new Set(waiting);
      for (const address of waiting) {
        const url = new URL(address, location.href);
        const page = new DOMParser().parseFromString(await (await fetch(url)).text(), "text/html");
        for (const card of all(".unit-card", page)) {
          for (const link of all("a", card)) link.href = new URL(link.getAttribute("href"), url).href;
          list.append(document.adoptNode(card));
        }
        for (const link of all(".pages a", page)) {
          const next = new URL(link.getAttribute("href"), url).href;
          if (!seen.has(next)) { seen.add(next); waiting.push(next); }
        }
      }
      states(list);
    })());

    const apply = async () => {
      const value = Object.fromEntries(names.map((name) => [name, field(name).value]));
      const active = names.filter((name) => value[name]);
      if (active.length || list.children.length) await more();
      let count = 0;
      for (const card of all(".unit-card", root)) {
        const { name, type, region, counterpart } = card.dataset;
        const state = card.querySelector(".state").dataset.state;
        const fits =
          plain(name).includes(plain(value.ten)) &&
          (!value.loai || value.loai === type) &&
          (!value["dia-ban"] || value["dia-ban"] === region) &&
          (!value.ben || value.ben === counterpart) &&
          (!value["tinh-trang"] || value["tinh-trang"] === state);
        card.hidden = !fits;
        if (fits && list.contains(card)) count += 1;
      }
      root.querySelector(".none").hidden = count > 0 || !active.length;
      form.querySelector(".count").textContent = active.length ? `${count} kết quả` : "";
      const query = new URLSearchParams(active.map((name) => [name, value[name]])).toString();
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    if (names.some((name) => field(name).value)) apply();
  }

  function sharedFilter() {
    const root = document.querySelector("[data-shared]");
    const form = root?.querySelector("form.filters");
    if (!form) return;
    const field = form.elements.chu;
    const cards = all(".shared-card", root).map((card) => [card, plain(card.dataset.words)]);
    field.value = new URLSearchParams(location.search).get("chu") ?? "";
    const apply = () => {
      const asked = plain(field.value).split(/\s+/).filter(Boolean);
      let count = 0;
      for (const [card, words] of cards) {
        card.hidden = !asked.every((word) => words.includes(word));
        if (!card.hidden) count += 1;
      }
      root.querySelector(".none").hidden = count > 0;
      form.querySelector(".count").textContent = asked.length ? `${count} kết quả` : "";
      const query = asked.length ? `?${new URLSearchParams({ chu: field.value })}` : location.pathname;
      history.replaceState(null, "", query);
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

  // An explanation that opened on focus closes on Escape.
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement?.matches("abbr")) document.activeElement.blur();
  });

  // Where styles can't open a fold on a wide screen, the script does.
  function folds() {
    if (CSS.supports("selector(::details-content)") || !matchMedia("(min-width:45em)").matches) return;
    for (const fold of all(".more-facts")) fold.open = true;
  }

  states(document);
  folds();
  redirect();
  comparison();
  clauseTools();
  printing();
  filters();
  sharedFilter();
})();
