// What a recording leaves in this browser until the server has it. Each piece is sealed before it is written, under a key
// that the server gave at the start: it is in the memory of the page that records, can seal and not open, and is written
// nowhere. A tablet that is stolen or locked holds pieces that the server alone can open.

const AGAIN = 2000;
const VERSION = 1;
const bytes = new TextEncoder();
const token = () => document.cookie.split("; ").find((one) => one.startsWith("csrftoken="))?.slice(10) ?? "";

/** Whether an answer ends a recording as of an instant before which it is kept. @param {{why?: string, until?: number}} answer */
const isCut = ({ why, until }) => until !== undefined && why !== "withdrawn";

/** The key of a recording as the server gave it, for sealing alone. @param {string} given in base 64 */
export function keyOf(given) {
  const raw = Uint8Array.from(atob(given), (sign) => sign.charCodeAt(0));
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
}

async function seal(key, recording, number, plain) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = bytes.encode(`triptych waiting 1\0${recording}\0${number}`);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain));
  const whole = new Uint8Array(13 + sealed.length);
  whole[0] = VERSION;
  whole.set(iv, 1);
  whole.set(sealed, 13);
  return whole.buffer;
}

function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("triptych-recording", 2);
    asked.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) { asked.result.createObjectStore("pieces", { keyPath: ["recording", "number"] }); asked.result.createObjectStore("stops", { keyPath: "recording" }); }
      asked.result.createObjectStore("open", { keyPath: "recording" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

/**
 * The recordings of a participant in this browser. `told(recording, answer)` hears of every answer that ends one, and says
 * whether the page ends it itself.
 * @param {{participant: string, base: string, uuid7: (at: number) => string, told?: (recording: string, answer: object) => boolean}} of
 */
export async function kept({ participant, base, uuid7, told }) {
  const database = await opened();
  let offset = 0;
  let sending = false;
  const now = () => Date.now() + offset;

  /** Do something with stores and wait until it stands on the disk. */
  function within(names, mode, work) {
    return new Promise((done, failed) => {
      const all = database.transaction(names, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
      const asked = work(...[names].flat().map((name) => all.objectStore(name)));
      all.oncomplete = () => done(asked?.result);
      all.onabort = all.onerror = () => failed(all.error);
    });
  }
  const mine = async (name) => (await within(name, "readonly", (store) => store.getAll())).filter((one) => one.participant === participant);
  const all = (recording) => IDBKeyRange.bound([recording, 0], [recording, Infinity]);

  function post(path, body, headers = {}) {
    return fetch(`${base}${path}`, { method: "POST", body, headers: { "X-CSRFToken": token(), ...headers }, redirect: "error", signal: AbortSignal.timeout(30000) });
  }

  /** Take the server's time from one of its answers. */
  function heard(answer) { if (typeof answer?.now === "number") offset = answer.now - Date.now(); return answer; }

  const begun = (recording, kind, purposes) => within("open", "readwrite", (store) => store.put({ recording, participant, kind, purposes, count: 0, last: now() }));

  /** Seal a piece and keep it. It is safe once this is done. */
  async function keep(recording, number, data, key) {
    const at = now();
    const sealed = await seal(key, recording, number, await data.arrayBuffer());
    await within(["pieces", "open"], "readwrite", (pieces, open) => {
      pieces.put({ recording, number, sealed, at, participant });
      open.get(recording).onsuccess = ({ target }) => { if (target.result) open.put({ ...target.result, count: number + 1, last: at }); };
    });
  }

  /** Forget what was recorded after an instant. @returns {Promise<number>} how many pieces are left */
  async function drop(recording, until, count) {
    const late = (await mine("pieces")).filter((one) => one.recording === recording && one.at > until);
    await within("pieces", "readwrite", (store) => { for (const one of late) store.delete([recording, one.number]); });
    return Math.min(count, ...late.map((one) => one.number));
  }

  /** End a recording here: the server is told as soon as it is reached. One that may go on is remembered. */
  function end(recording, why, pieces, at, goesOn = false) {
    return within(["stops", "open"], "readwrite", (stops, open) => {
      stops.put({ recording, participant, id: uuid7(Date.now()), why, pieces, at });
      open.get(recording).onsuccess = ({ target }) => {
        if (goesOn && target.result) open.put({ ...target.result, last: at, broken: why }); else open.delete(recording);
      };
    });
  }

  const isFree = async (recording) => (await navigator.locks?.request(`recording:${recording}`, { ifAvailable: true }, (lock) => lock !== null)) ?? true;

  /** What was recorded here and lost with its page: it is ended as of its last piece. @returns the newest, if it may go on */
  async function broken() {
    const [known, stops] = [await mine("open"), await mine("stops")];
    for (const one of await mine("pieces")) {
      if ([...known, ...stops].some(({ recording }) => recording === one.recording)) continue;
      known.push({ recording: one.recording, participant, count: one.number + 1, last: one.at ?? now() });
    }
    for (const one of known) if (!one.broken && await isFree(one.recording)) { await end(one.recording, "failure", one.count, one.last, Boolean(one.kind)); one.broken = "failure"; }
    for (const one of known) if (one.last < now() - 43200000) await forget(one.recording);
    return known.filter((one) => one.broken && one.kind && one.last >= now() - 43200000).sort((a, b) => a.last - b.last).at(-1) ?? null;
  }
  const forget = (recording) => within("open", "readwrite", (store) => store.delete(recording));

  /** Send what waits. @returns {Promise<{count: number, unreached: boolean}>} what still waits */
  async function send() {
    if (sending) return { count: (await mine("pieces")).length, unreached: false };
    sending = true;
    let unreached = false;
    try {
      for (const one of (await mine("pieces")).sort((a, b) => a.number - b.number)) if (!(await sendPiece(one))) break;
      for (const one of await mine("stops")) await sendStop(one);
    } catch { unreached = true; } finally { sending = false; }
    return { count: (await mine("pieces")).length, unreached };
  }

  /** Send one piece; whether the next may follow. */
  async function sendPiece({ recording, number, sealed, blob, at }) {
    const path = `${recording}/pieces/?number=${number}${sealed ? `&sealed=1&at=${Math.round(at)}` : ""}`;
    const response = await post(path, sealed ?? blob, { "Content-Type": "application/octet-stream" });
    const answer = await response.json().catch(() => ({}));
    const isHere = response.ok || (answer.next ?? -1) > number;
    if (isHere) await within("pieces", "readwrite", (store) => store.delete([recording, number]));
    else if (answer.stop && !isCut(answer)) await within("pieces", "readwrite", (store) => store.delete(all(recording)));
    const isEnding = answer.stop && told?.(recording, answer);
    if (!isHere && isCut(answer) && !isEnding) await shorten(recording, number, answer);
    return isHere || Boolean(answer.stop);
  }

  /** What a lost page recorded after somebody came in who has not agreed, or after a stop, is dropped; its end says so. */
  function shorten(recording, number, { why, until }) {
    return within(["pieces", "stops"], "readwrite", (pieces, stops) => {
      pieces.delete(IDBKeyRange.bound([recording, number], [recording, Infinity]));
      stops.get(recording).onsuccess = ({ target: { result } }) => {
        if (result) stops.put({ ...result, why, pieces: Math.min(result.pieces, number), at: Math.min(result.at, until) });
      };
    });
  }

  async function sendStop(one) {
    if ((await mine("pieces")).some((piece) => piece.recording === one.recording)) return;
    const body = new FormData();
    for (const name of ["id", "why", "pieces", "at"]) body.append(name, one[name] ?? "");
    const response = await post(`${one.recording}/stop/`, body);
    if (response.ok || response.status === 422 || response.status === 404) await within("stops", "readwrite", (store) => store.delete(one.recording));
  }

  /** Ask how it stands, and how a recording made here does. @returns {Promise<object | null>} none where the server was not reached */
  async function state(mine = "") {
    const response = await fetch(`${base}state/?mine=${mine}`, { redirect: "error" }).catch(() => null);
    return response?.ok ? heard(await response.json()) : null;
  }

  const isDone = async () => !(await mine("pieces")).length && !(await mine("stops")).length;
  return { AGAIN, now, heard, post, begun, keep, drop, end, broken, forget, send, state, isDone };
}

/** When a recording was lost, in words and in the site's zone. @param {{last: number, broken: string}} one @param {string} timeZone */
export function lostAt(one, timeZone) {
  const at = new Date(one.last).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false, timeZone });
  const why = one.broken === "arrived" ? "somebody was here who has not agreed" : "the page that recorded was closed or lost";
  return `Recording stopped at ${at}: ${why}. What was recorded until then is sent. Going on says again that nobody else is in view or hearing.`;
}
