// Ticks required checkboxes, chooses an option of required radio buttons and lists, and writes into required text fields; with
// isAll, also where nothing is required, and scrolls each text to its end. Without values, it writes no text.
// Returns the names of what it changed.
([isAll, excluded, values, always]) => {
  const roots = [];
  const closed = globalThis[Symbol.for("fiskil_harness.closed")];
  const collect = (root) => {
    roots.push(root);
    for (const element of root.querySelectorAll("*")) {
      const inner = element.shadowRoot || closed?.(element);
      if (inner) collect(inner);
    }
  };
  collect(document);
  const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
  // A checkbox is often drawn by its label, while it is invisible itself.
  const isShown = (input) => input.checkVisibility() || [...(input.labels || [])].some((label) => label.checkVisibility());
  const isUsable = (input) => isShown(input) && !input.matches(":disabled") && input.getAttribute("aria-disabled") !== "true";
  const isRequired = (input) => input.required || input.getAttribute("aria-required") === "true";
  const changed = [];
  const name = (input) => (input.labels?.[0]?.innerText || input.getAttribute("aria-label") || input.name || "a box").replace(/\s+/g, " ").trim();

  const isTicked = (box) => box.checked || box.getAttribute("aria-checked") === "true";
  const groupOf = (box) => box.closest("[role=radiogroup]") || box.form || box.getRootNode();
  const others = (box) => [...groupOf(box).querySelectorAll("input[type=radio],[role=radio]")].filter((other) => other.name === box.name);
  const isChoice = (box) => box.type === "radio" || box.getAttribute("role") === "radio";
  const boxes = "input[type=checkbox],input[type=radio],[role=checkbox]:not(input),[role=radio]:not(input)";
  for (const box of all(boxes).filter(isUsable)) {
    const isAnswered = isTicked(box) || (isChoice(box) && others(box).some(isTicked));
    const group = isChoice(box) && box.closest("[role=radiogroup]");
    if (isAnswered || excluded.includes(name(box)) || !(isRequired(box) || (group && isRequired(group)) || isAll)) continue;
    box.click();
    changed.push(name(box));
  }
  for (const list of all("select").filter(isUsable)) {
    if (list.value || !(isRequired(list) || isAll)) continue;
    const last = [...list.options].findLastIndex((option) => option.value && !option.disabled);
    if (last < 0) continue;
    list.selectedIndex = last;
    for (const kind of ["input", "change"]) list.dispatchEvent(new Event(kind, { bubbles: true }));
    changed.push(name(list));
  }

  const KEPT = "[type=hidden],[type=checkbox],[type=radio],[type=submit],[type=button],[type=reset],[type=image],[type=file],[type=password],[type=range],[type=color],[readonly],[aria-hidden=true],[tabindex='-1']";
  const describe = (field) => [field.type, field.autocomplete, field.name, field.id, field.placeholder, name(field)].join(" ").toLowerCase();
  const isSearch = (field) => field.type === "search" || field.matches("[role=searchbox],[role=combobox]") || /search|filter/.test(describe(field));
  // A field that no person sees is a trap for robots.
  const isSeen = (field) => {
    const box = field.getBoundingClientRect();
    const isHidden = !field.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || field.closest("[aria-hidden=true],[inert]");
    return !isHidden && box.width > 1 && box.height > 1 && box.right > 0 && box.bottom + scrollY > 0;
  };
  // A library that keeps the value of a field itself, such as React, notices only what the browser's own setter sets.
  const set = (field, value) => {
    const kind = field.matches("textarea") ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, value);
  };
  const accepts = (field, value) => {
    set(field, value);
    return field.value === value && field.validity.valid && (field.maxLength < 0 || value.length <= field.maxLength);
  };
  for (const field of values.length ? all("input,textarea").filter((each) => isUsable(each) && isSeen(each) && !each.matches(KEPT)) : []) {
    const words = describe(field);
    const isWanted = (isAll || new RegExp(always).test(words)) && !isSearch(field);
    if (field.value || !(isRequired(field) || isWanted)) continue;
    const bounds = [field.min, field.max].filter(Boolean).map((bound) => ["", bound]);
    const entry = [...values, ...bounds].find(([pattern, value]) => new RegExp(pattern).test(words) && accepts(field, value));
    if (!entry) set(field, "");
    for (const kind of ["input", "change", "focusout"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    if (entry) changed.push(name(field));
  }
  // Terms may have to be read to their end.
  const isCut = (element) => element.scrollHeight - element.clientHeight - element.scrollTop > 1;
  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowY) && element.clientHeight > 0;
  for (const element of isAll ? all("*").filter((each) => isCut(each) && scrolls(each)) : []) {
    const from = element.scrollTop;
    element.scrollTop = element.scrollHeight;
    if (element.scrollTop !== from) changed.push("a text");
  }
  return changed;
}
