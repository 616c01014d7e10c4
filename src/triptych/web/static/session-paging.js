// The test page on the page of whoever may acknowledge it: it comes while the page is open, and rings as a red alarm
// does there, since that is what it tries.

/** The test page that waits, drawn anew when one was sent or acknowledged. */
export class Paging {
  /** @param {{place: HTMLElement, url: string, hand: object, testUrl: string, me: string, changed: () => void}} made where it stands, the page's own address, and who acknowledges */
  constructor(made) {
    Object.assign(this, made);
    document.addEventListener("session:record", ({ detail }) => { if (detail.form.startsWith("alarm_test")) this.renew(); });
    this.attend();
  }

  attend() {
    this.place.querySelector("button")?.addEventListener("click", async () => {
      if (await this.hand.ask(this.testUrl, { what: "seen" }, "Acknowledge the test page", this.me)) await this.renew();
    });
  }

  /** Take the part of the page anew; without a network it stands as it is. */
  async renew() {
    const response = await fetch(this.url).catch(() => null);
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    this.place.replaceChildren(...(page.querySelector("#paged")?.childNodes ?? []));
    this.attend();
    this.changed();
  }
}
