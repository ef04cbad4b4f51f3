"""The book of value we owe customers: gift cards, store credit, loyalty points. Never below what is held of it."""
