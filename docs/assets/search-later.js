// The theme fetches its whole search index on every page. Hold that one request back until the
// reader goes to the search box: an agreement page stays light however large the archive grows.
(() => {
  "use strict";
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
