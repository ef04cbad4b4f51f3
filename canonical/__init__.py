"""The words: what an order, a parcel or a journal entry is, whatever system it came from. Plain values, no I/O."""
