"""The journal with which most tests of webhook probes begin."""

from fiskil_harness.journal.builder import JournalBuilder


def receiver_journal(*, uses: tuple[str, ...] | None = ("*",), ack_s: float = 3) -> JournalBuilder:
    """Return a builder for an app that uses every event, in its first step."""
    builder = JournalBuilder(uses=uses, ack_s=ack_s, published="2026-11-24T00:00:00.000Z")
    builder.next_step()
    return builder
