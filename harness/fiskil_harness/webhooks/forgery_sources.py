"""Source addresses of forged messages, and of others that a receiver may take for forged.

A firewall may block an address after some invalid signatures. If forged and genuine messages came from one address, such an
app would refuse genuine messages and seem to be broken. So an address sends few forgeries before the next one is used.
"""

from fiskil_harness.journal import FORGERY_ADDRESSES, SOURCE_ADDRESSES

MOST_FORGERIES = 4
"""Number of forgeries from one address; the strictest firewalls block an address after five."""


class ForgerySources:
    """The addresses of one run, in use one after another.

    *are_accepted* is True if the app reads messages from them as it reads those from Fiskil's own address; None if that has
    not been tested. If it is False, forgeries come from Fiskil's own address: a refusal would not prove that a signature was
    checked otherwise.
    """

    def __init__(self) -> None:
        self.are_accepted: bool | None = None
        self._count = 0

    def next(self) -> str:
        """Return the address for the next forgery."""
        if not self.are_accepted:
            return SOURCE_ADDRESSES[0]
        address = FORGERY_ADDRESSES[self._count // MOST_FORGERIES % (len(FORGERY_ADDRESSES) - 1)]
        self._count += 1
        return address
