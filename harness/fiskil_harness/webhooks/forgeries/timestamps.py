"""Forgeries for schemes that sign the time of the attempt: with another time or id than was signed, or an invalid time.

Some forgeries have a valid signature: an eavesdropper recorded the message and sends it outside the allowed time.
"""

from collections.abc import Callable

import msgspec

from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.core.model import Message
from fiskil_harness.webhooks.forgeries.forgery import Forged, Forgery, Material, forged
from fiskil_harness.webhooks.signature_schemes import signed

BEYOND_S = 60
"""A margin beyond the tolerance, so that a delay of seconds does not matter."""


def _signed_at(text: Callable[[int, int], str]) -> Callable[[Material], Forged]:
    """Return a forgery with a valid signature for another time, which *text* computes from now and the tolerance."""

    def make(material: Material) -> Forged:
        timestamp = text(int(material.honest.timestamp), material.scheme.tolerance_s)
        message = signed(msgspec.structs.replace(material.honest, timestamp=timestamp), material.secret, material.scheme)
        return forged(msgspec.structs.replace(material, honest=message), message.signature)

    return make


def _under_old_signature(change: Callable[[Message], Message]) -> Callable[[Material], Forged]:
    """Return a forgery with another time or id under the signature of the original message."""

    def make(material: Material) -> Forged:
        message = change(material.honest)
        forgery = forged(msgspec.structs.replace(material, honest=message), material.honest.signature)
        return msgspec.structs.replace(forgery, message_ids=(message.message_id, material.event.message_id))

    return make


def _a_second_later(honest: Message) -> Message:
    return msgspec.structs.replace(honest, timestamp=str(int(honest.timestamp) + 1))


def _with_other_id(honest: Message) -> Message:
    message_id = honest.message_id[:-1] + chr(ord(honest.message_id[-1]) ^ 1)
    fields = tuple((name, message_id if value == honest.message_id else value) for name, value in honest.fields)
    return msgspec.structs.replace(honest, message_id=message_id, fields=fields)


def _without_time(material: Material) -> Forged:
    scheme = material.scheme
    bare = msgspec.structs.replace(scheme, value="{signature}", timestamp_header="")
    timeless = msgspec.structs.replace(material.dialect, scheme=bare)
    return forged(msgspec.structs.replace(material, dialect=timeless), material.honest.signature)


def _only_v1a(material: Material) -> Forged:
    return forged(material, "v1a," + "A" * 86 + "==")


def _signs_time(dialect: Dialect) -> bool:
    return dialect.scheme.signs_time


def _signs_id(dialect: Dialect) -> bool:
    return dialect.scheme.signs_id


def _checks_form(dialect: Dialect) -> bool:
    """Return true if receivers must refuse other times than recent ones, although only the sender could sign them."""
    return dialect.scheme.signs_time and not dialect.scheme.accepts_future


def _has_version_1(dialect: Dialect) -> bool:
    return dialect.scheme.prefix == "v1,"


TIMES: tuple[Forgery, ...] = (
    Forgery(
        "time_old",
        "that was signed longer ago than the tolerance",
        _signed_at(lambda now, tolerance_s: str(now - tolerance_s - BEYOND_S)),
        _signs_time,
    ),
    *(
        Forgery(name, sentence, _signed_at(text), _checks_form)
        for name, sentence, text in (
            ("time_future", "that was signed for a time in the future", lambda now, s: str(now + s + BEYOND_S)),
            ("time_far_future", "that was signed for a time a year from now", lambda now, _: str(now + 31_536_000)),
            ("time_text", "with a time that is not a number", lambda *_: "hello"),
            ("time_nan", "with NaN as its time", lambda *_: "NaN"),
            ("time_empty", "with an empty time", lambda *_: ""),
            ("time_milliseconds", "with its time in milliseconds", lambda now, _: str(now * 1000)),
            ("time_with_letters", "with letters after its time", lambda now, _: f"{now}abc"),
            ("time_overflowing", "with a time of 400 digits", lambda *_: "9" * 400),
        )
    ),
    Forgery("time_changed", "with another time than was signed", _under_old_signature(_a_second_later), _signs_time),
    Forgery("id_changed", "with another id than was signed", _under_old_signature(_with_other_id), _signs_id),
    Forgery("time_missing", "without the time that was signed", _without_time, _signs_time),
    Forgery("only_v1a", "with only a signature of version v1a, which is wrong", _only_v1a, _has_version_1),
)
