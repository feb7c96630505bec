// Reads a document as an end user sees it (text, controls, signs of work) and its HTML. Changes nothing.
// With *wanted*, returns the matching control instead.
(wanted) => {
  const LONGEST = 2_000_000;
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
  const isVisible = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const tidy = (text) => (text || "").replace(/\s+/g, " ").trim();
  const byIds = (element, name) =>
    (element.getAttribute(name) || "").split(/\s+/).map((id) => id && element.getRootNode().getElementById?.(id)?.textContent).join(" ");
  const nameOf = (element) =>
    tidy(byIds(element, "aria-labelledby")) || tidy(element.getAttribute("aria-label")) || tidy([...(element.labels || [])].map((label) => label.innerText).join(" ")) ||
    (element.matches("input[type=submit],input[type=button],input[type=reset]") ? tidy(element.value || "Submit") : "") ||
    (element.matches("input,select,textarea") ? "" : tidy(element.innerText)) ||
    tidy([...element.querySelectorAll("img[alt],svg title")].map((image) => image.alt || image.textContent).join(" ")) ||
    tidy(element.getAttribute("alt")) || tidy(element.title) || tidy(element.placeholder) || tidy(element.name);
  // A list is named after its last option that is not chosen, which a press chooses.
  const otherOf = (list) => [...list.options].findLast((option) => !option.selected && !option.disabled);
  const labelOf = (element) => (element.matches("select") && otherOf(element) ? `${nameOf(element)}: ${tidy(otherOf(element).text)}` : nameOf(element));
  const BUTTONS = "button,input[type=submit],input[type=button],input[type=reset],input[type=image],summary,[role=button],[role=menuitem],[role=tab],div[onclick],span[onclick],li[onclick],td[onclick],tr[onclick]";
  const SWITCHES = "[role=switch],[role=menuitemcheckbox],input[type=checkbox]";
  const CHOICES = "select,input[type=radio],[role=radio]";
  const isOn = (element) => element.matches(`${SWITCHES},[type=radio],[role=radio]`) && (element.checked === true || element.getAttribute("aria-checked") === "true");
  const kindOf = (element) => (element.matches(SWITCHES) ? "switch" : element.matches(BUTTONS) ? "button" : element.matches("a[href],area[href],[role=link]") ? "link" : element.matches(CHOICES) ? "choice" : "field");
  const targetOf = (element) => {
    if (element.matches("a[href],area[href]")) return element.href;
    const submits = element.matches("button:not([type]),button[type=submit],button[type=''],input[type=submit],input[type=image]");
    if (!submits || !element.form) return "";
    return element.hasAttribute("formaction") ? element.formAction : new URL(element.form.getAttribute("action") || "", document.baseURI).href;
  };
  const isDisabled = (element) => element.matches(":disabled") || element.getAttribute("aria-disabled") === "true" || Boolean(element.closest("[inert]"));
  // A switch is often drawn by its label, while the checkbox itself is invisible.
  const isShown = (element) => isVisible(element) || (element.matches("input[type=checkbox]") && [...(element.labels || [])].some(isVisible));
  const CONTROLS = `${BUTTONS},${SWITCHES},[role=radio],a[href],area[href],[role=link],input:not([type=hidden]),select,textarea,[contenteditable=''],[contenteditable=true]`;
  const elements = all(CONTROLS).filter(isShown);
  const controls = elements.map((element) => ({ kind: kindOf(element), text: labelOf(element), leads_to: targetOf(element), is_disabled: isDisabled(element), is_on: isOn(element) }));
  if (wanted) {
    const fits = (element) => element.kind === wanted.kind && element.text === wanted.text && element.leads_to === wanted.leads_to && element.is_on === Boolean(wanted.is_on);
    // Of several equal controls the nth, or the first that nothing covers, as in a dialog in front of the page.
    const matches = elements.filter((_, index) => fits(controls[index]));
    const isUncovered = (element) => {
      const box = element.getBoundingClientRect();
      const top = element.getRootNode().elementFromPoint?.(box.x + box.width / 2, box.y + box.height / 2);
      return !top || element === top || element.contains(top) || top.contains(element);
    };
    return (wanted.nth === undefined || wanted.nth === null ? matches.find(isUncovered) || matches[0] : matches[wanted.nth]) || null;
  }
  const signs = [];
  for (const element of all("progress,[role=progressbar]").filter(isVisible)) signs.push(tidy(`progressbar ${nameOf(element)}`));
  for (const element of all("[aria-busy=true]").filter(isVisible)) signs.push("aria-busy");
  for (const element of all("[role=status],[role=alert],[role=log],[role=timer],[aria-live=polite],[aria-live=assertive],output").filter(isVisible)) {
    const text = tidy(element.innerText);
    if (text) signs.push(`status: ${text}`);
  }
  const shadow = roots.slice(1).map((root) => [...root.children].map((element) => (element.matches("style,script,template,slot") ? "" : element.innerText || "")).join("\n"));
  const lines = [document.body ? document.body.innerText : "", ...shadow].join("\n").split("\n").map((line) => line.replace(/[^\S\n]+/g, " ").trim());
  // Charts are smaller. A canvas that covers half of the page may contain all of its text.
  const drawn = all("canvas").filter(isVisible).map((element) => element.getBoundingClientRect());
  const drawnPx = drawn.reduce((sum, box) => sum + Math.min(box.width, innerWidth) * Math.min(box.height, innerHeight), 0);
  // A frame of another origin cannot read the size of the window.
  const windowPx = () => {
    try {
      return globalThis.top.innerWidth * globalThis.top.innerHeight;
    } catch {
      return Infinity;
    }
  };
  const isDrawn = drawnPx > 0 && drawnPx * 2 >= windowPx();
  return {
    title: document.title,
    text: lines.filter(Boolean).join("\n").slice(0, LONGEST),
    html: [document.documentElement.outerHTML, ...roots.slice(1).map((root) => root.innerHTML)].join("\n").slice(0, LONGEST),
    values: all("input,textarea,select").map((element) => String(element.value || "")).filter(Boolean),
    signs: [...new Set(signs)],
    controls,
    veils: isDrawn ? ["a canvas covers half of the page or more"] : [],
    has_password: all("input[type=password]").some(isVisible),
  };
}
