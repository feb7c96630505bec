"""The pictures of the documentation: each is on a page with a text in its place, and a renewal changes only what must."""

import html
import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, without_code
from tests.paths import DOCS, ROOT
from tools import pictures, terminal_picture
from tools.site import stage

SHOWN = [
    (name, alternative, path)
    for name, text in PAGES.items()
    for alternative, path in re.findall(r"!\[([^]]*)\]\(([^)]*)\)", without_code(text))
]
OUTPUT = """\
FAIL  webhooks.idempotent   webhook_repeated                              seed 0
      evidence  b.e0 attempt 1: 204
      evidence  b.e0 attempt 2: 204
      fix       claim message_id
      last lines that the app printed
        {at} level=INFO event_type=webhook_received
        end_user_id=eu_EY6
      again     fiskil-harness run webhook_repeated --seed 0

58 known bugs: 1 found, 0 not found, 57 unknown

1 scenario: 1 fail.

Found: webhooks.idempotent.

47 scenarios: 47 pass, in {took_s} s
A fast gate: it left the others out.

HTML report: {folder}/fiskil-harness-demo.html
"""


def texts(svg: str) -> list[str]:
    """Return the lines that a picture of a terminal shows."""
    return [html.unescape(text).replace("\xa0", " ") for text in re.findall(r"<text [^>]*>(.*?)</text>", svg)]


def test_every_picture_of_a_page_exists_and_has_a_text() -> None:
    """A reader who cannot see a picture learns from its alternative text what it shows."""
    files = {(ROOT / name).parent.joinpath(path).resolve() for name, _, path in SHOWN}

    assert [shown for shown in SHOWN if not 40 <= len(shown[1]) <= 200] == []
    assert files == set(pictures.PICTURES.iterdir())


def test_every_picture_is_in_the_site(tmp_path: Path) -> None:
    """The site has the pictures where its pages look for them."""
    pages = stage(tmp_path)
    paths = [
        page.parent / path
        for page in pages
        for path in re.findall(r"!\[[^]]*\]\(([^)]*)\)", without_code(page.read_text(encoding="utf-8")))
    ]

    assert len(paths) == len(SHOWN)
    assert [path for path in paths if not path.is_file()] == []


def test_a_picture_is_small_and_names_no_machine() -> None:
    """No picture has 150 kB, and none contains a path or loads anything."""
    contents = {path.name: path.read_bytes() for path in pictures.PICTURES.iterdir()}
    svgs = [content.decode() for name, content in contents.items() if name.endswith(".svg")]

    assert [name for name, content in contents.items() if len(content) >= 150_000] == []
    assert [name for name, content in contents.items() if str(ROOT).encode() in content] == []
    assert [text for svg in svgs for text in re.findall(r"https?://[^\"]*|/tmp|/home", svg)] == [
        "http://www.w3.org/2000/svg" for _ in svgs
    ]


def test_the_picture_is_the_same_after_a_renewal() -> None:
    """Times, folders and the app's log are left out; ``...`` is in their place."""
    first = OUTPUT.format(at="2026-06-01T10:00:00.123Z", took_s=58, folder="/home/a")
    later = OUTPUT.format(at="2027-07-02T11:01:01.456Z", took_s=109, folder="/home/b")

    lines = terminal_picture.excerpt(first)

    assert lines == terminal_picture.excerpt(later)
    assert lines == [
        "FAIL  webhooks.idempotent   webhook_repeated                              seed 0",
        "...",
        "      fix       claim message_id",
        "...",
        "      again     fiskil-harness run webhook_repeated --seed 0",
        "",
        "...",
        "Found: webhooks.idempotent.",
        "",
        "47 scenarios: 47 pass",
    ]


def test_lines_appear_in_order_within_five_seconds() -> None:
    """Each line has a later time than the one before, and nothing moves for a reader who prefers that."""
    svg = (DOCS / "pictures" / "demo.svg").read_text(encoding="utf-8")
    delays = [float(delay) for delay in re.findall(r"animation-delay: ([\d.]+)s", svg)]

    assert delays == sorted(set(delays))
    assert delays[-1] < 5
    assert len(texts(svg)) == len(delays) + 2
    assert svg.index("prefers-reduced-motion: no-preference") < svg.index("@keyframes")


@pytest.mark.gallery
def test_the_demo_shows_what_the_program_prints(tmp_path: Path) -> None:
    """Two runs give the same picture, and their finding is the one of the demo: ``make pictures`` renews it."""
    command = "fiskil-harness run webhook_repeated --gallery no_dedupe"
    first, second = (terminal_picture.excerpt(pictures.run(command, tmp_path, code=1)) for _ in range(2))
    demo = texts((DOCS / "pictures" / "demo.svg").read_text(encoding="utf-8"))

    shown = [line for line in first[: first.index("")] if line != "..."]
    assert terminal_picture.draw(command, first) == terminal_picture.draw(command, second)
    assert [line for line in shown if line not in demo] == []


def test_an_unknown_picture_is_refused() -> None:
    """The message lists the names."""
    with pytest.raises(SystemExit) as refusal:
        pictures.main(["demos"])

    assert refusal.value.code == "There is no picture 'demos'. Known: demo, consent, report."
