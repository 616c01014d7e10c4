// The alarms that this tablet alone knows of, as it shows them: nobody else has them until the server does, so each says
// whom to call, until somebody records that they called. What a room without anybody is, is decided here as the server
// decides it (course/presence_alarm.py).

const DO = {
  hold: "Hold the first dose", withhold: "No supplemental dose. Repeat in 5 minutes", notify: "Physician now",
  emergency: "Emergency pathway",
};
const ANSWER = "session_alarm";
const PRESENCE = "session_presence";
const NOBODY = "presence";
const isRed = (level) => level === "notify" || level === "emergency";

/** Who is in the room, with what waits on this tablet; null where nobody recorded it. @param {string[]|null} here as the server told it */
export function inTheRoom(here, unsent) {
  const mine = unsent.filter(({ record }) => record.form === PRESENCE).toSorted((one, other) => Date.parse(one.record.occurred_at) - Date.parse(other.record.occurred_at));
  if (here === null && !mine.length) return null;
  const people = new Set(here ?? []);
  for (const { record: { values } } of mine) if (values.change === "came") people.add(values.person);
    else people.delete(values.person);
  return [...people];
}

/** The alarm that nobody is there, where this tablet knows it first: after a dose, until the session ended. */
export function nobodyHere(here, unsent, facts) {
  const left = unsent.filter(({ record }) => record.form === PRESENCE && record.values.change === "left");
  const people = inTheRoom(here, unsent);
  if (!left.length || facts.dosed === null || facts.ended || people === null || people.length) return [];
  const last = left.toSorted((one, other) => Date.parse(one.record.occurred_at) - Date.parse(other.record.occurred_at)).at(-1);
  const title = "Nobody is in the room";
  return [{ about: NOBODY, title, level: "notify", state: "red", at: Date.parse(last.record.occurred_at), record: last.id, key: `${NOBODY}:${last.id}`, repeatDue: null }];
}

/** Who recorded a call about an alarm that waits here, and when. */
function calledHere(unsent, value, about) {
  const said = unsent.filter(({ record: { form, values } }) => form === ANSWER && values.answer === "called" && values.value === value && values.about === about);
  return said.map(({ record }) => ({ by: record.author, at: Date.parse(record.occurred_at) }));
}

/** How alarms stand on the screen while the server does not have them. */
export class Local {
  /** @param {{given: object, element: Function, time: Function, calling: object, enter: Function, unsent: () => object[], silenced: Set<string>, silence: (key: string) => void}} made */
  constructor(made) {
    Object.assign(this, made);
  }

  alarm(alarm, isUnsent) {
    const { element, given, time, silenced } = this;
    const line = element("div", "", { class: `alarm ${isRed(alarm.level) ? "red" : "amber"}`, "data-alarm": alarm.key });
    const value = given.limits.some((one) => one.about === alarm.about) ? ` ${alarm.value}` : "";
    const action = alarm.about === NOBODY ? "Somebody goes in now, and records it" : given.actions[alarm.about] ?? DO[alarm.level];
    line.append(element("b", `${isRed(alarm.level) ? "RED" : "AMBER"} ${alarm.title}${value}`));
    line.append(element("span", `${time(new Date(alarm.at))} · ${action}${alarm.state === "settled" ? " · settled, not closed" : ""}`));
    if (alarm.repeatDue) line.append(element("span", `Repeat at ${time(new Date(alarm.repeatDue))}`));
    if (!isRed(alarm.level)) return line;
    if (isUnsent) line.append(this.notSent(alarm.about, alarm.record));
    const buttons = element("span", "", { class: "answers" });
    if (isUnsent) buttons.append(this.called(alarm.about, alarm.record));
    if (!silenced.has(alarm.key)) buttons.append(this.button("Silence on this tablet", () => this.silence(alarm.key)));
    line.append(buttons);
    return line;
  }

  button(text, act) {
    const button = this.element("button", text, { type: "button" });
    button.addEventListener("click", act);
    return button;
  }

  /** A call is a fact: it is kept here as every other. */
  called(value, about) {
    return this.button("I called", () => this.enter(ANSWER, { about, value, answer: "called" }));
  }

  /** Until the server has it, nobody else knows: the tablet says whom to call, and then who called. */
  notSent(value, about) {
    const { first, after } = this.calling.said();
    const said = this.element("span", "", { class: "calling" });
    const calls = calledHere(this.unsent(), value, about);
    if (calls.length) {
      said.append(this.element("b", calls.map(({ by, at }) => `Called by ${by}, ${this.time(new Date(at))}`).join(" · ")));
      said.append(this.element("span", "The server does not have the alarm yet."));
      return said;
    }
    said.append(this.element("b", `NOT SENT: call ${first}`, { class: "notsent" }), this.element("span", after.length ? `If nobody answers: ${after.join(" · ")}` : ""));
    return said;
  }
}
