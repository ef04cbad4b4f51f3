"""Webhooks that go out to partners: to which addresses, how patiently."""

from settings.env import PRODUCTION, env

# A partner gives the address we call. Addresses of private networks are never called; those of this machine only where
# this is set, for demonstrations and tests. Without TLS only where this is set, too.
PARTNER_LOOPBACK = env.bool("PARTNER_LOOPBACK", default=False)
PARTNER_TIMEOUT_S = env.float("PARTNER_TIMEOUT_S", default=5.0)  # for the whole answer
# Seconds from one try to the next; after the last the delivery has failed (as standardwebhooks.com advises).
PARTNER_RETRY_S = env.list(
    "PARTNER_RETRY_S", cast=int, default=[5, 30, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
)
PARTNER_GIVE_UP_S = env.int("PARTNER_GIVE_UP_S", default=5 * 24 * 3600)  # an endpoint that only fails is switched off
PARTNER_SIDE_BY_SIDE = env.int("PARTNER_SIDE_BY_SIDE", default=8)  # endpoints that one worker serves at a time
PARTNER_ROUND_S = env.float("PARTNER_ROUND_S", default=10.0)  # then it gives other work a turn
PARTNER_KEEP_DAYS = env.int("PARTNER_KEEP_DAYS", default=30)  # delivered ones are forgotten after that
PARTNER_PLAIN_HTTP = env.bool("PARTNER_PLAIN_HTTP", default=not PRODUCTION and PARTNER_LOOPBACK)
