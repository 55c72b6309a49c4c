"""One storage of each kind, and a file to put there."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine.storage.base import Storage
from engine.storage.opening import open_storage
from tests.buckets import Bucket, S3Server, known_to_boto


@dataclass(frozen=True, slots=True)
class Sample:
    path: Path
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return sample_of(tmp_path / "made.wav", 3 * 2**20 + 7)


def sample_of(path: Path, size: int) -> Sample:
    data = np.random.default_rng(size).bytes(size)
    path.write_bytes(data)
    return Sample(path, data)


@pytest.fixture
def bucket(moto: S3Server) -> Iterator[Bucket]:
    with known_to_boto(moto):
        yield moto.bucket()


@pytest.fixture(params=["disk", "moto", "rgw"])
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Storage]:
    if request.param == "disk":
        address = endpoint = ""
    else:
        server: S3Server = request.getfixturevalue(request.param)
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        address, endpoint = server.bucket().settings().values()
    opened = open_storage(address, endpoint, root=tmp_path / "root", cache=tmp_path / "cache")
    await opened.prove()
    yield opened
    await opened.close()
