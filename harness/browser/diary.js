// Tells every moment what the page shows: while the browser waits for the next page it answers no questions, but scripts go on.
(name, everyMs) => {
  const read = READ;
  const moves = (one) => one.playState === "running" && one.effect?.getTiming().iterations === Infinity && one.effect.target?.checkVisibility();
  const tell = () => {
    const told = read();
    if (document.getAnimations().some(moves)) told.signs.push("moving");
    globalThis[name](told);
  };
  tell();
  setInterval(tell, everyMs);
}
