// Waking this device by push when an alarm goes to its owner: switched on and off here by whoever it belongs to. Where the browser
// or the address cannot do it, that is said.

const WORKER = "/push/worker.js";
const SCOPE = "/push/";
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

/** Wait until a worker runs: nothing can be subscribed before. */
function active(registration) {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  return new Promise((done) => {
    const look = () => { if (worker.state === "activated") done(); };
    worker.addEventListener("statechange", look);
    look();
  });
}

/** The switch on one device. */
export class Push {
  /** @param {{button: HTMLElement, key: string, url: string, element: Function, cookie: (name: string) => string}} made */
  constructor(made) {
    Object.assign(this, made);
    this.button.hidden = !this.key;
    if (!this.key) return;
    this.button.addEventListener("click", () => this.turn().catch(() => this.say("Push failed on this device", "Nothing was changed")));
    this.look();
  }

  get isAble() {
    return isSecureContext && "PushManager" in window && "serviceWorker" in navigator;
  }

  say(name, more) {
    this.button.replaceChildren(this.element("span", name), this.element("span", more));
  }

  async look() {
    if (!this.isAble) return this.say("No push here", "This browser or address has none");
    this.registration = await navigator.serviceWorker.getRegistration(SCOPE);
    this.kept = (await this.registration?.pushManager.getSubscription()) ?? null;
    if (this.kept) await this.tell(true);
    return this.draw();
  }

  draw() {
    this.button.dataset.on = this.kept ? "yes" : "no";
    this.say(this.kept ? "Push is on" : "Push is off", this.kept ? "Red wakes this device" : "Wake this device at red");
  }

  async turn() {
    if (!this.isAble) return;
    if (this.kept) {
      await this.tell(false);
      await this.kept.unsubscribe();
      this.kept = null;
      this.draw();
      return;
    }
    if ((await Notification.requestPermission()) !== "granted") {
      this.say("Push is off", "Notifications are blocked in this browser");
      return;
    }
    this.registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
    await active(this.registration);
    const made = await this.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(this.key) });
    if (!(await this.tell(true, made))) throw new Error("refused");
    this.kept = made;
    this.draw();
  }

  /** Tell the site whether to wake this device. */
  async tell(on, kept = this.kept) {
    const body = JSON.stringify({ endpoint: kept.endpoint, on });
    const response = await fetch(this.url, { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": this.cookie("csrftoken") } }).catch(() => null);
    return Boolean(response?.ok);
  }
}
