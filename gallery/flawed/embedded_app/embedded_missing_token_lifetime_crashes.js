// Notes for how long each token lives, in passing: where that is not told the note throws, nobody catches it, and the app dies.
// An answer may lack what it usually has; whatever is done beside a call has to catch its own errors.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const once = Fiskil.prototype.once;
const lives = [];

const note = async (told) => lives.push(told.expires_in.toFixed(0));

Fiskil.prototype.once = async function (request, token, deadline) {
  const told = await once.call(this, request, token, deadline);
  if (request.endpoint === "POST /v1/token") note(told);
  return told;
};

require("../../../examples/embedded_app/server.js");
