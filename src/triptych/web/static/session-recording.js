// Recording in the room. Each piece is kept in this browser first and forgotten when the server has it, so that a dead
// network loses nothing. A stop ends the microphone and the camera here at once and is told to the server afterwards.

const given = JSON.parse(document.querySelector("#recording-given").textContent);
const { uuid7 } = await import(given.modules.outbox);
const SLICE = 4000;
const PART = 1000000;
const AGAIN = 2000;
const base = given.urls.recordings;
const $ = (selector) => document.querySelector(selector);
const token = () => document.cookie.split("; ").find((one) => one.startsWith("csrftoken="))?.slice(10) ?? "";
const say = (text) => { $("#recording-said").textContent = text; $("#recording-said").hidden = !text; };

// --- Pieces that wait ------------------------------------------------------------------------------------------------

function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("triptych-recording", 1);
    asked.onupgradeneeded = () => { asked.result.createObjectStore("pieces", { keyPath: ["recording", "number"] }); asked.result.createObjectStore("stops", { keyPath: "recording" }); };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}
const database = await open();

/** Do something with a store and wait until it stands on the disk. */
function within(store, mode, work) {
  return new Promise((done, failed) => {
    const all = database.transaction(store, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
    const asked = work(all.objectStore(store));
    all.oncomplete = () => done(asked?.result);
    all.onabort = all.onerror = () => failed(all.error);
  });
}
const waiting = async () => (await within("pieces", "readonly", (store) => store.getAll())).filter((one) => one.participant === given.participant);
const stops = async () => (await within("stops", "readonly", (store) => store.getAll())).filter((one) => one.participant === given.participant);
const keep = (recording, number, blob) => within("pieces", "readwrite", (store) => store.put({ recording, number, blob, participant: given.participant }));

// --- Sending ---------------------------------------------------------------------------------------------------------

function post(path, body, headers = {}) {
  return fetch(`${base}${path}`, { method: "POST", body, headers: { "X-CSRFToken": token(), ...headers }, redirect: "error", signal: AbortSignal.timeout(30000) });
}

let sending = false;
async function send() {
  if (sending) return;
  sending = true;
  try {
    for (const one of (await waiting()).sort((a, b) => a.number - b.number)) if (!(await sendPiece(one))) break;
    for (const one of await stops()) await sendStop(one);
    tell((await waiting()).length);
  } catch { tell((await waiting()).length, true); } finally { sending = false; }
}

/** Send one piece; whether the next may follow. */
async function sendPiece({ recording, number, blob }) {
  const response = await post(`${recording}/pieces/?number=${number}`, blob, { "Content-Type": "application/octet-stream" });
  const answer = await response.json().catch(() => ({}));
  const isHere = response.ok || (answer.next ?? -1) > number;
  if (isHere) await within("pieces", "readwrite", (store) => store.delete([recording, number]));
  if (answer.stop && !response.ok && !isHere) {
    await within("pieces", "readwrite", (store) => store.delete(IDBKeyRange.bound([recording, 0], [recording, Infinity])));
    say(answer.problem ?? "The recording was ended.");
  }
  if (answer.stop && running?.id === recording) finish(answer.problem ? "withdrawn" : "person");
  return isHere || Boolean(answer.stop);
}

async function sendStop(one) {
  if ((await waiting()).some((piece) => piece.recording === one.recording)) return;
  const body = new FormData();
  for (const name of ["id", "why", "pieces"]) body.append(name, one[name]);
  const response = await post(`${one.recording}/stop/`, body);
  if (response.ok || response.status === 422 || response.status === 404) await within("stops", "readwrite", (store) => store.delete(one.recording));
}

function tell(count, unreached = false) {
  document.body.dataset.waiting = String(count);
  if (unreached && count) say(`The server was not reached. ${count} pieces are kept in this browser and sent when it is.`);
  else if (unreached) say("The server was not reached. The recording goes on.");
  else if (!count && $("#recording-said").textContent.startsWith("The server was not")) say("");
}

// --- Recording -------------------------------------------------------------------------------------------------------

/** @type {{id: string, recorder: MediaRecorder, count: number, kept: Promise<void>} | null} */
let running = null;

/** File the beginning through its gate. @returns {Promise<string | null>} the recording's identifier */
async function begin(form, how) {
  const body = new FormData(form);
  body.append("how", how);
  body.append("id", uuid7(Date.now()));
  const response = await post("", body).catch(() => null);
  const answer = response ? await response.json().catch(() => ({})) : {};
  if (!response?.ok) say(answer.problem ?? "The server was not reached. Nothing is recorded: the leave for it is asked from the server.");
  return response?.ok ? answer.id : null;
}

function shine(id, kind) {
  $("#light").hidden = false;
  $("#light").dataset.recording = id;
  $("#light-told").textContent = kind;
  $("#record").hidden = true;
}

async function record(form) {
  const kind = new FormData(form).get("kind");
  let stream;
  try { stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: kind === "video" }); } catch { say("The browser gave no microphone or camera. Nothing is recorded."); return; }
  const id = await begin(form, "room");
  if (!id) { for (const track of stream.getTracks()) track.stop(); return; }
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 64000, videoBitsPerSecond: 1200000 });
  running = { id, recorder, count: 0, kept: Promise.resolve() };
  // Other tabs see by the lock that this one still records.
  navigator.locks?.request(`recording:${id}`, () => new Promise((done) => { recorder.addEventListener("stop", () => setTimeout(done, AGAIN), { once: true }); }));
  recorder.addEventListener("dataavailable", ({ data }) => {
    const mine = running ?? ended;
    if (!data.size || !mine) return;
    const number = mine.count++;
    mine.kept = mine.kept.then(() => keep(id, number, data)).then(send, () => say("This browser can keep no more. The recording has a gap."));
  });
  recorder.addEventListener("error", () => finish("failure"));
  for (const track of stream.getTracks()) track.addEventListener("ended", () => finish("failure"));
  recorder.start(SLICE);
  shine(id, kind === "video" ? "Picture and sound" : "Sound");
}

