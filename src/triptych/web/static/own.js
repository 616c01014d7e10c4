// What the participants' site does beyond its pages: it stays there without a network, and is left in one tap.
// Nothing is decided here, and every page works without it.

/** Leave at once: the address of this page is replaced, so that "back" does not lead to it. */
for (const link of document.querySelectorAll("a[data-exit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    location.replace(link.getAttribute("href"));
  });
}

/** Say plainly that there is no connection, and what that means. */
function showConnection() {
  for (const note of document.querySelectorAll(".note.offline")) note.hidden = navigator.onLine;
}
addEventListener("online", showConnection);
addEventListener("offline", showConnection);
showConnection();

/** Whoever logs out leaves nothing on the phone but the numbers to call. */
for (const form of document.querySelectorAll("form[data-forget]")) {
  form.addEventListener("submit", () => navigator.serviceWorker?.controller?.postMessage("forget"));
}

/** Once in each tab: help is kept with the clinician of whoever has logged in since. */
function keepHelp() {
  const isIn = document.querySelector("form[data-forget]") !== null;
  if (!isIn || !navigator.serviceWorker.controller || sessionStorage.getItem("help") !== null) return;
  sessionStorage.setItem("help", "kept");
  navigator.serviceWorker.controller.postMessage("help");
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/worker.js");
  keepHelp();
}
