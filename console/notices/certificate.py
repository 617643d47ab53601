"""The reach certificate on paper (A4), set by typst with the fonts that come with the package pylopdf_fonts_zh_cn.

What people wrote reaches the page as data, never as markup.
"""

import json
from datetime import datetime
from importlib import resources
from pathlib import Path

import typst

from notifier.notice_sheets import REACH_HEADINGS, Report
from notifier.render import TEMPLATES
from store.domain.notices import Notice

_SHEET = TEMPLATES / "paper" / "reach.typ"


def pdf_of(notice: Notice, report: Report, taken_at: datetime) -> bytes:
    """PDF/A-2b, as archives keep it. `taken_at` is in the village's zone."""
    data = {
        "village": notice.village_name,
        "number": notice.number,
        "text": notice.text,
        "summary": list(report.summary),
        "headings": REACH_HEADINGS,
        "rows": [list(row) for row in report.rows],
        "taken": f"{taken_at:%Y-%m-%d %H:%M}",
    }
    return typst.compile(
        _SHEET,
        font_paths=[Path(str(resources.files("pylopdf_fonts_zh_cn")))],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="a-2b",
        pdf_tags=False,  # of a table of a whole village they would be twenty times the page
        timestamp=int(taken_at.timestamp()),
    )
