"""The receivers of docs/frameworks.md pass the scenarios that the page runs on them."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import blocks, follow
from tests.paths import DOCS, ROOT

PAGE = (DOCS / "frameworks.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
SHARED = SECTIONS["What the Python receivers share"]
FRAMEWORKS = ["Django", "Flask", "FastAPI", "Express"]


@pytest.mark.gallery
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_receiver_passes(framework: str, tmp_path: Path) -> None:
    """The files of a section, saved beside the shared one, pass."""
    (tmp_path / "node_modules").symlink_to(ROOT / "tests" / "browser" / "node_modules")

    assert follow(SHARED + SECTIONS[framework], tmp_path) == []


def test_every_section_is_run() -> None:
    """Each section with code is tried, and each has an app, a config and a command."""
    kinds = {heading: [block.title or block.language for block in blocks(text)] for heading, text in SECTIONS.items()}

    assert [heading for heading, found in kinds.items() if "console" in found] == FRAMEWORKS
    assert all(kinds[framework][1:] == ["fiskil-harness.toml", "console"] for framework in FRAMEWORKS)
