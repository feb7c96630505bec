// Points where processing can be made to fail once, to test recovery. They are never armed in production.
"use strict";

const POINTS = ["before", "midway", "after", "database"];

class Points {
  constructor() {
    this.armed = new Map();
    this.tripped = 0;
  }

  arm(point) {
    if (!POINTS.includes(point)) return false;
    this.armed.set(point, (this.armed.get(point) || 0) + 1);
    return true;
  }

  trip(point) {
    const left = this.armed.get(point) || 0;
    if (!left) return;
    this.armed.set(point, left - 1);
    this.tripped += 1;
    throw new Error(`${point} (test)`);
  }
}

module.exports = { Points };
