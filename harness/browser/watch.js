// Runs before a page's own scripts: remembers that a shadow root was closed, so that nobody takes it for empty.
(() => {
  const attach = Element.prototype.attachShadow;
  const closed = [];
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    if (options && options.mode === "closed") closed.push(new WeakRef(this));
    return root;
  };
  Object.defineProperty(globalThis, Symbol.for("harness.closed"), { value: () => closed.some((one) => one.deref()?.isConnected) });
})();
