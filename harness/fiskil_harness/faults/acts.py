"""Shared operations on acts (the writes, pauses and ends by which a response is sent): limits, and changes of head and body.

A response is delayed by at most a minute and written in at most ``MOST_PIECES`` pieces. Beyond that, the rest is written
at once.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from fiskil_harness.faults.fault import Act, End, Pause, Piece, head_and_body

LONGEST_MS = 60_000
LONGEST_S = LONGEST_MS / 1000
MOST_PIECES = 20_000
CRLF = b"\r\n"


class Head(Struct, frozen=True):
    """The head of a response: the status line and the header lines."""

    status_line: bytes
    lines: tuple[bytes, ...]

    @classmethod
    def of(cls, acts: Sequence[Act]) -> "Head":
        """Return the head that *acts* would write, without preceding interim responses (1xx)."""
        first, *lines = final_head(acts).removesuffix(CRLF + CRLF).split(CRLF)
        return cls(first, tuple(lines))

    def __bytes__(self) -> bytes:
        return CRLF.join((self.status_line, *self.lines, b"", b""))

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of the header *name*."""
        return [line.partition(b":")[2].strip() for line in self.lines if _is_named(line, name)]

    def without(self, name: bytes) -> "Head":
        """Return a copy without the header *name*."""
        return Head(self.status_line, tuple(line for line in self.lines if not _is_named(line, name)))

    def adding(self, *lines: bytes) -> "Head":
        """Return a copy with the header *lines* appended."""
        return Head(self.status_line, (*self.lines, *lines))


def has_head(acts: Sequence[Act]) -> bool:
    """Return True if *acts* would write any byte of a head."""
    return any(_is_head(act) for act in acts)


def final_head(acts: Sequence[Act]) -> bytes:
    """Return the bytes of the head that *acts* would write, without preceding interim responses (1xx)."""
    head = head_and_body(acts)[0]
    return head[_interim_size(head) :]


def with_head(acts: Sequence[Act], head: Head | bytes) -> list[Act]:
    """Return *acts* with *head* in place of the old head, written as one piece; interim responses (1xx) stay."""
    left = _interim_size(head_and_body(acts)[0])
    result: list[Act] = []
    is_written = False
    for act in acts:
        if not isinstance(act, Piece) or act.is_body:
            result.append(act)
            continue
        before, after = act.data[:left], act.data[left:]
        left -= len(before)
        if before:
            result.append(Piece(before))
        if after and not is_written:
            result.append(Piece(bytes(head)))
            is_written = True
    return result


def with_length(acts: Sequence[Act], *lengths: int) -> list[Act]:
    """Return *acts* with one ``content-length`` header for each of *lengths*, in place of the old header."""
    head = Head.of(acts).without(b"content-length")
    return with_head(acts, head.adding(*[b"content-length: %d" % length for length in lengths]))


def body_size(acts: Sequence[Act]) -> int:
    """Return the number of body bytes that *acts* would write."""
    return len(head_and_body(acts)[1])


def is_framed(acts: Sequence[Act]) -> bool:
    """Return True if the response has a body and exactly one ``content-length``, which is correct.

    The result is False after another fault has broken the framing.
    """
    size = body_size(acts)
    return size > 0 and Head.of(acts).values(b"content-length") == [b"%d" % size]


def chunked(acts: Sequence[Act], *, extension: bytes = b"", last: bytes = b"0\r\n\r\n") -> list[Act]:
    """Return *acts* with each piece of the body as one chunk, followed by *last* unless the acts end the connection.

    The caller must check ``is_framed`` first, because ``content-length`` is removed.

    Args:
        acts: A response for which ``is_framed`` is True.
        extension: The chunk extension: bytes after the size of each chunk.
        last: The bytes after the chunks (default: the chunk that ends the body); empty for a body without an end.
    """
    head = Head.of(acts).without(b"content-length").adding(b"transfer-encoding: chunked")
    result: list[Act] = []
    for act in with_head(acts, head):
        if isinstance(act, Piece) and act.is_body:
            result.append(Piece(b"%x%s\r\n%s\r\n" % (len(act.data), extension, act.data), is_body=True))
        else:
            result.append(act)
    return result if not last or has_end(acts) else [*result, Piece(last, is_body=True)]


def has_end(acts: Sequence[Act]) -> bool:
    """Return True if one of *acts* ends the connection."""
    return any(isinstance(act, End) for act in acts)


def bounded(acts: Iterable[Act]) -> list[Act]:
    """Return *acts* limited to a minute of pauses and ``MOST_PIECES`` pieces; pieces beyond these limits are joined."""
    left_s = LONGEST_S
    result: list[Act] = []
    rest: list[Act] = []
    pieces = 0
    for act in acts:
        if isinstance(act, Pause):
            if not rest and act.seconds <= left_s:
                left_s -= act.seconds
                result.append(act)
            elif not rest:
                rest.append(Pause(left_s))
        elif isinstance(act, Piece) and (rest or pieces >= MOST_PIECES):
            rest.append(act)
        else:
            pieces += isinstance(act, Piece)
            (rest if rest else result).append(act)
    return [*result, *_joined(rest)]


def _joined(acts: Iterable[Act]) -> Iterator[Act]:
    """Yield *acts*, joining adjacent pieces if all of them belong to the head or all to the body."""
    parts: list[bytes] = []
    is_body = False
    for act in acts:
        if isinstance(act, Piece) and (not parts or act.is_body == is_body):
            is_body = act.is_body
            parts.append(act.data)
            continue
        if parts:
            yield Piece(b"".join(parts), is_body)
            parts = []
        if isinstance(act, Piece):
            is_body = act.is_body
            parts.append(act.data)
        else:
            yield act
    if parts:
        yield Piece(b"".join(parts), is_body)


def _interim_size(head: bytes) -> int:
    at = head.removesuffix(CRLF + CRLF).rfind(CRLF + CRLF)
    return at + len(CRLF + CRLF) if at >= 0 else 0


def _is_head(act: Act) -> bool:
    return isinstance(act, Piece) and not act.is_body


def _is_named(line: bytes, name: bytes) -> bool:
    return line.partition(b":")[0].strip().lower() == name
