"""What members are told in digests; when they are told is decided in `handlers/digest.py`."""
