/* A pad to sign on with a finger, a pen or a mouse; the page works without it.
   element data-signing               hidden until the radio named data-for has data-value
     data-width, data-height          the paper in the units of its points
     data-most-points, data-most-lines  what is drawn beyond is not taken
     canvas                           the paper; input[type=hidden] "x,y x,y;x,y"; button[data-clear]
   Only points are kept: no time, no pressure.
*/
"use strict";

const INK = "#10243a";

function pad(box) {
  const canvas = box.querySelector("canvas");
  const kept = box.querySelector("input[type=hidden]");
  const paper = { width: Number(box.dataset.width), height: Number(box.dataset.height) };
  const most = { points: Number(box.dataset.mostPoints), lines: Number(box.dataset.mostLines) };
  const context = canvas.getContext("2d");
  let lines = kept.value ? kept.value.split(";").map((line) => line.split(" ").map((point) => point.split(",").map(Number))) : [];
  let line = null;

  function draw() {
    const scale = canvas.width / paper.width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, paper.width, paper.height);
    Object.assign(context, { strokeStyle: INK, lineWidth: 5, lineCap: "round", lineJoin: "round" });
    for (const one of lines) {
      context.beginPath();
      context.moveTo(...one[0]);
      for (const point of one) context.lineTo(...point);
      // A touch is a dot: a line to itself would not be drawn.
      if (one.length === 1) context.lineTo(one[0][0] + 0.1, one[0][1]);
      context.stroke();
    }
  }

  function fit() {
    const seen = canvas.getBoundingClientRect();
    if (!seen.width) return;
    canvas.width = Math.round(seen.width * window.devicePixelRatio);
    canvas.height = Math.round((canvas.width * paper.height) / paper.width);
    draw();
  }

  function keep() {
    kept.value = lines.map((one) => one.map((point) => point.join(",")).join(" ")).join(";");
  }

  function take(event) {
    const seen = canvas.getBoundingClientRect();
    const at = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
    const point = [
      at(((event.clientX - seen.left) / seen.width) * paper.width, paper.width),
      at(((event.clientY - seen.top) / seen.height) * paper.height, paper.height),
    ];
    const last = line.at(-1);
    // A trembling finger draws no more points than its line needs.
    if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < 4) return;
    if (lines.reduce((sum, one) => sum + one.length, 0) < most.points) line.push(point);
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0 || lines.length >= most.lines) return;
    canvas.setPointerCapture(event.pointerId);
    line = [];
    take(event);
    if (line.length) lines.push(line);
    draw();
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!line?.length || !event.isPrimary) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) take(one);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      line = null;
      keep();
    });
  }
  box.querySelector("[data-clear]").addEventListener("click", () => {
    lines = [];
    keep();
    draw();
  });

  // What was drawn counts only where it is seen.
  function show() {
    const chosen = box.closest("form").querySelector(`[name="${box.dataset.for}"]:checked`);
    box.hidden = chosen?.value !== box.dataset.value;
    kept.disabled = box.hidden;
    fit();
  }
  box.closest("form").addEventListener("change", show);
  window.addEventListener("pageshow", show);
  window.addEventListener("resize", fit);
  show();
}

for (const box of document.querySelectorAll("[data-signing]")) pad(box);
