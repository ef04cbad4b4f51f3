"""When an order is looked at by a person before it goes on."""

from settings.env import env

# A total from which on an order waits for somebody to look at it, by currency in smallest units: EUR=100000,GBP=90000
FRAUD_LOOK_MINOR = env.dict("FRAUD_LOOK_MINOR", cast={"value": int}, default={})
TWIN_ORDER_S = env.int("TWIN_ORDER_S", default=600)  # the same basket again within this time is warned of
