// Returns whether an end user reaches nothing of this document: something without text lies over each of its texts.
// A dialog in front of the page has a text of its own, so the document is not covered.
() => {
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isInView = ({ x, y, width, height }) => width > 0 && height > 0 && x + width / 2 < innerWidth && y + height / 2 < innerHeight && x + width / 2 >= 0 && y + height / 2 >= 0;
  const isReached = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return !top || element.contains(top) || top.contains(element);
  };
  const texts = [...document.body.querySelectorAll("*")].filter(
    (element) => hasText(element) && element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && isInView(element.getBoundingClientRect()),
  );
  return texts.length > 0 && !texts.some(isReached);
}
