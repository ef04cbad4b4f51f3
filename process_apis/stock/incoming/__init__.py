"""Others' word about stock, item by item: read, converted, checked against its owner, applied or set aside."""
