/* The seat says that it is alive and learns whether the page is out of date.
   body data-place-url="url" data-place="mark" data-csrf   POST every 10 seconds; answer {"place": mark}.
   Another mark, or a seat that was taken away (403), loads the page anew; a lost connection changes nothing.
*/
"use strict";

const seat = document.body.dataset;
const INTERVAL = 10000;

async function sayAlive() {
  if (document.hidden) return;
  try {
    const answer = await fetch(seat.placeUrl, {
      method: "POST",
      body: new URLSearchParams({ csrf_token: seat.csrf }),
      headers: { "X-Poll": "1" },
      credentials: "same-origin",
      redirect: "manual",
    });
    if (answer.status === 403 || answer.type === "opaqueredirect") {
      window.location.assign("/kiosk/");
    } else if (answer.ok && (await answer.json()).place !== seat.place) {
      // What is half chosen or half written was autosaved: the fresh page shows it again.
      window.location.reload();
    }
  } catch {
    // The next beat tries again.
  }
}

if (seat.placeUrl) {
  setInterval(sayAlive, INTERVAL);
  document.addEventListener("visibilitychange", sayAlive);
}
