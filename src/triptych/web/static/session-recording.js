// Recording in the room. Each piece is sealed, kept in this browser first and forgotten when the server has it, so that a
// dead network loses nothing. A stop ends the microphone and the camera here at once and is told to the server afterwards.

const given = JSON.parse(document.querySelector("#recording-given").textContent);
const { uuid7 } = await import(given.modules.outbox);
const { kept, keyOf, lostAt } = await import(given.modules.pieces);
const SLICE = 4000;
const PART = 1000000;
const $ = (selector) => document.querySelector(selector);
const say = (text) => { $("#recording-said").textContent = text; $("#recording-said").hidden = !text; };
const UNREACHED = "The server was not reached. Nothing is recorded: the leave for it is asked from the server.";

/** @type {{id: string, key: CryptoKey, recorder: MediaRecorder, count: number, until?: number, kept: Promise<void>} | null} */
let running = null;
/** The recording that is being ended here. @type {string | null} */
let ending = null;

const store = await kept({
  participant: given.participant,
  base: given.urls.recordings,
  uuid7,
  told: (recording, answer) => {
    if (answer.problem) say(answer.problem);
    if (running?.id === recording) finish(answer.why ?? "person", answer.until);
    return ending === recording;
  },
});

async function send() {
  const { count, unreached } = await store.send();
  document.body.dataset.waiting = String(count);
  if (unreached && count) say(`The server was not reached. ${count} pieces are kept in this browser and sent when it is.`);
  else if (unreached) say("The server was not reached. The recording goes on.");
  else if (!count && $("#recording-said").textContent.startsWith("The server was not")) say("");
}

// --- Recording -------------------------------------------------------------------------------------------------------

/** File the beginning through its gate. @returns {Promise<{id: string, key?: string} | null>} */
async function begin(body, how) {
  body.append("how", how);
  body.append("id", uuid7(Date.now()));
  const response = await store.post("", body).catch(() => null);
  const answer = response ? store.heard(await response.json().catch(() => ({}))) : {};
  if (!response?.ok) say(answer.problem ?? UNREACHED);
  return response?.ok ? answer : null;
}

function shine(id, kind) {
  $("#light").hidden = false;
  $("#light").dataset.recording = id;
  $("#light-told").textContent = kind;
  $("#record").hidden = $("#broken").hidden = true;
}

/** Record what the form says. @returns {Promise<boolean>} whether it began */
async function record(body) {
  const [kind, purposes] = [body.get("kind"), body.getAll("purposes")];
  let stream;
  try { stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: kind === "video" }); } catch { say("The browser gave no microphone or camera. Nothing is recorded."); return false; }
  const begun = await begin(body, "room");
  if (!begun) { for (const track of stream.getTracks()) track.stop(); return false; }
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 64000, videoBitsPerSecond: 1200000 });
  const mine = running = { id: begun.id, key: await keyOf(begun.key), recorder, count: 0, kept: Promise.resolve() };
  // Other tabs see by the lock that this one still records.
  navigator.locks?.request(`recording:${mine.id}`, () => new Promise((done) => { recorder.addEventListener("stop", () => setTimeout(done, store.AGAIN), { once: true }); }));
  await store.begun(mine.id, kind, purposes);
  recorder.addEventListener("dataavailable", ({ data }) => {
    if (!data.size || mine.until) return;
    const number = mine.count++;
    mine.kept = mine.kept.then(() => store.keep(mine.id, number, data, mine.key)).then(send, () => say("This browser can keep no more. The recording has a gap."));
  });
  recorder.addEventListener("error", () => finish("failure"));
  for (const track of stream.getTracks()) track.addEventListener("ended", () => finish("failure"));
  recorder.start(SLICE);
  shine(mine.id, kind === "video" ? "Picture and sound" : "Sound");
  return true;
}

