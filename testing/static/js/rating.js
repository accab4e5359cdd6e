/* Rating with the keyboard. Pages work without it.
   form data-rating
     fieldset.criterion   in the order of their keys 1, 2, 3 …: pressing a digit goes to the criterion (its chosen
                          level, else the first). Arrows move between levels, as radios do by themselves.
     details.more         "d" opens or closes the descriptors of the criterion that has the focus
   Ctrl+Enter (or ⌘+Enter) sends the form with its first submit button.
   data-save-url="…"      each mark is kept there as soon as it is made; [data-saved] says so
   Keys are silent while somebody types in a text field.
*/
"use strict";

const rating = document.querySelector("form[data-rating]");

if (rating) {
  const criteria = [...rating.querySelectorAll(".criterion")];

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      rating.requestSubmit(rating.querySelector("[type=submit]"));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    const criterion = criteria[Number(event.key) - 1];
    if (criterion) {
      event.preventDefault();
      (criterion.querySelector("input:checked") ?? criterion.querySelector("input"))?.focus();
    } else if (event.key === "d") {
      const descriptors = event.target.closest(".criterion")?.querySelector("details");
      if (descriptors) descriptors.open = !descriptors.open;
    }
  });
  const said = rating.querySelector("[data-saved]");

  rating.addEventListener("change", async () => {
    if (!rating.dataset.saveUrl) return;
    try {
      const answer = await fetch(rating.dataset.saveUrl, {
        method: "POST",
        body: new FormData(rating),
        headers: { "X-Autosave": "1" },
      });
      said.textContent = answer.ok ? `${said.dataset.words} ${(await answer.json()).saved}` : "";
    } catch {
      // Nothing is lost without a network: the marks stand in the form and go with it.
      said.textContent = "";
    }
  });
}
