// Gives timingSafeEqual two buffers of whatever lengths: unequal ones make it throw, and nothing catches that. One junk header
// ends the process.
//
// Compare lengths first, or digests of both sides; a signature that cannot be right gets 401.
"use strict";

const crypto = require("node:crypto");
const { serve } = require("../../correct/node_one_step_receiver.js");

serve((request, body, key) => {
  const expected = crypto.createHmac("sha256", key).update(body).digest("base64");
  const given = String(request.headers["x-fiskil-signature"]);
  return crypto.timingSafeEqual(Buffer.from(given), Buffer.from(expected));
});
