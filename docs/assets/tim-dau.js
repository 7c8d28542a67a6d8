// The words that led a reader here, marked on the page: `?tim=công đoàn|thi đua#clause`.
// Hides: where on the page the words stand, across elements. Refuses: to change a letter of the
// text; a mark is put around letters and taken away again.
const LONGEST = 300; // letters of the address that are read
const MOST = 400; // marks on a page
const SKIPPED = "script, style, button, noscript, nav, form, [popover], .anchor, .headerlink, .clause-tools, .print-foot";
const BLOCK = "p, li, h1, h2, h3, h4, h5, h6, td, th, dt, dd, pre, summary, blockquote";

const parameters = new URLSearchParams(location.search);
const asked = parameters.get("tim").normalize("NFC").slice(0, LONGEST)
  .split("|").map((word) => word.trim()).filter(Boolean);
const root = document.querySelector(".document") ?? document.querySelector(".md-content");
let marks = [];

function pattern(words) {
  const escaped = [...words].sort((x, y) => y.length - x.length)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s+"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})(?![\\p{L}\\p{N}])`, "giu");
}

// The letters of each block of the page, with the text nodes that they come from.
function blocks(within) {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data || node.parentElement.closest(SKIPPED)) continue;
    const block = node.parentElement.closest(BLOCK) ?? node.parentElement;
    if (found.at(-1)?.block !== block) found.push({ block, nodes: [], text: "" });
    const own = found.at(-1);
    own.nodes.push([node, own.text.length]);
    own.text += node.data;
  }
  return found;
}

// Put a mark around each place where the words stand; several where it runs through elements.
function mark(within, words) {
  const wanted = pattern(words);
  const made = [];
  for (const { nodes, text } of blocks(within)) {
    const places = [...text.matchAll(wanted)].map((each) => [each.index, each.index + each[0].length]);
    for (const [node, start] of [...nodes].reverse()) {
      for (const [from, to] of [...places].reverse()) {
        const [first, last] = [Math.max(from - start, 0), Math.min(to - start, node.data.length)];
        if (first >= last || made.length >= MOST) continue;
        const piece = node.splitText(first);
        piece.splitText(last - first);
        const around = document.createElement("mark");
        around.className = "found";
        piece.replaceWith(around);
        around.append(piece);
        // Only the first piece of a place counts as one.
        made.push({ around, counts: from >= start });
      }
    }
  }
  return made;
}

function named() {
  try {
    return location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  } catch {
    return null;
  }
}

function bar() {
  const first = new Set(marks.filter((each) => each.counts).map((each) => each.around));
  const places = [...root.querySelectorAll("mark.found")].filter((each) => first.has(each));
  const made = document.createElement("div");
  made.className = "found-bar";
  made.setAttribute("role", "region");
  made.setAttribute("aria-label", "Chữ được đánh dấu");
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const words = asked.map((word) => `“${word}”`).join(", ");
  let at = -1;
  const tell = () => { said.textContent = `${words}: ${at < 0 ? "" : `${at + 1} / `}${places.length} chỗ`; };
  const button = (text, label, does) => {
    const own = document.createElement("button");
    own.type = "button";
    own.textContent = text;
    if (label) own.setAttribute("aria-label", label);
    own.addEventListener("click", does);
    return own;
  };
  const step = (by) => {
    if (!places.length) return;
    at = at < 0 && by < 0 ? places.length - 1 : (at + by + places.length) % places.length;
    places.forEach((each, place) => each.classList.toggle("here", place === at));
    places[at].scrollIntoView({ block: "center" });
    tell();
  };
  const clear = () => {
    made.remove();
    removeEventListener("keydown", key);
    for (const { around } of marks) {
      const parent = around.parentNode;
      around.replaceWith(...around.childNodes);
      parent?.normalize();
    }
    marks = [];
    parameters.delete("tim");
    const rest = parameters.toString();
    history.replaceState(null, "", location.pathname + (rest ? `?${rest}` : "") + location.hash);
  };
  const key = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector(":popover-open")) return;
    clear();
  };
  addEventListener("keydown", key);
  made.append(said, button("‹", "Chỗ trước", () => step(-1)), button("›", "Chỗ sau", () => step(1)),
    button("Bỏ đánh dấu", "", clear));
  document.body.append(made);
  tell();
  return { places, step };
}

if (root && asked.length) {
  marks = mark(root, asked);
  const clause = named();
  // Another year may say it in other words: then the single ones, in the clause itself.
  if (clause && !clause.querySelector("mark.found")) {
    const single = [...new Set(asked.flatMap((word) => word.split(/\s+/)))];
    if (single.length > asked.length) marks = [...marks, ...mark(clause, single)];
  }
  const { places } = bar();
  if (!clause && places.length) places[0].scrollIntoView({ block: "center" });
}
