// Cuts message_id before it knows that it is a text: one signed message with a number there ends the process.
//
// Check the types of a message before you use it; whoever signed it can still be wrong.
"use strict";

const crypto = require("node:crypto");
const { serve } = require("../../correct/node_one_step_receiver.js");

serve((request, body, key) => {
  const expected = crypto.createHmac("sha256", key).update(body).digest("base64");
  if (request.headers["x-fiskil-signature"] !== expected) return false;
  let message;
  try {
    message = JSON.parse(body);
  } catch {
    return true; // answered with 400
  }
  console.log("webhook", message.message_id.slice(-4));
  return true;
});
