"""What may come back, what it is worth, and how the money goes. Pure: values in, values out."""
