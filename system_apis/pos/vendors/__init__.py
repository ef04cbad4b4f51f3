"""One folder for each vendor; only the gateway names them."""
