"""Text burned into pictures: found without reading it, kept only where it is a known marker, otherwise to be masked."""
