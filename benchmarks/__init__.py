"""One program for each hot path: ours, the plain way and the physical limit, in turns within one run."""
