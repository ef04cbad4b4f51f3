"""Returns: how long they may wait for others before a person is asked."""

from settings.env import env

RETURN_SALE_SLA_S = env.int("RETURN_SALE_SLA_S", default=4 * 3600)  # for the sale to be booked that is to be credited
# Goods brought back without a receipt: one identity so often and for so much in thirty days, at the lowest price.
NO_RECEIPT_TIMES = env.int("NO_RECEIPT_TIMES", default=3)
NO_RECEIPT_TOTAL_MINOR = env.int("NO_RECEIPT_TOTAL_MINOR", default=20_000)
NO_RECEIPT_WINDOW_DAYS = env.int("NO_RECEIPT_WINDOW_DAYS", default=90)
