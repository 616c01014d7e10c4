// Entering values with one hand: a keypad that moves on by itself when a number cannot grow any further, and a list of
// choices. Nothing is asked twice; what is outside the range of the form is not taken.

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const SHORT = { "mm[Hg]": "mmHg", "/min": "/min", Cel: "°C" };

/** Open the dialog of a form. @param {(values: object) => Promise<unknown>} done */
export function entryDialog(dialog, name, form, done) {
  const numbers = form.items.filter((item) => ["integer", "decimal"].includes(item.type));
  const body = numbers.length ? keypad(form, numbers, dialog, done) : words(form, dialog, done);
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

function words(form, dialog, done) {
  const body = element("form", "", { method: "dialog", class: "words" });
  const text = form.items.find((item) => item.type === "text");
  const label = element("label", text.label);
  const field = element("textarea", "", { rows: "3", required: "" });
  label.append(field);
  const send = element("button", `File ${form.title.toLowerCase()}`, { class: "primary big" });
  const close = element("button", "Close", { type: "button", class: "big" });
  close.addEventListener("click", () => dialog.close());
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    await done({ [text.id]: field.value.trim() });
    dialog.close();
  });
  const row = element("div", "", { class: "buttons" });
  row.append(send, close);
  body.append(element("h2", form.title, { id: "entry-title" }), label, row);
  return body;
}
