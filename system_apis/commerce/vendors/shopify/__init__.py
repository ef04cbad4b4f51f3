"""Shopify: orders by webhook in the REST shape, everything else by the Admin GraphQL API, version 2026-01."""
