// The screen of a session: what the server pushes is put in its place, clocks run, and what is entered goes into the
// outbox. The page decides nothing; alarms of local readings are in session-alarms.js.

const given = JSON.parse(document.querySelector("#given").textContent);
const { Outbox } = await import(given.modules.outbox);
const { limitAlarms, isOpen, isRed, prepareSound, ring } = await import(given.modules["session-alarms"]);
const { entryDialog, tiles } = await import(given.modules["session-entry"]);
const SILENT = 25000;
const CHOSEN = `triptych-author:${given.participant}`;

const $ = (selector) => document.querySelector(selector);
const time = (at) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: given.zone }).format(at);
/** An element with text and attributes. */
export function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// --- Who is entering -------------------------------------------------------------------------------------------------

let author = sessionStorage.getItem(CHOSEN) ?? given.me;
if (!(author in given.crew)) author = given.me;

function drawCrew() {
  const place = $("#crew");
  place.replaceChildren();
  for (const person of Object.keys(given.crew)) {
    const button = element("button", person, { type: "button", "aria-pressed": String(person === author) });
    button.addEventListener("click", () => {
      author = person;
      sessionStorage.setItem(CHOSEN, person);
      drawCrew();
    });
    place.append(button);
  }
  const joining = element("button", "+", { type: "button", "aria-label": "Let somebody join this tablet" });
  joining.addEventListener("click", () => $("#joining").showModal());
  place.append(joining);
}
drawCrew();

$("#joining form").addEventListener("submit", async (event) => {
  if (event.submitter?.value !== "join") return;
  event.preventDefault();
  const form = event.target;
  const problem = form.querySelector(".error");
  const response = await fetch(given.urls.session_join, {
    method: "POST", body: new FormData(form), headers: { "X-CSRFToken": cookie("csrftoken") },
  }).catch(() => null);
  const answer = response ? await response.json().catch(() => ({})) : {};
  problem.hidden = Boolean(response?.ok);
  problem.textContent = answer.problem ?? "The server was not reached. Nobody joined.";
  if (!response?.ok) return;
  given.crew[answer.person] = { role: answer.role, pin: true };
  author = answer.person;
  drawCrew();
  form.reset();
  $("#joining").close();
  outbox.send();
});

