"""How wide a text is in Arial or Helvetica, so that columns, slides and sheets hold what is put into them.

The widths are those of Adobe's font metrics for Helvetica (1989), which Arial and Liberation Sans share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

# Widths in thousandths of the size, by the characters that share them; what is not here is taken as a wide letter.
_WIDTHS = {
    **dict.fromkeys("'", 191),
    **dict.fromkeys("ijl’‘", 222),
    **dict.fromkeys(" !,./:;I[\\]ft|\u00a0", 278),
    **dict.fromkeys("()-r`{}\u00ad\u2011“”·", 333),
    **dict.fromkeys('"*', 389),
    **dict.fromkeys("Jckvsxyz^", 500),
    **dict.fromkeys("#$0123456789?L_abdeghnopquåäöéüáà–§", 556),
    **dict.fromkeys("+<=>~−", 584),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("&ABEKPSVXYÅÄÉ", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQÖ", 778),
    **dict.fromkeys("Mm", 833),
    **dict.fromkeys("%", 889),
    **dict.fromkeys("W", 944),
    **dict.fromkeys("@…—", 1015),
}
_OTHER, _BOLD = 833, 1.09


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text on one line, in the unit of `size`; rather a few per cent too much than too little."""
    return sum(_WIDTHS.get(letter, _OTHER) for letter in text) * size / 1000 * (_BOLD if bold else 1)


def line_count(text: str, size: float, width: float, *, bold: bool = False) -> int:
    """How many lines a text takes in a width; a word that is wider is broken."""
    space, lines, used = text_width(" ", size, bold=bold), 1, 0.0
    for word in text.split(" "):
        wide = text_width(word, size, bold=bold)
        if used and used + space + wide > width:
            lines, used = lines + 1, 0.0
        used += wide + (space if used else 0)
        while used > width:
            lines, used = lines + 1, used - width
    return lines


def breaks_words(columns: Sequence[tuple[str, Sequence[str], bool]], widths: Sequence[float], size: float) -> bool:
    """Whether some word is wider than its column; headings and the first column are bold."""
    return any(
        text_width(word, size, bold=is_bold) > width + 0.1  # a column may be just as wide as its longest word
        for number, ((title, cells, _), width) in enumerate(zip(columns, widths, strict=True))
        for text, is_bold in ((title, True), *((cell, number == 0) for cell in cells))
        for word in text.split(" ")
    )


def column_widths(
    columns: Sequence[tuple[str, Sequence[str], bool]], total: float, *, size: float = 8.5, padding: float = 10.5
) -> list[float]:
    """The widths of a table's columns, `total` together: no word is broken, and rows take as few lines as can be.

    columns: of each its heading, its cells and whether a cell is kept on one line. The first is set in bold.
    """
    least, wished = [], []
    for number, (title, cells, is_kept) in enumerate(columns):
        words = [(word, True) for word in title.split(" ")]
        words += [(word, number == 0) for cell in cells for word in ([cell] if is_kept else cell.split(" "))]
        least.append(max(text_width(word, size, bold=bold) for word, bold in words) + padding)
        # The root mean square keeps one long cell from starving every other column.
        wide = [text_width(cell, size, bold=number == 0) for cell in cells if cell] or [0.0]
        wished.append(padding + math.sqrt(sum(each * each for each in wide) / len(wide)))
    if sum(least) >= total:
        return [each * total / sum(least) for each in least]
    # What is `lines` times too long for its column is so for every column that is not held open by a word.
    few, many = 0.0, max(wished)
    for _ in range(50):
        lines = (few + many) / 2
        is_too_wide = sum(max(each, wish / lines) for each, wish in zip(least, wished, strict=True)) > total
        few, many = (lines, many) if is_too_wide else (few, lines)
    widths = [max(each, wish / many) for each, wish in zip(least, wished, strict=True)]
    return [each * total / sum(widths) for each in widths]
