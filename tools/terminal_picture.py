"""Draws a terminal session as an animated SVG: the command is typed, and the lines of a real output follow one by one.

The text alone determines the SVG. It needs no script and no font from elsewhere, and stands still for a reader who
prefers reduced motion.
"""

import io
import itertools
import re

from rich.console import Console
from rich.text import Text

COLUMNS = 80
NAME = "terminal"
TYPING_S, START_S, LINE_S, PARAGRAPH_S = 1.0, 1.4, 0.04, 0.4
CUTS = (
    r"^ +last lines that the app printed\n(?:        .*\n)*",
    r"^ +evidence  .*\n",
    r"^\d+ known bugs: (?:.*\n)*?(?=Found: )",
    r"^A fast gate: (?:.*\n)*",
)
"""Lines that the picture leaves out, because they differ from run to run, or because the report has them too."""

# Rich's own format loads a font from another host.
FORMAT = """\
<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" xmlns="http://www.w3.org/2000/svg">
<title>TITLE</title>
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }}
{styles}
@media (prefers-reduced-motion: no-preference) {{
@keyframes appear {{ from {{ opacity: 0 }} }}
@keyframes type {{ from {{ clip-path: inset(0 100% 0 0) }} }}
text {{ animation: appear 40ms linear both }}
ANIMATION
}}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def excerpt(output: str) -> list[str]:
    """Return the lines of *output* that the picture shows; ``...`` is what it leaves out, as in the tutorial.

    How long the run took is left out too.
    """
    for cut in CUTS:
        output = re.sub(cut, "...\n", output, flags=re.MULTILINE)
    output = re.sub(r", in \d+ s$", "", output, flags=re.MULTILINE)
    lines = [line for line, _ in itertools.groupby(output.splitlines())]
    while lines[-1:] in ([""], ["..."]):
        del lines[-1]
    return lines


def draw(command: str, lines: list[str]) -> str:
    """Return the SVG of a terminal in which *command* prints *lines*."""
    console = Console(width=COLUMNS, record=True, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    console.print(Text.assemble("$ ", (command, "bold")))
    for line in lines:
        console.print(Text(line), soft_wrap=True)
    svg_format = FORMAT.replace("TITLE", command).replace("ANIMATION", _animation(lines))
    return console.export_svg(title="", code_format=svg_format, unique_id=NAME)


def _animation(lines: list[str]) -> str:
    """Return the style of each line, by the number in its attribute ``clip-path``."""
    steps = COLUMNS // 4
    rules = [f'[clip-path$="-line-0)"] {{{{ animation: type {TYPING_S}s steps({steps}) both }}}}']
    at_s = START_S
    for number, line in enumerate(lines, start=1):
        at_s += LINE_S if line else PARAGRAPH_S
        if line:
            rules.append(f'[clip-path$="-line-{number})"] {{{{ animation-delay: {at_s:.2f}s }}}}')
    return "\n".join(rules)
