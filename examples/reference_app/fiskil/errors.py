"""What can go wrong between the app and Fiskil.

FiskilError
 +-- Unavailable    may pass: network, 429, 5xx, an answer that makes no sense
 |    +-- TimedOut  the deadline ran out
 +-- Untrusted      the certificate is not to be trusted; nothing was sent
 +-- Refused        the credentials or the token are not accepted
 +-- Rejected       this request will never work
"""


class FiskilError(Exception):
    """A call that did not succeed. The text holds no value of the request or the answer.

    ``was_sent`` is False only when it is certain that Fiskil has not seen the request.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        error_id: str = "",
        retry_after_s: float | None = None,
        was_sent: bool = True,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.error_id = error_id
        self.retry_after_s = retry_after_s
        self.was_sent = was_sent


class Unavailable(FiskilError):
    """It may work later."""


class TimedOut(Unavailable):
    """No complete answer within the deadline."""


class Untrusted(FiskilError):
    """The other side could not prove that it is Fiskil."""


class Refused(FiskilError):
    """401, or 403 on the token: trying again at once cannot help."""


class Rejected(FiskilError):
    """A 4xx that repeats itself for ever."""
