"""Acts as values: heads that are rewritten, bodies in chunks, and bounds on what lasts."""

from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.faults.acts import MOST_PIECES, Head, bounded, chunked, with_head, with_length
from tests.faults.observed import BODY, HEAD, acts, lines, pauses_ms, pieces


def test_a_head_is_read_and_written_byte_for_byte() -> None:
    """What is rewritten keeps every line that it is not about."""
    assert bytes(Head.of(acts())) == HEAD


def test_a_new_head_stands_where_the_old_one_began() -> None:
    """Pauses before the answer stay before it, and those in its head after it."""
    sliced = [Pause(1), Piece(HEAD[:9]), Pause(2), Piece(HEAD[9:]), Piece(BODY, is_body=True)]

    assert with_head(sliced, b"new") == [Pause(1), Piece(b"new"), Pause(2), Piece(BODY, is_body=True)]


def test_interim_answers_stay_before_a_new_head() -> None:
    """With the pauses between them, and even where a piece holds the end of one and the begin of the other."""
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    held = [Piece(interim), Pause(1), Piece(interim + HEAD[:9]), Piece(HEAD[9:]), Piece(BODY, is_body=True)]

    assert bytes(Head.of(held)) == HEAD
    assert with_head(held, b"new") == [
        Piece(interim),
        Pause(1),
        Piece(interim),
        Piece(b"new"),
        Piece(BODY, is_body=True),
    ]


def test_lengths_are_announced_one_after_the_other() -> None:
    """In place of the old one."""
    assert lines(with_length(acts(), 3, 4))[-2:] == [b"content-length: 3", b"content-length: 4"]


def test_each_piece_becomes_a_chunk() -> None:
    """Pauses between pieces stay between chunks."""
    dripped = [Piece(HEAD), Piece(b"abc", is_body=True), Pause(1), Piece(b"0123456789abcdef", is_body=True)]

    assert chunked(dripped)[1:] == [
        Piece(b"3\r\nabc\r\n", is_body=True),
        Pause(1),
        Piece(b"10\r\n0123456789abcdef\r\n", is_body=True),
        Piece(b"0\r\n\r\n", is_body=True),
    ]
    assert lines(chunked(dripped))[-1] == b"transfer-encoding: chunked"


def test_chunks_do_not_end_where_the_connection_does() -> None:
    """An answer that was cut stays cut."""
    assert chunked([*acts(), End.CLOSE])[-1] is End.CLOSE
    assert pieces(chunked([*acts(), End.CLOSE]))[-1] == b"1a\r\n" + BODY + b"\r\n"


def test_after_a_minute_the_rest_comes_at_once() -> None:
    """The pause that would be too long is as long as it may be, later ones are none, and an end stays an end."""
    slow = [Piece(b"h"), *[Pause(25.0), Piece(b"x", is_body=True)] * 5, End.CLOSE]

    assert bounded(slow) == [
        Piece(b"h"),
        Pause(25.0),
        Piece(b"x", is_body=True),
        Pause(25.0),
        Piece(b"x", is_body=True),
        Pause(10.0),
        Piece(b"xxx", is_body=True),
        End.CLOSE,
    ]


def test_there_are_no_more_pieces_than_may_be() -> None:
    """What is left comes in one."""
    many = bounded([Piece(b"h"), *[Piece(b"x", is_body=True)] * (2 * MOST_PIECES)])

    assert len(many) == MOST_PIECES + 1
    assert len(pieces(many)[-1]) == MOST_PIECES + 1
    assert pauses_ms(many) == []
