"""The steps: book in our ledger, post to the ERP."""
