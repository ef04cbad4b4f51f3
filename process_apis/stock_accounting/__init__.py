"""What stock that moves between nodes, is lost, or is found in a count means to the ledger."""
