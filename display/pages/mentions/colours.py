"""The style sheet of colours that the config gives to brands."""

from __future__ import annotations


def brand_css(colour_number: int, colour: str) -> str:
    """CSS that gives the brand number ``colour_number`` its own ``colour``, lightened on a dark background."""
    tint = "color-mix(in oklab, var(--brand-colour) 20%, var(--panel))"
    on_dark = f"{{ --brand-colour: color-mix(in oklab, {colour} 62%, white); }}"
    return (
        f".b{colour_number} {{ --brand-colour: {colour}; --tint: {tint}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) .b{colour_number} {on_dark} }}\n"
        f":root[data-theme=dark] .b{colour_number} {on_dark}\n"
    )
