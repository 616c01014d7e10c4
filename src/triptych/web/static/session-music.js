// The player of the session's screen: the site's own music, by playlist and phase. What begins and ends is entered in the
// outbox as it does. Pieces are kept on the tablet ahead of their time, so that a dead network does not end the music.
// While an alarm sounds on this tablet the music is lowered, so that the two are never heard over each other.

const KEY = "triptych-music";
const WORN = "triptych-headphones";
const LOUD = "triptych-music-volume";
const FADE = { phase: 4000, piece: 1200, begin: 1500, alarm: 0 };
const RINGS = 12000;
const BEAT = 2000;
const STALLED = 15000;
const LOWERED = "The music is lowered while an alarm sounds on this tablet.";
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Let the panel of music play. */
export async function beginMusic(with_) {
  const place = document.querySelector("#music [data-do]")?.closest("#music");
  const given = JSON.parse(document.querySelector("#music-given")?.textContent ?? "null");
  if (given) Object.assign(with_.given.forms, given.forms);
  if (!place) return;
  ({ Kept } = await import(with_.given.modules["session-music-kept"]));
  await new Player({ ...with_, given, place }).start();
}

let Kept;

class Player {
  /** @param {{given: object, place: HTMLElement, enter: Function, element: Function, now: () => number, time: Function, room: () => object}} with_ */
  constructor(with_) {
    Object.assign(this, with_);
    this.$ = (selector) => this.place.querySelector(selector);
    this.audio = new Audio();
    this.playlists = [];
    this.kept = new Kept(() => this.draw());
    this.failed = new Set();
    this.playing = null; // what is heard: the track, its phase and playlist, and the record that says so
    this.chosen = { playlist: 0, phase: this.given.phases[0].code };
    this.next = null; // what begins as soon as its file sounds
    this.level = Number(localStorage.getItem(LOUD) ?? 60) / 100;
    this.faded = 1;
    this.lowered = 1;
  }

  get key() {
    return `${KEY}:${this.given.participant}`;
  }

  async start() {
    this.closeWhatWasLeft();
    this.listen();
    await this.load();
    this.draw();
    addEventListener("online", () => { this.failed.clear(); this.load().then(() => this.draw()); });
    setInterval(() => this.beat(), BEAT);
    this.place.dataset.ready = "yes";
  }

  // --- What there is ---

  async load() {
    const response = await fetch(this.given.list).catch(() => null);
    const listed = response?.ok ? await response.json().catch(() => null) : null;
    if (listed) this.playlists = listed.playlists;
    const before = this.left?.playlist;
    const at = this.playlists.findIndex(({ title }) => title === before);
    if (at >= 0 && !this.playing) this.chosen = { playlist: at, phase: this.left.phase };
    else if (!this.tracks().length) this.chosen.phase = this.given.phases.find(({ code }) => this.tracks(code).length)?.code ?? this.chosen.phase;
    await this.kept.look();
    this.$("[data-left]").hidden = !listed?.left_out.length;
    this.$("[data-left]").textContent = listed?.left_out.length ? `Not played: ${listed.left_out.join("; ")}` : "";
    this.$("[data-playlist]").replaceChildren(...this.playlists.map(({ title }, index) => this.element("option", title, { value: index })));
    if (!listed) this.say("The server was not reached: no list of the music is on this tablet.");
    else this.say(this.playlists.length ? "" : "The music folder holds no playlist yet.");
    this.keepAhead();
  }

  /** The pieces of a phase: its own, then those of no phase. */
  tracks(phase = this.chosen.phase) {
    const all = this.playlists[this.chosen.playlist]?.tracks ?? [];
    return [...all.filter((one) => one.phase === phase), ...all.filter((one) => one.phase === null)];
  }

  /** Keep the pieces of the playlist, those of this phase first. */
  keepAhead() {
    const phases = this.given.phases.map(({ code }) => code);
    const at = phases.indexOf(this.chosen.phase);
    const order = [...phases.slice(at), ...phases.slice(0, at)].flatMap((phase) => this.tracks(phase));
    return this.kept.ahead(order, this.playing?.track.digest);
  }

  // --- Playing ---

