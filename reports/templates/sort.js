// Lets a reader sort a table by any of its columns; without it the table stands as it was written.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const value = (row, at) => {
    const text = row.cells[at].textContent.trim();
    const number = Number(text.replace(/[\s\u00a0]/g, "").replace("\u2212", "-").replace(",", ".").match(/^-?\d+(\.\d+)?/)?.[0] ?? NaN);
    return { text, number };
  };
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => ({ row, ...value(row, at) }));
      const areNumbers = rows.some((each) => !Number.isNaN(each.number)) && head.classList.contains("num");
      rows.sort((a, b) => {
        if (areNumbers && Number.isNaN(a.number) !== Number.isNaN(b.number)) return Number.isNaN(a.number) ? 1 : -1;
        return turn * (areNumbers && !Number.isNaN(a.number) ? a.number - b.number : a.text.localeCompare(b.text, document.documentElement.lang));
      });
      body.append(...rows.map((each) => each.row));
    });
  });
}
