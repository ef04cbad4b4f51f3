"""One file for each step. A step reads the books, makes one call below, and says what came of it."""