  listen() {
    this.audio.addEventListener("playing", () => this.began());
    this.audio.addEventListener("ended", () => this.step(1));
    this.audio.addEventListener("error", () => this.audio.getAttribute("src") && this.fail());
    this.audio.addEventListener("waiting", () => this.wait());
    this.audio.addEventListener("pause", () => { if (!this.audio.ended && !this.next) this.end("paused"); });
    this.place.addEventListener("click", ({ target }) => this.tapped(target.closest("button")));
    this.$("[data-volume]").addEventListener("input", ({ target }) => { this.level = target.value / 100; localStorage.setItem(LOUD, target.value); this.sound(); });
    this.$("[data-volume]").value = String(100 * this.level);
    this.$("[data-playlist]").addEventListener("change", ({ target }) => this.choose({ playlist: Number(target.value) }));
    this.$("[data-headphones]").addEventListener("change", ({ target }) => this.wear(target.checked));
    this.wear(sessionStorage.getItem(WORN) === this.given.participant);
    document.addEventListener("session:ring", () => this.lower());
    document.addEventListener("session:board", () => this.draw());
    setInterval(() => this.drawTime(), 500);
  }

  tapped(button) {
    if (!button) return;
    const { do: done, phase, piece, device } = button.dataset;
    if (done === "play") this.toggle();
    else if (done) this.step(done === "next" ? 1 : -1, FADE.piece);
    else if (phase) this.choose({ phase });
    else if (piece && (this.playing || !this.isRefused())) this.play(this.tracks()[Number(piece)], FADE.piece);
    else if (device) { document.querySelector("#device")?.click(); this.say(""); this.toggle(); }
  }

  /** Say that the participant wears what this tablet sounds in, until it is taken back or the tab is closed. */
  wear(worn) {
    this.$("[data-headphones]").checked = worn;
    this.$("[data-silent]").hidden = !worn;
    if (worn) document.body.dataset.headphones = "yes"; else delete document.body.dataset.headphones;
    if (worn) sessionStorage.setItem(WORN, this.given.participant); else sessionStorage.removeItem(WORN);
  }

  /** Another phase or playlist: what plays fades out, and its first piece begins. */
  choose(change) {
    Object.assign(this.chosen, change);
    if (!this.tracks().length) this.chosen.phase = this.given.phases.find(({ code }) => this.tracks(code).length)?.code ?? this.chosen.phase;
    this.failed.clear();
    this.left = null;
    if (this.playing || this.next) this.play(this.first(), FADE.phase);
    this.keepAhead();
    this.draw();
  }

  toggle() {
    if (this.playing || this.next) {
      this.next = null;
      this.audio.pause();
      if (!this.playing) this.release();
      this.draw();
      return;
    }
    if (this.isRefused()) return;
    this.failed.clear();
    const left = this.tracks().find(({ digest }) => digest === this.left?.track);
    this.play(left ?? this.first(), 0, left ? this.left.position : 0);
  }

  isHere(track) {
    return !this.failed.has(track.digest) && (this.kept.has(track.digest) || document.body.dataset.reach === "here");
  }

  first() {
    return this.tracks().find((track) => this.isHere(track));
  }

  /** The piece after or before the one that plays; after the last comes the first. */
  step(by, fade = 0) {
    const tracks = this.tracks();
    const at = tracks.findIndex(({ digest }) => digest === ((this.next ?? this.playing)?.track.digest ?? this.left?.track));
    const order = tracks.map((_, index) => tracks[(at + by * (index + 1) + 2 * tracks.length) % tracks.length]);
    this.play(order.find((track) => this.isHere(track)), fade);
  }

  /** Begin a piece, after what plays has faded. */
  async play(track, fade, from = 0) {
    if (!track) { this.stop("Nothing that this tablet can play now is in this phase: the pieces are not kept here and the server is not reached."); return; }
    const wanted = { track, from, phase: this.chosen.phase, playlist: this.playlists[this.chosen.playlist].title };
    this.next = wanted;
    this.draw();
    if (!(await this.hold())) { this.next = null; this.draw(); this.say("Music plays in another tab of this browser. Stop it there first."); return; }
    if (this.playing && !this.audio.paused) await this.fade(0, fade);
    if (this.next !== wanted) return;
    this.end("next");
    this.faded = 0;
    this.sound();
    this.wait();
    this.audio.src = track.url;
    if (from) this.audio.currentTime = from;
    this.audio.play().catch((fault) => { if (this.next === wanted && fault.name === "NotAllowedError") this.stop("The browser plays nothing before this page is touched. Tap Play."); });
    this.say("");
    if (this.next === wanted) this.draw();
  }

