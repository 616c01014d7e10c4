// The newest board that this browser was told, kept by it: a page that is opened again without a network shows how the session
// stood last, with its readings and alarms, and not how it stood when the page was first opened.

const SOON = 200;

/** What is kept of one session for one person. */
export class KeptBoard {
  /** @param {{outbox: object, name: string, drawnAt: number}} made where it is kept, under what, and when the page itself was drawn */
  constructor(made) {
    Object.assign(this, made, { parts: {}, at: 0, waits: null });
  }

  /** Keep what the server told, a moment later, so that many changes at once are written once. */
  note(parts, now) {
    Object.assign(this.parts, parts);
    this.at = Date.parse(now);
    this.waits ??= setTimeout(() => {
      this.waits = null;
      this.outbox.remember(this.name, { at: this.at, parts: this.parts }).catch(() => {}); // a full disk takes no more
    }, SOON);
  }

  /** What was told after the page was drawn, before it was closed; none where the page is newer. */
  async newer() {
    const kept = await this.outbox.recall(this.name);
    if (!kept || kept.at <= this.drawnAt) return null;
    Object.assign(this, { parts: kept.parts, at: kept.at });
    return kept.parts;
  }
}
