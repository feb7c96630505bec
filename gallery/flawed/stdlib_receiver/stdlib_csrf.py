"""Applies CSRF protection to the webhook path, so it refuses every delivery.

Exempt the path: the signature is the check.
"""

from http.cookies import SimpleCookie

from correct import stdlib_receiver


class Receiver(stdlib_receiver.Receiver):
    def receive(self, body):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("csrftoken")
        if cookie is None or cookie.value != self.headers.get("X-CSRFToken"):
            return 403
        return super().receive(body)


stdlib_receiver.Receiver = Receiver
stdlib_receiver.serve()
