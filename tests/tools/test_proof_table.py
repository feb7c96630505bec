"""The page about the experiments behind each practice is current."""

from tests.paths import DOCS
from tools.proof_table import page


def test_the_page_is_current() -> None:
    """``make docs`` writes the page again."""
    assert (DOCS / "proofs.md").read_text(encoding="utf-8") == page()
