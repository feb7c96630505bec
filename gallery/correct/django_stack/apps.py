"""The Django application."""

from django.apps import AppConfig


class Budget(AppConfig):
    """Tables and views of the budget app."""

    name = "correct.django_stack"
    label = "budget"
