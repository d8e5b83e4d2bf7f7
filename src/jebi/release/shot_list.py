"""What is seen and said, part by part, for people: CSV for a spreadsheet, HTML for a browser (docs/formats/broadcast.md, "Shot list").

Invariants: whatever a title or a subtitle says, a spreadsheet computes nothing from it and a browser runs nothing; the page asks for
nothing from elsewhere. Peak: three times the subtitles.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

from jebi.release.programme import START, Part, Programme

MARK: Final = "\ufeff"  # without it, spreadsheets take Korean for something else
FORMULA: Final = ("=", "+", "-", "@")  # how a cell begins that a spreadsheet computes
HEADINGS: Final = ("part", "in", "out", "frames", "title")
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
STYLE: Final = "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}td,th{border:1px solid;padding:.3em;text-align:left;vertical-align:top}"


def table(programme: Programme) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a mark: a line a part, and a column for what is said in each language."""
    rows = [[*HEADINGS, *programme.languages], *(cells for cells, _ in _rows(programme))]
    return (MARK + "".join(",".join(map(_quoted, row)) + "\r\n" for row in rows)).encode()


def page(programme: Programme) -> bytes:
    """The same as a page that needs nothing but a browser."""
    title = escape(programme.title)
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        f"<h1>{title}</h1>",
        "<table>",
        "<thead><tr>" + "".join(f'<th scope="col">{heading}</th>' for heading in (*HEADINGS, *programme.languages)),
        "</tr></thead>",
        "<tbody>",
        *(_row(programme, cells) for cells, _ in _rows(programme)),
        "</tbody>",
        "</table>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines).encode()


def _rows(programme: Programme) -> Iterator[tuple[list[str], Part]]:
    """For each part: number, codes, frames, title, and what is said from its beginning to its end, in each language."""
    rate, start = programme.rate, programme.rate.hour(START)
    for number, (first, end, part) in enumerate(programme.spans, 1):
        codes = [rate.code(start + first), rate.code(start + end)]
        said = [_said(programme, language, first, end) for language in programme.languages]
        yield [f"{number:03}", *codes, str(part.frames), part.title, *said], part


def _said(programme: Programme, language: str, first: int, end: int) -> str:
    """The cues that begin within a part."""
    cues = (cue for cue in programme.subtitles[language] if first <= programme.rate.frame_at(cue.start) < end)
    return " / ".join(cue.text.replace("\n", " ") for cue in cues)


def _row(programme: Programme, cells: list[str]) -> str:
    shown = [f"<td>{escape(cell)}</td>" for cell in cells[: len(HEADINGS)]]
    spoken = zip(programme.languages, cells[len(HEADINGS) :], strict=True)
    shown += [f'<td lang="{language}">{escape(cell)}</td>' for language, cell in spoken]
    return f"<tr>{''.join(shown)}</tr>"


def _quoted(cell: str) -> str:
    """A cell that is text, whatever it begins with."""
    safe = f"'{cell}" if cell.startswith(FORMULA) else cell
    doubled = safe.replace('"', '""')
    return f'"{doubled}"' if any(letter in safe for letter in ',"\r\n') else safe
