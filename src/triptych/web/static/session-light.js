// The light on the session's screen that says that a recording runs, the stop beside it, and what a lost page left behind.

const light = document.querySelector("[data-light]");
const lostHere = document.querySelector("[data-lost]");
const given = JSON.parse(document.querySelector("#given").textContent);
const { uuid7 } = await import(given.modules.outbox);
const { kept, lostAt } = await import(given.modules["recording-pieces"]);
const store = await kept({ participant: given.participant, base: light.dataset.base, uuid7 });
const SILENT = 30;
let shown = null;

async function look() {
  const answer = await store.state();
  if (!answer) return; // what is not known changes nothing: a light that shines stays on
  shown = answer.running;
  light.hidden = !shown;
  const what = answer.kind === "video" ? "Picture and sound" : "Sound";
  const since = Math.round(answer.heard ? Date.now() / 1000 - answer.heard : (answer.now - Date.parse(answer.since)) / 1000);
  light.querySelector("[data-told]").textContent = since > SILENT ? `${what}. Nothing has come for ${answer.interrupted ? `${Math.round(since / 60)} min: interrupted` : `${since} s`}. Look at the tablet that records` : what;
}

light.querySelector(".stop").addEventListener("click", async () => {
  const body = new FormData();
  body.append("why", "person");
  const sent = await store.post(`${shown}/stop/`, body).catch(() => null);
  if (!sent?.ok) light.querySelector("[data-told]").textContent = "The server was not reached: stop it at the tablet that records";
  else look();
});

/** Say that a recording was lost on this tablet, send what waits, and offer to go on. */
async function lost() {
  const one = await store.broken();
  lostHere.hidden = !one;
  if (one) {
    lostHere.querySelector("p").textContent = lostAt(one, given.zone);
    lostHere.querySelector("[data-leave]").onclick = async () => { await store.forget(one.recording); lostHere.hidden = true; };
  }
  await store.send();
}
lostHere.querySelector("a").addEventListener("click", () => { lostHere.hidden = true; });

document.addEventListener("session:record", ({ detail }) => { if (detail.form.startsWith("recording_")) look(); });
setInterval(() => { if (shown) look(); }, 15000);
await lost();
look();
setInterval(() => store.send(), 15000);
