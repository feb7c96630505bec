"""The sink for alerts: what counts as one, what tells that all is well again, and which are of one kind."""

import pytest

from fiskil_harness.app.monitoring.alerts import alert_text

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
def test_whatever_is_sent_is_an_alert(body: bytes) -> None:
    """In PagerDuty's words, in Alertmanager's, in Slack's, in the app's own, or in none."""
    alert = alert_text("/", body)

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
def test_a_notice_of_calm_is_no_new_alert(path: str, body: bytes) -> None:
    """Each system has words of its own for the end."""
    alert = alert_text(path, body)

    assert alert is not None
    assert alert.is_resolved


@pytest.mark.parametrize(
    "body",
    [b'{"event_action": "acknowledge"}', b'{"status": "firing", "alerts": [{"labels": {"alertname": "Watchdog"}}]}'],
)
def test_a_sign_of_life_is_no_alert(body: bytes) -> None:
    """Nor is it one that somebody has seen it."""
    assert alert_text("/", body) is None


def test_numbers_make_no_other_kind() -> None:
    """An alert that comes again counts more, a minute later, under another id."""
    again = TRIGGER.replace(b"17 of 20", b"19 of 21")

    assert alert_text("/", TRIGGER) == alert_text("/", again)
    assert alert_text("/", TRIGGER) != alert_text(
        "/", b'{"event_action": "trigger", "payload": {"summary": "webhooks fail"}}'
    )
