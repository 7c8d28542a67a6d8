// What must hold before a page is read; the first script of every page.
(() => {
  "use strict";

  // The theme writes this into each page, with the way to the site's root, so otherwise for every
  // depth; a policy that names each script in a page would have to know them all.
  window.__md_scope = new URL("..", document.currentScript.src);
  window.__md_hash = (text) =>
    [...text].reduce((hash, letter) => (hash << 5) - hash + letter.charCodeAt(0), 0);
  window.__md_get = (key, storage = localStorage, scope = window.__md_scope) =>
    JSON.parse(storage.getItem(`${scope.pathname}.${key}`));
  window.__md_set = (key, value, storage = localStorage, scope = window.__md_scope) => {
    try {
      storage.setItem(`${scope.pathname}.${key}`, JSON.stringify(value));
    } catch {
      // A full or forbidden storage: the choice holds for this page only.
    }
  };

  // The theme fetches its whole search index on every page. Hold that one request back until the
  // reader goes to the search box: an agreement page stays light however large the archive grows.
  const { open, send } = XMLHttpRequest.prototype;
  const waiting = [];
  let wanted = false;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.isSearchIndex = String(url).endsWith("/search/search_index.json");
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (!this.isSearchIndex || wanted) return send.call(this, body);
    waiting.push(() => send.call(this, body));
  };
  const want = (event) => {
    if (!event.target.matches?.(".md-search__input, #__search")) return;
    wanted = true;
    while (waiting.length) waiting.pop()();
  };
  document.addEventListener("focusin", want);
  document.addEventListener("change", want);
})();
