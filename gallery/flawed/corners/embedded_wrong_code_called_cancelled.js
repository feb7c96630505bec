// States that the customer stopped when the bank's one-time code was wrong.
//
// Keep a text for each error type.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const { returned, words } = pages;
const alike = (errorType) => (errorType === "CONSENT_OTP_FAILURE" ? "AUTH_SESSION_CANCELLED" : errorType);

pages.words = (errorType) => words(alike(errorType));
pages.returned = (errorType, connection) => returned(alike(errorType), connection);

require("../../../examples/embedded_app/server");
