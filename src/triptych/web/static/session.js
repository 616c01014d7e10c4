// The screen of a session: what the server pushes is put in its place, clocks run, and what is entered goes into the
// outbox. The page decides nothing; alarms of local readings are in session-alarms.js.

const given = JSON.parse(document.querySelector("#given").textContent);
const { Outbox } = await import(given.modules.outbox);
const { limitAlarms, nextReading, isOpen, isRed } = await import(given.modules["session-alarms"]);
const { Calling } = await import(given.modules["session-calling"]);
const { Sounding } = await import(given.modules["session-sounding"]);
const { Hand } = await import(given.modules["session-hand"]);
const { Local, inTheRoom, nobodyHere } = await import(given.modules["session-local"]);
const { pinAlarms } = await import(given.modules["session-pinned"]);
const { Push } = await import(given.modules["session-push"]);
const { KeptBoard } = await import(given.modules["session-board"]);
const { Paging } = await import(given.modules["session-paging"]);
const { evaluate } = await import(given.modules.rules);
const { beginScreen } = await import(given.modules["session-screen"]);
const { dueReadings, drawNext } = await import(given.modules["session-due"]);
const { extraReadings, questions, sessionAlarms, statedIn } = await import(given.modules["session-recognition"]);
const { entryDialog, tiles } = await import(given.modules["session-entry"]);
const { beginDevices } = await import(given.modules["session-bluetooth"]);
const { Room } = await import(given.modules["session-room"]);
const { withGroups } = await import(given.modules["session-signs"]);
const { Touch } = await import(given.modules["session-touch"]);
const { beginCourse } = await import(given.modules["session-course"]);
const { beginMusic } = await import(given.modules["session-music"]);
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
  if (!given.crew[given.me].pin) {
    const own = element("button", "Set a PIN", { type: "button" });
    own.addEventListener("click", () => join(given.me));
    place.append(own);
  }
  const joining = element("button", "+", { type: "button", "aria-label": "Let somebody join this tablet" });
  joining.addEventListener("click", () => join(""));
  place.append(joining);
}
drawCrew();

/** Ask for a password and a new PIN: of a colleague who joins, or of whoever is logged in here. */
function join(person) {
  $("#joining form").reset();
  $("#joining-title").textContent = person ? "Your PIN on this device" : "Join this device";
  $("#joining [value=join]").textContent = person ? "Set the PIN" : "Join";
  Object.assign($("#joining [name=person]"), { value: person, readOnly: Boolean(person) });
  $("#joining").showModal();
}
const hand = new Hand({ given, dialog: $("#confirming"), element, setPin: join });

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
  document.body.dataset.reach = reach;
  place.dataset.state = count || reach !== "here" ? "waiting" : "received";
  place.replaceChildren(element("b", head), element("span", kept));
  if (outbox.speed === 1 && Math.abs(offset ?? 0) >= 60) place.append(element("span", `This tablet's clock is ${Math.round(Math.abs(offset) / 60)} min ${offset > 0 ? "behind" : "ahead"}`));
  drawWaiting(waiting);
  unsent = waiting;
  room.draw();
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
  return Object.entries(values).filter(([key, value]) => key !== "about" && !/^[0-9a-f]{64}$/.test(value)).map(([key, value]) => (value?.missing ? `${key}: ${value.missing}` : `${key.replace("_", " ")} ${value}`)).join(" · ");
}

const outbox = new Outbox({
  participant: given.participant, url: given.urls.session_outbox, document: given.document,
  changed: drawSending, filed: (answers) => { lately = unsent.filter(({ id }) => answers.some((one) => one.id === id && one.outcome === "filed")); setTimeout(() => { lately = []; }, SILENT); },
});

/** Keep an entry of whoever is chosen, at the session's visit. */
async function enter(form, values, more = {}) {
  const place = given.place && given.forms[form]?.log === false ? given.place : {};
  return outbox.add(form, values, author, { ...place, ...more });
}

// --- Alarms of what this tablet knows --------------------------------------------------------------------------------

let unsent = [];
let lately = []; // filed, and not among what the server has shown since: no alarm is gone between the two
let facts = given.facts;
let asking = [];
const silenced = new Set();
const calling = new Calling({ key: `triptych-calls:${given.participant}`, calls: given.calls, now: () => outbox.now(), place: $("#called") });
const sounding = new Sounding({ button: $("#device"), isStaff: given.shows, now: () => outbox.now() });
const local = new Local({
  given, element, time, calling, enter, silenced, unsent: () => unsent, silence: (key) => { silenced.add(key); decide(); },
});
pinAlarms($("#pinned"), $("#alarms"));
new Push({ button: $("#push"), key: given.push, url: given.wake, element, cookie });
new Paging({ place: $("#paged"), url: given.urls.session, testUrl: given.urls.session_test_page, hand, me: given.me, changed: decide });

