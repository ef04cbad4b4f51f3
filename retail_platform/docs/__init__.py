"""The pages for engineers: what each layer's API is for, how to get in, and every operation to try."""
