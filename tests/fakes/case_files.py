"""The scripts' case: a slice of a CT, a photo as a telephone keeps it, one of a screen; and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

from deidentify.samples import FICTIONAL_HOSPITAL, FICTIONAL_ID, FICTIONAL_NAME
from tests.deidentify.originals import photo
from tests.fakes.heic_photo import HEIC
from tests.fakes.society import SLICE

PHOTO = photo(size=(160, 120))
FILES: Sequence[tuple[str, bytes]] = (("FICTUS-ZEBRA-0001.dcm", SLICE), ("IMG_0417.heic", HEIC), ("screen.jpg", PHOTO))
"""DICOM, HEIC and JPEG, by the names that they came with."""
NAMED = (*(part for part in FICTIONAL_NAME.split("^") if len(part) > 2), FICTIONAL_ID, FICTIONAL_HOSPITAL, "IMG_0417")
"""What says who the patient is, and must be found nowhere."""
CAPTION = "58M covid D8, O2 2->5L today. new effusion? PE?"
BACK = "Prior CT date? D-dimer? contrast allergy?"
REPLY = "CT 5 days ago no effusion, dd 3.1 mg/L, no allergy"
ANSWER = "Progression, OP pattern. PE not excluded: CT pulmonary angiography now. #G6"
BLOCK = "Contrast only if eGFR is above 30."
"""A sentence that the panelist has written once."""
NOTE = "looks like OP to me"