  /** A staff device sounds alarms at once: it does not play into the participant's ears. */
  isRefused() {
    if (document.querySelector("#device")?.dataset.kind !== "staff") return false;
    this.stop("This is a staff device, on which a red alarm sounds at once. Music plays from the tablet of the room.");
    this.$("[data-said]").append(" ", this.element("button", "Make this the tablet of the room and play", { type: "button", "data-device": "room" }));
    return true;
  }

  /** One tab of a browser plays. */
  async hold() {
    if (this.lock || !navigator.locks) return true;
    return new Promise((done) => {
      navigator.locks.request(KEY, { ifAvailable: true }, (lock) => {
        if (!lock) return done(false);
        done(true);
        return new Promise((free) => { this.lock = free; });
      });
    });
  }

  release() {
    this.lock?.();
    this.lock = null;
  }

  /** The piece sounds: that is entered, with the second at which it was begun. */
  began() {
    clearTimeout(this.stalled);
    if (!this.next && !this.playing) this.next = this.again(); // a key of the tablet or of the headphones began it anew
    if (!this.next) return;
    const { track, phase, playlist, from } = this.next;
    const values = { title: track.title, playlist, phase, track: track.digest, ...(from >= 1 ? { start: Math.floor(from) } : {}) };
    this.playing = { ...this.next, record: this.enter("session_music", values) };
    this.next = null;
    this.left = { playlist, phase, track: track.digest, position: from, record: null };
    this.playing.record.then(({ id }) => { this.own = id; if (this.left) Object.assign(this.left, { record: id, own: id }); this.beat(); });
    if (!this.kept.keeping) this.keepAhead();
    document.body.dataset.music = "playing";
    this.fade(1, FADE.begin);
    this.draw();
  }

  again() {
    const track = this.tracks().find(({ digest }) => digest === this.left?.track);
    return track ? { track, from: this.audio.currentTime, phase: this.left.phase, playlist: this.left.playlist } : null;
  }

  /** What plays has ended, now. */
  end(why, goesOn = why === "next") {
    clearTimeout(this.stalled);
    const ended = this.playing;
    if (!ended) return;
    const happened = this.now();
    this.playing = null;
    if (this.left) { this.left.position = this.audio.currentTime; this.left.record = null; }
    if (!goesOn) { delete document.body.dataset.music; this.release(); }
    this.keepPlace();
    ended.record.then(({ id }) => this.enter("session_music_end", { about: id, why }, { happened }));
    this.draw();
  }

  /** A piece that does not sound for so long is passed over. */
  wait() {
    clearTimeout(this.stalled);
    this.stalled = setTimeout(() => { if (this.next || !this.audio.paused) this.fail(); }, STALLED);
  }

  /** A piece cannot be played on: the next that can be is begun. */
  fail() {
    const broken = this.next ?? this.playing;
    if (!broken) return;
    this.failed.add(broken.track.digest);
    const other = this.tracks().find((track) => this.isHere(track));
    this.end("failed", Boolean(other));
    this.next = null;
    if (other) this.step(1);
    else this.stop(`${broken.track.title} could not be played on, and no other piece of this phase is kept on this tablet. The music is off.`);
  }

  stop(text) {
    this.next = null;
    this.audio.pause();
    this.end("failed");
    this.release();
    this.say(text);
    this.draw();
  }

  // --- What a closed tab left behind ---

  /** Keep where the music stands: a page that is closed says nothing more. */
  beat() {
    if (!this.playing || !this.left || this.audio.paused) return;
    Object.assign(this.left, { position: this.audio.currentTime, at: this.now() });
    this.keepPlace();
  }

  keepPlace() {
    if (this.left) localStorage.setItem(this.key, JSON.stringify(this.left));
  }

