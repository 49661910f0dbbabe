"""What has to be known of images, as sentences on the panel's card, in the preview and beside the answer."""

from __future__ import annotations

from collections.abc import Iterable

from domain.delivery import Terms
from domain.study import Concern, Image, concerns_of, group_into_series


def quality_terms(images: tuple[Image, ...]) -> Terms:
    """Return it of the images that the panel sees (safety rules 8 and 9)."""
    return _terms(concerns_of(images))


def preview_terms(images: tuple[Image, ...]) -> Terms:
    """Return it of all images, also of those that their asker has not yet looked at."""
    return _terms(dict.fromkeys(concern for series in group_into_series(images) for concern in series.concerns))


def _terms(concerns: Iterable[Concern]) -> Terms:
    return Terms(keys=tuple(f"concern.{concern}" for concern in concerns), lead="\n", separator="\n")
