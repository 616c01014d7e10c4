// The rules of the study document in the page: the checked trees of the rules room, evaluated as they are there, in
// Kleene's logic. Integers are BigInt, other numbers are Number, so that both sides count alike. Nothing is parsed here
// but JSON. The test vectors of the language are asked of this module too.

/** The document is at fault: what was asked has no answer. */
export class RuleFault extends Error {}

/** The unknown answer, with every path that could still decide. */
export class Missing {
  constructor(paths) { this.paths = new Set(paths); }
}
/** Unknown for want of a condition, whatever item is asked of it. */
class Unsettled extends Missing {}
/** A place in a filtered list of which nobody knows whether an element stands there. */
class Hole extends Unsettled {}

/** A list fact; `unaffirmed` are the paths for want of which nobody has affirmed it complete. */
export class Listing {
  constructor(items, unaffirmed = [], path = "") { this.items = items; this.unaffirmed = new Set(unaffirmed); this.path = path; }
}
/** A day of the calendar, as YYYY-MM-DD. */
export class Day {
  constructor(text) { this.text = text; }
  get value() { return BigInt(Math.round(Date.parse(`${this.text}T00:00:00Z`) / DAY)); }
}
/** An instant, in microseconds since 1970. */
export class Instant {
  constructor(text) {
    const fraction = /\.(\d{1,6})/.exec(text)?.[1] ?? "";
    this.value = BigInt(Date.parse(text.replace(/\.\d+/, ""))) * 1000n + BigInt(fraction.padEnd(6, "0") || 0);
  }
}

const DAY = 86400000;
const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;
const fault = (text) => { throw new RuleFault(text); };
const union = (...sets) => new Set(sets.flatMap((one) => [...one]));
const missingOf = (values) => union(...values.filter((one) => one instanceof Missing).map((one) => one.paths));

/** Read JSON with integers as BigInt and other numbers as Number. */
export function readExact(text) {
  return JSON.parse(text, (_, value, { source } = {}) => (typeof value === "number" && source && /^-?\d+$/.test(source) ? BigInt(source) : value));
}

function bounded(value) {
  if (typeof value === "bigint" ? value < LEAST || value > MOST : !Number.isFinite(value)) fault("a number is out of range");
  return value;
}

/** Take in a fact or an item. */
function received(value, path) {
  if (value === null || value === undefined) return new Missing([path]);
  if (typeof value === "bigint" || typeof value === "number") return bounded(value);
  if (Array.isArray(value) || value instanceof Listing) {
    const list = value instanceof Listing ? value : new Listing(value);
    const name = list.path || path;
    return new Listing(list.items.map((one) => received(one, name)), list.unaffirmed, name);
  }
  return value;
}

function kindOf(value) {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint" || typeof value === "number") return "number";
  if (typeof value === "string") return "text";
  if (value instanceof Instant) return "timestamp";
  if (value instanceof Day) return "date";
  return fault("a single value is wanted here");
}

function sameKind(one, other) {
  const kind = kindOf(one);
  return kind === kindOf(other) ? kind : fault("two kinds are compared");
}

/** -1, 0 or 1; texts by their code points. */
function compared(one, other) {
  const kind = sameKind(one, other);
  if (kind === "text") return comparedTexts([...one], [...other]);
  const [a, b] = kind === "date" || kind === "timestamp" ? [one.value, other.value] : [one, other];
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparedTexts(one, other) {
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const difference = one[at].codePointAt(0) - other[at].codePointAt(0);
    if (difference) return Math.sign(difference);
  }
  return Math.sign(one.length - other.length);
}

