"""Returns: how long they may wait for others before a person is asked."""

from settings.env import env

RETURN_SALE_SLA_S = env.int("RETURN_SALE_SLA_S", default=4 * 3600)  # for the sale to be booked that is to be credited
