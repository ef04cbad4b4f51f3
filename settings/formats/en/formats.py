"""How the admin writes instants and days: as in ISO 8601, and in UTC, so that they compare with other systems' logs."""

DATETIME_FORMAT = "Y-m-d H:i:s"
DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i:s"