/** What is stated: in the records that the server has, and in those that wait here; oldest first. */
function stated() {
  const known = new Set(facts.readings.map((one) => one.record));
  lately = lately.filter((one) => !known.has(one.id));
  const mine = [...unsent.filter((one) => !known.has(one.id)), ...lately]
    .map((one) => ({ at: Date.parse(one.record.occurred_at), record: one.id, facts: statedIn(given, one.record) }))
    .filter((one) => Object.keys(one.facts).length);
  return [...facts.readings, ...mine].sort((one, other) => one.at - other.at);
}

/** Decide anew, and show and tell what stands. */
function decide() {
  drawPresence();
  const day = stated();
  const alarms = sessionAlarms(given, day, facts.closings, facts.dosed, { limitAlarms, evaluate }).filter(isOpen);
  const kept = new Set(unsent.map((one) => one.id));
  for (const alarm of alarms) alarm.key = `${alarm.about}:${alarm.record}`;
  const mine = [...nobodyHere(here(), unsent, facts), ...alarms.filter((alarm) => kept.has(alarm.record) || lately.some(({ id }) => id === alarm.record))];
  asking = extraReadings(given, day, facts.closings, { limitAlarms, nextReading });
  const undecided = questions(given.recognize, given, day, facts.dosed, evaluate).filter((one) => !$(`[data-part=alarms] [data-asking="${one.id}"]`));
  $("#local").replaceChildren(...mine.map((alarm) => local.alarm(alarm, kept.has(alarm.record))), ...undecided.map(shownQuestion));
  const asTold = ({ key, level }) => ({ key, red: isRed(level), since: null });
  const standing = [...alarms.filter(({ level }) => !isRed(level)), ...mine].map(asTold);
  sounding.take([...standing, ...unanswered()].filter(({ key }) => !silenced.has(key)));
}

/** The signs with those first that are asked for now or were there before. */
function signs() {
  const day = stated();
  const asking = questions(given.recognize, given, day, facts.dosed, evaluate);
  return withGroups(given.forms.session_signs, given.recognize, asking, day, (at) => time(new Date(at)));
}

/** A rule that cannot be decided asks for what has to be examined; it is no alarm and rings nothing. */
function shownQuestion(one) {
  const line = element("div", "", { class: "undecided", "data-asking": one.id });
  line.append(element("b", `Cannot decide: ${one.title}`), element("span", one.ask), element("button", "Signs", { type: "button", "data-open": "session_signs" }));
  return line;
}

/** Who is in the room as the server knows it; null where nobody recorded it. */
const here = () => ($("[data-here][data-asked]") ? $("[data-here]").dataset.here.split(" ").filter(Boolean) : null);

/** Say who is in the room with what waits here: a tap is seen at once. */
function drawPresence() {
  const place = $("[data-part=presence] b");
  if (place && unsent.some(({ record }) => record.form === "session_presence")) place.textContent = `${inTheRoom(here(), unsent).join(", ") || "nobody"} (not sent yet)`;
}

/** The red alarms that the server has and nobody has acknowledged, a test page, and touch that only this tablet knows of. */
const unanswered = () => [...document.querySelectorAll("[data-part=alarms] [data-unanswered], #touching [data-unanswered], #paged [data-unanswered]")]
  .map(({ dataset: { alarm: key, since } }) => ({ key, red: true, since: since && outbox.speed === 1 ? Number(since) : null }));

/** After the server's alarms were drawn: say whom to call, answer by the buttons, and note that a physician's page shows them. */
function attend() {
  for (const line of document.querySelectorAll("[data-part=alarms] [data-alarm]")) {
    const [value, about] = line.dataset.alarm.split(":");
    for (const call of line.querySelectorAll("[data-call]")) call.textContent = `${call.dataset.call}: call ${calling.said(line.dataset.named).first}`;
    for (const button of line.querySelectorAll("[data-answer]")) {
      button.addEventListener("click", () => answer({ about, value, answer: button.dataset.answer }));
    }
  }
  noteShown();
}

/** Note each alarm that a physician can see here: on a device of their own, with the page in front. No hidden tab shows anything. */
function noteShown() {
  if (!given.shows || sounding.kind !== "staff" || document.hidden) return;
  for (const { dataset } of document.querySelectorAll("[data-part=alarms] [data-alarm]")) {
    const [value, about] = dataset.alarm.split(":");
    if (!about || dataset.shown.split(" ").includes(given.me) || noted.has(dataset.alarm)) continue;
    noted.add(dataset.alarm);
    outbox.add("session_alarm", { about, value, answer: "shown" }, given.me);
  }
}
const noted = new Set();
document.addEventListener("visibilitychange", noteShown);

/** Give an answer: a call is a fact and is kept like any other; the rest asks for the hand of whoever gives it. */
async function answer(values) {
  if (values.answer === "called") return enter("session_alarm", values);
  return hand.ask(given.urls.session_confirm, values, values.answer === "closed" ? "Close the alarm" : "Acknowledge", author);
}

// --- What the server pushes ------------------------------------------------------------------------------------------

