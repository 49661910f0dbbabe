"""The profiles of DICOM PS3.15, Annex E, that the door can apply: a name and a set of options."""

from __future__ import annotations

from dataclasses import dataclass

OPTIONS = (
    "clean_graphics",
    "clean_structured_content",
    "clean_descriptors",
    "retain_longitudinal_modified_dates",
    "retain_patient_characteristics",
    "retain_safe_private",
)
"""What can be added to the Basic Profile with Clean Pixel Data, in the order of its method codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The Basic Profile with these options; the same for every file of a case.

    Raises:
        ValueError: an option is none of ours, or stands twice.
    """

    name: str
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.options)) != len(self.options) or not set(self.options) <= set(OPTIONS):
            raise ValueError("a profile has each option once, and only those of OPTIONS")

    def has(self, option: str) -> bool:
        return option in self.options


ARCHIVE = Profile(name="archive", options=OPTIONS)
BASIC = Profile(name="basic")
PROFILES = (ARCHIVE, BASIC)


def profile_named(name: str) -> Profile:
    """Return the profile of this name.

    Raises:
        ValueError: there is none.
    """
    for profile in PROFILES:
        if profile.name == name:
            return profile
    raise ValueError("no profile has this name")
