// Recognition rules over a session's signs and readings, decided as the server decides them (safety/recognition.py). A
// sign is carried forward as it was last known; what nobody has examined is unknown and never a no. `evaluate` is that of
// rules.js, `rules` are the document's: what is watched, and how much drinking is a reason to look.

const BEFORE = "_before";
const BASELINE = "_baseline";
const DRINK = "session_drink";
const INTAKE = "intake_high";
const HOUR = 3600000;

/** The fact of a record that a fact of a rule is found from. */
const statedAs = (name) => (name === INTAKE ? DRINK : name.replace(/_(before|baseline)$/, ""));

/** The facts of a session in the order in which they were stated, each after the other. */
class Facts {
  constructor(rules, dosedAt, apart) {
    Object.assign(this, { rules, dosedAt, apart, series: {}, drinks: [], known: {} });
  }

  take({ at, facts }) {
    for (const [name, value] of Object.entries(facts)) {
      if (name === DRINK) this.drinks.push([at, value]);
      else if (value !== null) {
        this.known[name] = value;
        if (this.rules.watched.includes(name)) this.measure(name, at, value);
      }
    }
    this.drunk(at);
  }

  measure(name, at, value) {
    const series = (this.series[name] ??= []);
    series.push([at, value]);
    const before = series.findLast(([when]) => when <= at - this.apart);
    if (before) this.known[name + BEFORE] = before[1];
    if (this.dosedAt !== null && at <= this.dosedAt) this.known[name + BASELINE] = value;
  }

  drunk(at) {
    delete this.known[INTAKE];
    const since = this.drinks.filter(([when]) => this.dosedAt === null || when >= this.dosedAt);
    const sum = (of) => of.reduce((total, [, volume]) => total + (volume ?? 0), 0);
    const { hour, total } = this.rules;
    if ((hour !== null && sum(since.filter(([when]) => when > at - HOUR)) > hour) || (total !== null && sum(since) > total)) this.known[INTAKE] = true;
    else if (since.length && since.every(([, volume]) => volume !== null)) this.known[INTAKE] = false;
  }
}

/**
 * The answers of a rule at every record that states a fact it reads: one where it is true, zero where it is not, none
 * where it cannot be decided or the record says nothing new for it.
 * @param {{rule: object, apart: number}} one apart in milliseconds
 * @param {{at: number, record: string, facts: object}[]} day oldest first
 */
function readingsOf(one, rules, day, dosedAt, evaluate) {
  const reads = new Set(one.rule.reads.map(statedAs));
  const facts = new Facts(rules, dosedAt, one.apart);
  const found = [];
  for (const stated of day) {
    const before = { ...facts.known };
    facts.take(stated);
    const mine = Object.keys(stated.facts).filter((name) => reads.has(name));
    if (!mine.length) continue;
    const answer = evaluate(one.rule, facts.known);
    let value = answer === true ? 1 : answer === false ? 0 : null;
    if (value === 1 && !mine.some((name) => stated.facts[name] === true)) {
      const rest = Object.fromEntries(Object.entries(before).filter(([name]) => !mine.includes(statedAs(name))));
      if (evaluate(one.rule, rest) === true) value = null;
    }
    found.push({ at: stated.at, value, record: stated.record });
  }
  return found;
}

/** The rules that cannot be decided now, where something makes it matter: what each asks to be examined. */
export function questions(recognize, rules, day, dosedAt, evaluate) {
  return recognize.filter((one) => {
    if (!one.ask) return false;
    const facts = new Facts(rules, dosedAt, one.apart);
    for (const stated of day) if (!stated.is_signal) facts.take(stated);
    return typeof evaluate(one.rule, facts.known) !== "boolean" && evaluate(one.askWhen, facts.known) === true;
  });
}

/** What an entry that waits on this tablet states, as the server would read it. */
export function statedIn(given, { form, values }) {
  if (form === DRINK) return { [DRINK]: typeof values.volume === "number" ? values.volume : null };
  const facts = {};
  for (const { about, form: held, item, zero } of given.limits) {
    const value = values[item];
    if (held === form && typeof value === "number" && (value > 0 || (value === 0 && zero))) facts[about] = value;
  }
  if (form === "session_signs") for (const [item, value] of Object.entries(values)) if (typeof value === "boolean") facts[item] = value;
  return facts;
}

const measured = (of, day) => day.map(({ at, record, facts, is_signal }) => ({ at, record, value: facts[of.about] ?? null, is_signal }));

/** The extra readings that values past a limit ask for, beside the document's schedule. */
export function extraReadings(given, day, closings, { limitAlarms, nextReading }) {
  return given.limits.flatMap((of) => {
    const readings = measured(of, day);
    const asking = nextReading(of, readings, limitAlarms(of, readings, closings.filter((one) => one.about === of.about)));
    return asking ? [{ about: of.about, form: of.form, title: of.title, ...asking }] : [];
  });
}

/** Every alarm of limits and of recognition rules that a session's records raise, those that are over included. */
export function sessionAlarms(given, day, closings, dosedAt, { limitAlarms, evaluate }) {
  const closed = (about) => closings.filter((one) => one.about === about);
  const limited = given.limits.flatMap((of) => limitAlarms(of, measured(of, day), closed(of.about)));
  const recognized = given.recognize.flatMap((one) => {
    const of = { about: one.id, title: one.title, limits: [{ level: one.level, at_least: 1 }], after: one.after, late: one.late };
    return limitAlarms(of, readingsOf(one, given, day.filter((stated) => !stated.is_signal), dosedAt, evaluate), closed(one.id));
  });
  return [...limited, ...recognized];
}
