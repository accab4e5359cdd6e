/* The board: htmx polls, this file says how old it is. Needs vendor/htmx.min.js beside it.
   element data-board          the part that htmx replaces (hx-get, hx-trigger="every 5s", hx-swap="innerMorph")
   element data-board-age      says when it was last heard from; data-words-live ("Live"), data-words-lost ("No contact
                               since"). It gets data-state="live" or "lost".
*/
"use strict";

const age = document.querySelector("[data-board-age]");
const hands = new Intl.DateTimeFormat("fi-FI", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Europe/Helsinki" });
let heard = new Date();

function showAge() {
  if (!age) return;
  const lost = Date.now() - heard.getTime() > 20000;
  const state = lost ? "lost" : "live";
  if (age.dataset.state === state && lost) return;
  age.dataset.state = state;
  age.textContent = `${age.dataset[lost ? "wordsLost" : "wordsLive"] ?? ""} ${hands.format(heard)}`;
}

document.addEventListener("htmx:after:swap", () => {
  heard = new Date();
  showAge();
});
setInterval(showAge, 5000);
showAge();
