// Logs the headers of the request if a response is not the JSON that it expects, to find out why.
//
// Log the endpoint, the status and the reason: the headers of the request contain the token.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");
const log = require("../../../examples/embedded_app/log");

const once = Fiskil.prototype.once;

Fiskil.prototype.once = async function (request, token, deadline) {
  try {
    return await once.call(this, request, token, deadline);
  } catch (failure) {
    if (/JSON|UTF-8/i.test(failure.reason ?? "")) log.warn("unreadable_response", { authorization: `Bearer ${token}` });
    throw failure;
  }
};

require("../../../examples/embedded_app/server.js");
