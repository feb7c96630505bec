"""Does its work before it answers, in one transaction; where that fails it says 503, and nothing has happened."""

import sqlite3
from urllib.parse import parse_qs, urlsplit

from correct import stdlib_receiver

_armed = []
_failed = []
_effects = stdlib_receiver.effects


class Tripped(sqlite3.Error):
    """The failure that was ordered."""


def trip(point):
    """Fail here once for each order."""
    if point in _armed:
        _armed.remove(point)
        _failed.append(point)
        raise Tripped(point)


def work(database, message):
    """Claim, effect and commit; a failure on the way undoes all of it."""
    trip("before")
    database.execute("BEGIN IMMEDIATE")
    trip("database")
    if stdlib_receiver.claim(database, message):
        stdlib_receiver.apply(database, message)
    trip("midway")
    database.execute("COMMIT")
    trip("after")


def effects(database, end_user_id):
    """How often it failed as ordered is told too."""
    return {**_effects(database, end_user_id), "failed": len(_failed)}


class Receiver(stdlib_receiver.Receiver):
    def do_POST(self):  # noqa: N802 - http.server's name
        url = urlsplit(self.path)
        if url.path != "/_harness/fail":
            return super().do_POST()
        _armed.append(parse_qs(url.query)["at"][0])
        return self.answer(204)

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
    """Answer until the end."""
    stdlib_receiver.Receiver, stdlib_receiver.effects = Receiver, effects
    stdlib_receiver.serve()


if __name__ == "__main__":
    serve()
