"""Where a parcel can be followed: each carrier's page for a tracking number."""

from collections.abc import Mapping
from urllib.parse import quote

from django.conf import settings

# Each carrier's own public page.
_PAGES: Mapping[str, str] = {
    "dhl": "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode={number}",
    "dpd": "https://tracking.dpd.de/status/de_DE/parcel/{number}",
    "gls": "https://gls-group.eu/track/{number}",
    "hermes": "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation/#{number}",
    "ups": "https://www.ups.com/track?tracknum={number}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={number}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
    "royal mail": "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
    "postnl": "https://postnl.nl/tracktrace/?B={number}",
}


def link(carrier: str, number: str) -> str:
    """The page of one parcel; "" where the carrier is not known or there is no number."""
    known = {**_PAGES, **{name.lower(): page for name, page in settings.TRACKING_LINKS.items()}}
    name = carrier.strip().lower()
    page = known.get(name) or known.get(name.split(" ")[0].split("-")[0]) if name else ""
    return page.replace("{number}", quote(number, safe="")) if page and number else ""
