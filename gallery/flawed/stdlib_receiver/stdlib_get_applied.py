"""Applies messages that arrive by GET, because one function handles every method.

Accept only POST, and respond 405 to other methods.
"""

from correct import stdlib_receiver


class Receiver(stdlib_receiver.Receiver):
    def do_GET(self):  # noqa: N802 - http.server calls it so
        return self.do_POST() if self.headers.get("X-Fiskil-Signature") else super().do_GET()


for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(Receiver, f"do_{method}", Receiver.do_GET)
stdlib_receiver.Receiver = Receiver
stdlib_receiver.serve()
