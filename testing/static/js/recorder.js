/* Recording a voice in the browser: spoken instructions by a speaker, answers in a speaking part.
   element data-recorder
     data-upload-url   POST multipart: csrf_token, recording (WAV, one channel, 24 kHz), seconds. 2xx: kept;
                       JSON {"next": url} goes on there; JSON {"words": "…"} says what is wrong.
     data-form         id of a form whose other fields are sent as well
     data-csrf         the token
     data-most-seconds recording ends by itself after so long (default 120)
     data-words-ready / -recording / -heard / -sending / -kept / -refused / -broken
   Inside: [data-record] starts and stops, audio to listen back, [data-keep] sends, [data-recorder-words] (role=status),
   [data-meter] svg of rects. All are drawn by the macro recorder() in components/audio.html.
*/
"use strict";

const RATE = 24000;

/* Browsers record in kinds of their own; every server reads WAV. */
async function asWav(blob) {
  const decoder = new OfflineAudioContext(1, 1, RATE);
  const heard = await decoder.decodeAudioData(await blob.arrayBuffer());
  const mixer = new OfflineAudioContext(1, heard.length, RATE);
  const source = mixer.createBufferSource();
  source.buffer = heard;
  source.connect(mixer.destination);
  source.start();
  const samples = (await mixer.startRendering()).getChannelData(0);
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const letters = (at, word) => [...word].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  letters(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  letters(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  letters(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, n) => {
    view.setInt16(44 + 2 * n, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
  });
  return new Blob([view], { type: "audio/wav" });
}

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
    const beside = document.getElementById(this.root.dataset.form ?? "");
    if (beside) {
      for (const [name, value] of new FormData(beside)) if (typeof value === "string") form.set(name, value);
    }
    form.set("csrf_token", this.root.dataset.csrf);
    form.append("seconds", this.seconds.toFixed(1));
    try {
      form.append("recording", await asWav(this.blob), "recording.wav");
      const answer = await fetch(this.root.dataset.uploadUrl, {
        method: "POST",
        body: form,
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
      });
      const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
      if (said.words) {
        this.say("heard");
        this.words.textContent = said.words;
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.say("kept");
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
