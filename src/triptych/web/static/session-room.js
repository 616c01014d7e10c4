// What happens in the room: questions on effects in their windows, scales at their times, and effects as episodes. The
// server derives them; this draws them against the clock, with what still waits on this tablet counted in.

/** An element with text and attributes. */
export function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** A button that does something. */
export function tap(label, done, attributes = {}) {
  const button = element("button", label, { type: "button", ...attributes });
  button.addEventListener("click", done);
  return button;
}

/** A row of buttons, one a choice. */
export function row(label, buttons) {
  const made = element("div", "", { class: "tiles", role: "group", "aria-label": label });
  made.append(...buttons);
  return made;
}

const STRENGTH = { mild: "Mild", moderate: "Moderate", strong: "Strong" };
const NEAR = 900000;
const PARTS = ["Prompt", "Gaps", "Scales", "Effects", "Touch"];

/** Where a window of questions stands, as the server decides it (course/prompts.py). */
export function status(window, now) {
  if (window.begun && !window.left.length) return "answered";
  if (window.deferred) return "deferred";
  if (now < window.opens) return "ahead";
  return now <= window.closes ? "open" : "gap";
}

/** The windows with the answers that still wait on this tablet. */
export function withUnsent(windows, unsent) {
  const mine = unsent.filter(({ record }) => record.form === "session_prompt").map(({ record }) => record);
  return windows.map((window) => {
    const isIn = (at) => at >= window.opens && (window.until === null || at < window.until);
    const here = mine.filter(({ values, occurred_at: at }) => values.window === window.window && isIn(Date.parse(at)));
    const inTime = here.filter(({ occurred_at: at }) => Date.parse(at) <= window.closes);
    const answered = here.filter(({ values }) => values.answer !== "deferred").map(({ values }) => values.kind);
    return {
      ...window,
      left: window.left.filter((kind) => !answered.includes(kind)),
      begun: window.begun || inTime.length > 0,
      deferred: window.deferred || inTime.some(({ values }) => values.answer === "deferred"),
    };
  });
}

/** The effects with what still waits on this tablet: begun, changed and ended here. */
function effectsNow(effects, unsent) {
  const known = new Map(effects.map((one) => [one.id, { ...one }]));
  for (const { id, record: { form, values, occurred_at: at } } of unsent) {
    if (form === "effect" && !known.has(id)) known.set(id, { id, kind: values.kind, onset: Date.parse(at), ended: null, intensity: values.intensity ?? null, impairing: values.impairing ?? null, unsent: true });
    const one = form === "effect_change" ? known.get(values.about) : undefined;
    if (!one) continue;
    one.unsent = true;
    if (values.change === "ended") one.ended = Date.parse(at);
    if (values.intensity) one.intensity = values.intensity;
  }
  return [...known.values()];
}

/** The part of the screen for what happens in the room. */
export class Room {
  /** @param {{given: object, enter: Function, now: () => number, time: (at: number) => string, unsent: () => object[], dialog: HTMLDialogElement, entryDialog: Function, place: HTMLElement, touching: HTMLElement}} with_ */
  constructor(with_) {
    Object.assign(this, with_);
    this.facts = this.given.room.facts;
    this.drawn = {};
    Object.assign(this.given.forms, this.given.room.forms);
    this.touch = new this.Touch(this, { element, row, tap });
    this.parts = Object.fromEntries(PARTS.map((name) => [name, element("div", "", { "data-room": name })]));
    for (const name of PARTS) (name === "Touch" ? this.touching : this.place).append(this.parts[name]);
    this.place.hidden = this.touching.hidden = !Object.keys(this.given.room.forms).length;
  }

  /** Take what the server pushed. */
  take(text) {
    this.facts = JSON.parse(text);
    this.draw();
  }

  may(form) {
    return form in this.given.room.forms;
  }

  choices(form, item) {
    return this.given.forms[form].items.find(({ id }) => id === item).choices;
  }

  /** A form with what it can be about as choices: the effects that go on. Where nothing goes on, it is about nothing. */
  tied(form) {
    const open = effectsNow(this.facts.effects, this.unsent()).filter((one) => one.ended === null);
    const choices = open.map((one) => ({ code: one.id, label: `${this.label(one.kind)}, ${this.time(one.onset)}` }));
    const items = form.items.map((item) => (item.type === "record" ? { ...item, type: "code", choices } : item));
    return { ...form, items: items.filter((item) => item.type !== "code" || item.choices.length) };
  }

