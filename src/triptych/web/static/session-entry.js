// Entering values with one hand: a keypad that moves on by itself when a number cannot grow any further, and a list of
// choices. Nothing is asked twice; what is outside the range of the form is not taken.

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const SHORT = { "mm[Hg]": "mmHg", "/min": "/min", Cel: "°C" };

/** Open the dialog of a form: a keypad where it measures, else its fields. @param {(values: object) => Promise<unknown>} done */
export function entryDialog(dialog, form, done) {
  const numbers = form.items.filter((item) => ["integer", "decimal"].includes(item.type));
  const isPad = numbers.length > 1 && form.items.filter((item) => item.required).every((item) => numbers.includes(item));
  const body = isPad ? keypad(form, numbers, dialog, done) : words(form, dialog, done);
  dialog.replaceChildren(body);
  dialog.showModal();
}

/** Whether a number that is being typed may still grow. */
function mayGrow(item, typed) {
  if (item.type === "decimal" && typed.includes(".")) return typed.split(".")[1].length < 1;
  return item.max === null || Number(typed) * 10 <= item.max;
}

/** What is wrong with a value, in words; nothing if it can be filed. */
function problem(item, typed) {
  if (!typed) return item.required ? `${item.label}: enter it, or say that it was not measured` : "";
  const value = Number(typed);
  if ((item.min !== null && value < item.min) || (item.max !== null && value > item.max)) return `${item.label}: from ${item.min} to ${item.max}`;
  return "";
}

function keypad(form, items, dialog, done) {
  const typed = Object.fromEntries(items.map((item) => [item.id, ""]));
  const missed = {};
  let at = 0;
  const body = element("div", "", { class: "pad" });
  const fields = element("div", "", { class: "fields" });
  const said = element("p", "", { class: "error", role: "alert", hidden: "" });
  const draw = () => {
    fields.replaceChildren(...items.map((item, index) => {
      const field = element("button", "", { type: "button", "aria-pressed": String(index === at), "data-item": item.id });
      const shown = missed[item.id] ? "not measured" : typed[item.id] || "–";
      field.append(element("span", item.label), element("b", shown), element("span", SHORT[item.unit] ?? item.unit ?? ""));
      field.addEventListener("click", () => { at = index; draw(); });
      return field;
    }));
  };
  const next = () => { if (at < items.length - 1) at += 1; };
  const press = (key) => {
    const item = items[at];
    delete missed[item.id];
    if (key === "⌫") {
      if (!typed[item.id] && at > 0) at -= 1;
      typed[items[at].id] = typed[items[at].id].slice(0, -1);
    } else if (key === "." && item.type === "decimal" && typed[item.id] && !typed[item.id].includes(".")) typed[item.id] += ".";
    else if (/\d/.test(key)) grow(item, key);
    draw();
  };
  const grow = (item, key) => {
    const before = typed[item.id];
    if (item.type === "decimal" && !before.includes(".") && before && !mayGrow({ ...item, type: "integer" }, before)) typed[item.id] = `${before}.${key}`;
    else typed[item.id] = before + key;
    if (!mayGrow(item, typed[item.id]) && (item.type === "integer" || typed[item.id].includes("."))) next();
  };
  const file = async () => {
    const wrong = items.map((item) => (missed[item.id] ? "" : problem(item, typed[item.id]))).find(Boolean);
    said.textContent = wrong ?? "";
    said.hidden = !wrong;
    if (wrong) return;
    const values = {};
    for (const item of items) {
      if (missed[item.id]) values[item.id] = { missing: missed[item.id] };
      else if (typed[item.id]) values[item.id] = Number(typed[item.id]);
    }
    await done(values);
    dialog.close();
  };
  const keys = element("div", "", { class: "keys" });
  for (const key of ["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "⌫"]) {
    const button = element("button", key, { type: "button", ...(key === "⌫" ? { "aria-label": "Back" } : {}) });
    button.addEventListener("click", () => press(key));
    keys.append(button);
  }
  const skip = element("button", "Not measured", { type: "button", class: "big" });
  skip.addEventListener("click", () => {
    const item = items[at];
    if (item.missing.length) missed[item.id] = item.missing.includes("not-performed") ? "not-performed" : item.missing[0];
    typed[item.id] = "";
    next();
    draw();
  });
  const send = element("button", `File ${form.title.toLowerCase()}`, { type: "button", class: "primary big" });
  send.addEventListener("click", file);
  const close = element("button", "Close", { type: "button", class: "big" });
  close.addEventListener("click", () => dialog.close());
  const row = element("div", "", { class: "buttons" });
  row.append(send, skip, close);
  dialog.onkeydown = (event) => {
    if (/^[\d.]$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") press("⌫");
    else if (event.key === "Enter" && event.target === dialog) file();
  };
  body.append(element("h2", form.title, { id: "entry-title" }), fields, keys, said, row);
  draw();
  return body;
}

const AMOUNTS = [100, 200];

/** What one tap can file: each choice of a form that asks for nothing else, or for an amount beside it. */
export function tiles(form) {
  const required = form.items.filter((item) => item.required);
  const [choice] = required.filter((item) => item.type === "code");
  const amounts = required.filter((item) => item.type === "integer");
  if (!choice || required.length !== 1 + amounts.length || amounts.length > 1) return [];
  return choice.choices.flatMap(({ code, label }) => (amounts.length
    ? AMOUNTS.map((amount) => ({ values: { [choice.id]: code, [amounts[0].id]: amount }, label: `${label} ${amount} ${amounts[0].unit}` }))
    : [{ values: { [choice.id]: code }, label }]));
}

/** A form in words: choices and yes or no as large buttons, numbers and text as fields. */
function words(form, dialog, done) {
  const body = element("form", "", { method: "dialog", class: "words" });
  const said = element("p", "", { class: "error", role: "alert", hidden: "" });
  const answers = {};
  const fields = form.groups ? grouped(form, answers) : form.items.map((item) => field(item, answers));
  const send = element("button", `File ${form.title.toLowerCase()}`, { class: "primary big" });
  const close = element("button", "Close", { type: "button", class: "big" });
  close.addEventListener("click", () => dialog.close());
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    const missing = form.items.find((item) => item.required && answers[item.id] === undefined);
    const wrong = form.items.find((item) => typeof answers[item.id] === "number" && problem(item, String(answers[item.id])));
    said.textContent = missing ? `${missing.label}: please answer` : wrong ? problem(wrong, String(answers[wrong.id])) : "";
    said.hidden = !said.textContent;
    if (said.textContent) return;
    await done(answers);
    dialog.close();
  });
  const row = element("div", "", { class: "buttons" });
  row.append(send, close);
  body.append(element("h2", form.title, { id: "entry-title" }), ...fields, said, row);
  return body;
}

