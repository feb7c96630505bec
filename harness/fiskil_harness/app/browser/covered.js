// Returns whether an end user reaches nothing of this document: the consent page, or an element without any content, lies
// over each of its texts. *consentFrames* are the frames of the consent page. A dialog in front of the page has content.
(consentFrames) => {
  const CONTENT = "iframe,frame,embed,object,canvas,img,video,svg,picture";
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const middleOf = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0 ? [x + width / 2, y + height / 2] : [-1, -1];
  };
  const isInView = (element) => {
    const [x, y] = middleOf(element);
    return x >= 0 && y >= 0 && x < innerWidth && y < innerHeight && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  // A custom element may hold content in a closed shadow tree.
  const isVeil = (element) =>
    [element, ...element.querySelectorAll("*")].every(
      (part) => consentFrames.includes(part) || !(part.matches(CONTENT) || part.shadowRoot || part.localName.includes("-")),
    ) && !element.innerText?.trim();
  const isReached = (element) => {
    const top = document.elementFromPoint(...middleOf(element));
    return !top || element.contains(top) || top.contains(element) || !isVeil(top);
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) => hasText(element) && isInView(element));
  return texts.length > 0 && !texts.some(isReached);
}
