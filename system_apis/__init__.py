"""The world outside: one folder for each kind of system, all alike. Only a gateway names a vendor."""