const ordered = (test) => (one, other) => (sameKind(one, other) === "bool" ? fault("true and false have no order") : test(compared(one, other)));
const number = (value) => (kindOf(value) === "number" ? value : fault("a number is wanted here"));
const both = (one, other) => typeof one === "bigint" && typeof other === "bigint";
const calculated = (whole, other) => (one, two) => {
  number(one); number(two);
  return bounded(both(one, two) ? whole(one, two) : other(Number(one), Number(two)));
};
const divided = (one, two) => (Number(two) === 0 ? fault("division by zero") : Number(one) / Number(two));
const OPERATIONS = {
  "==": (one, other) => compared(one, other) === 0, "!=": (one, other) => compared(one, other) !== 0,
  "<": ordered((sign) => sign < 0), "<=": ordered((sign) => sign <= 0),
  ">": ordered((sign) => sign > 0), ">=": ordered((sign) => sign >= 0),
  "+": calculated((a, b) => a + b, (a, b) => a + b), "-": calculated((a, b) => a - b, (a, b) => a - b),
  "*": calculated((a, b) => a * b, (a, b) => a * b), "/": calculated(divided, divided),
  "%": calculated((a, b) => (b === 0n ? fault("division by zero") : a % b), () => fault("% takes integers")),
};

/** What a rule is evaluated over: facts by name, the zone of the site, and who holds which role. */
class Scope {
  constructor(facts, context) { this.facts = facts; this.context = context; this.known = new Map(); this.slots = []; this.paths = []; }
  read(name) {
    if (!this.known.has(name)) this.known.set(name, received(this.facts[name], name));
    return this.known.get(name);
  }
}

/** Answer a rule, as `rule_to_json` wrote it, over facts. */
export function evaluate(rule, facts, context = {}) {
  return step(rule.tree, new Scope(facts, context), []);
}

const STEPS = {
  constant: (node) => node.value,
  name: (node, scope, bound) => (bound.includes(node.name) ? scope.slots[bound.lastIndexOf(node.name)] : scope.read(node.name)),
  select: selected,
  items: (node, scope, bound) => new Listing(node.items.map((one) => step(one, scope, bound))),
  unary: (node, scope, bound) => strict([step(node.arg, scope, bound)], node.op === "!" ? denied : (value) => bounded(-number(value))),
  joined,
  binary,
  choose: (node, scope, bound) => {
    const found = step(node.condition, scope, bound);
    if (typeof found === "boolean") return step(found ? node.yes : node.no, scope, bound);
    return new Unsettled(unknown(found));
  },
  call: called,
  quantified,
};

function step(node, scope, bound) { return STEPS[node.is](node, scope, bound); }

const denied = (value) => (typeof value === "boolean" ? !value : fault("a condition is wanted here"));

function strict(values, apply) {
  const missing = missingOf(values);
  return values.some((one) => one instanceof Missing) ? new Missing(missing) : apply(...values);
}

function unknown(answer) {
  return answer instanceof Missing ? answer.paths : fault("a condition is neither true nor false");
}

function listOf(value) {
  return value instanceof Listing || value instanceof Missing ? value : fault("a list is wanted here");
}

function selected(node, scope, bound) {
  const record = step(node.of, scope, bound);
  if (record instanceof Unsettled) return record;
  if (record instanceof Missing) return new Missing([...record.paths].map((path) => `${path}.${node.field}`));
  if (typeof record !== "object" || record instanceof Listing || record instanceof Day || record instanceof Instant) return fault("this is no record");
  return received(record[node.field], `${pathOf(node.of, scope, bound)}.${node.field}`);
}

/** The name of the record or list that a node stands for. */
function pathOf(node, scope, bound) {
  if (node.is === "name" && bound.includes(node.name)) return scope.paths[bound.lastIndexOf(node.name)];
  if (node.is === "name") {
    const value = scope.read(node.name);
    return value instanceof Listing ? value.path : node.name;
  }
  if (node.is === "select") return `${pathOf(node.of, scope, bound)}.${node.field}`;
  if (node.is === "choose") return pathOf(step(node.condition, scope, bound) === true ? node.yes : node.no, scope, bound);
  if (node.is === "quantified") return pathOf(node.over, scope, bound);
  if (node.is === "call") return pathOf(node.args[0], scope, bound);
  return "list";
}

