"""Every sentence the bot says, Korean and English, in one catalogue of gettext files."""
