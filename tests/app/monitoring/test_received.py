"""What came to a sink: the newest of it is kept, and what is gone says so."""

from fiskil_harness.app.monitoring.received import FORGOTTEN, MOST_BYTES, Pile, Received


def test_what_lies_deepest_is_forgotten_first() -> None:
    """Places stay, so that each scenario finds its own."""
    pile = Pile()
    large = Received(text=bytes(MOST_BYTES // 2))

    for _ in range(3):
        pile.add(large)

    assert len(pile) == 3
    assert [(len(request_text.text), request_text.problem) for request_text in pile.since(0)] == [
        (0, FORGOTTEN),
        *[(MOST_BYTES // 2, "")] * 2,
    ]
    assert pile.since(2) == [large]
