"""Samples: for every fault, parameters with which it certainly bites, and the call that it acts on.

Every delay is much shorter than a client's timeouts, or longer than all of them together, so no result depends on timing.
"""

from msgspec import Struct

from fiskil_harness import faults
from fiskil_harness.faults import AnyFault
from fiskil_harness.faults.connection_fault import ConnectionFault
from fiskil_harness.faults.rules import CONNECTION

LASTING = (faults.Down, faults.Flap, faults.SlowClose, faults.ChunkLoss, faults.Corrupt, faults.Garbage)


class Sample(Struct, frozen=True, kw_only=True):
    """A fault and the call that it acts on.

    Args:
        fault: The fault.
        call: The name of the call.
        name: Distinguishes the samples of one fault.
        is_warm: The same client has made the call once before.
        skip: How many calls the fault skips.
        is_foreign: The fault leads to another origin.
        is_tls: The API has TLS.
        is_crowded: Another client holds a connection.
    """

    fault: AnyFault
    call: str = "transactions"
    name: str = ""
    is_warm: bool = False
    skip: int = 0
    is_foreign: bool = False
    is_tls: bool = False
    is_crowded: bool = False

    @property
    def route(self) -> str:
        """The route of the rule, if it is not that of the call."""
        return CONNECTION if self.fault.where == CONNECTION else ""

    @property
    def is_lasting(self) -> bool:
        """True if its effects may outlast the call, or depend on every byte of the response."""
        return self.is_foreign or self.is_crowded or self.is_unseen or isinstance(self.fault, LASTING)

    @property
    def is_unseen(self) -> bool:
        """True if the fault acts before the proxy could observe it."""
        return isinstance(self.fault, ConnectionFault) and self.fault.port_state is not None

    @property
    def row(self) -> str:
        """The name in the table: the fault's and the sample's."""
        tag = str(type(self.fault).__struct_config__.tag)
        return f"{tag}-{self.name}" if self.name else tag


def on(call: str, fault: AnyFault, name: str = "") -> Sample:
    """Return a sample for another call than that for transactions."""
    return Sample(fault=fault, call=call, name=name)


CONNECTIONS = (
    Sample(fault=faults.Refuse()),
    Sample(fault=faults.Blackhole()),
    on("last", faults.SlowClose(delay_ms=20_000)),
    Sample(fault=faults.SilentConnection()),
    Sample(fault=faults.SilentConnection(silence_ms=50), name="soon"),
    Sample(fault=faults.ResetOnAccept()),
    Sample(fault=faults.ResetOnAccept(), call="create", name="post"),
    Sample(fault=faults.StaleKeepalive(), is_warm=True),
    Sample(fault=faults.StaleKeepalive(by="rst"), name="rst", is_warm=True),
    Sample(fault=faults.StaleKeepalive(), call="create", name="post", is_warm=True),
    Sample(fault=faults.Down(for_ms=20_000)),
    Sample(fault=faults.Flap(down_ms=20_000)),
    Sample(fault=faults.MaxConnections(), is_crowded=True),
    Sample(fault=faults.WrongAddress()),
)

TLS = (
    *(
        Sample(fault=fault, is_tls=True)
        for fault in (
            faults.ExpiredCertificate(),
            faults.FutureCertificate(),
            faults.WrongHost(),
            faults.SelfSigned(),
            faults.UnknownAuthority(),
            faults.MissingIntermediate(),
            faults.OldTls(),
            faults.AlpnMismatch(),
            faults.SniRequired(),
            faults.HandshakeStall(),
            faults.HandshakeReset(),
            faults.HandshakeClose(),
            faults.PlainHttp(),
            faults.TlsTruncation(after_bytes=20),
            faults.RotatedCertificate(),
        )
    ),
    Sample(fault=faults.ClientCertificateRequired(), is_tls=True),
    Sample(fault=faults.TlsTruncation(after_bytes=2000), name="in-body", is_tls=True),
)

