// The continuous signals of a session: traces of the last half hour by uPlot, and the same in numbers. Nothing is
// decided here. What was no reading is a gap; so is a silence. Memory is bounded: what is older than shown is dropped.

const given = JSON.parse(document.querySelector("#given").textContent);
const place = document.querySelector("#signals");
const SHOWN = 1800; // seconds
const MOST = 3600; // samples
const SILENT = 10; // seconds without a sample: a gap, and said so
const NOW = 1000; // milliseconds between two looks at the clock
const SIGNALS = [
  { id: "heart_rate", title: "Heart rate", unit: "/min", low: 40, high: 140, step: 40 },
  { id: "spo2", title: "SpO2", unit: "%", low: 85, high: 100, step: 5 },
];

const number = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: given.zone });
const clock = (seconds) => number.format(new Date(1000 * seconds));

/** The samples that are shown: a column of seconds and one of values for each signal. A gap is null. */
export class Ring {
  constructor() { this.clear(); }
  clear() { this.columns = Object.fromEntries(SIGNALS.map(({ id }) => [id, [[], []]])); }

  /** Take in samples, oldest first. @param {Array<{at: number}>} samples */
  take(samples) {
    for (const sample of samples) for (const { id } of SIGNALS) if (id in sample) this.#push(id, sample.at / 1000, sample[id]);
    const newest = this.newest();
    for (const [times, values] of Object.values(this.columns)) {
      const first = Math.max(times.findIndex((at) => at >= newest - SHOWN), times.length - MOST, 0);
      if (times.length && times.at(-1) < newest - SHOWN) { times.length = 0; values.length = 0; }
      if (first) { times.splice(0, first); values.splice(0, first); }
    }
  }

  #push(id, at, value) {
    const [times, values] = this.columns[id];
    const last = times.at(-1);
    if (last !== undefined && at <= last) return;
    if (last !== undefined && at - last > SILENT) { times.push(last + 0.001); values.push(null); }
    times.push(at);
    values.push(value > 0 ? value : null);
  }

  /** The time of the newest sample, in seconds. */
  newest() { return Math.max(0, ...Object.values(this.columns).map(([times]) => times.at(-1) ?? 0)); }

  /** Lowest and highest value of the last seconds; nothing where there was no reading. */
  span(id, seconds) {
    const [times, values] = this.columns[id];
    const from = this.newest() - seconds;
    let found = null;
    for (let at = times.length - 1; at >= 0 && times[at] >= from; at -= 1) {
      if (values[at] !== null) found = found ? [Math.min(found[0], values[at]), Math.max(found[1], values[at])] : [values[at], values[at]];
    }
    return found;
  }
}

const ring = new Ring();
let traces = null;
let heard = 0;

/** Load the library once there is something to draw: a page without signals never does. */
async function begin() {
  const style = document.createElement("link");
  Object.assign(style, { rel: "stylesheet", href: place.dataset.style });
  const script = document.createElement("script");
  script.src = place.dataset.chart;
  document.head.append(style, script);
  await new Promise((done, failed) => { script.onload = done; script.onerror = failed; });
  traces = SIGNALS.map((signal) => trace(signal));
  new ResizeObserver(() => traces.forEach(({ plot }) => plot.setSize({ width: width(), height: plot.height }))).observe(place);
  draw();
}

const width = () => Math.max(280, place.clientWidth);
/** A color of the page as a canvas reads it: resolved, since a token differs by theme. */
function color(name) {
  const said = place.querySelector(".lost");
  said.style.outlineColor = `var(${name})`;
  return getComputedStyle(said).outlineColor;
}

