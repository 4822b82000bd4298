"""The arithmetic in a sentence, as an expression: `12*(3+4)`, `15% of 80`, `divide 10 by 4`."""

import re

_NUMBER = r"-?\d+(?:\.\d+)?"
_FUNCTIONS = r"(?:sqrt|sin|cos|tan|log|exp|abs|round|floor|ceil|min|max)"
_LIST = rf"{_NUMBER}(?:\s*(?:,\s*and|,|and)\s*{_NUMBER})+"

_PHRASES: tuple[tuple[str, str], ...] = (
    (r"(\d)\s*[\u00d7x]\s*(?=[\d(])", r"\1 * "),
    (r"\s*\u00f7\s*", " / "),
    (r"\s*\u2212\s*", " - "),
    (r"\s*\^\s*", " ** "),
    (rf"({_NUMBER})\s*(?:%|percent|per cent)\s+of\s+({_NUMBER})", r"\1 / 100 * \2"),
    (rf"(?:the\s+)?square root of\s+({_NUMBER})", r"\1 ** 0.5"),
    (rf"({_NUMBER})\s+squared", r"\1 ** 2"),
    (rf"({_NUMBER})\s+cubed", r"\1 ** 3"),
    (r"\s+to the power of\s+", " ** "),
    (r"(?<=[\d)])\s+plus\s+(?=[\d(-])", " + "),
    (r"(?<=[\d)])\s+minus\s+(?=[\d(-])", " - "),
    (r"(?<=[\d)])\s+(?:times|multiplied by)\s+(?=[\d(-])", " * "),
    (r"(?<=[\d)])\s+(?:divided by|over)\s+(?=[\d(-])", " / "),
    (rf"\bsubtract\s+({_NUMBER})\s+from\s+({_NUMBER})", r"\2 - \1"),
    (rf"\bdivide\s+({_NUMBER})\s+by\s+({_NUMBER})", r"\1 / \2"),
    (rf"\bmultiply\s+({_NUMBER})\s+(?:by|and|with)\s+({_NUMBER})", r"\1 * \2"),
)

_EXPRESSION = re.compile(
    rf"(?<![\w.])(?:{_FUNCTIONS}\(|[-(]\s*|\d)(?:{_FUNCTIONS}\(|\d+\.\d+|\.\d+|\d|\s|\*\*|[-+*/%(),])*[\d)]"
)
_OPERATION = re.compile(rf"[\d)]\s*(?:\*\*|[-+*/%])\s*[-(\d]|{_FUNCTIONS}\(")
_NOT_ARITHMETIC = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}|\d{3,}-\d{3,}-\d+")


def find_expression(text: str) -> str | None:
    """The first expression in a text with its words made signs, or None where there is none."""
    if _NOT_ARITHMETIC.search(text):
        return None
    written = text
    for phrase, sign in _PHRASES:
        written = re.sub(phrase, sign, written, flags=re.IGNORECASE)
    written = re.sub(
        rf"\b(?:add|sum|sum of|total of|sum up|addition of)\s+(?:up\s+)?({_LIST})",
        lambda match: " + ".join(re.findall(_NUMBER, match.group(1))),
        written,
        flags=re.IGNORECASE,
    )
    for match in _EXPRESSION.finditer(written):
        expression = _balanced(match.group().strip())
        if _OPERATION.search(expression):
            return re.sub(r"\s+", " ", expression)
    return None


def _balanced(expression: str) -> str:
    missing = expression.count("(") - expression.count(")")
    while missing < 0 and expression.endswith(")"):
        expression, missing = expression[:-1].rstrip(), missing + 1
    while missing > 0 and expression.startswith("("):
        expression, missing = expression[1:].lstrip(), missing - 1
    return expression