TRANSPORT = (
    Sample(fault=faults.Timeout(timeout_ms=0)),
    Sample(fault=faults.Timeout(timeout_ms=50), name="soon"),
    Sample(fault=faults.ResetBefore()),
    on("create", faults.ResetBefore(), "post"),
    Sample(fault=faults.ResetBefore(), name="warm", is_warm=True, skip=1),
    Sample(fault=faults.ResetPeer(after_bytes=0), name="head-only"),
    Sample(fault=faults.ResetPeer(after_bytes=20)),
    on("create", faults.ResetPeer(after_bytes=20), "post"),
    Sample(fault=faults.EmptyResponse()),
    on("create", faults.EmptyResponse(), "post"),
    Sample(fault=faults.EmptyResponse(), name="warm", is_warm=True, skip=1),
    Sample(fault=faults.LimitBytes(after_bytes=20)),
    Sample(fault=faults.LimitBytes(after_bytes=0), name="head-only"),
    Sample(fault=faults.LimitResponse(after_bytes=20)),
    Sample(fault=faults.StallHead(after_bytes=20)),
    Sample(fault=faults.Stall(after_bytes=20)),
    Sample(fault=faults.ChunkLoss(loss_percent=50)),
    Sample(fault=faults.Corrupt(bits=200)),
    Sample(fault=faults.Corrupt(bits=200, part="head"), name="head"),
    Sample(fault=faults.Garbage()),
    Sample(fault=faults.GarbageAfterHead()),
)

PACE = (
    Sample(fault=faults.Latency(latency_ms=50)),
    Sample(fault=faults.Latency(latency_ms=60_000), name="long"),
    Sample(fault=faults.LognormalDelay(median_ms=20, max_ms=80)),
    Sample(fault=faults.UniformDelay(lower_ms=20, upper_ms=50)),
    Sample(fault=faults.Bandwidth(rate_kb_s=300)),
    Sample(fault=faults.Bandwidth(rate_kb_s=1), name="slow"),
    Sample(fault=faults.Slicer(average_bytes=500, variation_bytes=100, delay_us=100)),
    Sample(fault=faults.Drip(every_ms=50)),
    Sample(fault=faults.Dribble(chunks=4, total_ms=100)),
    Sample(fault=faults.Dribble(chunks=600, total_ms=60_000), name="long"),
)

FRAMING = (
    Sample(fault=faults.LengthTooLong()),
    Sample(fault=faults.LengthTooShort()),
    Sample(fault=faults.DuplicateContentLength()),
    Sample(fault=faults.LengthAndChunks()),
    Sample(fault=faults.TruncatedWithoutLength()),
    Sample(fault=faults.ChunksWithoutEnd()),
    Sample(fault=faults.BadChunkSize()),
    Sample(fault=faults.ChunkExtension()),
    Sample(fault=faults.Trailers()),
    Sample(fault=faults.BodyAfterNoContent()),
    on("head", faults.BodyAfterHead()),
    Sample(fault=faults.BareLineFeeds()),
    on("create", faults.EarlyResponse()),
    Sample(fault=faults.SecondResponse()),
    Sample(fault=faults.SecondResponse(), name="warm", is_warm=True),
    Sample(fault=faults.ContinueForever(every_ms=100)),
    Sample(fault=faults.EarlyHints()),
    Sample(fault=faults.HugeHeader()),
    Sample(fault=faults.ManyHeaders()),
    Sample(fault=faults.DuplicateHeader()),
    Sample(fault=faults.GzipLie()),
    Sample(fault=faults.GzipBomb(size_bytes=1_000_000)),
    Sample(fault=faults.GzipTruncated()),
    Sample(fault=faults.RedirectLoop()),
    Sample(fault=faults.RedirectCrossOrigin(), is_foreign=True),
    Sample(fault=faults.RedirectDowngrade(), is_foreign=True, is_tls=True),
)

