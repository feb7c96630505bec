// Waits until nothing is marked as busy and no animation runs that ends, at most capMs.
(capMs) =>
  new Promise((done) => {
    const began = performance.now();
    const isRunning = (animation) => animation.playState === "running" && animation.effect?.getComputedTiming().endTime !== Infinity;
    const isBusy = () => document.getAnimations().some(isRunning) || [...document.querySelectorAll("[aria-busy=true]")].some((element) => element.checkVisibility());
    const look = () => (isBusy() && performance.now() - began < capMs ? setTimeout(look, 25) : done());
    look();
  })
