"""Every text of a wall's document, in the order of its zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def headline_of(state: dict[str, Any]) -> str:
    """The whole headline."""
    return " ".join(filter(None, map(state["headline"].get, ("word", "text", "clause"))))


def proof_of(lines: list[dict[str, Any]]) -> list[str]:
    """The lines of proof, with ``{age}`` for an age."""
    return [line["strong"] + (line["aged"] or line["text"]) for line in lines]


def texts_of(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(zone, text) for every text."""
    yield "headline", headline_of(state)
    if state["headline"]["text_alone"]:
        yield "headline alone", f"{state['headline']['word']} {state['headline']['text_alone']}"
    yield "axis", " | ".join(label["text"] for label in state["horizon"]["labels"])
    yield "spoken", state["horizon"]["spoken"]
    for voice in state["voices"]:
        yield "voice", _voice(voice)
    yield "board", state["board"]["head"]
    for row in state["board"]["rows"]:
        share = f"{row['share']}%" if row["share"] else ""
        marks = ("ours" if row["ours"] else "", row["brand"], share, row["usual"], row["mark"], row["note"])
        yield "brand", " | ".join(filter(None, marks))
    for line in proof_of(state["proof"]):
        yield "proof", line
    for row in state["first_run"]:
        yield (
            "first run",
            " | ".join((row["source"], "read" if row["read_at"] else row["wait"], row["posts"], row["about"])),
        )
    if state["topics"]:
        yield "topics", state["topics"]["head"]
        for row in state["topics"]["rows"]:
            yield "topic", " | ".join(filter(None, (row["mark"], row["name"], row["count"], row["comparison"])))
    if state["incident"]:
        yield from _incident(state["incident"])


def _voice(voice: dict[str, Any]) -> str:
    copies = f" (+{voice['near_duplicates']})" if voice["near_duplicates"] else ""
    return f"{voice['sentiment']} {voice['brand']} {voice['text']} - {voice['author']} on {voice['place']}{copies}"


def _incident(screen: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "flag", " ".join((screen["multiple"] + screen["sign"], *screen["flag"]))
    yield "title", f"{screen['title']} {screen['since']}"
    yield "figures", f"{screen['line']} {screen['trend']}"
    yield "last known", screen["last_known"]
    yield "chart axis", " | ".join(label["text"] for label in screen["labels"])
    yield "spoken incident", screen["spoken"]
    for voice in screen["voices"]:
        yield "incident voice", _voice(voice)
    for line in proof_of(screen["proof"]):
        yield "incident proof", line
