"""The routes."""

from django.urls import path

from correct.django_stack import views

urlpatterns = [
    path("healthz", views.healthz),
    path("", views.home),
    path("privacy", views.privacy),
    path("connect", views.connect),
    path("start", views.start),
    path("returned", views.returned),
    path("connections", views.connections),
    path("disconnect", views.disconnect_on_page),
    path("customers/<str:ref>/refresh", views.refresh),
    path("customers/<str:ref>/disconnect", views.disconnect),
    path("webhooks/fiskil", views.receive),
    path("_harness/effects", views.effects),
]
handler400 = handler403 = handler404 = handler500 = "correct.django_stack.views.trouble"
