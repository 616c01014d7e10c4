// The outbox of a tablet: entries are kept here first and sent when they can be. One is forgotten only when the server
// has filed it or holds it. Nothing here decides what an entry means.

const NAME = "triptych-session";
const ENTRIES = "entries";
const STATE = "state";
const BATCH = 25;
const EVERY = 2000;
const PATIENCE = 10000;

/** Open the database of this browser. @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(ENTRIES, { keyPath: "id" });
      asked.result.createObjectStore(STATE);
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

/** The answer of a request of the database. */
function answered(asked) {
  return new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

/** Wait until a transaction stands on the disk. */
function settled(transaction) {
  return new Promise((done, failed) => {
    transaction.oncomplete = done;
    transaction.onabort = transaction.onerror = () => failed(transaction.error);
  });
}

/** A UUID of version 7 (RFC 9562). @param {number} now milliseconds */
export function uuid7(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let at = 0; at < 6; at++) bytes[at] = Math.floor(now / 2 ** (8 * (5 - at))) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A cookie by its name. */
function cookie(name) {
  return document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

/** The entries of one session on this tablet, and the sending of them. */
export class Outbox {
  /** @param {{participant: string, url: string, document: string, changed: (state: object) => void, filed: (answers: object[]) => void}} given */
  constructor(given) {
    Object.assign(this, given);
    this.offset = null;
    this.speed = 1; // a demonstration's clock runs faster
    this.heardAt = Date.now();
    this.reach = "unknown";
    this.sending = false;
    this.wanted = false;
  }

  /** Keep something else of this page, beside the entries. */
  async remember(name, value) {
    const kept = this.database.transaction(STATE, "readwrite");
    kept.objectStore(STATE).put(value, name);
    await settled(kept);
  }

  /** What was kept under a name. */
  async recall(name) {
    await this.ready();
    return answered(this.database.transaction(STATE).objectStore(STATE).get(name));
  }

  /** Open the database; only then can anything be entered here. */
  async ready() {
    if (this.database) return;
    const database = await open();
    const state = database.transaction(STATE).objectStore(STATE);
    this.offset = (await answered(state.get("offset"))) ?? null;
    this.device = await answered(state.get("device"));
    this.database = database;
    if (this.device) return;
    this.device = uuid7(Date.now());
    await this.remember("device", this.device);
  }

  /** Begin to send. */
  async start() {
    await this.ready();
    navigator.storage?.persist?.();
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.tell("offline"));
    document.addEventListener("visibilitychange", () => document.hidden || this.send());
    setInterval(() => this.again(), EVERY);
    await this.send();
  }

  /** The time now by the server's clock, as far as this tablet knows it. */
  now() {
    return Date.now() + 1000 * (this.offset ?? 0) + (this.speed - 1) * (Date.now() - this.heardAt);
  }

  /** Every entry of this session that the server does not have yet, oldest first. */
  async waiting() {
    const all = await answered(this.database.transaction(ENTRIES).objectStore(ENTRIES).getAll());
    return all.filter((one) => one.participant === this.participant).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Keep an entry, then send it. It is safe once this returns. */
  async add(form, values, author, more = {}) {
    const read = Date.now();
    const happened = new Date(more.happened ?? this.now()).toISOString();
    const entry = {
      id: uuid7(read),
      participant: this.participant,
      record: {
        form, values, author,
        occurred_at: happened,
        device: this.device,
        at: new Date(read).toISOString(),
        offset: this.offset,
        document: this.document,
        ...(more.source ? { source: more.source } : {}),
        visit: more.visit ?? null,
        cycle: more.cycle ?? null,
      },
      answer: null,
    };
    const kept = this.database.transaction(ENTRIES, "readwrite", { durability: "strict" });
    kept.objectStore(ENTRIES).add(entry);
    await settled(kept);
    this.tell(this.reach);
    this.send();
    return entry;
  }

  /** Try again while something waits or the server was not reached. */
  async again() {
    if (this.reach !== "here" || this.speed !== 1 || (await this.waiting()).some((one) => !one.answer)) this.send();
  }

  /** Send what waits; one tab at a time, so that nothing is sent by two at once. What comes meanwhile goes right after. */
  async send() {
    this.wanted = true;
    if (this.sending) return;
    this.sending = true;
    try {
      const batch = () => this.batches();
      do {
        this.wanted = false;
        await (navigator.locks ? navigator.locks.request(`outbox:${this.participant}`, batch) : batch());
      } while (this.wanted && this.reach === "here");
    } finally {
      this.sending = false;
    }
  }

  async batches() {
    for (;;) {
      const waiting = (await this.waiting()).filter((one) => !one.answer || one.again);
      const batch = waiting.slice(0, BATCH);
      const answer = await this.post(batch.map((one) => ({ id: one.id, ...one.record })));
      if (!answer) return;
      await this.settle(answer.answers);
      if (waiting.length <= BATCH) return;
    }
  }

  /** Post a batch and measure the clock by the way. Nothing comes back where the server is not reached. */
  async post(records) {
    const began = Date.now();
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
        body: JSON.stringify({ records }),
        signal: AbortSignal.timeout(PATIENCE),
        redirect: "error",
      });
      const ended = Date.now();
      if (response.status === 401 || response.status === 403) return this.tell("logged out");
      if (!response.ok) return this.tell("unreached");
      const answer = await response.json();
      Object.assign(this, { speed: answer.speed ?? 1, heardAt: ended });
      await this.measured((Date.parse(answer.now) - (began + ended) / 2) / 1000);
      await this.tell("here");
      return answer;
    } catch {
      await this.tell(navigator.onLine ? "unreached" : "offline");
      return null;
    }
  }

  /** Store how far the server's clock is ahead of this tablet's, in seconds. */
  async measured(offset) {
    this.offset = Math.round(1000 * offset) / 1000;
    const kept = this.database.transaction(STATE, "readwrite");
    kept.objectStore(STATE).put(this.offset, "offset");
    await settled(kept);
  }

  /** Forget what was filed or is held; keep what was refused, with the reasons. */
  async settle(answers) {
    if (!answers.length) return;
    const kept = this.database.transaction(ENTRIES, "readwrite", { durability: "strict" });
    const entries = kept.objectStore(ENTRIES);
    for (const one of answers) {
      if (one.outcome === "filed" || one.outcome === "held") entries.delete(one.id);
      else {
        const entry = await answered(entries.get(one.id));
        if (entry) entries.put({ ...entry, answer: one, again: one.codes.includes("not_joined") });
      }
    }
    await settled(kept);
    this.filed(answers);
    await this.tell(this.reach);
  }

  /** Say how it stands: what waits, what was refused, and whether the server is reached. */
  async tell(reach) {
    this.reach = reach;
    const waiting = await this.waiting();
    this.changed({ reach, waiting, refused: waiting.filter((one) => one.answer), offset: this.offset });
    return null;
  }
}
