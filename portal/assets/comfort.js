// A little comfort; every page works without it.
"use strict";

// Counts the seconds down in their sentence, and says when waiting is over.
for (const element of document.querySelectorAll("[data-countdown]")) {
  const until = Date.now() + 1000 * Number(element.dataset.countdown);
  const sentence = element.textContent;
  element.setAttribute("aria-live", "off");
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      element.textContent = sentence.replace(/\d+/, String(left));
      setTimeout(tick, 250);
      return;
    }
    element.setAttribute("aria-live", "polite");
    element.textContent = element.dataset.done;
  };
  tick();
}

// Copies what would be long to type; of several values each is a line.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).innerText;
    await navigator.clipboard.writeText(text.replaceAll(" ", ""));
    button.textContent = button.dataset.done;
  });
}

// Prints what is shown once.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
