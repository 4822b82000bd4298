"""From the name of a model to the chat model: the demo model, or one of the providers through LangChain."""

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable

from interlock_handlers.demo_model import DemoModel

DEMO = "demo"


class UnknownModel(ValueError):
    """A model that cannot be had by this name, or for want of a package or a key; the text is a sentence."""


@dataclass(frozen=True)
class Provider:
    """How a provider's chat model is made; `package` is imported only when it is used."""

    example: str
    package: str
    arguments: Callable[[str | None, str | None, float], Mapping[str, Any]]


def _openai(base_url: str | None, api_key: str | None, timeout: float) -> Mapping[str, Any]:
    # An OpenAI-compatible endpoint on one's own machine often wants no key, but the client insists on having one.
    key = api_key or ("none" if base_url else None)
    given = {"base_url": base_url, "api_key": key}
    return {
        **{name: value for name, value in given.items() if value},
        "timeout": timeout,
        "stream_chunk_timeout": timeout,
        "max_retries": 0,
        "stream_usage": True,
    }


def _azure_openai(base_url: str | None, api_key: str | None, timeout: float) -> Mapping[str, Any]:
    given = {"azure_endpoint": base_url, "api_key": api_key}
    return {
        **{name: value for name, value in given.items() if value},
        "timeout": timeout,
        "stream_chunk_timeout": timeout,
        "max_retries": 0,
        "stream_usage": True,
    }


def _anthropic(base_url: str | None, api_key: str | None, timeout: float) -> Mapping[str, Any]:
    given = {"base_url": base_url, "api_key": api_key}
    return {**{name: value for name, value in given.items() if value}, "timeout": timeout, "max_retries": 0}


def _bedrock(base_url: str | None, api_key: str | None, timeout: float) -> Mapping[str, Any]:
    config = importlib.import_module("botocore.config").Config

    given = {"endpoint_url": base_url, "bedrock_api_key": api_key}
    return {
        **{name: value for name, value in given.items() if value},
        # boto3 is synchronous: each call holds a thread of the loop's default executor, so the pool of connections has
        # to be as wide as that executor, which the application sets (the interpreter's own is 6 threads on 2 cores).
        "config": config(
            connect_timeout=min(timeout, 10),
            read_timeout=timeout,
            retries={"total_max_attempts": 1},
            max_pool_connections=64,
        ),
        # Ids that langchain-aws does not know would silently lose streaming.
        "disable_streaming": False,
    }


PROVIDERS: Mapping[str, Provider] = {
    "bedrock_converse": Provider(
        "bedrock_converse:anthropic.claude-sonnet-4-5-20250929-v1:0", "langchain_aws", _bedrock
    ),
    "openai": Provider("openai:gpt-5.2", "langchain_openai", _openai),
    "azure_openai": Provider("azure_openai:NAME-OF-THE-DEPLOYMENT", "langchain_openai", _azure_openai),
    "anthropic": Provider("anthropic:claude-sonnet-4-5", "langchain_anthropic", _anthropic),
}


def load_model(
    name: str, *, base_url: str | None = None, api_key: str | None = None, timeout_seconds: float = 60
) -> BaseChatModel:
    """The chat model of that name; its own retries are off, because the graph retries. Raises UnknownModel."""
    if name == DEMO:
        return DemoModel()
    provider_name, _, model = name.partition(":")
    provider = PROVIDERS.get(provider_name)
    if provider is None or not model:
        raise UnknownModel(f"There is no model \u201c{name}\u201d. {possible_names()}")
    if importlib.util.find_spec(provider.package) is None:
        distribution = provider.package.replace("_", "-")
        raise UnknownModel(f"The model \u201c{name}\u201d needs the package {distribution}, which is not installed.")
    init_chat_model = importlib.import_module("langchain.chat_models").init_chat_model
    try:
        made = init_chat_model(
            model, model_provider=provider_name, **provider.arguments(base_url, api_key, timeout_seconds)
        )
    except Exception as error:  # providers raise whatever they like for a missing key, region or endpoint
        raise UnknownModel(_why_not(name, provider_name, error)) from error
    # Anthropic's client would miss its key only at the first question.
    if provider_name == "anthropic" and not made.anthropic_api_key.get_secret_value():
        raise UnknownModel(_why_not(name, provider_name, None))
    if not isinstance(made, BaseChatModel):
        raise UnknownModel(f"The model \u201c{name}\u201d is not a chat model.")
    return made


def possible_names() -> str:
    """A sentence that lists what a model may be called."""
    examples = ", ".join(f"\u201c{provider.example}\u201d" for provider in PROVIDERS.values())
    return (
        f"Possible are \u201c{DEMO}\u201d, {examples}, and \u201copenai:NAME\u201d with a base URL for any "
        "OpenAI-compatible endpoint."
    )


_NEEDS = {
    "openai": "an API key",
    "azure_openai": "an API key, the endpoint's URL and an API version (OPENAI_API_VERSION)",
    "anthropic": "an API key",
    "bedrock_converse": "a region (AWS_REGION) and AWS credentials",
}


def _why_not(name: str, provider_name: str, error: Exception | None) -> str:
    # Not the error's own words: they may quote the key.
    kind = f" ({type(error).__name__})" if error else ""
    return f"The model \u201c{name}\u201d cannot be used: it needs {_NEEDS[provider_name]}{kind}."


def at_most(model: BaseChatModel, tokens: int) -> dict[str, Any]:
    """How the model is told that its answer may have so many tokens."""
    return {"maxTokens" if type(model).__name__ == "ChatBedrockConverse" else "max_tokens": tokens}


def without_calls(model: BaseChatModel, tools: Sequence[dict[str, Any]]) -> Runnable[Any, Any]:
    """The model as it is asked when it must not call anything, in a conversation that has calls in it."""
    if tools and type(model).__name__ == "ChatAnthropic":
        # Anthropic refuses a history with tool blocks unless the request defines the tools.
        return model.bind_tools(tools, tool_choice={"type": "none"})  # type: ignore[arg-type]  # a dict is what it takes
    return model
