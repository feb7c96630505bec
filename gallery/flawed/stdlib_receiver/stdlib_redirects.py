"""Redirects deliveries to the path with a trailing slash, but Fiskil does not follow redirects.

Register the final URL, or serve both paths.
"""

from correct import stdlib_receiver


class Receiver(stdlib_receiver.Receiver):
    def respond(self, status, value=None):
        if self.command == "POST" and not self.path.endswith("/"):
            self.send_response(301)
            self.send_header("Location", f"{self.path}/")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        return super().respond(status, value)

    def receive(self, body):
        return 301


stdlib_receiver.Receiver = Receiver
stdlib_receiver.serve()
