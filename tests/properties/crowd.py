"""Many concurrent clients, each with its own end user, that use one Fiskil over real sockets.

A client repeats one sequence: token, end user, auth session, consent page, reads, ending. Actions that may count only once
are performed twice at the same moment.
"""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from fiskil_harness.core.clock import Clock

BANK = "88888"
RETURN = "http://127.0.0.1:9/back"
IDLE_S = 1.0
"""A connection that was idle for longer is not reused: the server closes it after five seconds, and clients are slow."""

READ = ("accounts", "balances", "transactions")


class Mismatch(AssertionError):
    """A client received something that belongs to another, or that is inconsistent."""


class Crowd:
    """The shared state of all clients: Fiskil's URL, when to stop, and the ids that they have received."""

    def __init__(
        self, *, api_url: str, pair: dict[str, str], clock: Clock, jump_every: int, continues: Callable[[int], bool]
    ):
        """Start without clients.

        Args:
            api_url: URL of the API.
            pair: Client id and secret.
            clock: The sandbox clock.
            jump_every: Number of requests after which sandbox time moves by a second.
            continues: Returns true for the number of requests so far if a client is to start again.
        """
        self.api_url, self.pair, self.clock = api_url, pair, clock
        self.jump_every, self.continues = jump_every, continues
        self.request_count = 0
        self.fault_count = 0
        self.endings: Counter[str] = Counter()
        self.owners: dict[str, str] = {}
        self.consents: dict[str, str] = {}
        self.revoked: set[str] = set()

    async def run(self, clients: int) -> None:
        """Run this many clients concurrently; the first error ends the run."""
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                group.create_task(_Client(self, number).run())

    def count(self) -> None:
        """Count a request, and move sandbox time if it is due."""
        self.request_count += 1
        if self.request_count % self.jump_every == 0:
            self.clock.advance(seconds=1)

    def record_owner(self, thing: str, end_user_id: str) -> None:
        """Record that *thing* was returned for an end user.

        Raises:
            Mismatch: It was returned for another end user before.
        """
        if self.owners.setdefault(thing, end_user_id) != end_user_id:
            raise Mismatch(f"{thing} was returned for {end_user_id} and for {self.owners[thing]}.")


class _Connection:
    """One keep-alive connection."""

    def __init__(self, crowd: Crowd, url: str) -> None:
        self._crowd, self._parts = crowd, urlsplit(url)

    async def __aenter__(self) -> "_Connection":
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def _open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        self._used_at = asyncio.get_running_loop().time()

    async def request(
        self, method: str, target: str, *, body: bytes = b"", kind: str = "", token: str = ""
    ) -> tuple[int, str, bytes]:
        """Send one request; return status, ``Location`` and body."""
        self._crowd.count()
        if asyncio.get_running_loop().time() - self._used_at > IDLE_S:
            self._writer.close()
            await self._open()
        lines = [f"{method} {target} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
        lines += [f"content-type: {kind}"] if kind else []
        lines += [f"authorization: Bearer {token}"] if token else []
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1)[:1] + line.split(": ", 1)[1:] for line in head.split("\r\n")[1:-2])
        response = await self._reader.readexactly(int(fields.get("content-length", "0")))
        self._used_at = asyncio.get_running_loop().time()
        return int(head[9:12]), fields.get("location", ""), response


