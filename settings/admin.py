"""The admin's face (django-unfold)."""

UNFOLD = {"SITE_TITLE": "Retail Platform", "SITE_HEADER": "Retail Platform"}
