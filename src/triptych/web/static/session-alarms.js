// Alarms of the readings that this tablet knows, decided as the server decides them (safety/alarms.py): one alarm a
// parameter and episode, raised again only when it becomes worse or comes back. Amber waits for a repeat; red never
// does, and no reading clears it. They are decided with no server; session-sounding.js tells of them.

const LEVELS = ["hold", "withhold", "notify", "emergency"];
const OPEN = ["unconfirmed", "confirmed", "red", "settled"];
const CALM = 2;
const rank = (level) => LEVELS.indexOf(level);
/** Whether a level is of high priority. */
export const isRed = (level) => level === "notify" || level === "emergency";

/** Whether a value is at or past a limit. */
function meets(limit, value) {
  if (limit.over != null) return value > limit.over;
  if (limit.at_least != null) return value >= limit.at_least;
  return limit.under != null && value < limit.under;
}

/** The highest level that a value reaches; `hold` counts before the first dose alone. */
function levelOf(limits, value, beforeDose = false) {
  const met = limits.filter((one) => meets(one, value) && (beforeDose || one.level !== "hold")).map((one) => one.level);
  return met.reduce((best, one) => (rank(one) > rank(best) ? one : best), null);
}

/**
 * The alarms that the readings of one parameter, oldest first, raise; a missing reading changes nothing.
 * @param {{about: string, title: string, limits: object[], after: number, late: number}} of times in milliseconds
 * @param {{at: number, value: number|null, record: string, is_signal?: boolean}[]} readings one of a continuous
 *   signal raises an alarm as any does, and makes no repeat that is asked for
 * @param {{at: number, record: string}[]} closings a person's word that an alarm is over
 */
export function limitAlarms(of, readings, closings = []) {
  const episodes = new Episodes(of, closings);
  for (const reading of readings) if (reading.value !== null) episodes.take(reading, levelOf(of.limits, reading.value));
  return episodes.done();
}

/**
 * When the next reading of one parameter is due because of its last one; none once it is within limits again: `after` a
 * reading that raised an alarm, then `every` so long until the alarm is over or settled, whether or not a person closed it.
 */
export function nextReading(of, readings, alarms) {
  const alarm = alarms.length && isOpen(alarms.at(-1)) ? alarms.at(-1) : null;
  const last = readings.findLast((one) => one.value !== null && (!one.is_signal || one.record === alarm?.record));
  if (!last) return null;
  if (alarm?.state === "unconfirmed") return { at: alarm.at, record: alarm.record, due: alarm.at + of.after };
  if (!(alarm && alarm.state !== "settled") && levelOf(of.limits, last.value) === null) return null;
  return { at: last.at, record: last.record, due: last.at + (alarm?.record === last.record ? of.after : of.every) };
}

class Episodes {
  constructor(of, closings) {
    this.of = of;
    this.closings = closings.toSorted((one, other) => one.at - other.at);
    this.found = [];
    this.calm = 0;
  }

  get current() {
    const last = this.found.at(-1);
    return last && OPEN.includes(last.state) ? last : null;
  }

  take(reading, level) {
    this.close(reading.at);
    if (level !== null) this.alarming(reading, level, this.current);
    else if (this.current) this.within(reading, this.current);
  }

  done() {
    this.close(null);
    return this.found;
  }

  /** End the current alarm where a person has closed it before the next value. */
  close(until) {
    const current = this.current;
    const closing = current && this.closings.find((one) => one.record === current.record && one.at >= current.at);
    if (closing && (until === null || closing.at < until)) this.become("closed", closing.at);
  }

  alarming(reading, level, current) {
    this.calm = 0;
    if (!current) this.raise(reading, level);
    else if (rank(level) > rank(current.level) || (current.state === "settled" && isRed(level))) {
      this.become("over", reading.at);
      // A danger that comes back is not smaller than it was: the level of an episode never falls.
      this.raise(reading, rank(level) > rank(current.level) ? level : current.level);
    } else if (current.state === "settled") this.become("red", null);
    else if (current.state === "unconfirmed" && !reading.is_signal && reading.at - current.at >= this.of.after) this.become("confirmed", null);
  }

  within(reading, current) {
    this.calm += 1;
    if (current.state === "unconfirmed") {
      if (reading.at - current.at >= this.of.after) this.become("not confirmed", reading.at);
    } else if (this.calm >= CALM) this.become(isRed(current.level) ? "settled" : "over", isRed(current.level) ? null : reading.at);
  }

  raise(reading, level) {
    const waits = !isRed(level);
    this.found.push({
      about: this.of.about, title: this.of.title, level, state: waits ? "unconfirmed" : "red", at: reading.at,
      record: reading.record, value: reading.value,
      repeatDue: waits ? reading.at + this.of.after : null, repeatLate: waits ? reading.at + this.of.late : null, endedAt: null,
    });
  }

  become(state, endedAt) {
    this.found[this.found.length - 1] = { ...this.found.at(-1), state, endedAt, repeatDue: null, repeatLate: null };
  }
}

/** Whether an alarm still stands. */
export const isOpen = (alarm) => OPEN.includes(alarm.state);
