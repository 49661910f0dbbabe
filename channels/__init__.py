"""One folder per service; they do not know each other."""
