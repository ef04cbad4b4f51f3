"""What we ask Shopify's Admin API, version 2026-01 (shopify.dev, "GraphQL Admin API": Order, fulfillmentCreate)."""

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
