"""Statistics as pure, cited functions over whole arrays."""