  label(kind) {
    return this.choices("effect", "kind").find(({ code }) => code === kind)?.label ?? "Effect of unknown kind";
  }

  /** Draw anew, but only if something is different: a button must not vanish under a finger. */
  draw() {
    const state = this.state(this.now());
    for (const name of PARTS) {
      const mark = JSON.stringify(state[name]);
      if (mark === this.drawn[name]) continue;
      this.drawn[name] = mark;
      const part = this[`draw${name}`](state[name]);
      this.parts[name].replaceChildren(...(part ? [part] : []));
    }
  }

  state(now) {
    const unsent = this.unsent();
    const windows = withUnsent(this.facts.windows, unsent).map((one) => ({ ...one, status: status(one, now) }));
    const waits = (one) => one.status === "deferred" && one.left.length;
    const asked = this.facts.ended ? undefined : windows.find((one) => one.status === "open") ?? windows.findLast(waits);
    const gaps = windows.filter((one) => one.status === "gap" || (this.facts.ended && (one.status === "open" || waits(one)))).map(({ opens, closes }) => [opens, closes]);
    const filled = unsent.filter(({ record }) => this.facts.slots.some(({ form }) => form === record.form));
    const done = (slot) => slot.done || filled.some(({ record }) => record.form === slot.form && Math.abs(Date.parse(record.occurred_at) - slot.at) <= NEAR);
    const scales = this.given.room.scales.filter((form) => this.may(form)).map((form) => this.scale(form, now, done));
    const effects = effectsNow(this.facts.effects, unsent);
    const open = effects.filter((one) => one.ended === null).map((one) => ({ ...one, minutes: Math.max(0, Math.floor((now - one.onset) / 60000)) }));
    return { Prompt: asked ?? null, Gaps: gaps, Scales: scales, Effects: open, Touch: this.touch.state(unsent) };
  }

  /** What is due of a scale: the first time that is not past by a quarter of an hour, and how many were not made. */
  scale(form, now, done) {
    const open = this.facts.slots.filter((slot) => slot.form === form && !done(slot));
    const next = this.facts.ended ? undefined : open.find(({ at }) => at > now - NEAR);
    return { form, title: this.given.forms[form].title, minutes: next ? Math.round((next.at - now) / 60000) : null, at: next?.at, missed: open.filter(({ at }) => at <= now - NEAR).length };
  }

  drawPrompt(asked) {
    return asked && this.may("session_prompt") ? this.prompt(asked) : null;
  }

  drawGaps(gaps) {
    if (!gaps.length) return null;
    return element("p", `Questions on effects not asked in time: ${gaps.map(([from, to]) => `${this.time(from)} to ${this.time(to)}`).join(", ")}.`, { class: "gap" });
  }

  drawScales(scales) {
    const bar = element("div", "", { class: "scales" });
    if (this.may("effect")) bar.append(tap("Effect", () => this.begin(), { class: "big" }));
    for (const scale of scales) bar.append(this.scaleButton(scale));
    return bar;
  }

  drawEffects(effects) {
    return effects.length ? this.list(effects) : null;
  }

  drawTouch(state) {
    return this.touch.draw(state);
  }

  // --- Questions ---

  prompt(window) {
    const kind = window.left[0];
    const card = element("div", "", { class: "prompt", "data-status": window.status });
    const ask = this.given.room.asks.find((one) => one.kind === kind);
    const until = window.status === "open" ? `ask until ${this.time(window.closes)}` : "put off: participant inward";
    card.append(element("span", `Question ${this.given.room.asks.length - window.left.length + 1} of ${this.given.room.asks.length} · ${until}`, { class: "quiet" }), element("b", ask.text));
    const file = (answer, words) => this.enter("session_prompt", { window: window.window, kind, answer, ...(words ? { words } : {}) });
    const words = kind === "open" ? element("textarea", "", { rows: "1", "aria-label": "In the participant's words, if there is time" }) : null;
    if (words) card.append(words);
    const yes = () => {
      file("present", words?.value.trim());
      if (kind !== "open") this.strength(kind);
    };
    const answers = [tap(words ? "Something was said" : "Yes", yes), tap(words ? "Nothing was said" : "No", () => file("nothing")), tap("Would not answer", () => file("declined"))];
    if (window.status === "open") answers.push(tap("Inward: ask later", () => file("deferred")));
    card.append(row("Answer", answers));
    return card;
  }

