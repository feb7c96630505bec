"""The animated picture of a terminal in a real browser."""

import pytest
from playwright.sync_api import Browser

from tests.paths import DOCS

LINES = """[...document.querySelectorAll("g text")].map(text => {
  const isVisible = text.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  return [text.textContent.trim(), isVisible, getComputedStyle(text).clipPath.startsWith("url(")];
})"""


@pytest.mark.gallery
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_picture_ends_with_every_line(chromium: Browser, motion: str) -> None:
    """All lines are visible when the animation has ended, and at once for a reader who prefers reduced motion."""
    context = chromium.new_context(reduced_motion=motion)
    page = context.new_page()

    page.goto((DOCS / "pictures" / "demo.svg").as_uri())
    running = page.evaluate("document.getAnimations().length > 0")
    page.evaluate("Promise.all(document.getAnimations().map(animation => animation.finished)).then(() => true)")
    lines = page.evaluate(LINES)
    context.close()

    assert running is (motion == "no-preference")
    assert "fiskil-harness\xa0demo" in [text for text, _, _ in lines]
    assert [line for line in lines if line[1:] != [True, True]] == []
