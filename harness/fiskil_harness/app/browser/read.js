// Reads one document as a person sees it: text, controls, signs of work; and what stands behind it. Changes nothing.
(wanted) => {
  const LONGEST = 2_000_000;
  const roots = [];
  const closed = globalThis[Symbol.for("fiskil_harness.closed")];
  const gather = (root) => {
    roots.push(root);
    for (const one of root.querySelectorAll("*")) {
      const inner = one.shadowRoot || closed?.(one);
      if (inner) gather(inner);
    }
  };
  gather(document);
  const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
  const isVisible = (one) => {
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return false;
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const tidy = (text) => (text || "").replace(/\s+/g, " ").trim();
  const byIds = (one, name) =>
    (one.getAttribute(name) || "").split(/\s+/).map((id) => id && one.getRootNode().getElementById?.(id)?.textContent).join(" ");
  const nameOf = (one) =>
    tidy(byIds(one, "aria-labelledby")) || tidy(one.getAttribute("aria-label")) || tidy([...(one.labels || [])].map((label) => label.innerText).join(" ")) ||
    (one.matches("input[type=submit],input[type=button],input[type=reset]") ? tidy(one.value || "Submit") : "") ||
    (one.matches("input,select,textarea") ? "" : tidy(one.innerText)) ||
    tidy([...one.querySelectorAll("img[alt],svg title")].map((image) => image.alt || image.textContent).join(" ")) ||
    tidy(one.getAttribute("alt")) || tidy(one.title) || tidy(one.placeholder) || tidy(one.name);
  const BUTTONS = "button,input[type=submit],input[type=button],input[type=reset],input[type=image],summary,[role=button],[role=menuitem]";
  const SWITCHES = "[role=switch],[role=menuitemcheckbox],input[type=checkbox]";
  const isOn = (one) => one.matches(SWITCHES) && (one.checked === true || one.getAttribute("aria-checked") === "true");
  const kindOf = (one) => (one.matches(SWITCHES) ? "switch" : one.matches(BUTTONS) ? "button" : one.matches("a[href],area[href],[role=link]") ? "link" : "field");
  const leadsTo = (one) => {
    if (one.matches("a[href],area[href]")) return one.href;
    const submits = one.matches("button:not([type]),button[type=submit],button[type=''],input[type=submit],input[type=image]");
    if (!submits || !one.form) return "";
    return one.hasAttribute("formaction") ? one.formAction : new URL(one.form.getAttribute("action") || "", document.baseURI).href;
  };
  const isDisabled = (one) => one.matches(":disabled") || one.getAttribute("aria-disabled") === "true" || Boolean(one.closest("[inert]"));
  // A switch is often drawn by its label, and the box itself is not to be seen.
  const isThere = (one) => isVisible(one) || (one.matches("input[type=checkbox]") && [...(one.labels || [])].some(isVisible));
  const CONTROLS = `${BUTTONS},${SWITCHES},a[href],area[href],[role=link],input:not([type=hidden]),select,textarea,[contenteditable=''],[contenteditable=true]`;
  const elements = all(CONTROLS).filter(isThere);
  const controls = elements.map((one) => ({ kind: kindOf(one), text: nameOf(one), leads_to: leadsTo(one), is_disabled: isDisabled(one), is_on: isOn(one) }));
  if (wanted) {
    const fits = (one) => one.kind === wanted.kind && one.text === wanted.text && one.leads_to === wanted.leads_to && one.is_on === Boolean(wanted.is_on);
    // Of several alike the one that is meant, or the first that nothing lies over, as of a window in front of the page.
    const alike = elements.filter((_, at) => fits(controls[at]));
    const isFree = (one) => {
      const box = one.getBoundingClientRect();
      const top = one.getRootNode().elementFromPoint?.(box.x + box.width / 2, box.y + box.height / 2);
      return !top || one === top || one.contains(top) || top.contains(one);
    };
    return (wanted.nth === undefined || wanted.nth === null ? alike.find(isFree) || alike[0] : alike[wanted.nth]) || null;
  }
  const signs = [];
  for (const one of all("progress,[role=progressbar]").filter(isVisible)) signs.push(tidy(`progressbar ${nameOf(one)}`));
  for (const one of all("[aria-busy=true]").filter(isVisible)) signs.push("aria-busy");
  for (const one of all("[role=status],[role=alert],[role=log],[role=timer],[aria-live=polite],[aria-live=assertive],output").filter(isVisible)) {
    const words = tidy(one.innerText);
    if (words) signs.push(`status: ${words}`);
  }
  const shadow = roots.slice(1).map((root) => [...root.children].map((one) => (one.matches("style,script,template,slot") ? "" : one.innerText || "")).join("\n"));
  const lines = [document.body ? document.body.innerText : "", ...shadow].join("\n").split("\n").map((line) => line.replace(/[^\S\n]+/g, " ").trim());
  // Charts are smaller; what is drawn over half of the page may be all that there is to read.
  const drawn = all("canvas").filter(isVisible).map((one) => one.getBoundingClientRect());
  const drawnPx = drawn.reduce((sum, box) => sum + Math.min(box.width, innerWidth) * Math.min(box.height, innerHeight), 0);
  // A frame of another origin is not told how large the window is.
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
    values: all("input,textarea,select").map((one) => String(one.value || "")).filter(Boolean),
    signs: [...new Set(signs)],
    controls,
    veils: isDrawn ? ["a canvas covers half of the page or more"] : [],
    has_password: all("input[type=password]").some(isVisible),
  };
}
