"""When an order is looked at by a person before it goes on."""

from settings.env import env

# A total from which on an order waits for somebody to look at it, by currency in smallest units: EUR=100000,GBP=90000
FRAUD_LOOK_MINOR = env.dict("FRAUD_LOOK_MINOR", cast={"value": int}, default={})
ORDER_DISPATCH_DAYS = env.int("ORDER_DISPATCH_DAYS", default=2)  # working days in which an order leaves us
ORDER_REFUND_DAYS = env.int("ORDER_REFUND_DAYS", default=5)  # in which money is back
ORDER_STATUS_SEATS = env.int("ORDER_STATUS_SEATS", default=3)  # requests of a web process that may wait for a change
FEED_POLL_S = env.int("FEED_POLL_S", default=30)  # how often a marketplace that tells nobody is asked for orders
TWIN_ORDER_S = env.int("TWIN_ORDER_S", default=600)  # the same basket again within this time is warned of
BACKORDER_LOOK_S = env.int("BACKORDER_LOOK_S", default=3600)  # how long before an order looks again for its goods