STATUS = (
    Sample(fault=faults.Status(status=503)),
    Sample(fault=faults.Status(status=503, retry_after_s=0), name="retry-at-once"),
    Sample(fault=faults.Status(status=503, retry_after_s=60), name="retry-later"),
    on("create", faults.Status(status=503, retry_after_s=60), "post-retry-later"),
    *(Sample(fault=faults.ErrorBody(form=form), name=form) for form in ("html", "nothing", "text", "cdr")),
    on("create", faults.ErrorFlags(is_temporary=True)),
    Sample(fault=faults.RetryAfter(form="http_date", wait_s=60)),
    *(
        Sample(fault=faults.RetryAfter(form=form), name=form)
        for form in ("absent", "zero", "negative", "garbage", "past_date")
    ),
    *(Sample(fault=faults.ErrorInside(rows=rows), name=rows) for rows in ("error", "empty", "null")),
    Sample(fault=faults.Pending()),
    Sample(fault=faults.RateLimit(requests=1, refill_per_s=0.01), is_warm=True),
    Sample(fault=faults.Quota(requests=1), is_warm=True),
    Sample(fault=faults.Brownout(calls=3), is_warm=True),
    on("institutions", faults.InstitutionLine()),
)

PAYLOAD = (
    Sample(fault=faults.TruncatedJson(keep_percent=50)),
    *(
        Sample(fault=faults.BadJson(form=form), name=form)
        for form in ("trailing_comma", "single_quotes", "comment", "bare_keys")
    ),
    Sample(fault=faults.HtmlInside()),
    Sample(fault=faults.ContentType(value="text/plain")),
    Sample(fault=faults.ContentType(value="application/json; charset=utf-16"), name="charset"),
    Sample(fault=faults.ContentType(value=""), name="none"),
    Sample(fault=faults.ByteOrderMark()),
    Sample(fault=faults.Latin1()),
    Sample(fault=faults.LoneSurrogate()),
    Sample(fault=faults.NotANumber()),
    Sample(fault=faults.NotANumber(token="Infinity"), name="infinity"),
    Sample(fault=faults.BigNumbers(target="ids")),
    Sample(fault=faults.DuplicateKeys(truth="last")),
    Sample(fault=faults.DuplicateKeys(truth="first"), name="first"),
    Sample(fault=faults.DeepNesting()),
    Sample(fault=faults.HugeBody(size_kb=100)),
    Sample(fault=faults.EmptyList()),
    on("refused", faults.ErrorShape()),
    Sample(fault=faults.ExtraField()),
    Sample(fault=faults.UnknownEnum()),
    Sample(fault=faults.MissingOptional()),
    Sample(fault=faults.NullForOptional()),
    Sample(fault=faults.MoneyForm()),
    Sample(fault=faults.DateForm()),
    Sample(fault=faults.CamelCase()),
    on("accounts", faults.OldShape()),
)

PAGING = (
    on("later page", faults.PageRepeated()),
    on("later page", faults.Overlap()),
    on("later page", faults.Gap()),
    on("later page", faults.CursorExpired()),
    on("later page", faults.CursorLoop()),
    on("later page", faults.NextEmpty()),
    Sample(fault=faults.NextAbsent()),
    Sample(fault=faults.NextForeign(), is_foreign=True),
    Sample(fault=faults.NextForm()),
    Sample(fault=faults.CursorSigns()),
    Sample(fault=faults.PageSize()),
    Sample(fault=faults.RowOrderChanged()),
    on("incomes", faults.TotalLies()),
    Sample(fault=faults.ShortHistory(days=1)),
    Sample(fault=faults.UnstableIds()),
    Sample(fault=faults.PartialRows()),
    Sample(fault=faults.ForeignRows()),
    Sample(fault=faults.DayEdge()),
)

AUTH = (
    on("token", faults.KeyRefused()),
    Sample(fault=faults.ExpireTokens()),
    Sample(fault=faults.UnauthorisedLate()),
    on("token", faults.TokenField()),
    on("token", faults.TokenLifetime()),
    Sample(fault=faults.Unauthorised()),
    Sample(fault=faults.Forbidden()),
    Sample(fault=faults.AdvanceInFlight()),
    Sample(fault=faults.DateSkew()),
)

SAMPLES: tuple[Sample, ...] = (*CONNECTIONS, *TLS, *TRANSPORT, *PACE, *FRAMING, *STATUS, *PAYLOAD, *PAGING, *AUTH)

WITHOUT_SAMPLE = {
    "stale_response": "repeats the response to an earlier call, so a single call cannot show it",
}
"""Faults without a sample, and the reason."""
