"""Errors of the API, before they are encoded as a response."""


class ApiProblem(Exception):
    """A documented error: an HTTP status, Fiskil's name of the error, and a message."""

    def __init__(self, status: int, name: str, message: str) -> None:
        self.status = status
        self.name = name
        self.message = message
        super().__init__(f"{status} {name}: {message}")


def unauthorized(message: str = "invalid or expired token") -> ApiProblem:
    """Return a 401 with the name that core endpoints use. Source: errors.unauthorized"""
    return ApiProblem(401, "unauthorized", message)


def bad_key_pair(status: int) -> ApiProblem:
    """Return the 401 or 403 for an invalid key pair in a token request. Source: token.bad-credentials"""
    message = "client_id or client_secret is not valid"
    return unauthorized(message) if status == 401 else ApiProblem(status, "forbidden", message)


def bad_request(message: str) -> ApiProblem:
    """Return a 400 of a core endpoint. Source: errors.goa"""
    return ApiProblem(400, "bad_request", message)


def invalid_request(message: str) -> ApiProblem:
    """Return a 400 of a data endpoint. Source: errors.simple"""
    return ApiProblem(400, "InvalidRequest", message)


def end_user_not_found() -> ApiProblem:
    """Return the 404 for an unknown end user. Source: end-users.delete-twice"""
    return ApiProblem(404, "end_user_not_found", "end user not found")
