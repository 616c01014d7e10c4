// The signs as a list that can be gone through with one hand: what is asked for now and what was there before stands
// first, the rest is folded by the danger that it belongs to. It changes no answer: a sign that is left out or said to be
// not examined is unknown, and never a no.

/** What is known of each sign by now: the newest yes or no, and when; whatever else was said of it leaves that as it is. */
function knownOf(day) {
  const known = {};
  for (const { at, facts } of day) for (const [name, value] of Object.entries(facts)) if (typeof value === "boolean") known[name] = { value, at };
  return known;
}

/**
 * The form with its signs in groups: `title`, `open` and the ids of the items.
 * @param {object} form the form of signs @param {object[]} recognize the rules of the document @param {object[]} asking
 * those that cannot be decided now @param {object[]} day what is stated, oldest first @param {(at: number) => string} time
 */
export function withGroups(form, recognize, asking, day, time) {
  const signs = form.items.filter(({ type }) => type === "boolean").map(({ id }) => id);
  const known = knownOf(day);
  const left = new Set(signs);
  const take = (ids) => signs.filter((id) => ids.includes(id) && left.delete(id));
  const asked = take(asking.flatMap(({ rule }) => rule.reads).filter((id) => !known[id]));
  const before = take(signs.filter((id) => known[id]?.value));
  const groups = [{ title: "Asked for now", open: true, ids: asked }, { title: "There before", open: true, ids: before }];
  for (const { title, rule } of recognize) groups.push({ title, open: false, ids: take(rule.reads) });
  groups.push({ title: "Others", open: false, ids: [...left] });
  const shown = groups.filter(({ ids }) => ids.length);
  if (!shown.some(({ open }) => open) && shown.length) shown[0].open = true;
  const told = ({ id, label }) => (known[id] ? `${label} (${known[id].value ? "yes" : "no"} at ${time(known[id].at)})` : label);
  const items = form.items.map((item) => ({ ...item, label: told(item), said: { "not-performed": "Not examined", "not-asked": "Not asked", "asked-declined": "Would not answer" } }));
  return { ...form, items, groups: shown };
}
