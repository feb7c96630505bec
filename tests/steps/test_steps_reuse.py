"""A refusal and a genuine request on one connection: what is sent, and what is written down about each."""

from collections.abc import Callable

from apps.mailbox import Mailbox

from harness import steps
from harness.journal import Delivery, Journal

Perform = Callable[..., tuple[Journal, str]]
WAYS = ["unsigned", "wrong_signature", "large"]


def test_each_way_of_being_refused_has_its_turn(perform: Perform, mailbox: Mailbox) -> None:
    """The refused body begins like a request for the receiver's path, signed as a genuine one would be."""
    mailbox.refused = b"POST /webhooks"

    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.RefuseThenReuse())

    outer = [body for body in mailbox.bodies if body.startswith(b"POST /webhooks/fiskil HTTP/1.1\r\n")]
    assert not crashed
    assert len(outer) == len(WAYS)
    assert len(outer[-1]) > 1_500_000
    assert all(b"X-Fiskil-Signature: " in body for body in outer)
    assert [(one.name, one.outcome) for one in journal.all(Delivery) if one.kind == "refusable"] == [
        (name, "refuse") for name in WAYS
    ]


def test_where_the_connection_is_closed_the_genuine_one_comes_on_another(perform: Perform, mailbox: Mailbox) -> None:
    """The server of these tests speaks HTTP/1.0, so it always closes."""
    mailbox.refused = b"POST /webhooks"

    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.RefuseThenReuse())

    behind = [one for one in journal.all(Delivery) if one.name == "behind unsigned"]
    after = [one for one in journal.all(Delivery) if one.name == "after unsigned"]
    assert [(one.outcome, one.is_judged) for one in behind] == [("indeterminate", False)]
    assert [(one.outcome, one.attempt) for one in after] == [("ack", 2)]


def test_nothing_inside_a_body_is_an_event(perform: Perform, mailbox: Mailbox) -> None:
    """What was embedded has a name, so that its effect would be seen."""
    mailbox.refused = b"POST /webhooks"

    journal, _ = perform(steps.Authorise(), steps.RefuseThenReuse())

    assert [one for one in journal.all(Delivery) if one.kind == "embedded"] == []
    assert sorted(name for name in journal.names.values() if name.startswith("embedded:")) == [
        f"embedded:{name}" for name in sorted(WAYS)
    ]
