"""Words of a Chinese text."""

import warnings
from functools import cache
from threading import Lock
from typing import NamedTuple

with warnings.catch_warnings():
    # Old escapes in its sources, and pkg_resources where that is installed.
    warnings.simplefilter("ignore")
    import jieba  # type: ignore[import-untyped]

_lock = Lock()


class Token(NamedTuple):
    """A word and where it stands (词), as `text[start:end]`."""

    word: str
    start: int
    end: int


def cut(text: str) -> list[str]:
    """Return the words of a text (分词), punctuation included; together they are the text."""
    return [token.word for token in tokens(text)]


def tokens(text: str) -> list[Token]:
    """Return the words of a text with their places."""
    with _lock:
        tokenizer = _tokenizer()
    return [Token(word, start, end) for word, start, end in tokenizer.tokenize(text)]


@cache
def _tokenizer() -> "jieba.Tokenizer":
    # Built here in half a second, since jieba's own way reads and writes an unsigned cache file
    # in a folder that everybody may write to, and logs about it.
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
