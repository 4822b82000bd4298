"""One `tools/call` as it goes over the wire, and what its answer asks of us."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import mcp_types as types
from pydantic import TypeAdapter, ValidationError

from interlock_handlers.elicitation import Elicitation, ElicitationAnswer, InputRequired, Resumption
from interlock_handlers.limits import QUESTIONS_AT_ONCE, REQUEST_STATE_CHARACTERS
from interlock_handlers.question import Unaskable, question
from interlock_handlers.sampling import Sampled, SamplingRefused, SamplingRequest, sampling_request, sampling_result
from interlock_handlers.server_errors import NotExecuted

logger = logging.getLogger(__name__)

Answer = types.CallToolResult | types.InputRequiredResult
ANSWER: TypeAdapter[Answer] = TypeAdapter(types.CallToolResult | types.InputRequiredResult)


@dataclass(frozen=True)
class ToolRequest:
    """What is called with which arguments; `resume` is what the server asked for when it was called before."""

    tool: str
    arguments: Mapping[str, Any]
    meta: Mapping[str, Any] = field(default_factory=dict)
    resume: Resumption | None = None

    def wire(self) -> types.CallToolRequest:
        resume = self.resume or Resumption()
        return types.CallToolRequest(
            params=types.CallToolRequestParams(
                name=self.tool,
                arguments=dict(self.arguments),
                input_responses={key: _response(answer) for key, answer in resume.responses.items()} or None,
                request_state=resume.request_state,
                _meta=cast(types.RequestParamsMeta, dict(self.meta)) if self.meta else None,
            )
        )


def _response(answer: ElicitationAnswer | Sampled) -> types.InputResponse:
    return sampling_result(answer) if isinstance(answer, Sampled) else elicit_result(answer)


def elicit_result(answer: ElicitationAnswer) -> types.ElicitResult:
    return types.ElicitResult(action=answer.action, content=answer.content)


def input_required(server: str, result: types.InputRequiredResult) -> InputRequired:
    """What the server wants before the call can go on.

    Raises NotExecuted where it wants what we don't give; a call that is not sent again does not go on.
    """
    if len(result.request_state or "") > REQUEST_STATE_CHARACTERS:
        raise NotExecuted("The server wants more kept for it than Interlock keeps.", code="input_not_supported")
    asked: dict[str, types.ElicitRequestParams] = {}
    samplings: dict[str, SamplingRequest] = {}
    for key, request in (result.input_requests or {}).items():
        match request:
            case types.ElicitRequest():
                asked[key] = request.params
            case types.CreateMessageRequest() if len(samplings) < QUESTIONS_AT_ONCE:
                samplings[key] = _sampling(request)
            case _:
                message = f"The server asked for something that Interlock does not give it ({request.method})."
                raise NotExecuted(message, code="input_not_supported")
    return replace(_sorted(server, asked.items(), result.request_state), samplings=samplings)


def _sampling(request: types.CreateMessageRequest) -> SamplingRequest:
    try:
        return sampling_request(request.params)
    except SamplingRefused as why:
        message = f"The server wanted the model to write something, and it did not: {why}"
        raise NotExecuted(message, code="sampling_refused") from why


def visits_required(server: str, error: types.ErrorData) -> InputRequired | None:
    """What an older server wants visited before it takes the call (-32042), if that is what the error says."""
    if error.code != types.URL_ELICITATION_REQUIRED:
        return None
    try:
        wanted = types.ElicitationRequiredErrorData.model_validate(error.data).elicitations
    except ValidationError:
        return None
    required = _sorted(server, ((str(number), visit) for number, visit in enumerate(wanted)), None)
    return replace(required, told=False) if required.requests else None


def _sorted(server: str, asked: Iterable[tuple[str, types.ElicitRequestParams]], state: str | None) -> InputRequired:
    requests: list[Elicitation] = []
    declined: list[str] = []
    for key, params in asked:
        try:
            if len(requests) == QUESTIONS_AT_ONCE:
                raise Unaskable(f"it is more than the {QUESTIONS_AT_ONCE} that are put at once")
            requests.append(question(key, params))
        except Unaskable as why:
            declined.append(key)
            logger.warning("A question of the server %s is declined: %s", server, why)
    return InputRequired(tuple(requests), state, tuple(declined))
