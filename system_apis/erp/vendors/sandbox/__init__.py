"""The pretend ERP: camelCase, decimal text, no keys."""
