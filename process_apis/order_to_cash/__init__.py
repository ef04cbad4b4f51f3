"""Order to cash: from an order placed anywhere to goods sent, money taken, books written, customer told."""
