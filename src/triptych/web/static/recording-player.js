// A recording from a browser says nothing of its length. The player is sent to its end once, which it finds by asking for
// the last bytes, and back to where it begins: from then on every place in it can be chosen.

/** @param {HTMLMediaElement} player */
function measure(player) {
  if (player.duration !== Infinity) return;
  player.addEventListener("durationchange", () => { player.currentTime = 0; }, { once: true });
  player.currentTime = Number.MAX_SAFE_INTEGER;
}
for (const player of document.querySelectorAll("video, audio")) {
  if (player.readyState > 0) measure(player); // its head was there before this script
  else player.addEventListener("loadedmetadata", () => measure(player), { once: true });
}
