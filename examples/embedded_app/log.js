// One line for each thing that happened: what, and its details. Secrets, tokens and people's data are never handed to it.
"use strict";

function line(level, what, details) {
  const told = Object.entries(details).filter(([, value]) => value !== undefined && value !== "" && value !== null);
  console.log(level, what, told.map(([name, value]) => `${name}=${String(value).replace(/\s+/g, "_")}`).join(" "));
}

module.exports = {
  info: (what, details = {}) => line("info", what, details),
  warn: (what, details = {}) => line("warn", what, details),
};
