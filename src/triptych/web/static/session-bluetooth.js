// Readings of blood-pressure cuffs and thermometers by Web Bluetooth: the profiles Blood Pressure (0x1810) and Health
// Thermometer (0x1809). A value that is zero, special or marked as faulty by the device is no reading. Typing is always
// there; this only spares it.

const KPA = 7.500617; // mmHg
const FRESH = 180000;
/** Mantissas that are no number: +INF, NaN, NRes, reserved, −INF, in both widths (IEEE 11073-20601). */
const SPECIAL = { 12: [0x7fe, 0x7ff, 0x800, 0x801, 0x802], 24: [0x7ffffe, 0x7fffff, 0x800000, 0x800001, 0x800002] };
const FAULTS = [[0x01, "the body moved"], [0x02, "the cuff was too loose"], [0x20, "the position was wrong"]];
export const PROFILES = {
  blood_pressure: { service: 0x1810, characteristic: 0x2a35, read: bloodPressure, title: "Blood-pressure cuff" },
  thermometer: { service: 0x1809, characteristic: 0x2a1c, read: temperature, title: "Thermometer" },
};

/** A number of mantissa and exponent, both signed; nothing where it is none. */
function decoded(mantissa, bits, exponent) {
  if (SPECIAL[bits].includes(mantissa)) return null;
  const signed = mantissa >= 2 ** (bits - 1) ? mantissa - 2 ** bits : mantissa;
  return exponent < 0 ? signed / 10 ** -exponent : signed * 10 ** exponent;
}

/** An SFLOAT of 16 bits. @param {DataView} view @param {number} at */
export function sfloat(view, at) {
  const raw = view.getUint16(at, true);
  const exponent = raw >> 12;
  return decoded(raw & 0xfff, 12, exponent >= 8 ? exponent - 16 : exponent);
}

/** A FLOAT of 32 bits. @param {DataView} view @param {number} at */
export function float(view, at) {
  return decoded(view.getUint32(at, true) & 0xffffff, 24, view.getInt8(at + 3));
}

/** A date and time of seven bytes by the device's own clock, as the local time of this tablet; nothing if not set. */
function clock(view, at) {
  const [month, day, hour, minute, second] = [2, 3, 4, 5, 6].map((byte) => view.getUint8(at + byte));
  const year = view.getUint16(at, true);
  return year && month && day ? new Date(year, month - 1, day, hour, minute, second).getTime() : null;
}

const real = (value) => (value !== null && value > 0 ? value : null);

/** A Blood Pressure Measurement (0x2A35). @param {DataView} view */
function bloodPressure(view) {
  const flags = view.getUint8(0);
  const factor = flags & 1 ? KPA : 1;
  const pressure = (at) => { const value = real(sfloat(view, at)); return value === null ? null : Math.round(value * factor); };
  const values = { systolic: pressure(1), diastolic: pressure(3) };
  let at = 7;
  const timed = flags & 2 ? clock(view, at) : null;
  if (flags & 2) at += 7;
  if (flags & 4) { const rate = real(sfloat(view, at)); values.heart_rate = rate === null ? null : Math.round(rate); at += 2; }
  if (flags & 8) at += 1;
  const status = flags & 16 ? view.getUint16(at, true) : 0;
  return { values: known(values), at: timed, faults: FAULTS.filter(([bit]) => status & bit).map(([, text]) => text), notes: status & 4 ? ["irregular pulse"] : [] };
}

/** A Temperature Measurement (0x2A1C). @param {DataView} view */
export function temperature(view) {
  const flags = view.getUint8(0);
  const value = real(float(view, 1));
  const celsius = value === null ? null : Math.round(10 * (flags & 1 ? (value - 32) / 1.8 : value)) / 10;
  return { values: known({ temperature: celsius }), at: flags & 2 ? clock(view, 5) : null, faults: [], notes: [] };
}

const known = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

