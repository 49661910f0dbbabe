"""DICOM headers: what may stay is listed in `kept.toml`, within what `profile.csv` allows."""
