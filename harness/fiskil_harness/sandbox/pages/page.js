// The page works without this script. With it, the window that embeds or opened the page hears how the journey ended,
// and a form that is sent says that somebody is watching, so that the last screen stays instead of leaving for the app.
// It runs before the body is there, so that nobody can press a button sooner.
(() => {
  "use strict";
  const watcher = window.parent !== window ? window.parent : window.opener;

  // A reload says so as well, should the journey be over by then.
  if (watcher && !/[?&]watched=/.test(location.search)) {
    history.replaceState(null, "", `${location.pathname}${location.search}${location.search ? "&" : "?"}watched=1`);
  }

  let isSent = false;
  function submitted(event) {
    // A second click would ask again after the journey is over.
    if (isSent) event.preventDefault();
    else if (watcher) {
      const mark = document.createElement("input");
      Object.assign(mark, { type: "hidden", name: "watched", value: "1" });
      event.target.append(mark);
    }
    isSent = true;
  }

  function loaded() {
    // Whoever embeds is unknown to the page, and the message holds no secret, so any origin may read it.
    if (watcher) {
      for (const message of JSON.parse(document.querySelector("main").dataset.messages || "[]")) {
        watcher.postMessage(message, "*");
      }
    }
    // Browsers do not let a frame of another origin take the focus as it loads.
    if (window.parent !== window) document.querySelector("[autofocus]")?.focus();
  }

  document.addEventListener("submit", submitted, true);
  document.addEventListener("DOMContentLoaded", loaded);
  window.addEventListener("pageshow", () => { isSent = false; });
})();