/** One trace with its limits. */
function trace(signal) {
  const axis = { stroke: color("--quiet"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "13px sans-serif" };
  const limits = given.limits.find((one) => one.about === signal.id)?.limits ?? [];
  const plot = new window.uPlot({
    title: `${signal.title}, ${signal.unit}`, width: width(), height: 110, legend: { show: false }, cursor: { show: false }, select: { show: false },
    tzDate: (at) => window.uPlot.tzDate(new Date(1000 * at), given.zone),
    scales: {
      x: { time: true, range: () => [ring.newest() - SHOWN, ring.newest() + 5] },
      y: { range: (_, low, high) => [Math.min(signal.low, low ?? signal.low), Math.max(signal.high, high ?? signal.high)] },
    },
    axes: [{ ...axis, values: "{HH}:{mm}", space: 90, size: 26 }, { ...axis, size: 46, space: 22, incrs: [signal.step] }],
    series: [{}, { stroke: color("--ink"), width: 1.5, spanGaps: false, points: { show: false } }],
    hooks: { drawAxes: [(drawn) => bands(drawn, limits)] },
  }, ring.columns[signal.id], place.querySelector(".traces"));
  return { signal, plot };
}

/** The document's limits as bands, as in the chart above. */
function bands(plot, limits) {
  const { left, top, width: wide, height } = plot.bbox;
  plot.ctx.save();
  for (const limit of limits) {
    if (limit.level === "hold") continue;
    const upper = limit.over ?? limit.at_least;
    const edge = Math.max(top, Math.min(top + height, plot.valToPos(upper ?? limit.under, "y", true)));
    plot.ctx.fillStyle = color(limit.level === "withhold" ? "--amber" : "--red");
    plot.ctx.globalAlpha = 0.13;
    if (upper === undefined || upper === null) plot.ctx.fillRect(left, edge, wide, top + height - edge);
    else plot.ctx.fillRect(left, top, wide, edge - top);
  }
  plot.ctx.restore();
}

function draw() {
  for (const { signal, plot } of traces ?? []) {
    plot.root.hidden = ring.columns[signal.id][0].length === 0;
    plot.setData(ring.columns[signal.id]);
  }
  numbers();
}

const told = (span) => (span ? (span[0] === span[1] ? `${span[0]}` : `${span[0]}–${span[1]}`) : "no reading");

/** The same as a table: what a screen reader has of it. */
function numbers() {
  const rows = SIGNALS.filter(({ id }) => ring.columns[id][0].length).map(({ id, title, unit }) => {
    const [times, values] = ring.columns[id];
    const row = document.createElement("tr");
    const cells = [`${title}, ${unit}`, isSilent() ? "–" : values.at(-1) ?? "no reading", ...[60, 300, SHOWN].map((seconds) => told(ring.span(id, seconds)))];
    cells.forEach((text, at) => {
      const cell = document.createElement(at ? "td" : "th");
      if (!at) cell.scope = "row";
      else cell.className = text === "no reading" || text === "–" ? "num unknown" : "num";
      cell.textContent = text;
      row.append(cell);
    });
    row.dataset.signal = id;
    row.dataset.at = times.at(-1);
    return row;
  });
  place.querySelector("tbody").replaceChildren(...rows);
  const text = isSilent() ? `Nothing has come since ${clock(ring.newest())}. Look at the participant and at the monitor.` : "";
  const said = place.querySelector(".lost");
  if (said.textContent !== text) said.textContent = text;
}

const isSilent = () => Date.now() - heard > 1000 * SILENT;

let begun = false;
let asked = false;
document.addEventListener("session:signal", ({ detail }) => {
  if (detail.whole) ring.clear();
  ring.take(detail.samples);
  heard = detail.whole ? Date.now() - Math.max(0, detail.now - 1000 * ring.newest()) : Date.now();
  place.hidden = false;
  if (!begun) { begun = true; begin().catch(() => {}); }
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; draw(); });
});
setInterval(() => {
  if (!begun || place.hidden) return;
  place.hidden = Date.now() - heard > 1000 * SHOWN; // what ended long ago is in the ledger and no longer here
  numbers();
}, NOW);
