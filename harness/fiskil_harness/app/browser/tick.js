// Ticks required checkboxes, and chooses an option of required radio buttons and lists; with isAll, also those that are not
// required. Returns the names of what it changed.
([isAll, excluded]) => {
  // A checkbox is often drawn by its label, while it is invisible itself.
  const isShown = (input) => input.checkVisibility() || [...(input.labels || [])].some((label) => label.checkVisibility());
  const isUsable = (input) => isShown(input) && !input.matches(":disabled") && input.getAttribute("aria-disabled") !== "true";
  const isRequired = (input) => input.required || input.getAttribute("aria-required") === "true";
  const ticked = [];
  const name = (input) => (input.labels?.[0]?.innerText || input.name || "a box").replace(/\s+/g, " ").trim();
  const boxes = "input[type=checkbox],input[type=radio],[role=checkbox]:not(input)";
  for (const box of [...document.querySelectorAll(boxes)].filter(isUsable)) {
    const chosen = box.type === "radio" && document.querySelector(`input[type=radio][name="${CSS.escape(box.name)}"]:checked`);
    const isTicked = box.checked || box.getAttribute("aria-checked") === "true";
    if (isTicked || chosen || excluded.includes(name(box)) || !(isRequired(box) || isAll)) continue;
    box.click();
    ticked.push(name(box));
  }
  for (const list of [...document.querySelectorAll("select")].filter(isUsable)) {
    if (list.value || !(isRequired(list) || isAll)) continue;
    list.selectedIndex = list.options.length - 1;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    ticked.push(name(list));
  }
  return ticked;
}
