// A session's screen without a network: the page as it was last, and the files that it needs. The network comes first
// whenever it is there. Entries are no business of this worker: the page keeps and sends them itself.
const CACHE = "session-1";
const KEPT = [/* KEPT */];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((kept) => kept.addAll(KEPT)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

/** The page from the network, else as it was last; a redirect to the log-in is passed on and not kept. */
async function page(request) {
  try {
    const response = await fetch(request);
    if (response.ok && !response.redirected) {
      const kept = await caches.open(CACHE);
      await kept.put(new URL(request.url).pathname, response.clone());
    }
    return response;
  } catch (fault) {
    const found = await caches.match(new URL(request.url).pathname);
    if (found) return found;
    throw fault;
  }
}

// The page that registers this worker was loaded without it: it asks for itself to be kept.
addEventListener("message", (event) => {
  if (event.data !== "keep") return;
  event.waitUntil(page(new Request(registration.scope)).then(() => event.source.postMessage("kept")));
});

/** A file: the address changes with its content, so what is kept is right. */
async function file(request) {
  const found = await caches.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) (await caches.open(CACHE)).put(request, response.clone());
  return response;
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && pathname === new URL(registration.scope).pathname) event.respondWith(page(event.request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(event.request));
});
