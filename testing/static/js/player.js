/* A measured recording. The server grants each play before it starts; the browser only plays.
   element data-player
     data-play-url     POST (form-encoded csrf_token) asks for a play. 200 {"src": url, "plays_left": n, "play": id?}
                       starts it. 409 or {"plays_left": 0} without src: none is left.
     data-ended-url    POST when it was heard to the end (optional; csrf_token, play)
     data-broken-url   POST when it broke: the desk sees it and may grant another (csrf_token, play, reason)
     data-csrf         the token
     data-words-ready / -playing / -over / -broken   what the line under the meter says
   Inside: .player__button, [data-meter] svg of rects, .player__words (role=status), .plays__dot
*/
"use strict";

const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function announce(playing) {
  document.dispatchEvent(new CustomEvent("kiosk:recording", { detail: { playing } }));
}

function post(url, fields) {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    credentials: "same-origin",
    headers: { Accept: "application/json", "X-Requested-With": "fetch" },
  });
}

class Player {
  constructor(root) {
    this.root = root;
    this.button = root.querySelector(".player__button");
    this.words = root.querySelector(".player__words");
    this.dots = [...root.querySelectorAll(".plays__dot")];
    this.left = this.dots.filter((dot) => dot.classList.contains("plays__dot--left")).length;
    this.bars = [...root.querySelectorAll("[data-meter] rect")];
    this.play = null;
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.audio.addEventListener("ended", () => this.ended());
    this.audio.addEventListener("error", () => this.broken("media"));
    this.button.addEventListener("click", () => this.start());
  }

  say(state) {
    this.words.textContent = this.root.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
  }

  showLeft(left) {
    this.left = left;
    this.dots.forEach((dot, index) => dot.classList.toggle("plays__dot--left", index < left));
    const plays = this.root.querySelector(".plays");
    if (plays && left < 2) plays.setAttribute("aria-label", plays.dataset[left === 1 ? "labelOne" : "labelNone"]);
  }

  async start() {
    if (this.root.dataset.playing) return;
    this.root.dataset.playing = "yes";
    this.button.disabled = true;
    this.running = true;
    announce(true);
    this.say("playing");
    try {
      const answer = await post(this.root.dataset.playUrl, { csrf_token: this.root.dataset.csrf });
      const grant = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
      if (!answer.ok || !grant.src) {
        this.stop();
        if (answer.status === 409 || grant.plays_left === 0) {
          this.showLeft(0);
          this.say("over");
        } else {
          this.say("broken");
        }
        this.button.disabled = this.left < 1;
        return;
      }
      this.play = grant.play ?? "";
      this.showLeft(grant.plays_left);
      this.audio.src = grant.src;
      this.listenToLevel();
      await this.audio.play();
    } catch (trouble) {
      this.broken(trouble.name ?? "unknown");
    }
  }

  ended() {
    this.stop();
    this.say(this.left > 0 ? "ready" : "over");
    this.button.disabled = this.left < 1;
    this.tell(this.root.dataset.endedUrl);
  }

  broken(reason) {
    if (!this.running) return;
    this.stop();
    this.say("broken");
    this.button.disabled = this.left < 1;
    this.tell(this.root.dataset.brokenUrl, { reason });
  }

  stop() {
    this.running = false;
    delete this.root.dataset.playing;
    announce(false);
    cancelAnimationFrame(this.frame);
    this.draw(null);
  }

  tell(url, more = {}) {
    if (!url) return;
    // The desk hears of it when it can; the person is not stopped by it.
    post(url, { csrf_token: this.root.dataset.csrf, play: this.play ?? "", ...more }).catch(() => undefined);
  }

  listenToLevel() {
    if (!this.bars.length || calm) return;
    try {
      if (!this.context) {
        this.context = new AudioContext();
        this.analyser = this.context.createAnalyser();
        this.analyser.fftSize = 128;
        this.context.createMediaElementSource(this.audio).connect(this.analyser);
        this.analyser.connect(this.context.destination);
      }
      this.context.resume();
      const levels = new Uint8Array(this.analyser.frequencyBinCount);
      const step = () => {
        this.analyser.getByteFrequencyData(levels);
        this.draw(levels);
        this.frame = requestAnimationFrame(step);
      };
      step();
    } catch {
      this.bars = []; // no meter on this machine; the sound itself plays
    }
  }

  draw(levels) {
    this.bars.forEach((bar, index) => {
      const height = levels ? Math.max(4, (levels[index + 1] / 255) * 44) : 4;
      bar.setAttribute("height", height.toFixed(1));
      bar.setAttribute("y", (22 - height / 2).toFixed(1));
    });
  }
}

for (const root of document.querySelectorAll("[data-player]")) new Player(root);
