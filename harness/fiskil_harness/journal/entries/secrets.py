"""Results of the search for secrets in a finished journal: probes read these entries, and never the secrets themselves."""

from typing import Literal

from fiskil_harness.journal.entries.entry import Entry

SearchedPart = Literal[
    "text",
    "body",
    "response",
    "signature",
    "request",
    "cookie",
    "header",
    "stored header",
    "path",
    "query",
    "user agent",
    "header names",
]
"""Part of an entry that was searched.

=============  ===================================================================
text           the whole text of the entry
body           the body of a response to a page
response       the body and the headers of a response to a delivery
signature      the same response, for the signature that would have been valid
request        the URL, the body and the headers of a page's request
cookie         the cookies of a page's request
header         one header of a response to a page
stored header  the value of one header that a browser stores: a cookie or a URL
path           the path of an API call
query          the query of an API call, without a search for an e-mail address
user agent     the User-Agent of an API call
header names   the names of the headers of an API call
=============  ===================================================================
"""


class SecretsSearched(Entry, frozen=True, kw_only=True):
    """The journal was searched for secrets; each hit is a ``SecretFound``. Without this entry no hit means nothing."""


class SecretFound(Entry, frozen=True, kw_only=True):
    """A secret, or a part of it, in a text of the journal.

    The text is *part* of the entry with the index *number* among the entries of class *entry*; *header* is the index of the
    header, if the part is one header. *kind* is the kind of the secret. *description* is a phrase with the kind and the
    encoding, such as "a part of the client secret in base64".
    """

    entry: str
    number: int
    part: SearchedPart
    kind: str
    description: str
    is_whole: bool = True
    header: int = 0


class KeyPresented(Entry, frozen=True, kw_only=True):
    """A token request carried a client secret.

    *request_number* is the number of the request (``Exchange``). *key* is the index of the ``KeyInUse`` with this secret:
    the last one if that is the key with which the app was last started, else the first one; None if there is none.
    """

    request_number: int
    key: int | None