/** Items in groups that can be folded away; what is in no group stands below them. */
function grouped(form, answers) {
  const of = Object.fromEntries(form.items.map((item) => [item.id, field(item, answers)]));
  const folded = form.groups.map(({ title, open, ids }) => {
    const group = element("details", "", { class: "group", ...(open ? { open: "" } : {}) });
    const head = element("summary", title, { class: "big" });
    head.append(" ", element("span", String(ids.length), { class: "quiet" }));
    group.append(head, ...ids.map((id) => of[id]));
    for (const id of ids) delete of[id];
    return group;
  });
  return [...folded, ...Object.values(of)];
}

function field(item, answers) {
  if (["code", "codes", "boolean"].includes(item.type)) return choices(item, answers);
  const label = element("label", item.unit ? `${item.label} (${SHORT[item.unit] ?? item.unit})` : item.label);
  const isNumber = ["integer", "decimal"].includes(item.type);
  const input = item.type === "text" ? element("textarea", "", { rows: "2" })
    : element("input", "", { type: isNumber ? "number" : item.type === "datetime" ? "datetime-local" : item.type === "date" ? "date" : "text", step: item.type === "integer" ? "1" : "any" });
  const take = () => {
    const value = input.value.trim();
    if (!value) delete answers[item.id];
    else answers[item.id] = isNumber ? Number(value) : item.type === "datetime" ? new Date(value).toISOString() : value;
  };
  if (item.type === "datetime" && item.required) {
    const now = new Date();
    input.value = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
    take();
  }
  input.addEventListener("input", take);
  label.append(input);
  if (item.type === "person") {
    const whole = element("div");
    whole.append(label, people(input, item.label)); // beside the label: its text is the name of the field
    return whole;
  }
  if (!isNumber || !item.required || !item.missing.length) return label;
  const none = choices({ ...item, label: "No number", type: "code", choices: [] }, answers);
  none.addEventListener("click", (event) => { if (event.target.closest("button")) input.value = ""; });
  input.addEventListener("input", () => { for (const one of none.querySelectorAll("button")) one.setAttribute("aria-pressed", "false"); });
  const both = element("div");
  both.append(label, none);
  return both;
}

/** Whoever is in the room or at this tablet, one tap each; anybody else is typed. */
function people(input, title) {
  const here = (document.querySelector("[data-here]")?.dataset.here ?? "").split(" ");
  const row = element("div", "", { class: "tiles", role: "group", "aria-label": title });
  for (const name of new Set([...here, ...[...document.querySelectorAll("#crew [aria-pressed]")].map(({ textContent }) => textContent)].filter(Boolean))) {
    const button = element("button", name, { type: "button" });
    button.addEventListener("click", () => { input.value = name; input.dispatchEvent(new Event("input")); });
    row.append(button);
  }
  return row;
}

function choices(item, answers) {
  const group = element("fieldset");
  group.append(element("legend", item.label));
  const all = item.type === "boolean" ? [{ code: true, label: "Yes" }, { code: false, label: "No" }] : item.choices;
  const coded = item.missing.map((code) => ({ code: { missing: code }, label: item.said?.[code] ?? code.replaceAll("-", " ") }));
  const row = element("div", "", { class: "tiles" });
  const buttons = [...all, ...coded].map(({ code, label }) => {
    const button = element("button", label, { type: "button", "aria-pressed": "false" });
    button.addEventListener("click", () => {
      const isOn = button.getAttribute("aria-pressed") === "true";
      if (item.type === "codes" && typeof code === "string") {
        const before = Array.isArray(answers[item.id]) ? answers[item.id] : [];
        answers[item.id] = isOn ? before.filter((one) => one !== code) : [...before, code];
        if (!answers[item.id].length) delete answers[item.id];
      } else {
        for (const other of buttons) other.setAttribute("aria-pressed", "false");
        if (isOn) delete answers[item.id];
        else answers[item.id] = code;
      }
      button.setAttribute("aria-pressed", String(!isOn));
    });
    return button;
  });
  row.append(...buttons);
  group.append(row);
  return group;
}
