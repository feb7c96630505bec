"""Acts as values: replaced heads, chunked bodies, and limits on time and on pieces."""

from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.faults.acts import MOST_PIECES, Head, bounded, chunked, with_head, with_length
from tests.faults.observed import BODY, HEAD, acts, lines, pauses_ms, pieces


def test_a_head_is_read_and_written_byte_for_byte() -> None:
    """A rewritten head keeps every other line."""
    assert bytes(Head.of(acts())) == HEAD


def test_a_new_head_replaces_the_first_piece_of_the_old_one() -> None:
    """Pauses before the response stay before it, and those in its head come after it."""
    sliced = [Pause(1), Piece(HEAD[:9]), Pause(2), Piece(HEAD[9:]), Piece(BODY, is_body=True)]

    assert with_head(sliced, b"new") == [Pause(1), Piece(b"new"), Pause(2), Piece(BODY, is_body=True)]


def test_interim_responses_stay_before_a_new_head() -> None:
    """Interim responses stay with their pauses, even if one piece has the end of one and the beginning of the other."""
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    acts_with_interim = [Piece(interim), Pause(1), Piece(interim + HEAD[:9]), Piece(HEAD[9:]), Piece(BODY, is_body=True)]

    assert bytes(Head.of(acts_with_interim)) == HEAD
    assert with_head(acts_with_interim, b"new") == [
        Piece(interim),
        Pause(1),
        Piece(interim),
        Piece(b"new"),
        Piece(BODY, is_body=True),
    ]


def test_lengths_are_announced_one_after_the_other() -> None:
    """The new lengths replace the old one."""
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


def test_chunks_of_a_cut_response_have_no_end() -> None:
    """A response that was cut stays cut."""
    assert chunked([*acts(), End.CLOSE])[-1] is End.CLOSE
    assert pieces(chunked([*acts(), End.CLOSE]))[-1] == b"1a\r\n" + BODY + b"\r\n"


def test_after_a_minute_the_rest_is_sent_at_once() -> None:
    """The pause that exceeds the limit is shortened, later ones are removed, and an end stays an end."""
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


def test_the_number_of_pieces_is_limited() -> None:
    """The rest is sent as one piece."""
    many = bounded([Piece(b"h"), *[Piece(b"x", is_body=True)] * (2 * MOST_PIECES)])

    assert len(many) == MOST_PIECES + 1
    assert len(pieces(many)[-1]) == MOST_PIECES + 1
    assert pauses_ms(many) == []