/** Why a reading is not filed by itself; nothing if it is. @param {number} now milliseconds */
export function doubt(reading, now) {
  if (!Object.keys(reading.values).length) return "The device sent no reading. Measure again, or type it.";
  if (reading.faults.length) return `The device says that ${reading.faults.join(" and ")}. Measure again, or type it.`;
  if (reading.at === null) return "ask";
  return Math.abs(now - reading.at) > FRESH ? "ask" : "";
}

/** Why devices cannot be reached from here; nothing if they can. */
function hindrance() {
  if (!isSecureContext) return "This address is not secure, so no device can be reached. Type the readings.";
  return navigator.bluetooth ? "" : "This browser reaches no devices by Bluetooth. Type the readings.";
}

/** Reach a device that the person chooses, and tell each reading until it goes away. */
async function listen(kind, heard, ended) {
  const { service, characteristic, read } = PROFILES[kind];
  const device = await navigator.bluetooth.requestDevice({ filters: [{ services: [service] }] });
  device.addEventListener("gattserverdisconnected", () => ended(device.name ?? "The device"));
  const server = await device.gatt.connect();
  const found = await (await server.getPrimaryService(service)).getCharacteristic(characteristic);
  found.addEventListener("characteristicvaluechanged", ({ target }) => {
    let reading = { values: {}, at: null, faults: [], notes: [] };
    try { reading = read(target.value); } catch { /* cut off: no reading */ }
    heard(device.name ?? "", reading);
  });
  await found.startNotifications();
  if (found.properties.read) await found.readValue();
  return device.name ?? "";
}

/** The buttons of the page. @param {{given: object, enter: Function, element: Function, now: () => number, place: Element}} page */
export function beginDevices({ given, enter, element, now, place }) {
  if (!place || !given.forms.vitals) return;
  const said = element("p", hindrance(), { class: "quiet", role: "status" });
  const asked = element("div");
  const file = async (name, reading) => {
    const { items } = given.forms.vitals;
    const missed = items.filter((item) => item.required && !(item.id in reading.values) && item.missing.includes("not-performed"));
    const values = { ...reading.values, ...Object.fromEntries(missed.map((item) => [item.id, { missing: "not-performed" }])) };
    await enter("vitals", values, { source: name });
    said.textContent = `${name}: ${told(reading)}, kept.`;
  };
  const heard = (name, reading) => {
    asked.replaceChildren();
    if (!(name in given.devices)) { said.textContent = `${name || "This device"} is not registered at this site. Type the reading.`; return; }
    const why = doubt(reading, now());
    if (why === "") { file(name, reading); return; }
    if (why !== "ask") { said.textContent = `${name}: ${why}`; return; }
    said.textContent = reading.at === null ? `${name} does not say when it measured.` : `${name} says that it measured at ${new Date(reading.at).toLocaleTimeString("en-GB")}.`;
    const yes = element("button", `File ${told(reading)} as of now`, { type: "button", class: "big primary" });
    const no = element("button", "It is not of now", { type: "button", class: "big" });
    yes.addEventListener("click", () => { asked.replaceChildren(); file(name, reading); });
    no.addEventListener("click", () => { asked.replaceChildren(); said.textContent = "Not filed."; });
    asked.append(yes, no);
  };
  for (const [kind, { title }] of Object.entries(PROFILES)) {
    const button = element("button", title, { type: "button", class: "big", "data-device": kind });
    button.disabled = Boolean(hindrance());
    button.addEventListener("click", async () => {
      said.textContent = "Choose the device.";
      try {
        const name = await listen(kind, heard, (gone) => { said.textContent = `${gone} went away. Type the readings, or reach it again.`; });
        if (said.textContent === "Choose the device.") said.textContent = `${name} is reached. Its readings are kept as they come.`;
      } catch { said.textContent = "No device was reached. Type the readings."; }
    });
    place.append(button);
  }
  place.append(said, asked);
}

const told = ({ values, notes }) => [
  values.systolic && values.diastolic ? `${values.systolic}/${values.diastolic}` : "",
  values.heart_rate ? `${values.heart_rate}/min` : "", values.temperature ? `${values.temperature} °C` : "", ...notes,
].filter(Boolean).join(", ");
