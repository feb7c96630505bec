// Notes that a consent was revoked and keeps everything that was read under it.
//
// The consent was the permission to hold the rows: delete them in the change that ends it.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

Store.prototype.forgetRows = () => {};

require("../../../examples/embedded_app/server");
