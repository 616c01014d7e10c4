// A red alarm is never scrolled out of sight: while the box of one is not on the screen, a bar below the head names it and leads
// there. It only repeats what stands on the page.

/** Show the bar while a red alarm stands outside what is seen. @param {HTMLAnchorElement} bar @param {HTMLElement} place where alarms are drawn */
export function pinAlarms(bar, place) {
  const head = document.querySelector("header.bar");
  const draw = () => {
    const reds = [...place.querySelectorAll(".alarm.red")];
    const begins = getComputedStyle(head).position === "sticky" ? head.offsetHeight : 0;
    const isSeen = reds.every((one) => { const { top, bottom } = one.getBoundingClientRect(); return bottom > begins + 40 && top < innerHeight - 40; });
    bar.hidden = !reds.length || isSeen;
    bar.style.top = `${begins}px`;
    bar.textContent = reds.map((one) => one.querySelector("b")?.textContent.trim()).join(" · ");
  };
  new MutationObserver(draw).observe(place, { childList: true, subtree: true });
  for (const moved of ["scroll", "resize"]) addEventListener(moved, draw, { passive: true });
  draw();
}