  /** A piece that played when the page was closed ended when it was last known to play. */
  closeWhatWasLeft() {
    const kept = () => JSON.parse(localStorage.getItem(this.key) ?? "null");
    this.left = kept();
    this.own = this.left?.own;
    const close = async () => {
      const left = kept();
      if (!left?.record || this.playing) return;
      await this.enter("session_music_end", { about: left.record, why: "closed" }, { happened: left.at });
      localStorage.setItem(this.key, JSON.stringify({ ...left, record: null }));
    };
    return navigator.locks ? void navigator.locks.request(KEY, close) : close(); // waits for a tab that still plays
  }

  // --- How loud ---

  sound() {
    this.audio.volume = Math.min(1, Math.max(0, this.level * this.faded * this.lowered));
  }

  /** Go to a loudness in so many milliseconds; a newer fade takes over from one that runs. */
  fade(to, length, of = "faded") {
    const began = performance.now();
    const from = this[of];
    const mine = (this[`${of}By`] = {});
    return new Promise((done) => {
      const move = () => {
        if (this[`${of}By`] !== mine) return done();
        const part = length ? Math.min(1, (performance.now() - began) / length) : 1;
        this[of] = from + part * (to - from);
        this.sound();
        if (part === 1) return done();
        return setTimeout(move, 40);
      };
      move();
    });
  }

  /** An alarm sounds on this tablet: the music is not heard until it has been silent for a while. */
  lower() {
    this.fade(0, FADE.alarm, "lowered");
    if (this.playing) this.say(LOWERED);
    clearTimeout(this.ringing);
    this.ringing = setTimeout(() => {
      this.fade(1, FADE.phase, "lowered");
      if (this.$("[data-said]").textContent === LOWERED) this.say("");
    }, RINGS);
  }

  // --- What is shown ---

  say(text) {
    this.$("[data-said]").hidden = !text;
    this.$("[data-said]").textContent = text;
  }

  draw() {
    const { playing, next } = this;
    const other = this.room()?.music;
    const label = (code) => this.given.phases.find((one) => one.code === code)?.label ?? "";
    const told = (one) => `${one.track.title} · ${label(one.phase)}`;
    let text = "Nothing plays";
    if (playing || next) text = told(next ?? playing);
    else if (other && other.id !== this.own) text = `Plays on another tablet: ${other.title}, since ${this.time(other.at)}`;
    if (this.$("[data-now]").textContent !== text) this.$("[data-now]").textContent = text;
    const tracks = this.tracks();
    this.$("[data-do=play]").textContent = playing || next ? "Pause" : "Play";
    for (const button of this.place.querySelectorAll("[data-do]")) button.disabled = !tracks.length || (button.dataset.do !== "play" && !playing && !next);
    for (const button of this.place.querySelectorAll("[data-phase]")) {
      button.setAttribute("aria-pressed", String(button.dataset.phase === this.chosen.phase));
      button.disabled = !this.tracks(button.dataset.phase).length;
    }
    this.$("[data-playlist]").value = String(this.chosen.playlist);
    this.drawPieces(tracks);
    this.drawTime();
  }

  drawPieces(tracks) {
    const heard = (this.next ?? this.playing)?.track.digest;
    const mark = JSON.stringify([tracks.map(({ digest }) => [digest, this.kept.has(digest)]), heard, this.kept.digests.size]);
    if (mark === this.pieces) return;
    this.pieces = mark;
    this.$("[data-pieces]").replaceChildren(...tracks.map((track, index) => {
      const line = this.element("li");
      const button = this.element("button", track.title, { type: "button", "data-piece": index, ...(track.digest === heard ? { "aria-current": "true" } : {}) });
      line.append(button, this.element("span", this.kept.has(track.digest) ? "kept" : "", { class: "quiet" }));
      return line;
    }));
    const all = this.playlists[this.chosen.playlist]?.tracks ?? [];
    const kept = all.filter(({ digest }) => this.kept.has(digest)).length;
    const others = kept < all.length ? " The others need the network." : " It plays without a network.";
    this.$("[data-kept]").textContent = this.kept.isPossible
      ? `${kept} of ${all.length} pieces of this playlist are kept on this tablet.${others}`
      : "This address is not secure, so no piece is kept on this tablet: without a network the music ends.";
  }

  drawTime() {
    const { currentTime, duration } = this.audio;
    const text = this.playing && Number.isFinite(duration) ? `${clock(currentTime)} of ${clock(duration)}` : "";
    this.$("[data-at]").textContent = text;
  }
}
