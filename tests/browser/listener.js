// The documented behaviour of the Link SDK with the consent page, and no more: opens it in a frame over the app or in its own
// window, and settles at the first message of the protocol. It is not a copy of the package.
(() => {
  "use strict";
  const CONSENT_ERRORS = [
    "AUTH_SESSION_CANCELLED",
    "CONSENT_ENDUSER_DENIED",
    "CONSENT_ENDUSER_INELIGIBLE",
    "CONSENT_OTP_FAILURE",
    "CONSENT_TIMEOUT",
    "CONSENT_UPSTREAM_PROCESSING_ERROR",
  ];
  const messages = [];

  function failure(code, message, details = {}) {
    return { code, message, details };
  }

  function isOfProtocol(message) {
    return typeof message === "object" && message !== null && ("isCompleted" in message || typeof message.error === "string");
  }

  function failureIn(url) {
    if (!CONSENT_ERRORS.some((name) => url.includes(name))) return null;
    const query = new URL(url).searchParams;
    const details = Object.fromEntries(
      ["error_id", "error_type", "error_description", "error_uri"].map((name) => [name, query.get(name)]),
    );
    return failure(details.error_type, query.get("error"), details);
  }

  // Returns the outcome that a message means for the journey, or null if it means none.
  function outcomeOf(message) {
    const failed = message.redirectURL ? failureIn(message.redirectURL) : null;
    if (failed) return failed;
    if (message.isCompleted === true) {
      return message.consentID ? { consentID: message.consentID, redirectURL: message.redirectURL } : null;
    }
    if (message.isCompleted === false) {
      return failure(message.errorType ?? "LINK_INTERNAL_ERROR", message.error, {
        error_id: message.errorID,
        error_type: message.errorType,
        error_description: message.errorDescription,
        error_uri: message.errorURI,
      });
    }
    return failure("LINK_INTERNAL_ERROR", message.error);
  }

  function listen(watched, { origin, timeoutMs = 600_000 }) {
    return new Promise((resolve) => {
      const end = (outcome) => {
        removeEventListener("message", receive);
        clearTimeout(timer);
        resolve(outcome);
      };
      const timer = setTimeout(() => end(failure("LINK_TIMEOUT", "no message in time")), timeoutMs);
      function receive(event) {
        if (event.source !== watched || !isOfProtocol(event.data)) return;
        messages.push(event.data);
        if (event.origin !== origin) {
          const details = { expectedOrigin: origin, receivedOrigin: event.origin };
          return end(failure("LINK_ORIGIN_MISMATCH", "a message from another origin", details));
        }
        const outcome = outcomeOf(event.data);
        if (outcome) end(outcome);
      }
      addEventListener("message", receive);
    });
  }

  function urlOf(sessionId, authServer) {
    return `${authServer}?sess_id=${encodeURIComponent(sessionId)}`;
  }

  async function embed(sessionId, { authServer, allowedOrigin, timeoutMs }) {
    const overlay = document.createElement("div");
    overlay.id = "fiskil-link-overlay";
    overlay.style.cssText = "position: fixed; inset: 0; z-index: 2147483647";
    const frame = document.createElement("iframe");
    frame.src = urlOf(sessionId, authServer);
    frame.dataset.fiskilLinkIframe = "true";
    frame.style.cssText = "border: 0; width: 100%; height: 100%";
    overlay.append(frame);
    document.body.append(overlay);
    const origin = allowedOrigin ?? new URL(authServer).origin;
    const outcome = await listen(frame.contentWindow, { origin, timeoutMs });
    if (outcome.code !== "LINK_INVALID_SESSION") overlay.remove();
    return outcome;
  }

  function popUp(sessionId, { authServer, timeoutMs }) {
    return listen(open(urlOf(sessionId, authServer), "_blank", "width=480,height=740"), {
      origin: new URL(authServer).origin,
      timeoutMs,
    });
  }

  window.listener = { embed, popUp, messages };
})();