  // --- Scales ---

  scaleButton(scale) {
    const due = scale.minutes === null ? "" : scale.minutes > 0 ? `in ${scale.minutes} min` : scale.minutes === 0 ? "now" : `overdue by ${-scale.minutes} min`;
    const state = scale.minutes === null ? "none" : scale.minutes > 5 ? "later" : scale.minutes >= 0 ? "soon" : "overdue";
    const button = tap(scale.title, () => this.measure(scale.form), { class: "big scale", "data-due": state });
    button.append(element("span", [due, scale.missed ? `${scale.missed} not asked` : ""].filter(Boolean).join(" · ")));
    return button;
  }

  /** A scale of one number is a row of numbers; any other is its form on the keypad. */
  measure(form) {
    const [item, ...others] = this.given.forms[form].items;
    if (others.length || item.max > 10) return this.entryDialog(this.dialog, this.given.forms[form], (values) => this.enter(form, values));
    const file = (value) => { this.dialog.close(); return this.enter(form, { [item.id]: value }); };
    const numbers = Array.from({ length: item.max - item.min + 1 }, (_, at) => tap(String(item.min + at), () => file(item.min + at), { class: "number" }));
    const coded = item.missing.map((code) => tap(code === "not-asked" ? "Not asked" : "Would not answer", () => file({ missing: code })));
    return this.show(this.given.forms[form].title, element("p", item.label), row(item.label, numbers), row("No answer", coded));
  }

  // --- Effects ---

  begin() {
    const kinds = this.choices("effect", "kind").map(({ code, label }) => tap(label, () => this.strength(code)));
    return this.show("Which effect?", row("Effect", kinds));
  }

  /** How strong it is, and whether it impairs: one more tap files it. */
  strength(kind, about) {
    let impairing;
    const impairs = [[true, "Impairs"], [false, "Does not impair"]].map(([value, label]) => tap(label, () => {
      impairing = impairing === value ? undefined : value;
      for (const [button, of] of impairs) button.setAttribute("aria-pressed", String(of === impairing));
    }, { "aria-pressed": "false" })).map((button, at) => [button, at === 0]);
    const file = (intensity) => {
      this.dialog.close();
      const said = { intensity, ...(impairing === undefined ? {} : { impairing }) };
      return about ? this.enter("effect_change", { about, change: "changed", ...said }) : this.enter("effect", { kind, ...said });
    };
    const strengths = Object.entries(STRENGTH).map(([code, label]) => tap(label, () => file(code), { class: "big" }));
    strengths.push(tap("Not asked", () => file({ missing: "not-asked" })));
    return this.show(`${this.label(kind)}: how strong?`, row("Impairment", impairs.map(([button]) => button)), row("How strong", strengths));
  }

  list(effects) {
    const list = element("ul", "", { class: "effects", "aria-label": "Effects that go on" });
    for (const one of effects) {
      const line = element("li", "", { "data-effect": one.id });
      const said = [STRENGTH[one.intensity] ?? "strength not known", one.impairing === true ? "impairs" : "", one.continuing ? "goes on, does not impair" : "", one.unsent ? "not sent yet" : ""];
      line.append(element("b", this.label(one.kind)), element("span", [...said, `${this.time(one.onset)}, for ${one.minutes} min`].filter(Boolean).join(" · ")));
      if (this.may("effect_change")) line.append(tap("Changed", () => this.strength(one.kind, one.id)), tap("Ended", () => this.enter("effect_change", { about: one.id, change: "ended" })));
      list.append(line);
    }
    return list;
  }

  show(title, ...parts) {
    const close = tap("Close", () => this.dialog.close(), { class: "big" });
    this.dialog.replaceChildren(element("h2", title, { id: "entry-title" }), ...parts, close);
    if (!this.dialog.open) this.dialog.showModal();
  }
}
