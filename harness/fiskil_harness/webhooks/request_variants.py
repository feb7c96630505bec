"""Named variants of the request that delivers one signed message: its bytes, and when they are sent.

The kind of a variant determines how a receiver may respond:

- PLAIN: a request that Fiskil may send, so the receiver must accept it.
- ODD: a complete request that any server may refuse.
- MALFORMED: a request that violates HTTP.
- BROKEN: a request that never arrives complete, so the receiver cannot verify it.
- METHOD: a request with PUT, PATCH or DELETE instead of POST.
- SAFE: a request with GET, HEAD or OPTIONS, which must not change anything.
"""

import enum
from collections.abc import Callable

from msgspec import Struct

from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks.connection_script import (
    End,
    HangUp,
    Move,
    Pause,
    ReadContinue,
    ReadResponse,
    Reset,
    Script,
    Send,
)
from fiskil_harness.webhooks.fiskil_signature import HEADER

JSON = "application/json"
AGENT = "User-Agent: Fiskil-Webhooks (fiskil-harness)"
SLICE = 7
DRIP_MS = 20
DRIPS = 8
CONTINUE_MS = 1000
MALFORMED_MS = 300
SETTLE_MS = 15
APART_MS = 150
HUGE_HEADER = 60_000
MANY_HEADERS = 150
WRONG_SIGNATURE = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


class Kind(enum.StrEnum):
    """The kind of a request variant, which determines how a receiver may respond."""

    PLAIN = "plain"
    ODD = "odd"
    MALFORMED = "malformed"
    BROKEN = "broken"
    METHOD = "method"
    SAFE = "safe"


class SignedRequest(Struct, frozen=True, kw_only=True):
    """A signed message and its destination.

    ``header`` is the name of the signature's header. ``reported`` contains further header lines.
    """

    path: str
    host: str
    body: bytes
    signature: str
    header: str = HEADER
    reported: tuple[str, ...] = ()


class RequestVariant(Struct, frozen=True):
    """One request variant. ``sentence`` completes the sentence "a message ..."."""

    name: str
    kind: Kind
    sentence: str
    script: Callable[[SignedRequest], Script]


def request_variant(name: str) -> RequestVariant:
    """Return the variant *name*.

    Raises:
        UnknownName: There is no such variant. The error message contains the nearest match.
    """
    if name not in REQUEST_VARIANTS:
        raise UnknownName("way to deliver", name, REQUEST_VARIANTS)
    return REQUEST_VARIANTS[name]


def of_kinds(*kinds: Kind) -> list[RequestVariant]:
    """Return every variant of these kinds, in the order in which they are sent."""
    return [request_variant for request_variant in REQUEST_VARIANTS.values() if request_variant.kind in kinds]


def head(
    letter: SignedRequest,
    *more: str,
    method: str = "POST",
    target: str = "",
    version: str = "HTTP/1.1",
    kind: str | None = JSON,
    signed: tuple[str, ...] | None = None,
    length: int | None = -1,
    is_kept: bool = False,
) -> bytes:
    """Return the head of a request.

    Args:
        more: Further header lines.
        target: The request target; empty for the path of *letter*.
        kind: The content type; None omits the header.
        signed: The header lines with the signature; None writes one line, as Fiskil does.
        length: The value of Content-Length; -1 writes the right value, None omits the header.
        is_kept: True requests that the connection stays open after the response.
    """
    content_length = len(letter.body) if length == -1 else length
    lines = [
        f"{method} {target or letter.path} {version}",
        f"Host: {letter.host}",
        AGENT,
        *([] if is_kept else ["Connection: close"]),
        *([] if kind is None else [f"Content-Type: {kind}"]),
        *letter.reported,
        *([f"{letter.header}: {letter.signature}"] if signed is None else signed),
        *([] if content_length is None else [f"Content-Length: {content_length}"]),
        *more,
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def _whole(*more: str, limit_ms: float = 0, **options: object) -> Callable[[SignedRequest], Script]:
    """Return a script that sends the request in one piece with a changed head, and reads the response."""
    return lambda letter: (Send(head(letter, *more, **options) + letter.body), ReadResponse(limit_ms=limit_ms))  # type: ignore[arg-type]


def _method(name: str) -> Callable[[SignedRequest], Script]:
    return lambda letter: (Send(head(letter, method=name) + letter.body), ReadResponse(is_head=name == "HEAD"))


def _named(spell: Callable[[str], str]) -> Callable[[SignedRequest], Script]:
    return lambda letter: _whole(signed=(f"{spell(letter.header)}: {letter.signature}",))(letter)


def _signed(*lines: str) -> Callable[[SignedRequest], Script]:
    """Return a script with one signature header for each of *lines*, in which the right signature replaces ``{}``."""
    return lambda letter: _whole(signed=tuple(f"{letter.header}: {line.format(letter.signature)}" for line in lines))(letter)


def _mixed_case(name: str) -> str:
    return "".join(letter.upper() if index % 2 else letter.lower() for index, letter in enumerate(name))


def _pieces(size: int, *, pause_ms: float = 0, most: int = 0) -> Callable[[SignedRequest], Script]:
    """Return a script that sends the request in pieces of *size* bytes, with a pause after each piece.

    If *most* is above 0, only the first *most* pieces are sent separately; the rest follows in one piece.
    """

    def script(letter: SignedRequest) -> Script:
        data = head(letter) + letter.body
        moves: list[Move] = []
        for piece_number, start in enumerate(range(0, len(data), size)):
            if piece_number == most > 0:
                moves.append(Send(data[start:]))
                break
            moves += [Send(data[start : start + size]), Pause(pause_ms)]
        return (*moves, ReadResponse())

    return script


def _two_parts(letter: SignedRequest) -> Script:
    return Send(head(letter)), Pause(APART_MS), Send(letter.body), ReadResponse()


def _chunks(letter: SignedRequest, *, extension: bytes = b"", last: bytes = b"0\r\n\r\n") -> bytes:
    middle = len(letter.body) // 2
    parts = (letter.body[:middle], letter.body[middle:])
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts) + last


