"""Which pieces have left: goods that are told apart one by one."""

from django.db import models


class ShippedSerial(models.Model):
    """The serial number of one piece in a parcel, as its sender read it. Of a bundle `sku` is the part."""

    parcel = models.ForeignKey("orders.Parcel", on_delete=models.CASCADE, related_name="serials")
    line_id = models.CharField(max_length=64)
    sku = models.CharField(max_length=64)
    serial = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "sku", "serial"], name="one_piece_in_a_parcel")]
        indexes = [models.Index(fields=["sku", "serial"], name="serial_shipped")]

    def __str__(self) -> str:
        return f"{self.sku} {self.serial}"
