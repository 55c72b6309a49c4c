"""S3 servers for the tests, over real HTTP, and a look into their buckets past our own code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.servers import start

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "studio"


@dataclass(frozen=True, slots=True)
class S3Server:
    url: str
    key: str = "tester"
    secret: str = "a secret of the tests"  # noqa: S105

    @property
    def variables(self) -> dict[str, str]:
        """As boto3 finds credentials everywhere; nothing of this computer's own is used."""
        return {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_CONFIG_FILE": "/nowhere",
            "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def bucket(self) -> Bucket:
        """A new one."""
        client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(
                s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
            ),
        )
        name = f"music-{token_hex(6)}"
        client.create_bucket(Bucket=name)
        return Bucket(self, name, client)


@dataclass(frozen=True, slots=True)
class Bucket:
    server: S3Server
    name: str
    client: Any

    @property
    def address(self) -> str:
        return f"s3://{self.name}/{PREFIX}"

    def settings(self, endpoint: str | None = None) -> dict[str, str]:
        """For a server that keeps its takes here; ``endpoint``: by another way."""
        return {"storage": self.address, "storage_endpoint": endpoint or self.server.url}

    def keys(self, prefix: str = "") -> set[str]:
        """What is in it, without the prefix."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=f"{PREFIX}/{prefix}"
        )
        return {
            each["Key"].removeprefix(f"{PREFIX}/")
            for page in pages
            for each in page.get("Contents", ())
        }

    def unfinished(self) -> int:
        """Uploads in parts that neither ended nor were aborted."""
        return len(self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", ()))

    def content(self, key: str) -> bytes:
        answer = self.client.get_object(Bucket=self.name, Key=f"{PREFIX}/{key}")
        data: bytes = answer["Body"].read()
        return data

    def write(self, key: str, data: bytes, **metadata: str) -> None:
        self.client.put_object(
            Bucket=self.name, Key=f"{PREFIX}/{key}", Body=data, Metadata=metadata
        )


@contextmanager
def moto_running() -> Iterator[S3Server]:
    """Answers in the API's shape, and believes every secret."""
    command = [sys.executable, "-m", "tests.moto_server"]
    process = start(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield S3Server(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def known_to_boto(server: S3Server) -> Iterator[None]:
    """In this process: credentials as its environment would have them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        yield
