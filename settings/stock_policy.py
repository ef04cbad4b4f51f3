"""What channels see of the stock book, beyond the policies that people keep in the admin."""

from settings.env import env

STOCK_CLOSED_DAYS = env.int("STOCK_CLOSED_DAYS", default=3)  # a node closed for longer sells nothing meanwhile
STOCK_DAY_ZONE = env.str("STOCK_DAY_ZONE", default="Europe/Berlin")  # whose calendar days promises are made in
STOCK_SKUS_A_ROUND = env.int("STOCK_SKUS_A_ROUND", default=500)  # told anew on each round after a wide change
STOCK_SCORE_EVERY_S = env.int("STOCK_SCORE_EVERY_S", default=3_600)  # how often the accuracy of nodes is worked out