class _Client:
    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd, self._number = crowd, number
        self._random = random.Random(number)
        self._round = 0

    async def run(self) -> None:
        while self._round == 0 or self._crowd.continues(self._crowd.request_count):
            self._round += 1
            async with _Connection(self._crowd, self._crowd.api_url) as self._connection:
                await self._run_once()

    async def _run_once(self) -> None:
        self._token = ""
        self._token = (await self._api("POST", "/v1/token", self._crowd.pair))["token"]
        self._email = f"client-{self._number}-{self._round}@example.com"
        self._end_user_id = (await self._api("POST", "/v1/end-users", {"email": self._email}))["end_user_id"]
        self._crowd.record_owner(self._end_user_id, self._end_user_id)
        fields = {
            "end_user_id": self._end_user_id,
            "institution_id": BANK,
            "redirect_uri": RETURN,
            "cancel_uri": RETURN,
        }
        session = await self._api("POST", "/v1/auth/session", fields)
        self._crowd.record_owner(session["session_id"], self._end_user_id)
        await self._consent(session["auth_url"])
        await self._read()
        await self._end()

    async def _consent(self, url: str) -> None:
        """Complete the consent page; the code and the confirmation are sent twice at the same moment, and count once."""
        session_id = url.partition("sess_id=")[2]
        async with _Connection(self._crowd, url) as first, _Connection(self._crowd, url) as second:

            async def post(connection: _Connection, act: str, **fields: Any) -> tuple[int, str, bytes]:
                form = urlencode({"sess_id": session_id, "act": act, **fields}, doseq=True).encode()
                return await connection.request("POST", "/", body=form, kind="application/x-www-form-urlencoded")

            async def page(expected: int = 200) -> str:
                status, location, body = await first.request("GET", f"/?sess_id={session_id}")
                _expect(status == expected, f"the page returned {status} {location}")
                return body.decode()

            await page()
            await post(first, "identify", email=self._email)
            code = re.findall(r"data-code>(\d+)<", await page())[0]
            await asyncio.gather(*[post(connection, "enter_code", code=code) for connection in (first, second)])
            screen = await page()
            _expect(code not in screen and "data-code" not in screen, "the page still requires a code that was used")
            await post(first, "select", account=re.findall(r'name="account" value="([^"]+)"', screen))
            await page()
            ends = await asyncio.gather(*[post(connection, "confirm") for connection in (first, second)])
            returns = [location for _, location, _ in ends if location.startswith(RETURN)]
            _expect(len(returns) == 1, f"{len(returns)} redirects to the app")
            await page(410)
        consents = (await self._api("GET", f"/v1/consent?end_user_id={self._end_user_id}"))["consents"]
        _expect([consent["end_user_id"] for consent in consents] == [self._end_user_id], f"consents: {consents}")
        self._arrangement_id = consents[0]["arrangement_id"]
        self._crowd.record_owner(self._arrangement_id, self._end_user_id)
        self._crowd.consents[self._arrangement_id] = self._end_user_id

    async def _read(self) -> None:
        for _ in range(self._random.randrange(4, 10)):
            await self._institutions()
            end_user = await self._api("GET", f"/v1/end-users/{self._end_user_id}")
            _expect((end_user["id"], end_user["email"]) == (self._end_user_id, self._email), f"end user: {end_user}")
            for row in await self._rows(self._random.choice(READ)):
                _expect(row.get("arrangement_id", self._arrangement_id) == self._arrangement_id, f"row: {row}")
                self._crowd.record_owner(row["fiskil_id"], self._end_user_id)
                self._crowd.record_owner(f"account {row['account_id']}", self._end_user_id)

    async def _institutions(self) -> None:
        status, _, _ = await self._connection.request("GET", f"/v1/institutions?client_id={self._crowd.pair['client_id']}")
        self._crowd.fault_count += status == 503
        _expect(status in {200, 503}, f"institutions returned {status}")

    async def _end(self) -> None:
        """Leave, revoke twice at the same moment, or delete the end user; afterwards no rows are served."""
        ending = self._random.choice(("leave", "revoke", "delete"))
        self._crowd.endings[ending] += 1
        if ending == "leave":
            return
        self._crowd.revoked.add(self._arrangement_id)
        if ending == "delete":
            await self._api("DELETE", f"/v1/end-users/{self._end_user_id}")
        else:
            async with _Connection(self._crowd, self._crowd.api_url) as second:
                target = f"/v1/consent/{self._arrangement_id}"
                connections = (self._connection, second)
                both = [connection.request("DELETE", target, token=self._token) for connection in connections]
                statuses = [status for status, _, _ in await asyncio.gather(*both)]
            _expect(statuses == [204, 204], f"revoking returned {statuses}")
        _expect(await self._rows("accounts") == [], "rows of an ended consent")

    async def _rows(self, dataset: str) -> list[dict[str, Any]]:
        response = await self._api("GET", f"/v1/banking/{dataset}?end_user_id={self._end_user_id}&page[size]=50")
        rows: list[dict[str, Any]] = response[dataset]
        return rows

    async def _api(self, method: str, target: str, content: Any = None) -> Any:
        body = b"" if content is None else json.dumps(content).encode()
        status, _, response = await self._connection.request(
            method, target, body=body, kind="application/json", token=self._token
        )
        _expect(status in {200, 204}, f"{method} {target} returned {status} {response!r}")
        return json.loads(response) if response else None


def _expect(is_met: bool, message: str) -> None:
    if not is_met:
        raise Mismatch(message)
