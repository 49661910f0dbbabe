"""Pure values and rules of Hilum, and the ports: no I/O, no clock, no library."""
