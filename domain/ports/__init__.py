"""The seams: what the core asks of the outside, as Protocols. Adapters implement them; tests fake them."""
