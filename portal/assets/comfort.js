// A little comfort; every page works without it.
"use strict";

// Counts the seconds down, and says when waiting is over.
for (const element of document.querySelectorAll("[data-countdown]")) {
  const until = Date.now() + 1000 * Number(element.dataset.countdown);
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    element.textContent = left > 0 ? String(left) : "✓";
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}

// Copies a value that would be long to type.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText(text.replaceAll(" ", ""));
    button.textContent = button.dataset.done;
  });
}
