/* The seat: sound, autosave of answers, places of an order. Everything else is plain HTML.
   body data-prompt-src="url"      the page's instruction; read aloud on opening while sound is on
   body data-autoplay="url url"    these are read aloud instead, one after another
   button data-sound-switch        sound on or off; kept for this tab only, so the next person starts with sound on
   button data-speak="url"         reads that file aloud; a second press stops it
   form data-autosave="url"        after each change the whole form is POSTed there (fetch, same origin, with the CSRF
                                   token in it). Answer: any 2xx. 409 means the task has moved on: the page reloads.
                                   The form's hidden "sequence" is the next free number: a send takes it and leaves
                                   the one after it, so "Next" never repeats one and an old tab never wins.
   element data-saved              shows "Saving", "Saved 10:32" or the trouble in words (words in data-words-*)
   list data-steps                 its links lead to the questions; each is ticked when every control group of that
                                   question has an answer, or its "I don't know" (a field …-dont-know) is chosen
   fieldset data-order             a place is held by one part only
   element data-no-connection      is shown when something is pressed while there is no network; nothing is sent then
   input data-device               takes what this kiosk is: phone, tablet (both touched) or computer
   A document event "kiosk:recording" (detail: {playing}) silences prompts while a measured recording plays.
*/
"use strict";

const body = document.body;

// Without a network the browser would put a page of its own in the place of the task, in English: stay, and say so.
const noConnection = document.querySelector("[data-no-connection]");

function stayWithoutNetwork(event) {
  if (navigator.onLine || !noConnection) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  noConnection.hidden = false;
  // Under the bar on top, however far down the person has read.
  const bar = document.querySelector(".kiosk-bar");
  const stays = bar && getComputedStyle(bar).position === "sticky";
  noConnection.style.insetBlockStart = `${stays ? bar.offsetHeight : 0}px`;
}

document.addEventListener("submit", stayWithoutNetwork, true);
document.addEventListener("click", (event) => {
  if (event.target.closest?.('a[href]:not([href^="#"])')) stayWithoutNetwork(event);
}, true);
window.addEventListener("online", () => {
  if (noConnection) noConnection.hidden = true;
});

const soundKey = "lahtotaso-sound";
const voice = new Audio();
let speaking = null;
let pending = [];

function soundIsOn() {
  return body.dataset.sound !== "off";
}

function hush() {
  voice.pause();
  if (speaking) delete speaking.dataset.playing;
  speaking = null;
}

function speak(source, button) {
  hush();
  voice.src = source;
  speaking = button;
  if (button) button.dataset.playing = "yes";
  // A browser may refuse sound before the first touch: the button beside the words is the way then.
  voice.play().catch(hush);
}

function speakNext() {
  hush();
  const source = pending.shift();
  if (source) speak(source, document.querySelector(`[data-speak="${CSS.escape(source)}"]`));
}

voice.addEventListener("ended", speakNext);
voice.addEventListener("error", speakNext);

for (const button of document.querySelectorAll("[data-speak]")) {
  button.addEventListener("click", () => {
    pending = [];
    if (speaking === button) hush();
    else speak(button.dataset.speak, button);
  });
}

for (const field of document.querySelectorAll("[data-device]")) {
  const isSmall = Math.min(screen.width, screen.height) < 600;
  const isTouched = matchMedia("(pointer: coarse)").matches;
  field.value = isTouched ? (isSmall ? "phone" : "tablet") : "computer";
}

const soundSwitch = document.querySelector("[data-sound-switch]");
function showSound(on) {
  body.dataset.sound = on ? "on" : "off";
  soundSwitch?.setAttribute("aria-pressed", String(on));
}
showSound(sessionStorage.getItem(soundKey) !== "off");
if (soundSwitch) {
  soundSwitch.hidden = false;
  soundSwitch.addEventListener("click", () => {
    const on = !soundIsOn();
    sessionStorage.setItem(soundKey, on ? "on" : "off");
    showSound(on);
    if (on) speakPage();
    else quiet();
  });
}

function quiet() {
  pending = [];
  hush();
}

function speakPage() {
  pending = (body.dataset.autoplay ?? body.dataset.promptSrc ?? "").split(" ").filter(Boolean);
  speakNext();
}
if (soundIsOn()) speakPage();

document.addEventListener("kiosk:recording", (event) => {
  if (event.detail.playing) quiet();
});

/* --- Answers are kept as they are given --- */
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Helsinki" });

function showSaved(element, state) {
  if (!element) return;
  element.dataset.state = state;
  const time = state === "saved" ? ` ${clock.format(new Date())}` : "";
  element.textContent = (element.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`] ?? "") + time;
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const indicator = form.querySelector("[data-saved]");
  let waiting = null;
  let underway = false;
  let again = false;

  const send = async () => {
    if (underway) {
      again = true;
      return;
    }
    underway = true;
    const fields = new FormData(form);
    const sequence = form.elements.namedItem("sequence");
    if (sequence) sequence.value = String(Number(sequence.value) + 1);
    showSaved(indicator, "saving");
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: fields,
        credentials: "same-origin",
        headers: { "X-Requested-With": "fetch" },
        redirect: "manual",
      });
      if (answer.status === 409) {
        window.location.reload();
        return;
      }
      showSaved(indicator, answer.ok ? "saved" : "lost");
    } catch {
      // The form itself still holds the answer, and "Next" sends it again.
      showSaved(indicator, "lost");
    } finally {
      underway = false;
      if (again) {
        again = false;
        send();
      }
    }
  };

  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(send, 150);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

/* --- An order: taking a place frees it elsewhere --- */
for (const order of document.querySelectorAll("[data-order]")) {
  order.addEventListener("change", (event) => {
    for (const other of order.querySelectorAll(`input[value="${CSS.escape(event.target.value)}"]:checked`)) {
      if (other !== event.target) other.checked = false;
    }
  });
}

/* --- The questions of one text: which have an answer --- */
const steps = document.querySelector("[data-steps]");
if (steps) {
  const isAnswered = (question) => {
    const groups = new Map();
    for (const control of question.querySelectorAll("input[name], select[name], textarea[name]")) {
      const given = control.matches("[type=radio], [type=checkbox]") ? control.checked : control.value.trim() !== "";
      groups.set(control.name, groups.get(control.name) || given);
    }
    const unknown = [...groups.keys()].find((name) => name.endsWith("-dont-know"));
    if (unknown && groups.get(unknown)) return true;
    groups.delete(unknown);
    return groups.size > 0 && [...groups.values()].every(Boolean);
  };
  const mark = () => {
    for (const step of steps.querySelectorAll("a")) {
      const question = document.getElementById(step.hash.slice(1));
      const answered = Boolean(question && isAnswered(question));
      step.toggleAttribute("data-answered", answered);
      step.querySelector("[data-said]").textContent = answered ? steps.dataset.wordAnswered : "";
    }
  };
  document.addEventListener("change", mark);
  mark();
}
