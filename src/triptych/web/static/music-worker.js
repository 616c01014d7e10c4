// Music without a network: the pieces that this tablet has kept are played from its own store, whole or in part. The list
// comes from the network whenever it is there. This is added to the worker of a session's screen.
const MUSIC = "music-1";
const keptAs = (digest) => `/kept-music/${digest}`;

/** The part of a kept piece that is asked for. */
async function keptPiece(request, digest) {
  const found = await (await caches.open(MUSIC)).match(keptAs(digest));
  if (!found) return fetch(request);
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") ?? "");
  if (!asked) return found;
  const whole = await found.blob();
  const first = Number(asked[1]);
  const last = Math.min(asked[2] ? Number(asked[2]) : Infinity, whole.size - 1);
  if (first > last) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${whole.size}` } });
  return new Response(whole.slice(first, last + 1), {
    status: 206,
    headers: { "Content-Type": found.headers.get("Content-Type"), "Content-Length": last - first + 1, "Content-Range": `bytes ${first}-${last}/${whole.size}`, "Accept-Ranges": "bytes" },
  });
}

/** The list of playlists, as it was last where the network is not there. */
async function playlists(request) {
  const kept = await caches.open(MUSIC);
  try {
    const response = await fetch(request);
    if (response.ok) await kept.put(new URL(request.url).pathname, response.clone());
    return response;
  } catch (fault) {
    const found = await kept.match(new URL(request.url).pathname);
    if (found) return found;
    throw fault;
  }
}

addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  const asked = /\/session\/music\/(?:([0-9a-f]{64})\/)?$/.exec(pathname);
  if (asked) event.respondWith(asked[1] ? keptPiece(event.request, asked[1]) : playlists(event.request));
});
