"""The door: the only way from identifiable to de-identified. Its text side needs no library."""
