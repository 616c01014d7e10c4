// How alarms are told on this device, by the conventions of IEC 60601-1-8: red sounds, amber is light or vibration and
// never sound. In the room a red alarm sounds only when nobody has acknowledged it for half a minute: light and vibration
// come at once. Whether a device is that of the room is chosen on it and kept by its browser.

const CHOSEN = "triptych-device";
const SEEN = "triptych-alarms-seen";
const WAIT = 30000;
const AGAIN = 10000;
const PULSES = { red: [300, 150, 300, 150, 300], amber: [200, 200, 200] };
const TOLD = { room: ["Room tablet", "Red sounds after 30 s"], staff: ["Staff device", "Red sounds at once"] };

/** The telling of alarms on one device. */
export class Sounding {
  /** @param {{button: HTMLElement, isStaff: boolean, now: () => number}} given the choice's button, the default, the server's time */
  constructor(given) {
    Object.assign(this, given);
    this.kind = localStorage.getItem(CHOSEN) ?? (this.isStaff ? "staff" : "room");
    this.seen = new Map(Object.entries(JSON.parse(sessionStorage.getItem(SEEN) ?? "{}")));
    this.standing = [];
    this.due = new Set();
    this.toldAt = 0;
    this.sound = null;
    this.button.addEventListener("click", () => this.choose(this.kind === "room" ? "staff" : "room"));
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => this.sound?.state === "running" || this.prepare());
    this.draw();
    setInterval(() => this.tick(), 1000);
  }

  choose(kind) {
    this.kind = kind;
    localStorage.setItem(CHOSEN, kind);
    this.draw();
    this.tick();
  }

  /** Prepare the sound at a touch: browsers give none to a page that nobody has touched, and may take it back. */
  prepare() {
    this.sound ??= new AudioContext();
    this.sound.onstatechange = () => this.draw();
    this.sound.resume().then(() => this.draw());
  }

  draw() {
    const [name, sounds] = TOLD[this.kind];
    this.button.dataset.kind = this.kind;
    this.button.replaceChildren(...[name, this.sound?.state === "running" ? sounds : `${sounds}. No sound before a touch`].map((text) => {
      const line = document.createElement("span");
      line.textContent = text;
      return line;
    }));
  }

  /**
   * Take the alarms that stand and that nobody has acknowledged or silenced here; a new one vibrates at once.
   * @param {{key: string, red: boolean, since: number|null}[]} standing since when the server has it, where it does
   */
  take(standing) {
    this.standing = [...new Map(standing.map((one) => [one.key, one])).values()];
    const fresh = this.standing.filter(({ key }) => !this.seen.has(key));
    this.note();
    if (fresh.length) this.vibrate(fresh.some(({ red }) => red) ? "red" : "amber");
    this.tick();
  }

  /** Keep when each alarm was first shown, through a reload; one that is gone for a moment while it is sent is the same. */
  note() {
    const now = Date.now();
    for (const { key } of this.standing) this.seen.set(key, [this.seen.get(key)?.[0] ?? now, now]);
    for (const [key, [, last]] of this.seen) if (now - last > AGAIN) this.seen.delete(key);
    sessionStorage.setItem(SEEN, JSON.stringify(Object.fromEntries(this.seen)));
  }

  /** For how long an alarm has stood: since this device first showed it, or since the server had it, if that is longer. */
  waited({ key, since }) {
    return Math.max(Date.now() - this.seen.get(key)[0], since === null ? 0 : this.now() - since);
  }

  /** Tell of red alarms: at once when one begins to be due here, then again and again. */
  tick() {
    if (this.standing.length) this.note();
    const red = this.standing.filter((one) => one.red);
    const due = red.filter((one) => this.kind === "staff" || this.waited(one) >= WAIT).map(({ key }) => key);
    const isNew = due.some((key) => !this.due.has(key));
    this.due = new Set(due);
    if (!red.length || !(isNew || Date.now() - this.toldAt >= AGAIN)) return;
    this.toldAt = Date.now();
    this.vibrate("red");
    if (due.length) this.ring();
  }

  vibrate(color) {
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(PULSES[color]);
  }

  /** Ring once, as a high-priority alarm sounds (IEC 60601-1-8: a burst of ten pulses). */
  ring() {
    if (this.sound?.state !== "running") return;
    if (document.body.dataset.headphones) return; // the participant alone hears this tablet, as somebody said on it
    document.dispatchEvent(new CustomEvent("session:ring")); // music on this tablet is lowered
    for (const [at, note] of [[0, 523], [0.2, 659], [0.4, 784], [0.8, 523], [1, 659]].flatMap(([at, note]) => [[at, note], [at + 1.6, note]])) {
      const tone = this.sound.createOscillator();
      const loud = this.sound.createGain();
      tone.frequency.value = note;
      loud.gain.value = 0.25;
      tone.connect(loud).connect(this.sound.destination);
      tone.start(this.sound.currentTime + at);
      tone.stop(this.sound.currentTime + at + 0.15);
    }
  }
}
