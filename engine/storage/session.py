"""Clients of an S3 server: where it is, how long it is waited for, and how requests are signed.

Credentials, region and endpoint are found as boto3 finds them everywhere: variables, profiles,
the machine's role. Nothing of that is kept or logged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from engine.errors import StorageClosed

__all__ = ["Clients"]

CONNECTIONS = 24
DEFAULT_REGION = "us-east-1"
"""What servers that know no regions expect in signatures."""


@dataclass(frozen=True, slots=True)
class Clients:
    quick: Any
    """For what somebody waits for."""
    patient: Any
    """For whole files."""

    @classmethod
    def open(cls, endpoint: str | None) -> Clients:
        """``endpoint``: None for what the AWS variables or profile say. Raises StorageClosed."""
        try:
            session = boto3.session.Session()
            region = session.region_name or DEFAULT_REGION

            def client(**how: Any) -> Any:
                return session.client(
                    "s3", endpoint_url=endpoint, region_name=region, config=_config(**how)
                )

            patient = client(read=15, attempts=2)
            style = "auto"
            if not _is_amazon(patient.meta.endpoint_url):
                # Other servers are rarely reachable under a host name for each bucket.
                style = "path"
                patient = client(read=15, attempts=2, style=style)
            quick = client(read=5, attempts=2, style=style)
        except (BotoCoreError, ValueError) as error:
            raise StorageClosed(
                "The settings for the bucket can't be used.",
                hint="Check the variables AWS_… and your AWS profile.",
                detail=str(error),
            ) from error
        return cls(quick, patient)

    @property
    def endpoint(self) -> str:
        """Scheme and host."""
        parts = urlsplit(self.patient.meta.endpoint_url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    def close(self) -> None:
        for client in (self.quick, self.patient):
            client.close()


def _config(*, read: float, attempts: int, style: str = "auto") -> Config:
    """``read``: seconds without a byte."""
    return Config(
        connect_timeout=3,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=CONNECTIONS,
        signature_version="s3v4",
        # The digest of the body is in the signature, so every server checks it; the newer
        # checksums, which boto3 would send by itself, not all of them know.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"payload_signing_enabled": True, "addressing_style": style},
    )


def _is_amazon(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
