"""What we ask Shopify's Admin API, version 2026-01 (shopify.dev, "GraphQL Admin API": Order, fulfillmentCreate,
inventorySetQuantities)."""

VERSION = "2026-01"

ORDER_TO_FULFIL = """
query OrderToFulfil($id: ID!) {
  order(id: $id) {
    id
    name
    fulfillments(first: 100) { id name status trackingInfo(first: 5) { number } }
    fulfillmentOrders(first: 50) {
      nodes {
        id
        status
        lineItems(first: 250) { nodes { id remainingQuantity lineItem { id } } }
      }
    }
  }
}
"""

FULFIL = """
mutation Fulfil($fulfillment: FulfillmentInput!, $message: String) {
  fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
    fulfillment { id name status }
    userErrors { field message }
  }
}
"""

# Of levels a null changeFromQuantity takes any; errors make the whole call do nothing. The key is read from 2026-01 on.
SET_STOCK = """
mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}
"""

STOCK_SHOWN = """
query StockShown($items: [ID!]!, $location: ID!) {
  nodes(ids: $items) {
    id
    ... on InventoryItem {
      inventoryLevel(locationId: $location) { quantities(names: ["available"]) { name quantity } }
    }
  }
}
"""
