"""The tables."""

from django.db import models


class Customer(models.Model):
    """A customer of ours; ``end_user_id`` is empty until Fiskil has created the end user."""

    ref = models.CharField(max_length=200, unique=True)
    end_user_id = models.CharField(max_length=64, db_index=True, default="")
    is_being_created = models.BooleanField(default=False)


class Attempt(models.Model):
    """One auth session of a customer."""

    session_id = models.CharField(max_length=200, unique=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="attempts")
    status = models.CharField(max_length=20, default="pending")
    expires_at = models.BigIntegerField(default=0)


class Message(models.Model):
    """A webhook that was acknowledged; ``status`` is pending, done or failed."""

    message_id = models.CharField(max_length=256, unique=True)
    event = models.CharField(max_length=256)
    end_user_id = models.CharField(max_length=256, db_index=True)
    consent_id = models.CharField(max_length=256)
    published_at = models.DateTimeField()
    status = models.CharField(max_length=10, default="pending")
    tries = models.IntegerField(default=0)
    due_at = models.DateTimeField()

    class Meta:
        """The index that the worker uses."""

        indexes = [models.Index(fields=["due_at"], condition=models.Q(status="pending"), name="due_messages")]


class Consent(models.Model):
    """A consent; ``has_ended`` is set if the API or the customer has ended it, so that no event can revive it."""

    consent_id = models.CharField(max_length=256, unique=True)
    end_user_id = models.CharField(max_length=256, db_index=True)
    bank = models.TextField(default="")
    datasets = models.TextField(default="")
    expires_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    has_ended = models.BooleanField(default=False)
    is_synced = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)


class Row(models.Model):
    """An account, a balance or a transaction."""

    end_user_id = models.CharField(max_length=256)
    dataset = models.CharField(max_length=20)
    fiskil_id = models.CharField(max_length=256)
    consent_id = models.CharField(max_length=256, db_index=True)
    columns = models.JSONField()

    class Meta:
        """One row for each id."""

        constraints = [models.UniqueConstraint(fields=["end_user_id", "dataset", "fiskil_id"], name="one_row_for_each_id")]
