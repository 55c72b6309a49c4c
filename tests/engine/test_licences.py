"""A licence as text says the same of selling as the catalogue that it comes from."""

from __future__ import annotations

import pytest

from engine.generators.sketch.generator import LICENCE
from engine.licences import allows_sale, forbids_sale
from engine.models.catalogue import UNKNOWN, Licence, catalogue

KNOWN = {model.licence for model in catalogue()} | {UNKNOWN}


@pytest.mark.parametrize("licence", sorted(KNOWN, key=str), ids=lambda licence: licence.name)
def test_the_text_says_what_the_catalogue_knows(licence: Licence) -> None:
    assert allows_sale(str(licence)) is (licence.commercial is True)
    forbidding = licence.name if licence.commercial is False else ""
    assert forbids_sale(str(licence)) == forbids_sale(licence.name) == forbidding


def test_the_catalogue_has_all_three_kinds() -> None:
    assert {licence.commercial for licence in KNOWN} == {True, False, None}


@pytest.mark.parametrize(
    ("licence", "forbids", "allows"),
    [
        (LICENCE, "", True),
        ("", "", False),  # of an old take: nothing is known
        ("cc-by-nc-4.0", "cc-by-nc-4.0", False),
        ("Research use, NonCommercial", "Research use, NonCommercial", False),
        ("Sync Inc. licence", "", False),
        (f"{LICENCE}; CC BY-NC 4.0. To be shared", "CC BY-NC 4.0", False),
        (f"CC BY-NC 4.0. To be shared; {LICENCE}", "CC BY-NC 4.0", False),
        (f"{LICENCE}; not known. Read it first.", "", False),
    ],
)
def test_one_part_that_forbids_it_forbids_it(licence: str, forbids: str, allows: bool) -> None:
    assert forbids_sale(licence) == forbids
    assert allows_sale(licence) is allows
