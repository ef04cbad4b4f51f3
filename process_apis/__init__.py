"""The journeys, the books they write, the engine they run on."""
