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
})();
