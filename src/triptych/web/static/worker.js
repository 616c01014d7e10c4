// Help and the pages seen last, without a network. The network comes first whenever it is there; what is kept is only
// shown when nothing answers. Nothing is sent from here.
const HELP = "help-1";
const PAGES = "pages-1";
const LAST = 12;
const KEPT = [/* KEPT */];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(HELP).then((kept) => kept.addAll(KEPT)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(PAGES));
});

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
    const found = (await caches.match(request)) ?? (request.mode === "navigate" && (await caches.match("/help/")));
    if (found) return found;
    throw fault;
  }
}

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && new URL(url).origin === location.origin) event.respondWith(answer(event.request));
});
