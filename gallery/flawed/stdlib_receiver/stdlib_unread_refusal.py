"""Refuses what carries no signature without reading its body and keeps the connection, where the body is the next request.

Behind a proxy that shares connections that is request smuggling. Read the body to its end, or close.
"""

from correct import stdlib_receiver


class Receiver(stdlib_receiver.Receiver):
    def do_POST(self):  # noqa: N802 - http.server calls it so
        return super().do_POST() if self.headers.get("X-Fiskil-Signature") else self.answer(401)


stdlib_receiver.Receiver = Receiver
stdlib_receiver.serve()
