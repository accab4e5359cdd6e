/* Small help for every form; pages work without it.
   data-once on a form       a second press while the first is under way is ignored (double click, impatient finger)
   data-confirm="question"   asks before sending
   data-focus on an element  gets the focus when the page opens (error summary)
*/
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  });
}

// A page taken from the browser's memory by the back button must be usable again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    delete event.target.dataset.sent;
  }
});

// On a telephone the rows of a table stand as cards (blocks.css): each cell is told the head of its column.
for (const table of document.querySelectorAll("table.table")) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => (head.querySelector(".unseen") ? "" : head.textContent.trim()));
  for (const row of table.querySelectorAll("tbody tr")) {
    let column = 0;
    for (const cell of row.cells) {
      const isEmpty = !cell.firstElementChild && !cell.textContent.trim();
      if (isEmpty) {
        cell.replaceChildren();
      } else if (cell.tagName === "TD" && cell.colSpan === 1 && heads[column]) {
        const inside = document.createElement("div");
        inside.append(...cell.childNodes);
        cell.append(inside);
        cell.dataset.head = heads[column];
      }
      column += cell.colSpan;
    }
  }
  table.classList.add("table--told");
}

document.querySelector("[data-focus]")?.focus();
