"""Telegram: its updates come in here, its messages go out from here."""
