"""The pages that people read: README, CONTRIBUTING and docs/, by their names."""

import re
import shlex

from tests.docs.blocks import blocks, commands
from tests.paths import DOCS, ROOT

PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")))
}


def page(name: str) -> str:
    """Return the text of a page in docs/."""
    return PAGES[f"docs/{name}"]


def without_code(text: str) -> str:
    """Return *text* without its code blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)


def program_arguments(text: str) -> list[list[str]]:
    """Return the arguments of each ``fiskil-harness`` command in a console or shell block or in the text of a page."""
    lines = [command.line.partition("  #")[0] for block in blocks(text, "console") for command in commands(block)]
    lines += [line.partition("  #")[0] for block in blocks(text, "sh") for line in block.text.splitlines()]
    lines += re.findall(r"`(fiskil-harness [a-z][^`]*)`", without_code(text))
    arguments = [shlex.split(re.split(r" (?:\||&&|>|&$)", line)[0], comments=True) for line in lines]
    return [rest for program, *rest in arguments if program == "fiskil-harness" and "COMMAND" not in rest]
