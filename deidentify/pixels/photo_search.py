"""Photos and screenshots through the door: upright, searched for faces and text, masked, judged, written anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from deidentify.burned_in.views import View
from deidentify.limits import Limits
from deidentify.pixels.faces import refuse_faces
from deidentify.pixels.findings import ImageFindings, image_findings
from deidentify.pixels.lungs import over_fields
from deidentify.pixels.photos import CleanedPhoto, Picture, draw_masks, read_photo, write_photo
from deidentify.pixels.quality import find_viewport, judge_photo
from deidentify.pixels.search import TextFinder
from domain.errors import DeidentificationError
from domain.study import Area, Concern


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedPhoto:
    """A photo that may pass: its file, what was masked in it, what a person has to know, and where the screen is."""

    photo: CleanedPhoto
    findings: ImageFindings
    concerns: tuple[Concern, ...]
    crop: Area | None = None


def clean_and_search_photo(
    data: bytes, limits: Limits, *, named: frozenset[str] = frozenset(), finder: TextFinder | None = None
) -> SearchedPhoto:
    """Return a photo without metadata, with its text masked; it is cropped only where the asker asks for it.

    Args:
        named: values that identify the case: a marker that is one of them is masked too.
        finder: who looks for text.
    Raises:
        DeidentificationError: as `clean_photo`; "face_found"; "text_still_shows" after masking.
    """
    picture = read_photo(data, limits)
    view = _view(picture.image)
    refuse_faces(view)
    findings, masked = _masked(picture, view, named=named, finder=finder or TextFinder())
    crop = find_viewport(view)
    lung = (Concern.MASK_OVER_LUNG,) if over_fields(findings.masks, view, crop) else ()
    judged = judge_photo(view, picture.tables, from_camera=picture.from_camera)
    return SearchedPhoto(
        photo=write_photo(masked), findings=findings, concerns=(*lung, *findings.concerns, *judged), crop=crop
    )


def _view(image: Image.Image) -> View:
    return np.asarray(image, dtype=np.uint8)


def _masked(
    picture: Picture, view: View, *, named: frozenset[str], finder: TextFinder
) -> tuple[ImageFindings, Picture]:
    """Mask what is found, and what is found once more on the masked picture; refuse what then still shows."""
    look = finder.find(view, named=named, is_photo=True)
    findings = image_findings(look, view.shape, None)
    masked = picture._replace(image=draw_masks(picture.image, findings.masks))
    if not finder.shows(_view(masked.image), look):
        return findings, masked
    again = finder.find(_view(masked.image), named=named, is_photo=True)
    findings = findings.merged(image_findings(again, view.shape, None))
    masked = picture._replace(image=draw_masks(picture.image, findings.masks))
    if finder.shows(_view(masked.image), again):
        raise DeidentificationError("text_still_shows")
    return findings, masked
