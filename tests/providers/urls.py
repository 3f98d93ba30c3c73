"""The server's addresses with those of the packages."""

from django.urls import include, path

from core.urls import urlpatterns as ours

urlpatterns = [
    path("athm/", include("django_athm.urls")),
    path("midtrans/", include("subscriptions.urls")),
    *ours,
]
