"""What a reader is shown of a failure: the deliveries that matter, how to send them again, and what they changed.

Exhibits hold the bytes, ids and signatures of one run, so they may differ from run to run and no verdict reads them.
"""

from harness.exhibits.making import exhibits
from harness.exhibits.values import Beat, Exhibit, Sending

__all__ = ["Beat", "Exhibit", "Sending", "exhibits"]
