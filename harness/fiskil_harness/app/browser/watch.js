// Runs before a page's own scripts: remembers closed shadow roots, so that nobody takes them for empty.
(() => {
  const attach = Element.prototype.attachShadow;
  const closed = new WeakMap();
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    if (options && options.mode === "closed") closed.set(this, root);
    return root;
  };
  const rootOf = (host) => closed.get(host);
  // What stands closed in the HTML itself no script has made; it is told of from outside.
  rootOf.keep = (host, root) => closed.set(host, root);
  Object.defineProperty(globalThis, Symbol.for("fiskil_harness.closed"), { value: rootOf });
})();
