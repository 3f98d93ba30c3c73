from django.apps import AppConfig


class FinesConfig(AppConfig):
    name = "tests.fines"
    label = "fines"
    verbose_name = "Fines"