def _chunked_head(letter: SignedRequest, length: int | None = None) -> bytes:
    return head(letter, "Transfer-Encoding: chunked", length=length)


def _chunked(**options: bytes) -> Callable[[SignedRequest], Script]:
    return lambda letter: (Send(_chunked_head(letter) + _chunks(letter, **options)), ReadResponse())


def _expecting(*, waits: bool) -> Callable[[SignedRequest], Script]:
    def script(letter: SignedRequest) -> Script:
        first = Send(head(letter, "Expect: 100-continue"))
        return (first, *([ReadContinue(limit_ms=CONTINUE_MS)] if waits else []), Send(letter.body), ReadResponse())

    return script


def _length_and_chunks(letter: SignedRequest) -> Script:
    chunks = _chunks(letter)
    return Send(_chunked_head(letter, len(chunks)) + chunks), ReadResponse(limit_ms=MALFORMED_MS)


def _line_feeds(letter: SignedRequest) -> Script:
    return Send(head(letter).replace(b"\r\n", b"\n") + letter.body), ReadResponse(limit_ms=MALFORMED_MS)


def _wrong_length(extra: int) -> Callable[[SignedRequest], Script]:
    """Return a script that sends the whole body with a Content-Length that is wrong by *extra* bytes."""

    def script(letter: SignedRequest) -> Script:
        wrong = head(letter, length=len(letter.body) + extra)
        return Send(wrong + letter.body), End(), ReadResponse(limit_ms=MALFORMED_MS)

    return script


