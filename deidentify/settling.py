"""From what was found in the pictures of a DICOM instance to its masked file, its facts and its concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

from pydicom import dcmread
from pydicom.dataset import Dataset

from deidentify.instances import CleanedDicom
from deidentify.limits import Limits
from deidentify.pixels.decoding import Decoded, keep_decoded, last_decoded, quiet
from deidentify.pixels.faces import refuse_dataset_faces
from deidentify.pixels.findings import ImageFindings
from deidentify.pixels.lungs import any_over_lung
from deidentify.pixels.masking import mask_dataset, write_masked
from deidentify.pixels.search import SeriesSearch, TextFinder
from domain.errors import DeidentificationError
from domain.study import Concern, ImageFacts


class PictureSearch:
    """The search over all pictures of one call of the door, series by series."""

    def __init__(self, limits: Limits, finder: TextFinder) -> None:
        self._limits = limits
        self._finder = finder
        self._series: dict[str, SeriesSearch] = {}
        self._series_of: dict[str, str] = {}
        self._found: dict[str, ImageFindings] = {}
        self._failed: dict[str, str] = {}
        self._last: tuple[str, Decoded | None] = ("", None)

    def add(self, key: str, cleaned: CleanedDicom) -> None:
        """Take a cleaned instance with pictures into the search.

        Raises:
            DeidentificationError: "pixels_undecodable", "zip_too_many_series", "text_search_missing".
        """
        if cleaned.facts is None:
            return
        uid = cleaned.facts.series_uid
        if uid not in self._series and len(self._series) >= self._limits.series:
            raise DeidentificationError("zip_too_many_series")
        series = self._series.setdefault(uid, SeriesSearch(cleaned.named, finder=self._finder))
        with quiet():
            dataset = _read(cleaned.body, cleaned.decoded)
            refuse_dataset_faces(dataset)
            series.add(key, dataset)
        self._series_of[key] = uid
        self._last = (key, last_decoded(dataset))

    def fail(self, key: str, code: str) -> None:
        """Note that an instance could not be searched: it must not pass."""
        self._failed[key] = code

    def finish(self) -> None:
        """Read the sums of each series; one that cannot be read fails by itself.

        What was added to it is then refused by `settle`.
        """
        for uid, series in self._series.items():
            try:
                self._found.update(series.finish())
            except DeidentificationError as error:
                self._failed |= {key: error.code for key, place in self._series_of.items() if place == uid}

    def words(self, key: str) -> tuple[str, ...]:
        """Return what was read of an instance's burned-in text: identifiable, in memory only."""
        return self._found[key].words if key in self._found else ()

    def settle(self, key: str, cleaned: CleanedDicom) -> CleanedDicom:
        """Return an instance masked, with what a person has to know of it.

        Raises:
            DeidentificationError: it was not searched; "text_still_shows": masking did not hide everything.
        """
        if cleaned.facts is None:
            return cleaned
        if key not in self._found:
            raise DeidentificationError(self._failed.get(key, "pixels_undecodable"))
        with quiet():
            return self._masked(key, cleaned, cleaned.facts)

    def _masked(self, key: str, cleaned: CleanedDicom, facts: ImageFacts) -> CleanedDicom:
        found, series = self._found[key], self._series[self._series_of[key]]
        if not (found.masks or found.needs_reading or found.kept_text):
            return cleaned
        dataset = _read(cleaned.body, self._decoded(key))
        if found.needs_reading:
            found = series.reread(key, dataset)
        covers_lung = any_over_lung(found.masks, dataset)
        concerns = (*((Concern.MASK_OVER_LUNG,) if covers_lung else ()), *found.concerns)
        body = cleaned.body
        if found.masks:
            mask_dataset(dataset, found.masks)
            body = write_masked(dataset)
            if series.still_shows(key, dataset):
                raise DeidentificationError("text_still_shows")
        self._found[key] = found
        facts = replace(facts, masks=found.masks, kept_text=found.kept_text, concerns=concerns)
        return cleaned._replace(body=body, facts=facts, report=_counted(cleaned.report, found))

    def _decoded(self, key: str) -> Decoded | None:
        """Return the frame that was decoded last if it is of this instance; it is let go of in any case."""
        (last, decoded), self._last = self._last, ("", None)
        return decoded if last == key else None


def _read(body: bytes, decoded: Decoded | None) -> Dataset:
    dataset = dcmread(BytesIO(body))
    keep_decoded(dataset, decoded)
    return dataset


def _counted(report: Mapping[str, int], found: ImageFindings) -> dict[str, int]:
    counts = Counter(report)
    counts["text_masked"] += len(found.masks)
    counts["marker_kept"] += len(found.kept_text)
    return dict(+counts)
