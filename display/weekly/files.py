"""The weekly report as text, as one HTML file, and as PDF, for mail and for people without an account."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment

from display.weekly.report import WeeklyReport
from monitor.errors import WallflowerError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PDF_SECONDS = 60


class PdfError(WallflowerError):
    """The PDF cannot be made."""


def html_file(templates: Environment, report: WeeklyReport, base_url: str, as_of: str) -> str:
    """The report as one HTML file that needs nothing else. Links lead to ``base_url``."""
    return templates.get_template("weekly/file.html").render(report=report, base_url=base_url, as_of=as_of)


def without_titles(report: WeeklyReport) -> WeeklyReport:
    """Without the titles of stories, which are words of posts. See ``without_topics``, too."""
    return replace(report, stories=tuple(replace(story, title=story.text, text="") for story in report.stories))


def text_lines(report: WeeklyReport, base_url: str) -> list[str]:
    """The report as lines of plain text."""
    lines = [report.sentence, ""]
    for figure in report.figures:
        change = f" ({figure.change})" if figure.change else ""
        lines.append(f"{figure.name}: {figure.value}{change}. {figure.meaning}".rstrip())
    lines += ["", "Stories:" if report.stories else "No story was told by several posts."]
    lines += [
        f"- {' '.join(filter(None, (story.title, story.text)))} {base_url}{story.path}" for story in report.stories
    ]
    lines += ["", *(report.unread or ["Every source was read all week."])]
    task = f"To look at: {report.task} {base_url}{report.task_path}" if report.task else "Nothing needs you this week."
    return [*lines, "", task]


def browser() -> str | None:
    """The path of a Chromium that prints PDFs; None if there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pdf_file(html: str) -> bytes:
    """``html`` printed as PDF. Raises PdfError."""
    program = browser()
    if program is None:
        raise PdfError("No Chromium was found to print the PDF with. Install the package chromium, or print the page.")
    with tempfile.TemporaryDirectory(prefix="wallflower-pdf-") as folder:
        source, target = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_text(html, encoding="utf-8")
        try:
            result = subprocess.run(
                _command(program, folder, source, target), capture_output=True, timeout=PDF_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PdfError("Chromium did not print the PDF. Print the page instead.") from error
        if result.returncode or not target.exists():
            raise PdfError("Chromium did not print the PDF. Print the page instead.")
        return target.read_bytes()


def _command(program: str, folder: str, source: Path, target: Path) -> Sequence[str]:
    """Without the sandbox, which needs rights that a service does not have: the file is ours and has no script."""
    return (
        program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        f"--user-data-dir={folder}/profile", "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri(),
    )  # fmt: skip
