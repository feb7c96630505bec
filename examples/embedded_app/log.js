// The app's log: one line per event, with its name and details.
//
// Callers never pass secrets, tokens or personal data.
"use strict";

function line(level, event, details) {
  const pairs = Object.entries(details).filter(([, value]) => value !== undefined && value !== "" && value !== null);
  console.log(level, event, pairs.map(([name, value]) => `${name}=${String(value).replace(/\s+/g, "_")}`).join(" "));
}

module.exports = {
  info: (event, details = {}) => line("info", event, details),
  warn: (event, details = {}) => line("warn", event, details),
};
