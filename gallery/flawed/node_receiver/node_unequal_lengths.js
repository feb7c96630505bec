// Passes values of different lengths to timingSafeEqual, so one invalid signature ends the process.
//
// Compare the lengths first, or compare digests of both values. Respond 401 to a wrong signature.
"use strict";

const crypto = require("node:crypto");
const { serve } = require("../../correct/node_one_step_receiver.js");

serve((request, body, key) => {
  const expected = crypto.createHmac("sha256", key).update(body).digest("base64");
  const signature = String(request.headers["x-fiskil-signature"]);
  return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
});
