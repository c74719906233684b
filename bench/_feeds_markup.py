"""Generated HTML of entries, in the styles in which blogs, newsletters and news sites write it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

BRANDS = ("Acme", "Globex", "Initech", "Hooli", "Umbrella")
VOCABULARY = (
    "the a of and to in for on with from by at as is was has been will new old first last year week day city "
    "council harbour market company people report says after before while because through between engine update "
    "release price water energy train school museum river bridge night morning study science health music game "
    "player season match court minister election party vote region country border storm rain summer winter garden "
    "kitchen recipe coffee software version server database kernel memory network security patch researcher "
    "developer library language café naïve façade Zürich São Málaga it\u2019s 2026 million percent growth "
    "trade bank rate worker union strike"
)
WORDS = VOCABULARY.split()
_ENTITIES = ("&#8217;s", "&#8220;", "&#8221;", "&nbsp;", "&amp;", "&hellip;", "&mdash;", "&#8211;", "&eacute;", "&#39;")
_TRACKING = (
    "?utm_source=rss&amp;utm_medium=rss&amp;utm_campaign=weekly",
    "?utm_source=feed&amp;ref=home",
    "?id=12&amp;fbclid=abc",
    "#more-12",
    "",
    "",
)
Write = Callable[[random.Random], str]
"""Writes one block of HTML."""


def words(rng: random.Random, count: int) -> str:
    """So many words in any order."""
    return " ".join(rng.choices(WORDS, k=count))


def markup(rng: random.Random, style: str, size: int) -> str:
    """About ``size`` characters of HTML in one of STYLES."""
    blocks, weights = STYLES[style]
    parts, length = [], 0
    while length < size:
        parts.append(rng.choices(blocks, weights)[0](rng))
        length += len(parts[-1])
    return "".join(parts) + (_ENDS.get(style) or "")


def _url(rng: random.Random) -> str:
    host, path = (
        rng.choice(("site.example", "www.news.example", "blog.example")),
        "-".join(rng.choices(WORDS[:70], k=4)),
    )
    return f"https://{host}/2026/{rng.randint(1, 12):02}/{path}/{rng.choice(_TRACKING)}"


def _image(rng: random.Random) -> str:
    return f"https://img.example/uploads/{rng.randint(1, 9999)}/photo-{rng.randint(1, 99)}"


def _prose(rng: random.Random) -> str:
    """Sentences with links, emphasis and entities."""
    parts = []
    for _ in range(rng.randint(1, 5)):
        parts.append(words(rng, rng.randint(5, 18)).capitalize())
        kind = rng.random()
        if kind < 0.3:
            parts.append(f'<a href="{_url(rng)}" target="_blank" rel="noopener">{words(rng, 3)}</a>')
        elif kind < 0.5:
            tag = rng.choice(("em", "strong", "b", "i", "code"))
            parts.append(f"<{tag}>{words(rng, 2)}</{tag}>")
        elif kind < 0.8:
            parts.append(words(rng, 1) + rng.choice(_ENTITIES))
        parts.append(words(rng, rng.randint(2, 8)) + rng.choice((".", ".", "!", "?", ":", "&#8230;")))
    return " ".join(parts)


def _paragraph(rng: random.Random) -> str:
    return f"<p>{_prose(rng)}</p>\n"


def _block_paragraph(rng: random.Random) -> str:
    return f'\n<p class="wp-block-paragraph">{_prose(rng)}</p>\n\n\n'


def _heading(rng: random.Random) -> str:
    level = rng.randint(2, 4)
    return f'<h{level} class="wp-block-heading" id="h-{rng.randint(1, 99)}">{words(rng, 5)}</h{level}>\n'


def _items(rng: random.Random) -> str:
    tag, items = rng.choice(("ul", "ol")), "".join(f"<li>{_prose(rng)}</li>\n" for _ in range(rng.randint(2, 5)))
    return f"<{tag}>\n{items}</{tag}>\n"


def _quote(rng: random.Random) -> str:
    return f"<blockquote><p>{_prose(rng)}</p><cite>{words(rng, 2)}</cite></blockquote>\n"


def _code(rng: random.Random) -> str:
    name = rng.choice(WORDS[60:80])
    code = f"if {name} &lt; 3 &amp;&amp; {name} &gt; 1:\n    print(&quot;{name}&quot;)"
    return f'<pre class="code"><code>{code}</code></pre>\n'


def _figure(rng: random.Random) -> str:
    image = _image(rng)
    sizes = ", ".join(f"{image}-{width}x{width // 2}.jpg {width}w" for width in (300, 768, 1024, 1536))
    return (
        f'<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" width="1024" height="512" '
        f'src="{image}.jpg?w=1024" alt="{words(rng, 4)}" class="wp-image-{rng.randint(1, 9999)}" srcset="{sizes}" '
        f'sizes="(max-width: 1024px) 100vw, 1024px" /><figcaption class="wp-element-caption">{words(rng, 7)}'
        "</figcaption></figure>\n"
    )


def _newsletter_image(rng: random.Random) -> str:
    image = _image(rng)
    facts = f"{{&quot;src&quot;:&quot;{image}.png&quot;,&quot;height&quot;:728,&quot;width&quot;:1456}}"
    return (
        f'<div class="captioned-image-container"><figure><a class="image-link image2" target="_blank" '
        f'href="{image}.png" data-component-name="Image2ToDOM"><div class="image2-inset"><picture><source '
        f'type="image/webp" '
        f'srcset="{image}-424.webp 424w, {image}-848.webp 848w" sizes="100vw"><img src="{image}.png" width="1456" '
        f'data-attrs="{facts}" class="sizing-normal" alt=""></picture><div></div></div></a></figure></div>'
    )


def _button(rng: random.Random) -> str:
    return (
        f'<p class="button-wrapper" data-attrs="{{&quot;url&quot;:&quot;{_url(rng)}&quot;}}"><a class="button primary" '
        f'href="{_url(rng)}"><span>Subscribe now</span></a></p>'
    )


def _separator(rng: random.Random) -> str:
    image = _image(rng)
    return (
        f'<div class="separator" style="clear: both; text-align: center;"><a href="{image}.jpg" imageanchor="1" '
        f'style="margin-left: 1em; margin-right: 1em;"><img border="0" data-original-height="1066" '
        f'data-original-width="1600" height="213" src="{image}.jpg" width="320" /></a></div><br />\n'
    )


def _styled_text(rng: random.Random) -> str:
    style = "font-family: &quot;Trebuchet MS&quot;, sans-serif; font-size: 12pt;"
    return f'<div style="text-align: justify;"><span style="{style}">{_prose(rng)}</span></div>\n<br /><br />'


def _table(rng: random.Random) -> str:
    rows = "".join(f"<tr><td>{words(rng, 2)}</td><td>{rng.randint(1, 999)}</td></tr>" for _ in range(4))
    return f'<table border="1" cellpadding="4"><tbody>{rows}</tbody></table>\n'


def _video(rng: random.Random) -> str:
    address = f"https://video.example/embed/{rng.randint(1, 9999)}?feature=oembed"
    return f'<iframe title="{words(rng, 3)}" width="500" height="281" src="{address}" allowfullscreen></iframe>\n'


def _comment(_: random.Random) -> str:
    return "<!-- /wp:paragraph -->\n"


STYLES: Mapping[str, tuple[Sequence[Write], Sequence[int]]] = {
    "blog": ((_block_paragraph, _heading, _figure, _items, _quote, _video, _comment), (60, 8, 12, 8, 6, 2, 4)),
    "newsletter": ((_paragraph, _newsletter_image, _button, _heading, _quote, _items), (60, 12, 8, 8, 6, 6)),
    "styled": ((_styled_text, _separator, _paragraph, _table), (60, 20, 16, 4)),
    "plain": ((_paragraph, _heading, _items, _code, _quote), (64, 10, 10, 8, 8)),
}
_ENDS = {
    "blog": '<p>The post <a href="https://site.example/1/">Title</a> appeared first on <a href="https://site.example">'
    "Site</a>.</p>\n",
    "newsletter": '<img src="https://img.example/pixel.gif" width="1" height="1" alt="">',
}
"""What a site adds to every entry."""
