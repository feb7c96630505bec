"""Names of the hooks: what the config lets the harness do with the app, and what each one is good for."""

COMMAND = "app.command"
TLS = "app.tls"
START_SESSION = "app.drive.start_session"
MESSAGE = "app.drive.message"
REFRESH = "app.drive.refresh"
REVOKE = "app.drive.revoke"
FAIL = "app.drive.fail"
EFFECTS = "app.observe.effects"
METRICS = "app.observe.metrics"
CONNECTED = "app.observe.connected"
REDUCER = "app.observe.reducer"
PAGES = "app.observe.pages"
LOGS = "app.observe.logs"

HOOKS = {
    COMMAND: "starts, kills and restarts the app",
    TLS: "lets the app serve TLS by itself, as [app.tls] says; where a proxy does, see docs/gate.md",
    START_SESSION: "lets the app open an auth session, so whole journeys run",
    MESSAGE: "tells the app what the consent page said to the page that embeds it, for apps that embed it",
    REFRESH: "lets the app read everything again on demand",
    REVOKE: "lets the app end a consent",
    FAIL: "lets the app's next processing fail once",
    EFFECTS: "tells what the app did with each message, and what it holds",
    METRICS: "shows the app's metrics; {otlp_url} or {alert_url} in [app.env] would do as well",
    CONNECTED: "tells whether the app counts an end user as connected",
    REDUCER: "tells what the events about a consent come to, so its final state is judged exactly",
    PAGES: "names pages of the app that an end user sees",
    LOGS: "names files that are searched, for secrets and for what must be told, besides the app's output",
}
"""Every hook and what it is good for."""

ORIGIN_IN_MESSAGE = "{origin} in app.drive.message"
"""What the message hook lacks where the app is not told whose message it was; no hook, but it stands in the place of one."""

OPTIONAL = frozenset({MESSAGE, ORIGIN_IN_MESSAGE})
"""Hooks for what an app need not do at all: a scenario that lacks nothing else is about other apps."""

SECRET_IN_ENV = "{webhook_secret} in [app.env]"
"""What a config lacks when the app has its webhook secret from elsewhere; no hook, but it stands in the place of one."""
