"""Django's admin with our site; a file of its own, for an app's `apps.py` may have one configuration only."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "admin_ui.site.StaffSite"
