"""Refuses an unsigned request without reading its body, so the body is parsed as the next request.

Read the body to its end, or close the connection. Behind a proxy with shared connections this allows request smuggling.
"""

from correct import stdlib_receiver


class Receiver(stdlib_receiver.Receiver):
    def do_POST(self):  # noqa: N802 - http.server calls it so
        return super().do_POST() if self.headers.get("X-Fiskil-Signature") else self.respond(401)


stdlib_receiver.Receiver = Receiver
stdlib_receiver.serve()
