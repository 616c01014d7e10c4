// What is to be measured next on a session's screen: the document's times that no reading is near, with those that wait on
// this tablet counted in, and the extra readings that values past a limit ask for. A time that passed stays a gap; an extra
// reading stays overdue until it is made.

const NEAR = 900000;

/**
 * What is to be measured, the earliest first; nothing after the end of the session.
 * @param {{due: [number, string, string][], ended: boolean}} facts the times left by the server's records; about the vital signs where no value is named
 * @param {{at: number, facts: object}[]} day what is stated @param {object[]} unsent what waits on this tablet
 * @param {{about: string, form: string, title: string, due: number}[]} asking the extra readings by value
 * @param {{title: (form: string) => string, holding: (value: string) => string}} known the title of a form, and the form that holds a value
 */
export function dueReadings(facts, day, unsent, asking, known) {
  if (facts.ended) return [];
  const measured = ({ record: { form, values } }) => form === "vitals" && Object.values(values).some((value) => value > 0);
  const here = unsent.filter(measured).map(({ record }) => Date.parse(record.occurred_at));
  const taken = (about) => (about ? day.filter((one) => about in one.facts).map(({ at }) => at) : here);
  const scheduled = facts.due.filter(([at, , about]) => !taken(about).some((one) => Math.abs(one - at) <= NEAR));
  const extra = new Map();
  for (const { form, title, due } of asking.toSorted((one, other) => one.due - other.due)) {
    if (!extra.has(form)) extra.set(form, { at: due, title: `Extra: ${known.title(form) ?? title}`, form, isExtra: true });
  }
  return [...scheduled.map(([at, title, about]) => ({ at, title, form: about ? known.holding(about) : "vitals", isExtra: false })), ...extra.values()].sort((one, other) => one.at - other.at);
}

/**
 * Show what is due next, always by its name, as the button that enters it where it may be entered here; a reading that was
 * not made is said, and stays a gap. Nothing is drawn anew that says the same: a button must not vanish under a finger.
 */
export function drawNext(place, due, now, { element, time, mayEnter }) {
  const open = due.filter(({ at, isExtra }) => isExtra || at > now - NEAR);
  const missed = due.length - open.length;
  if (!open.length) {
    delete place.dataset.state;
    delete place.dataset.said;
    place.replaceChildren(missed ? element("span", `${missed} readings not made`) : "");
    return;
  }
  const [{ at, title, form }] = open;
  const away = Math.round((at - now) / 60000);
  const text = away > 0 ? `in ${away} min` : away === 0 ? "now" : `overdue by ${-away} min`;
  place.dataset.state = away > 5 ? "later" : away >= 0 ? "soon" : "overdue";
  const below = missed ? `${missed} not made` : `at ${time(new Date(at))}`;
  const said = [form, title, text, below].join();
  if (place.dataset.said === said) return;
  place.dataset.said = said;
  const line = mayEnter(form) ? element("button", "", { type: "button", "data-enter": form }) : element("div");
  line.append(element("span", title), element("b", text), element("span", below));
  place.replaceChildren(line);
}