/** End it here and now; the server is told once it is reached. Nothing since `until` is kept. */
async function finish(why, until) {
  const mine = running;
  if (!mine) return;
  [running, ending] = [null, mine.id];
  if (until && why !== "withdrawn") mine.until = until;
  else if (why === "arrived") mine.until = store.now();
  const last = new Promise((done) => { mine.recorder.addEventListener("stop", done, { once: true }); });
  if (mine.recorder.state !== "inactive") mine.recorder.stop(); else mine.recorder.dispatchEvent(new Event("stop"));
  for (const track of mine.recorder.stream.getTracks()) track.stop();
  $("#light").hidden = true;
  say("Stopped.");
  await last;
  await mine.kept;
  if (mine.until) mine.count = await store.drop(mine.id, mine.until, mine.count);
  await store.end(mine.id, why, why === "withdrawn" ? "" : mine.count, mine.until ?? store.now(), why === "arrived");
  ending = null;
  await send();
  if (await store.isDone()) location.reload();
}

/** Stop from a page that does not record itself: the server is told, and the one that records hears of it. */
async function stopElsewhere(id, why) {
  const body = new FormData();
  body.append("why", why);
  body.append("id", uuid7(Date.now()));
  const response = await store.post(`${id}/stop/`, body).catch(() => null);
  if (response?.ok) location.reload();
  else say("The server was not reached. Stop the recording at the tablet that records.");
}

async function upload(body) {
  const file = $("#recorded").files[0];
  if (!file) { say("Choose the file first."); return; }
  const begun = await begin(body, "uploaded");
  if (!begun) return;
  const count = Math.ceil(file.size / PART);
  for (let number = 0; number < count;) {
    say(`Sending ${number + 1} of ${count}`);
    const response = await store.post(`${begun.id}/pieces/?number=${number}`, file.slice(number * PART, (number + 1) * PART), { "Content-Type": "application/octet-stream" }).catch(() => null);
    const answer = response ? await response.json().catch(() => ({})) : {};
    if (answer.stop && !response.ok) { say(answer.problem ?? "It was ended."); return; }
    if (typeof answer.next === "number") number = answer.next;
    else await new Promise((done) => { setTimeout(done, store.AGAIN); });
  }
  await store.end(begun.id, "finished", count, store.now());
  await send();
  location.reload();
}

$("#record")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const body = new FormData(event.target);
  if (event.submitter?.value === "uploaded") upload(body);
  else record(body);
});
for (const button of document.querySelectorAll("[data-stop]")) {
  button.addEventListener("click", () => (running ? finish(button.dataset.stop) : stopElsewhere($("#light").dataset.recording, button.dataset.stop)));
}

// --- What others do --------------------------------------------------------------------------------------------------

/** Ask how it stands: a stop from another tablet, an agreement that was withdrawn, or somebody new ends it here. */
async function look() {
  if (!running) return;
  const answer = await store.state(running.id);
  if (answer?.ended) finish("person", answer.ended); // nothing after the stop is kept
  else if (answer && answer.running !== running?.id) finish("person");
  else if (answer && !answer.agreed) { say(answer.problem ?? ""); finish(answer.why ?? "withdrawn", answer.until); }
}
const heard = new EventSource(given.urls.session_events);
heard.addEventListener("record", look);
setInterval(look, 4000);
setInterval(send, store.AGAIN);

// --- Going on --------------------------------------------------------------------------------------------------------

/** Go on with a new part of a recording that was lost: its gate is asked anew. */
async function goOn(lost) {
  await send();
  const body = new FormData();
  for (const [name, value] of [["kind", lost.kind], ["everyone", "yes"], ["continues", lost.recording], ...lost.purposes.map((one) => ["purposes", one])]) body.append(name, value);
  if (await record(body)) await store.forget(lost.recording);
}

const lost = await store.broken();
await send();
if (lost && $("#record")) {
  $("#broken p").textContent = lostAt(lost, given.zone);
  $("#broken").hidden = false;
  $("[data-go-on]").addEventListener("click", () => goOn(lost));
  $("[data-leave]").addEventListener("click", async () => { await store.forget(lost.recording); location.reload(); });
}
document.body.dataset.ready = "yes";
// The tap was made on the session's screen, which opened this page to go on.
if (location.hash === "#go-on") {
  history.replaceState(null, "", location.pathname);
  if (lost && $("#record")) goOn(lost);
}
