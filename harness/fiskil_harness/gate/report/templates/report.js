"use strict";
// Builds the details of a scenario when they are opened, and filters what the page lists. Texts become text nodes only.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const DRAWN = new Set(["svg", "g", "path", "rect", "circle", "line", "polygon", "text", "title", "tspan"]);
  const WRITTEN = new Set(["div", "span", "p", "ol", "ul", "li", "details", "summary", "pre", "code", "b", "strong", "br", "wbr"]);
  const ALLOWED = /^(class|viewBox|role|aria-[a-z]+|x|y|x1|x2|y1|y2|cx|cy|r|rx|d|points|width|height|text-anchor|open)$/;

  const build = (node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, attributes, ...children] = node;
    if (!DRAWN.has(tag) && !WRITTEN.has(tag)) return document.createTextNode("");
    const element = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (ALLOWED.test(name)) element.setAttribute(name, value);
    }
    element.append(...children.map(build));
    return element;
  };

  const unpack = async () => {
    const { stories } = JSON.parse(document.getElementById("packed").textContent);
    const bytes = Uint8Array.from(atob(stories), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
  let trees = null;
  const fill = async (place) => {
    if (place.dataset.done) return;
    place.dataset.done = "1";
    try {
      trees ??= unpack();
      place.replaceChildren(build((await trees)[place.dataset.story]));
    } catch (error) {
      place.textContent = `This browser cannot show the details: ${error.message}`;
    }
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.open) event.target.querySelectorAll(":scope > [data-story]").forEach(fill);
  }, true);

  const openTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", openTarget);
  openTarget();

  const tools = document.getElementById("filter");
  const query = document.getElementById("filter-text");
  const verdict = document.getElementById("filter-verdict");
  const listed = [...document.querySelectorAll("[data-tone]")];
  const texts = new Map(listed.map((element) => [element, element.textContent.toLowerCase()]));
  const apply = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const element of listed) {
      const isTone = !verdict.value || element.dataset.tone === verdict.value;
      element.hidden = !isTone || !words.every((word) => texts.get(element).includes(word));
      shown += element.hidden ? 0 : 1;
    }
    const isActive = Boolean(words.length || verdict.value);
    for (const group of document.querySelectorAll("details.group")) {
      const rows = [...group.querySelectorAll("[data-tone]")];
      group.hidden = rows.length > 0 && rows.every((row) => row.hidden);
      if (isActive && rows.length > 0 && !group.hidden) group.open = true;
    }
    document.getElementById("filter-count").textContent = isActive ? `${shown} of ${listed.length} shown` : "";
  };
  query.addEventListener("input", apply);
  verdict.addEventListener("change", apply);
  tools.hidden = false;
})();
