"""Does its work in one transaction before it responds, and responds 503 if the work fails."""

import sqlite3
from urllib.parse import parse_qs, urlsplit

from correct import stdlib_receiver

_armed = []
_failed = []
_effects = stdlib_receiver.effects


class Tripped(sqlite3.Error):
    """A requested failure."""


def trip(point):
    """Fail once per request if *point* is armed."""
    if point in _armed:
        _armed.remove(point)
        _failed.append(point)
        raise Tripped(point)


def work(database, message):
    """Claim, apply and commit; a failure undoes everything."""
    trip("before")
    database.execute("BEGIN IMMEDIATE")
    trip("database")
    if stdlib_receiver.claim(database, message):
        stdlib_receiver.apply(database, message)
    trip("midway")
    database.execute("COMMIT")
    trip("after")


def effects(database, end_user_id):
    """Add the number of requested failures that happened."""
    return {**_effects(database, end_user_id), "failed": len(_failed)}


class Receiver(stdlib_receiver.Receiver):
    def do_POST(self):  # noqa: N802 - http.server's name
        url = urlsplit(self.path)
        if url.path != "/_harness/fail":
            return super().do_POST()
        _armed.append(parse_qs(url.query)["at"][0])
        return self.respond(204)

    def keep(self, message):
        database = stdlib_receiver.open_database()
        try:
            work(database, message)
        except sqlite3.Error:
            return 503
        finally:
            database.close()
        return 204


def serve():
    """Serve until the process ends."""
    stdlib_receiver.Receiver, stdlib_receiver.effects = Receiver, effects
    stdlib_receiver.serve()


if __name__ == "__main__":
    serve()