def _cut(*last: Move, announced: bool = True) -> Callable[[SignedRequest], Script]:
    """Return a script that sends the head and, if *announced*, half of the body, and then makes the moves *last*."""

    def script(letter: SignedRequest) -> Script:
        half = letter.body[: len(letter.body) // 2]
        return Send(head(letter) + half if announced else head(letter)), Pause(SETTLE_MS), *last

    return script


def _cut_chunk(letter: SignedRequest) -> Script:
    half = letter.body[: len(letter.body) // 2]
    return Send(_chunked_head(letter) + b"%x\r\n" % len(letter.body) + half), Pause(SETTLE_MS), HangUp()


REQUEST_VARIANTS: dict[str, RequestVariant] = {
    request_variant.name: request_variant
    for request_variant in (
        RequestVariant("lower_case_header", Kind.PLAIN, "with its signature header in lower case", _named(str.lower)),
        RequestVariant("upper_case_header", Kind.PLAIN, "with its signature header in upper case", _named(str.upper)),
        RequestVariant("mixed_case_header", Kind.PLAIN, "with its signature header in mixed case", _named(_mixed_case)),
        RequestVariant(
            "charset", Kind.PLAIN, "declared as application/json; charset=utf-8", _whole(kind=f"{JSON}; charset=utf-8")
        ),
        RequestVariant("sliced", Kind.PLAIN, "in pieces of seven bytes", _pieces(SLICE)),
        RequestVariant("two_parts", Kind.PLAIN, "whose head arrives before its body", _two_parts),
        RequestVariant("kept_open", Kind.PLAIN, "on a connection that stays open", _whole(is_kept=True)),
        RequestVariant("drip", Kind.ODD, "that arrives slowly, in small pieces", _pieces(64, pause_ms=DRIP_MS, most=DRIPS)),
        RequestVariant("chunked", Kind.ODD, "in chunks", _chunked()),
        RequestVariant("chunk_extensions", Kind.ODD, "in chunks with extensions", _chunked(extension=b";name=value")),
        RequestVariant("trailers", Kind.ODD, "in chunks with a trailer", _chunked(last=b"0\r\nX-Checksum: 1\r\n\r\n")),
        RequestVariant("http_1_0", Kind.ODD, "by HTTP/1.0", _whole(version="HTTP/1.0")),
        RequestVariant("expect_waiting", Kind.ODD, "whose body waits for 100 Continue", _expecting(waits=True)),
        RequestVariant(
            "expect_not_waiting", Kind.ODD, "that expects 100 Continue and does not wait", _expecting(waits=False)
        ),
        RequestVariant(
            "absolute_target",
            Kind.ODD,
            "with a whole URL as its target",
            lambda letter: _whole(target=f"http://{letter.host}{letter.path}")(letter),
        ),
        RequestVariant("huge_header", Kind.ODD, "with a header of 60 kB", _whole("X-Padding: " + "x" * HUGE_HEADER)),
        RequestVariant(
            "many_headers", Kind.ODD, "with 150 more headers", _whole(*(f"X-Field-{n}: {n}" for n in range(MANY_HEADERS)))
        ),
        RequestVariant("upper_case_type", Kind.ODD, "declared as APPLICATION/JSON", _whole(kind=JSON.upper())),
        RequestVariant("no_type", Kind.ODD, "without a content type", _whole(kind=None)),
        RequestVariant("text_type", Kind.ODD, "declared as plain text", _whole(kind="text/plain")),
        RequestVariant("form_type", Kind.ODD, "declared as a form", _whole(kind="application/x-www-form-urlencoded")),
        RequestVariant(
            "multipart_type", Kind.ODD, "declared as multipart without a boundary", _whole(kind="multipart/form-data")
        ),
        RequestVariant("same_header_twice", Kind.ODD, "with two equal signature headers", _signed("{}", "{}")),
        RequestVariant(
            "right_then_wrong", Kind.ODD, "with a wrong signature after the right one", _signed("{}", WRONG_SIGNATURE)
        ),
        RequestVariant(
            "wrong_then_right", Kind.ODD, "with a wrong signature before the right one", _signed(WRONG_SIGNATURE, "{}")
        ),
        RequestVariant(
            "half_closed",
            Kind.ODD,
            "after which the sender closes its side of the connection",
            lambda letter: (Send(head(letter) + letter.body), End(), ReadResponse()),
        ),
        RequestVariant(
            "folded_header",
            Kind.MALFORMED,
            "with its signature on a folded line",
            lambda letter: _whole(signed=(f"{letter.header}:\r\n {letter.signature}",), limit_ms=MALFORMED_MS)(letter),
        ),
        RequestVariant("line_feeds", Kind.MALFORMED, "with lines that end in LF only", _line_feeds),
        RequestVariant(
            "more_after_it",
            Kind.MALFORMED,
            "with other bytes after it",
            lambda letter: (
                Send(head(letter, is_kept=True) + letter.body + b"junk\r\n\r\n"),
                ReadResponse(limit_ms=MALFORMED_MS),
            ),
        ),
        RequestVariant("length_too_long", Kind.MALFORMED, "shorter than its Content-Length", _wrong_length(7)),
        RequestVariant("length_too_short", Kind.MALFORMED, "longer than its Content-Length", _wrong_length(-7)),
        RequestVariant(
            "duplicate_content_length",
            Kind.MALFORMED,
            "with two different lengths",
            lambda letter: _whole(f"Content-Length: {len(letter.body) + 7}", limit_ms=MALFORMED_MS)(letter),
        ),
        RequestVariant("length_and_chunks", Kind.MALFORMED, "with a length and chunks", _length_and_chunks),
        RequestVariant("cut_in_order", Kind.BROKEN, "whose connection closes halfway", _cut(HangUp())),
        RequestVariant("cut_by_reset", Kind.BROKEN, "whose connection is reset halfway", _cut(Reset())),
        RequestVariant("half_and_ended", Kind.BROKEN, "that ends halfway", _cut(End(), ReadResponse(limit_ms=MALFORMED_MS))),
        RequestVariant("head_alone", Kind.BROKEN, "of which only the head arrives", _cut(HangUp(), announced=False)),
        RequestVariant("cut_chunk", Kind.BROKEN, "whose chunk is cut", _cut_chunk),
        *(
            RequestVariant(name.lower(), kind, f"by {name}", _method(name))
            for kind, names in ((Kind.SAFE, ("GET", "HEAD", "OPTIONS")), (Kind.METHOD, ("PUT", "PATCH", "DELETE")))
            for name in names
        ),
    )
}
"""Every variant by name, in the order in which they are sent."""