let heard = Date.now();
let source = null;
let position = given.position;

/** Put what was told in its place. */
function draw(parts) {
  if (parts.calls) calling.take(JSON.parse(parts.calls));
  for (const [name, html] of Object.entries(parts)) {
    const place = $(`[data-part="${name}"]`);
    if (place) place.innerHTML = html;
    if (name === "facts") facts = JSON.parse(html);
    if (name === "room") room.take(html);
    if (name === "alarms") attend();
  }
  decide();
  tick();
  document.dispatchEvent(new CustomEvent("session:board", { detail: parts }));
}

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
    const { parts, now } = JSON.parse(event.data);
    board.note(parts, now);
    draw(parts);
  });
  source.addEventListener("signal", (event) => {
    hear();
    document.dispatchEvent(new CustomEvent("session:signal", { detail: JSON.parse(event.data) }));
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

const known = { title: (form) => given.forms[form]?.title, holding: (value) => given.limits.find(({ about }) => about === value)?.form };

function tick() {
  const dosed = $("[data-dosed]")?.dataset.dosed;
  const since = $("#since");
  drawNext($("#next"), dueReadings(facts, stated(), unsent, asking, known), outbox.now(), { element, time, mayEnter: (form) => form in given.forms });
  drawDrunk();
  room.draw();
  if (since) since.textContent = dosed ? span((outbox.now() - Date.parse(dosed)) / 1000) : "–:––";
}

/** What was drunk, and what to look for where it is much or little. Nothing is ever forbidden. */
function drawDrunk() {
  const now = outbox.now();
  const known = new Set(facts.drinks.map((one) => one.id));
  const mine = unsent.filter((one) => one.record.form === "session_drink" && !known.has(one.id))
    .map((one) => ({ at: Date.parse(one.record.occurred_at), ...one.record.values }));
  const all = [...facts.drinks, ...mine].filter((one) => typeof one.volume === "number");
  const sum = (of) => of.reduce((total, one) => total + one.volume, 0);
  const [total, hour] = [sum(all), sum(all.filter((one) => one.at > now - 3600000))];
  const hot = stated().findLast((one) => "temperature" in one.facts)?.facts.temperature >= 38;
  const isLittle = given.least && facts.dosed && now - facts.dosed > 7200000 && sum(all.filter((one) => one.at > now - 7200000)) < given.least;
  let hint = "";
  if ((given.hour && hour > given.hour) || (given.total && total > given.total)) hint = "Offer no more plain water for now; check headache, vomiting, confusion; tell the physician.";
  if (hot || isLittle) hint += " Offer small amounts of electrolyte drink; cool the room.";
  $("#drunk").textContent = `Drinks: ${hour} mL in the last hour, ${total} mL since the dose. ${facts.ended ? "" : hint}`;
}

/** Whoever is entering comes or leaves. */
$("#present").addEventListener("click", () => {
  enter("session_presence", { person: author, change: inTheRoom(here(), unsent)?.includes(author) ? "left" : "came" });
});

// --- Entering --------------------------------------------------------------------------------------------------------

document.addEventListener("click", ({ target }) => {
  const { open, enter: due } = target.closest("[data-open], [data-enter]")?.dataset ?? {};
  const name = open ?? due;
  if (name in given.forms) entryDialog($("#entry"), name === "session_signs" ? signs() : room.tied(given.forms[name]), (values) => enter(name, values));
});
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => { calling.draw(); $(`#${button.dataset.show}`).showModal(); });
}

/** Every one-tap entry of the document: a row of tiles a form. One tap files; "with words" opens the form itself. */
function drawTiles() {
  for (const [name, form] of Object.entries(given.forms)) {
    const taps = tiles(form);
    if (!taps.length) continue;
    const row = element("div", "", { class: "tiles", role: "group", "aria-label": form.title });
    for (const { values, label } of taps) {
      const button = element("button", label, { type: "button" });
      button.addEventListener("click", async () => {
        await enter(name, values);
        button.classList.add("done");
        setTimeout(() => button.classList.remove("done"), 900);
      });
      row.append(button);
    }
    $("#tiles").append(row);
  }
}
drawTiles();
const room = new Room({
  given, enter, time, entryDialog, now: () => outbox.now(), unsent: () => unsent, dialog: $("#entry"), place: $("#room"),
  touching: $("#touching"), Touch,
});
beginCourse({ given, enter, entryDialog, now: () => outbox.now(), dialog: $("#entry") });
beginScreen();
beginDevices({ given, enter, element, now: () => outbox.now(), place: $("#devices") });

// --- Begin -----------------------------------------------------------------------------------------------------------

const board = new KeptBoard({ outbox, name: `board:${given.participant}:${given.me}`, drawnAt: given.calls.at });
draw((await board.newer().catch(() => null)) ?? {});
await outbox.start();
attend(); // a page that was kept shows what stood, and its buttons
beginMusic({ given, enter, element, time, now: () => outbox.now(), room: () => room.facts });
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
