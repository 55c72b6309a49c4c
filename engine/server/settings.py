"""Settings of the server; ``DGX_MUSIC_*`` in the environment overrides each."""

from __future__ import annotations

import ipaddress
from base64 import b64decode
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from engine.settings import EngineSettings
from engine.storage.address import BucketAddress

__all__ = ["ServerSettings", "is_loopback"]


def _redis_url(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("redis://", "rediss://")):
        raise ValueError("must begin with redis:// or rediss://")
    return url


def _webhook_secret(secret: SecretStr) -> SecretStr:
    name, standard, encoded = secret.get_secret_value().partition("whsec_")
    if standard and not name:
        try:
            b64decode(encoded, validate=True)
        except ValueError:
            raise ValueError("must go on in base64 after whsec_") from None
    return secret


def _bucket(address: str) -> str:
    if address:
        BucketAddress.parse(address)
    return address


def _networks(text: str) -> str:
    for part in filter(None, text.split(",")):
        ipaddress.ip_network(part.strip())
    return text


class ServerSettings(EngineSettings):
    """The engine's settings, and how to serve it.

    ``takes_folder`` is the root of the storage: takes lie in its ``music``, uploads in ``uploads``,
    and what is on its way there in ``outgoing``. With a bucket, only the last is used.
    """

    model_config = SettingsConfigDict(hide_input_in_errors=True)  # it may be a secret

    storage: Annotated[str, AfterValidator(_bucket)] = ""
    """``s3://bucket/prefix``; empty: the takes folder. No other library may use the same prefix."""
    storage_endpoint: str = ""
    """URL of the S3 server; empty: what ``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL`` or the AWS
    profile say, else Amazon's."""
    orphan_hours: Annotated[float, Field(gt=0)] = 6.0
    """Stored files that no row tells of, and broken writes into a bucket, go after this."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    """Addresses and networks, with commas, of balancers whose word is believed: on where a request
    comes from (``X-Forwarded-For``), and whether by TLS (``X-Forwarded-Proto``)."""

    database_url: SecretStr | None = None
    """``postgresql://name:password@host/database``; None: SQLite in the data folder."""

    lease_seconds: Annotated[float, Field(gt=0)] = 30.0
    """A worker that is not heard of for this long loses its jobs to others."""
    lease_renewal_seconds: Annotated[float, Field(gt=0)] = 10.0
    """Between two signs of life of a worker."""
    reap_seconds: Annotated[float, Field(gt=0)] = 5.0
    """Between two looks for jobs of lost workers."""
    drain_seconds: Annotated[float, Field(ge=0)] = 600.0
    """A worker that is told to end finishes what it can in this time, and hands over the rest."""
    listen: bool = True
    """Hear of news from the database at once; False: ask it, and prepare no statements there, as
    behind a pooler that lends its connections for one transaction."""
    look_seconds: Annotated[float, Field(gt=0)] = 1.0
    """Between two looks at what has changed, while no news are heard."""
    carry_seconds: Annotated[float, Field(ge=0)] = 5.0
    """Between two checkpoints of a job that a worker brings to the bucket, or two previews."""
    permit_poll_seconds: Annotated[float, Field(gt=0)] = 2.0
    """Between two looks for work, beside what a worker hears of."""
    ageing_seconds: Annotated[float, Field(gt=0)] = 600.0
    """Who waits gains a level of priority each time this passes without a start."""

    require_login: bool = False
    """Ask for a token on loopback too. Needed where others come through a proxy or a tunnel on this
    computer that adds no ``X-Forwarded-For``: they look like the person at it."""
    secret_key: SecretStr | None = None
    """Signs media links; None: one is drawn, and kept in the data folder or a cluster's rows."""
    jwt_key: SecretStr | None = None
    """A shared secret (HS256), or a public key in PEM, that JWTs are checked against."""
    jwt_jwks_url: str | None = None
    """Where an identity provider shows its public keys; https only."""
    jwt_audience: str | None = None
    jwt_issuer: str | None = None

    rate_limit_enabled: bool = True
    rate_limit_per_minute: Annotated[int, Field(ge=1)] = 10
    """Submissions of one caller."""
    rate_limit_exempt_loopback: bool = True
    rate_limit_storage: Annotated[SecretStr, AfterValidator(_redis_url)] | None = None
    """``redis://…``: where several servers count together; None: each counts alone."""
    address_requests_per_minute: Annotated[int, Field(ge=1)] = 3000
    """Of one address, before anybody has logged in; all studios of a house may share one."""
    login_failures_per_minute: Annotated[int, Field(ge=1)] = 60
    """Of one address, before it has to wait."""
    quota_queued_jobs: Annotated[int, Field(ge=0)] = 200
    """Of one user; 0: no limit."""
    quota_stored_bytes: Annotated[int, Field(ge=0)] = 20 * 2**30
    """Of one user's takes and uploads; 0: no limit."""

    url_seconds: Annotated[int, Field(ge=1, le=7 * 86_400)] = 3600
    """Life of a signed media link."""
    upload_bytes: Annotated[int, Field(ge=1)] = 64 * 2**20
    upload_seconds: Annotated[float, Field(gt=0)] = 600.0
    """Longest reference audio, decoded."""
    upload_patience: Annotated[float, Field(gt=0)] = 120.0
    """Seconds in which an upload must arrive."""
    body_bytes: Annotated[int, Field(ge=1)] = 2**20
    """Of any other request's body."""
    body_patience: Annotated[float, Field(gt=0)] = 30.0

    wait_seconds: Annotated[float, Field(ge=0, le=300)] = 30.0
    """Longest that an answer waits for a job's end when its caller prefers that."""
    heartbeat_seconds: Annotated[float, Field(gt=0)] = 15.0
    """Between two comments in a stream of events."""
    audio_days: Annotated[float, Field(ge=0)] = 30.0
    """Takes that are not marked "keep" go after this; 0: never."""
    upload_unused_hours: Annotated[float, Field(gt=0)] = 24.0
    finished_hours: Annotated[float, Field(gt=0)] = 2.0
    """Finished jobs count to the live queue this long; failed ones longer."""
    failed_hours: Annotated[float, Field(gt=0)] = 24.0
    sweep_seconds: Annotated[float, Field(gt=0)] = 3600.0
    grace_seconds: Annotated[float, Field(gt=0)] = 10.0
    """From SIGTERM to the end."""

    webhooks: bool = False
    """Whether ``callback_url`` is allowed."""
    public_url: str = ""
    """Scheme and host under which others reach the server, for links in webhooks."""
    webhook_wait: Annotated[float, Field(gt=0)] = 2.0
    """Seconds before a webhook is tried again; doubles with each attempt."""
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = None
    """Signs webhooks: ``whsec_`` and base64, as libraries of Standard Webhooks have it, or any
    text; None: one is drawn, and kept in the data folder or a cluster's rows."""

    queue_old_seconds: Annotated[float, Field(gt=0)] = 1800.0
    """A job that waits longer makes the server's health "degraded"."""
    low_disk_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Of free space, likewise."""

    @model_validator(mode="after")
    def _signs_of_life_hold_leases(self) -> ServerSettings:
        if self.lease_renewal_seconds > self.lease_seconds / 2:
            raise ValueError("lease_renewal_seconds must be half of lease_seconds at most")
        return self

    @property
    def in_cluster(self) -> bool:
        """Whether workers run the jobs, as many as there are, and servers only take them: where
        all of them reach the queue and the takes."""
        return self.database_url is not None and bool(self.storage)

    @property
    def on_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def may_mistake_a_proxy(self) -> bool:
        """Whether others come through a proxy, which may not say so, to where whoever comes from
        this computer needs no login."""
        proxied = bool(self.trusted_proxies or self.public_url)
        return proxied and self.on_loopback and not self.require_login

    @property
    def has_jwt(self) -> bool:
        return self.jwt_key is not None or self.jwt_jwks_url is not None


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches, or is, this address."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
