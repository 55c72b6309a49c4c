"""What boto3 raises, in plain words: what happened, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import S3TransferRetriesExceededError as TriedInVainError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from engine.errors import NotFound, StorageAway, StorageClosed, StorageError
from engine.storage.address import BucketAddress

__all__ = ["away", "in_bucket_words"]

KEYS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, for who runs the server."
RIGHTS = (
    "Allow them to read, write, list and delete its objects, and to list and abort its uploads."
)

_CLOSED: Mapping[str, tuple[str, str]] = {
    "NoSuchBucket": ("There is no bucket {bucket} at {endpoint}.",
                     "Make it, or correct DGX_MUSIC_STORAGE."),
    "AccessDenied": ("The bucket {bucket} at {endpoint} may not be used with these credentials.",
                     RIGHTS),
    "InvalidAccessKeyId": ("{endpoint} does not know these credentials.", KEYS),
    "SignatureDoesNotMatch": ("{endpoint} does not accept these credentials: the secret is not "
                              "the one of this key.", KEYS),
    "ExpiredToken": ("The credentials for the bucket {bucket} have expired.", "Get new ones."),
    "RequestTimeTooSkewed": ("{endpoint} does not accept the time of this computer's clock.",
                             "Set the clock."),
    "PermanentRedirect": ("The bucket {bucket} is in another region.", "Set AWS_REGION to it."),
}  # fmt: skip
_BY_STATUS = {301: "PermanentRedirect", 403: "AccessDenied", 404: "NoSuchBucket"}
"""For answers to HEAD, which say no more."""
_SPOILT = ("XAmzContentSHA256Mismatch", "BadDigest", "IncompleteBody")
_SAME = {"InvalidClientTokenId": "InvalidAccessKeyId", "403": "AccessDenied"}


def away(message: str, detail: str) -> StorageError:
    return StorageAway(message, detail=detail)


@contextmanager
def in_bucket_words(address: BucketAddress, endpoint: str) -> Iterator[None]:
    """Translate what is raised inside. Raises NotFound for a key that is not there."""
    try:
        yield
    except Boto3Error as error:  # of an upload; the reason is what it was raised in place of
        reason = error.__context__
        known = reason if isinstance(reason, ClientError | BotoCoreError) else error
        raise _words(known, address, endpoint) from error
    except TriedInVainError as error:  # of a download: the reason is what went wrong last
        raise _words(error.last_exception, address, endpoint) from error
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        raise _words(error, address, endpoint) from error


def _words(error: Exception, address: BucketAddress, endpoint: str) -> Exception:
    detail = f"{type(error).__name__}: {error}"
    match error:
        case ClientError():
            return _answered(error, address, endpoint, detail)
        case NoCredentialsError() | PartialCredentialsError():
            return StorageClosed(
                f"There are no credentials for the bucket {address.bucket}.",
                hint=KEYS,
                detail=detail,
            )
        case SSLError():
            return StorageClosed(
                f"The certificate of {endpoint} can't be trusted.",
                hint="Check the endpoint's address, or set AWS_CA_BUNDLE.",
                detail=detail,
            )
        case EndpointConnectionError() | ConnectTimeoutError():
            return away(f"{endpoint}, which has the bucket, can't be reached.", detail)
        case ReadTimeoutError():
            return away("The bucket does not answer in time.", detail)
    return away("The connection to the bucket broke.", detail)


def _answered(error: ClientError, address: BucketAddress, endpoint: str, detail: str) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
    if code == "NoSuchKey" or (status == 404 and error.operation_name == "HeadObject"):
        return NotFound("This file is not here any more.", detail=detail)
    if status == 429 or status >= 500:
        return away("The bucket's server is busy.", detail)
    if code in _SPOILT:
        return away("What was sent to the bucket arrived damaged.", detail)
    code = _SAME.get(code, code)
    message, hint = _CLOSED.get(code) or _CLOSED.get(_BY_STATUS.get(status, "")) or (
        "The bucket {bucket} at {endpoint} refused what was asked.", RIGHTS,
    )  # fmt: skip
    words = message.format(bucket=address.bucket, endpoint=endpoint)
    return StorageClosed(words, hint=hint, detail=detail)
