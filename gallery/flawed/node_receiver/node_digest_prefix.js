// Compares only as many bytes as the signature has, so a prefix or an empty signature is accepted.
//
// Refuse a signature of another length before you compare.
"use strict";

const crypto = require("node:crypto");
const { serve } = require("../../correct/node_one_step_receiver.js");

serve((request, body, key) => {
  const expected = crypto.createHmac("sha256", key).update(body).digest();
  const signature = Buffer.from(request.headers["x-fiskil-signature"] || "", "base64");
  return signature.length <= expected.length && signature.equals(expected.subarray(0, signature.length));
});
