"""What a provider's failure means: whether asking again helps, when, and what to tell a person."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from langchain_core.exceptions import ContextOverflowError
from langchain_core.messages import AIMessage

Code = Literal["model_busy", "model_unreachable", "model_timeout", "model_refused", "model_incomplete"]

_MESSAGES: Mapping[Code, str] = {
    "model_busy": "The model is busy: its provider asks us to slow down.",
    "model_unreachable": "The model cannot be reached, or its provider has a problem.",
    "model_timeout": "The model did not answer in time.",
    "model_refused": "The model's provider refused the request.",
    "model_incomplete": "The model's answer broke off in the middle.",
}
_REFUSALS = {
    400: "The model's provider refused the request as invalid.",
    401: "The model's provider does not accept the key that this installation uses.",
    402: "The account at the model's provider has no credit left.",
    403: "The key that this installation uses may not use this model.",
    404: "The model's provider does not know this model.",
    413: "The conversation is too large for this model.",
    422: "The model's provider refused the request as invalid.",
}
_TOO_LONG = "The conversation is too long for this model."

# Class names, because a provider's package that was not used is not imported for the sake of its exceptions.
_TIMEOUTS = frozenset(
    ("APITimeoutError", "TimeoutException", "ReadTimeoutError", "ConnectTimeoutError", "TimeoutError")
)
_BROKEN_OFF = frozenset(
    ("IncompleteRead", "IncompleteReadError", "ResponseStreamingError", "ChecksumMismatch", "InvalidHeadersLength",
     "InvalidPayloadLength", "ParserError", "EventStreamError")
)  # fmt: skip
_UNREACHABLE = frozenset(
    ("APIConnectionError", "TransportError", "HTTPClientError", "EndpointConnectionError", "ConnectionError",
     "ProtocolError")
)  # fmt: skip
_NO_CREDENTIALS = frozenset(
    ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError",
     "NoAuthTokenError", "NoRegionError", "CredentialsError")
)  # fmt: skip
_BROKEN_OFF_WORDS = re.compile(
    r"incomplete (?:chunked read|bedrock response stream)|without sending complete message body|IncompleteRead"
    r"|No generations? (?:chunks were returned|found in stream)",
    re.IGNORECASE,
)
_PROVIDERS = ("openai", "anthropic", "langchain_openai", "langchain_anthropic", "langchain_aws", "botocore")
_AWS_CODES: Mapping[str, int] = {
    "ThrottlingException": 429, "throttlingException": 429, "TooManyRequestsException": 429,
    "ServiceQuotaExceededException": 429, "ModelNotReadyException": 429, "modelStreamErrorException": 424,
    "ModelErrorException": 424, "ModelTimeoutException": 408, "InternalServerException": 500,
    "internalServerException": 500, "ServiceUnavailableException": 503, "serviceUnavailableException": 503,
    "ValidationException": 400, "validationException": 400, "AccessDeniedException": 403,
    "UnrecognizedClientException": 401, "InvalidSignatureException": 401, "ExpiredTokenException": 401,
    "ResourceNotFoundException": 404,
}  # fmt: skip
_STREAM_CODES: Mapping[str, int] = {
    "overloaded_error": 529, "rate_limit_error": 429, "rate_limit_exceeded": 429, "api_error": 500, "server_error": 500,
    "timeout_error": 408, "invalid_request_error": 400, "authentication_error": 401, "permission_error": 403,
    "not_found_error": 404, "request_too_large": 413, "insufficient_quota": 402,
}  # fmt: skip
_LONGEST_WAIT = 300.0


@dataclass(frozen=True)
class ModelFailure:
    """A failure of the model: a stable code, a sentence for people, and whether and when to ask again."""

    code: Code
    message: str
    retryable: bool
    wait_seconds: float | None = None


def classify(error: BaseException, *, streaming: bool = False) -> ModelFailure | None:
    """What an exception of a provider means, or None where it is not the provider's but ours.

    `streaming`: whether a part of the answer had already come, so that a lost connection is an answer broken off.
    """
    chain = list(_causes(error))
    if any(isinstance(one, ContextOverflowError) for one in chain):
        return ModelFailure("model_refused", _TOO_LONG, retryable=False)
    for one in chain:
        if (status := _status(one)) is not None:
            return _by_status(status, one)
    codes = [code for one in chain if (code := _code(one)) is not None]
    for code in ("model_refused", "model_incomplete", "model_timeout", "model_unreachable"):
        if code in codes:
            broken = streaming and code == "model_unreachable"
            return _failure("model_incomplete" if broken else code)
    return None


def is_complete(message: AIMessage) -> bool:
    """Whether a streamed message came to its end; some clients end silently where the connection broke."""
    metadata = message.response_metadata
    return any(metadata.get(key) for key in ("finish_reason", "stop_reason", "stopReason"))


def incomplete() -> ModelFailure:
    """The failure of a message that is not complete although nothing was raised."""
    return _failure("model_incomplete")


def _failure(code: Code, wait_seconds: float | None = None) -> ModelFailure:
    message = _REFUSALS[401] if code == "model_refused" else _MESSAGES[code]
    return ModelFailure(code, message, retryable=code != "model_refused", wait_seconds=wait_seconds)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _by_status(status: int, error: BaseException) -> ModelFailure:
    if status in (429, 529):
        return _failure("model_busy", _retry_after(error))
    if status in (408, 504):
        return _failure("model_timeout", _retry_after(error))
    if status == 424:
        return _failure("model_incomplete")
    if status >= 500:
        return _failure("model_unreachable", _retry_after(error))
    return ModelFailure("model_refused", _REFUSALS.get(status, _MESSAGES["model_refused"]), retryable=False)


def _status(error: BaseException) -> int | None:
    """The HTTP status of a provider's answer, or the one that its code in the body or in the stream stands for."""
    response = getattr(error, "response", None)
    if isinstance(response, Mapping):  # botocore
        code = str(response.get("Error", {}).get("Code", ""))
        sent = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        known = _AWS_CODES.get(code)
        if known is None and isinstance(sent, int) and sent >= 400:
            return sent
        # A server's error in the middle of a stream has cut the answer off.
        return 424 if known is not None and known >= 500 and "EventStreamError" in _names(error) else known
    named = next(
        (_STREAM_CODES[code] for code in _codes_in(getattr(error, "body", None)) if code in _STREAM_CODES), None
    )
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        status = getattr(response, "status_code", None)
    if isinstance(status, int) and status >= 400:
        return 402 if named == 402 else status
    return 424 if named == 500 else named


