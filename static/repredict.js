// form[data-go-on]: after live.js has done one batch, requests the next; a page that was only opened does nothing.
document.addEventListener("swapped", () => {
  const form = document.querySelector("form[data-go-on]:not([aria-busy=true])");
  if (!form) return;
  // The focused button was replaced: a keyboard user gets the button that stops instead.
  if (document.activeElement === document.body) document.querySelector("[data-pause]")?.focus({ preventScroll: true });
  form.requestSubmit();
});
