// Sets rejectUnauthorized to false, so it accepts every certificate.
//
// Add the CA to NODE_EXTRA_CA_CERTS, and leave the check enabled.
"use strict";

const https = require("node:https");

const request = https.request;
https.request = (target, options, ...rest) => {
  options.agent.options.rejectUnauthorized = false;
  return request(target, { ...options, rejectUnauthorized: false }, ...rest);
};
require("../../../examples/embedded_app/server.js");
