"""What faults do with acts alike: bounds on what lasts long, and heads and bodies that are rewritten.

An answer is held up a minute at most and comes in ``MOST_PIECES`` at most; what is left then comes at once.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import Act, End, Pause, Piece, head_and_body

LONGEST_MS = 60_000
LONGEST_S = LONGEST_MS / 1000
MOST_PIECES = 20_000
CRLF = b"\r\n"


class Head(Struct, frozen=True):
    """The head of an answer: the first line, and those of the headers."""

    status_line: bytes
    lines: tuple[bytes, ...]

    @classmethod
    def of(cls, acts: Sequence[Act]) -> "Head":
        """The head that *acts* would write, not those of interim answers before it."""
        first, *lines = final_head(acts).removesuffix(CRLF + CRLF).split(CRLF)
        return cls(first, tuple(lines))

    def __bytes__(self) -> bytes:
        return CRLF.join((self.status_line, *self.lines, b"", b""))

    def values(self, name: bytes) -> list[bytes]:
        """What stands under that name."""
        return [line.partition(b":")[2].strip() for line in self.lines if _is_named(line, name)]

    def without(self, name: bytes) -> "Head":
        """The same without that header."""
        return Head(self.status_line, tuple(line for line in self.lines if not _is_named(line, name)))

    def adding(self, *lines: bytes) -> "Head":
        """The same with *lines* after the others."""
        return Head(self.status_line, (*self.lines, *lines))


def has_head(acts: Sequence[Act]) -> bool:
    """Whether any of a head would be written."""
    return any(_is_head(act) for act in acts)


def final_head(acts: Sequence[Act]) -> bytes:
    """The bytes of the head without those of interim answers (1xx) before it."""
    head = head_and_body(acts)[0]
    return head[_interim_size(head) :]


def with_head(acts: Sequence[Act], head: Head | bytes) -> list[Act]:
    """*acts* with another head, which is written where the first piece of the old one was; interim answers stay."""
    left = _interim_size(head_and_body(acts)[0])
    done: list[Act] = []
    is_written = False
    for act in acts:
        if not isinstance(act, Piece) or act.is_body:
            done.append(act)
            continue
        before, after = act.data[:left], act.data[left:]
        left -= len(before)
        if before:
            done.append(Piece(before))
        if after and not is_written:
            done.append(Piece(bytes(head)))
            is_written = True
    return done


def with_length(acts: Sequence[Act], *lengths: int) -> list[Act]:
    """*acts* with a head that announces these lengths, one after the other."""
    head = Head.of(acts).without(b"content-length")
    return with_head(acts, head.adding(*[b"content-length: %d" % length for length in lengths]))


def body_size(acts: Sequence[Act]) -> int:
    """How many bytes of the body *acts* would write."""
    return len(head_and_body(acts)[1])


def is_framed(acts: Sequence[Act]) -> bool:
    """Whether the answer has a body and announces its length, once and rightly: what else there is was broken before."""
    size = body_size(acts)
    return size > 0 and Head.of(acts).values(b"content-length") == [b"%d" % size]


def chunked(acts: Sequence[Act], *, extension: bytes = b"", last: bytes = b"0\r\n\r\n") -> list[Act]:
    """*acts* with a chunk for each piece of the body, and *last* at the end, unless the connection ends before.

    *extension* is what follows the size of each chunk. Who calls this has made sure that there is a length to take away.
    """
    head = Head.of(acts).without(b"content-length").adding(b"transfer-encoding: chunked")
    done: list[Act] = []
    for act in with_head(acts, head):
        if isinstance(act, Piece) and act.is_body:
            done.append(Piece(b"%x%s\r\n%s\r\n" % (len(act.data), extension, act.data), is_body=True))
        else:
            done.append(act)
    return done if not last or has_end(acts) else [*done, Piece(last, is_body=True)]


def has_end(acts: Sequence[Act]) -> bool:
    """Whether the connection ends with these acts."""
    return any(isinstance(act, End) for act in acts)


def bounded(acts: Iterable[Act]) -> list[Act]:
    """*acts* with pauses of a minute and ``MOST_PIECES`` at most; then what is left comes in one."""
    left_s = LONGEST_S
    done: list[Act] = []
    rest: list[Act] = []
    pieces = 0
    for act in acts:
        if isinstance(act, Pause):
            if not rest and act.seconds <= left_s:
                left_s -= act.seconds
                done.append(act)
            elif not rest:
                rest.append(Pause(left_s))
        elif isinstance(act, Piece) and (rest or pieces >= MOST_PIECES):
            rest.append(act)
        else:
            pieces += isinstance(act, Piece)
            (rest if rest else done).append(act)
    return [*done, *_joined(rest)]


def refuse_other(fault: object, name: str, known: Sequence[object]) -> None:
    """Refuse a parameter of *fault* that is none of those that are known.

    Raises:
        ConfigError: It would break nothing.
    """
    value = getattr(fault, name)
    if value not in known:
        words = " or ".join(repr(value) for value in known)
        raise ConfigError(f"{type(fault).__name__}: {name} must be {words}, got {value!r}.")


def _joined(acts: Iterable[Act]) -> Iterator[Act]:
    """Neighbours of one kind as one piece."""
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
