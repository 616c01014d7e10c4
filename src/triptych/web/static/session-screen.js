// How light the screen of a session is: dark to begin with, light for a bright room, and dimmed until it is touched.

const KEPT = "triptych-light";

/** Let the buttons of the screen do what they say; whether it is light is kept by this browser. */
export function beginScreen() {
  const { dataset } = document.documentElement;
  const dimmed = document.body.classList;
  dataset.bright = localStorage.getItem(KEPT) ?? "";
  document.addEventListener("click", ({ target }) => {
    const what = target.closest("[data-screen]")?.dataset.screen;
    if (what === "dim") dimmed.add("dim");
    if (what === "day") {
      dataset.bright = dataset.bright === "day" ? "" : "day";
      localStorage.setItem(KEPT, dataset.bright);
    }
  });
  addEventListener("pointerdown", () => dimmed.remove("dim"), true);
}
