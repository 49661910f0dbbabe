"""What an operator may set; read by `bot` alone."""