def _codes_in(body: Any) -> Iterator[str]:
    if isinstance(body, Mapping):
        for value in (body.get("code"), body.get("type")):
            if isinstance(value, str):
                yield value
        yield from _codes_in(body.get("error"))


def _code(error: BaseException) -> Code | None:
    """What the kind of an exception says where no answer of the provider came with it."""
    names, text = _names(error), str(error)
    if names & _NO_CREDENTIALS or "Could not resolve authentication" in text:
        return "model_refused"
    if names & _BROKEN_OFF or _BROKEN_OFF_WORDS.search(text):
        return "model_incomplete"
    if isinstance(error, json.JSONDecodeError) and _raised_by_a_provider(error):
        return "model_incomplete"
    if "NewConnectionError" in names:  # which urllib3 calls a timeout, too
        return "model_unreachable"
    if names & _TIMEOUTS:
        return "model_timeout"
    if names & _UNREACHABLE:
        return "model_unreachable"
    # An error that the provider put into the stream, without a code that says more.
    return "model_incomplete" if "APIError" in names else None


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _raised_by_a_provider(error: BaseException) -> bool:
    trace = error.__traceback__
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__", "")).split(".")[0] in _PROVIDERS:
            return True
        trace = trace.tb_next
    return False


def _retry_after(error: BaseException) -> float | None:
    """The seconds that the provider asks us to wait, at most five minutes."""
    response = getattr(error, "response", None)
    if isinstance(response, Mapping):
        headers: Any = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    else:
        headers = getattr(response, "headers", None) or {}
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return _bounded(float(milliseconds) / 1000)
        if not (written := headers.get("retry-after")):
            return None
        if re.fullmatch(r"\s*\d+(?:\.\d+)?\s*", written):
            return _bounded(float(written))
        return _bounded((parsedate_to_datetime(written) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):  # a header that says nothing sensible is as good as none
        return None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _LONGEST_WAIT)
