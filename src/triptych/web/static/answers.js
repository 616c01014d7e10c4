// A participant's answers, kept on this phone until the clinic has them: what is being typed, what was changed before
// it was sent, and what could not be sent. Nothing is decided here; without this the form is sent by the browser.

const NAME = "today";
const DRAFTS = "drafts";
const WAITING = "waiting";
const MOST_EDITS = 400;
const AGAIN = 30000;
const SOON = 200;
const person = document.body.dataset.person;
const forms = document.querySelectorAll("form[data-answers]");
const told = document.querySelector("#waiting");

/** Open the database of this browser. @returns {Promise<IDBDatabase>} */
const database = new Promise((done, failed) => {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    for (const store of [DRAFTS, WAITING]) asked.result.createObjectStore(store, { keyPath: "id" });
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

/** Do something in a store, and wait until it stands on the disk. */
async function within(store, act) {
  const transaction = (await database).transaction(store, "readwrite", { durability: "strict" });
  const request = act(transaction.objectStore(store));
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = transaction.onerror = () => failed(transaction.error);
  });
}

/** A UUID of version 7 (RFC 9562): the identifier of what is written here, made here. */
function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let at = 0; at < 6; at++) bytes[at] = Math.floor(now / 2 ** (8 * (5 - at))) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The clock of a place, as a field for day and time writes it. */
function local(zone) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).formatToParts(new Date()).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** What waits to be sent, of whoever is logged in, oldest first. */
async function waiting() {
  const all = await within(WAITING, (store) => store.getAll());
  return all.filter((one) => one.person === person).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Say how much the clinic does not have yet. */
async function tell() {
  const count = (await waiting()).length;
  if (!told) return;
  told.hidden = !count;
  told.querySelector("b").textContent = String(count);
}

/** Send what waits. It is forgotten only when the server has it, filed or held; one tab at a time. */
async function send() {
  if (!person || !navigator.onLine) return;
  await navigator.locks.request("answers", async () => {
    const answers = (await waiting()).filter((one) => !one.refused);
    if (!answers.length) return;
    const shown = document.querySelector("main").dataset.unsent;
    const response = await fetch(document.body.dataset.outbox, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ answers }), redirect: "error" }).catch(() => null);
    if (!response?.ok) return;
    for (const { id, outcome } of (await response.json()).answers) {
      const taken = outcome === "filed" || outcome === "held";
      if (taken) await within(WAITING, (store) => store.delete(id));
      if (taken && id === shown) location.assign(document.querySelector("#unsent").dataset.sent);
      else if (!taken) await within(WAITING, (store) => store.put({ ...answers.find((one) => one.id === id), refused: true }));
    }
  });
  await tell();
}

/** Keep what is typed into one form, and send it now or later. */
async function attend(form) {
  const key = `${person}:${form.dataset.draft ?? form.dataset.form}`;
  const field = (name) => form.elements.namedItem(name);
  const answered = () => [...new FormData(form)].filter(([name]) => /^(v|m)-/.test(name));
  const now = () => answered().reduce((all, [name, value]) => ({ ...all, [name]: all[name] && value ? `${all[name]}, ${value}` : all[name] || value }), {});
  let edits = [];
  let before = {};
  let pause;

  const restore = async () => {
    const kept = await within(DRAFTS, (store) => store.get(key));
    if (!kept) return;
    ({ edits } = kept);
    if (document.querySelector("#problems")) return;
    for (const input of form.elements) {
      if (!/^(v|m)-/.test(input.name) || input.type === "hidden") continue;
      const values = kept.fields.filter(([name]) => name === input.name).map(([, value]) => value);
      if (input.type === "radio" || input.type === "checkbox") input.checked = values.includes(input.value);
      else input.value = values[0] ?? "";
    }
    const note = form.querySelector(".kept");
    if (note) note.textContent = document.body.dataset.kept;
  };

  const draft = () => within(DRAFTS, (store) => store.put({ id: key, fields: answered(), edits }));

  /** Keep a sentence that is being typed, which is no change of an answer until its field is left. */
  const typing = () => {
    clearTimeout(pause);
    pause = setTimeout(() => form.dataset.busy || draft(), SOON);
  };

  /** Note what changed of an answer that had been given, and keep the rest of what is typed. */
  const noted = () => {
    const after = now();
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [was, is] = [before[name] ?? "", after[name] ?? ""];
      if (was && was !== is && edits.length < MOST_EDITS) edits.push({ item: name.slice(2), was, is, at: new Date().toISOString() });
    }
    before = after;
    field("edits").value = JSON.stringify(edits);
    draft();
  };

  const forget = () => within(DRAFTS, (store) => store.delete(key));

  /** Keep the answers here until the clinic can be reached, and say plainly that nobody has seen them. */
  const keep = async () => {
    const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "edits");
    await within(WAITING, (store) => store.put({ id: field("record").value, person, form: form.dataset.form, fields, edits }));
    await forget();
    await tell();
    const unsent = document.querySelector("#unsent");
    const main = document.querySelector("main");
    main.dataset.unsent = field("record").value;
    main.replaceChildren(unsent.content.cloneNode(true), unsent);
    main.focus();
  };

  await restore();
  before = now();
  field("record").value = uuid7();
  form.addEventListener("change", noted);
  form.addEventListener("input", typing);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    noted();
    field("occurred_at").value = local(form.dataset.zone);
    const body = new FormData(form);
    const response = await fetch(location.href, { method: "POST", body }).catch(() => null);
    if (!response || response.status >= 500 || response.url.includes("/account/login/")) await keep();
    else if (response.redirected) await forget().then(() => location.assign(response.url));
    else form.submit();
  });
}

if (person) for (const form of forms) await attend(form);

addEventListener("online", send);
for (const leave of document.querySelectorAll("form[data-forget]")) leave.addEventListener("submit", () => within(DRAFTS, (store) => store.clear()));
await tell();
await send();
setInterval(send, AGAIN);
