// The course of a session on its screen: clocks that count to and from its instants, and its facts by one tap. It decides
// nothing, and an exit waits for nothing.

const span = (milliseconds) => {
  const minutes = Math.max(0, Math.floor(milliseconds / 60000));
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
};

/** Let the course's clocks run and its buttons open their forms. */
export function beginCourse({ given, enter, entryDialog, now, dialog }) {
  Object.assign(given.forms, given.course);
  const tick = () => {
    for (const one of document.querySelectorAll("[data-until]")) one.textContent = span(Date.parse(one.dataset.until) - now());
    for (const one of document.querySelectorAll("[data-from]")) one.textContent = span(now() - Date.parse(one.dataset.from));
  };
  for (const button of document.querySelectorAll("[data-course]")) {
    const name = button.dataset.course;
    button.addEventListener("click", () => (name in given.handed && document.body.dataset.reach === "here") ? location.assign(given.handed[name]) : entryDialog(dialog, given.course[name], (values) => enter(name, values, given.place ?? {})));
  }
  document.addEventListener("session:board", tick);
  setInterval(tick, 1000);
  tick();
}
