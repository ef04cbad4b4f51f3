"""Which member of staff works in which store."""

from django.conf import settings
from django.db import models

from experience_apis.store_tools.models_lookups import ReceiptLookup as ReceiptLookup


class StoreStaff(models.Model):
    """One person at the counter. Without a store named here nobody but an administrator sees any."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="store_staff")
    stores = models.JSONField(default=list, help_text='Codes of their nodes, for example ["STORE-001"].')

    class Meta:
        verbose_name_plural = "store staff"

    def __str__(self) -> str:
        return f"{self.user} at {', '.join(self.stores)}"
