/* A person's own text: letters that the keyboard lacks, and saving as it is typed.
   element data-writing
     data-autosave-url   POST (form-encoded csrf_token, sequence, text) 1.5 s after the last key, and every 10 s while
                         writing goes on. 2xx: saved. 409: another device or tab went on, the page reloads.
     data-sequence       the last number that was used; each send takes the next one, and the form's hidden "sequence"
                         is left one ahead, so that sending the form never repeats a number
   Inside: textarea, [data-keys] with button[data-key], [data-saved] (words in data-words-saved/-saving/-lost)
   The CSRF token is taken from the surrounding form. The text goes with the form as well: nothing hangs on this file.
*/
"use strict";

const clockface = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Helsinki" });

for (const root of document.querySelectorAll("[data-writing]")) {
  const field = root.querySelector("textarea");
  const saved = root.querySelector("[data-saved]");
  const keys = root.querySelector("[data-keys]");
  const form = field.form;

  if (keys) {
    keys.hidden = false;
    let capital = false;
    field.addEventListener("keydown", (event) => (capital = event.getModifierState("CapsLock")));
    for (const key of keys.querySelectorAll("[data-key]")) {
      // The finger on a key must not take the place in the text away.
      key.addEventListener("pointerdown", (event) => event.preventDefault());
      key.addEventListener("click", (event) => {
        const start = /(^|[.!?]\s+|\n)$/.test(field.value.slice(0, field.selectionStart));
        const upper = event.shiftKey || capital || start;
        field.setRangeText(
          upper ? key.dataset.key.toUpperCase() : key.dataset.key,
          field.selectionStart,
          field.selectionEnd,
          "end",
        );
        field.focus();
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
  }

  const url = root.dataset.autosaveUrl;
  if (!url) continue;

  let kept = field.value;
  let underway = false;
  let timer = null;
  let lastSent = Date.now();

  const show = (state) => {
    if (!saved) return;
    saved.dataset.state = state;
    const word = saved.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
    saved.textContent = state === "saved" ? `${word} ${clockface.format(new Date())}` : word;
  };

  const later = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(send, milliseconds);
  };

  const send = async () => {
    if (underway || field.value === kept) return;
    underway = true;
    lastSent = Date.now();
    const text = field.value;
    root.dataset.sequence = String(Number(root.dataset.sequence || 0) + 1);
    const hidden = form?.elements.namedItem("sequence");
    if (hidden) hidden.value = String(Number(root.dataset.sequence) + 1);
    show("saving");
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: new URLSearchParams({
          csrf_token: form?.elements.namedItem("csrf_token")?.value ?? "",
          sequence: root.dataset.sequence,
          text,
        }),
        credentials: "same-origin",
        headers: { "X-Requested-With": "fetch" },
        redirect: "manual",
      });
      if (answer.status === 409) {
        window.location.reload();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      kept = text;
      show("saved");
      if (field.value !== kept) later(1500);
    } catch {
      show("lost");
      later(5000);
    } finally {
      underway = false;
    }
  };

  field.addEventListener("input", () => later(Date.now() - lastSent > 10000 ? 0 : 1500));
  field.addEventListener("blur", () => later(0));
  form?.addEventListener("submit", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") later(0);
  });
}
