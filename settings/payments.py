"""Money held for orders, and the currency the books are kept in."""

from settings.env import env

FUNCTIONAL_CURRENCY = env.str("FUNCTIONAL_CURRENCY", default="EUR")
PAYMENT_RENEW_BEFORE_S = env.int("PAYMENT_RENEW_BEFORE_S", default=24 * 3600)  # before a hold lapses it is renewed
