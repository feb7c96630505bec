// Accepts messages from any window, so another page can end a consent journey.
//
// Compare event.origin with the consent page's origin, and event.source with the frame, before you read the message.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");

const receiveMessage = Journeys.prototype.receiveMessage;

Journeys.prototype.receiveMessage = function (ref, sessionId, origin, message) {
  return receiveMessage.call(this, ref, sessionId, this.settings.authOrigin, message);
};

require("../../../examples/embedded_app/server");
