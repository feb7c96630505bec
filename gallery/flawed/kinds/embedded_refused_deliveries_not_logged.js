// Logs failed processing, but responds with 503 without a line in the log if a message cannot be stored.
//
// Log message_id and reason whenever a message cannot be accepted.
"use strict";

const log = require("../../../examples/embedded_app/log");

const warn = log.warn;

log.warn = (event, details) => {
  if (event !== "webhook_refused") warn(event, details);
};

require("../../../examples/embedded_app/server");
