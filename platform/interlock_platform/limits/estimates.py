"""How much asking a model takes: about, before it is asked, and as its provider reports, afterwards."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.utils import count_tokens_approximately

from interlock_platform.limits.budgets import Amounts

ANSWER_TOKENS = 1024
"""What an answer is taken for before it is there."""


def about_to_use(messages: Sequence[BaseMessage]) -> Amounts:
    """What an answer to these messages will take, about."""
    return Amounts(count_tokens_approximately(messages), ANSWER_TOKENS)


def used_by(message: AIMessage, calls: int = 0) -> Amounts:
    """What a whole answer took; the handler sees to it that each says so."""
    usage = message.usage_metadata
    return Amounts(usage["input_tokens"], usage["output_tokens"], calls) if usage else Amounts(calls=calls)


def cut_off(asked: Amounts, text: str) -> Amounts:
    """What an answer took that broke off after this text, for which the provider reports nothing."""
    return Amounts(asked.input_tokens, count_tokens_approximately([AIMessage(text)]))
