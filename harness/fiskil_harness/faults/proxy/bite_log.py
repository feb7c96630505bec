"""Records bites in the journal, and reports them to observers of what a client received."""

from collections.abc import Sequence
from typing import Any

from fiskil_harness.faults.proxy.act_player import Performed
from fiskil_harness.faults.proxy.composition import Composition
from fiskil_harness.faults.proxy.observers import BITTEN, Bitten
from fiskil_harness.faults.proxy.strict_parser import parse_response
from fiskil_harness.faults.rules import Facts, Taken, Waiting
from fiskil_harness.journal import Bite, FaultSet, Journal


def note_bites(
    taken: Sequence[Taken],
    result: Composition,
    performed: Performed,
    *,
    number: int,
    facts: Facts,
    journal: Journal | None,
    is_closed: bool,
) -> tuple[tuple[str, ...], int | None, Any, bytearray]:
    """Record every fault that has bitten an exchange; return the faults' names, and the response that the client got.

    Args:
        taken: The rules whose faults were applied to the exchange.
        result: The outcome of the exchange: the bites and the response.
        performed: The bytes that were written to the client.
        number: The number of the exchange.
        facts: The properties of the exchange, such as its route.
        journal: The journal that records the bites; None if no scenario runs.
        is_closed: True if the connection closed normally (with FIN) after the written bytes.
    """
    received = parse_response(bytes(performed.head + performed.body), method=facts.method, is_closed=is_closed)
    status = status_of(bytes(performed.head))
    headers = received.headers or (result.reply.headers if result.reply is not None and status is not None else ())
    body = bytearray(received.body) if received.headers else performed.body
    offsets = [result.offsets.get(number, -1) for number, has_bitten in enumerate(result.has_bitten) if has_bitten]
    bitten = [rule_taken.waiting.rule for rule_taken, has_bitten in zip(taken, result.has_bitten, strict=True) if has_bitten]
    names = tuple(rule.name for rule in bitten)
    if journal is not None:
        for rule, offset in zip(bitten, offsets, strict=True):
            journal.write(
                Bite(
                    **journal.stamp(),
                    fault=rule.name,
                    route=facts.route,
                    request_number=number,
                    byte_offset=offset,
                    seed=rule.seed,
                )
            )
    for watch in BITTEN:
        watch(
            Bitten(
                fault=" + ".join(names),
                spoils=tuple(dict.fromkeys(part for rule in bitten for part in rule.fault.spoils)),
                is_joint=len(bitten) > 1,
                method=facts.method,
                route=facts.route,
                version=facts.version,
                status=status,
                headers=headers,
                body=bytes(body),
                flaw=received.flaw,
                has_left=performed.has_left,
            )
        )
    return names, status, headers, body


def fault_set(waiting: Waiting, **stamp: Any) -> FaultSet:
    """Return the journal entry of a rule that is or was set."""
    rule = waiting.rule
    return FaultSet(
        **stamp,
        fault=rule.name,
        route=rule.route,
        times=waiting.required,
        missing_bites=waiting.left,
        unchanged_exchanges=waiting.spared,
        problem=waiting.problem if waiting.left else "",
    )


def status_of(head: bytes) -> int | None:
    """Return the final status (not 1xx) in *head*, the bytes of a response head; None if there is no final status."""
    for line in head.split(b"\r\n"):
        if line.startswith(b"HTTP/1.") and line[9:12].isdigit() and line[9:10] != b"1":
            return int(line[9:12])
    return None