let ended = null;
/** End it here and now; the server is told once it is reached. */
async function finish(why) {
  const mine = running;
  if (!mine) return;
  [running, ended] = [null, mine];
  const last = new Promise((done) => { mine.recorder.addEventListener("stop", done, { once: true }); });
  if (mine.recorder.state !== "inactive") mine.recorder.stop(); else mine.recorder.dispatchEvent(new Event("stop"));
  for (const track of mine.recorder.stream.getTracks()) track.stop();
  $("#light").hidden = true;
  say("Stopped.");
  await last;
  await mine.kept;
  await within("stops", "readwrite", (store) => store.put({ recording: mine.id, participant: given.participant, id: uuid7(Date.now()), why, pieces: why === "withdrawn" ? "" : mine.count }));
  await send();
  if (!(await waiting()).length && !(await stops()).length) location.reload();
}

/** Stop from a page that does not record itself: the server is told, and the one that records hears of it. */
async function stopElsewhere(id, why) {
  const body = new FormData();
  body.append("why", why);
  body.append("id", uuid7(Date.now()));
  const response = await post(`${id}/stop/`, body).catch(() => null);
  if (response?.ok) location.reload();
  else say("The server was not reached. Stop the recording at the tablet that records.");
}

async function upload(form) {
  const file = $("#recorded").files[0];
  if (!file) { say("Choose the file first."); return; }
  const id = await begin(form, "uploaded");
  if (!id) return;
  const count = Math.ceil(file.size / PART);
  for (let number = 0; number < count;) {
    say(`Sending ${number + 1} of ${count}`);
    const response = await post(`${id}/pieces/?number=${number}`, file.slice(number * PART, (number + 1) * PART), { "Content-Type": "application/octet-stream" }).catch(() => null);
    const answer = response ? await response.json().catch(() => ({})) : {};
    if (answer.stop && !response.ok) { say(answer.problem ?? "It was ended."); return; }
    if (typeof answer.next === "number") number = answer.next;
    else await new Promise((done) => { setTimeout(done, AGAIN); });
  }
  await within("stops", "readwrite", (store) => store.put({ recording: id, participant: given.participant, id: uuid7(Date.now()), why: "finished", pieces: count }));
  await send();
  location.reload();
}

$("#record")?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.value === "uploaded") upload(event.target);
  else record(event.target);
});
for (const button of document.querySelectorAll("[data-stop]")) {
  button.addEventListener("click", () => (running ? finish(button.dataset.stop) : stopElsewhere($("#light").dataset.recording, button.dataset.stop)));
}

// --- What others do --------------------------------------------------------------------------------------------------

/** Ask how it stands: a stop from another tablet, or an agreement that was withdrawn, ends it here. */
async function look() {
  if (!running) return;
  const response = await fetch(`${base}state/`, { redirect: "error" }).catch(() => null);
  const answer = response?.ok ? await response.json() : null;
  if (answer && (answer.running !== running?.id || !answer.agreed)) finish(answer.running ? "withdrawn" : "person");
}
const heard = new EventSource(given.urls.session_events);
heard.addEventListener("record", look);
setInterval(look, 4000);
setInterval(send, AGAIN);

// What a closed tab left behind is sent, and its recording ends as broken off.
for (const one of new Set((await waiting()).map((piece) => piece.recording))) {
  const left = (await waiting()).filter((piece) => piece.recording === one);
  const isFree = await (navigator.locks?.request(`recording:${one}`, { ifAvailable: true }, (lock) => lock !== null) ?? true);
  if (isFree && !(await stops()).some((stop) => stop.recording === one)) {
    await within("stops", "readwrite", (store) => store.put({ recording: one, participant: given.participant, id: uuid7(Date.now()), why: "failure", pieces: Math.max(...left.map(({ number }) => number)) + 1 }));
  }
}
await send();
document.body.dataset.ready = "yes";
