// Shows the person a stack trace when the connection breaks while an auth session is created.
//
// Catch every failure of a call, and respond with a message for people.
"use strict";

const http = require("node:http");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const createSession = Fiskil.prototype.createSession;
Fiskil.prototype.createSession = async function (...values) {
  try {
    return await createSession.apply(this, values);
  } catch (failure) {
    throw failure.kind === "unavailable" && !failure.status ? new TypeError("no response") : failure;
  }
};

const end = http.ServerResponse.prototype.end;
http.ServerResponse.prototype.end = function (text, ...values) {
  return this.statusCode === 500 ? end.call(this, new TypeError("no response").stack) : end.call(this, text, ...values);
};

require("../../../examples/embedded_app/server");
