// Stops after 50 pages of a list and treats them as the complete list.
//
// Follow links.next until there is none. A limit against endless lists must raise an error, not return a partial list.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const MOST_PAGES = 50;

const { call, walk } = Fiskil.prototype;

Fiskil.prototype.walk = async function (first, path, root, deadline) {
  const counted = Object.create(this);
  let pages = 0;
  counted.call = async (request, until) => {
    const payload = await call.call(this, request, until);
    pages += 1;
    return pages < MOST_PAGES || !payload.links ? payload : { ...payload, links: {} };
  };
  return walk.call(counted, first, path, root, deadline);
};

require("../../../examples/embedded_app/server");
