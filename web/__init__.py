"""Hilum's web pages and their JSON: one ASGI application, handed everything it needs."""
