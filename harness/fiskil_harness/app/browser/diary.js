// Tells every moment what the page shows: while the browser waits for the next page it answers no questions, but scripts go on.
(name, everyMs) => {
  const read = READ;
  const moves = (one) => one.playState === "running" && one.effect?.getTiming().iterations === Infinity && one.effect.target?.checkVisibility();
  let pressedMs = null;
  addEventListener("click", () => (pressedMs = performance.now()), { capture: true });
  const tell = () => {
    const told = read();
    told.since_s = pressedMs === null ? null : (performance.now() - pressedMs) / 1000;
    told.width_px = innerWidth;
    if (document.getAnimations().some(moves)) told.signs.push("moving");
    globalThis[name](told);
  };
  tell();
  setInterval(tell, everyMs);
}
