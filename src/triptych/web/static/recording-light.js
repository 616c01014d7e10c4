// The light of a recording and its stop stay in sight: once they would be scrolled away they stand small in the corner.

for (const light of document.querySelectorAll(".light")) {
  const place = document.createElement("div");
  light.before(place);
  new IntersectionObserver(([seen]) => light.classList.toggle("away", !seen.isIntersecting && seen.boundingClientRect.top < 0)).observe(place);
}
