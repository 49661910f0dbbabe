"""What has to be known of images, as sentences on the panel's card, in the preview and beside the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.delivery import Terms, Value
from domain.study import Concern, Image, ImageFacts, concerns_of, group_into_series

_COUNTED: Mapping[Concern, str] = {Concern.SCREEN_PHOTO: "draft.screen_photo"}
"""What the preview says with how many pictures it is true of."""


def quality_terms(images: tuple[Image, ...]) -> Terms:
    """Return it of the images that the panel sees (safety rules 8 and 9)."""
    return _terms(concerns_of(images), counted={})


def preview_values(images: tuple[Image, ...]) -> dict[str, Value]:
    """Return it of all images, also of those that their asker has not yet looked at, with how many it is true of."""
    concerns = dict.fromkeys(concern for series in group_into_series(images) for concern in series.concerns)
    there = [image for image in images if image.removed_at is None]
    screens = [image.facts for image in there if Concern.SCREEN_PHOTO in image.facts.concerns]
    counted = {"screens": len(screens), "pictures": len(there), "pixels": max(map(widest, screens), default=0)}
    return {"quality": _terms(concerns, counted=_COUNTED), **counted}


def widest(facts: ImageFacts) -> int:
    """Return the longer side of an image in pixels, by which a photo's sharpness is judged."""
    return max(facts.rows, facts.columns)


def _terms(concerns: Iterable[Concern], *, counted: Mapping[Concern, str]) -> Terms:
    keys = tuple(counted.get(concern, f"concern.{concern}") for concern in concerns)
    return Terms(keys=keys, lead="\n", separator="\n")
