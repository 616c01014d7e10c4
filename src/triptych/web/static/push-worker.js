// What a push wakes on a device: it says to open the page, and nothing of why. Then it tells the site that it was woken. What was
// sent is filed a moment after it was sent, so the site is told again until it knows what this was about.
const AGAIN = [0, 3000, 10000, 30000];

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

async function tell() {
  for (const after of AGAIN) {
    await new Promise((done) => setTimeout(done, after));
    const response = await fetch("/push/woken/", { method: "POST", redirect: "error" }).catch(() => null);
    if (response?.ok && (await response.json()).noted) return;
  }
}

addEventListener("push", (event) => {
  const shown = registration.showNotification("Triptych", { body: "Open your page.", tag: "triptych", renotify: true, requireInteraction: true });
  event.waitUntil(Promise.allSettled([shown, tell()]));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow("/sessions/"));
});
