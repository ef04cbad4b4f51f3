"""The pretend shop: REST in the manner of Shopify, keys kept."""
