// Whom the people in the room call when nobody else knows of an alarm: kept on this tablet, with the changes of the rota
// ahead, so that it stands there without a network and after a reload.

const UNKNOWN = { name: "the physician on duty", phone: "" };
const LEAD = { name: "the principal investigator", phone: "" };
const posted = ({ name, phone }) => (phone ? `${name} at ${phone}` : [UNKNOWN.name, LEAD.name].includes(name) ? name : `${name}, by the number posted in this room`);

/** Whom to call, as it was last heard; shown on the emergency card too. */
export class Calling {
  /** @param {{key: string, calls: object, now: () => number, place: HTMLElement}} given where it is kept, what the page came with, the server's time, where it is shown */
  constructor({ key, calls, now, place }) {
    Object.assign(this, { key, now, place });
    const heard = JSON.parse(localStorage.getItem(key) ?? "null");
    this.take(heard && heard.at >= calls.at ? heard : calls); // a page that was kept does not undo what was heard since
  }

  /** Take what the server told. */
  take(calls) {
    this.calls = calls;
    localStorage.setItem(this.key, JSON.stringify(calls));
    this.draw();
  }

  draw() {
    const { first, after } = this.said();
    this.place.textContent = `Who is called: ${[first, ...after].join(" · ")}`;
  }

  /** Who is to be called first, in words, and who after them; never the person that an alarm names. */
  said(named = "") {
    const { cover, duty, emergency } = this.calls;
    const now = duty.findLast(({ from }) => from <= this.now()) ?? duty[0] ?? {};
    const people = [cover, now.physician, now.backup].filter((one) => one && one.name !== named);
    const others = people.filter((one, at) => at && people.findIndex(({ name }) => name === one.name) === at);
    const after = others.map((one) => `${one === now.backup ? "backup " : ""}${posted(one)}`);
    return { first: posted(people[0] ?? (named ? LEAD : UNKNOWN)), after: [...after, ...emergency.map(({ call, confirmed }) => `emergency ${call}${confirmed ? "" : " (this number is not confirmed)"}`)] };
  }
}
