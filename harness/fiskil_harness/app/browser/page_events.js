// Sends a snapshot of the page at regular intervals. While the browser waits for the next page it cannot query this one,
// but scripts go on running.
(name, everyMs) => {
  const read = READ;
  const isMoving = (animation) =>
    animation.playState === "running" && animation.effect?.getTiming().iterations === Infinity && animation.effect.target?.checkVisibility();
  let pressedMs = null;
  addEventListener("click", () => (pressedMs = performance.now()), { capture: true });
  const send = () => {
    const snapshot = read();
    snapshot.since_s = pressedMs === null ? null : (performance.now() - pressedMs) / 1000;
    snapshot.width_px = innerWidth;
    if (document.getAnimations().some(isMoving)) snapshot.signs.push("moving");
    globalThis[name](snapshot);
  };
  send();
  setInterval(send, everyMs);
}
