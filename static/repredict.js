// form[data-go-on]: once a part is done by live.js, the next one is asked for; a page that was only opened waits.
document.addEventListener("swapped", () => {
  const form = document.querySelector("form[data-go-on]:not([aria-busy=true])");
  if (!form) return;
  // Its button was replaced: who works by keys finds the way to stop instead.
  if (document.activeElement === document.body) document.querySelector("[data-pause]")?.focus({ preventScroll: true });
  form.requestSubmit();
});
