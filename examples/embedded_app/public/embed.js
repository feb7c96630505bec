// Opens the consent page in a frame over the app and waits for its last message, as the Link SDK does.
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
    outcome.textContent = await embed(session);
  } catch (error) {
    outcome.textContent = error.message || "That did not work. Please try again in a minute.";
  }
  button.disabled = false;
});

function embed(session) {
  const frame = document.createElement("iframe");
  frame.src = session.auth_url;
  frame.title = "Your bank's consent";
  document.body.append(frame);
  return new Promise((resolve, reject) => {
    const end = (settle, words) => {
      removeEventListener("message", hear);
      clearTimeout(timer);
      frame.remove();
      settle(words);
    };
    const timer = setTimeout(() => end(resolve, "That took too long. Please try again."), LONGEST_MS);
    async function hear(event) {
      if (event.source !== frame.contentWindow || event.origin !== button.dataset.authOrigin) return;
      const heard = { session_id: session.session_id, origin: event.origin, message: event.data };
      try {
        const told = await post("/link/message", { customer: button.dataset.customer, ...heard });
        if (told.is_over) end(resolve, told.message);
      } catch (error) {
        end(reject, error);
      }
    }
    addEventListener("message", hear);
  });
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const told = await response.json();
  if (!response.ok) throw new Error(told.message);
  return told;
}
