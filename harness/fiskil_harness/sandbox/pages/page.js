// The page works without this script. The script posts the end of the journey to the window that embeds or opened the
// page. It also marks each form, so that the server shows a last screen instead of redirecting to the app. From that screen
// the script follows the link to the app in a window, but not in a frame.
// It also loads the page again when the journey has ended elsewhere.
// It runs before the body is parsed, so that no button can be clicked earlier.
(() => {
  "use strict";
  // A message loses its source if this window is at another site before the opener has received the message.
  const PAUSE_MS = 500;
  const isFramed = window.parent !== window;
  const watcher = isFramed ? window.parent : window.opener;
  const place = isFramed ? "frame" : "window";

  // The URL contains the mark too, for a reload after the journey has ended.
  if (watcher && !/[?&]watched=/.test(location.search)) {
    history.replaceState(null, "", `${location.pathname}${location.search}${location.search ? "&" : "?"}watched=${place}`);
  }

  // A test may end the journey while the page is open; then the page is loaded again, as after a form. A hidden page does not
  // listen, because a browser opens only six connections to a server.
  let announcements = null;
  function listen() {
    announcements?.close();
    announcements = null;
    const path = document.querySelector("main")?.dataset.announcements;
    if (!path || isSent || document.visibilityState === "hidden") return;
    announcements = new EventSource(path);
    announcements.addEventListener("closed", () => announcements.close());
    announcements.addEventListener("ended", () => {
      isSent = true;
      announcements.close();
      location.reload();
    });
  }

  let isSent = false;
  function submitted(event) {
    // A second click would post the form again after the journey has ended.
    if (isSent) event.preventDefault();
    else if (watcher) {
      const mark = document.createElement("input");
      Object.assign(mark, { type: "hidden", name: "watched", value: place });
      event.target.append(mark);
    }
    isSent = true;
    // The response to the form has the ending.
    announcements?.close();
  }

  function loaded() {
    // The page does not know the origin of the other window. The messages contain no secret, so any window may read them.
    if (watcher) {
      for (const message of JSON.parse(document.querySelector("main").dataset.messages || "[]")) {
        watcher.postMessage(message, "*");
      }
      const link = document.querySelector("a[data-followed]");
      if (link) setTimeout(() => location.replace(link.href), PAUSE_MS);
    }
    // While a frame of another origin loads, browsers do not give it the focus.
    if (isFramed) document.querySelector("[autofocus]")?.focus();
  }

  document.addEventListener("submit", submitted, true);
  document.addEventListener("DOMContentLoaded", loaded);
  document.addEventListener("visibilitychange", listen);
  window.addEventListener("pageshow", () => { isSent = false; listen(); });
})();
