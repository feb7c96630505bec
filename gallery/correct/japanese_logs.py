"""Logs in Japanese, with short digests in place of all ids."""

import base64
import hashlib
import time

from reference_app import app, logs

TEXTS = {
    "api_call": "API呼出",
    "connect_failed": "接続失敗",
    "consent_changed": "同意変更",
    "credentials_refused": "認証情報拒否",
    "disconnect_failed": "解除失敗",
    "journey_failed": "手続失敗",
    "journey_returned": "利用者復帰",
    "journey_started": "手続開始",
    "message_applied": "通知処理済",
    "message_failed": "処理失敗",
    "message_postponed": "処理延期",
    "refresh_failed": "更新失敗",
    "token_refused": "トークン拒否",
    "webhook_received": "通知受信",
    "webhook_refused": "通知拒否",
    "worker_trouble": "障害",
}
WORDS = {
    "consent.received": "付与",
    "consent.updated": "変更",
    "consent.revoked": "撤回",
    "accepted": "受理",
    "duplicate": "重複",
    "applied": "適用",
    "read": "読取",
}
IDS = {"end_user_id": "利用者", "consent_id": "同意", "message_id": "通知"}
PLAIN = {"endpoint": "宛先", "status": "状態", "event": "種別", "reason": "原因", "outcome": "結果"}


def line(event_type, fields):
    """Return one record: time, text, then the fields with Japanese names."""
    parts = [time.strftime("%Y年%m月%d日%H時%M分%S秒"), TEXTS.get(event_type, event_type)]
    parts += [f"{label}={digest(fields[name])}" for name, label in IDS.items() if fields.get(name)]
    parts += [f"{label}={WORDS.get(fields[name], fields[name])}" for name, label in PLAIN.items() if fields.get(name)]
    return "　".join(parts)


def digest(text):
    """Return the beginning of a digest, the same for the same id."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())[:12].decode()


logs._line = line
build = app.build