function joined(node, scope, bound) {
  const decides = node.op === "||";
  let missing = new Set();
  for (const part of node.parts) {
    const answer = step(part, scope, bound);
    if (answer === decides) return decides;
    if (answer !== !decides) missing = union(missing, unknown(answer));
  }
  return missing.size ? new Missing(missing) : !decides;
}

const isNull = (node) => node.is === "constant" && (node.value ?? null) === null;

function binary(node, scope, bound) {
  if (isNull(node.left) || isNull(node.right)) {
    const value = step(isNull(node.right) ? node.left : node.right, scope, bound);
    return value instanceof Missing === (node.op === "==");
  }
  const one = step(node.left, scope, bound);
  const other = step(node.right, scope, bound);
  return node.op === "in" ? contained(one, listOf(other)) : strict([one, other], OPERATIONS[node.op]);
}

function contained(value, over) {
  if (over instanceof Missing || value instanceof Missing) {
    const among = over instanceof Missing ? [] : [...over.items, new Missing(over.unaffirmed)];
    return new Missing(missingOf([value, over, ...among]));
  }
  if (over.items.some((one) => !(one instanceof Missing) && compared(value, one) === 0)) return true;
  const missing = union(missingOf(over.items), over.unaffirmed);
  return missing.size ? new Missing(missing) : false;
}

// --- Functions -------------------------------------------------------------------------------------------------------

/** The paths of the facts that a tree names, as far as they are written. */
function pathsIn(tree) {
  const variables = new Set();
  const found = [];
  const written = (node) => (node.is === "name" ? node.name : node.is === "select" && written(node.of) ? `${written(node.of)}.${node.field}` : "");
  const below = { select: ["of"], unary: ["arg"], binary: ["left", "right"], choose: ["condition", "yes", "no"], quantified: ["over", "body"] };
  const walk = (node, isField) => {
    if (node.is === "quantified") variables.add(node.variable);
    if (!isField && written(node)) found.push(written(node));
    for (const one of [...(node.parts ?? node.items ?? node.args ?? []), ...(below[node.is] ?? []).map((name) => node[name])]) walk(one, node.is === "select");
  };
  walk(tree, false);
  return found.filter((path) => !variables.has(path.split(".")[0]));
}

function empty(over, of) {
  const paths = over.path ? [over.path] : pathsIn(of);
  return paths.length ? new Missing(paths) : fault("an answer is asked of an empty list that stands for no fact");
}

function called(node, scope, bound) {
  const [of] = node.args;
  if (node.function === "date") return new Day(of.value);
  if (node.function === "timestamp") return new Instant(of.value);
  const values = node.args.map((one) => step(one, scope, bound));
  if (node.function === "has") return !(values[0] instanceof Missing);
  if (node.function in LISTS) return LISTS[node.function](values[0], of, node);
  if (node.function === "size" && typeof values[0] === "string") return BigInt([...values[0]].length);
  if (node.function in AGGREGATES) return aggregated(node.function, listOf(values[0]), of);
  return strict(values, (...known) => FUNCTIONS[node.function](scope.context, ...known));
}

const LISTS = {
  latest: (value, of) => {
    const over = listOf(value);
    if (over instanceof Missing) return over;
    let holes = new Set();
    for (const item of over.items.toReversed()) {
      if (!(item instanceof Hole)) return holes.size ? new Unsettled(union(holes, missingOf([item]))) : item;
      holes = union(holes, item.paths);
    }
    return holes.size ? new Unsettled(holes) : empty(over, of);
  },
  count_answered: (value) => {
    const over = listOf(value);
    return over instanceof Missing ? 0n : BigInt(over.items.filter((one) => !(one instanceof Missing)).length);
  },
  prorated: (value, of, node) => {
    const over = listOf(value);
    if (over instanceof Missing) return over;
    const answered = over.items.filter((one) => !(one instanceof Missing));
    if (over.unaffirmed.size || answered.length < Number(node.args[1].value) || over.items.some((one) => one instanceof Hole)) {
      return over.items.length ? new Missing(union(missingOf(over.items), over.unaffirmed)) : empty(over, of);
    }
    return bounded((Number(total(answered)) * over.items.length) / answered.length);
  },
};

