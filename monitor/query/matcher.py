"""Match posts against the rules of all brands."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Brand, Match, Post, Term
from monitor.query import Document, parse
from monitor.query.folded_text import FoldedText
from monitor.query.word_index import WordIndex


class Matcher:
    """The parsed rules of all brands. Threads may share one."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        """Raises QueryError for the first rule that cannot be parsed."""
        self._rules = [(brand, parse(brand.rule)) for brand in brands]
        self._index = WordIndex([query for _, query in self._rules])

    def match(self, posts: Sequence[Post]) -> list[tuple[Match, ...]]:
        """Return for each post its matches, in the order of the brands."""
        return [self._match_one(post) for post in posts]

    def terms(self) -> tuple[Term, ...]:
        """Plain searches that find what the rules match, except alternatives that contain no searchable word."""
        return tuple(dict.fromkeys(term for _, query in self._rules for term in query.searchable_terms()))

    def _match_one(self, post: Post) -> tuple[Match, ...]:
        text = FoldedText(post.body, post.text_start)
        candidates = self._index.candidates(text)
        if not candidates:  # as for most posts of most sources
            return ()
        document = Document.of(post, text)
        matches = []
        for brand, query in map(self._rules.__getitem__, candidates):
            spans = query.match(document)
            if spans is not None:
                matches.append(Match(brand.name, brand.rule, spans))
        return tuple(matches)
