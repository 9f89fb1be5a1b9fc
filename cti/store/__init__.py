"""The edge to the database."""
