"""Slack: its events come in here, its messages go out from here."""
