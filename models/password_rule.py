"""Which passwords are among the first that somebody would try (弱密码)."""

import re

SHORTEST = 10
_FEWEST_CHARACTERS = 5
_FEWEST_LETTERS = 3
_LONGEST_RUN = 3
# What passwords of this length are made of most often, as written and with signs for letters.
_WORDS = (
    "administrator|administration|passwort|password|passwd|iloveyou|woaini|welcome|letmein|"
    "changeme|default|dragon|monkey|shadow|master|secret|sunshine|princess|football|baseball|"
    "superman|trustno|computer|internet|company|mima|admin|login|guest|hello|huanying|"
    "bihuan|root|test|user|demo|pass|abc"
)
_KNOWN = re.compile(_WORDS)
_SIGNS = str.maketrans("013457@$!", "oleastasi")
_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "!@#$%^&*()",
)
_LINES = (*_ROWS, *(row[::-1] for row in _ROWS))


def is_guessable(password: str, *own: str) -> bool:
    """Say whether a password is short of surprise.

    Such are digits alone, few different characters, and a known word, a row of keys or a name of
    one's own with hardly anything else.

    Args:
        password: as it was chosen.
        own: username, staff number and what else others know of the person.
    """
    text = password.casefold()
    if text.isdigit() or len(set(text)) < _FEWEST_CHARACTERS:
        return True
    names = [name.casefold() for name in own if len(name) >= _FEWEST_LETTERS]
    return any(_says_little(one, names) for one in (text, text.translate(_SIGNS)))


def _says_little(text: str, names: list[str]) -> bool:
    rest = text
    for name in names:
        rest = rest.replace(name, " ")
    rest = _without_rows(_KNOWN.sub(" ", rest))
    letters = sum(one.isalpha() for one in rest)
    return rest != text and letters < _FEWEST_LETTERS


def _without_rows(text: str) -> str:
    """Return a text without its runs of four or more neighbours on a keyboard or in a row."""
    kept, place = [], 0
    while place < len(text):
        run = _run(text[place:])
        kept.append(" " if run else text[place])
        place += run or 1
    return "".join(kept)


def _run(text: str) -> int:
    longest = 0
    for line in _LINES:
        length = _LONGEST_RUN + 1
        while length <= len(text) and text[:length] in line:
            longest = max(longest, length)
            length += 1
    return longest