function cookie(name) {
  return document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

// --- The outbox ------------------------------------------------------------------------------------------------------

const SAID = {
  here: "All received", offline: "No network", unreached: "Server not reached",
  "logged out": "Logged out: log in again in another tab", unknown: "Connecting",
};

function drawSending({ reach, waiting, refused, offset }) {
  const place = $("#sending");
  const count = waiting.length;
  const kept = count ? `${count} kept on this tablet` : "";
  const head = count && reach === "here" ? (refused.length ? `${refused.length} refused` : "Sending") : SAID[reach];
  place.dataset.state = count || reach !== "here" ? "waiting" : "received";
  place.replaceChildren(element("b", head), element("span", kept));
  if (Math.abs(offset ?? 0) >= 60) place.append(element("span", `This tablet's clock is ${Math.round(Math.abs(offset) / 60)} min ${offset > 0 ? "behind" : "ahead"}`));
  drawWaiting(waiting);
  unsent = waiting;
  decide();
}

function drawWaiting(waiting) {
  $("#waiting").replaceChildren(...waiting.toReversed().map((one) => {
    const { form, values, author: by, occurred_at: at } = one.record;
    const line = element("li", "", { "data-record": one.id });
    line.append(element("time", time(new Date(at))), " ", element("b", given.forms[form]?.title ?? form), " ", told(values), " ");
    line.append(element("span", one.answer ? `${by} · refused: ${one.answer.reasons.join(" ")}` : `${by} · not sent yet`, { class: "quiet" }));
    return line;
  }));
}

/** The answers of an entry in one line. */
function told(values) {
  return Object.entries(values).map(([key, value]) => (value?.missing ? `${key}: ${value.missing}` : `${key.replace("_", " ")} ${value}`)).join(" · ");
}

const outbox = new Outbox({
  participant: given.participant, url: given.urls.session_outbox, document: given.document,
  changed: drawSending, filed: () => {},
});

/** Keep an entry of whoever is chosen, at the session's visit. */
async function enter(form, values, more = {}) {
  const place = given.place && !given.forms[form].log ? given.place : {};
  return outbox.add(form, values, author, { ...place, ...more });
}

// --- Alarms of what this tablet knows --------------------------------------------------------------------------------

let unsent = [];
let facts = given.facts;
const rung = new Set();
const silenced = new Set();

/** The readings of a value: those that the server has, and those that wait here. */
function readingsOf(item) {
  const known = new Set(facts.readings.map((one) => one.record));
  const mine = unsent.filter((one) => one.record.form === "vitals" && !known.has(one.id))
    .map((one) => ({ at: Date.parse(one.record.occurred_at), record: one.id, values: one.record.values }));
  return [...facts.readings, ...mine].map(({ at, record, values }) => ({ at, record, value: typeof values[item] === "number" && values[item] > 0 ? values[item] : null }))
    .sort((one, other) => one.at - other.at);
}

/** Decide anew, show what stands, and ring for what is red and new. */
function decide() {
  const alarms = given.watched.flatMap((of) => limitAlarms(of, readingsOf(of.about), facts.closings)).filter(isOpen);
  const here = new Set(unsent.map((one) => one.id));
  for (const alarm of alarms) alarm.key = `${alarm.about}:${alarm.record}`;
  $("#local").replaceChildren(...alarms.map((alarm) => shownAlarm(alarm, here.has(alarm.record))));
  for (const { key, level } of alarms) {
    if (!isRed(level) || rung.has(key)) continue;
    rung.add(key);
    ring();
  }
  ringing = alarms.some(({ key, level }) => isRed(level) && !silenced.has(key));
}

let ringing = false;
const DO = {
  hold: "Hold the first dose", withhold: "No supplemental dose. Repeat in 5 minutes", notify: "Physician now",
  emergency: "Emergency pathway",
};

function shownAlarm(alarm, isUnsent) {
  const line = element("div", "", { class: `alarm ${isRed(alarm.level) ? "red" : "amber"}`, "data-alarm": alarm.key });
  line.append(element("b", `${isRed(alarm.level) ? "RED" : "AMBER"} ${alarm.title} ${alarm.value}`));
  line.append(element("span", `${time(new Date(alarm.at))} · ${DO[alarm.level]}${alarm.state === "settled" ? " · settled, not closed" : ""}`));
  if (alarm.repeatDue) line.append(element("span", `Repeat at ${time(new Date(alarm.repeatDue))}`));
  if (isUnsent && isRed(alarm.level)) line.append(notSent());
  if (isRed(alarm.level) && !silenced.has(alarm.key)) {
    const quiet = element("button", "Silence on this tablet", { type: "button" });
    quiet.addEventListener("click", () => { silenced.add(alarm.key); decide(); });
    line.append(quiet);
  }
  return line;
}

/** Until the server has it, nobody else knows: the tablet says whom to call. */
function notSent() {
  const { name, phone } = given.physician ?? {};
  const who = name ? `${name}${phone ? ` at ${phone}` : ", by the number posted in this room"}` : "the physician on duty";
  return element("b", `NOT SENT: call ${who}`, { class: "notsent" });
}

addEventListener("pointerdown", prepareSound, { once: true });
setInterval(() => { if (ringing) ring(); }, 10000);

// --- What the server pushes ------------------------------------------------------------------------------------------

let heard = Date.now();
let source = null;
let position = given.position;

function listen() {
  source?.close();
  source = new EventSource(`${given.urls.session_events}?after=${position ?? ""}`);
  const hear = () => { heard = Date.now(); document.body.classList.remove("unheard"); };
  source.addEventListener("open", hear);
  source.addEventListener("record", (event) => {
    hear();
    position = event.lastEventId;
    document.dispatchEvent(new CustomEvent("session:record", { detail: JSON.parse(event.data) }));
  });
  source.addEventListener("board", (event) => {
    hear();
    const { parts } = JSON.parse(event.data);
    for (const [name, html] of Object.entries(parts)) {
      const place = $(`[data-part="${name}"]`);
      if (place) place.innerHTML = html;
      if (name === "facts") facts = JSON.parse(html);
    }
    decide();
    tick();
    document.dispatchEvent(new CustomEvent("session:board", { detail: parts }));
  });
  source.addEventListener("ended", () => { source.close(); document.body.classList.add("unheard"); });
}

/** Say that the page has heard nothing for a while, and listen anew: a dead line does not always say so itself. */
function watch() {
  if (Date.now() - heard < SILENT && source?.readyState !== EventSource.CLOSED) return;
  document.body.classList.add("unheard");
  listen();
}

// --- Clocks ----------------------------------------------------------------------------------------------------------

const span = (seconds) => {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return `${seconds < 0 ? "−" : ""}${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
};

function tick() {
  const dosed = $("[data-dosed]")?.dataset.dosed;
  const since = $("#since");
  if (since) since.textContent = dosed ? span((outbox.now() - Date.parse(dosed)) / 1000) : "–:––";
}

// --- Entering --------------------------------------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => {
    const name = button.dataset.open;
    if (name === "dim") document.body.classList.toggle("dim");
    else entryDialog($("#entry"), given.forms[name], (values) => enter(name, values));
  });
}
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => $(`#${button.dataset.show}`).showModal());
}
addEventListener("pointerdown", (event) => {
  if (document.body.classList.contains("dim") && !event.target.closest("[data-open=dim]")) document.body.classList.remove("dim");
}, true);

/** Every one-tap entry of the document: a row of tiles a form. One tap files; "with words" opens the form itself. */
function drawTiles() {
  for (const [name, form] of Object.entries(given.forms)) {
    const item = tiles(form);
    if (!item) continue;
    const row = element("div", "", { class: "tiles", role: "group", "aria-label": form.title });
    for (const { code, label } of item.choices) {
      const button = element("button", label, { type: "button" });
      button.addEventListener("click", async () => {
        await enter(name, { [item.id]: code });
        button.classList.add("done");
        setTimeout(() => button.classList.remove("done"), 900);
      });
      row.append(button);
    }
    $("#tiles").append(row);
  }
}
drawTiles();

// --- Begin -----------------------------------------------------------------------------------------------------------

await outbox.start();
listen();
tick();
setInterval(tick, 1000);
setInterval(watch, 3000);
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", ({ data }) => { if (data === "kept") document.body.dataset.kept = "yes"; });
  navigator.serviceWorker.register(given.worker, { scope: given.urls.session })
    .then((made) => new Promise((done) => {
      const worker = made.active ?? made.waiting ?? made.installing;
      if (worker.state === "activated") done(worker);
      else worker.addEventListener("statechange", () => { if (worker.state === "activated") done(worker); });
    }))
    .then((worker) => worker.postMessage("keep"))
    .catch(() => {});
}
document.body.dataset.ready = "yes";
