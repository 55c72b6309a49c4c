"""Settings that make no sense together."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.engine.server.running import settings_in


def test_signs_of_life_come_twice_in_a_lease(tmp_path: Path) -> None:
    assert settings_in(tmp_path, lease_seconds=20.0, lease_renewal_seconds=10.0)
    with pytest.raises(ValidationError, match="half of lease_seconds"):
        settings_in(tmp_path, lease_seconds=19.0, lease_renewal_seconds=10.0)
