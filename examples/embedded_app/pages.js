// The app's pages. After a failure they state what happened and what to do; error codes stay in the log.
"use strict";

const WORDS = {
  AUTH_SESSION_CANCELLED: ["You stopped before sharing anything", "Nothing was shared. You can start again whenever you are ready."],
  CONSENT_ENDUSER_DENIED: ["You declined at your bank", "Nothing was shared. If you did not mean to decline, start again and approve the request."],
  CONSENT_OTP_FAILURE: ["The one-time code did not match", "Have your phone at hand and try again. Your bank sends a new code each time."],
  CONSENT_ENDUSER_INELIGIBLE: ["Your bank cannot share these accounts yet", "Please ask your bank to turn on data sharing for you first."],
  CONSENT_TIMEOUT: ["That took too long", "Please try again, and finish the steps at your bank within a few minutes."],
  CONSENT_UPSTREAM_PROCESSING_ERROR: ["Your bank has a problem right now", "It is not something you did. Please wait a few minutes and try again."],
  AUTH_SESSION_INVALID: ["This page has been used already", "Each attempt has a page of its own. Please start again."],
  LINK_INVALID_SESSION: ["This page has been used already", "Each attempt has a page of its own. Please start again."],
};
const UNKNOWN = ["Your bank was not connected", "Something went wrong on the way. Please try again; if it keeps happening, our support can help."];
const STATES = {
  none: "Nothing is connected.",
  pending: "Your bank is being connected.",
  syncing: "Your bank is connected, and your data is on its way.",
  connected: "Your bank is connected.",
  cancelled: "You stopped before sharing anything.",
  failed: "Your bank was not connected.",
  revoked: "Nothing is shared any more.",
};

function page(title, main) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f6f8;color:#1d2733}main{max-width:34rem;margin:3rem auto;padding:2rem;background:#fff;border-radius:12px}
button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:8px;background:#1456a8;color:#fff}iframe{position:fixed;inset:0;width:100%;height:100%;border:0;background:#fff}
</style><main><h1>${escaped(title)}</h1>${main}</main></html>`;
}

// Render the page that embeds the consent page; embed.js does the rest.
function connect(ref, authOrigin) {
  return page(
    "Connect your bank",
    `<p>We ask for your accounts, balances and transactions of the last 90 days to build your monthly budget.
See how we use them in our <a href="/privacy">privacy notice</a>.</p>
<button id="connect" data-customer="${escaped(ref)}" data-auth-origin="${escaped(authOrigin)}">Connect</button>
<p id="outcome" role="status" aria-live="polite"></p><script src="/embed.js"></script>`,
  );
}

function connections(ref, connection, consents) {
  const rows = consents.map((consent) => {
    const shared = (consent.datasets || []).join(", ").replace(/_/g, " ") || "accounts, balances, transactions";
    return `<li><b>${escaped(consent.institution || "Your bank")}</b> shares ${escaped(shared)}, until ${escaped((consent.expiresAt || "").slice(0, 10) || "you end it")}</li>`;
  });
  const form = rows.length
    ? `<form method="post" action="/customers/${encodeURIComponent(ref)}/disconnect"><button>Stop all sharing</button></form>`
    : "";
  return page("Your connections", `<p>${STATES[connection]}</p><ul>${rows.join("")}</ul>${form}`);
}

function returned(errorType, connection) {
  if (!errorType) return page("Thank you", `<p>${STATES[connection] || STATES.syncing}</p>`);
  const [title, advice] = words(errorType);
  return page(title, `<p>${escaped(advice)}</p>`);
}

function words(errorType) {
  return WORDS[errorType] || UNKNOWN;
}

function trouble(message) {
  return page("That did not work", `<p>${escaped(message)}</p>`);
}

function privacy() {
  return page("How we use your data", "<p>To build your monthly budget, and for nothing else. When you stop sharing, we delete it.</p>");
}

function escaped(text) {
  return String(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

module.exports = { connect, connections, returned, trouble, privacy, words };