const total = (values) => values.reduce((sum, one) => OPERATIONS["+"](sum, one), 0n);
const extreme = (sign) => (values) => values.reduce((best, one) => (compared(one, best) * sign > 0 ? one : best));
const AGGREGATES = {
  sum: total, mean: (values) => Number(total(values)) / values.length,
  min: extreme(-1), max: extreme(1), size: (values) => BigInt(values.length),
};

function aggregated(name, over, of) {
  if (over instanceof Missing) return over;
  const missing = union(missingOf(over.items), over.unaffirmed);
  if (missing.size) return new Missing(missing);
  return over.items.length || name === "sum" || name === "size" ? AGGREGATES[name](over.items) : empty(over, of);
}

/** The day of an instant in the site's zone; a day is itself. */
function localDay(context, value) {
  if (value instanceof Day) return value;
  if (!(value instanceof Instant)) return fault("a date or a timestamp is wanted here");
  const shown = new Intl.DateTimeFormat("en-CA", { timeZone: context.zone ?? "UTC", year: "numeric", month: "2-digit", day: "2-digit" });
  return new Day(shown.format(new Date(Number(value.value / 1000n))));
}

const FUNCTIONS = {
  local_day: localDay,
  double: (_, value) => Number(number(value)),
  days_between: (context, one, other) => localDay(context, other).value - localDay(context, one).value,
  age_at: (context, birth, day) => {
    const [born, at] = [localDay(context, birth).text, localDay(context, day).text];
    return BigInt(at.slice(0, 4)) - BigInt(born.slice(0, 4)) - (at.slice(5) < born.slice(5) ? 1n : 0n);
  },
  add_days: (context, day, days) => {
    if (typeof days !== "bigint") fault("add_days takes an integer");
    const found = new Date(Number((localDay(context, day).value + days) * BigInt(DAY)));
    const year = found.getUTCFullYear();
    return year >= 1 && year <= 9999 ? new Day(found.toISOString().slice(0, 10)) : fault("a date is out of range");
  },
  holds_role: (context, person, role) => (context.holdsRole ? context.holdsRole(person, role) : fault("nobody knows who holds which role")),
};

// --- Macros over lists -----------------------------------------------------------------------------------------------

function quantified(node, scope, bound) {
  const over = listOf(step(node.over, scope, bound));
  if (over instanceof Missing) return over;
  const slot = bound.length;
  const within = [...bound, node.variable];
  scope.paths[slot] = over.path;
  const ask = (element) => {
    scope.slots[slot] = element;
    return element instanceof Hole ? element : step(node.body, scope, within);
  };
  return MACROS[node.kind](over, ask);
}

const decided = (decides) => (over, ask) => {
  let missing = over.unaffirmed;
  for (const element of over.items) {
    const answer = ask(element);
    if (answer === decides) return decides;
    if (answer !== !decides) missing = union(missing, unknown(answer));
  }
  return missing.size ? new Missing(missing) : !decides;
};

const MACROS = {
  exists: decided(true),
  all: decided(false),
  exists_one: (over, ask) => {
    let count = 0;
    let missing = over.unaffirmed;
    for (const element of over.items) {
      const answer = ask(element);
      if (answer === true && ++count > 1) return false;
      if (typeof answer !== "boolean") missing = union(missing, unknown(answer));
    }
    return missing.size ? new Missing(missing) : count === 1;
  },
  filter: (over, ask) => {
    const kept = [];
    for (const element of over.items) {
      const answer = ask(element);
      if (answer === true) kept.push(element);
      else if (answer !== false) kept.push(new Hole(unknown(answer)));
    }
    return new Listing(kept, over.unaffirmed, over.path);
  },
  map: (over, ask) => new Listing(over.items.map(ask), over.unaffirmed, over.path),
};
