/* Recording a voice in the browser: spoken instructions by a speaker, answers in a speaking part.
   element data-recorder
     data-upload-url   POST multipart: csrf_token, recording (a blob of the browser's own kind), seconds. 2xx: kept;
                       JSON {"next": url} goes on there.
     data-csrf         the token
     data-most-seconds recording ends by itself after so long (default 120)
     data-words-ready / -recording / -heard / -sending / -kept / -refused / -broken
   Inside: [data-record] starts and stops, audio to listen back, [data-keep] sends, [data-recorder-words] (role=status),
   [data-meter] svg of rects. All are drawn by the macro recorder() in components/audio.html.
*/
"use strict";

class Recorder {
  constructor(root) {
    this.root = root;
    this.record = root.querySelector("[data-record]");
    this.keep = root.querySelector("[data-keep]");
    this.listen = root.querySelector("audio");
    this.words = root.querySelector("[data-recorder-words]");
    this.bars = [...root.querySelectorAll("[data-meter] rect")];
    this.record.hidden = false;
    this.record.addEventListener("click", () => (this.machine ? this.stop() : this.start()));
    this.keep.addEventListener("click", () => this.send());
    this.say("ready");
  }

  say(state) {
    this.root.dataset.state = state;
    this.words.textContent = this.root.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
      });
    } catch {
      this.say("refused");
      return;
    }
    const pieces = [];
    this.machine = new MediaRecorder(this.stream);
    this.machine.addEventListener("dataavailable", (event) => pieces.push(event.data));
    this.machine.addEventListener("stop", () => this.ended(pieces));
    this.machine.start();
    this.began = performance.now();
    this.limit = setTimeout(() => this.stop(), Number(this.root.dataset.mostSeconds || 120) * 1000);
    this.record.setAttribute("aria-pressed", "true");
    this.keep.hidden = true;
    this.say("recording");
    this.meter();
  }

  stop() {
    clearTimeout(this.limit);
    this.machine?.stop();
  }

  ended(pieces) {
    this.seconds = (performance.now() - this.began) / 1000;
    for (const track of this.stream.getTracks()) track.stop();
    cancelAnimationFrame(this.frame);
    this.context?.close();
    this.context = null;
    this.draw(null);
    this.blob = new Blob(pieces, { type: this.machine.mimeType });
    this.machine = null;
    this.record.setAttribute("aria-pressed", "false");
    if (this.listen.src) URL.revokeObjectURL(this.listen.src);
    this.listen.src = URL.createObjectURL(this.blob);
    this.listen.hidden = false;
    this.keep.hidden = false;
    this.say("heard");
  }

  async send() {
    this.keep.disabled = true;
    this.say("sending");
    const form = new FormData();
    form.append("csrf_token", this.root.dataset.csrf);
    form.append("recording", this.blob, "recording");
    form.append("seconds", this.seconds.toFixed(1));
    try {
      const answer = await fetch(this.root.dataset.uploadUrl, {
        method: "POST",
        body: form,
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.say("kept");
      const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
      if (said.next) window.location.assign(said.next);
    } catch {
      // The recording stays in the page, so that it can be sent again.
      this.say("broken");
    } finally {
      this.keep.disabled = false;
    }
  }

  meter() {
    if (!this.bars.length) return;
    this.context = new AudioContext();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 128;
    this.context.createMediaStreamSource(this.stream).connect(analyser);
    const levels = new Uint8Array(analyser.frequencyBinCount);
    const step = () => {
      analyser.getByteFrequencyData(levels);
      this.draw(levels);
      this.frame = requestAnimationFrame(step);
    };
    step();
  }

  draw(levels) {
    this.bars.forEach((bar, index) => {
      const height = levels ? Math.max(4, (levels[index + 1] / 255) * 44) : 4;
      bar.setAttribute("height", height.toFixed(1));
      bar.setAttribute("y", (22 - height / 2).toFixed(1));
    });
  }
}

for (const root of document.querySelectorAll("[data-recorder]")) new Recorder(root);
