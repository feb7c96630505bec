"""Names of the hooks that a config may give, and what each one makes possible."""

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
    TLS: "lets the app serve TLS itself, as [app.tls] says; if a proxy terminates TLS, see docs/gate.md",
    START_SESSION: "lets the app open an auth session, so that whole journeys run",
    MESSAGE: "passes the consent page's message to the app, for apps that embed the page",
    REFRESH: "lets the app read everything again on demand",
    REVOKE: "lets the app end a consent",
    FAIL: "lets the app's next processing fail once",
    EFFECTS: "returns what the app did with each message, and the data that it stores",
    METRICS: "returns the app's metrics; {otlp_url} or {alert_url} in [app.env] can replace it",
    CONNECTED: "shows whether the app counts an end user as connected",
    REDUCER: "states the value that each event leaves in the app, so that the final state is checked exactly",
    PAGES: "names pages of the app that an end user sees",
    LOGS: "names log files that are searched besides the app's output, for secrets and for required entries",
}
"""Every hook and what it does."""

ORIGIN_IN_MESSAGE = "{origin} in app.drive.message"
"""Reported in place of a hook if the message hook does not pass on the origin of a message."""

OPTIONAL = frozenset({MESSAGE, ORIGIN_IN_MESSAGE})
"""Hooks for features that an app need not have; a scenario that misses only these does not concern the app."""

SECRET_IN_ENV = "{webhook_secret} in [app.env]"
"""Reported in place of a hook if the config does not pass the webhook secret to the app."""
