"""A crowd of clients, each with an end user of its own, who all talk to one Fiskil at once over real sockets.

A client lives again and again: token, end user, auth session, the consent page, reads, an ending. What may happen only once
is tried twice at the same moment.
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
"""A connection that idled longer is not used again: the server closes it after five seconds, and the crowd is slow."""

READ = ("accounts", "balances", "transactions")


class Mismatch(AssertionError):
    """Somebody saw what they should not have seen."""


class Crowd:
    """What all clients share: where Fiskil is, how long to go on, and what they saw."""

    def __init__(self, *, api_url: str, pair: dict[str, str], clock: Clock, jump_every: int, goes_on: Callable[[int], bool]):
        """Begin with nobody.

        Args:
            jump_every: After so many requests sandbox time moves by a second.
            goes_on: Says by the requests so far whether to live again.
        """
        self.api_url, self.pair, self.clock = api_url, pair, clock
        self.jump_every, self.goes_on = jump_every, goes_on
        self.asked = 0
        self.bitten = 0
        self.lives: Counter[str] = Counter()
        self.owners: dict[str, str] = {}
        self.consents: dict[str, str] = {}
        self.revoked: set[str] = set()

    async def live(self, clients: int) -> None:
        """Let so many clients live at once; the first trouble ends it."""
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                group.create_task(_Client(self, number).lives())

    def count(self) -> None:
        """One more request."""
        self.asked += 1
        if self.asked % self.jump_every == 0:
            self.clock.advance(seconds=1)

    def own(self, thing: str, end_user_id: str) -> None:
        """*thing* was shown to an end user; nobody else may ever see it."""
        if self.owners.setdefault(thing, end_user_id) != end_user_id:
            raise Mismatch(f"{thing} was shown to {end_user_id} and to {self.owners[thing]}.")


class _Line:
    """One keep-alive connection."""

    def __init__(self, crowd: Crowd, url: str) -> None:
        self._crowd, self._parts = crowd, urlsplit(url)

    async def __aenter__(self) -> "_Line":
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def _open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        self._used_at = asyncio.get_running_loop().time()

    async def ask(
        self, method: str, target: str, *, body: bytes = b"", kind: str = "", token: str = ""
    ) -> tuple[int, str, bytes]:
        """One exchange: status, ``Location`` and body."""
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
        answer = await self._reader.readexactly(int(fields.get("content-length", "0")))
        self._used_at = asyncio.get_running_loop().time()
        return int(head[9:12]), fields.get("location", ""), answer


class _Client:
    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd, self._number = crowd, number
        self._chance = random.Random(number)
        self._life = 0

    async def lives(self) -> None:
        while self._life == 0 or self._crowd.goes_on(self._crowd.asked):
            self._life += 1
            async with _Line(self._crowd, self._crowd.api_url) as self._line:
                await self._live()

    async def _live(self) -> None:
        self._token = ""
        self._token = (await self._api("POST", "/v1/token", self._crowd.pair))["token"]
        self._email = f"client-{self._number}-{self._life}@example.com"
        self._end_user_id = (await self._api("POST", "/v1/end-users", {"email": self._email}))["end_user_id"]
        self._crowd.own(self._end_user_id, self._end_user_id)
        asked = {"end_user_id": self._end_user_id, "institution_id": BANK, "redirect_uri": RETURN, "cancel_uri": RETURN}
        session = await self._api("POST", "/v1/auth/session", asked)
        self._crowd.own(session["session_id"], self._end_user_id)
        await self._consent(session["auth_url"])
        await self._read()
        await self._end()

    async def _consent(self, url: str) -> None:
        """Walk the page; the code and the confirmation are sent twice at once, and count once."""
        session_id = url.partition("sess_id=")[2]
        async with _Line(self._crowd, url) as one, _Line(self._crowd, url) as other:

            async def post(line: _Line, act: str, **fields: Any) -> tuple[int, str, bytes]:
                form = urlencode({"sess_id": session_id, "act": act, **fields}, doseq=True).encode()
                return await line.ask("POST", "/", body=form, kind="application/x-www-form-urlencoded")

            async def page(wanted: int = 200) -> str:
                status, location, body = await one.ask("GET", f"/?sess_id={session_id}")
                _expect(status == wanted, f"the page answered {status} {location}")
                return body.decode()

            await page()
            await post(one, "identify", email=self._email)
            code = re.findall(r"data-code>(\d+)<", await page())[0]
            await asyncio.gather(*[post(line, "enter_code", code=code) for line in (one, other)])
            shown = await page()
            _expect(code not in shown and "data-code" not in shown, "a code that was used is still asked for")
            await post(one, "select", account=re.findall(r'name="account" value="([^"]+)"', shown))
            await page()
            ends = await asyncio.gather(*[post(line, "confirm") for line in (one, other)])
            returns = [location for _, location, _ in ends if location.startswith(RETURN)]
            _expect(len(returns) == 1, f"the app was returned to {len(returns)} times")
            await page(410)
        consents = (await self._api("GET", f"/v1/consent?end_user_id={self._end_user_id}"))["consents"]
        _expect([consent["end_user_id"] for consent in consents] == [self._end_user_id], f"consents: {consents}")
        self._arrangement_id = consents[0]["arrangement_id"]
        self._crowd.own(self._arrangement_id, self._end_user_id)
        self._crowd.consents[self._arrangement_id] = self._end_user_id

    async def _read(self) -> None:
        for _ in range(self._chance.randrange(4, 10)):
            await self._institutions()
            told = await self._api("GET", f"/v1/end-users/{self._end_user_id}")
            _expect((told["id"], told["email"]) == (self._end_user_id, self._email), f"end user: {told}")
            for row in await self._rows(self._chance.choice(READ)):
                _expect(row.get("arrangement_id", self._arrangement_id) == self._arrangement_id, f"row: {row}")
                self._crowd.own(row["fiskil_id"], self._end_user_id)
                self._crowd.own(f"account {row['account_id']}", self._end_user_id)

    async def _institutions(self) -> None:
        status, _, _ = await self._line.ask("GET", "/v1/institutions?client_id=crowd")
        self._crowd.bitten += status == 503
        _expect(status in {200, 503}, f"institutions answered {status}")

    async def _end(self) -> None:
        """Leave, revoke twice at once, or be deleted; then nothing is served any more."""
        ending = self._chance.choice(("leave", "revoke", "delete"))
        self._crowd.lives[ending] += 1
        if ending == "leave":
            return
        self._crowd.revoked.add(self._arrangement_id)
        if ending == "delete":
            await self._api("DELETE", f"/v1/end-users/{self._end_user_id}")
        else:
            async with _Line(self._crowd, self._crowd.api_url) as other:
                target = f"/v1/consent/{self._arrangement_id}"
                both = [line.ask("DELETE", target, token=self._token) for line in (self._line, other)]
                statuses = [status for status, _, _ in await asyncio.gather(*both)]
            _expect(statuses == [204, 204], f"revoking answered {statuses}")
        _expect(await self._rows("accounts") == [], "rows of an ended consent")

    async def _rows(self, dataset: str) -> list[dict[str, Any]]:
        answer = await self._api("GET", f"/v1/banking/{dataset}?end_user_id={self._end_user_id}&page[size]=50")
        rows: list[dict[str, Any]] = answer[dataset]
        return rows

    async def _api(self, method: str, target: str, content: Any = None) -> Any:
        body = b"" if content is None else json.dumps(content).encode()
        status, _, answer = await self._line.ask(method, target, body=body, kind="application/json", token=self._token)
        _expect(status in {200, 204}, f"{method} {target} answered {status} {answer!r}")
        return json.loads(answer) if answer else None


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise Mismatch(what)
