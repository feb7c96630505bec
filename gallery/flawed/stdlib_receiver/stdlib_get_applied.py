"""Lets one function answer every method, so a message that comes by GET is applied.

Route POST alone to it, and answer 405 to the others.
"""

from correct import stdlib_receiver


class Receiver(stdlib_receiver.Receiver):
    def do_GET(self):  # noqa: N802 - http.server calls it so
        return self.do_POST() if self.headers.get("X-Fiskil-Signature") else super().do_GET()


for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(Receiver, f"do_{method}", Receiver.do_GET)
stdlib_receiver.Receiver = Receiver
stdlib_receiver.serve()
