"""The rules of the journey. Pure: values in, values out, nothing read and nothing called."""
