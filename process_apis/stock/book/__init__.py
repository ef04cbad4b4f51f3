"""The ground of the stock book: the statements that change it, what is wrong with it, what it is worth."""
