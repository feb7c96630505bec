"""Names of the hooks that a config can set, and the purpose of each hook."""

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
LOGIN = "app.login"
"""Reported as a missing hook if the app's pages need a login."""

STATE = f"{EFFECTS}: state"
"""Reported as a missing hook if the response of the effects hook has no ``state``."""

HOOKS = {
    COMMAND: "starts, kills and restarts the app",
    TLS: "lets the app serve TLS itself, as [app.tls] says; if a proxy terminates TLS, see docs/gate.md",
    START_SESSION: "lets the app open an auth session, so that whole journeys run",
    MESSAGE: "passes the consent page's message to the app, for apps that embed the page",
    REFRESH: "lets the app read everything again on demand",
    REVOKE: "lets the app end a consent",
    FAIL: "lets the app's next processing fail once; refused forgeries and API failures can replace it",
    EFFECTS: "returns what the app did with each message, and the data that it stores",
    METRICS: "returns the app's metrics; {otlp_url} or {alert_url} in [app.env] can replace it",
    CONNECTED: "shows whether the app counts an end user as connected",
    REDUCER: "states the value that each event leaves in the app, so that the final state is checked exactly",
    PAGES: "names pages of the app that an end user sees",
    LOGS: "names log files that are searched besides the app's output, for secrets and for required entries",
}
"""Every hook with its purpose, as a phrase that reports show."""

ORIGIN_IN_MESSAGE = "{origin} in app.drive.message"
"""Reported as a missing hook if the request ``app.drive.message`` does not pass a message's origin to the app."""

OPTIONAL = frozenset({MESSAGE, ORIGIN_IN_MESSAGE, FAIL})
"""Hooks that no practice needs. If a scenario lacks only these hooks, it does not apply to the app."""

SECRET_IN_ENV = "{webhook_secret} in [app.env]"
"""Reported as a missing hook if the config does not pass the webhook secret to the app."""
