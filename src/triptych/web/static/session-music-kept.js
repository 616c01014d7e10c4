// The pieces of music that this tablet has: kept one by one ahead of their time while the browser has room, and played by
// the worker of the session's screen (music-worker.js) when the network is not there.

const KEPT = "music-1";
const ROOM = 0.8;
const keptAs = (digest) => `/kept-music/${digest}`;

/** What is kept, by the hashes of the content. */
export class Kept {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.digests = new Set();
    this.turn = 0;
    this.keeping = false;
  }

  /** Whether this browser keeps anything: only at a secure address. */
  get isPossible() {
    return Boolean(globalThis.caches);
  }

  has(digest) {
    return this.digests.has(digest);
  }

  /** See what is there. */
  async look() {
    if (!this.isPossible) return;
    const names = (await (await caches.open(KEPT)).keys()).map(({ url }) => new URL(url).pathname);
    this.digests = new Set(names.filter((name) => name.startsWith(keptAs(""))).map((name) => name.slice(keptAs("").length)));
  }

  /** Keep these pieces, in their order; a newer wish takes over from one that runs. */
  async ahead(tracks, playing) {
    if (!this.isPossible) return;
    const turn = ++this.turn;
    this.keeping = true;
    await this.all(tracks, playing, turn).finally(() => { if (turn === this.turn) this.keeping = false; });
  }

  async all(tracks, playing, turn) {
    const kept = await caches.open(KEPT);
    for (const track of tracks) {
      if (this.has(track.digest)) continue;
      const { usage = 0, quota = Infinity } = (await navigator.storage?.estimate?.()) ?? {};
      if (usage + track.size > ROOM * quota && !(await this.makeRoom(kept, [...tracks.map(({ digest }) => digest), playing]))) return;
      const response = await fetch(track.url).catch(() => null);
      if (turn !== this.turn || !response) return;
      if (response.status !== 200) continue;
      const isKept = await kept.put(keptAs(track.digest), response).then(() => true, () => false);
      if (!isKept) return;
      this.digests.add(track.digest);
      this.changed();
    }
  }

  /** Forget what nobody wants. @returns {Promise<boolean>} whether anything was forgotten */
  async makeRoom(kept, wanted) {
    const old = [...this.digests].filter((digest) => !wanted.includes(digest));
    for (const digest of old) { await kept.delete(keptAs(digest)); this.digests.delete(digest); }
    return old.length > 0;
  }
}
