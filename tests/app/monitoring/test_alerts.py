"""The sink for alerts: which messages are alerts, which end one, and which are of the same kind."""

import pytest

from fiskil_harness.app.monitoring.alerts import alert_in

TRIGGER = b'{"routing_key": "k", "event_action": "trigger", "payload": {"summary": "17 of 20 calls failed"}}'
FIRING = b'{"version": "4", "status": "firing", "alerts": [{"status": "firing", "labels": {"alertname": "ApiDown"}}]}'
RESOLVED = b'{"version": "4", "status": "resolved", "alerts": [{"status": "resolved", "labels": {"alertname": "ApiDown"}}]}'


@pytest.mark.parametrize(
    "body",
    [
        TRIGGER,
        FIRING,
        b'{"text": "The API fails: 3 errors could not be resolved"}',
        b'{"alert": "credentials_refused", "at": "2026-11-28T01:02:03Z"}',
        b'[{"labels": {"alertname": "ApiDown"}, "endsAt": "2999-01-01T00:00:00Z"}]',
        b"down",
        b"",
    ],
)
def test_every_format_is_an_alert(body: bytes) -> None:
    """Messages of PagerDuty, Alertmanager, Slack or the app itself, in any format, are alerts."""
    alert = alert_in("/", body)

    assert alert is not None
    assert not alert.is_resolved


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/enqueue", b'{"event_action": "resolve", "dedup_key": "api"}'),
        ("/", RESOLVED),
        ("/", b'[{"labels": {"alertname": "ApiDown"}, "endsAt": "2026-01-01T00:00:00Z"}]'),
        ("/", b'{"state": "ok", "title": "Error rate"}'),
        ("/services/T/B/x", b'{"text": ":white_check_mark: Resolved: the API answers again"}'),
        ("/services/T/B/x", b'{"attachments": [{"title": "[RESOLVED] ApiDown"}]}'),
        ("/v2/alerts/1/close", b"{}"),
    ],
)
def test_the_end_of_an_alert_is_resolved(path: str, body: bytes) -> None:
    """Each system has its own words for the end of an alert."""
    alert = alert_in(path, body)

    assert alert is not None
    assert alert.is_resolved


@pytest.mark.parametrize(
    "body",
    [b'{"event_action": "acknowledge"}', b'{"status": "firing", "alerts": [{"labels": {"alertname": "Watchdog"}}]}'],
)
def test_a_heartbeat_is_no_alert(body: bytes) -> None:
    """A heartbeat or an acknowledgement is not an alert."""
    assert alert_in("/", body) is None


def test_alerts_that_differ_in_numbers_are_of_the_same_kind() -> None:
    """A repeated alert may have other counts, times and ids."""
    repeated = TRIGGER.replace(b"17 of 20", b"19 of 21")

    assert alert_in("/", TRIGGER) == alert_in("/", repeated)
    assert alert_in("/", TRIGGER) != alert_in("/", b'{"event_action": "trigger", "payload": {"summary": "webhooks fail"}}')
