// Opens the consent page in a frame over the app and waits for its one message, as the Link SDK does.
//
// A message counts only if it comes from that very frame and from the consent page's origin. What it says goes to the
// server, which believes none of it about consents; the person sees words.
"use strict";

const button = document.getElementById("connect");
const outcome = document.getElementById("outcome");
const LONGEST_MS = 10 * 60 * 1000;

button.addEventListener("click", async () => {
  button.disabled = true;
  outcome.textContent = "Opening your bank …";
  try {
    const session = await post("/connect", { customer: button.dataset.customer });
    const told = await embed(session.auth_url);
    outcome.textContent = (await post("/link/settled", { customer: button.dataset.customer, session_id: session.session_id, ...told })).message;
  } catch (error) {
    outcome.textContent = error.message || "That did not work. Please try again in a minute.";
  }
  button.disabled = false;
});

function embed(address) {
  const frame = document.createElement("iframe");
  frame.src = address;
  frame.title = "Your bank's consent";
  document.body.append(frame);
  return new Promise((resolve) => {
    const end = (told) => {
      removeEventListener("message", hear);
      clearTimeout(timer);
      frame.remove();
      resolve(told);
    };
    const timer = setTimeout(() => end({ error_type: "LINK_TIMEOUT" }), LONGEST_MS);
    function hear(event) {
      if (event.source !== frame.contentWindow || event.origin !== button.dataset.authOrigin) return;
      const told = settled(event.data);
      if (told) end(told);
    }
    addEventListener("message", hear);
  });
}

// What a message comes to; null where it is none of the consent page's. Errors may stand in the address of a "success".
function settled(message) {
  if (typeof message !== "object" || message === null) return null;
  const query = message.redirectURL ? new URL(message.redirectURL, location.href).searchParams : new URLSearchParams();
  const errorType = message.errorType || query.get("error_type") || (typeof message.error === "string" ? message.error : "");
  if (message.isCompleted === true && !errorType) return message.consentID ? { error_type: "", consent_id: message.consentID } : null;
  if (!errorType) return null;
  return { error_type: errorType, error_id: message.errorID || query.get("error_id") || "" };
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const told = await response.json();
  if (!response.ok) throw new Error(told.message);
  return told;
}
