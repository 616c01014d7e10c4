// The light on the session's screen that says that a recording runs, and the stop beside it.

const light = document.querySelector("[data-light]");
const base = light.dataset.base;
const token = () => document.cookie.split("; ").find((one) => one.startsWith("csrftoken="))?.slice(10) ?? "";
let shown = null;

async function look() {
  const response = await fetch(`${base}state/`, { redirect: "error" }).catch(() => null);
  if (!response?.ok) return; // what is not known changes nothing: a light that shines stays on
  const { running, kind } = await response.json();
  shown = running;
  light.hidden = !running;
  light.querySelector("[data-told]").textContent = kind === "video" ? "Picture and sound" : "Sound";
}

light.querySelector(".stop").addEventListener("click", async () => {
  const body = new FormData();
  body.append("why", "person");
  const sent = await fetch(`${base}${shown}/stop/`, { method: "POST", body, headers: { "X-CSRFToken": token() }, redirect: "error" }).catch(() => null);
  if (!sent?.ok) light.querySelector("[data-told]").textContent = "The server was not reached: stop it at the tablet that records";
  else look();
});
document.addEventListener("session:record", ({ detail }) => { if (detail.form.startsWith("recording_")) look(); });
look();
