// Runs before a page's own scripts: remembers closed shadow roots, so that they can be read later.
(() => {
  const attach = Element.prototype.attachShadow;
  const closed = new WeakMap();
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    if (options && options.mode === "closed") closed.set(this, root);
    return root;
  };
  const rootOf = (host) => closed.get(host);
  // Closed roots that the HTML declares are created by no script; shadow_dom.py passes them in.
  rootOf.keep = (host, root) => closed.set(host, root);
  Object.defineProperty(globalThis, Symbol.for("fiskil_harness.closed"), { value: rootOf });
})();
