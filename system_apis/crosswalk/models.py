"""Our identifiers beside theirs: which of our skus a vendor's variant is, which of our orders its order."""

import pghistory
from django.db import models

from system_apis.connections.models import Connection


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True)
class Link(models.Model):
    """`ours` and `theirs` are the same thing. Within a connection and entity each has one partner at most."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    entity = models.CharField(max_length=32, help_text="what kind of thing: variant, order, location ...")
    ours = models.CharField(max_length=120)
    theirs = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="link_one_theirs", fields=["connection", "entity", "ours"]),
            models.UniqueConstraint(name="link_one_ours", fields=["connection", "entity", "theirs"]),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.ours} = {self.theirs}"
