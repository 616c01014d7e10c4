// What a page can do beyond HTML: keep what is being typed in this tab, ask which items apply, and go to a problem.

const person = document.body.dataset.person;
const mine = `triptych:${person}:`;
const SENT = "triptych-sent";
const form = document.querySelector("form.entry[data-keep]");

// What somebody else typed in this tab is not for whoever is logged in now.
if (person) for (const key of Object.keys(sessionStorage)) if (key.startsWith("triptych:") && !key.startsWith(mine)) sessionStorage.removeItem(key);

// A page that tells what became of a form has what that form kept; the drafts of other forms stay.
const sent = sessionStorage.getItem(SENT);
if (sent && document.querySelector(".note[role=status]")) sessionStorage.removeItem(sent);
sessionStorage.removeItem(SENT);

if (form && person) {
  const key = `${mine}${location.pathname}${location.search}`;
  const told = form.querySelector(".kept");

  /** The fields that a person fills in, without tokens and identifiers. */
  const entries = () => [...new FormData(form)].filter(([name]) => /^(v|m)-|^(occurred_at|reason|participant)$/.test(name));

  const restore = () => {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (!kept || document.querySelector("#problems")) return;
    for (const field of form.elements) {
      if (!field.name || !/^(v|m)-|^(occurred_at|reason|participant)$/.test(field.name)) continue;
      const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
    if (told) told.textContent = "What you had typed here was kept in this tab.";
  };

  const keep = () => sessionStorage.setItem(key, JSON.stringify(entries()));

  const AGAIN = 3000; // milliseconds after which a question to the server that got no answer is asked anew
  let asked = 0;
  const branch = async () => {
    if (!form.dataset.shown) return;
    const turn = ++asked;
    const answer = await fetch(form.dataset.shown, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (turn !== asked) return;
    if (!answer?.ok) return void setTimeout(() => turn === asked && branch(), AGAIN);
    const { hidden } = await answer.json();
    for (const field of form.querySelectorAll("[data-item]")) {
      const away = hidden.includes(field.dataset.item);
      field.hidden = away;
      for (const input of field.querySelectorAll("input, select, textarea")) input.disabled = away;
    }
  };

  restore();
  branch();
  form.addEventListener("input", keep);
  form.addEventListener("change", branch);
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    sessionStorage.setItem(SENT, key);
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}
document.querySelector("#problems")?.focus();

// Time alone changes what is due: a page that shows it draws itself anew at that instant.
const LONGEST = 24 * 60 * 60;
const wait = Number(document.body.dataset.changesIn ?? "NaN");
if (wait <= LONGEST) setTimeout(() => location.reload(), 1000 * wait + 250);

// The casebook is one stop of the Tab key; the arrows move inside it, Home and End along a row.
const cells = document.querySelector("table.matrix tbody");
if (cells) {
  const here = (row, at) => cells.rows[row]?.cells[at]?.querySelector("a");
  const links = [...cells.querySelectorAll("a")];
  links.forEach((link, at) => { link.tabIndex = at ? -1 : 0; });
  cells.addEventListener("focusin", ({ target }) => {
    for (const link of cells.querySelectorAll("a[tabindex='0']")) link.tabIndex = -1;
    target.tabIndex = 0;
  });
  cells.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    const { rowIndex, cells: across } = cell.parentElement;
    const row = rowIndex - cells.rows[0].rowIndex;
    const at = cell.cellIndex;
    const to = { ArrowUp: [row - 1, at], ArrowDown: [row + 1, at], ArrowLeft: [row, at - 1], ArrowRight: [row, at + 1], Home: [row, 0], End: [row, across.length - 1] }[event.key];
    const next = to && here(...to);
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    next.focus();
  });
}
