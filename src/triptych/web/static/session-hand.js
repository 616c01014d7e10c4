// Whoever acknowledges or closes an alarm, or answers a test page, does it by their own hand: the PIN that they set on
// this device, on a pad for one thumb, else the password they logged in with. The server alone judges it, so nothing
// of it is kept here and nothing is acknowledged without a network.

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "Clear", "0", "⌫"];
const AWAY = "The server was not reached. Nothing was filed, and nobody else knows. Call, and tap “I called”: that is kept here.";

const cookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

/** The hand of the people at this device. */
export class Hand {
  /** @param {{given: object, dialog: HTMLDialogElement, element: Function, setPin: (person: string) => void}} made what it is made of */
  constructor(made) {
    Object.assign(this, made);
  }

  /** Ask for the hand of one of the people here, and post it with the values. @returns {Promise<boolean>} whether it was filed */
  ask(url, values, what, person) {
    this.dialog.close(); // what was asked before is dropped unanswered
    Object.assign(this, { url, values, what, person, byPassword: !this.given.crew[person].pin });
    this.draw();
    this.dialog.showModal();
    this.input.focus();
    return new Promise((done) => {
      this.dialog.addEventListener("close", () => done(this.dialog.returnValue === "filed"), { once: true });
      this.dialog.returnValue = "";
    });
  }

  draw() {
    const { element } = this;
    const form = element("form", "", { class: this.byPassword ? "asked" : "pad asked", method: "dialog" });
    this.input = element("input", "", { name: "hand", type: "password", autocomplete: "off", inputmode: this.byPassword ? "text" : "none" });
    const label = element("label", this.byPassword ? `Password of ${this.person}` : `PIN of ${this.person}`);
    label.append(this.input);
    this.problem = element("p", "", { class: "error", role: "alert" });
    this.problem.hidden = true;
    this.send = element("button", this.what, { class: "primary big", value: "send" });
    const buttons = element("div", "", { class: "buttons" });
    buttons.append(this.send, this.key("Back", () => this.dialog.close(), "big"), ...this.others());
    form.append(element("h2", this.what, { id: "confirming-title" }), this.people(), label, ...(this.byPassword ? [] : [this.keys()]), this.problem, buttons);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.post(); });
    this.dialog.replaceChildren(form);
  }

  key(text, act, look = "") {
    const button = this.element("button", text, { type: "button", class: look });
    button.addEventListener("click", act);
    return button;
  }

  /** Who it is, where several share the device. */
  people() {
    const names = Object.keys(this.given.crew);
    const row = this.element("div", "", { class: "tiles", role: "group", "aria-label": "By whose hand" });
    if (names.length > 1) row.append(...names.map((name) => {
      const button = this.key(name, () => { Object.assign(this, { person: name, byPassword: !this.given.crew[name].pin }); this.draw(); this.input.focus(); });
      button.setAttribute("aria-pressed", String(name === this.person));
      return button;
    }));
    row.hidden = names.length < 2;
    return row;
  }

  keys() {
    const pad = this.element("div", "", { class: "keys" });
    const press = (key) => { this.input.value = key === "Clear" ? "" : key === "⌫" ? this.input.value.slice(0, -1) : this.input.value + key; };
    pad.append(...KEYS.map((key) => {
      const button = this.key(key, () => press(key));
      if (key === "⌫") button.setAttribute("aria-label", "Delete the last digit");
      return button;
    }));
    return pad;
  }

  /** The password instead of a PIN, and a PIN for the next time: both for whoever is logged in here. */
  others() {
    if (this.person !== this.given.me) return [];
    if (!this.given.crew[this.person].pin) return [this.key("Set a PIN on this device", () => { this.dialog.close(); this.setPin(this.person); })];
    return [this.key(this.byPassword ? "PIN instead" : "Password instead", () => { this.byPassword = !this.byPassword; this.draw(); this.input.focus(); })];
  }

  async post() {
    const body = new FormData();
    const hand = { person: this.person, [this.byPassword ? "password" : "pin"]: this.input.value };
    for (const [key, value] of Object.entries({ ...this.values, ...hand })) body.append(key, value);
    this.send.disabled = true;
    const response = await fetch(this.url, { method: "POST", body, headers: { "X-CSRFToken": cookie("csrftoken") } }).catch(() => null);
    const told = response ? await response.json().catch(() => ({})) : {};
    this.send.disabled = false;
    if (response?.ok && told.filed) return this.dialog.close("filed");
    this.problem.textContent = told.problem ?? AWAY;
    this.problem.hidden = false;
    this.input.value = "";
    return this.input.focus();
  }
}
