"""The retail day that `manage.py demo` plays: master data, shoppers, and the statement at the end."""
