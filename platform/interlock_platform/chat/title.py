"""What makes a title of a text: a line that can be seen, and not too much of it."""

import re

from interlock_platform.text import storable

LONGEST = 60
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
"""What can't be seen, or turns the direction of reading."""
AROUND = " \t\"'`*_#.:\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"


def title_of(text: str) -> str:
    """The beginning of the first message, up to a word's end."""
    line = " ".join(text.split())
    if len(line) <= LONGEST:
        return line
    return f"{line[:LONGEST].rsplit(' ', 1)[0]}…"


def title_in(written: str) -> str:
    """The first line of what a model wrote, without what it put around the title; empty if nothing is left."""
    lines = (UNSEEN.sub(" ", line).strip(AROUND) for line in storable(written).splitlines())
    return title_of(next((line for line in lines if line), ""))
