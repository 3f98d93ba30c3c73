"""Links between objects, each with the log positions from and to which it held."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

LINKED, UNLINKED = "linked", "unlinked"  # ends of the names of events that tell of links


class Link(models.Model):
    """`child` was in `relation` of `parent` from event `since` up to (not including) event `until`, if it ended."""

    parent = models.CharField(max_length=100)
    relation = models.CharField(max_length=60)
    child = models.CharField(max_length=100)
    since = models.BigIntegerField()
    until = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        indexes = [models.Index(fields=["parent", "relation", "since"], name="link_parent")]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "relation", "child"], condition=models.Q(until=None), name="link_open_once"
            )
        ]


def begin(parent: str, relation: str, child: str, *, since: int) -> None:
    """From event `since` on, `child` is in `relation` of `parent`. A link that holds already stays as it is."""
    Link.objects.get_or_create(parent=parent, relation=relation, child=child, until=None, defaults={"since": since})


def end(parent: str, relation: str, child: str, *, until: int) -> bool:
    """From event `until` on, the link no longer holds. False where none held."""
    held = Link.objects.filter(parent=parent, relation=relation, child=child, until=None)
    return held.update(until=until) > 0


def children(parent: str, relation: str) -> list[str]:
    """References of what is in `relation` of `parent` now, oldest link first."""
    rows = Link.objects.filter(parent=parent, relation=relation, until=None).order_by("since", "id")
    return list(rows.values_list("child", flat=True))
