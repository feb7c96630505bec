// Looks for a key in whatever JSON a signed body has, so `null`, a number or a text ends the process.
//
// Check that the body is an object before you look into it. In JavaScript `in` throws for every other value, and an
// error that no handler catches ends the process.
"use strict";

const crypto = require("node:crypto");
const { serve } = require("../../correct/node_one_step_receiver.js");

serve((request, body, key) => {
  const expected = crypto.createHmac("sha256", key).update(body).digest("base64");
  const signatures = request.headersDistinct["x-fiskil-signature"] || [];
  if (signatures.length !== 1 || signatures[0] !== expected) return false;
  let message;
  try {
    message = JSON.parse(body);
  } catch {
    return true; // the receiver responds 400
  }
  if (!("message_id" in message)) console.log("webhook without an id");
  return true;
});
