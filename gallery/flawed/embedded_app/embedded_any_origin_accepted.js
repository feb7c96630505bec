// Believes a message whichever window posted it, so any page that gets hold of the window ends journeys.
//
// Compare event.origin with the consent page's origin, and event.source with the frame, before reading the message.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");

const heard = Journeys.prototype.heard;

Journeys.prototype.heard = function (ref, sessionId, origin, message) {
  return heard.call(this, ref, sessionId, this.settings.authOrigin, message);
};

require("../../../examples/embedded_app/server");
