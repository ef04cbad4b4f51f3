"""The steps of a return, a file each."""
