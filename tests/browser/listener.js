// What the Link SDK is documented to do with the consent page, and no more: opens it in a frame over the app, or in a window
// of its own, and settles at the first message that counts. It is no copy of the package.
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
  const heard = [];

  function failure(code, message, details = {}) {
    return { code, message, details };
  }

  function isProtocol(told) {
    return typeof told === "object" && told !== null && ("isCompleted" in told || typeof told.error === "string");
  }

  function inAddress(address) {
    if (!CONSENT_ERRORS.some((name) => address.includes(name))) return null;
    const query = new URL(address).searchParams;
    const details = Object.fromEntries(
      ["error_id", "error_type", "error_description", "error_uri"].map((name) => [name, query.get(name)]),
    );
    return failure(details.error_type, query.get("error"), details);
  }

  // How a message settles the journey, or null where it does not.
  function settled(told) {
    const failed = told.redirectURL ? inAddress(told.redirectURL) : null;
    if (failed) return failed;
    if (told.isCompleted === true) {
      return told.consentID ? { consentID: told.consentID, redirectURL: told.redirectURL } : null;
    }
    if (told.isCompleted === false) {
      return failure(told.errorType ?? "LINK_INTERNAL_ERROR", told.error, {
        error_id: told.errorID,
        error_type: told.errorType,
        error_description: told.errorDescription,
        error_uri: told.errorURI,
      });
    }
    return failure("LINK_INTERNAL_ERROR", told.error);
  }

  function listen(watched, { origin, timeoutMs = 600_000 }) {
    return new Promise((resolve) => {
      const end = (outcome) => {
        removeEventListener("message", hear);
        clearTimeout(timer);
        resolve(outcome);
      };
      const timer = setTimeout(() => end(failure("LINK_TIMEOUT", "no message in time")), timeoutMs);
      function hear(event) {
        if (event.source !== watched || !isProtocol(event.data)) return;
        heard.push(event.data);
        if (event.origin !== origin) {
          const details = { expectedOrigin: origin, receivedOrigin: event.origin };
          return end(failure("LINK_ORIGIN_MISMATCH", "a message from elsewhere", details));
        }
        const outcome = settled(event.data);
        if (outcome) end(outcome);
      }
      addEventListener("message", hear);
    });
  }

  function addressOf(sessionId, authServer) {
    return `${authServer}?sess_id=${encodeURIComponent(sessionId)}`;
  }

  async function embed(sessionId, { authServer, allowedOrigin, timeoutMs }) {
    const overlay = document.createElement("div");
    overlay.id = "fiskil-link-overlay";
    overlay.style.cssText = "position: fixed; inset: 0; z-index: 2147483647";
    const frame = document.createElement("iframe");
    frame.src = addressOf(sessionId, authServer);
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
    return listen(open(addressOf(sessionId, authServer), "_blank", "width=480,height=740"), {
      origin: new URL(authServer).origin,
      timeoutMs,
    });
  }

  window.listener = { embed, popUp, heard };
})();
