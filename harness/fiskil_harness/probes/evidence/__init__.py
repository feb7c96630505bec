"""What a reader is shown: of a failure the deliveries that matter and what they changed, of every scenario its story.

Exhibits, stories and pictures hold the bytes, ids and times of one run, so they may differ from run to run and no verdict
reads them.
"""

from harness.exhibits.fitting import fitted, fitted_exhibits
from harness.exhibits.making import exhibits
from harness.exhibits.pictures import Look, Picture, bounded, pictures
from harness.exhibits.stories import BOUNDS_MS, Happening, Story
from harness.exhibits.telling import told
from harness.exhibits.values import Beat, Exhibit, Sending

__all__ = [
    "BOUNDS_MS",
    "Beat",
    "Exhibit",
    "Happening",
    "Look",
    "Picture",
    "Sending",
    "Story",
    "bounded",
    "exhibits",
    "fitted",
    "fitted_exhibits",
    "pictures",
    "told",
]
