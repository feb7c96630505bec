"""Escapes text from outside for GitHub-flavoured Markdown: it stays text, also in the cell of a table.

Characters with a meaning become numeric entities, which Markdown never interprets. Mentions and issue numbers are recognised
in the rendered text, so an invisible space separates their sign from the name.
"""

import re

from fiskil_harness.core.printable import one_line

_SPACE = "&#8203;"
_SPECIAL = re.compile(
    r"[&<>\[\]!`*~|\\$]"  # entities, HTML, links, pictures, code, emphasis, cells, escapes, formulas
    r"|(?<!\w)_|_(?!\w)"  # emphasis; between letters it has no meaning
    r"|:(?=\S)"  # URLs and emoji
    r"|(?<=www)\."
    r"|[@#](?=\w)",
    re.IGNORECASE,
)


def prose(text: str) -> str:
    """Return *text* for a paragraph, a list item or a heading, in one line."""
    return _SPECIAL.sub(_entity, one_line(text.replace("\n", " ")))


def cell(text: str, *, longest: int) -> str:
    """Return *text* for a cell of a table, shortened to *longest* characters."""
    return prose(text if len(text) <= longest else text[:longest] + " ...")


def code_lines(lines: list[str]) -> list[str]:
    """Return *lines* for a fenced block, which none of them can end."""
    return [one_line(line).replace("```", "'''") for line in lines]


def code(text: str) -> str:
    """Return *text* as code inside a line, also in the cell of a table."""
    return f"<code>{prose(text)}</code>" if re.search(r"[`|\\]", text) else f"`{one_line(text)}`"


def _entity(match: re.Match[str]) -> str:
    return f"{match[0]}{_SPACE}" if match[0] in "@#" else f"&#{ord(match[0])};"
