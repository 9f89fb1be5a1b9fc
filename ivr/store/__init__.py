"""What the menus keep in the database."""
