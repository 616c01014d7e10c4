// Help and the pages seen last, without a network. The network comes first whenever it is there; what is kept is only
// shown when nothing answers. Nothing is sent from here.
const HELP = "help-1";
const PAGES = "pages-1";
const LAST = 12;
const KEPT = [/* KEPT */];
const COUNTRIES = [/* COUNTRIES */];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(HELP).then((kept) => kept.addAll(KEPT)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim().then(keepCountries)));

addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(PAGES));
  if (event.data === "help") event.waitUntil(keepHelp());
});

/** Whom to call in each country, each on a page of its own: whoever travels may have no network where they arrive. */
async function keepCountries() {
  const kept = await caches.open(HELP);
  await Promise.allSettled(COUNTRIES.map(async (code) => {
    const address = `/help/?country=${code}`;
    const response = await fetch(`${address}&kept=1`);
    if (response.ok) await kept.put(address, response);
  }));
}

/** Help as it is for whoever is logged in now; where that is another than what is kept, each country's anew. */
async function keepHelp() {
  const kept = await caches.open(HELP);
  const before = await kept.match("/help/");
  const response = await fetch("/help/");
  if (!response.ok) return;
  const same = before !== undefined && (await before.text()) === (await response.clone().text());
  await kept.put("/help/", response);
  if (!same) await keepCountries();
}

/** Keep a copy of a page or of a file that it needs; of pages, the last dozen. */
async function keep(request, response) {
  const path = new URL(request.url).pathname;
  if (!response.ok || response.redirected || path.startsWith("/account/") || path.startsWith("/concern/")) return;
  if (path.startsWith("/medicines/")) return; // a plan may have fallen since it was seen
  const isHelp = path === "/help/";
  const kept = await caches.open(isHelp || path.startsWith("/static/") ? HELP : PAGES);
  await kept.put(isHelp ? "/help/" : request, response);
  const names = await kept.keys();
  if (!isHelp && request.mode === "navigate" && names.length > LAST) await kept.delete(names[0]);
}

/** Ask the network, then what is kept, then help. */
async function answer(request) {
  try {
    const response = await fetch(request);
    await keep(request, response.clone());
    return response;
  } catch (fault) {
    const chosen = new URL(request.url).searchParams.get("country");
    const country = chosen === null ? undefined : await caches.match(`/help/?country=${chosen}`);
    if (country !== undefined) {
      await (await caches.open(HELP)).put("/help/", country.clone()); // what was chosen last is one tap away
      return country;
    }
    const found = (await caches.match(request)) ?? (request.mode === "navigate" && (await caches.match("/help/")));
    if (found) return found;
    throw fault;
  }
}

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && new URL(url).origin === location.origin) event.respondWith(answer(event.request));
});
