"""Evidence in reports: excerpts of the journal for failed findings, the story (events) of every scenario, and screenshots.

Evidence contains bytes, ids and times of one run, so it may differ from run to run. No verdict depends on it.
"""

from fiskil_harness.probes.evidence.excerpt_values import Excerpt, ExcerptLine, ShellCommand
from fiskil_harness.probes.evidence.excerpts import excerpts
from fiskil_harness.probes.evidence.printed import Printed, Tail, printed_in
from fiskil_harness.probes.evidence.screenshots import SCREENSHOT, Picture, Viewpoint, bounded, pictures, screenshot_marks
from fiskil_harness.probes.evidence.story import shortened, story_of
from fiskil_harness.probes.evidence.story_values import BOUNDS_MS, Story, StoryEntry

__all__ = [
    "BOUNDS_MS",
    "SCREENSHOT",
    "Excerpt",
    "ExcerptLine",
    "Picture",
    "Printed",
    "ShellCommand",
    "Story",
    "StoryEntry",
    "Tail",
    "Viewpoint",
    "bounded",
    "excerpts",
    "pictures",
    "printed_in",
    "screenshot_marks",
    "shortened",
    "story_of",
]
