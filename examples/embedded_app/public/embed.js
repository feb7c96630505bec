// Opens the consent page in a frame over the app and waits for its final message, as the Link SDK does.
//
// A message counts only if it comes from that frame and from the consent page's origin. Its content is sent to the server,
// which does not use it as proof of a consent. The person sees a text.
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
    const end = (settle, text) => {
      removeEventListener("message", onMessage);
      clearTimeout(timer);
      frame.remove();
      settle(text);
    };
    const timer = setTimeout(() => end(resolve, "That took too long. Please try again."), LONGEST_MS);
    async function onMessage(event) {
      if (event.source !== frame.contentWindow || event.origin !== button.dataset.authOrigin) return;
      const report = { session_id: session.session_id, origin: event.origin, message: event.data };
      try {
        const reply = await post("/link/message", { customer: button.dataset.customer, ...report });
        if (reply.is_over) end(resolve, reply.message);
      } catch (error) {
        end(reject, error);
      }
    }
    addEventListener("message", onMessage);
  });
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.message);
  return reply;
}
