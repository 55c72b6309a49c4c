"""A worker takes jobs of the models that its computer has now, as they come and go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cluster.stock import Stock
from engine.jobs import Status
from engine.models.catalogue import CHECKPOINTS, find
from engine.models.folder import ModelFolder
from engine.models.manifest import HubFile, Manifest
from tests.buckets import S3Server, known_to_boto
from tests.engine.cluster.fleet import Fleet, order
from tests.engine.server.running import settings_in
from tests.postgres import Postgres

SMALL = "facebook/musicgen-small"


def install(folder: ModelFolder) -> None:
    """As a download leaves it, though with files of a byte."""
    files = tuple(HubFile(path=name, size=1, digest=f"git-{'0' * 40}") for name in CHECKPOINTS)
    for repo in folder.repos(find(SMALL)):
        manifest = Manifest(repo=repo, revision="0" * 40, files=files)
        for file in files:
            folder.places(manifest, file)[0].write_bytes(b"x")
        folder.complete(manifest)


@pytest.mark.logs("not here, and so not run yet: facebook/musicgen-small, no such$")
async def test_what_is_installed_and_taken_away_is_noticed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, models_folder=tmp_path / "models")
    folder, heard = ModelFolder(settings.models), list[tuple[str, ...]]()
    stock = Stock(settings, (), heard.append, seconds=60.0)
    only = Stock(settings, (SMALL, "no such"), heard.append, seconds=60.0)
    assert (stock.models, only.models) == (("sketch", "scripted"), ())
    install(folder)
    assert await stock.has(SMALL) and await only.has(SMALL)
    assert heard == [("sketch", SMALL, "scripted"), (SMALL,)]
    assert not await only.has("sketch"), "it was not named"
    folder.remove(find(SMALL))
    assert not await stock.has(SMALL)
    assert heard[2:] == [("sketch", "scripted")]


@pytest.fixture
def fleet(tmp_path: Path, postgres: Postgres, moto: S3Server) -> Iterator[Fleet]:
    with known_to_boto(moto):
        yield Fleet(tmp_path, postgres.new_database(), moto.bucket())


async def test_a_worker_takes_jobs_of_a_model_that_was_installed_while_it_works(
    fleet: Fleet, tmp_path: Path
) -> None:
    folder = ModelFolder(tmp_path / "models")
    with fleet.queue() as queue:
        async with fleet.worker(models_folder=folder.root) as watch:
            wanted, made = queue.store.submit([order(model=SMALL), order()])
            assert (await watch.ended(made)).status is Status.COMPLETED
            assert queue.store.job(wanted.id).status is Status.PENDING
            install(folder)
            await watch.until(lambda: watch.latest(wanted.id) is not None)
            assert watch.latest(wanted.id).attempt == 1  # type: ignore[union-attr]
            watch.worker.pulse.beat()
            [seen] = queue.workers.all()
            assert SMALL in seen.models
            queue.store.cancel([wanted.id])
