"""Settings that make no sense, alone or together."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.engine.server.running import settings_in


def test_signs_of_life_come_twice_in_a_lease(tmp_path: Path) -> None:
    assert settings_in(tmp_path, lease_seconds=20.0, lease_renewal_seconds=10.0)
    with pytest.raises(ValidationError, match="half of lease_seconds"):
        settings_in(tmp_path, lease_seconds=19.0, lease_renewal_seconds=10.0)


def test_a_standard_secret_of_webhooks_is_base64(tmp_path: Path) -> None:
    for good in ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "what both know", "my whsec_é"):
        assert settings_in(tmp_path, webhook_secret=good).webhook_secret
    bad = "whsec_not-base64!"
    with pytest.raises(ValidationError, match="base64") as refused:
        settings_in(tmp_path, webhook_secret=bad)
    assert "not-base64" not in str(refused.value)
