"""Text of servers as a person sees it: without what shows nothing, and look-alikes read as what they look like."""
# ruff: noqa: RUF001 - look-alikes are what this is about

import unicodedata

HIDDEN_CATEGORIES = ("Cc", "Cf", "Co", "Cn", "Cs")
# Letters and marks that show nothing: fillers, joiners, and the selectors that can carry a message of their own.
HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufe0f") | frozenset(
    chr(point) for start, end in ((0xFE00, 0xFE0F), (0xE0100, 0xE01F0)) for point in range(start, end)
)
# Shown by every emoji that is drawn in colour: no reason to warn anybody.
HARMLESS = frozenset("\ufe0f")

# What the letters of other scripts look like, when case is folded: Cyrillic, Greek, Armenian, Cherokee, and others.
_LETTERS = (
    "авгеѕіјкмнорстуүхһӏԁԛԝьзѵ" + "αβγεηικνορστυχωϲϳμ" + "սօհցաո" + "ꮯꭺꭼꮋꮪ" + "ǀıɩɡɑƽ",
    "abresijkmhopctyyxhldqwb3v" + "abyenikvopotuxwcju" + "uohgwn" + "caehs" + "liiga5",
)
# Plain ones, too, are taken for each other, and names are told apart by how they are spaced least of all.
_SIGNS = ("01|‐‑–—−_ .", "oll--------")
_LOOK = str.maketrans("".join((_LETTERS[0], _SIGNS[0])), "".join((_LETTERS[1], _SIGNS[1])))


def is_hidden(character: str) -> bool:
    """Whether it shows nothing; line breaks and tabs do."""
    if character in "\n\t":
        return False
    return character in HIDDEN or unicodedata.category(character) in HIDDEN_CATEGORIES


def visible(text: str) -> str:
    """The text without what a person reading it would not see."""
    return "".join(character for character in text if not is_hidden(character))


def hides_something(text: str) -> bool:
    return any(is_hidden(character) and character not in HARMLESS for character in text)


def look(name: str) -> str:
    """Equal for names that a person could take for each other."""
    plain = unicodedata.normalize("NFKD", visible(name).casefold())
    letters = "".join(character for character in plain if unicodedata.category(character) != "Mn")
    return letters.translate(_LOOK).replace("rn", "m").replace("vv", "w")


def mixes_scripts(name: str) -> bool:
    """Whether plain letters stand beside others that look like them."""
    folded = name.casefold()
    plain = any(character.isascii() and character.isalpha() for character in folded)
    return plain and any(not character.isascii() and character in _LETTERS[0] for character in folded)
