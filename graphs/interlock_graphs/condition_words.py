"""The evaluator's errors, in words for whoever wrote the condition."""

import re

LONGEST = 200
_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")
_MISSING = re.compile(r"Key not found in map : \"(.*)\"", re.DOTALL)
_OVERLOADS = re.compile(r"No matching overloads found : (.+)", re.DOTALL)
_KNOWN = {
    "<jump_condition>": "What stands before ? is neither true nor false.",
    "<iter_range>": "What a loop goes through is neither a list nor a map.",
    "Iteration budget": "The loops of the condition go round more often than they may.",
    "out of range": "There is a number beyond 64 bits in what the condition looks at.",
    "basic_string": "There is a character in what the condition looks at that can't be read.",
    "Applying SELECT": "Something that has no fields is asked for one.",
}
"""A part of what the evaluator says -> the sentence."""


def misunderstood(said: str) -> tuple[str, tuple[int, int]]:
    """What is wrong with the condition itself, and its line and column."""
    found = _PLACE.search(said)
    if "recursion" in said:
        return "The condition is nested too deeply.", (1, 1)
    if found is None:
        return sentence(said), (1, 1)
    message = re.sub(r"(?:Syntax error: )?mismatched input '<EOF>'.*", "The condition ends too early", found[3])
    message = re.sub(r" expecting \{.*| \(in container ''\)", "", message)
    return sentence(message), (int(found[1]), int(found[2]))


def why(said: str, text: str) -> str:
    """Why the condition, of this text, could not be evaluated."""
    if missing := _MISSING.search(said):
        name = missing[1]
        path = re.search(rf"\b[A-Za-z_][\w.]*\.{re.escape(name)}\b", text)
        where = path[0] if path else f"….{name}"
        return f"There is no “{name}”. For what may be missing, write has({where}) && before it."
    for part, known in _KNOWN.items():
        if part in said:
            return known
    if overloads := _OVERLOADS.search(said):
        return _of_types(overloads[1])
    return sentence(said)


def _of_types(signature: str) -> str:
    """`_>_(null_type, int64)` and `(int64).size(string)` as a sentence."""
    types = signature.replace("null_type", "null").replace("int64", "int")
    found = re.fullmatch(r"(?:\((?P<on>[^()]*)\)\.)?(?P<name>[^()]+?)(?:\((?P<of>.*)\))?", types, re.DOTALL)
    if found is None:
        return sentence(f"Something does not work on {types}")
    name = found["name"].strip("_@")
    taken = " and ".join(part for part in ((found["on"] or ""), *(found["of"] or "").split(", ")) if part)
    return f"“{name}” does not work on {taken or 'what it is given'}."


def sentence(said: str) -> str:
    """The evaluator's words without its codes, cut where they get long."""
    plain = re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$", "", said.strip().splitlines()[0] if said.strip() else "")
    plain = plain[:1].upper() + plain[1:]
    return (plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…").rstrip(".") + "."
