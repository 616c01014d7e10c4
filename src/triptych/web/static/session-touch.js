// The touch agreement on the screen of a session: what is agreed with whom, the stop word, and every touch by one tap.
// What is outside it is decided by the server; the tablet says it at once of what it knows.

const CARE = "care_";

/** The agreement with what still waits on this tablet: it can only become less here. */
function agreementNow(touch, unsent) {
  let { people, stopped } = touch;
  for (const { record: { form, values, occurred_at: at } } of unsent) {
    if (form === "touch_stop") stopped = Date.parse(at);
    if (form !== "touch_narrowing") continue;
    const gone = (kind) => !values.kinds?.length || values.kinds.includes(kind);
    people = people.map((one) => (values.person && values.person !== one.person ? one : { ...one, kinds: one.kinds.filter((kind) => !gone(kind)) }));
  }
  return { ...touch, people, stopped };
}

/** Why a touch is outside the agreement, as the server decides it (course/touch.py); empty where it is not. */
export function outside({ people, stopped, declined }, person, kind) {
  if (typeof kind === "string" && kind.startsWith(CARE)) return "";
  if (stopped) return "after the stop word";
  if (declined) return "although touch as support is declined in the consent";
  const agreed = people.find((one) => one.person === person);
  if (!agreed) return "nothing is agreed with this person";
  return agreed.kinds.includes(kind) ? "" : "this kind is not agreed with this person";
}

/** The touch agreement as a part of the room. */
export class Touch {
  /** @param {object} room the room @param {{element: Function, row: Function, tap: Function}} making how its parts are made */
  constructor(room, making) {
    this.room = room;
    Object.assign(this, making);
  }

  get kinds() {
    return Object.fromEntries(this.room.choices("session_touch", "kind").map(({ code, label }) => [code, label]));
  }

  state(unsent) {
    const stands = agreementNow(this.room.facts.touch, unsent);
    const known = new Set(stands.outside);
    const mine = unsent.filter(({ id, record }) => record.form === "session_touch" && !known.has(id))
      .map(({ id, record }) => ({ id, at: Date.parse(record.occurred_at), person: record.values.person, why: outside(stands, record.values.person, record.values.kind) }))
      .filter(({ why }) => why);
    return { ...stands, mine };
  }

  draw(state) {
    const box = this.element("div", "", { class: "touch" });
    const words = [...new Set(state.people.map((one) => one.stop_word).filter(Boolean))];
    const none = state.hidden ? "Touch agreement: not shown to your role" : "No touch agreement: no touch but care";
    const head = state.declined ? "Touch as support is declined in the consent: no touch but care" : state.people.length ? `Stop word: ${words.join(", ")}` : none;
    const said = this.element("p", state.stopped ? `Stop word said at ${this.room.time(state.stopped)}: no touch but care` : head, { class: state.stopped || state.declined ? "stopped" : "word" });
    if (!state.hidden) said.append(" ", this.element("a", "Touch agreement", { href: this.room.given.urls.touch }));
    box.append(said);
    for (const one of state.mine) box.append(this.alarm(one));
    if (this.room.may("session_touch")) {
      for (const one of state.people) box.append(this.person(one, state.stopped || state.declined));
      box.append(this.tools());
    }
    return box;
  }

  /** A touch that only this tablet knows of yet: an alarm that has reached nobody. The server's own stand with the others. */
  alarm({ id, at, person, why }) {
    const box = this.element("div", "", { class: "alarm red", role: "alert", "data-alarm": `touch_outside_agreement:${id}`, "data-unanswered": "" });
    box.append(this.element("b", "RED Touch outside the agreement"), this.element("span", `${this.room.time(at)} · ${typeof person === "string" ? person : "unknown person"}, ${why}`));
    const { author: by, occurred_at: when } = this.room.unsent().find(({ record: { form, values } }) => form === "session_alarm" && values.answer === "called" && values.about === id)?.record ?? {};
    if (by) box.append(this.element("b", `Called by ${by}, ${this.room.time(new Date(when))}. Not sent yet`));
    else box.append(this.element("b", "NOT SENT: whoever is not named calls the principal investigator or the physician now", { class: "notsent" }));
    box.append(this.tap("I called", () => this.room.enter("session_alarm", { about: id, value: "touch_outside_agreement", answer: "called" })));
    return box;
  }

  /** A row for a person: each agreed kind is one tap. */
  person(one, stopped) {
    const kinds = stopped ? [] : one.kinds.map((kind) => this.tap(this.kinds[kind], () => this.log(one.person, kind)));
    const line = this.row(`Touch by ${one.person}`, kinds);
    line.prepend(this.element("b", one.person));
    if (!kinds.length) line.append(this.element("span", one.waits ? "not signed yet: no touch but care" : "no touch but care", { class: "quiet" }));
    return line;
  }

  tools() {
    const tools = [this.tap("Care touch", () => this.ask((kind) => kind.startsWith(CARE))), this.tap("Other touch", () => this.ask((kind) => !kind.startsWith(CARE)))];
    if (this.room.may("touch_narrowing")) tools.push(this.tap("Less touch", () => this.less()));
    if (this.room.may("touch_stop")) tools.push(this.tap("Stop word said", () => this.room.enter("touch_stop", {})));
    return this.row("Touch", tools);
  }

  log(person, kind) {
    return this.room.enter("session_touch", { person, kind });
  }

  people() {
    return [...new Set([...Object.keys(this.room.given.crew), ...this.room.facts.touch.people.map((one) => one.person)])];
  }

  /** Who touched, then how: two taps. */
  ask(wanted) {
    const kinds = (person) => this.room.show("Which touch?", this.row("Touch", Object.entries(this.kinds).filter(([kind]) => wanted(kind)).map(([kind, label]) => this.tap(label, () => {
      this.room.dialog.close();
      this.log(person, kind);
    }))));
    const people = this.people().map((person) => this.tap(person, () => kinds(person)));
    people.push(this.tap("Somebody else", () => kinds({ missing: "unknown" })));
    return this.room.show("Who touched?", this.row("Person", people));
  }

  /** What the participant no longer wants: of whom, then which kind. It can be everybody and every kind. */
  less() {
    const file = (values) => {
      this.room.dialog.close();
      this.room.enter("touch_narrowing", values);
    };
    const kinds = (person) => {
      const of = person ? { person } : {};
      const each = this.room.choices("touch_narrowing", "kinds").map(({ code, label }) => this.tap(label, () => file({ ...of, kinds: [code] })));
      return this.room.show("Which touch no longer?", this.row("Touch", [this.tap("Every kind", () => file(of)), ...each]));
    };
    const people = this.people().map((person) => this.tap(person, () => kinds(person)));
    return this.room.show("By whom no longer?", this.row("Person", [this.tap("Everybody", () => kinds(null)), ...people]));
  }
}
