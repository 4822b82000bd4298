"""Words and what they come down to: tokens, stems, synonyms, kinds of action."""

import re
from typing import Literal

Action = Literal["read", "write", "delete"]

_EMPTY_WORDS = """
    a an and any are as at be been but by can could do does did for from give going had has have how i if in
    into is it its just let lets like me my of on or our please s she so tell that the their them then there
    these this those to up us use using want was we were what whats when where which who will with would you
    your i'd i'll it's let's what's need know also too one some now tool server currently about not mcp
"""
_STOP = frozenset(_EMPTY_WORDS.split())

_GREETINGS = frozenset(("hello", "hey", "hi", "thanks", "thank"))

_SYNONYMS = {
    "clock": "time", "hour": "time", "hours": "time", "date": "time", "day": "time", "o'clock": "time",
    "timezone": "zone", "timezones": "zone", "tz": "zone",
    "compute": "calculate", "evaluate": "calculate", "solve": "calculate", "math": "calculate", "maths": "calculate",
    "arithmetic": "calculate", "multiply": "calculate", "divide": "calculate", "subtract": "calculate",
    "plus": "sum", "total": "sum", "addition": "sum",
    "conversion": "convert", "change": "convert", "translate": "convert",
    "picture": "image", "photo": "image", "logo": "image", "icon": "image",
    "repeat": "echo", "say": "echo", "parrot": "echo", "echoes": "echo",
    "start": "trigger", "launch": "trigger", "run": "trigger", "execute": "trigger", "begin": "trigger",
    "environment": "env", "investigate": "research", "memo": "note", "reminder": "note", "notebook": "note",
    "little": "tiny", "small": "tiny",
    "remember": "note", "jot": "note", "forget": "note", "tests": "test",
    "compress": "gzip", "zip": "gzip", "switch": "toggle", "flip": "toggle", "logs": "logging",
}  # fmt: skip

_ACTIONS: dict[str, Action] = {
    **dict.fromkeys(
        ("read", "show", "list", "see", "view", "display", "find", "search", "look", "fetch", "browse"), "read"
    ),
    **dict.fromkeys(
        ("write", "create", "make", "save", "store", "record", "remember", "jot", "put", "draft", "new", "add"), "write"
    ),
    **dict.fromkeys(("delete", "remove", "erase", "discard", "trash", "drop", "forget"), "delete"),
}
_WEAK_ACTIONS: dict[str, Action] = {"get": "read", "read": "read"}

_OTHER_COMMANDS = """
    what when where which how who tell give get convert calculate compute evaluate echo repeat say run start
    trigger launch toggle switch multiply divide subtract sum call use ask set update send open close book plan
    check research simulate compress please could can would is are what's whats also
"""
_COMMANDS = frozenset(_ACTIONS) | frozenset(_OTHER_COMMANDS.split())

_SUFFIXES = ("ings", "ing", "ions", "ion", "ers", "er", "ors", "or", "ed", "es", "s", "e")


def split_words(text: str) -> list[str]:
    """The words of a text or of an identifier (`get_currentTime` is three), in lower case."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)?", spaced.lower().replace("\u2019", "'"))


def stem(word: str) -> str:
    """A word without its ending, so that `notes` and `note` meet."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word.removesuffix(suffix)
    return word


def content_tokens(text: str) -> list[str]:
    """What a text is about: stems of its words in order, synonyms folded, empty words and bare actions left out."""
    tokens: list[str] = []
    for word in split_words(text):
        if word in _STOP or word in _GREETINGS or word.isdigit():
            continue
        if word in _SYNONYMS:
            tokens.append(stem(_SYNONYMS[word]))
        elif word not in _ACTIONS and word not in _WEAK_ACTIONS:
            tokens.append(stem(word))
    return tokens


def requested_action(text: str) -> Action | None:
    """What a sentence wants done, told by its first verb of action."""
    return next((_ACTIONS[word] for word in split_words(text) if word in _ACTIONS), None)


def declared_action(name: str) -> Action | None:
    """What a tool's name says that it does."""
    words = split_words(name)
    known = _ACTIONS | _WEAK_ACTIONS
    return next((known[word] for word in words if word in known), None)


def is_command(word: str) -> bool:
    """Whether a sentence may begin with this word, as a question or as a request."""
    return word.lower().replace("\u2019", "'") in _COMMANDS


def is_empty(word: str) -> bool:
    """Whether a word says nothing about what a sentence is about."""
    return word.lower().replace("\u2019", "'") in _STOP
