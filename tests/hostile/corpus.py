"""Texts that other people may put wherever the harness reads text."""

SHELL = (
    "a\ntouch TAKEN",
    "a\rtouch TAKEN",
    "$(touch TAKEN)",
    "`touch TAKEN`",
    '"; touch TAKEN; "',
    "'; touch TAKEN; '",
    "'\"'\"'; touch TAKEN #",
    '}"; touch TAKEN; : "${X',
    "\\",
    "a && touch TAKEN",
)
"""Texts that create the file TAKEN if a shell runs a part of them."""

PYTHON = (
    "\\x",
    "\\N{",
    "\\u12",
    "\\",
    '"',
    '"""',
    '"""\nopen("TAKEN", "w")\n"""',
    "'''",
    "{0}{plan}{{",
    "@STEPS@ @TITLE@",
    "a\\\n",
    "\u2028open('TAKEN', 'w')",
)
"""Texts that make Python code invalid, or run in it, if they are not quoted."""

TERMINAL = (
    "\x1b]0;title\x07",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b[2J\x1b[H",
    "\x9b2J",
    "\x9d0;title\x9c",
    "\x1b[8mhidden\x1b[0m",
    "over\rwritten",
    "back\b\b\b\bspace",
    "\u202egnp.exe",
    "\u2066isolated\u2069",
    "\u200f\u200e\u061c",
    "\ufeffmark",
    "a\u2028b\u2029c",
    "\U000e0041\U000e0042",
    "nul\x00",
    "\x7f",
)
"""Texts that change a terminal, or show other text than they contain."""

MARKDOWN = (
    "[click](https://example.com)",
    "![](https://example.com/pixel.png)",
    "<img src=https://example.com/pixel.png>",
    "<script>alert(1)</script>",
    "https://example.com/bare",
    "www.example.com",
    "someone@example.com",
    "@octocat",
    "#12",
    "octocat/repo#12",
    "a | b",
    "a \\| b",
    "\\",
    "a\rb",
    "a\nb",
    "`code` ``",
    "*bold* _it_ ~gone~",
    "&lt;script&gt;",
    "<!-- hidden -->",
    ":tada:",
    "$$x$$",
)
"""Texts that are more than text in Markdown on GitHub."""

ALL = tuple(dict.fromkeys((*SHELL, *PYTHON, *TERMINAL, *MARKDOWN)))
